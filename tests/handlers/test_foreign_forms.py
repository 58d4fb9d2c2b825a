"""Forms that another site, another session or a link would send are refused."""

from collections.abc import Iterator

import pytest

from tests.handlers.asking import asked
from tests.handlers.routes import ROUTES
from tests.handlers.world import WHO, World, open_world

pytestmark = pytest.mark.thorough

FORMS = [route for route in ROUTES if route.startswith("POST /console/") and route != "POST /console/login"]


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    """One world for all forms; each of them is undone."""
    with open_world() as world:
        yield world


@pytest.mark.parametrize("route", FORMS)
def test_form_of_another_site_or_session_is_refused(world: World, route: str) -> None:
    may = [
        (row, who)
        for row, statuses in ROUTES[route].items()
        for who, status in zip(WHO, statuses.split(), strict=True)
        # Where the state says no, the form itself was taken.
        if status in ("200", "303", "409")
    ]
    row, who = next((one for one in may if one[1] == "secretary"), may[0])
    for csrf in ("", world.csrf["deputy"], world.csrf[who][:-1], world.csrf[who].swapcase()):
        with asked(world, route, row, who, csrf=csrf) as answer:
            assert answer.status_code == 400
            assert "这一页放得太久了" in answer.text
    with asked(world, route, row, who) as answer:
        assert answer.status_code in (200, 303, 409)


def test_no_form_can_be_sent_as_a_link(world: World) -> None:
    for route in FORMS:
        rule = route.split()[1]
        if f"GET {rule}" in {" ".join(one.split()[:2]) for one in ROUTES}:
            continue
        with asked(world, route.replace("POST", "GET", 1), next(iter(ROUTES[route])), "secretary") as answer:
            assert answer.status_code == 405, route


def test_api_takes_no_body_that_a_form_could_send(world: World) -> None:
    client, mine = world.app.test_client(), {"Authorization": f"Bearer {world.sessions['member']}"}
    for address in ("session", "binding", "check-ins"):
        for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data"):
            answer = client.post(f"/api/v1/{address}", data=b"{}", content_type=kind, headers=mine)
            assert answer.status_code == 415, (address, kind)
