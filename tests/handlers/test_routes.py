"""Every route, asked by everybody about everybody's rows, against one table written by hand.

No page names people of other branches to whoever asks, and the log names nobody and holds no secret.
"""

import logging
from collections.abc import Iterable, Iterator

import pytest

from tests.handlers.asking import asked, methods
from tests.handlers.canaries import found, of_others, secrets
from tests.handlers.routes import ROUTES
from tests.handlers.world import WHO, World, open_world

# Nobody, a phone, whoever decides in the branch, and two who decide less or something else.
FIRST = ("anonymous", "member", "secretary", "leader", "zone")


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    """One world for all rows; each request in it is undone."""
    with open_world() as world:
        yield world


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    """All that is logged while a test asks."""
    for room in ("handlers", "models", "wechat"):
        caplog.set_level(logging.DEBUG, room)
    return caplog


def told(world: World, route: str, row: str, who: str) -> str:
    """Return the status that `who` gets, and whom and what the page ought not to name."""
    with asked(world, route, row, who) as answer:
        named = of_others(world, route, row, who, answer.data)
        return " ".join([str(answer.status_code), *sorted(named)])


def wrong(world: World, route: str, asks: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return who gets what the table does not say, of these rows and people, or reads of others."""
    expected = {row: dict(zip(WHO, statuses.split(), strict=True)) for row, statuses in ROUTES[route].items()}
    return {
        f"{row}, {who}": f"{got}, not {expected[row][who]}"
        for row, who in asks
        if (got := told(world, route, row, who)) != expected[row][who]
    }


def first_asks(route: str) -> list[tuple[str, str]]:
    """Return the row that stands first in the table, asked by some of each kind: the route in short."""
    return [(next(iter(ROUTES[route])), who) for who in FIRST]


@pytest.mark.parametrize("route", ROUTES)
def test_some_of_each_kind_get_what_the_table_says(
    world: World, log: pytest.LogCaptureFixture, route: str
) -> None:
    assert wrong(world, route, first_asks(route)) == {}
    assert found(secrets(world), log.text) == set()


@pytest.mark.thorough
@pytest.mark.parametrize("route", ROUTES)
def test_all_others_get_what_the_table_says_of_every_row(
    world: World, log: pytest.LogCaptureFixture, route: str
) -> None:
    everybody, first = [(row, who) for row in ROUTES[route] for who in WHO], first_asks(route)
    others = [ask for ask in everybody if ask not in first]
    assert len(others) == len(everybody) - len(FIRST)
    assert wrong(world, route, others) == {}
    assert found(secrets(world), log.text) == set()


def test_every_route_stands_in_the_table_and_every_row_has_a_route(world: World) -> None:
    served = {f"{method} {rule.rule}" for rule in world.app.url_map.iter_rules() for method in methods(rule)}
    assert served == {" ".join(route.removesuffix(" draft").split(" ")) for route in ROUTES}


def test_every_row_that_takes_an_id_is_asked_about_a_strangers_and_a_missing_one() -> None:
    for route, rows in ROUTES.items():
        if "<int:" in route and not route.endswith("draft"):
            assert {"own", "same", "other", "missing"} <= set(rows), route
