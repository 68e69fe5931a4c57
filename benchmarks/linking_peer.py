"""splink on the lists of a folder: FOLDER/own.csv, FOLDER/population.csv → FOLDER/splink.csv. Run by `linking.py` in splink's own venv.

It is given what it needs to be good at these lists: names with and without marks, the birth date with day and month exchanged,
term frequencies, the blocking rules our own side meets people by, and its own training (random sampling and expectation
maximisation).
"""

from __future__ import annotations

import json
import logging
import sys
import time
from pathlib import Path

import duckdb
import splink.comparison_level_library as levels
import splink.comparison_library as comparisons
from splink import DuckDBAPI, Linker, SettingsCreator, block_on


def main(folder: Path) -> None:
    logging.disable(logging.CRITICAL)
    db = duckdb.connect()
    begun = time.perf_counter()
    for name in ("own", "population"):
        db.execute(
            f"CREATE TABLE {name}_given AS SELECT * FROM read_csv('{folder / name}.csv', all_varchar = true, header = true)"
        )
    read = time.perf_counter()
    for name in ("own", "population"):
        db.execute(f"""
CREATE TABLE {name} AS SELECT *, replace(strip_accents(name), 'đ', 'd') AS fold FROM (
  SELECT id AS unique_id, lower(full_name) AS name, born_on AS born, sex, nullif(number, '') AS number,
    CASE WHEN day(born_on::DATE) <= 12 THEN make_date(year(born_on::DATE), day(born_on::DATE), month(born_on::DATE))::VARCHAR END AS swapped
  FROM {name}_given)""")
    linker = _linker(db)
    linker.training.estimate_probability_two_random_records_match(
        ["l.number = r.number AND l.born = r.born", "l.name = r.name AND l.born = r.born AND l.sex = r.sex"], recall=0.9
    )
    linker.training.estimate_u_using_random_sampling(max_pairs=1e6)
    linker.training.estimate_parameters_using_expectation_maximisation(block_on("number"))
    linker.training.estimate_parameters_using_expectation_maximisation(block_on("fold", "born"))
    found = linker.inference.predict(threshold_match_probability=0.5).physical_name
    db.execute(f"""
CREATE TABLE best AS SELECT * FROM (
  SELECT *, row_number() OVER (PARTITION BY own ORDER BY match_weight DESC) AS place FROM (
    SELECT match_weight, match_probability, CASE WHEN unique_id_l LIKE 'H%' THEN unique_id_l ELSE unique_id_r END AS own,
      CASE WHEN unique_id_l LIKE 'H%' THEN unique_id_r ELSE unique_id_l END AS population FROM {found})) WHERE place = 1""")
    done = time.perf_counter()
    db.execute(
        f"COPY (SELECT own, population, match_probability AS likely FROM best) TO '{folder}/splink.csv' (HEADER)"
    )
    print(json.dumps({"reading": round(read - begun, 3), "seconds": round(done - read, 3)}))


def _linker(db: duckdb.DuckDBPyConnection) -> Linker:
    name = comparisons.CustomComparison(
        output_column_name="name",
        comparison_levels=[
            levels.NullLevel("name"),
            levels.ExactMatchLevel("name", term_frequency_adjustments=True),
            levels.ExactMatchLevel("fold", term_frequency_adjustments=True),
            levels.JaroWinklerLevel("fold", 0.92),
            levels.ElseLevel(),
        ],
    )
    born = comparisons.CustomComparison(
        output_column_name="born",
        comparison_levels=[
            levels.NullLevel("born"),
            levels.ExactMatchLevel("born"),
            levels.CustomLevel("born_l = swapped_r", "day and month exchanged"),
            levels.LevenshteinLevel("born", 1),
            levels.ElseLevel(),
        ],
    )
    number = comparisons.CustomComparison(
        output_column_name="number",
        comparison_levels=[
            levels.NullLevel("number"),
            levels.ExactMatchLevel("number"),
            levels.DamerauLevenshteinLevel("number", 1),
            levels.ElseLevel(),
        ],
    )
    settings = SettingsCreator(
        link_type="link_only",
        comparisons=[name, born, number, comparisons.ExactMatch("sex")],
        blocking_rules_to_generate_predictions=[
            block_on("number"),
            block_on("fold", "born"),
            "l.fold = r.fold AND l.born = r.swapped",
            block_on("born", "substr(number, 7)"),
            block_on("born", "substr(number, 1, 9)"),
            block_on("fold", "substr(number, 7)"),
            block_on("fold", "substr(number, 1, 9)"),
        ],
        retain_intermediate_calculation_columns=False,
        retain_matching_columns=False,
    )
    api = DuckDBAPI(connection=db)
    return Linker([api.register("own"), api.register("population")], settings)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
