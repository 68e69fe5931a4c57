"""Draws up the two sizes of the demo: twelve schools by hand, or eight hundred from weights of the 114 communes.

School names are invented; communes are the real ones of Hải Phòng. In both sizes the same three schools carry the
people of the sign-in page: THCS Lê Chân, TH Nguyễn Công Trứ and TH Kim Đồng, all in Phường Lê Chân.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction

from maitruong.foundation.organisations import admin_units

from .chance import generator, salt
from .plan import CLASS_LIMIT, NURSERY, Fed, SchoolPlan, Segment, draw_up, send_on, settle_classes, shared_out
from .roster import Roster, repeats_year
from .staffing import fixed_posts

PROVINCE = "31"
STAR_COMMUNE = "11383"  # Phường Lê Chân
STAR_CLASS, STAR_CLASS_SIZE = "8A2", 45
WHOLE = Fraction(1)
PUPILS, STAFF = 500_000, 23_000
KINDS = {"MN": 260, "TH": 250, "TH-THCS": 14, "THCS": 195, "THPT": 72, "GDTX": 9}

_FIGURES = (  # noqa: SIM905 - a table to read
    "Nguyễn Trãi;Trần Hưng Đạo;Ngô Quyền;Lê Hồng Phong;Chu Văn An;Nguyễn Du;Lý Thường Kiệt;Quang Trung;"
    "Phan Bội Châu;Nguyễn Huệ;Trần Quốc Toản;Đinh Tiên Hoàng;Lê Lợi;Nguyễn Thái Học;Hoàng Văn Thụ;"
    "Võ Thị Sáu;Tô Hiệu;Trần Phú;Nguyễn Văn Trỗi;Lý Tự Trọng;Phạm Ngũ Lão;Yết Kiêu;Mạc Đĩnh Chi;"
    "Lương Thế Vinh;Nguyễn Đức Cảnh;Hồng Bàng;Trần Nguyên Hãn;Lê Quý Đôn;Nguyễn Bỉnh Khiêm;Phan Chu Trinh;"
    "Tuệ Tĩnh;Hai Bà Trưng;Lê Văn Tám;Nguyễn Khuyến"
).split(";")
_FLOWERS = (  # noqa: SIM905 - a table to read
    "Hoa Phượng;Hoa Sen;Hoa Mai;Hoa Hồng;Hoa Cúc;Sao Mai;Sơn Ca;Họa Mi;Ban Mai;Hoa Đào;Vành Khuyên;"
    "Tuổi Thơ;Măng Non;Hướng Dương;Búp Sen Xanh;Bình Minh;Ánh Dương;Hoa Sữa"
).split(";")
_CHILDREN = [
    "Kim Đồng",
    "Lê Văn Tám",
    "Võ Thị Sáu",
    "Nguyễn Công Trứ",
    "Trần Quốc Toản",
    "Lý Tự Trọng",
    "Nguyễn Văn Trỗi",
]


def commune_unit(code: str) -> int:
    """The unit id of a commune's committee."""
    return 11 + [unit.code for unit in admin_units.communes(PROVINCE)].index(code)


@dataclass(frozen=True, slots=True)
class Shape:
    """What a province, or a part of it drawn to scale, counts: schools by kind, pupils of the open year, posts, communes with schools."""

    kinds: dict[str, int]
    pupils: int
    staff: int
    communes: tuple[str, ...]


