"""What the dry run says of a cell or a column without asking anybody: nothing there, a formula, an error of Excel's."""

from __future__ import annotations

from .columns import Column
from .findings import Finding, error


def lowered(title: str) -> str:
    """A title in the middle of a sentence: Họ và tên → họ và tên; CCCD stays."""
    return title if title[:2].isupper() else title[:1].lower() + title[1:]


def missing(column: Column) -> Finding:
    return error("cell.empty", f"Thiếu {lowered(column.title)}. Điền vào rồi kiểm tra lại.")


def no_column(column: Column, finding: Finding) -> Finding:
    """What every row lacks because the file has no such column: said once, not two thousand times."""
    advice = finding.message.partition(". ")[2]
    message = f"Tệp không có cột {lowered(column.title)}, nên không dòng nào có; chỉ nhắc một lần ở đây. {advice}"
    return Finding(finding.code, message.rstrip(), finding.severity)


def formula(text: str, result: str) -> Finding:
    kept = f" Ô đang hiện “{result[:40]}”." if result else ""
    advice = "Gõ lại nội dung, hoặc trong Excel chép ô rồi dán dạng giá trị (Paste values)."
    return error("cell.formula", f"Ô chứa công thức {text[:60]} chứ không phải dữ liệu.{kept} {advice}", result)


def error_value(text: str, result: str) -> Finding:
    return error("cell.error_value", f"Ô đang báo lỗi {text} của Excel. Nhập lại dữ liệu vào ô này.")
