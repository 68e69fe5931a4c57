from typing import Final

VIEW: Final = "verification.view"
ASK: Final = "verification.ask"
DECIDE: Final = "verification.decide"

PERMISSIONS = {
    VIEW: "Xem kết quả đối chiếu dữ liệu dân cư",
    ASK: "Gửi đối chiếu, đề nghị điều chỉnh thông tin định danh",
    DECIDE: "Quyết định đề nghị điều chỉnh thông tin định danh",
}
