"""Six hundred are told while one call in twenty goes wrong: the simulator's ledger says what arrived."""

import pytest
from redis import Redis

from models.base import Sessions
from models.notices.delivery import Channel
from tests.bench.campaign import send_to_all


@pytest.mark.processes
def test_nobody_is_told_twice_and_each_doubt_has_its_fault(
    sessions: Sessions, redis: Redis, simulator: str
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
