"""What the API's description allows and what it forbids, sent to every operation from several phones."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import quote, urlencode

import schemathesis.openapi
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy
from jsonschema_rs import Draft202012Validator
from schemathesis import APIOperation, Case, GenerationMode
from schemathesis.core import NotSet
from werkzeug.test import TestResponse

from tests.handlers.asking import FIXED, NAMED, address
from tests.handlers.routes import ROUTES
from tests.handlers.world import World
from tests.hard.fuzz_run import Fuzzed, drawn, is_chinese

PHONES = ("anonymous", "member", "secretary", "leader")
Operation = APIOperation[Any, Any, Any, Any]
DEEP = 20_000
JSON = "application/json"
VALUES: tuple[Any, ...] = (
    None, True, -1, 0, 1.5, 2**31, 2**63, 10**400, 1e308, float("nan"), float("-inf"), "", " ", "\0",
    "村\0部", "\ud800", "\u202e倒", "\u200b", "１", "x" * 5000, "2026-02-30", "0000-00-00", "9999-12-31",
    "2027-01-01",
    "' OR 1=1 --", "CASE WHEN 1 THEN 2 END", "../../etc/passwd", "<script>", "=1+1", [], {}, [[]],
    ["a"] * 600, {"a": {"b": None}}, [{"member_id": 1}],
)  # fmt: skip
BODIES = (
    b"", b"{", b"null", b"1", b"[]", b'"', b"\xff\xfe{\x00}\x00", b'{"code": "\xed\xa0\x80"}', b"[" * DEEP,
    b'{"a":' * DEEP, b'{"code": 1, "code": 2}', b"NaN", b'{"x": ' + b"9" * 5000 + b"}", b"\0", b"a=1&b=2",
)  # fmt: skip
TYPES = (
    "",
    "text/plain",
    "application/x-www-form-urlencoded",
    "application/xml",
    "application/json; charset=x",
)
PATHS = (
    "0",
    "-1",
    "1.5",
    str(2**63),
    "9" * 400,
    "１",
    "%00",
    "%ED%A0%80",
    "a" * 3000,
    "%27%20OR%201=1",
    "..",
)
QUERIES = ("before", "cycle", "period", "order", "sort", "page", "per_page")


@dataclass(frozen=True)
class Shot:
    """One request."""

    who: str
    address: str
    body: bytes | None = None
    kind: str = JSON
    is_elsewhere: bool = False  # so spoilt an address that it may be no operation's at all


@dataclass(frozen=True)
class Target:
    """One operation of the description, and the rows of the table of rights that ask it."""

    operation: Operation
    answers: dict[str, Any]
    schemas: dict[str, Draft202012Validator]
    asked: tuple[tuple[str, str], ...]  # a route of the table, and a row of it

    @property
    def label(self) -> str:
        """Return its method and address."""
        return str(self.operation.label)


def targets(world: World) -> Iterator[Target]:
    """Yield every operation that the description has."""
    spec: Any = world.app.test_client().get("/api/v1/openapi.json").json
    for found in schemathesis.openapi.from_dict(spec).get_all_operations():
        operation: Operation = found.ok()  # type: ignore[union-attr]
        answers = spec["paths"][operation.path][operation.method]["responses"]
        schemas = {
            status: Draft202012Validator(content["schema"] | {"components": spec["components"]})
            for status, answer in answers.items()
            for content in answer.get("content", {}).values()
        }
        yield Target(operation, answers, schemas, tuple(_asked(operation)))


def _asked(operation: Operation) -> Iterator[tuple[str, str]]:
    for route, rows in ROUTES.items():
        method, _, rule = route.removesuffix(" draft").partition(" ")
        if (method.lower(), re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule)) == (operation.method, operation.path):
            yield from ((route, row) for row in rows)


def plain(world: World, route: str, row: str, who: str) -> tuple[Shot, dict[str, Any]]:
    """Return the request that the table of rights asks, and the body it has."""
    sent = FIXED.get(route, {}) | (NAMED[route](world, row) if route in NAMED else {})
    body = json.dumps(sent).encode() if route.startswith("POST") else None
    return Shot(who, address(world, route, row), body), sent


@st.composite
def spoilt(draw: DrawFn, world: World, target: Target) -> Shot:
    """Take a request that is right and spoil one thing in it, or nothing."""
    route, row = draw(st.sampled_from(target.asked))
    shot, sent = plain(world, route, row, draw(st.sampled_from(PHONES)))
    ways: list[Callable[[DrawFn, Shot, dict[str, Any]], Shot]] = [_nothing, _query, _path]
    if shot.body is not None:
        ways += [_value, _value, _value, _body, _kind]
    spoil: Callable[[DrawFn, Shot, dict[str, Any]], Shot] = draw(st.sampled_from(ways))
    return spoil(draw, shot, sent)


def _nothing(_: DrawFn, shot: Shot, __: dict[str, Any]) -> Shot:
    return shot


def _query(draw: DrawFn, shot: Shot, _: dict[str, Any]) -> Shot:
    name, value = draw(st.sampled_from(QUERIES)), draw(st.sampled_from(VALUES) | st.text(max_size=20))
    return Shot(
        shot.who, f"{shot.address}?{quote(name)}={quote(str(value).encode('utf-8', 'replace'))}", shot.body
    )


def _path(draw: DrawFn, shot: Shot, _: dict[str, Any]) -> Shot:
    steps = shot.address.split("/")
    places = [n for n, step in enumerate(steps) if step.isdigit()] or [len(steps) - 1]
    steps[draw(st.sampled_from(places))] = draw(st.sampled_from(PATHS))
    return Shot(shot.who, "/".join(steps), shot.body, is_elsewhere=True)


def _value(draw: DrawFn, shot: Shot, sent: dict[str, Any]) -> Shot:
    """Put something else into one field, leave it out, or add one."""
    name = draw(st.sampled_from([*sent, "unknown"]))
    value = draw(st.sampled_from(VALUES) | st.text(max_size=80) | st.integers() | st.floats())
    kept = {key: old for key, old in sent.items() if key != name}
    changed = kept if draw(st.integers(0, 9)) == 0 else kept | {name: value}
    return Shot(shot.who, shot.address, json.dumps(changed).encode())


def _body(draw: DrawFn, shot: Shot, _: dict[str, Any]) -> Shot:
    return Shot(shot.who, shot.address, draw(st.sampled_from(BODIES) | st.binary(max_size=60)))


def _kind(draw: DrawFn, shot: Shot, _: dict[str, Any]) -> Shot:
    return Shot(shot.who, shot.address, shot.body, draw(st.sampled_from(TYPES)))


def described(target: Target) -> SearchStrategy[Shot]:
    """Return requests as the description allows them, and such as break one thing in it."""
    good = target.operation.as_strategy(generation_mode=GenerationMode.POSITIVE)
    if target.operation.body or target.operation.query or target.operation.path_parameters:
        good |= target.operation.as_strategy(generation_mode=GenerationMode.NEGATIVE)
    return st.builds(_of_case, st.sampled_from(PHONES), good)


def _of_case(who: str, case: Case[Any]) -> Shot:
    steps = {name: quote(str(value), safe="%") for name, value in (case.path_parameters or {}).items()}
    place = case.path.format(**steps)
    if case.query:
        place += "?" + urlencode({key: str(value) for key, value in case.query.items()}, errors="replace")
    body: Any = case.body
    if case.method == "POST" and not isinstance(body, bytes):
        body = b"" if isinstance(body, NotSet) else json.dumps(body).encode()
    is_elsewhere = bool(steps)
    return Shot(who, place, body if case.method == "POST" else None, case.media_type or JSON, is_elsewhere)


def send(world: World, target: Target, run: Fuzzed, shot: Shot) -> None:
    """Send one request, undo what it did, and write down what is wrong with the answer."""
    token = world.phones.get(shot.who) or world.sessions.get(shot.who)
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    how = f"{target.label} as {shot.who}: {shot.address[:200]} {(shot.body or b'')[:300]!r} {shot.kind}"
    with run.timed(how), world.rolled_back():
        answer = world.app.test_client().open(
            shot.address,
            method=target.operation.method.upper(),
            headers=headers,
            data=shot.body,
            content_type=None if shot.body is None else shot.kind,
        )
        run.answers[target.label, answer.status_code] += 1
        run.wrong += [f"{answer.status_code} {how}: {fault}" for fault in faults(target, shot, answer)]


def faults(target: Target, shot: Shot, answer: TestResponse) -> Iterator[str]:
    """Yield what is wrong with an answer."""
    status = str(answer.status_code)
    if shot.is_elsewhere and status in ("404", "405", "308"):
        return
    if status not in target.answers or status >= "500":
        yield f"not described: {answer.text[:200]}"
    elif status in target.schemas:
        yield from (error.message[:300] for error in target.schemas[status].iter_errors(answer.json))
    if status >= "400":
        said: Any = (answer.get_json(silent=True) or {}).get("error", {})
        if not is_chinese(said.get("message")):
            yield f"no words: {answer.text[:200]}"
        if said.get("code") == "bad_input" and b"\\u0000" in (shot.body or b"") and not said.get("fields"):
            yield "names no field"


def begin(world: World, run: Fuzzed) -> list[Target]:
    """Ask each operation once as it should be, so that all is built; return them."""
    found = list(targets(world))
    for target in found:
        for route, row in target.asked:
            who = "secretary" if "/branch/" in route else "member"
            if row in ("own", "-", "joint"):
                send(world, target, run, plain(world, route, row, who)[0])
    return found


def fuzz(world: World, run: Fuzzed, number: int) -> None:
    """Send about so many to every operation together."""
    found = begin(world, run)
    run.settle()
    each = max(1, number // len(found) // 2)
    for target in found:
        for shots in (spoilt(world, target), described(target)):
            drawn(run, shots, each, partial(send, world, target, run))
