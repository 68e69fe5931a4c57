"""Refusals of signing, in the words of the person who was about to sign."""

from __future__ import annotations

from maitruong.foundation.identity.errors import TooManyTries, WrongCode
from maitruong.foundation.kernel.errors import Refusal


class SigningRefused(Refusal):
    code = "signing.refused"
    message = "Chưa ký được."
    remedy = "Thử lại; nếu vẫn không được, liên hệ quản trị viên của trường."


class WrongPin(SigningRefused):
    code = "signing.wrong_pin"
    message = "Mã PIN của khoá ký chưa đúng."
    remedy = "Nhập lại mã PIN. Quên mã PIN thì đề nghị quản trị viên cấp lại khoá ký; khoá cũ sẽ bị thu hồi."


class WrongPinCounted(WrongPin):
    """The same, told to the person herself on her own consent, who is told how far the lock is."""

    message = "Mã PIN của khoá ký chưa đúng, còn {left} lần thử."
    remedy = (
        "Nhập lại mã PIN; sai hết số lần ấy thì khoá ký tạm khoá {minutes} phút."
        " Quên mã PIN thì đề nghị quản trị viên cấp lại khoá ký; khoá cũ sẽ bị thu hồi."
    )


class WrongConsentCode(WrongCode):
    """A wrong code of the authenticator at a consent; the door itself never says how many tries are left."""

    message = "Mã xác thực chưa đúng hoặc đã dùng rồi, còn {left} lần thử."
    remedy = "Mở ứng dụng xác thực, gõ mã 6 số mới nhất; sai hết số lần ấy thì phải chờ {minutes} phút."


class WrongDemoCode(WrongCode):
    """The same refusal where there is no authenticator to open: the demo shows the code on the consent's own page."""

    message = "Mã xác nhận của lượt ký chưa đúng, còn {left} lần thử."
    remedy = (
        "Gõ lại mã 6 số của lượt này, ghi trong khung «Bản thử» ngay trên trang; mỗi lượt một mã khác."
        " Sai hết số lần ấy thì khoá ký tạm khoá {minutes} phút."
    )


class CodeLocked(TooManyTries):
    message = "Mã xác thực bị thử sai nhiều lần nên phải chờ đến {until}."
    remedy = "Chờ đến giờ đó rồi ký lượt mới. Nếu không phải thầy/cô đã nhập, đổi mật khẩu và báo ngay quản trị viên."


class PinTooWeak(SigningRefused):
    code = "signing.pin_too_weak"
    message = "Mã PIN của khoá ký cần từ {least} đến {most} kí tự."
    remedy = "Chọn mã PIN dài hơn, không dùng ngày sinh hay số điện thoại."


class KeyMissing(SigningRefused):
    code = "signing.key_missing"
    message = "Chưa có khoá ký của {name}."
    remedy = "Đề nghị quản trị viên của trường cấp chứng thư số trước khi ký."


class ReasonMissing(SigningRefused):
    code = "signing.reason_missing"
    message = "Chưa ghi lí do thu hồi chứng thư."
    remedy = "Ghi ngắn gọn, ví dụ: lộ mã PIN, thôi giữ chức vụ, theo thông báo của tổ chức chứng thực."


class KeyFileUnsafe(SigningRefused):
    code = "signing.key_file_unsafe"
    message = "Tệp khoá ký đang để người khác trên máy chủ đọc được nên không dùng."
    remedy = "Quản trị hệ thống đặt lại quyền 0600 cho tệp khoá và 0700 cho thư mục khoá, rồi thử lại."


class ElementNotSignable(SigningRefused):
    code = "signing.element_not_signable"
    message = "Không có đúng một phần mang mã {node_id} trong tài liệu để ký."
    remedy = "Lập lại hồ sơ từ dữ liệu đã khoá rồi ký lại; không sửa tệp bằng tay."


class AlreadySigned(SigningRefused):
    code = "signing.already_signed"
    message = "Phần {node_id} đã có chữ ký."
    remedy = "Muốn ký lại, hiệu trưởng mở khoá phần này; chữ ký của các cấp sau cũng được gỡ theo."


class SignerFailed(SigningRefused):
    code = "signing.signer_failed"
    message = "Thiết bị hoặc dịch vụ ký trả về chữ ký không khớp với chứng thư số của {name}."
    remedy = "Kiểm tra thiết bị ký đang cắm đúng của người ký rồi thử lại. Chưa có gì được ghi."


class CertificateNotUsable(SigningRefused):
    code = "signing.certificate_not_usable"
    message = "Chứng thư số của {name} không dùng để ký được: {reason}."
    remedy = "Đề nghị quản trị viên cấp chứng thư số mới rồi ký lại."


class PdfNotSealable(SigningRefused):
    code = "signing.pdf_not_sealable"
    message = "Bản PDF chưa đóng dấu số được: {reason}."
    remedy = "Lập lại bản PDF từ học bạ đã đóng dấu rồi thử lại."


class KeyLocked(SigningRefused):
    code = "signing.key_locked"
    message = "Khoá ký tạm khoá đến {until} vì nhập sai nhiều lần."
    remedy = "Chờ đến giờ đó rồi ký lượt mới. Nếu không phải thầy/cô đã nhập, báo ngay quản trị viên để thu hồi khoá."


class ConsentUsed(SigningRefused):
    code = "signing.consent_used"
    message = "Lượt xác nhận này đã dùng hoặc đã quá 5 phút."
    remedy = "Quay lại danh sách chờ ký, chọn lại và xác nhận lượt mới. Chưa có gì được ký thêm."


class ConsentForOther(SigningRefused):
    code = "signing.consent_for_other"
    message = "Nội dung cần ký không còn đúng như danh sách thầy/cô đã xác nhận ({what})."
    remedy = "Quay lại danh sách chờ ký, xem lại và xác nhận lượt mới. Chưa có gì được ký."


class TooManyAtOnce(SigningRefused):
    code = "signing.too_many_at_once"
    message = "Mỗi lượt ký từ 1 đến {most} mục; thầy/cô đang chọn {count}."
    remedy = "Chọn lại trong danh sách rồi ký từng lượt."


class SecondStepMissing(SigningRefused):
    code = "signing.second_step_missing"
    message = "Tài khoản của thầy/cô chưa có bước xác thực thứ hai nên chưa ký được."
    remedy = "Đăng kí ứng dụng xác thực với quản trị viên của trường rồi ký lại."
