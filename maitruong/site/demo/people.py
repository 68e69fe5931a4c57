"""The people of one school's block, pupils with their families and staff, as COPY lines."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from random import Random

from maitruong.foundation.organisations import admin_units

from . import names
from .chance import Urn
from .copytext import text_of
from .fixed import Extra, Fix, Fixed
from .plan import GUARDIANS_AT, NURSERY, OPEN_YEAR, PRESCHOOL, Cohort, SchoolPlan
from .staffing import Post

_NUMBERS_PER_SCHOOL = 1_200
_GROUPS = Urn({"KINH": 9_740, "TAY": 55, "SANDIU": 45, "MUONG": 40, "NUNG": 35, "HOA": 30, "THAI": 20, "MONG": 15,
               "DAO": 12, "KHMER": 4, "GIARAI": 4})  # fmt: skip
_GROUPS_OF_HILLS = Urn({"KINH": 9_200, "SANDIU": 420, "TAY": 160, "NUNG": 90, "HOA": 60, "MONG": 30, "DAO": 40})
_HILL_COMMUNES = frozenset({"10546", "10549", "10552", "10570", "10573", "10603"})  # around Chí Linh
_RELIGIONS = Urn({"NONE": 860, "BUDDHISM": 72, "CATHOLIC": 64, "PROTESTANT": 4})
_ELSEWHERE = Urn(
    {"034": 22, "022": 16, "033": 12, "001": 12, "036": 8, "038": 7, "040": 6, "024": 5, "027": 4, "015": 2}
)
_PLACE_OF_GROUP = {"TAY": "020", "NUNG": "020", "MONG": "002", "DAO": "022", "THAI": "014", "MUONG": "017"}
_PREFIXES = ("32", "33", "34", "35", "36", "37", "38", "39", "70", "76", "77", "78", "79", "81", "82", "83", "84", "85",
             "86", "88", "90", "91", "93", "94", "96", "97", "98")  # fmt: skip
_HAMLETS = (  # noqa: SIM905 - a table to read
    "Đông;Đoài;Nam;Bắc;Thượng;Hạ;Trung;Chợ;Đình;Chùa;Giếng;Mới;Tiền;Hậu;An Lạc;Kim Sơn;Phú Xuân;Đại Lộc;"
    "Tân Hợp;Hòa Bình"
).split(";")
_JOBS = Urn({
    "Công nhân": 34, "Nông dân": 20, "Buôn bán": 12, "Lái xe": 6, "Nội trợ": 6, "Giáo viên": 4, "Viên chức": 5,
    "Nhân viên văn phòng": 8, "Thợ xây": 5, "Ngư dân": 3, "Bác sĩ": 1, "Kĩ sư": 4, "Bộ đội": 2, "Tự do": 6,
})  # fmt: skip
_PLACES_OF_WORK = {"Công nhân": ("KCN Tràng Duệ", "KCN VSIP Hải Phòng", "KCN Nam Sách", "KCN Đình Vũ", "KCN Nomura")}
_POLICIES = Urn({"": 940, "NEAR_POOR": 22, "POOR": 12, "ORPHAN_ONE": 9, "WAR_INVALID_CHILD": 4, "ORPHAN_BOTH": 2,
                 "SOLDIER_CHILD": 3, "DISABLED": 4, "SOCIAL_AID": 3})  # fmt: skip
_DISABILITIES = ("MOBILITY", "HEARING_SPEECH", "SIGHT", "INTELLECTUAL", "OTHER")
_AGES = {"NT2": 2, "MG3": 3, "MG4": 4, "MG5": 5}


@dataclass(slots=True)
class Family:
    """Parents and home shared by brothers and sisters. `guardians` are (person, relation)."""

    name: str
    group: str
    religion: str
    commune: str
    hamlet: str
    line: str
    guardians: list[tuple[int, str]]
    children: int = 1
    youngest: int = 0  # cohort number of the last child


@dataclass(slots=True)
class Numbers:
    """Twelve-digit numbers nobody else has: the six free digits are a permutation of (school, count in the school)."""

    school: int
    seed: int
    _used: dict[str, int] = field(default_factory=dict)

    def next(self, place: str, sex: str, birth_year: int) -> str:
        digit = 2 * (birth_year // 100 - 19) + (sex == "female")
        head = f"{place}{digit}{birth_year % 100:02d}"
        count = self._used.get(head, 0)
        if count >= _NUMBERS_PER_SCHOOL:
            raise ValueError("too many people of one year, sex and place in one school")
        self._used[head] = count + 1
        at = self.school * _NUMBERS_PER_SCHOOL + count
        return f"{head}{(at * 420_489 + zlib.crc32(f'{self.seed}{head}'.encode())) % 1_000_000:06d}"


@cache
def place_of(commune: str) -> str:
    """The three-digit birth place most people of a commune have: the former province it came from."""
    units = {(unit.level, unit.code): unit for unit in admin_units.former_units()}
    for row in admin_units.successions():
        if row.new == commune and row.level != "province":
            district = row.old if row.level == "district" else units["commune", row.old].parent
            return f"0{units['district', district or ''].parent}"
    return "031"


@cache
def _nearby(commune: str) -> tuple[str, ...]:
    codes = [unit.code for unit in admin_units.communes("31") if unit.kind != "Đặc khu"]
    at = codes.index(commune) if commune in codes else len(codes) // 2
    return tuple(codes[max(0, at - 2) : at + 3])


class People:
    """Writes the people of one school. Made once per school, with the school's own chance."""

    def __init__(
        self,
        rng: Random,
        seed: int,
        school: SchoolPlan,
        fixed: Fixed,
        now_at: dict[int, int],
        out: dict[str, list[str]],
        two_years_grade: dict[int, str],
    ) -> None:
        self._rng, self._school, self._fixed, self._out = rng, school, fixed, out
        self._now_at = now_at  # leavers who entered another school: person → unit
        self._repeating = two_years_grade
        self._numbers = Numbers(school.number, seed)
        self._next_guardian = school.first_person + GUARDIANS_AT + len(fixed.extras.get(school.number, ()))
        self._families: list[Family] = []
        self._fixed_families: dict[int, Family] = {}
        self._groups = _GROUPS_OF_HILLS if school.commune in _HILL_COMMUNES else _GROUPS

    # --- pupils ---------------------------------------------------------------------------------------------------

    def pupils(self) -> None:
        """All pupils of the block, oldest cohort first, with their parents."""
        for extra in self._fixed.extras.get(self._school.number, ()):
            self._extra(extra)
        for cohort in (*self._school.cohorts, *self._school.nursery):
            born_in, entered = self._years(cohort)
            before: tuple[Family, date, str] | None = None
            for person in cohort.own:
                before = self._pupil(person, cohort, born_in, entered, before)

    def _years(self, cohort: Cohort) -> tuple[int, int]:
        """(usual year of birth, school year of entry) of a cohort."""
        stage = len(self._school.grades)
        if cohort.number >= 100:
            year = OPEN_YEAR - 1 if cohort is self._school.nursery[0] else OPEN_YEAR
            return year - _AGES[NURSERY], year
        entered = OPEN_YEAR - (stage - cohort.number)
        first = self._school.grades[0]
        age = _AGES[first] if first in PRESCHOOL else int(first) + 5
        return entered - age, entered

    def _pupil(
        self, person: int, cohort: Cohort, born_in: int, entered: int, before: tuple[Family, date, str] | None
    ) -> tuple[Family, date, str]:
        rng = self._rng
        fix = self._fixed.people.get(person)
        sex = fix.sex if fix else "male" if rng.random() < 0.522 else "female"
        twin = before is not None and fix is None and rng.random() < 0.006 and before[0].youngest >= 0
        family = self._family(cohort, born_in, fix, before[0] if twin and before else None)
        if fix:
            born = fix.born
        elif twin and before:
            born = before[1]
        else:
            born = date(born_in - (rng.random() < 0.02), 1, 1) + timedelta(days=rng.randrange(365))
        full_name = fix.full_name if fix else names.child(rng, family.name, sex, family.group)
        if twin and before and full_name == before[2]:
            full_name = f"{full_name.rsplit(' ', 1)[0]} {'Khánh' if sex == 'male' else 'Ngân'}"
        place = self._place(family.group, family.commune)
        number = self._numbers.next(place, sex, born.year)
        self._out["person"].append(
            f"{person}\t{full_name}\t{born}\t{sex}\t{number}\t{family.group}\t{family.religion}\tVN\t\\N\t\\N\t{family.commune}"
            f"\t{family.hamlet}\t{family.line}\n"
        )
        self._pupil_row(person, cohort, family, entered, place)
        return family, born, full_name

    def _pupil_row(self, person: int, cohort: Cohort, family: Family, entered: int, place: str) -> None:
        rng, school = self._rng, self._school
        unit = self._now_at.get(person, school.unit_id)
        stage = len(school.grades)
        at = min(stage - 1, max(0, stage - cohort.number)) if cohort.number < 100 else 0
        grade = self._repeating.get(person) or (NURSERY if cohort.number >= 100 else school.grades[at])
        policy = _POLICIES.one(rng)
        disability = rng.choice(_DISABILITIES) if policy == "DISABLED" or rng.random() < 0.004 else ""
        boarding = "SEMI" if school.two_sessions and rng.random() < (0.9 if grade in PRESCHOOL else 0.55) else ""
        pioneer = grade.isdigit() and 3 <= int(grade) <= 9
        union = grade.isdigit() and int(grade) >= 10 and rng.random() < 0.9
        birth_commune = (
            family.commune if place in ("030", "031") and rng.random() < 0.9 else rng.choice(_nearby(family.commune))
        )
        self._out["pupil"].append(
            f"{person}\t{unit}\t31{person:08d}\t{entered}-09-05\t{birth_commune}\t{policy}\t{disability}\t{boarding}\t"
            f"{'t' if pioneer else 'f'}\t{'t' if union else 'f'}\n"
        )
        for guardian, relation in family.guardians:
            contact = "t" if relation == family.guardians[0][1] else "f"
            self._out["guardianship"].append(
                f"{unit}\t{person}\t{guardian}\t{relation}\t{contact}\t{max(entered, 2020)}-09-05\t\\N\n"
            )

    def _place(self, group: str, commune: str) -> str:
        chance = self._rng.random()
        if group in _PLACE_OF_GROUP and chance < 0.6:
            return _PLACE_OF_GROUP[group]
        return place_of(commune) if chance < 0.93 else _ELSEWHERE.one(self._rng)

    # --- families -------------------------------------------------------------------------------------------------

    def _family(self, cohort: Cohort, born_in: int, fix: Fix | None, of_twin: Family | None) -> Family:
        if of_twin:
            of_twin.children += 1
            return of_twin
        if fix:
            return self._family_of_fixed(born_in, fix)
        rng = self._rng
        order = cohort.number if cohort.number < 100 else cohort.number + 1
        if self._families and rng.random() < 0.16:
            family = rng.choice(self._families)
            if family.children < 3 and family.youngest < order:
                family.children += 1
                family.youngest = order
                return family
        family = self._new_family(None, self._groups.one(rng), born_in)
        family.youngest = order
        self._families.append(family)
        return family

    def _family_of_fixed(self, born_in: int, fix: Fix) -> Family:
        if fix.twin_of is not None:
            return self._fixed_families[fix.twin_of]
        family = self._new_family(fix.family or fix.full_name.split()[0], fix.ethnic_group, born_in, fix.guardians)
        family.children, family.youngest = 3, -1  # nobody else joins
        for person, other in self._fixed.people.items():
            if other is fix:
                self._fixed_families[person] = family
        return family

    def _new_family(
        self, name: str | None, group: str, born_in: int, guardians: tuple[tuple[int, str], ...] | None = None
    ) -> Family:
        rng, school = self._rng, self._school
        far = rng.random() < (0.45 if school.kind in ("THPT", "GDTX") else 0.1)
        commune = rng.choice(_nearby(school.commune)) if far else school.commune
        hamlet, line = self._home(commune)
        if name is None:
            own = group in names.ETHNIC_WITH_NAMES
            name = rng.choice(names.ethnic(group, "family")) if own else names.table("family").one(rng)
        family = Family(name, group, _RELIGIONS.one(rng), commune, hamlet, line, list(guardians or ()))
        if guardians is None:
            family.guardians = list(self._parents(family, born_in))
        return family

    def _home(self, commune: str) -> tuple[str, str]:
        rng = self._rng
        if admin_units.commune(commune).kind == "Xã":
            return f"Thôn {rng.choice(_HAMLETS)}", ""
        return f"Tổ dân phố số {rng.randint(1, 40)}", f"Số {rng.randint(1, 240)} ngõ {rng.randint(1, 150)}"

    def _parents(self, family: Family, born_in: int) -> Iterator[tuple[int, str]]:
        rng = self._rng
        chance = rng.random()
        mother_born = born_in - rng.randint(20, 36)
        if chance < 0.965:
            yield self._guardian(family, "female", mother_born, None), "MOTHER"
        if chance < 0.87 or chance >= 0.965:
            if chance < 0.985:
                yield self._guardian(family, "male", mother_born - rng.randint(-2, 7), family.name), "FATHER"
            else:
                yield self._guardian(family, "female", mother_born - 25, None), "GRANDMOTHER"

    def _guardian(self, family: Family, sex: str, birth_year: int, family_name: str | None) -> int:
        rng = self._rng
        person = self._next_guardian
        self._next_guardian += 1
        group = family.group if family_name or rng.random() < 0.85 else "KINH"
        full_name = names.adult(rng, sex, group, family_name)
        born = date(birth_year, 1, 1) + timedelta(days=rng.randrange(365))
        self._guardian_lines(person, full_name, born, sex, family, _JOBS.one(rng), group)
        return person

    def _guardian_lines(
        self, person: int, full_name: str, born: date, sex: str, family: Family, job: str, group: str
    ) -> None:
        rng = self._rng
        number = self._numbers.next(self._place(group, family.commune), sex, born.year)
        phone = f"+84{rng.choice(_PREFIXES)}{rng.randrange(10_000_000):07d}"
        self._out["person"].append(
            f"{person}\t{full_name}\t{born}\t{sex}\t{number}\t{group}\t{family.religion}\tVN\t{phone}\t\\N\t{family.commune}\t"
            f"{family.hamlet}\t{family.line}\n"
        )
        workplace = rng.choice(_PLACES_OF_WORK[job]) if job in _PLACES_OF_WORK else ""
        self._out["guardian"].append(f"{person}\t{job}\t{workplace}\n")

    def _extra(self, extra: Extra) -> None:
        fix = extra.fix
        hamlet, line = self._home(self._school.commune)
        family = Family(fix.full_name.split()[0], "KINH", "NONE", self._school.commune, hamlet, line, [])
        self._guardian_lines(extra.person, fix.full_name, fix.born, fix.sex, family, extra.occupation, "KINH")

    # --- staff ----------------------------------------------------------------------------------------------------

    def staff(self, posts: list[Post]) -> None:
        """The persons and appointments of a school's posts."""
        for post in posts:
            self._member(post)

    def _member(self, post: Post) -> None:
        rng, school = self._rng, self._school
        fix = self._fixed.people.get(post.person)
        women = {"MN": 0.99, "GVTH": 0.9, "GDTC": 0.3}.get(post.pool or "", 0.7)
        sex = fix.sex if fix else "female" if rng.random() < women else "male"
        senior = post.position in ("principal", "deputy_principal")
        born = fix.born if fix else date(rng.randint(1967, 1984) if senior else rng.randint(1970, 2001), 1, 1)
        if not fix:
            born += timedelta(days=rng.randrange(365))
        full_name = fix.full_name if fix else names.adult(rng, sex, "KINH")
        commune = school.commune if rng.random() < 0.6 else rng.choice(_nearby(school.commune))
        hamlet, line = self._home(commune)
        number = self._numbers.next(self._place("KINH", commune), sex, born.year)
        phone = f"+84{rng.choice(_PREFIXES)}{rng.randrange(10_000_000):07d}"
        at = post.person - school.first_person
        email = f"gv{school.number:04d}{at:03d}@haiphong.example"
        religion = "NONE" if fix else _RELIGIONS.one(rng)
        self._out["person"].append(
            f"{post.person}\t{full_name}\t{born}\t{sex}\t{number}\tKINH\t{religion}\tVN\t{phone}\t{email}\t{commune}\t{hamlet}\t"
            f"{line}\n"
        )
        since = max(born.year + 23, 1995) + rng.randint(0, 3)
        fields = (
            post.person,
            school.unit_id,
            f"31{school.number:04d}{at:04d}",
            post.position,
            post.title_code,
            None if post.pool in (None, "MN", "GVTH") else post.pool,
            "fixed_term" if since > 2023 else "permanent",
            date(min(since, 2025), 8, 1),
            None,
        )
        self._out["staff"].append("\t".join(map(text_of, fields)) + "\n")
