"""What sign-in may refuse. One sentence for every wrong pair, so that nobody can probe for logins."""

from maitruong.foundation.kernel.errors import Refusal


class WrongPair(Refusal):
    code = "identity.wrong_pair"
    message = "Tên đăng nhập hoặc mật khẩu chưa đúng."
    remedy = "Gõ lại, chú ý phím Caps Lock và bộ gõ tiếng Việt. Quên mật khẩu thì nhờ nhà trường cấp lại."


class WrongPassword(Refusal):
    code = "identity.wrong_password"
    message = "Mật khẩu đang dùng chưa đúng."
    remedy = "Gõ lại, chú ý phím Caps Lock và bộ gõ tiếng Việt. Quên mật khẩu thì nhờ nhà trường cấp lại."


class SamePassword(Refusal):
    code = "identity.same_password"
    message = "Mật khẩu mới giống mật khẩu đang dùng."
    remedy = "Chọn một câu khác."


class NoSuchSession(Refusal):
    code = "identity.no_such_session"
    message = "Thiết bị ấy đã đăng xuất rồi."
    remedy = "Xem lại danh sách bên dưới."


class NoSuchLink(Refusal):
    code = "identity.no_such_link"
    message = "Cổng đăng nhập ấy đã gỡ rồi."
    remedy = "Xem lại danh sách bên dưới."


class TooManyTries(Refusal):
    code = "identity.too_many_tries"
    message = "Đã thử sai nhiều lần nên phải chờ {minutes} phút."
    remedy = "Chờ rồi thử lại, hoặc nhờ nhà trường cấp lại mật khẩu."


class FactorNeeded(Refusal):
    code = "identity.factor_needed"
    message = "Tài khoản này làm việc với dữ liệu của người khác nên phải có mã xác thực."
    remedy = "Đổi điện thoại thì ghép lại ứng dụng xác thực; mất máy thì nhờ nơi cấp tài khoản làm lại."


class WrongCode(Refusal):
    code = "identity.wrong_code"
    message = "Mã xác thực chưa đúng hoặc đã dùng rồi."
    remedy = "Mở ứng dụng xác thực, gõ mã 6 số mới nhất."


class SecondFactorUnreadable(Refusal):
    code = "identity.second_factor_unreadable"
    message = "Chưa kiểm tra được mã xác thực vì hệ thống thiếu khoá mở mã của tài khoản này."
    remedy = "Báo quản trị hệ thống đưa lại thư mục khoá từ bản sao lưu, hoặc nhờ cấp lại mật khẩu để đặt mã mới."


class LinkExpired(Refusal):
    code = "identity.link_expired"
    message = "Liên kết này đã dùng hoặc đã hết hạn."
    remedy = "Nhờ quản trị hệ thống gửi liên kết mới."


class OnlyOnThisMachine(Refusal):
    code = "identity.only_on_this_machine"
    message = "Bản thử này chỉ cho vào bằng một lần bấm từ chính máy đang chạy nó."
    remedy = "Mở trang trên máy ấy; muốn mở cho máy khác thì chạy ./dev up với --expose-demo."


class OnlyInDemo(Refusal):
    code = "identity.only_in_demo"
    message = "Chỉ bản thử mới có cách đăng nhập này."
    remedy = "Đăng nhập bằng tên đăng nhập và mật khẩu."
