"""No page of the console shuts out whoever has a screen reader, weak eyes, a narrow phone or no mouse."""

from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, Route, ViewportSize

from tests.faults import misfits, out_of_reach, violations
from tests.handlers.asking import address, asked
from tests.handlers.routes import ROUTES
from tests.handlers.world import WHO, World, open_world

pytestmark = pytest.mark.browser

SITE = "http://console.test"
PHONE: ViewportSize = {"width": 360, "height": 740}
LEDGERS = ("floating", "leave-makeup", "meetings", "points", "roster", "sign-in", "stars")
NO_PAGES = (  # a file, and parts that are swapped into a page
    "GET /console/static/<path:filename>",
    "GET /console/gatherings/<int:gathering_id>/projector/code",
    "GET /console/rolls/<int:roll_id>/fresh",
    *(f"GET /console/ledgers/{kind}" for kind in LEDGERS),
    "GET /a/<int:article_id>/pictures/<int:picture_id>.jpg",
    "GET /console/articles/<int:article_id>/pack.zip",
    "GET /console/articles/<int:article_id>/pictures/<int:picture_id>.jpg",
    "GET /console/articles/<int:article_id>/pictures/<int:picture_id>.jpg draft",
    "GET /console/rolls/<int:roll_id>/record.docx",
)


def pages() -> dict[str, tuple[str, str]]:
    """Return each page, a row and who opens it: from the table of all routes, so that none is forgotten."""
    found: dict[str, tuple[str, str]] = {}
    for route, rows in ROUTES.items():
        if route in NO_PAGES:
            continue
        if route.startswith(("GET /console/", "GET /c/", "GET /n/", "GET /a/")) or route == "GET /":
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


@pytest.fixture
def opened(world: World, page_as: Callable[[str], Page]) -> Callable[[str], Page]:
    """Open the page of a route on a phone."""

    def opened(route: str) -> Page:
        row, who = PAGES[route]
        with asked(world, route, row, who) as answer:
            assert answer.status_code == 200
            assert answer.data.startswith(b"<!doctype html>")
        page = page_as(who)
        page.set_viewport_size(PHONE)
        page.goto(address(world, route, row))
        return page

    return opened


@pytest.mark.parametrize("route", PAGES)
def test_every_page_fits_a_thumb_has_no_grave_fault_and_is_walked_by_tab(
    opened: Callable[[str], Page], route: str
) -> None:
    page = opened(route)
    found = {"for a thumb": misfits(page)}
    for width in (360, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        found[f"grave at {width}"] = violations(page)
    page.set_viewport_size(PHONE)
    # Last, for it opens what is folded up.
    found["by Tab"] = out_of_reach(page)
    assert found == {key: [] for key in found}


def test_menu_of_a_phone_opens_and_is_walked_by_keyboard(opened: Callable[[str], Page]) -> None:
    page = opened("GET /console/")
    page.locator(".menu summary").press("Enter")
    page.locator(".skip").focus()
    assert misfits(page) + out_of_reach(page, ".top") == []


@pytest.mark.parametrize("place", ["/console/gatherings/999999", "/console/accounts"])
def test_page_that_says_no_has_none_either(page_as: Callable[[str], Page], place: str) -> None:
    page = page_as("secretary")
    answer = page.goto(place)
    assert answer is not None
    assert answer.status in (403, 404)
    page.set_viewport_size(PHONE)
    assert violations(page) + misfits(page) + out_of_reach(page) == []
