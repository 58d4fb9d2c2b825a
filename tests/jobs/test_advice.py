"""Each row of the table of errcodes, told by WeChat to a real send, and what delivery makes of it."""

import logging
from datetime import timedelta

import pytest

from jobs.deliver import after_refusal
from models.clock import midnight_after
from models.notices.delivery import Channel, DeliveryState
from models.notices.outbox import Claimed
from models.notices.reason import Reason
from tests.notices.campaign import FRIDAY
from tests.simulated import Account
from wechat.errcodes import ADVICE, Advice
from wechat.errors import WechatError

# Every errcode of WeChat's global list, and of the pages of what we call, that tells what to do.
TOLD = {
    *(-1, 40001, 40002, 40003, 40004, 40005, 40006, 40009, 40007, 40008, 40013, 40014, 40018, 40019, 40020),
    *(
        40025,
        40026,
        40027,
        40033,
        40029,
        40030,
        40031,
        40032,
        40130,
        40036,
        40037,
        40039,
        40066,
        40097,
        40129,
    ),
    *(
        40165,
        40212,
        40125,
        40152,
        40163,
        40164,
        40226,
        40243,
        40246,
        40247,
        40249,
        41001,
        41002,
        41004,
        41008,
    ),
    *(
        41030,
        42001,
        42010,
        43002,
        43003,
        43004,
        43019,
        43101,
        43104,
        43107,
        43108,
        43116,
        43117,
        44002,
        44990,
    ),
    *(
        44991,
        44993,
        45002,
        45003,
        45008,
        45009,
        45011,
        45015,
        45028,
        45047,
        45064,
        45065,
        45066,
        45067,
        45109,
    ),
    *(
        45166,
        45168,
        46003,
        47001,
        47003,
        48001,
        48002,
        48003,
        48004,
        48006,
        50002,
        50004,
        50007,
        50005,
        61004,
    ),
    *(61007, 61010, 61024, 76001, 76002, 76003, 76004, 76021, 76022, 87009, 87014, 89503, 89506, 89507),
    *(*range(200011, 200023), 200100),
    *(40016, 40017, 40023, 40024, 40054, 40055, 65320, 53503, 53504, 53505, 53600, 20004, 89504, 89505),
}
UNKNOWN = 999_999
# State, seconds until the next try, why.
DEEDS: dict[Advice, tuple[DeliveryState, float | None, Reason | None]] = {
    Advice.REFRESH: (DeliveryState.QUEUED, 60, None),
    Advice.RETRY: (DeliveryState.QUEUED, 1, None),
    Advice.WAIT_MOMENT: (DeliveryState.QUEUED, 1, None),
    Advice.WAIT_MINUTE: (DeliveryState.QUEUED, 60, None),
    Advice.WAIT_MIDNIGHT: (DeliveryState.QUEUED, (midnight_after(FRIDAY) - FRIDAY).total_seconds(), None),
    Advice.DONE: (DeliveryState.ACCEPTED, None, None),
    Advice.GIVE_UP: (DeliveryState.FAILED, None, Reason.REFUSED),
    Advice.STOP: (DeliveryState.FAILED, None, Reason.STOPPED),
    Advice.BUG: (DeliveryState.FAILED, None, Reason.REFUSED),
}


def a_claim(openid: str) -> Claimed:
    """A first try of one message, needed in five days."""
    words = {"title": "主题党日", "time": "2026年11月25日 15:00", "place": "村部", "note": "无"}
    needed_by = FRIDAY + timedelta(days=5)
    return Claimed(1, 1, Channel.TEMPLATE, 1, openid, 1, 1, needed_by, False, words, FRIDAY, True)


def test_table_has_every_errcode_that_wechat_tells_of() -> None:
    assert TOLD - ADVICE.keys() == set()


def test_each_errcode_brings_its_advice_and_delivery_does_as_it_says(
    account: Account, caplog: pytest.LogCaptureFixture
) -> None:
    # Control: a row moved to another advice, or a case taken out of `after_refusal`, makes this red.
    send = account.sender()
    openids = {f"o{errcode}": errcode for errcode in (*ADVICE, UNKNOWN)}
    account.follow(list(openids))
    wrong = {}
    for openid, errcode in openids.items():
        account.fault("errcode", errcode=errcode, openid=openid)
        claim = a_claim(openid)
        caplog.clear()
        with pytest.raises(WechatError) as refused, caplog.at_level(logging.WARNING):
            send(claim)
        advice = ADVICE.get(errcode, Advice.BUG)
        settled = after_refusal(claim, refused.value, FRIDAY)
        waits = None if settled.not_before is None else (settled.not_before - FRIDAY).total_seconds()
        alerts = any(record.getMessage().startswith("alert: ") for record in caplog.records)
        seen = (refused.value.errcode, refused.value.advice, settled.state, waits, settled.reason, alerts)
        if seen != (errcode, advice, *DEEDS[advice], advice is Advice.BUG):
            wrong[errcode] = seen
        assert refused.value.rid and refused.value.rid in caplog.text  # noqa: PT018 (one claim)
    assert wrong == {}


def test_send_without_a_guard_that_wechat_was_too_busy_for_is_tried_three_times_and_then_unknown() -> None:
    busy = WechatError(-1, "system error", path="/x")
    claim = a_claim("oA")._replace(channel=Channel.SUBSCRIBE)
    states = [after_refusal(claim._replace(attempt_no=n), busy, FRIDAY).state for n in (1, 2, 3, 4)]
    assert states == [DeliveryState.QUEUED] * 3 + [DeliveryState.UNKNOWN]
