"""What goes wrong with schools."""

from maitruong.foundation.kernel.errors import Refusal


class CountingUnknown(Refusal):
    code = "schools.counting_unknown"
    message = "Không có cách tính buổi vắng “{given}”."
    remedy = "Chọn một trong ba cách: theo buổi học chính, theo ngày, hoặc từng buổi."
