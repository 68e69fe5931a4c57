from maitruong.foundation.kernel.errors import Refusal


class JobCancelled(Refusal):
    code = "jobs.cancelled"
    message = "Việc này đã được dừng."
    remedy = "Bắt đầu lại khi cần."


class NoLongerAllowed(Refusal):
    code = "jobs.no_longer_allowed"
    message = "Người yêu cầu việc này không còn quyền làm."
    remedy = "Nhờ người đang có quyền yêu cầu lại."
