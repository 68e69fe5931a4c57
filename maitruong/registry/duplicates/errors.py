"""What goes wrong when pairs are decided."""

from maitruong.foundation.kernel.errors import Refusal


class WhyMissing(Refusal):
    code = "duplicates.why_missing"
    message = "Chưa ghi căn cứ."
    remedy = "Ghi đã đối chiếu giấy tờ nào, hỏi ai; người sau đọc lại sẽ cần."


class DecidedMeanwhile(Refusal):
    code = "duplicates.decided_meanwhile"
    message = "Cặp này vừa được người khác xử lý, hoặc một trong hai hồ sơ vừa được sửa."
    remedy = "Xem lại hai hồ sơ như hiện nay rồi quyết định."


class NotYoursToDecide(Refusal):
    """A school decides about its own families; nobody about herself."""

    code = "duplicates.not_yours_to_decide"
    message = "Cặp này không thuộc phần mình quyết định."
    remedy = "Một trong hai người còn có hồ sơ ở nơi khác, đang làm việc trong ngành, hoặc chính là mình. Báo Sở GDĐT xem cặp này."
