"""What answers hold: the fields of the contract and no others, and nothing about anybody else.

What pages and the log hold is looked at where everybody asks everything: test_routes.py.
"""

import logging
import re
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from models.gatherings.roll import RollLine, Status
from models.people.member import Spell
from tests.conftest import NOON
from tests.handlers.asking import NOW, PHONES, asked, methods
from tests.handlers.canaries import OWN_PEOPLE, canaries, found, secrets
from tests.handlers.fields import ERROR, FIELDS, PROJECTOR
from tests.handlers.routes import ROUTES
from tests.handlers.world import PASSWORD, World, open_world

pytestmark = pytest.mark.thorough

# The description of all this holds no row of the database.
DESCRIPTION = "GET /api/v1/openapi.json"
API = [route for route in ROUTES if "/api/" in route and route != DESCRIPTION]
AT_WORK = ("leader", "secretary", "town", "zone")
Ask = tuple[str, str, str, dict[str, Any]]  # who, route, row, fields beside the usual ones
MORE: list[Ask] = [
    ("stranger", "POST /api/v1/binding", "own", {"confirm": False}),
    ("stranger", "POST /api/v1/binding", "own", {"bind_code": 7}),
    ("member", "GET /api/v1/me/points?cycle=2025", "-", {}),
    ("member", "GET /api/v1/me/points?cycle=never", "-", {}),
]


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    """One world for all questions; each of them is undone."""
    with open_world() as world:
        yield world


def paths(value: Any, at: str = "") -> Iterator[str]:
    """Yield the path of every key in a JSON value; what stands under `fields` is named by the sender."""
    if isinstance(value, list):
        for one in value:
            yield from paths(one, f"{at}[]")
    if isinstance(value, dict) and at != "error.fields":
        for key, inner in value.items():
            path = f"{at}.{key}" if at else key
            yield path
            yield from paths(inner, path)


def api_answers(world: World) -> Iterator[tuple[str, str, Any]]:
    """Yield who asked, the route and the JSON of everything that /api/v1 answers to phones.

    Among them phones of the staff, which ask what is for posts.
    """
    asks: list[Ask] = [(who, route, row, {}) for who in PHONES for route in API for row in ROUTES[route]]
    gathering = world.gatherings["own", NOW]
    digits = {"token": None, "gathering_id": gathering, "code": "000000"}
    scan = {"scan": world.token(gathering)}
    asks += [
        (who, route, row, {})
        for who in AT_WORK
        for route in API
        if "/branch/" in route
        for row in ROUTES[route]
    ]
    asks += MORE
    asks += [
        ("member", "POST /api/v1/check-ins", "own", digits),
        ("member", "POST /api/v1/session", "-", scan),
        ("stranger", "POST /api/v1/session", "-", scan | {"code": "openid-stranger"}),
    ]
    for who, route, row, fields in asks:
        with asked(world, route, row, who, **fields) as answer:
            yield who, route.removesuffix(" draft").partition("?")[0], answer.json if answer.data else None


def marked_absent(world: World) -> tuple[Any, Any]:
    """Return the answer to a scan, and then the gathering, after somebody had written 缺席."""
    gathering, member = world.gatherings["own", NOW], world.members["own"].id
    with world.rolled_back() as connection:
        with world.on(connection).begin() as session:
            line = session.get_one(RollLine, (gathering, member))
            line.status, line.marked_by, line.marked_at = Status.ABSENT, world.accounts["author"], NOON
        headers = {"Authorization": f"Bearer {world.sessions['member']}"}
        scan = {"token": world.token(gathering)}
        client = world.app.test_client()
        answer = client.post("/api/v1/check-ins", json=scan, headers=headers).json
        return answer, client.get(f"/api/v1/gatherings/{gathering}", headers=headers).json


def home_from_afar(world: World) -> Any:
    """Return the first screen of the member once the absence of next summer runs."""
    with world.rolled_back() as connection:
        with world.on(connection).begin() as session:
            session.get_one(Spell, world.spells["own"]).from_on = NOON.date()
        headers = {"Authorization": f"Bearer {world.sessions['member']}"}
        return world.app.test_client().get("/api/v1/home", headers=headers).json


def of_anybody_else(world: World, who: str, route: str, said: Any) -> set[str]:
    """Return what an answer to a phone says of others than its holder, or than the own people of a post."""
    if route == "POST /api/v1/binding" and said and said.get("bound"):
        return set()  # whoever holds the slip is told whose it was, and is that person from now on
    mine = ("own",) if who == "member" or route == "POST /api/v1/session" else OWN_PEOPLE.get(who, ())
    numbers_too = who in AT_WORK and route.endswith("/phone-list")
    return found(canaries(world, but=mine, numbers_too=numbers_too), str(said))


