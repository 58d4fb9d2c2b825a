"""Every error on an /api path has one shape, whatever was sent and whatever is down."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, NoReturn

import pytest
from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from sqlalchemy import create_engine
from werkzeug.test import TestResponse

from models.base import connect, sessions_of
from tests.handlers.asking import FIXED, asked
from tests.handlers.routes import ROUTES
from tests.handlers.world import WHO, World, open_world
from wechat.errors import WechatError
from wechat.log_in import OpenSession

JSON = "application/json"
BODIES = ("/api/v1/session", "/api/v1/binding", "/api/v1/check-ins")
NOWHERE = "postgresql+psycopg://nobody@127.0.0.1:1/nothing"
EXTRAS = {"fields", "ticket", "opens_at", "left"}


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    """One world for all tests; what a test does in it is undone."""
    with open_world() as world:
        yield world


def one_shape(answer: TestResponse) -> str:
    """Check the one shape of an error and return its code."""
    said = answer.json
    assert answer.mimetype == JSON
    assert isinstance(said, dict)
    assert set(said) == {"error"}
    error = said["error"]
    assert {"code", "message"} <= set(error) <= {"code", "message"} | EXTRAS
    assert re.fullmatch(r"[a-z_]+", error["code"])
    assert re.search(r"[\u4e00-\u9fff]", error["message"])
    assert not re.search(r"[!！]|Traceback|Error", error["message"])
    return str(error["code"])


def call(world: World, method: str, address: str, **more: Any) -> TestResponse:
    """Call as the member's phone."""
    headers = {"Authorization": f"Bearer {world.sessions['member']}"}
    return world.app.test_client().open(address, method=method, headers=headers, **more)


@pytest.mark.parametrize(
    ("method", "address", "status"),
    [
        ("GET", "/api", 404),
        ("GET", "/api/", 404),
        ("GET", "/api/v1", 404),
        ("GET", "/api/v2/home", 404),
        ("GET", "/api/v1/nowhere", 404),
        ("OPTIONS", "/api/v1/nowhere", 404),
        ("GET", "/api/v1/gatherings/first", 404),
        ("GET", "/api/v1/gatherings/-1", 404),
        ("GET", "/api/v1/gatherings/9223372036854775808", 404),
        ("GET", f"/api/v1/gatherings/{'9' * 60}", 404),
        ("GET", "/api/v1/session", 405),
        ("PUT", "/api/v1/check-ins", 405),
        ("POST", "/api/v1/home", 405),
        ("PATCH", "/api/v1/binding", 405),
    ],
)
def test_address_or_method_that_is_none_has_the_one_shape(
    world: World, method: str, address: str, status: int
) -> None:
    answer = call(world, method, address, json={} if method in ("POST", "PUT", "PATCH") else None)
    assert answer.status_code == status
    assert one_shape(answer) == "not_found"


@pytest.mark.parametrize(("cycle", "code"), [("never", "cycle_invalid"), ("２０２６", "cycle_invalid"),
                                             ("a%00b", "cycle_invalid")])  # fmt: skip
def test_cycle_that_is_none_is_refused(world: World, cycle: str, code: str) -> None:
    answer = call(world, "GET", f"/api/v1/me/points?cycle={cycle}")
    assert (answer.status_code, one_shape(answer)) == (400, code)


@pytest.mark.parametrize("cursor", ["", "0", "x", "-5", "²", "1e3", "9" * 11, "9" * 40])
def test_cursor_that_nobody_gave_out_is_the_first_page_or_an_empty_one(world: World, cursor: str) -> None:
    assert call(world, "GET", f"/api/v1/gatherings?before={cursor}").status_code == 200


