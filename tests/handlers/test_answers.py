"""What answers hold: the fields of the contract and no others, and nothing about anybody else."""

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
from tests.handlers.fields import ERROR, FIELDS, PROJECTOR
from tests.handlers.routes import ROUTES
from tests.handlers.world import PASSWORD, POSTS, World, open_world

pytestmark = pytest.mark.thorough

# The description of all this holds no row of the database.
DESCRIPTION = "GET /api/v1/openapi.json"
API = [route for route in ROUTES if "/api/" in route and route != DESCRIPTION]
PAGES = [route for route in ROUTES if route.startswith("GET /console/") and "static" not in route]
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


def test_api_answers_the_fields_of_the_contract_and_no_others(world: World) -> None:
    seen: dict[str, set[str]] = {route: set() for route in FIELDS}
    errors: set[str] = set()
    for _, route, said in api_answers(world):
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


def canaries(world: World, *, but: tuple[str, ...] = (), numbers_too: bool = False) -> set[str]:
    """Return the names, numbers and points of all members, and what is nobody's to read.

    Those in the places `but` may be named with their points; with `numbers_too` they may be telephoned.
    """
    told = {f"openid-{who}" for who in PHONES} | {PASSWORD}
    for n, (place, member) in enumerate(world.members.items()):
        if place not in but:
            told |= {member.name, f"{n + 1}.173"}
        if place not in but or not numbers_too:
            told |= {f"13{own}0000{n:04d}" for own in "89"} | {f"13{own} 0000 {n:04d}" for own in "89"}
    return told


def found(told: set[str], page: str) -> set[str]:
    """Return which canaries sing in a page."""
    return {one for one in told if one in page}


def test_phones_read_nothing_about_anybody_else(world: World) -> None:
    for who, route, said in api_answers(world):
        if route == "POST /api/v1/binding" and said and said.get("bound"):
            continue  # whoever holds the slip is told whose it was, and is that person from now on
        mine = ("own",) if who == "member" or route == "POST /api/v1/session" else OWN_PEOPLE.get(who, ())
        numbers_too = who in AT_WORK and route.endswith("/phone-list")
        assert found(canaries(world, but=mine, numbers_too=numbers_too), str(said)) == set(), (who, route)


def test_slip_shown_to_a_stranger_names_nobody_in_full(world: World) -> None:
    with asked(world, "POST /api/v1/binding", "own", "stranger", confirm=False) as answer:
        whose = {"name": "王*国", "branch": "青石村党支部"}
        assert answer.json == whose | {"bound": False, "member_id": None}


# Whose people somebody may read about; an officer's own meeting has somebody of a branch on its roll.
OWN_PEOPLE = {
    **dict.fromkeys(("clerk", "commissioner", "secretary", "deputy"), ("own", "same", "unbound")),
    "leader": ("own", "unbound"),
    "town": (), "zone": (), "auditor": (), "ended_post": (),
}  # fmt: skip
OWN_MEETING = ("/confirmation", "/amendment")


@pytest.mark.parametrize("who", POSTS)
def test_console_shows_nobody_of_other_branches_and_numbers_on_the_phone_list_only(
    world: World, who: str
) -> None:
    for route in PAGES:
        for row in ROUTES[route]:
            mine = OWN_PEOPLE[who]
            if (who, row) == ("town", "parent") and route.endswith(OWN_MEETING):
                mine = ("joint",)
            told = canaries(world, but=mine, numbers_too=route.endswith("/phone-list"))
            with asked(world, route, row, who) as answer:
                # A file's bytes are no text; its own tests open it.
                assert found(told, answer.data.decode("utf-8", "replace")) == set(), (route, row)


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


def test_log_names_nobody_and_holds_no_secret(world: World, caplog: pytest.LogCaptureFixture) -> None:
    for room in ("handlers", "models", "wechat"):
        caplog.set_level(logging.DEBUG, room)
    told = canaries(world) | {*world.sessions.values(), *world.slips.values(), *world.csrf.values()}
    told |= {world.token(world.gatherings["own", NOW]), world.digits, *world.phones.values()}
    told |= {*world.screens.values()}
    for route, rows in ROUTES.items():
        for who in ("stranger", "member", "secretary", "town"):
            with asked(world, route, next(iter(rows)), who):
                pass
    with asked(world, "POST /api/v1/session", "-", "anonymous", code="openid-member\0") as answer:
        assert answer.status_code == 400
    with asked(world, "POST /console/login", "-", "anonymous", login=f"{PASSWORD}\0") as answer:
        assert answer.status_code == 400
    assert caplog.records, "the requests above are known to leave something in the log"
    assert found(told, caplog.text) == set()


def test_failed_statement_says_nothing_of_its_values(world: World) -> None:
    with world.engine.connect() as connection, pytest.raises(DBAPIError) as failed:
        connection.execute(text("SELECT 1 / (length(:who) - length(:who))"), {"who": "13800000000"})
    assert "13800000000" not in str(failed.value)