def shape(scale: Fraction) -> Shape:
    """The whole province at 1; at 1/10 a tenth of its communes, with a tenth of its schools, pupils and staff."""
    codes = [unit.code for unit in admin_units.communes(PROVINCE)]
    count, star = round(len(codes) * scale), codes.index(STAR_COMMUNE)
    chosen = {(star + place * len(codes) // count) % len(codes) for place in range(count)}
    kinds = {kind: max(1, round(number * scale)) for kind, number in KINDS.items()}
    return Shape(kinds, round(PUPILS * scale), round(STAFF * scale), tuple(codes[place] for place in sorted(chosen)))


@dataclass(slots=True)
class Layout:
    """The schools, and where leavers went: (segment of person ids, number of the school they entered)."""

    seed: int
    schools: list[SchoolPlan]
    sent: list[tuple[Segment, int]] = field(default_factory=list)
    ability_salt: int = 0

    def named(self, short_name: str) -> SchoolPlan:
        """The school of a name, in the commune of the sign-in people when several share it."""
        found = [school for school in self.schools if school.short_name == short_name]
        return next((school for school in found if school.commune == STAR_COMMUNE), found[0])


def small(seed: int) -> Layout:
    """Twelve schools of every level."""
    ability = salt(seed, "ability")
    star_size = STAR_CLASS_SIZE - 4
    while True:
        layout = _twelve_schools(seed, ability, star_size)
        if _star_class_size(layout) == STAR_CLASS_SIZE:
            return layout
        star_size += 1


def _twelve_schools(seed: int, ability: int, star_size: int) -> Layout:
    two, three = [(33, 32)], [(43, 42, 41)]
    star: list[tuple[int, ...] | Fed] = [(44, 43, 42), (42, 44, 43), (43, star_size, 44), (44, 43, 42), Fed(58)]
    schools = [
        draw_up(1, "MN", "Hoa Phượng", STAR_COMMUNE, [(30, 29), (28, 27), (27, 26), Fed(34), (20,), (21,)]),
        draw_up(2, "TH", "Nguyễn Công Trứ", STAR_COMMUNE, [*two * 5, Fed(9)], two_sessions=True),
        draw_up(3, "TH", "Kim Đồng", STAR_COMMUNE, [*two * 5, (32, 32)], two_sessions=True, governed_before="11407"),
        draw_up(4, "TH", "Chu Văn An", "10549", [(30,), (31,), (29,), (32,), (30,), (31,)]),
        draw_up(5, "TH", "Cát Hải", "11914", [(24,), (26,), (25,), (27,), (24,), (26,)], campuses=2, two_sessions=True),
        draw_up(6, "THCS", "Lê Chân", STAR_COMMUNE, star),
        draw_up(7, "THCS", "Trần Nguyên Hãn", "11407", [(41, 40), (42, 41), (40, 42), (41, 41), (42, 40)]),
        draw_up(8, "THCS", "Vĩnh Bảo", "11824", [(40, 39), (41, 40), (39, 40), (41, 40), (40, 41)],
                short_name_before="THCS Vĩnh Bảo A"),
        draw_up(9, "THPT", "Nguyễn Bỉnh Khiêm", STAR_COMMUNE, [*three * 3, Fed(22)], two_sessions=True),
        draw_up(10, "THPT", "Thành Đông", "10507", [(42, 43), (43, 42), (42, 42), Fed(21)]),
        draw_up(11, "TH-THCS", "Bạch Long Vĩ", "11948", [(size,) for size in (9, 10, 8, 11, 9, 12, 10, 11, 9, 10)],
                two_sessions=True),
        draw_up(12, "GDTX", "Hải An", "11413", [(34, 32), (33, 35), (34, 33), Fed(40)]),
    ]  # fmt: skip
    by_number = {school.number: school for school in schools}
    taken: dict[int, int] = {}
    sent = [
        *send_on([by_number[1]], [by_number[2]], 1.0, taken),
        *send_on([by_number[2], by_number[3]], [by_number[6]], 1.0, taken),
        *send_on([by_number[6], by_number[7]], [by_number[9]], 0.5, taken),
        *send_on([by_number[8]], [by_number[10]], 0.8, taken),
        *send_on([by_number[6], by_number[7]], [by_number[12]], 0.12, taken),
    ]
    for school in schools:
        settle_classes(school)
        if school.kind == "MN":
            school.preschool_teachers = 8
    return Layout(seed, schools, sent, ability)


def _star_class_size(layout: Layout) -> int:
    roster = Roster(layout.named("THCS Lê Chân"), layout.ability_salt)
    return next(len(found.pupils) for found in roster.open if found.name == STAR_CLASS)


# --- the province ---------------------------------------------------------------------------------------------------


def province(seed: int, scale: Fraction = WHOLE) -> Layout:
    """Eight hundred schools; 500,000 pupils in the open year and 23,000 staff, exactly. Or a part of it, to scale."""
    wanted = shape(scale)
    a_grade = 37_000.0 * float(scale)
    for _ in range(3):
        layout = _schools(seed, a_grade, wanted)
        count = _pupils_in_open_year(layout)
        if abs(count - wanted.pupils) < 400 * scale:
            break
        a_grade *= wanted.pupils / count
    _round_off_pupils(layout, wanted.pupils - count)
    _round_off_staff(layout, wanted.staff)
    return layout


def _schools(seed: int, a_grade: float, wanted: Shape) -> Layout:
    rng = generator(seed, "communes")
    communes = list(wanted.communes)
    usual = {"Phường": 1.5, "Xã": 1.0, "Đặc khu": 0.4}
    weight = {
        code: usual[admin_units.commune(code).kind] * rng.uniform(0.75, 1.35) * (0.1 if code == "11948" else 1.0)
        for code in communes
    }
    weight[STAR_COMMUNE] = 2.2
    total = sum(weight.values())
    children = {code: a_grade * weight[code] / total for code in communes}
    combined = sorted(communes, key=weight.__getitem__)[: wanted.kinds["TH-THCS"]]
    plain = [code for code in communes if code not in combined]
    counts = {
        "MN": _divided(weight, communes, wanted.kinds["MN"]),
        "TH": _divided(weight, plain, wanted.kinds["TH"]),
        "THCS": _divided(weight, plain, wanted.kinds["THCS"]),
        "TH-THCS": dict.fromkeys(combined, 1),
    }
    upper_places = sorted(sorted(plain, key=weight.__getitem__)[-wanted.kinds["THPT"] :])
    return _Drawing(seed, children, counts, upper_places, wanted.kinds["GDTX"]).layout(communes)


def _divided(weight: dict[str, float], communes: list[str], seats: int) -> dict[str, int]:
    """One school for each commune, the others where a school would serve most children (Sainte-Laguë)."""
    found = dict.fromkeys(communes, 1)
    for _ in range(seats - len(communes)):
        code = max(communes, key=lambda code: (weight[code] / (2 * found[code] + 1), code))
        found[code] += 1
    return found


class _Drawing:
    """Draws the schools of all communes, feeders before those they feed."""

    def __init__(
        self, seed: int, children: dict[str, float], counts: dict[str, dict[str, int]], upper: list[str], centres: int
    ) -> None:
        self.seed, self.children, self.counts, self.upper, self.centres = seed, children, counts, upper, centres
        self.rng = generator(seed, "schools")
        self.schools: list[SchoolPlan] = []
        self.here: dict[tuple[str, str], list[SchoolPlan]] = {}
        self.sent: list[tuple[Segment, int]] = []

    def layout(self, communes: list[str]) -> Layout:
        for kind in ("MN", "TH", "TH-THCS", "THCS"):
            for code in communes:
                self._local(kind, code, self.counts[kind].get(code, 0))
        catchment = self._catchment(communes)
        for kind, share, places in (
            ("THPT", 0.72, self.upper),
            ("GDTX", 0.085, self.upper[:: len(self.upper) // self.centres][: self.centres]),
        ):
            for code in places:
                near = catchment[code] if kind == "THPT" else self._wide(communes, places, code)
                size = sum(self.children[one] for one in near) * share
                self._open(kind, code, 0, [size] * 3, fed=True)
        self._send(communes, catchment)
        for school in self.schools:
            settle_classes(school)
        return Layout(self.seed, self.schools, self.sent, salt(self.seed, "ability"))

    def _catchment(self, communes: list[str]) -> dict[str, list[str]]:
        """For each commune with an upper secondary school, the communes nearest to it in the order of codes."""
        return {place: self._wide(communes, self.upper, place) for place in self.upper}

    def _wide(self, communes: list[str], places: list[str], place: str) -> list[str]:
        at = {code: index for index, code in enumerate(communes)}
        return [code for code in communes if min(places, key=lambda one: (abs(at[one] - at[code]), one)) == place]

    def _local(self, kind: str, code: str, count: int) -> None:
        for place in range(count):
            share = self.children[code] / count
            years = len({"MN": "123", "TH": "12345", "THCS": "6789", "TH-THCS": "123456789"}[kind])
            factor = 0.85 if kind == "MN" else 1.0
            self._open(kind, code, place, [share * factor] * years, fed=kind != "TH-THCS")

    def _open(self, kind: str, code: str, place: int, cohorts: list[float], *, fed: bool) -> None:
        limit = CLASS_LIMIT[kind]
        sizes: list[tuple[int, ...] | Fed] = []
        for mean in cohorts:
            count = max(4, round(mean * self.rng.uniform(0.9, 1.1)))
            sizes.append(shared_out(count, -(-count // limit)))
        newcomers = round(cohorts[0] * (0.55 if kind == "MN" else 0.05))
        sizes.append(Fed(max(1, newcomers)) if fed else sizes[-1])
        if kind == "MN":
            for _ in range(2):
                count = max(4, round(cohorts[0] * 0.4 * self.rng.uniform(0.9, 1.1)))
                sizes.append(shared_out(count, -(-count // CLASS_LIMIT[NURSERY])))
        number = len(self.schools) + 1
        two_sessions = kind in ("MN", "TH") or self.rng.random() < 0.3
        ownership = "PRIVATE" if kind == "MN" and place == 2 else "PUBLIC"
        campuses = 2 if kind in ("TH", "MN") and self.rng.random() < 0.12 else 1
        school = draw_up(
            number,
            kind,
            self._name(kind, code, place),
            code,
            sizes,
            two_sessions=two_sessions,
            ownership=ownership,
            campuses=campuses,
        )
        self.schools.append(school)
        self.here.setdefault((kind, code), []).append(school)

    def _name(self, kind: str, code: str, place: int) -> str:
        """The commune's name for its first school, a figure's for the others; never the same twice in a commune."""
        if code == STAR_COMMUNE and kind == "TH" and place < 2:
            return ("Nguyễn Công Trứ", "Kim Đồng")[place]
        commune = admin_units.commune(code).name
        if place == 0:
            return commune
        names = {"MN": _FLOWERS, "TH": _CHILDREN}.get(kind, _FIGURES)
        start = int(code) % len(names)
        used = {school.given_name for school in self.here.get((kind, code), [])} | {commune}
        return next(name for name in (*names[start:], *names[:start], *_FIGURES) if name not in used)

    def _send(self, communes: list[str], catchment: dict[str, list[str]]) -> None:
        taken: dict[int, int] = {}
        for code in communes:
            for source, target in (("MN", "TH"), ("TH", "THCS")):
                if targets := self.here.get((target, code)):
                    self.sent += send_on(self.here[source, code], targets, 1.0, taken)
        for kind, share in (("THPT", 0.68), ("GDTX", 0.08)):
            places = [code for found, code in self.here if found == kind]
            for place in places:
                near = catchment[place] if kind == "THPT" else self._wide(communes, places, place)
                sources = [
                    school
                    for code in near
                    for level in ("THCS", "TH-THCS")
                    for school in self.here.get((level, code), [])
                ]
                self.sent += send_on(sources, self.here[kind, place], share, taken)


def _pupils_in_open_year(layout: Layout) -> int:
    """Pupils enrolled at the beginning of the open year, without making any roster."""
    count = sum(
        cohort.own.count for school in layout.schools for cohort in (*school.cohorts[1:], *school.nursery[:])
    )  # the nursery of 2025 sits in MG3 now
    by_person = sorted((segment.first, segment.count) for segment, _ in layout.sent)
    count += sum(size for _, size in by_person)
    for school in layout.schools:
        if not school.is_graded:
            continue
        sent_ids = {
            person for segment, _ in layout.sent if segment.first // 20_000 == school.number for person in segment
        }
        for person in school.leavers().own:
            # A repeater who was sent stays instead; one who would have gone elsewhere stays in addition.
            if person not in sent_ids and repeats_year(person, school.grades[-1], layout.ability_salt):
                count += 1
    return count


def _round_off_pupils(layout: Layout, lacking: int) -> None:
    """Add to or take from the nursery classes of 2026, one child a class, until the number is exact."""
    classes = [
        (school, place) for school in layout.schools if school.nursery for place in range(len(school.nursery[1].sizes))
    ]
    step = 1 if lacking > 0 else -1
    for place in range(abs(lacking)):
        school, of_class = classes[place % len(classes)]
        cohort = school.nursery[1]
        sizes = list(cohort.sizes)
        sizes[of_class] += step
        cohort.sizes = tuple(sizes)
        cohort.own = Segment(cohort.own.first, sum(sizes))


def _round_off_staff(layout: Layout, posts: int) -> None:
    """Give the preschools the posts that are left of the province's number, by their classes."""
    preschools = [school for school in layout.schools if school.kind == "MN"]
    left = posts - sum(fixed_posts(school) for school in layout.schools)
    classes = {school.number: _classes(school) for school in preschools}
    total = sum(classes.values())
    given = 0
    for school in preschools:
        school.preschool_teachers = left * classes[school.number] // total
        given += school.preschool_teachers
    for school in preschools[: left - given]:
        school.preschool_teachers += 1


def _classes(school: SchoolPlan) -> int:
    return sum(max(cohort.classes, len(cohort.sizes)) for cohort in (*school.cohorts[1:], school.nursery[1]))
