"""No page of the console shuts out whoever reads it with a screen reader or weak eyes."""

from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, Route

from tests.axe import violations
from tests.handlers.asking import address, asked
from tests.handlers.routes import ROUTES
from tests.handlers.world import WHO, World, open_world

pytestmark = pytest.mark.browser

SITE = "http://console.test"


def pages() -> dict[str, tuple[str, str]]:
    """Return each page, a row and who opens it: from the table of all routes, so that none is forgotten."""
    found: dict[str, tuple[str, str]] = {}
    for route, rows in ROUTES.items():
        if route.startswith(("GET /console/", "GET /c/")) or route == "GET /":
            for row, statuses in rows.items():
                may = [who for who, status in zip(WHO, statuses.split(), strict=True) if status == "200"]
                if may:
                    found.setdefault(route, (row, "secretary" if "secretary" in may else may[0]))
    return found


PAGES = pages()


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    """One world for all pages; each request in it is undone."""
    with open_world() as world:
        yield world


@pytest.fixture
def page_as(world: World, chromium: Browser) -> Iterator[Callable[[str], Page]]:
    """Open a browser as somebody; the application answers it without a network."""
    context = chromium.new_context(base_url=SITE)

    def opened(who: str) -> Page:
        client = world.app.test_client()
        client.set_cookie("console", world.sessions.get(who, ""))

        def answer(route: Route) -> None:
            asked = urlsplit(route.request.url)
            with world.rolled_back():
                said = client.get(f"{asked.path}?{asked.query}")
                body = said.data
                said.close()
            # Only now: while this waits, the next question of the page is answered.
            route.fulfill(status=said.status_code, headers=dict(said.headers), body=body)

        context.route(f"{SITE}/**", answer)
        return context.new_page()

    yield opened
    context.close()


@pytest.mark.parametrize("route", PAGES)
def test_no_page_has_a_grave_fault_on_a_phone_or_a_desk(
    world: World, page_as: Callable[[str], Page], route: str
) -> None:
    row, who = PAGES[route]
    with asked(world, route, row, who) as answer:
        assert answer.status_code == 200
        if not answer.data.startswith(b"<!doctype html>"):
            return  # a file, or a part that is swapped into a page
    page = page_as(who)
    page.goto(address(world, route, row))
    found = {}
    for width in (360, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        found[width] = violations(page)
    assert found == {360: [], 1280: []}


@pytest.mark.parametrize("place", ["/console/gatherings/999999", "/console/accounts"])
def test_page_that_says_no_has_none_either(page_as: Callable[[str], Page], place: str) -> None:
    page = page_as("secretary")
    answer = page.goto(place)
    assert answer is not None
    assert answer.status in (403, 404)
    assert violations(page) == []
