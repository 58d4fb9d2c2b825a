"""One fetch of the access token for any number of threads and processes, with and without Redis."""

import logging
import multiprocessing
import os
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from tests.wechat.conftest import Stage
from wechat.errors import Advice, NotSent, WechatError
from wechat.followers import list_followers
from wechat.gateway import App, Gateway
from wechat.template import send_template
from wechat.token import FORCES_A_DAY, AccessToken, Held

pytestmark = pytest.mark.thorough

TOKEN = "/cgi-bin/stable_token"
LIST, SEND = "/cgi-bin/user/get", "/cgi-bin/message/template/send"


class Counter:
    """WeChat's token call, counted: unforced answers come from `unforced`, forced ones are new."""

    def __init__(self, *unforced: str, lives: int = 7200, seconds: float = 0.05) -> None:
        self.unforced, self.lives, self.seconds = list(unforced), lives, seconds
        self.asked: list[bool] = []

    def __call__(self, force_refresh: bool) -> tuple[str, int]:
        self.asked.append(force_refresh)
        time.sleep(self.seconds)
        if force_refresh:
            return f"forced{len(self.asked)}", self.lives
        return (self.unforced.pop(0) if len(self.unforced) > 1 else self.unforced[0]), self.lives


def nobody_there() -> Redis:
    """A Redis at an address where nobody listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    return Redis(port=port, retry=Retry(NoBackoff(), 0))


@pytest.mark.parametrize("with_redis", [True, False])
def test_twenty_cold_threads_fetch_once(appid: str, redis: Redis, with_redis: bool) -> None:
    fetch = Counter("T1")
    token = AccessToken(appid, redis if with_redis else None, fetch)
    meet = threading.Barrier(20)

    def get() -> str:
        meet.wait()
        return token.get().token

    with ThreadPoolExecutor(20) as threads:
        assert {future.result() for future in [threads.submit(get) for _ in range(20)]} == {"T1"}
    assert fetch.asked == [False]


def test_twenty_threads_with_a_stale_token_refresh_once(appid: str, redis: Redis) -> None:
    fetch = Counter("T1", "T2")
    token = AccessToken(appid, redis, fetch)
    stale = token.get()
    with ThreadPoolExecutor(20) as threads:
        assert set(threads.map(token.refresh, [stale] * 20)) == {Held("T2")}
    assert fetch.asked == [False, False]


def ask_from_another_process(url: str, appid: str, redis_url: str) -> None:
    gateway = Gateway(App(appid, "secret"), base_url=url, redis=Redis.from_url(redis_url))

    def send(number: int) -> str:
        return send_template(gateway, f"o{number}", "T", {"thing1": "主题党日"}, client_msg_id=f"d{number}")

    with ThreadPoolExecutor(50) as threads:
        assert list(threads.map(send, range(50))) == ["1"] * 50


@pytest.mark.processes
def test_two_hundred_threads_in_four_processes_with_an_expired_token_fetch_once(
    appid: str, redis: Redis, stage: Stage
) -> None:
    # Control: without the read under the lock each process fetches; without the mutex each thread does.
    redis.set(f"wx:{appid}:token", "expired", ex=600)
    stage.answer_by_token(SEND, {"expired": {"errcode": 42001}}, {"errcode": 0, "msgid": 1})
    spawn = multiprocessing.get_context("spawn")
    redis_url = os.environ["TEST_REDIS_URL"]
    processes = [
        spawn.Process(target=ask_from_another_process, args=(stage.url, appid, redis_url)) for _ in range(4)
    ]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
    assert [process.exitcode for process in processes] == [0] * 4
    assert stage.paths().count(TOKEN) == 1
    assert sum(path == SEND for path in stage.paths()) >= 200


def test_lock_of_a_dead_process_is_free_after_its_lease(appid: str, redis: Redis) -> None:
    redis.set(f"wx:{appid}:token:lock", "somebody dead", px=300)
    fetch = Counter("T1")
    started = time.monotonic()
    assert AccessToken(appid, redis, fetch).get() == Held("T1")
    assert 0.2 < time.monotonic() - started < 2
    assert redis.get(f"wx:{appid}:token:lock") is None


def test_lock_that_passed_to_another_is_not_taken_from_them(appid: str, redis: Redis) -> None:
    lock = f"wx:{appid}:token:lock"

    def slow_fetch(_: bool) -> tuple[str, int]:
        redis.set(lock, "the next one", px=60_000)  # our lease ran out meanwhile
        return "T1", 7200

    token = AccessToken(appid, redis, slow_fetch)
    assert token.get() == Held("T1")
    assert redis.get(lock) == b"the next one"
    assert redis.get(f"wx:{appid}:token") == b"T1"
    redis.set(f"wx:{appid}:token", "T2")
    assert token.refresh(Held("T1")) == Held("T2")  # nor does this process think that Redis is away


def test_held_lock_has_a_lease(appid: str, redis: Redis) -> None:
    leases: list[int] = []

    def fetch(_: bool) -> tuple[str, int]:
        leases.append(int(redis.pttl(f"wx:{appid}:token:lock")))
        return "T1", 7200

    AccessToken(appid, redis, fetch).get()
    assert 5_000 < leases[0] <= 6_000


def test_refused_token_that_wechat_calls_current_is_tried_once_more_and_then_forced(
    appid: str, redis: Redis
) -> None:
    fetch = Counter("T1")
    token = AccessToken(appid, redis, fetch)
    first = token.get()
    again = token.refresh(first)
    assert again == Held("T1", confirmed=True)
    assert fetch.asked == [False, False]
    # Another process, whose call went out before all this, asks nobody.
    assert AccessToken(appid, redis, fetch).refresh(first) == again
    assert fetch.asked == [False, False]
    assert token.refresh(AccessToken(appid, redis, fetch).get()) == Held("forced3")
    assert fetch.asked == [False, False, True]


def test_storm_of_refusals_of_a_current_token_asks_once_and_forces_once(appid: str, redis: Redis) -> None:
    fetch = Counter("T1")
    token = AccessToken(appid, redis, fetch)
    with ThreadPoolExecutor(20) as threads:
        assert set(threads.map(token.refresh, [token.get()] * 20)) == {Held("T1", confirmed=True)}
        later = AccessToken(appid, redis, fetch)
        assert set(threads.map(later.refresh, [later.get()] * 20)) == {Held("forced3")}
    assert fetch.asked == [False, False, True]


def test_nobody_forces_twice_in_thirty_seconds(appid: str, redis: Redis) -> None:
    fetch = Counter("T1")
    token = AccessToken(appid, redis, fetch)
    confirmed = Held("T1", confirmed=True)
    redis.set(f"wx:{appid}:token", "T1")
    assert token.refresh(confirmed) == Held("forced1")
    assert 30 < int(redis.ttl(f"wx:{appid}:token:forced")) <= 35
    redis.set(f"wx:{appid}:token", "T1")
    other = AccessToken(appid, redis, fetch)  # another process knows it too
    assert other.refresh(confirmed) == confirmed
    assert fetch.asked == [True]


def test_nobody_forces_more_often_than_a_day_allows(appid: str, redis: Redis) -> None:
    fetch = Counter("T1", seconds=0)
    confirmed = Held("T1", confirmed=True)
    for _ in range(FORCES_A_DAY + 3):
        redis.set(f"wx:{appid}:token", "T1")
        redis.delete(f"wx:{appid}:token:forced")  # as if half a minute had passed
        AccessToken(appid, redis, fetch).refresh(confirmed)
    assert fetch.asked == [True] * FORCES_A_DAY


def test_nobody_forces_where_nobody_counts(appid: str) -> None:
    fetch = Counter("T1")
    token = AccessToken(appid, None, fetch)
    again = token.refresh(token.get())
    assert token.refresh(again) == again
    assert fetch.asked == [False, False]


def test_threads_that_waited_for_a_token_share_its_refusal(appid: str, redis: Redis) -> None:
    asked: list[bool] = []
    meet = threading.Barrier(20)

    def fetch(force: bool) -> tuple[str, int]:
        asked.append(force)
        time.sleep(0.2)
        raise NotSent(None, "no answer", path=TOKEN)

    token = AccessToken(appid, redis, fetch)

    def get(_: int) -> type[Exception]:
        meet.wait()
        with pytest.raises(NotSent) as refused:
            token.get()
        return refused.type

    with ThreadPoolExecutor(20) as threads:
        assert set(threads.map(get, range(20))) == {NotSent}
    assert len(asked) == 1


@pytest.mark.parametrize(("lives", "kept"), [(7200, 6900), (400, 100), (300, 60), (60, 30), (1, 1)])
def test_token_is_renewed_in_its_last_five_minutes(appid: str, redis: Redis, lives: int, kept: int) -> None:
    AccessToken(appid, redis, Counter("T1", lives=lives)).get()
    assert kept - 2 <= int(redis.ttl(f"wx:{appid}:token")) <= kept


def test_another_process_finds_the_kept_token(appid: str, redis: Redis) -> None:
    AccessToken(appid, redis, Counter("T1")).get()
    other = Counter("T2")
    assert AccessToken(appid, redis, other).get() == Held("T1")
    assert other.asked == []


def test_keys_hold_no_secret(appid: str, redis: Redis, stage: Stage) -> None:
    stage.always(LIST, {"total": 0, "count": 0})
    list_followers(Gateway(App(appid, "very-secret"), base_url=stage.url, redis=redis))
    keys = list(redis.scan_iter(f"*{appid}*"))
    assert keys == [f"wx:{appid}:token".encode()]
    assert redis.get(keys[0]) == b"T1"


def test_text_answers_of_redis_are_understood(appid: str, redis: Redis) -> None:
    AccessToken(appid, redis, Counter("T1")).get()
    with Redis.from_url(os.environ["TEST_REDIS_URL"], decode_responses=True) as texts:
        assert AccessToken(appid, texts, Counter("T2")).get() == Held("T1")


def test_dead_redis_leaves_each_process_its_own_copy(appid: str, caplog: pytest.LogCaptureFixture) -> None:
    fetch = Counter("T1")
    with nobody_there() as nobody, caplog.at_level(logging.WARNING):
        token = AccessToken(appid, nobody, fetch)
        assert [token.get() for _ in range(100)] == [Held("T1")] * 100
    assert fetch.asked == [False]
    assert len(caplog.records) == 1


def test_flushed_redis_costs_one_fetch(appid: str, redis: Redis) -> None:
    fetch = Counter("T1")
    token = AccessToken(appid, redis, fetch)
    token.get()
    redis.delete(f"wx:{appid}:token")
    other = AccessToken(appid, redis, fetch)
    assert [other.get(), other.get()] == [Held("T1"), Held("T1")]
    assert fetch.asked == [False, False]


@pytest.mark.parametrize("errcode", [40001, 40125, 40164, 40243, 50007])
def test_refused_secret_is_not_tried_again_at_once(appid: str, stage: Stage, errcode: int) -> None:
    stage.always(TOKEN, {"errcode": errcode, "errmsg": "no"})
    gateway = Gateway(App(appid, "secret"), base_url=stage.url, redis=None)
    for _ in range(3):
        with pytest.raises(WechatError) as refused:
            list_followers(gateway)
        assert (refused.value.errcode, refused.value.advice) == (errcode, Advice.STOP)
    assert stage.paths() == [TOKEN]


def test_busy_token_call_is_tried_again_by_the_next_call(appid: str, stage: Stage) -> None:
    stage.always(SEND, {"errcode": 0, "msgid": 1})
    stage.answers[TOKEN] = lambda turn: (
        {"errcode": -1, "errmsg": "system error"}
        if turn == 1
        else {"access_token": "T", "expires_in": "7200"}
    )
    gateway = Gateway(App(appid, "secret"), base_url=stage.url, redis=None)

    def send() -> str:
        return send_template(gateway, "oA", "T", {"thing1": "主题党日"}, client_msg_id="d1")

    with pytest.raises(WechatError) as refused:
        send()
    assert refused.value.advice is Advice.RETRY
    assert send() == "1"
