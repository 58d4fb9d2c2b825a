"""The one sign that no column of a database holds: refused, and whoever sent it learns in which field."""

from collections.abc import Iterator

import pytest

from tests.handlers.asking import asked
from tests.handlers.world import World, open_world

LETTER = "POST /api/v1/complaints"


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    """One world for all; each request in it is undone."""
    with open_world() as world:
        yield world


def test_phone_is_told_which_field_has_it(world: World) -> None:
    with asked(world, LETTER, "-", "anonymous", text="通知\0太晚", contact="李") as answer:
        assert (answer.status_code, answer.json) == (400, {
            "error": {"code": "bad_input", "message": "有几处填得不对", "fields": {"text": "有看不见的字符"}}
        })  # fmt: skip


def test_phone_is_told_the_way_to_it(world: World) -> None:
    route = "POST /api/v1/branch/rolls/<int:roll_id>/marks"
    marks = [{"member_id": 1, "status": "present"}, {"member_id": 2, "status": "leave\0"}]
    with asked(world, route, "own", "secretary", marks=marks) as answer:
        assert answer.json["error"]["fields"] == {"marks.1.status": "有看不见的字符"}  # type: ignore[index]
    with asked(world, LETTER, "-", "anonymous", **{"\0": "x"}) as answer:
        assert answer.json["error"]["fields"] == {"body": "有看不见的字符"}  # type: ignore[index]


def test_backslash_before_zeros_is_text_like_any_other(world: World) -> None:
    with asked(world, LETTER, "-", "anonymous", text="见 \\u0000 一节") as answer:
        assert answer.status_code == 201


def test_no_address_has_it(world: World) -> None:
    headers = {"Authorization": f"Bearer {world.sessions['member']}"}
    with world.rolled_back():
        assert world.app.test_client().get("/api/v1/complaints/%00", headers=headers).status_code == 404


def test_form_is_told_which_field_has_it(world: World) -> None:
    route = "POST /console/gatherings/<int:gathering_id>/cancellation"
    with asked(world, route, "own", "secretary", reason="大雪\0封路") as answer:
        assert answer.status_code == 400
        assert "填着“大雪封路”的那一栏里有看不见的字符，请删去以后再提交" in answer.text
    with asked(world, route, "own", "secretary", reason="\0") as answer:
        assert (answer.status_code, "有一栏里有看不见的字符" in answer.text) == (400, True)


@pytest.mark.parametrize("route", ["POST /console/login", "POST /console/phone-code"])
def test_no_page_repeats_a_password_that_has_it(world: World, route: str) -> None:
    with asked(world, route, "-", "secretary", password="river\0stone") as answer:
        assert (answer.status_code, "密码那一栏里有看不见的字符" in answer.text) == (400, True)
        assert "river" not in answer.text
