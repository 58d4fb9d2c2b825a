"""The sender of subscription messages against the simulator: our words, the page, and one send a claim."""

from datetime import UTC, datetime

import pytest

from jobs.deliver import Send
from jobs.subscribe import subscribe_sender
from models.notices.delivery import Channel
from models.notices.outbox import Claimed
from tests.simulated import FIELDS, Account
from wechat.errors import Advice, NoClearAnswer, WechatError
from wechat.subscribe import SUBSCRIBE_SEND

AT = datetime(2026, 11, 20, 6, 50, tzinfo=UTC)
WORDS = {
    "title": "青石村党支部十一月主题党日",
    "time": "2026年11月25日 15:00",
    "place": "村部二楼会议室",
    "note": "带党徽、笔记本，不能来请告诉支部",
}


@pytest.fixture
def mini(simulator: str) -> Account:
    """A mini-program with one phone that allows one message."""
    template = {"id": "S1", "title": "主题党日通知", "keys": list(FIELDS)}
    mini = Account(simulator, kind="mini_program", templates=[], subscribe_templates=[template])
    mini.follow(["oM"])
    allow(mini)
    return mini


def allow(mini: Account) -> None:
    mini.order("subscribe", {"appid": mini.appid, "openid": "oM", "choices": {"S1": "accept"}})


def sender(mini: Account, timeout: tuple[float, float] = (3, 10)) -> Send:
    return subscribe_sender(mini.gateway(timeout=timeout), "S1", FIELDS, page="pages/gathering/index")


def claim() -> Claimed:
    return Claimed(
        delivery_id=1,
        attempt_no=1,
        channel=Channel.SUBSCRIBE,
        binding_id=1,
        openid="oM",
        notice_id=1,
        gathering_id=81,
        needed_by=AT,
        urgent=False,
        words=WORDS,
        first_sent_at=AT,
        is_first=True,
    )


def test_claim_goes_out_with_our_words_and_leads_to_its_gathering(mini: Account) -> None:
    msgid = sender(mini)(claim())
    (message,) = mini.inbox()
    assert msgid == str(message["msgid"])
    assert message["page"] == "pages/gathering/index?id=81"
    assert message["data"] == {
        "thing1": "青石村党支部十一月主题党日",
        "time2": "2026年11月25日 15:00",
        "thing3": "村部二楼会议室",
        "thing4": "带党徽、笔记本，不能来请告诉支部",
    }


def test_who_allows_no_more_is_given_up(mini: Account) -> None:
    send = sender(mini)
    send(claim())
    with pytest.raises(WechatError) as used_up:
        send(claim())
    assert (used_up.value.errcode, used_up.value.advice) == (43101, Advice.GIVE_UP)
    assert len(mini.inbox()) == 1


def test_lost_answer_is_told_from_everything_that_may_be_repeated(mini: Account) -> None:
    allow(mini)
    mini.fault("timeout_after", path=SUBSCRIBE_SEND, nth=1, seconds=3)
    with pytest.raises(NoClearAnswer):
        sender(mini, timeout=(3, 0.5))(claim())
    assert len(mini.inbox()) == 1
