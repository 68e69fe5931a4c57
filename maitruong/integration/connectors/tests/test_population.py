"""The client against the stand-in register as a process of its own: whatever goes wrong, nobody is matched who is not."""

from __future__ import annotations

import contextlib
import csv
import datetime as dt
import json
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request

import pytest

from maitruong.integration.connectors.population import Client
from maitruong.integration.connectors.population.breaker import Breaker
from maitruong.registry.verification.ports import MOST_AT_ONCE, OnBehalf, Trouble
from maitruong.registry.verification.rules import Identity, MatchState
from tools.places import CHECKOUT

PEOPLE = [
    Identity(f"03131500{n:04}", f"Nguyễn Thị {name}", dt.date(2015, 3, 9), "female")
    for n, name in enumerate(["Hoà", "Lan", "Mai", "Cúc"])
]
ASKER = OnBehalf("account 7", "Nghị định 88/2026/NĐ-CP, Điều 9")
UNMATCHED = (MatchState.PENDING, MatchState.ERROR)


@pytest.fixture(scope="module")
def register(tmp_path_factory):
    """The stand-in on a free port; ends only the process started here."""
    source = tmp_path_factory.mktemp("register") / "people.csv"
    with source.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["number", "full_name", "born_on", "sex", "deceased"])
        for person in PEOPLE:
            writer.writerow([person.number, person.full_name, person.born_on, person.sex, "0"])
        writer.writerow(["031315009999", "Lê Văn Tám", "2014-01-02", "male", "1"])
    process = subprocess.Popen(
        [sys.executable, "-m", "tools.commands", "stand-in", "population", "--port", "0", "--people", str(source)],
        cwd=CHECKOUT,
        stdout=subprocess.PIPE,
        text=True,
    )
    port = process.stdout.readline().split("port ")[1].split(",")[0]
    yield f"http://127.0.0.1:{port}"
    process.terminate()
    process.wait(10)


@pytest.fixture
def fault(register):
    def switch(name, seconds=3.0):
        body = json.dumps({"fault": name, "seconds": seconds}).encode()
        urllib.request.urlopen(f"{register}/control/fault", body, timeout=5).close()  # noqa: S310 - our own stand-in

    yield switch
    switch("none")


def client(address, **options):
    return Client(address, **{"seconds": 5.0, "sleep": lambda seconds: None} | options)


def states(answers):
    return [answer.verdict.state for answer in answers]


def test_a_right_register_matches_and_leaves_evidence(register):
    answers = client(register).match_batch(PEOPLE, ASKER)
    assert states(answers) == [MatchState.MATCHED] * 4
    assert [answer.asked for answer in answers] == PEOPLE
    (asked,) = [
        row
        for row in json.load(urllib.request.urlopen(f"{register}/control/asked", timeout=5))  # noqa: S310 - our own stand-in
        if row["transaction"] == answers[0].transaction
    ]
    assert (asked["user"], asked["purpose"], asked["people"]) == (ASKER.user, ASKER.purpose, 4)
    assert {answer.evidence for answer in answers} == {asked["evidence"]}


def test_single_queries_tell_the_unknown_and_the_dead(register):
    ask = client(register)
    assert (
        ask.match(Identity("031315007777", "Ai Đó", dt.date(2015, 1, 1), "male"), ASKER).verdict.state
        is MatchState.NUMBER_NOT_FOUND
    )
    assert (
        ask.match(Identity("031315009999", "Lê Văn Tám", dt.date(2014, 1, 2), "male"), ASKER).verdict.state
        is MatchState.DECEASED
    )


def test_two_rows_with_one_number_are_told_without_asking(register):
    twin = Identity(PEOPLE[0].number, "Nguyễn Thị Khác", dt.date(2015, 3, 9), "female")
    answers = client(register).match_batch([PEOPLE[0], PEOPLE[1], twin], ASKER)
    double = MatchState.NUMBER_DUPLICATE_IN_SECTOR
    assert states(answers) == [double, MatchState.MATCHED, double]


