"""Own people against a population: how many are found, who is never linked, and what is written."""

from __future__ import annotations

import csv
import json
import random
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from maitruong.foundation.kernel.errors import Refusal
from maitruong.registry.verification import services
from maitruong.registry.verification.errors import (
    CodesDoubled,
    ColumnsMissing,
    FolderInUse,
    ListUnreadable,
    NoSuchList,
)
from maitruong.registry.verification.linking import database
from maitruong.registry.verification.tests import planted
from maitruong.registry.verification.types import LinkReport

HEADER = ",".join(planted.COLUMNS)
LAN = "H1,Nguyễn Thị Lan,2012-05-07,female,031312004567"


def lists(folder: Path, own: list[str], population: list[str], header: str = HEADER) -> Path:
    folder.mkdir(exist_ok=True)
    for name, rows in (("own", own), ("population", population)):
        (folder / f"{name}.csv").write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return folder


def crowd(count: int = 3000, seed: int = 5) -> list[str]:
    """People nobody asks for: what is rare is told by them."""
    rng = random.Random(seed)
    humans = planted.humans_of(rng, count, count)
    return [",".join((f"C{n}", *planted._row(human))) for n, human in enumerate(humans)]


def links(out: Path, file: str = "links.csv") -> dict[str, str]:
    with (out / file).open(encoding="utf-8") as lines:
        return {row["own"]: row["population"] for row in csv.DictReader(lines)}


@pytest.mark.parametrize("kind", ["easy", "hard"])
@pytest.mark.parametrize("seed", [3, 11])
def test_nearly_everybody_is_found_and_nearly_nobody_wrongly(tmp_path: Path, kind: str, seed: int) -> None:
    truth = planted.write(tmp_path, errors=planted.KINDS[kind], own=6000, population=24_000, seed=seed)

    report = services.link_lists(tmp_path, tmp_path / "out")

    found = links(tmp_path / "out")
    wrong = {own for own, population in found.items() if truth[own] != population}
    there = sum(map(bool, truth.values()))
    assert report.own == len(truth) and report.linked == len(found)
    assert report.linked + report.doubtful + report.unknown == report.own
    assert len(wrong) <= 1
    assert (len(found) - len(wrong)) / there >= {"easy": 0.995, "hard": 0.985}[kind]


def test_two_who_share_the_number_alone_are_never_linked(tmp_path: Path) -> None:
    rng = random.Random(8)
    humans = planted.humans_of(rng, 4000, 4000)
    own = [",".join((f"H{n}", *planted._row(human))) for n, human in enumerate(humans[:1000])]
    strangers = [human._replace(number=humans[n].number) for n, human in enumerate(humans[1000:2000])]
    population = [",".join((f"P{n}", *planted._row(human))) for n, human in enumerate(strangers)]

    report = services.link_lists(lists(tmp_path, own, population), tmp_path / "out")

    assert report.linked == 0 and links(tmp_path / "out") == {}


def test_the_number_of_ones_twin_links_to_oneself_or_to_nobody(tmp_path: Path) -> None:
    own = ["H1,Vũ Minh Khang,2012-05-07,male,031212000002"]
    twins = ["P1,Vũ Minh Khang,2012-05-07,male,031212000001", "P2,Vũ Minh Khôi,2012-05-07,male,031212000002"]

    services.link_lists(lists(tmp_path, own, [*twins, *crowd()]), tmp_path / "out")

    assert links(tmp_path / "out").get("H1", "P1") == "P1"


def test_of_two_people_equally_alike_neither_is_taken_and_both_are_shown(tmp_path: Path) -> None:
    own = ["H1,Nguyen Minh Anh,2012-05-07,female,"]
    alike = ["P1,Nguyễn Minh Anh,2012-05-07,female,031312000001", "P2,Nguyễn Minh Ánh,2012-05-07,female,031312000002"]

    report = services.link_lists(lists(tmp_path, own, [*alike, *crowd()]), tmp_path / "out")

    with (tmp_path / "out/doubtful.csv").open(encoding="utf-8") as lines:
        shown = [(row["own"], row["population"]) for row in csv.DictReader(lines)]
    assert (report.linked, report.doubtful) == (0, 1)
    assert sorted(shown) == [("H1", "P1"), ("H1", "P2")]