def test_api_answers_its_fields_and_nothing_about_anybody_else(world: World) -> None:
    seen: dict[str, set[str]] = {route: set() for route in FIELDS}
    errors: set[str] = set()
    for who, route, said in api_answers(world):
        assert of_anybody_else(world, who, route, said) == set(), (who, route)
        of = set(paths(said))
        (errors if "error" in of else seen[route]).update(of)
    scanned, gathering = marked_absent(world)
    seen["POST /api/v1/check-ins"].update(paths(scanned))
    seen["GET /api/v1/gatherings/<int:gathering_id>"].update(paths(gathering))
    seen["GET /api/v1/home"].update(paths(home_from_afar(world)))
    # Equal, not less: a field that no answer holds any longer leaves the list too.
    assert seen == FIELDS
    assert errors <= ERROR
    assert errors >= {"error.code", "error.message", "error.fields", "error.ticket", "error.left"}


def test_every_route_of_the_api_has_its_list_of_fields(world: World) -> None:
    served = {
        f"{method} {rule.rule}"
        for rule in world.app.url_map.iter_rules()
        for method in methods(rule)
        if rule.rule.startswith("/api/")
    }
    assert served == {*FIELDS, DESCRIPTION}


def test_description_names_the_fields_that_are_answered(world: World) -> None:
    described = world.app.test_client().get("/api/v1/openapi.json").json
    assert described is not None
    assert set(described["paths"]) == {
        re.sub(r"<(?:int:)?(\w+)>", r"{\1}", route.split()[1]) for route in FIELDS
    }
    schemas = described["components"]["schemas"]
    assert set(schemas["Detail"]["properties"]) == {
        path for path in FIELDS["GET /api/v1/gatherings/<int:gathering_id>"] if "." not in path
    }
    assert set(schemas["CheckedIn"]["properties"]) == FIELDS["POST /api/v1/check-ins"]


def test_slip_shown_to_a_stranger_names_nobody_in_full(world: World) -> None:
    with asked(world, "POST /api/v1/binding", "own", "stranger", confirm=False) as answer:
        whose = {"name": "王*国", "branch": "青石村党支部"}
        assert answer.json == whose | {"bound": False, "member_id": None}


def test_phone_list_does_show_the_numbers(world: World) -> None:
    with asked(world, "GET /console/gatherings/<int:gathering_id>/phone-list", "own", "leader") as answer:
        assert {"138 0000 0000", "139 0000 0000"} <= found(canaries(world), answer.text)


def test_draft_that_is_refused_names_nobody_of_the_neighbour(world: World) -> None:
    partners = {"partners": str(world.orgs["joint"].id), "title": ""}
    with asked(world, "POST /console/gatherings", "own", "secretary", **partners) as answer:
        assert answer.status_code == 400
        assert "何桂芳" in answer.text
        assert "柳湾村党支部" in answer.text
        assert found(canaries(world, but=OWN_PEOPLE["secretary"]), answer.text) == set()


def test_projector_names_nobody_and_has_its_fields_only(world: World) -> None:
    screen = "GET /console/gatherings/<int:gathering_id>/projector"
    with asked(world, f"{screen}/code", "own", "secretary") as answer:
        assert set(paths(answer.json)) == PROJECTOR
        assert found(canaries(world), answer.text) == set()
    with asked(world, screen, "own", "secretary") as answer:
        assert answer.status_code == 200
        assert found(canaries(world), answer.text) == set()


def test_log_holds_neither_an_openid_nor_a_password_that_cannot_be_stored(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    for room in ("handlers", "models", "wechat"):
        caplog.set_level(logging.DEBUG, room)
    with asked(world, "POST /api/v1/session", "-", "anonymous", code="openid-member\0") as answer:
        assert answer.status_code == 400
    with asked(world, "POST /console/login", "-", "anonymous", login=f"{PASSWORD}\0") as answer:
        assert answer.status_code == 400
    assert caplog.records, "the requests above are known to leave something in the log"
    assert found(secrets(world), caplog.text) == set()


def test_failed_statement_says_nothing_of_its_values(world: World) -> None:
    with world.engine.connect() as connection, pytest.raises(DBAPIError) as failed:
        connection.execute(text("SELECT 1 / (length(:who) - length(:who))"), {"who": "13800000000"})
    assert "13800000000" not in str(failed.value)
