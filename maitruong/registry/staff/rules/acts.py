"""The acts about staff; none of them follows a grade."""

from __future__ import annotations

import datetime as dt
from typing import Final

from maitruong.foundation.regulations import Act

ND204_2004: Final = Act(
    id="nd204_2004",
    number="204/2004/NĐ-CP",
    title="Chế độ tiền lương đối với cán bộ, công chức, viên chức và lực lượng vũ trang",
    signed_on=dt.date(2004, 12, 14),
    effective_on=dt.date(2004, 10, 1),
    kind="Nghị định",
)
ND182_2026: Final = Act(
    id="nd182_2026",
    number="182/2026/NĐ-CP",
    title="Phụ cấp ưu đãi theo nghề đối với nhà giáo và nhân sự hỗ trợ giáo dục",
    signed_on=None,
    effective_on=dt.date(2026, 7, 7),
    kind="Nghị định",
)
TT20_2018: Final = Act(
    id="tt20_2018",
    number="20/2018/TT-BGDĐT",
    title="Chuẩn nghề nghiệp giáo viên cơ sở giáo dục phổ thông",
    signed_on=dt.date(2018, 8, 22),
    effective_on=dt.date(2018, 10, 10),
)
ND90_2020: Final = Act(
    id="nd90_2020",
    number="90/2020/NĐ-CP",
    title="Đánh giá, xếp loại chất lượng cán bộ, công chức, viên chức (sửa đổi bởi Nghị định 48/2023/NĐ-CP)",
    signed_on=dt.date(2020, 8, 13),
    effective_on=dt.date(2020, 8, 20),
    kind="Nghị định",
)
TT20_2023: Final = Act(
    id="tt20_2023",
    number="20/2023/TT-BGDĐT",
    title="Định mức số lượng người làm việc trong trường phổ thông công lập",
    signed_on=dt.date(2023, 10, 30),
    effective_on=dt.date(2023, 12, 16),
)
TT19_2023: Final = Act(
    id="tt19_2023",
    number="19/2023/TT-BGDĐT",
    title="Định mức số lượng người làm việc trong trường mầm non công lập",
    signed_on=dt.date(2023, 10, 30),
    effective_on=dt.date(2023, 12, 16),
)
