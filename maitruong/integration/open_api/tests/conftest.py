"""A school, its neighbour, and a program that may ask for one of them."""

from __future__ import annotations

import base64
import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client as Browser

from maitruong.foundation.kernel import clock
from maitruong.foundation.organisations import queries as organisations
from maitruong.integration.open_api import services
from maitruong.integration.open_api.types import CORE, DEMOGRAPHICS, ROSTER, Given
from tests import factories as make

BASE = "/ims/oneroster/rostering/v1p2"


@pytest.fixture(autouse=True)
def november() -> Iterator[None]:
    with clock.standing_still(dt.datetime(2026, 11, 20, 8, 0, tzinfo=clock.VIETNAM)):
        yield


@dataclass
class World:
    department: int
    school: int
    neighbour: int
    class_id: int
    pupils: list[int]
    their_class: int
    their_pupil: int
    teacher: Any
    officer: Any


@pytest.fixture
def world(db: None) -> World:
    department = make.a_department()
    commune, other = make.a_commune(department), make.a_commune(department, "Xã Vĩnh Bảo")
    school, neighbour = make.a_school(commune), make.a_school(other, "THCS Vĩnh Bảo")
    class_id, pupils = make.a_class(school, pupils=("Nguyễn Thị Minh Anh", "Trần Văn Bình", "Y Moan"))
    their_class, (their_pupil,) = make.a_class(neighbour, "6A1", pupils=("Vũ Thị Hà",), grade=6)
    teacher = make.a_teacher(school, "Ngô Bảo Châu", class_id=class_id, subject="TOAN")
    officer = make.a_post_holder(department, "department_officer", "Lã Thị Sở")
    return World(department, school, neighbour, class_id, pupils, their_class, their_pupil, teacher, officer)


def let_in(
    world: World, *units: int, scopes: tuple[str, ...] = (ROSTER, CORE, DEMOGRAPHICS), name: str = "Lớp học trực tuyến"
) -> Given:
    codes = [organisations.unit(unit).code for unit in units]
    with make.as_system() as scope:
        return services.register_client(
            scope,
            name=name,
            contact="Ông Trần Văn Kĩ, giám đốc",
            email="kithuat@vidu.vn",
            purpose="Mở lớp học trực tuyến",
            basis="Hợp đồng số 12/HĐ-2026",
            scopes=scopes,
            unit_codes=codes,
        )


class Machine:
    """Another house's program: takes a token, asks, follows links."""

    def __init__(self, given: Given) -> None:
        self.given = given
        self.browser = Browser()
        self.token = self.ask_token()["access_token"]

    def ask_token(self, scope: str = "") -> dict[str, Any]:
        pair = base64.b64encode(f"{self.given.key}:{self.given.secret}".encode()).decode()
        form = {"grant_type": "client_credentials"} | ({"scope": scope} if scope else {})
        return self.browser.post("/oauth2/token", form, headers={"Authorization": f"Basic {pair}"}).json()

    def get(self, address: str, **query: Any) -> Any:
        where = address if address.startswith("http") else f"{BASE}/{address}"
        return self.browser.get(where, query, headers={"Authorization": f"Bearer {self.token}"})

    def pages(self, address: str, **query: Any) -> Iterator[dict[str, Any]]:
        """Every page, by the next links alone."""
        answer = self.get(address, **query)
        while True:
            assert answer.status_code == 200, answer.content
            yield answer.json()
            links = {
                part.split("rel=")[1].strip('"'): part[part.index("<") + 1 : part.index(">")]
                for part in answer.headers["Link"].split(", ")
            }
            if "next" not in links:
                return
            answer = self.get(links["next"])


@pytest.fixture
def machine(world: World) -> Machine:
    return Machine(let_in(world, world.school))
