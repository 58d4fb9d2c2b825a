"""Every attack of the list has its tests, the page for people says the same, and the rest is proved here."""

import ast
import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest
from sqlalchemy import event

from models.gatherings.hall_code import qr_token
from models.keyring import Keyring
from tests.conftest import NOON
from tests.factories import KEYRING
from tests.handlers.asking import NOW, address, asked
from tests.handlers.routes import ROUTES
from tests.handlers.world import OA, SALT, World, open_world
from tests.hard.attacks import ATTACKS
from wechat.callback import Callback

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "安全.md"
READS = [route for route in ROUTES if route.startswith("GET ") and "static" not in route]
# By what a list could be sorted; by what it could be sought or turned.
SORTED = ("sort", "order", "order_by", "dir", "direction", "column", "by")
SOUGHT = (
    *("before", "after", "next", "cursor", "id", "page", "limit", "offset", "q", "s", "show", "state", "org"),
    *("who", "group", "cycle", "month", "period", "since", "until", "roll", "kind", "name", "message"),
    *("member", "from", "to", "purpose"),
)
INJECTED = "(CASE WHEN (SELECT 7331) > 0 THEN name ELSE id END) DESC; --"


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    """One world for all questions; each of them is undone."""
    with open_world() as world:
        yield world


@cache
def names_in(path: str) -> set[str]:
    """Return the names of the tests in a file."""
    tree = ast.parse((ROOT / path).read_text("utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def test_twenty_attacks_are_listed_and_every_test_that_is_named_exists() -> None:
    assert list(ATTACKS) == [f"A{n}" for n in range(1, 21)]
    named = [test for attack in ATTACKS.values() for test in attack.tests]
    missing = [one for one in named if one.partition("::")[2] not in names_in(one.partition("::")[0])]
    assert missing == []
    assert all(attack.tests for attack in ATTACKS.values())


def test_page_for_people_lists_the_same() -> None:
    rows = re.findall(r"^\| (A\d+) \| (.+) \| (.+) \| (.+) \|$", PAGE.read_text("utf-8"), re.MULTILINE)
    files = {
        name: "、".join(dict.fromkeys(f"`{test.partition('::')[0]}`" for test in attack.tests))
        for name, attack in ATTACKS.items()
    }
    assert rows == [(name, one.tried, one.stopped_by, files[name]) for name, one in ATTACKS.items()]


def test_code_signed_with_another_key_is_worthless_and_with_the_old_one_good(world: World) -> None:
    # Control: without the comparison in the check of a token, the code of the sample key signs in.
    gathering = world.gatherings["own", NOW]
    sample = Keyring.read("0123456789abcdef" * 4, None, "k1:" + "0123456789abcdef" * 4)
    sent = {"token": qr_token(sample, gathering, SALT, now=NOON)}
    with asked(world, "POST /api/v1/check-ins", "own", "member", **sent) as answer:
        assert answer.status_code == 400
        assert answer.json is not None
        assert answer.json["error"]["code"] == "code_invalid"
    rotated = Keyring((b"a newer short-lived key".ljust(32), *KEYRING.short_lived), KEYRING.lasting)
    for keyring, status in ((rotated, 201), (Keyring(rotated.short_lived[:1], KEYRING.lasting), 400)):
        with (
            world.rolled_back(keyring=keyring),
            asked(world, "POST /api/v1/check-ins", "own", "member") as got,
        ):
            assert got.status_code == status


def ask_injected(world: World, route: str) -> list[int]:
    """Ask for a list sorted, then sought by what is SQL; return the statuses."""
    row = next(iter(ROUTES[route]))
    client, headers = world.app.test_client(), {}
    if "/api/v1" in route:
        headers = {"Authorization": f"Bearer {world.sessions['member']}"}
    client.set_cookie("console", world.sessions["secretary"])
    place, _, query = address(world, route, row).partition("?")
    statuses = []
    for more in (SORTED, SOUGHT):
        kept = dict(parse_qsl(query)) if more is SORTED else {}
        with client.get(place, query_string=kept | dict.fromkeys(more, INJECTED), headers=headers) as answer:
            statuses.append(answer.status_code)
    return statuses


def test_nothing_that_is_asked_gets_into_a_statement(world: World) -> None:
    # Control: with the address's `sort` in the text of any list's statement, this is red.
    said: list[str] = []

    def listen(*heard: Any) -> None:
        said.append(heard[2])

    event.listen(world.engine, "before_cursor_execute", listen)
    try:
        with world.rolled_back():
            statuses = {route: ask_injected(world, route) for route in READS}
    finally:
        event.remove(world.engine, "before_cursor_execute", listen)
    assert [route for route, got in statuses.items() if max(got) >= 500] == []
    # What cannot be sorted is shown as ever.
    assert sum(got[0] == 200 for got in statuses.values()) > 60
    assert len(said) > 100
    assert [one for one in said if "7331" in one] == []


def test_no_page_and_no_answer_shows_a_secret_of_the_installation(world: World) -> None:
    # Control: with parts.metrics_token or the callback's token in any template, this is red.
    canary = "canary-of-the-installation"
    callback = Callback(OA, canary, ("Q" * 43,), True, "gh_1")
    parts = {"metrics_token": canary, "account_callback": callback, "mini_callback": callback}
    told = (canary, "Q" * 43, "short-lived key", "lasting key", "redis://", "postgresql+psycopg")
    found = []
    with world.rolled_back(**parts):
        assert canary in replace(world.app.parts).account_callback.token
        for route in READS:
            for who in ("zone", "town", "secretary", "member"):
                with asked(world, route, next(iter(ROUTES[route])), who) as answer:
                    shown = f"{answer.headers}{answer.data.decode('utf-8', 'replace')}"
                    found += [(route, who, one) for one in told if one in shown]
    assert found == []
    # None is a form either: no field of any page speaks of keys, tokens or addresses of WeChat.
    assert not [rule for rule in ROUTES if re.search(r"setting|secret|config", rule)]
