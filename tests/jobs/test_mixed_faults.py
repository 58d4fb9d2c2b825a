"""Six hundred are told while one call in twenty goes wrong: the simulator's ledger says what arrived."""

import re

import pytest
from redis import Redis

from models.base import Sessions
from models.notices.delivery import Channel
from tests.bench.campaign import send_to_all
from tests.bench.log import GATEWAY


@pytest.mark.processes
def test_nobody_is_told_twice_and_each_doubt_has_its_fault(
    sessions: Sessions, redis: Redis, simulator: str, caplog: pytest.LogCaptureFixture
) -> None:
    # Controls: a template's doubt settled as refused loses its message; a subscription message repeated
    # after a time-out comes twice.
    told = send_to_all(sessions, redis, simulator, people=400, phones=200)
    assert told.lost_or_doubled == []
    assert told.unexplained == []
    assert sorted(told.arrived.values()) == [1] * sum(told.arrived.values())
    in_doubt = [openid for openid, state in told.states.items() if state == "unknown"]
    assert in_doubt != []
    assert {told.faults[openid][0] for openid in in_doubt} == {Channel.SUBSCRIBE}
    assert len(told.states) == 600
    # Of the faults that were ordered the log says how many there were, and no more.
    (said,) = [record.getMessage() for record in caplog.records if record.name == GATEWAY]
    assert re.fullmatch(r"[1-9]\d calls met a fault that was ordered", said), said
