"""The demo's messy list, written by one hand, read by another: every planted accident is found at its cell."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from maitruong.foundation.exchange import headers, workbook
from maitruong.foundation.exchange.dry_run import DryRun
from maitruong.foundation.exchange.findings import Problem
from maitruong.registry.students.columns import student_list
from maitruong.site.demo import messy_list

TODAY = dt.date(2026, 11, 22)
#: What is said about each accident: how grave, and in which words of ours.
SAID = {
    "name_nfd": ("fixed", "text.composed"),
    "stray_spaces": ("fixed", "text.spaces"),
    "name_tcvn3": ("fixed", "text.old_font"),
    "name_formula": ("error", "cell.formula"),
    "name_formula_text": ("error", "cell.formula"),
    "name_missing": ("error", "cell.empty"),
    "date_bare_number": ("fixed", "date.number"),
    "date_impossible": ("error", "date.not_in_calendar"),
    "date_two_digits": ("fixed", "date.short_year"),
    "number_lost_zero": ("fixed", "personal_id.lost_zeros"),
    "number_wrong_place": ("error", "personal_id.unknown_place"),
    "number_wrong_sex": ("warning", "personal_id.sex_differs"),
    "number_short": ("error", "personal_id.length"),
    "sex_unknown": ("error", "sex.unknown"),
    "ethnic_unknown": ("error", "code.unknown"),
    "phone_bad": ("warning", "kernel.phone_of_before_2018"),
    "double": ("error", "row.same_number"),
}


def read(path: Path) -> tuple[headers.Proposal, DryRun, list[Problem]]:
    columns = student_list(2026, TODAY)
    sheet = headers.best_sheet(workbook.look(path), columns)
    proposal = headers.propose(sheet, columns)
    run = DryRun(columns, proposal.choice())
    return proposal, run, [p for checked in run.run(workbook.read_rows(path, sheet.index)) for p in checked.problems]


def test_all_54_columns_are_recognised_below_their_two_header_rows(tmp_path: Path) -> None:
    list_ = messy_list.write(tmp_path / "list.xlsx", rows=60)

    proposal, _, _ = read(list_.path)

    assert proposal.data_from == list_.first_data_row
    assert [guess.key for guess in proposal.guesses] == [column.key for column in student_list(2026, TODAY).sheet]


def test_every_planted_accident_is_said_at_its_cell_and_nothing_else_is(tmp_path: Path) -> None:
    for seed in (1, 2, 3):
        list_ = messy_list.write(tmp_path / f"list{seed}.xlsx", rows=70, classes=("6A1", "6A4"), seed=seed)

        _, run, problems = read(list_.path)

        said = {(p.row, p.finding.severity.value, p.finding.code) for p in problems}
        assert said == {(planted.row, *SAID[planted.kind]) for planted in list_.truth}
        at = {(p.row, p.finding.code): p.cell for p in problems}
        assert [at[p.row, SAID[p.kind][1]] for p in list_.truth if p.kind != "double"] == [
            p.cell for p in list_.truth if p.kind != "double"
        ]
        assert run.totals.as_json()["records"] == 70


def test_what_was_repaired_is_what_was_meant(tmp_path: Path) -> None:
    list_ = messy_list.write(tmp_path / "list.xlsx", rows=70, seed=5)
    columns = student_list(2026, TODAY)
    sheet = workbook.look(list_.path).sheets[0]
    run = DryRun(columns, headers.propose(sheet, columns).choice())
    values = {r.row: r.values for checked in run.run(workbook.read_rows(list_.path, 0)) for r in checked.records}

    repaired = {p.kind: (p, values[p.row]) for p in list_.truth if SAID[p.kind][0] == "fixed" and p.right}

    for kind in ("name_nfd", "stray_spaces", "name_tcvn3"):
        planted, row = repaired[kind]
        assert row["full_name"] == planted.right, kind
    planted, row = repaired["number_lost_zero"]
    assert row["personal_number"] == planted.right