@pytest.mark.parametrize(
    ("name", "expected", "why"),
    [
        ("down", MatchState.PENDING, Trouble.UNREACHABLE),
        ("wrong", MatchState.MISMATCH_NAME, ""),
        ("wrong_number", MatchState.PENDING, Trouble.LEFT_OUT),
        ("nonsense", MatchState.ERROR, Trouble.NOT_UNDERSTOOD),
        ("twice", MatchState.ERROR, Trouble.SAID_TWICE),
        ("other_exchange", MatchState.ERROR, Trouble.NOT_UNDERSTOOD),
    ],
)
def test_no_fault_makes_anybody_matched(register, fault, name, expected, why):
    fault(name)
    answers = client(register).match_batch(PEOPLE, ASKER)
    assert states(answers) == [expected] * 4
    assert {answer.why for answer in answers} == {why}
    assert not any(answer.verdict.suggestion for answer in answers)


def test_half_a_batch_matches_its_half_only(register, fault):
    fault("partial")
    answers = client(register).match_batch(PEOPLE, ASKER)
    assert states(answers) == [MatchState.MATCHED] * 2 + [MatchState.PENDING] * 2
    assert [answer.why for answer in answers] == ["", "", Trouble.LEFT_OUT, Trouble.LEFT_OUT]


def test_a_slow_register_is_left_after_the_time_given(register, fault):
    fault("slow", seconds=3.0)
    began = time.monotonic()
    answers = client(register, seconds=0.3, tries=1).match_batch(PEOPLE, ASKER)
    assert time.monotonic() - began < 2
    assert {(answer.verdict.state, answer.why) for answer in answers} == {(MatchState.PENDING, Trouble.UNREACHABLE)}


def test_a_register_that_keeps_failing_rests_and_is_tried_again(register, fault):
    now = [0.0]
    pauses = []
    ask = client(register, tries=3, sleep=pauses.append, breaker=Breaker(failures=2, rest=60, clock=lambda: now[0]))
    fault("down")
    assert [ask.match(PEOPLE[0], ASKER).why for _ in range(3)] == [
        Trouble.UNREACHABLE,
        Trouble.UNREACHABLE,
        Trouble.RESTING,
    ]
    assert pauses == [1.0, 2.0, 1.0, 2.0]
    fault("none")
    assert ask.match(PEOPLE[0], ASKER).why == Trouble.RESTING
    now[0] = 61
    assert states(ask.match_batch(PEOPLE, ASKER)) == [MatchState.MATCHED] * 4
    assert states(ask.match_batch(PEOPLE, ASKER)) == [MatchState.MATCHED] * 4


def test_more_than_the_sector_allows_is_not_sent(register):
    with pytest.raises(ValueError):
        client(register).match_batch([PEOPLE[0]] * (MOST_AT_ONCE + 1), ASKER)


@pytest.mark.parametrize("missing", ["user", "purpose", "transaction"])
def test_the_stand_in_refuses_who_does_not_say_who_asks_what_for(register, missing):
    body = {"transaction": "t", "user": "u", "purpose": "p", "people": []}
    del body[missing]
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(f"{register}/v1/match", json.dumps(body).encode(), timeout=5)  # noqa: S310 - our own stand-in
    assert refused.value.code == 400


def test_who_has_no_number_spoils_nobody_elses_answer(register):
    nobody = Identity("", "Lê Thị Không", dt.date(2015, 3, 9), "female")
    answers = client(register).match_batch([PEOPLE[0], nobody, nobody, PEOPLE[1]], ASKER)
    assert states(answers) == [MatchState.MATCHED, MatchState.NOT_SENT, MatchState.NOT_SENT, MatchState.MATCHED]
    assert [answer.why for answer in answers] == ["", Trouble.NO_NUMBER, Trouble.NO_NUMBER, ""]


def test_headers_that_drip_byte_by_byte_do_not_outlast_the_time_given():
    """Each wait for a byte is short of the time-out; together they would last for minutes."""
    line = socket.create_server(("127.0.0.1", 0))
    done = threading.Event()

    def drip():
        taken, _ = line.accept()
        with taken, contextlib.suppress(OSError):
            taken.recv(65536)
            for letter in b"HTTP/1.1 200 OK\r\nX-Slow: " + b"x" * 400:
                if done.wait(0.05):
                    return
                taken.sendall(bytes([letter]))

    threading.Thread(target=drip, daemon=True).start()
    began = time.monotonic()
    answers = client(f"http://127.0.0.1:{line.getsockname()[1]}", seconds=0.5, tries=1).match_batch(PEOPLE, ASKER)
    done.set()
    line.close()
    assert time.monotonic() - began < 2
    assert {answer.why for answer in answers} == {Trouble.UNREACHABLE}
