"""The department's list pages and searches against Y3."""

from __future__ import annotations

import statistics

from benchmarks import measure
from benchmarks.run import Bench
from benchmarks.targets import Figure, NotRun

AREA = "lists"
PAGES = {
    "pupils": "/hoc-sinh/",
    "pupils of a grade": "/hoc-sinh/?khoi=8",
    "schools": "/truong/",
    "schools of the centre": "/dieu-hanh/truong/",
    "communes": "/dieu-hanh/xa/",
    "figures": "/dieu-hanh/",
    "results": "/dieu-hanh/ket-qua/",
    "staff": "/doi-ngu/",
    "posts that are missing": "/dinh-muc-giao-vien/",
    "clean data": "/sach-du-lieu/",
    "verified": "/dinh-danh/",
    "the ministry's": "/lien-thong-bo/",
    "rights": "/quyen/",
    "audit": "/nhat-ky/",
}
SEARCHES = ("nguyen minh", "tran", "khanh huyen", "pham thi")


def run(bench: Bench) -> list[Figure]:
    officer = bench.house.rows("SELECT person_id FROM identity_account WHERE login = 'so-gddt'")
    if not officer:
        raise NotRun("the data have no officer of the department")
    visitor = bench.house.visitor(officer[0][0])
    visited = dict(PAGES)
    for name, path in PAGES.items():
        try:
            visitor.get(path)
        except RuntimeError as problem:
            bench.notes[f"lists: {name}"] = str(problem)[:120]
            del visited[name]
    if not visited:
        raise NotRun("the officer may open none of the list pages")
    y3 = bench.yardsticks.y3()
    samples: list[dict[str, float]] = []
    searched: list[float] = []
    for _ in range(bench.rounds):
        sample = {"y3": statistics.median(y3() for _ in range(bench.turns_a_round))}
        for name, path in visited.items():
            taken = measure.milliseconds(lambda path=path: visitor.get(path), bench.turns_a_round)
            sample |= {name: statistics.median(taken), f"{name}, p95": measure.percentile(taken, 0.95)}
        for words in SEARCHES:
            searched += measure.milliseconds(
                lambda words=words: visitor.get(f"/hoc-sinh/?q={words.replace(' ', '+')}"), 4
            )
        samples.append({key: round(value, 3) for key, value in sample.items()})
    p95 = {name: round(measure.ratio(samples, f"{name}, p95", "y3"), 2) for name in visited}
    more = {"p95_by_y3": p95, "y3_p50_ms": statistics.median(sample["y3"] for sample in samples)}
    pupils = bench.house.rows("SELECT count(*) FROM students_student")[0][0]
    return [
        Figure(AREA, "p95_by_y3", max(p95.values()), samples, "ms p50 and p95 of a round", more),
        Figure(
            AREA,
            "name_search_ms",
            measure.percentile(searched, 0.95),
            measure.rounded(searched),
            "ms",
            {"pupils": pupils},
        ),
    ]
