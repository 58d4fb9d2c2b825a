"""What stands in an address never becomes markup of the page, whatever it asks for."""

from collections.abc import Iterator

import pytest
from werkzeug.test import TestResponse

from tests.handlers.asking import address
from tests.handlers.routes import ROUTES
from tests.handlers.world import World, open_world

pytestmark = pytest.mark.thorough

ASKED = (
    "before", "choose", "cycle", "from", "group", "message", "next", "org", "period", "post", "purpose", "q",
    "record", "roll", "s", "saved", "show", "state", "to", "under",
)  # fmt: skip
TEXTS = (
    # Out of an attribute between quotes of either kind, out of a text, and into a template.
    "\"'><xss-a>{{1337*7331}}",
    "javascript:xss-a",
    "²",
    "-1",
    "\0<xss-a>",
    "9" * 40,
)
PAGES = [
    route for route in ROUTES if route.startswith("GET /") and "draft" not in route and "/s/" not in route
]


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    """One world for all addresses; each request in it is undone."""
    with open_world() as world:
        yield world


def got(world: World, place: str, who: str, text: str) -> TestResponse:
    """Open an address with the text in every question that a page asks of it."""
    client = world.app.test_client()
    client.set_cookie("console", world.sessions[who])
    with world.rolled_back():
        return client.get(place, query_string=dict.fromkeys(ASKED, text), follow_redirects=False)


@pytest.mark.parametrize("text", TEXTS)
def test_no_address_writes_into_its_page_and_none_fails(world: World, text: str) -> None:
    wrong = []
    for route in PAGES:
        row, *_ = ROUTES[route]
        for who in ("secretary", "zone"):
            answer = got(world, address(world, route, row).partition("?")[0], who, text)
            shown = answer.mimetype == "text/html" and (b"<xss-a" in answer.data or b"9801547" in answer.data)
            led = "xss-a" in answer.headers.get("Location", "")
            if answer.status_code >= 500 or shown or led or b'href="javascript:' in answer.data:
                wrong.append((route, who, answer.status_code))
            answer.close()
    assert wrong == []


def test_address_that_is_none_is_not_repeated(world: World) -> None:
    for place in (
        "/<xss-a>",
        "/console/<xss-a>",
        "/a/<xss-a>",
        "/n/<xss-a>",
        "/c/<xss-a>",
        "/api/v1/<xss-a>",
    ):
        answer = got(world, place, "secretary", "")
        assert answer.status_code in (200, 404), place
        assert b"<xss-a" not in answer.data, place
