"""Whoever reads or exports more than anybody works is held back for a while, and it is written down."""

import os
from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from sqlalchemy import Connection, select
from werkzeug.test import TestResponse

from handlers.limits import CALLS, FILES, Counter, Limit
from models.audit import Audit
from tests.conftest import NOON, REDIS
from tests.handlers.asking import address, asked
from tests.handlers.world import World, open_world

PAGE, LEDGER, WORD = (
    "/console/phone-code",
    "GET /console/ledgers/roster",
    "GET /console/rolls/<int:roll_id>/record.docx",
)
# Nobody listens there.
AWAY = "redis://127.0.0.1:9/0"


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    """One world for all questions; each of them is undone."""
    with open_world() as world:
        yield world


@pytest.fixture
def counter() -> Iterator[Counter]:
    """The product's counter in a part of the Valkey that is this worker's own."""
    redis = Redis.from_url(os.environ[REDIS])
    redis.connection_pool.connection_kwargs["db"] = (
        9 + int(os.environ.get("PYTEST_XDIST_WORKER", "gw0")[2:]) % 6
    )
    redis.flushdb()
    yield Counter(redis)
    redis.close()


@pytest.fixture
def counted(world: World, counter: Counter) -> Iterator[Connection]:
    """The application counts, from nothing; what it does is undone."""
    with world.rolled_back(counter=counter) as connection:
        yield connection


def console(world: World, who: str) -> FlaskClient:
    """Return the browser of one of the staff."""
    client = world.app.test_client()
    client.set_cookie("console", world.sessions[who])
    return client


def use_up(counter: Counter, limit: Limit, times: int) -> None:
    """Count so many more for everybody who asked for anything so far."""
    for key in counter.redis.scan_iter(f"limit:{limit.name}:*"):
        counter.redis.incrby(key, times)


def refused(answer: TestResponse) -> bool:
    """Return whether an answer holds somebody back and says until when."""
    if answer.status_code != 429:
        return False
    assert 0 < int(answer.headers["Retry-After"]) <= FILES.seconds
    return True


def beyond(connection: Connection) -> list[tuple[int | None, int | None, str]]:
    """Return who is written down as having gone beyond which limit."""
    rows = connection.execute(select(Audit.__table__).where(Audit.verb == "go_beyond"))
    return [(row.account_id, row.member_id, row.after["limit"]) for row in rows]


def test_page_after_the_limit_is_refused_and_written_down_once(
    world: World, counter: Counter, counted: Connection, caplog: pytest.LogCaptureFixture
) -> None:
    # Control: without count(CALLS) in staff_needed every one of them is 200.
    secretary = console(world, "secretary")
    assert secretary.get(PAGE).status_code == 200
    use_up(counter, CALLS, CALLS.most - 2)
    assert secretary.get(PAGE).status_code == 200
    assert all(refused(secretary.get(PAGE)) for _ in range(3))
    assert [(member, limit) for _, member, limit in beyond(counted)] == [(None, "calls")]
    alerts = [line.getMessage() for line in caplog.records if "alert:" in line.getMessage()]
    assert alerts == ["alert: somebody went beyond the limit of 600 calls in 60 seconds"]
    # The neighbour, from the same address, goes on.
    assert console(world, "deputy").get(PAGE).status_code == 200


def test_another_log_in_of_the_same_person_is_counted_along(
    world: World, counter: Counter, counted: Connection
) -> None:
    # Control: with the cookie's token as the key, the phone of the same account goes on.
    console(world, "secretary").get(PAGE)
    use_up(counter, CALLS, CALLS.most)
    phone = {"Authorization": f"Bearer {world.phones['secretary']}"}
    roll = address(world, "GET /api/v1/branch/rolls/<int:roll_id>", "own")
    assert refused(world.app.test_client().get(roll, headers=phone))


def test_phone_is_refused_as_json_and_still_signs_in(
    world: World, counter: Counter, counted: Connection
) -> None:
    # Control: without count(CALLS) in phone_needed it reads on; with it before check-ins it signs in no more.
    phone, client = {"Authorization": f"Bearer {world.sessions['member']}"}, world.app.test_client()
    assert client.get("/api/v1/gatherings", headers=phone).status_code == 200
    use_up(counter, CALLS, CALLS.most)
    answer = client.get("/api/v1/me/points", headers=phone)
    assert refused(answer)
    assert answer.json is not None
    assert answer.json["error"]["code"] == "too_many_requests"
    assert beyond(counted) == []  # only the first one beyond is written down, and that was counted by hand
    with asked(world, "POST /api/v1/check-ins", "own", "member") as signed:
        assert signed.status_code == 201


@pytest.mark.parametrize("route", [LEDGER, WORD])
def test_file_after_the_hours_limit_is_refused(
    world: World, counter: Counter, counted: Connection, route: str
) -> None:
    # Control: without count(FILES) in the view, the file comes.
    secretary, file = console(world, "secretary"), address(world, route, "own")
    with secretary.get(file) as taken:
        assert taken.status_code == 200
    use_up(counter, FILES, FILES.most - 1)
    assert refused(secretary.get(file))
    assert [limit for *_, limit in beyond(counted)] == ["files"]
    assert len(counted.execute(select(Audit.id).where(Audit.verb == "export")).all()) == 1
    assert secretary.get(PAGE).status_code == 200


def test_count_begins_anew_and_every_key_ends(counter: Counter) -> None:
    # Control: without expire a key stays for ever.
    ten = [counter.beyond(Limit("x", 2, 60, ""), "a", now=NOON) for _ in range(4)]
    assert ten == [0, 0, 1, 2]
    assert counter.beyond(Limit("x", 2, 60, ""), "b", now=NOON) == 0
    assert counter.beyond(Limit("x", 2, 60, ""), "a", now=NOON + timedelta(minutes=1)) == 0
    keys = list(counter.redis.scan_iter("*"))
    assert len(keys) == 3
    assert all(0 < counter.redis.ttl(key) <= 60 for key in keys)


def test_nobody_is_refused_while_redis_is_away_nor_waits_for_it_each_time(world: World) -> None:
    # Control: without the except every page is 503; without the pause each page asks again.
    away = Counter(Redis.from_url(AWAY, retry=Retry(NoBackoff(), 0), socket_connect_timeout=1))
    with world.rolled_back(counter=away):
        assert console(world, "secretary").get(PAGE).status_code == 200
        until = away.silent_until
        assert until > 0
        assert [console(world, "secretary").get(PAGE).status_code for _ in range(5)] == [200] * 5
        assert away.silent_until == until


def test_nobody_who_works_reaches_a_limit() -> None:
    # A roll of 150 ticked one by one at three a second, and the screens that ask by themselves beside it.
    by_hand, by_itself = 3 * CALLS.seconds, 3 * CALLS.seconds // 3 + CALLS.seconds // 20
    assert 2 * (by_hand + by_itself) < CALLS.most
