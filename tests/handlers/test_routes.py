"""Every route, asked by everybody about everybody's rows, against one table written by hand."""

from collections.abc import Iterator

import pytest

from tests.handlers.asking import asked, methods
from tests.handlers.routes import ROUTES
from tests.handlers.world import WHO, World, open_world


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    """One world for all rows; each request in it is undone."""
    with open_world() as world:
        yield world


def status(world: World, route: str, row: str, who: str) -> int:
    """Return the status that `who` gets."""
    with asked(world, route, row, who) as answer:
        return answer.status_code


@pytest.mark.parametrize("route", ROUTES)
def test_everybody_gets_what_the_table_says(world: World, route: str) -> None:
    expected = {row: dict(zip(WHO, statuses.split(), strict=True)) for row, statuses in ROUTES[route].items()}
    wrong = {
        f"{row}, {who}": f"{got}, not {wanted}"
        for row, of in expected.items()
        for who, wanted in of.items()
        if (got := status(world, route, row, who)) != int(wanted)
    }
    assert wrong == {}


def test_every_route_stands_in_the_table_and_every_row_has_a_route(world: World) -> None:
    served = {f"{method} {rule.rule}" for rule in world.app.url_map.iter_rules() for method in methods(rule)}
    assert served == {" ".join(route.removesuffix(" draft").split(" ")) for route in ROUTES}


def test_every_row_that_takes_an_id_is_asked_about_a_strangers_and_a_missing_one() -> None:
    for route, rows in ROUTES.items():
        if "<int:" in route and not route.endswith("draft"):
            assert {"own", "same", "other", "missing"} <= set(rows), route
