"""Who somebody is comes from the session alone, ends with it, and is never adopted from outside."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import update
from werkzeug.test import TestResponse

from models.audit import Via
from models.gatherings.roll import RollLine
from models.keyring import token_hash
from models.people.account import Account, Post
from models.people.bind import bind, issue_codes
from models.people.binding import Binding
from models.people.member import Member
from tests.conftest import NOON
from tests.factories import KEYRING
from tests.handlers.asking import NOW
from tests.handlers.routes import ROUTES
from tests.handlers.world import MINI, PASSWORD, World, open_world

API_READS = ("/api/v1/home", "/api/v1/gatherings", "/api/v1/me/points")


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    """One world for all tests; what a test does in it is undone."""
    with open_world() as world:
        yield world


def phone(world: World, token: str, method: str = "GET", address: str = API_READS[1], **more: Any) -> Any:
    """Call the API with a session token; return the answer."""
    headers = {"Authorization": f"Bearer {token}"} | more.pop("headers", {})
    return world.app.test_client().open(address, method=method, headers=headers, **more)


def browser(world: World, token: str, cookie: str = "console") -> FlaskClient:
    """Return a browser that holds a cookie."""
    client = world.app.test_client()
    client.set_cookie(cookie, token)
    return client


def foreign_names(world: World) -> dict[str, str]:
    """Return what an intruder would like to be, by the names that other systems believe."""
    neighbour = world.members["same"].id
    return {
        "openid": "openid-stranger", "X-Openid": "openid-stranger", "X-WX-Openid": "openid-stranger",
        "member_id": str(neighbour), "member": str(neighbour), "X-Member-Id": str(neighbour),
        "X-Forwarded-User": "secretary", "Remote-User": "secretary", "X-Remote-User": "secretary",
        "user": "secretary", "account_id": str(world.accounts["author"]),
        "token": world.sessions["secretary"],
    }  # fmt: skip


def test_names_in_query_header_and_cookie_make_nobody_somebody_else(world: World) -> None:
    mine = world.sessions["member"]
    for address in API_READS:
        told = phone(world, mine, address=address).json
        for name, value in foreign_names(world).items():
            assert phone(world, mine, address=f"{address}?{name}={value}").json == told, name
            assert phone(world, mine, address=address, headers={name: value}).json == told, name
            client = browser(world, value, name)
            assert client.get(address, headers={"Authorization": f"Bearer {mine}"}).json == told, name


def test_names_in_a_body_are_refused_by_their_field(world: World) -> None:
    bodies: dict[str, dict[str, Any]] = {
        "/api/v1/session": {"code": "openid-member"},
        "/api/v1/binding": {"bind_code": world.slips["own"]},
        "/api/v1/check-ins": {"token": world.token(world.gatherings["own", NOW])},
    }
    for address, body in bodies.items():
        for name, value in foreign_names(world).items():
            if name in body:
                continue
            answer = phone(world, world.sessions["member"], "POST", address, json=body | {name: value})
            assert answer.status_code == 400
            assert answer.json["error"].get("fields", {}).keys() >= {name} or address.endswith("check-ins")


def test_openid_of_a_session_comes_from_wechat_alone(world: World) -> None:
    headers = {"X-Openid": "openid-member", "X-WX-Openid": "openid-member"}
    with world.rolled_back():
        answer = world.app.test_client().post(
            "/api/v1/session?openid=openid-member", json={"code": "openid-stranger"}, headers=headers
        )
        assert answer.json is not None
        assert answer.json["bound"] is False


def test_names_log_nobody_in_to_the_console(world: World) -> None:
    for name, value in foreign_names(world).items():
        client = world.app.test_client()
        assert client.get("/console/", headers={name: value}).status_code == 401
        assert client.get(f"/console/?{name}={value}").status_code == 401
        assert browser(world, value, name).get("/console/").status_code == 401
    secretary = {"Authorization": f"Bearer {world.sessions['secretary']}"}
    assert world.app.test_client().get("/console/", headers=secretary).status_code == 401


def test_mark_is_signed_by_who_is_logged_in_whatever_the_form_says(world: World) -> None:
    roll, member = world.rolls["own", NOW], world.members["own"].id
    others = dict.fromkeys(("by", "account_id", "marked_by", "staff"), str(world.accounts["author"]))
    with world.rolled_back() as connection:
        form = {"csrf": world.csrf["clerk"], f"m-{member}": "present", **others}
        browser(world, world.sessions["clerk"]).post(f"/console/rolls/{roll}/marks", data=form)
        with world.on(connection)() as session:
            line = session.get_one(RollLine, (world.gatherings["own", NOW], member))
            marked_by = session.get_one(Account, line.marked_by).login
    assert marked_by == "clerk"


def spoilt(token: str) -> dict[str, str]:
    """Return tokens that are almost right, by what is wrong with them."""
    other = "A" if token[0] != "A" else "B"
    return {
        "first sign": other + token[1:],
        "last sign": token[:-1] + ("A" if token[-1] != "A" else "B"),
        "shorter": token[:-1],
        "longer": token + "A",
        "case": token.swapcase(),
        "twice": token * 2,
        "hash": token_hash(token).hex(),
        "empty": "",
        "quoted": f'"{token}"',
    }


@pytest.mark.parametrize("wrong", spoilt("x" * 43))
def test_spoilt_token_opens_nothing(world: World, wrong: str) -> None:
    assert phone(world, spoilt(world.sessions["member"])[wrong]).status_code == 401
    if wrong != "quoted":  # quotation marks are how a cookie may be written
        assert browser(world, spoilt(world.sessions["secretary"])[wrong]).get("/console/").status_code == 401


@pytest.mark.parametrize("scheme", ["Basic", "bearer ", "Token", ""])
def test_other_ways_to_say_who_one_is_are_none(world: World, scheme: str) -> None:
    headers = {"Authorization": f"{scheme} {world.sessions['member']}"}
    assert world.app.test_client().get("/api/v1/gatherings", headers=headers).status_code == 401


def test_phones_token_is_no_cookie_and_a_cookie_is_no_phone(world: World) -> None:
    assert browser(world, world.sessions["member"]).get("/console/").status_code == 401
    assert phone(world, world.sessions["secretary"]).status_code == 401
    assert browser(world, world.sessions["member"]).get("/api/v1/gatherings").status_code == 401


def test_ended_session_of_a_phone_is_over_at_the_next_call(world: World) -> None:
    token = world.sessions["member"]
    with world.rolled_back():
        assert phone(world, token).status_code == 200
        assert phone(world, token, "DELETE", "/api/v1/session").status_code == 204
        assert [phone(world, token, address=one).status_code for one in API_READS] == [401] * 3
        scan = {"token": world.token(world.gatherings["own", NOW])}
        assert phone(world, token, "POST", "/api/v1/check-ins", json=scan).status_code == 401


@pytest.mark.parametrize(
    ("later", "status"), [(timedelta(days=7, seconds=-1), 200), (timedelta(days=7), 401)]
)
def test_session_of_a_phone_lasts_seven_days(world: World, later: timedelta, status: int) -> None:
    with world.rolled_back(clock=lambda: NOON + later):
        assert phone(world, world.sessions["member"]).status_code == status


def test_console_session_ends_after_twelve_hours_however_busy(world: World) -> None:
    client, now = browser(world, world.sessions["secretary"]), [NOON]

    def clock() -> datetime:
        return now[0]

    with world.rolled_back(clock=clock):
        for _ in range(14):
            now[0] += timedelta(minutes=50)
            assert client.get("/console/").status_code == 200
        now[0] += timedelta(minutes=21)
        assert client.get("/console/").status_code == 401


def test_ended_account_is_out_at_the_next_call(world: World) -> None:
    client = browser(world, world.sessions["secretary"])
    with world.rolled_back() as connection:
        assert client.get("/console/").status_code == 200
        with world.on(connection).begin() as session:
            session.execute(update(Account).where(Account.login == "secretary").values(ended_at=NOON))
        assert client.get("/console/").status_code == 401


def test_ended_post_is_over_at_the_next_form(world: World) -> None:
    client, form = browser(world, world.sessions["secretary"]), {"csrf": world.csrf["secretary"]}
    act = f"/console/gatherings/{world.gatherings['own', NOW]}/new-code"
    with world.rolled_back() as connection:
        assert client.post(act, data=form).status_code == 303
        with world.on(connection).begin() as session:
            secretary = session.query(Account.id).filter_by(login="secretary").scalar_subquery()
            session.execute(update(Post).where(Post.account_id == secretary).values(to_on=date(2026, 11, 24)))
        assert client.post(act, data=form).status_code == 404
        assert client.get("/console/members").status_code == 403


def test_ended_binding_is_over_at_the_next_call(world: World) -> None:
    token, scan = world.sessions["member"], {"token": world.token(world.gatherings["own", NOW])}
    with world.rolled_back() as connection:
        assert phone(world, token).status_code == 200
        with world.on(connection).begin() as session:
            open_ones = update(Binding).where(Binding.openid == "openid-member")
            session.execute(open_ones.values(openid=None, ended_at=NOON))
        for answer in (
            *(phone(world, token, address=one) for one in API_READS[1:]),
            phone(world, token, "POST", "/api/v1/check-ins", json=scan),
            phone(world, token, "DELETE", "/api/v1/binding"),
        ):
            assert (answer.status_code, answer.json["error"]["code"]) == (403, "not_bound")
        assert phone(world, token, address="/api/v1/home").json["member"] is None


def test_slip_of_a_secretary_gives_no_right_of_the_console(world: World) -> None:
    with world.rolled_back() as connection:
        with world.on(connection).begin() as session:
            secretary = session.query(Account).filter_by(login="secretary").one()
            member = Member(name="周明远", branch_id=world.orgs["own"].id, status=world.members["own"].status)
            session.add(member)
            session.flush()
            secretary.member_id = member.id
            [slip] = issue_codes(session, KEYRING, [member.id], by=secretary.id, now=NOON).values()
            bind(session, KEYRING, slip, MINI, "openid-stranger", via=Via.PHONE, now=NOON)
        token = world.sessions["stranger"]
        assert phone(world, token).status_code == 200
        for route in ROUTES:
            if route.startswith("GET /console/") and "<" not in route and "login" not in route:
                address = route.split()[1]
                assert phone(world, token, address=address).status_code == 401, address
                assert browser(world, token).get(address).status_code == 401, address


def log_in(client: FlaskClient, login: str = "secretary") -> TestResponse:
    """Send the log-in form."""
    return client.post("/console/login", data={"login": login, "password": PASSWORD})


def test_cookie_from_before_is_not_the_session_after_logging_in(world: World) -> None:
    planted = "planted" * 6 + "x"
    with world.rolled_back():
        client = browser(world, planted)
        assert log_in(client).status_code == 303
        mine = client.get_cookie("console")
        assert mine is not None
        assert mine.value != planted
        assert browser(world, mine.value).get("/console/").status_code == 200
        assert browser(world, planted).get("/console/").status_code == 401


def test_session_that_somebody_planted_ends_when_another_logs_in_over_it(world: World) -> None:
    planted = world.sessions["clerk"]
    with world.rolled_back():
        client = browser(world, planted)
        assert log_in(client).status_code == 303
        assert browser(world, planted).get("/console/").status_code == 401


def test_cookie_is_bound_to_the_host_where_there_is_https(world: World) -> None:
    house = replace(world.app.parts.installation, base_url="https://dangjian.example.cn")
    with world.rolled_back(installation=house):
        cookie = log_in(world.app.test_client()).headers["Set-Cookie"]
        assert cookie.startswith("__Host-console=")
        assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(cookie.split("; "))
        assert "Domain" not in cookie
        assert browser(world, world.sessions["secretary"]).get("/console/").status_code == 401
