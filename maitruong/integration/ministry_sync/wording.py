"""What was refused, in words a school's clerk can act on."""

from __future__ import annotations

from django.urls import reverse

from .datasets import DATASETS
from .queries import Refused

#: Why, and what to do. HERE_: found by our own check, before anything was sent.
_WHY = {
    "HERE_MISSING": ("Ô “{field}” còn trống mà Bộ bắt buộc phải có.", "Ghi ô ấy trong hồ sơ."),
    "HERE_CODE": ("Ô “{field}” mang giá trị không có trong danh mục của Bộ.", "Chọn lại giá trị trong hồ sơ."),
    "HERE_LENGTH": ("Ô “{field}” dài hơn mức Bộ nhận.", "Viết gọn lại trong hồ sơ."),
    "HERE_RANGE": ("Ô “{field}” lớn hơn mức Bộ nhận.", "Kiểm tra lại số trong hồ sơ."),
    "REQUIRED": ("Bộ báo thiếu ô “{field}”.", "Ghi ô ấy trong hồ sơ."),
    "CODE": ("Bộ không nhận giá trị của ô “{field}”.", "Chọn lại giá trị trong hồ sơ."),
    "LENGTH": ("Bộ báo ô “{field}” quá dài hoặc quá lớn.", "Viết gọn lại trong hồ sơ."),
    "PATTERN": ("Bộ báo ô “{field}” sai dạng.", "Kiểm tra ô ấy trong hồ sơ."),
    "TYPE": ("Bộ báo ô “{field}” sai kiểu dữ liệu.", "Báo Sở GDĐT: lỗi này nhà trường không tự sửa được."),
    "UNKNOWN_FIELD": ("Bộ không biết ô “{field}”.", "Báo Sở GDĐT: lỗi này nhà trường không tự sửa được."),
    "BATCH_INVALID": ("Bộ không đọc được cả hồ sơ này.", "Kiểm tra hồ sơ; nếu thấy đúng, báo Sở GDĐT."),
}
_OTHER = ("Bộ chưa nhận hồ sơ này, ở ô “{field}”.", "Đối chiếu hồ sơ với giấy tờ gốc, sửa rồi gửi lại.")
_OTHER_ALONE = ("Bộ chưa nhận hồ sơ này.", "Đối chiếu hồ sơ với giấy tờ gốc, sửa rồi gửi lại.")


def why(row: Refused) -> tuple[str, str]:
    """(what is the matter, what to do)."""
    dataset = DATASETS.get(row.dataset)
    found = dataset.field(row.field) if dataset and row.field else None
    label = found.label if found else row.field
    text, advice = _WHY.get(row.code) or (_OTHER if label else _OTHER_ALONE)
    said = f" Lời của Bộ: {row.message}." if row.message and not row.code.startswith("HERE_") else ""
    return text.format(field=label) + said, advice


def page_of(row: Refused) -> str:
    """Where it is mended; nothing for what only the ministry still has."""
    dataset = DATASETS.get(row.dataset)
    if dataset is None or dataset.page is None or not row.object_id:
        return ""
    route, parameters = dataset.page
    values = {"object": row.object_id, "school": row.school_id}
    return reverse(route, args=[values[name] for name in parameters])
