"""Every way a sign-in through another house is refused, each by its own name. The person is told what to do, not how the attack went."""

from __future__ import annotations

from maitruong.foundation.kernel.errors import Refusal

_AGAIN = "Bấm đăng nhập lại từ đầu. Còn lỗi thì đăng nhập bằng mật khẩu và báo nhà trường mã này: {code}."


class OpenIdRefused(Refusal):
    """What all of them share: nobody is signed in, nothing is linked."""

    code = "identity.openid.refused"
    message = "Chưa đăng nhập được qua cổng định danh."
    remedy = _AGAIN

    def __init__(self, **facts: object) -> None:
        super().__init__(**{"code": self.code, **facts})


class ProviderUnknown(OpenIdRefused):
    code = "identity.openid.provider_unknown"
    message = "Cổng đăng nhập này không có ở đây."
    remedy = "Đăng nhập bằng tên đăng nhập và mật khẩu."


class ProviderDown(OpenIdRefused):
    """No answer, or too late."""

    code = "identity.openid.provider_down"
    message = "Cổng định danh đang không trả lời."
    remedy = "Đăng nhập bằng tên đăng nhập và mật khẩu, hoặc thử lại sau ít phút."


class ProviderNotUnderstood(OpenIdRefused):
    """An answer that is not what the standard says: not JSON, too large, parts missing, another house's addresses."""

    code = "identity.openid.provider_not_understood"
    message = "Cổng định danh trả lời không đúng quy ước."
    remedy = "Đăng nhập bằng tên đăng nhập và mật khẩu, và báo quản trị hệ thống."


class SaidNo(OpenIdRefused):
    code = "identity.openid.said_no"
    message = "Cổng định danh không cho đăng nhập, hoặc bạn đã bấm từ chối."
    remedy = "Đăng nhập lại từ đầu, hoặc dùng tên đăng nhập và mật khẩu."


class StateUnknown(OpenIdRefused):
    """Made up, used before, or older than ten minutes."""

    code = "identity.openid.state_unknown"
    message = "Lần đăng nhập này đã dùng rồi hoặc đã quá 10 phút."
    remedy = "Bấm đăng nhập lại từ đầu."


class StateOfAnotherBrowser(OpenIdRefused):
    code = "identity.openid.state_of_another_browser"
    message = "Lần đăng nhập này bắt đầu ở trình duyệt khác."
    remedy = "Bấm đăng nhập lại từ đầu, ở chính trình duyệt này."


class IssuerMixedUp(OpenIdRefused):
    """The answer came from another house than the one that was asked (RFC 9207)."""

    code = "identity.openid.issuer_mixed_up"


class CodeRefused(OpenIdRefused):
    """The other house does not exchange this code: used before, not its own, or begun with another proof (PKCE)."""

    code = "identity.openid.code_refused"


class AlgorithmRefused(OpenIdRefused):
    """Unsigned, or signed in a way anybody could."""

    code = "identity.openid.algorithm_refused"


class SignatureWrong(OpenIdRefused):
    code = "identity.openid.signature_wrong"


class IssuerWrong(OpenIdRefused):
    code = "identity.openid.issuer_wrong"


class AudienceWrong(OpenIdRefused):
    code = "identity.openid.audience_wrong"


class TokenExpired(OpenIdRefused):
    code = "identity.openid.token_expired"


class TokenNotYetValid(OpenIdRefused):
    code = "identity.openid.token_not_yet_valid"


class NonceWrong(OpenIdRefused):
    code = "identity.openid.nonce_wrong"


class AccessTokenWrong(OpenIdRefused):
    """The access token beside it is not the one the signed token speaks of (at_hash)."""

    code = "identity.openid.access_token_wrong"


class NumberNotVerified(OpenIdRefused):
    code = "identity.openid.number_not_verified"
    message = "Cổng định danh chưa xác nhận số định danh của bạn."
    remedy = "Nâng mức định danh trên ứng dụng của cổng ấy, hoặc đăng nhập bằng tên đăng nhập và mật khẩu."


class NoAccountHere(OpenIdRefused):
    """The same words whether nobody has this number, somebody of another name has it, or she has no account."""

    code = "identity.openid.no_account_here"
    message = "Chưa có tài khoản nào ở đây khớp cả số định danh, họ tên và ngày sinh mà cổng định danh báo."
    remedy = (
        "Nhờ nhà trường kiểm tra hồ sơ và cấp tài khoản, rồi đăng nhập lại. Có tài khoản rồi thì vào bằng mật khẩu."
    )


class LinkedToAnother(OpenIdRefused):
    """The account goes with another identity of the same house already."""

    code = "identity.openid.linked_to_another"
    message = "Tài khoản khớp với bạn đã gắn với một danh tính khác của cổng này."
    remedy = "Đăng nhập bằng mật khẩu, gỡ liên kết cũ ở «Tài khoản của tôi», rồi đăng nhập lại qua cổng."
