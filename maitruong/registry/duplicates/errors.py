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


class KnownElsewhere(Refusal):
    """A school decides about its own people; who is known at another place as well is the department's."""

    code = "duplicates.known_elsewhere"
    message = "Một trong hai người còn có hồ sơ ở nơi khác, nên trường không tự gộp được."
    remedy = "Báo Sở GDĐT xem cặp này; Sở thấy hồ sơ ở mọi nơi."