@pytest.mark.parametrize(
    "row",
    [
        "H1, NGUYỄN  THỊ LAN ,07/05/2012,Nữ,031 312 004 567",
        "H1,nguyen thi lan,2012-07-05,2,031312004567",
        "H1,Nguyễn Thị Lan,2012-05-07,female,031312004576",
        "H1,Nguyễn Thị Lan,,,031312004567",
    ],
)
def test_one_thing_wrong_or_missing_at_a_time_still_finds_her(tmp_path: Path, row: str) -> None:
    population = [LAN.replace("H1", "P1"), *crowd()]
    others = [line.replace("C", "H1000", 1) for line in crowd()[:2000]]

    services.link_lists(lists(tmp_path, [row, *others], population), tmp_path / "out")

    assert links(tmp_path / "out")["H1"] == "P1"


def test_what_was_seen_of_a_link_is_told_also_of_one_beyond_doubt(tmp_path: Path) -> None:
    own = [LAN.replace("female", "male"), "H2,tran thi be,2013-09-04,,031313007777"]
    population = [LAN.replace("H1", "P1"), "P2,Trần Thị Bé,2013-04-09,female,031313007777", *crowd()]

    services.link_lists(lists(tmp_path, own, population), tmp_path / "out")

    with (tmp_path / "out/links.csv").open(encoding="utf-8") as lines:
        seen = {row["own"]: [row[kind] for kind in ("name", "birth", "number", "sex")] for row in csv.DictReader(lines)}
    assert seen == {"H1": ["same", "same", "same", "other"], "H2": ["unmarked", "swapped", "same", "untold"]}


def test_two_own_rows_of_one_human_are_told(tmp_path: Path) -> None:
    own = [LAN, LAN.replace("H1", "H2")]

    report = services.link_lists(lists(tmp_path, own, [LAN.replace("H1", "P1"), *crowd()]), tmp_path / "out")

    assert links(tmp_path / "out") == {"H1": "P1", "H2": "P1"}
    assert report.doubled == 1


def test_a_population_that_holds_her_twice_links_neither(tmp_path: Path) -> None:
    twice = [LAN.replace("H1", "P1"), LAN.replace("H1", "P2")]

    report = services.link_lists(lists(tmp_path, [LAN], [*twice, *crowd()]), tmp_path / "out")

    assert (report.linked, report.doubtful) == (0, 1)


def test_the_order_of_the_rows_changes_nothing(tmp_path: Path) -> None:
    truth = planted.write(tmp_path, errors=planted.HARD, own=3000, population=12_000, seed=4)
    services.link_lists(tmp_path, tmp_path / "out")
    other = tmp_path / "other"
    other.mkdir()
    for name in ("own", "population"):
        head, *rows = (tmp_path / f"{name}.csv").read_text().splitlines()
        random.Random(1).shuffle(rows)
        (other / f"{name}.csv").write_text("\n".join([head, *rows]) + "\n")

    services.link_lists(other, other / "out")

    assert truth and links(other / "out") == links(tmp_path / "out")


def test_what_is_written_names_no_person_and_is_for_its_owner_alone(tmp_path: Path) -> None:
    planted.write(tmp_path, errors=planted.HARD, own=500, population=2000, seed=4)
    out = tmp_path / "out"

    told = StringIO()
    call_command("registry", "link", str(tmp_path), str(out), "--json", stdout=told)

    report = LinkReport(**json.loads(told.getvalue()))
    assert report.own == 500 and report.linked > 400
    text = (out / "links.csv").read_text() + (out / "doubtful.csv").read_text() + told.getvalue()
    for row in csv.DictReader((tmp_path / "own.csv").open(encoding="utf-8")):
        assert row["full_name"] not in text and row["born_on"] not in text
        assert not row["number"] or row["number"] not in text
    assert {(out / name).stat().st_mode & 0o077 for name in ("links.csv", "doubtful.csv")} == {0}


