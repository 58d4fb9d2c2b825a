"""A platform that is down is asked now and then by one call, and by all again once it answers."""

import pytest

from embedded.process import free_port
from tests.wechat.conftest import Stage
from wechat.breaker import FAILURES, PAUSE, Breaker
from wechat.errors import Advice, NoClearAnswer, NotSent, WechatError
from wechat.gateway import App, Gateway
from wechat.template import send_template

SEND = "/cgi-bin/message/template/send"


class Hours:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        """Seconds."""
        return self.seconds


def failed(breaker: Breaker, times: int = FAILURES) -> None:
    for _ in range(times):
        breaker.failed()


def send(gateway: Gateway) -> str:
    return send_template(gateway, "oA", "T", {"thing1": "主题党日"}, client_msg_id="d1")


def test_one_answer_among_failures_keeps_the_way_open() -> None:
    breaker = Breaker(Hours())
    for _ in range(5):
        failed(breaker, FAILURES - 1)
        breaker.answered()
    assert breaker.admits()
    assert breaker.room(50) == 50


def test_ten_failures_in_a_row_close_the_way_for_a_pause() -> None:
    clock = Hours()
    breaker = Breaker(clock)
    failed(breaker)
    assert (breaker.admits(), breaker.room(50)) == (False, 0)
    clock.seconds += PAUSE - 0.1
    assert (breaker.admits(), breaker.room(50)) == (False, 0)


def test_after_the_pause_one_call_probes_and_its_answer_opens_the_way_to_all() -> None:
    clock = Hours()
    breaker = Breaker(clock)
    failed(breaker)
    clock.seconds += PAUSE
    assert breaker.room(50) == 1
    assert [breaker.admits() for _ in range(3)] == [True, False, False]
    assert breaker.answered()
    assert breaker.admits()
    assert breaker.room(50) == 50


@pytest.mark.parametrize("says_so", [True, False])
def test_probe_that_fails_or_never_comes_back_costs_another_pause(says_so: bool) -> None:
    clock = Hours()
    breaker = Breaker(clock)
    failed(breaker)
    clock.seconds += PAUSE
    assert breaker.admits()
    if says_so:
        breaker.failed()
    clock.seconds += PAUSE - 0.1
    assert not breaker.admits()
    clock.seconds += 0.1
    assert breaker.admits()


def test_call_that_is_held_back_was_certainly_not_sent(stage: Stage) -> None:
    # Control: without `admits` in the gateway the eleventh call is made.
    clock = Hours()
    gateway = Gateway(App("wx1", "s"), base_url=stage.url, redis=None, breaker=Breaker(clock))
    stage.always(SEND, (502, b""))
    for _ in range(FAILURES):
        with pytest.raises(NoClearAnswer):
            send(gateway)
    with pytest.raises(NotSent) as refused:
        send(gateway)
    assert refused.value.advice is Advice.RETRY
    assert stage.paths().count(SEND) == FAILURES
    clock.seconds += PAUSE
    stage.always(SEND, {"errcode": 0, "msgid": 1})
    assert [send(gateway), send(gateway)] == ["1", "1"]


def test_host_that_nobody_serves_closes_the_way_too() -> None:
    gateway = Gateway(App("wx1", "s"), base_url=f"http://127.0.0.1:{free_port()}", redis=None)
    said = []
    for _ in range(FAILURES + 1):
        with pytest.raises(NotSent) as refused:
            send(gateway)
        said.append(refused.value.errmsg)
    assert "held back" in said[-1]
    assert not any("held back" in one for one in said[:-1])


@pytest.mark.parametrize("errcode", [-1, 43004, 43101, 45009, 40003])
def test_refusals_never_close_the_way(stage: Stage, errcode: int) -> None:
    stage.always(SEND, {"errcode": errcode, "errmsg": "no"})
    gateway = Gateway(App("wx1", "s"), base_url=stage.url, redis=None)
    for _ in range(3 * FAILURES):
        with pytest.raises(WechatError) as refused:
            send(gateway)
        assert refused.value.errcode == errcode