@pytest.mark.parametrize("address", BODIES)
@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[1", b"null", b"[]", b'"text"', b"7", b"\xff\xfe{", b"{}x", b"[" * 5000, b"NaN"],
    ids=lambda body: str(body[:6]),
)
def test_body_that_is_no_object_is_bad_input(world: World, address: str, body: bytes) -> None:
    answer = call(world, "POST", address, data=body, content_type=JSON)
    assert answer.status_code == 400
    assert one_shape(answer) == "bad_input"


@pytest.mark.parametrize("address", BODIES)
def test_body_that_does_not_say_it_is_json_is_not_read(world: World, address: str) -> None:
    for kind in (None, "", "text/plain", "application/x-www-form-urlencoded", "application/xml"):
        answer = call(world, "POST", address, data=b"{}", content_type=kind)
        assert (answer.status_code, one_shape(answer)) == (415, "not_json")


@pytest.mark.parametrize("address", BODIES)
def test_body_that_is_too_large_is_not_read(world: World, address: str) -> None:
    answer = call(world, "POST", address, data=b'{"code":"%s"}' % (b"x" * 1024 * 1024), content_type=JSON)
    assert (answer.status_code, one_shape(answer)) == (413, "too_large")


@pytest.mark.parametrize(
    ("address", "body", "fields"),
    [
        ("session", {}, {"code"}),
        ("session", {"code": ""}, {"code"}),
        ("session", {"code": None}, {"code"}),
        ("session", {"code": 7}, {"code"}),
        ("session", {"code": ["x"]}, {"code"}),
        ("session", {"code": "x" * 129}, {"code"}),
        ("session", {"code": "\ud800"}, {"code"}),
        ("session", {"code": "x", "scan": 1, "more": 2}, {"scan", "more"}),
        ("session", {"openid": "x"}, {"code", "openid"}),
        ("binding", {}, {"bind_code"}),
        ("binding", {"bind_code": 123456789014}, {"bind_code"}),
        ("binding", {"bind_code": "123456789014", "confirm": "true"}, {"confirm"}),
        ("binding", {"bind_code": "123456789014", "confirm": 1}, {"confirm"}),
        ("binding", {"bind_code": "x" * 41, "member_id": 1}, {"bind_code", "member_id"}),
        ("check-ins", {}, {"body"}),
        ("check-ins", {"token": "x", "ticket": "y"}, {"body"}),
        ("check-ins", {"gathering_id": 1}, {"body"}),
        ("check-ins", {"code": "123456"}, {"body"}),
        ("check-ins", {"token": "x", "gathering_id": 1}, {"body"}),
        ("check-ins", {"token": 1}, {"token"}),
        ("check-ins", {"token": "x" * 65}, {"token"}),
        ("check-ins", {"token": "x", "member_id": 7}, {"member_id"}),
        ("check-ins", {"gathering_id": "1", "code": "123456"}, {"gathering_id"}),
        ("check-ins", {"gathering_id": True, "code": "123456"}, {"gathering_id"}),
        ("check-ins", {"gathering_id": 1.5, "code": "123456"}, {"gathering_id"}),
        ("check-ins", {"gathering_id": 0, "code": "123456"}, {"gathering_id"}),
        ("check-ins", {"gathering_id": 2**32, "code": "123456"}, {"gathering_id"}),
        ("check-ins", {"gathering_id": 1, "code": 123456}, {"code"}),
    ],
)
def test_each_field_that_is_wrong_is_named(
    world: World, address: str, body: dict[str, Any], fields: set[str]
) -> None:
    # Half a surrogate cannot be sent but by its escape.
    answer = call(world, "POST", f"/api/v1/{address}", data=json.dumps(body), content_type=JSON)
    assert (answer.status_code, one_shape(answer)) == (400, "bad_input")
    assert answer.json is not None
    assert set(answer.json["error"]["fields"]) == fields
    assert all(re.search(r"[\u4e00-\u9fff]", text) for text in answer.json["error"]["fields"].values())


def test_database_that_is_down_is_said_so_on_every_route(world: World) -> None:
    bodies: dict[str, dict[str, Any]] = {
        "session": {"code": "x"},
        "binding": {"bind_code": world.slips["own"]},
    }
    bodies |= {"complaints": {"text": "通知发得太晚"}, "objections": {"entry_id": 1, "said": "那天到会了"}}
    routes = [route for route in ROUTES if "/api/v1/" in route and not route.endswith(("json", "draft"))]
    with world.rolled_back(sessions=sessions_of(connect(NOWHERE, pool_size=1))):
        for route in routes:
            method, rule = route.split()
            usual = FIXED.get(route, {"token": world.token(1)})
            body = bodies.get(rule.rpartition("/")[2], usual)
            address = re.sub(r"<int:\w+>", "1", rule)
            answer = call(world, method, address, json=body if method == "POST" else None)
            assert (answer.status_code, one_shape(answer)) == (503, "unavailable"), route
            assert int(answer.headers["Retry-After"]) > 0


def test_pool_without_a_free_connection_is_said_so(world: World) -> None:
    engine = create_engine(world.engine.url, pool_size=1, max_overflow=0, pool_timeout=0.05)
    with engine.connect(), world.rolled_back(sessions=sessions_of(engine)):
        answer = call(world, "GET", "/api/v1/gatherings")
    engine.dispose()
    assert (answer.status_code, one_shape(answer)) == (503, "unavailable")


def test_console_says_on_a_page_that_the_database_is_down(world: World) -> None:
    client = world.app.test_client()
    client.set_cookie("console", world.sessions["secretary"])
    with world.rolled_back(sessions=sessions_of(connect(NOWHERE, pool_size=1))):
        answer = client.get("/console/")
    assert answer.status_code == 503
    assert answer.mimetype == "text/html"
    assert "请过一会儿再试" in answer.text


@pytest.mark.thorough
def test_dead_redis_keeps_everything_working(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    dead = Redis(port=1, retry=Retry(NoBackoff(), 0))
    monkeypatch.setattr(world.app, "parts", replace(world.app.parts, redis=dead))
    for route, rows in ROUTES.items():
        row, statuses = next(iter(rows.items()))
        for who in ("member", "secretary"):
            with asked(world, route, row, who) as answer:
                assert str(answer.status_code) == statuses.split()[WHO.index(who)], (route, who)
    readiness = world.app.test_client().get("/readyz").json
    assert readiness is not None
    assert (readiness["ok"], readiness["redis"]) == (True, "down")


def boom(_: str) -> NoReturn:
    """Fail as nobody foresaw."""
    raise ZeroDivisionError


def test_crash_has_the_one_shape_and_tells_nothing(world: World) -> None:
    with world.rolled_back(log_in=boom):
        answer = call(world, "POST", "/api/v1/session", json={"code": "x"})
    assert (answer.status_code, one_shape(answer)) == (500, "failed")
    assert "ZeroDivision" not in answer.text


@pytest.mark.parametrize(
    ("errcode", "status", "code"),
    [
        (40029, 401, "login_again"),
        (40163, 401, "login_again"),
        (-1, 502, "wechat_failed"),
        (40226, 502, "wechat_failed"),
        (None, 502, "wechat_failed"),
    ],
)
def test_wechat_that_fails_is_said_so(world: World, errcode: int | None, status: int, code: str) -> None:
    def refuse(_: str) -> OpenSession:
        raise WechatError(errcode, "no", path="/sns/jscode2session")

    with world.rolled_back(log_in=refuse):
        answer = call(world, "POST", "/api/v1/session", json={"code": "x"})
    assert (answer.status_code, one_shape(answer)) == (status, code)