def test_dates_and_numbers_nobody_can_read_are_counted(tmp_path: Path) -> None:
    own = ["H1,Nguyễn Thị Lan,31/02/2012,female,03131200456", "H2,Trần Bé,,female,"]

    report = services.link_lists(lists(tmp_path, own, crowd()), tmp_path / "out")

    assert report.unread["own"] == {"born_on": 1, "number": 1}
    assert report.unread["population"] == {"born_on": 0, "number": 0}


def test_lists_from_excel_and_columnar_ones_are_read_alike(tmp_path: Path) -> None:
    lists(tmp_path, [LAN], [LAN.replace("H1", "P1"), *crowd(50)])
    services.link_lists(tmp_path, tmp_path / "plain")
    excel = tmp_path / "excel"
    excel.mkdir()
    for name in ("own", "population"):
        text = (tmp_path / f"{name}.csv").read_text().replace(",", ";").replace("full_name", '"full_name"')
        (excel / f"{name}.csv").write_bytes(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())
    columnar = tmp_path / "columnar"
    columnar.mkdir()
    with database() as db:
        for name in ("own", "population"):
            db.execute(
                f"COPY (SELECT * REPLACE (born_on::DATE AS born_on) FROM '{tmp_path}/{name}.csv') TO '{columnar}/{name}.parquet'"
            )

    for folder in (excel, columnar):
        services.link_lists(folder, folder / "out")
        assert links(folder / "out") == links(tmp_path / "plain") == {"H1": "P1"}


@pytest.mark.parametrize(("own", "population"), [([], []), ([LAN], []), ([], [LAN])])
def test_an_empty_list_links_nobody(tmp_path: Path, own: list[str], population: list[str]) -> None:
    report = services.link_lists(lists(tmp_path, own, population), tmp_path / "out")

    assert (report.own, report.population, report.linked) == (len(own), len(population), 0)


def test_each_bad_input_is_refused_by_name_and_nothing_is_written(tmp_path: Path) -> None:
    fine = lists(tmp_path / "fine", [LAN], [LAN])
    nothing = tmp_path / "nothing"
    nothing.mkdir()
    short = lists(tmp_path / "short", ["H1,Lan"], ["P1,Lan"], header="id,full_name")
    broken = lists(tmp_path / "broken", [LAN, "H2,Trần Thị Bé,2012-05-07"], [LAN])
    binary = lists(tmp_path / "binary", [LAN], [LAN])
    (binary / "population.csv").write_bytes(b"\xff\xfe\x00id" * 100)
    doubled = lists(tmp_path / "doubled", [LAN, LAN], [LAN])

    for folder, refusal in (
        (nothing, NoSuchList),
        (short, ColumnsMissing),
        (broken, ListUnreadable),
        (binary, Refusal),
        (doubled, CodesDoubled),
    ):
        with pytest.raises(refusal) as told:
            services.link_lists(folder, folder / "out")
        assert not (folder / "out").exists()
        assert "Lan" not in told.value.text and "031312004567" not in told.value.text
    services.link_lists(fine, fine / "out")
    before = (fine / "out/links.csv").read_text()
    with pytest.raises(FolderInUse):
        services.link_lists(fine, fine / "out")
    assert (fine / "out/links.csv").read_text() == before


def test_the_command_refuses_in_words_with_exit_code_1(tmp_path: Path) -> None:
    told = StringIO()

    with pytest.raises(SystemExit) as stopped:
        call_command("registry", "link", str(tmp_path), str(tmp_path / "out"), "--json", stdout=told)

    assert stopped.value.code == 1
    assert json.loads(told.getvalue())["code"] == "verification.no_such_list"
    assert isinstance(ListUnreadable(name="own.csv").advice, str)
