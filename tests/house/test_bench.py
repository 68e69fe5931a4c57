"""The bench's own promises, without measuring anything: targets in one file, a frozen yardstick, nothing made up."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from benchmarks import __main__ as bench
from benchmarks import scales, targets
from benchmarks.installation import refuse_other_data
from benchmarks.measure import percentile, ratio
from benchmarks.run import ALONE, AREAS, GROUPS
from benchmarks.targets import Figure
from tools.mutants import MUTANTS, mutated
from tools.places import CHECKOUT
from tools.trouble import Trouble


def test_every_area_has_its_targets_in_the_one_file_and_the_file_names_no_other() -> None:
    assert set(targets.names()) == {*AREAS, scales.AREA}


@pytest.mark.parametrize(("area", "name"), [(area, name) for area, names in targets.names().items() for name in names])
def test_a_target_says_what_it_is_and_compares_one_way(area: str, name: str) -> None:
    target = targets.read()[area][name]

    assert len({"most", "least", "exactly"} & set(target)) == 1
    assert target["what"]


def test_a_group_is_its_areas_on_the_province() -> None:
    asked = bench.parse(["registry"])
    assert asked.areas == GROUPS["registry"] and asked.data == "province"
    assert set(asked.areas) <= set(AREAS)
    assert bench.parse(["registry", "--data", "small"]).data == "small"
    assert bench.parse(["lists"]).data == "small"


def test_at_several_sizes_what_has_no_size_is_left_out_of_a_group(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[list[str]] = []
    monkeypatch.setattr(bench, "several", lambda options, names: asked.append(names) or 0)
    bench.main(["registry", "--scale", "1/10,1"])
    bench.main(["exchange", "--scale", "1/10,1"])
    assert not set(asked[0]) & ALONE and asked[1] == ["exchange"]


def test_the_yardstick_is_the_one_the_targets_were_set_against() -> None:
    assert targets.y3_is_frozen(), f"benchmarks/y3.py was changed: sha256 {targets.y3_hash()}"


def test_the_yardstick_has_no_line_of_the_product() -> None:
    text = targets.Y3_FILE.read_text()

    assert "maitruong" not in text
    assert "tools" not in text


@pytest.mark.parametrize(
    ("area", "name", "value", "met"),
    [
        ("gradebook_page", "bytes_raw", 61_440, True),
        ("gradebook_page", "bytes_raw", 61_441, False),
        ("gradebook_save", "commits", 1, True),
        ("gradebook_save", "commits", 0, False),
        ("signing", "cases", 0.69, False),
        ("signing", "cases", 0.70, True),
    ],
)
def test_a_figure_is_held_against_its_own_target(area: str, name: str, value: float, met: bool) -> None:
    assert Figure(area, name, value).is_met is met


def test_a_figure_without_a_target_does_not_exist() -> None:
    with pytest.raises(KeyError):
        Figure("gradebook_page", "of_no_target", 1).as_dict()


def test_ratios_are_taken_within_their_round_before_the_median() -> None:
    busy_in_the_second_round = [{"y3": 4.0, "ours": 8.0}, {"y3": 40.0, "ours": 80.0}, {"y3": 4.0, "ours": 12.0}]

    assert ratio(busy_in_the_second_round, "ours", "y3") == 2.0


def test_p95_of_twenty_is_the_slowest() -> None:
    assert percentile(range(1, 21), 0.95) == 20


def test_the_province_is_never_laid_into_the_checkout() -> None:
    options = bench.parse(["--data", "province", "--folder", str(CHECKOUT / "var" / "bench")])

    with pytest.raises(Trouble, match="inside the checkout"):
        bench.folder_of(options)


def a_document(scale: str, results: int, p50: float, cpu: float) -> dict[str, Any]:
    """What one size tells: a page, and a recomputation whose ratio says nothing of its size."""
    page = {"name": "p50_by_y3", "value": p50, "target": {"most": 4}, "pass": True}
    made = {"name": "cpu_by_copy", "value": 1.2, "cost": cpu, "target": {"most": 1.5}, "pass": True}
    areas = [
        {"area": "gradebook_page", "figures": [page], "not_run": []},
        {"area": "recompute", "figures": [made], "not_run": []},
    ]
    data = {"counts": {"mark": results - 10, "primary": 10}, "costs": {"seed.cpu_seconds": results / 100}}
    return {
        "scale": scale, "commit": "c", "machine": {}, "data": data, "areas": areas, "missed": [], "not_run": [],
        "pass": True,
    }  # fmt: skip


def test_a_cost_that_grows_faster_than_the_data_is_missed_and_named() -> None:
    told = scales.together([a_document("1/10", 1_000, 2.0, 1.0), a_document("1", 10_000, 2.1, 12.0)])

    (figure,) = told["growth"]["figures"]
    assert (figure["value"], figure["worst"], figure["pass"]) == (1.2, "recompute.cpu_by_copy", False)
    assert told["missed"] == ["growth.cost_by_data"]
    assert not told["pass"]


def test_costs_that_grow_as_the_data_or_less_are_met_at_every_step() -> None:
    sizes = [("1/10", 1_000, 2.0, 1.0), ("1/3", 3_300, 2.1, 3.4), ("1", 10_000, 2.2, 11.0)]
    told = scales.together([a_document(*size) for size in sizes])

    assert told["pass"]
    assert [step["data_times"] for step in told["steps"]] == [3.3, 3.03]
    assert told["steps"][0]["costs"]["gradebook_page.p50_by_y3"]["times"] == 1.05
    assert told["growth"]["figures"][0]["value"] == pytest.approx(11.0 / 3.4 / (10_000 / 3_300), abs=0.001)


def test_sizes_are_taken_from_the_smallest_up_and_strange_ones_refused() -> None:
    assert bench.parse(["--scale", "1,1/10,1/3"]).scales == ["1/10", "1/3", "1"]
    assert bench.parse(["--scale", "1/10"]).data == "province"
    with pytest.raises(Trouble, match="1/7"):
        bench.parse(["--scale", "1/7,1"])


def test_a_folder_seeded_at_another_size_is_not_measured_as_this_one(tmp_path: Path) -> None:
    held = {"name": "province", "scale": "1/10"}
    refuse_other_data(held, "province", "1/10", tmp_path)
    with pytest.raises(Trouble, match="1/10, not province at 1/3"):
        refuse_other_data(held, "province", "1/3", tmp_path)
    with pytest.raises(Trouble):
        refuse_other_data(held, "small", "1/10", tmp_path)


def test_a_folder_with_somebodys_data_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "postgres").mkdir()

    with pytest.raises(Trouble, match="no bench made"):
        bench.folder_of(bench.parse(["--folder", str(tmp_path)]))
    assert [path.name for path in tmp_path.iterdir()] == ["postgres"]


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_each_mutant_still_fits_the_code(mutant: object) -> None:
    assert mutated(mutant, CHECKOUT) != (CHECKOUT / mutant.file).read_text()  # type: ignore[arg-type, attr-defined]
    assert all((CHECKOUT / test).exists() for test in mutant.tests)  # type: ignore[attr-defined]


@pytest.mark.parametrize("module", ["benchmarks.signing", "benchmarks.exchange", "benchmarks.linking"])
def test_what_runs_without_an_installation_still_begins_by_itself(module: str) -> None:
    bare = {name: value for name, value in os.environ.items() if not name.startswith(("DJANGO_", "MT_"))}

    told = subprocess.run(
        [sys.executable, "-m", module, "--help"], cwd=CHECKOUT, env=bare, capture_output=True, text=True, check=False
    )

    assert told.returncode == 0, told.stderr[-2000:]
