"""Delivery against the simulator, whose ledger and not ours says what arrived, and how often."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Event, Thread

import pytest
import requests
from sqlalchemy import select, update

from jobs.deliver import Outlets, Send, deliver_due, deliver_until
from models.base import Sessions
from models.gatherings.gathering import Gathering, GatheringState
from models.notices.audience import Channels
from models.notices.delivery import Channel, Delivery, DeliveryState
from models.notices.notice import Notice, NoticeKind
from models.notices.outbox import GUARDED, LEASE, Claimed, claim
from models.notices.publish import cancel
from tests.notices.campaign import FRIDAY, Campaign, a_draft, reasons, states
from tests.simulated import Account
from wechat.breaker import PAUSE, Breaker

SECOND = timedelta(seconds=1)


def told(sessions: Sessions, account: Account, people: int = 3, now: datetime = FRIDAY) -> Campaign:
    """Publish a theme day to so many followers of the account."""
    with sessions.begin() as session:
        campaign = a_draft(session, people, appid=account.appid)
        campaign.publish(session, now, Channels(account.appid, None, None))
        for row in (campaign.gathering, campaign.secretary, *campaign.members):
            session.refresh(row)  # readable after the commit
        account.follow([binding.openid or "" for binding in campaign.bindings])
    return campaign


def outlets(account: Account, send: Send | None = None, breaker: Breaker | None = None) -> Outlets:
    """What the jobs process sends by, where the account is all there is."""
    way = breaker or Breaker()
    send = send or account.sender(breaker=way)
    return Outlets(Channels(account.appid, None, None), {Channel.TEMPLATE: send}, way)


def now_states(sessions: Sessions) -> list[str]:
    with sessions() as session:
        return sorted(states(session))


def test_each_follower_gets_the_notice_once_with_our_words(sessions: Sessions, account: Account) -> None:
    campaign = told(sessions, account)
    assert deliver_due(sessions, outlets(account), FRIDAY) == 3
    assert deliver_due(sessions, outlets(account), FRIDAY) == 0
    assert now_states(sessions) == ["accepted"] * 3
    inbox = account.inbox()
    assert {message["openid"] for message in inbox} == {binding.openid for binding in campaign.bindings}
    assert len(inbox) == 3
    assert inbox[0]["data"] == {
        "thing1": "青石村党支部十一月主题党日",
        "time2": "2026年11月25日 15:00",
        "thing3": "村部二楼会议室",
        "thing4": "带党徽、笔记本，不能来请告诉支部",
    }


def test_eight_senders_send_each_message_once_and_never_two_to_one_person(
    sessions: Sessions, account: Account
) -> None:
    # Control: without `b.busy_until IS NULL OR …` in the claim's statement two messages to one person
    # are in flight at once (concurrent_same_openid_max is 2 and more), and this test is red.
    campaign = told(sessions, account, people=20)
    with sessions.begin() as session:
        cancel(
            session,
            campaign.gathering.id,
            reason="有大雨",
            by=campaign.secretary.id,
            channels=Channels(account.appid, None, None),
            now=FRIDAY,
        )
        # As if both were wanted: a later change would stop the notice it has overtaken.
        session.execute(update(Gathering).values(state=GatheringState.PUBLISHED))
        reminder = {"kind": NoticeKind.REMINDER, "published_by": None}
        session.execute(update(Notice).where(Notice.kind == NoticeKind.CHANGE).values(reminder))
        session.execute(update(Delivery).values(state=DeliveryState.QUEUED))
    account.fault("slow", seconds=0.05)
    send = outlets(account)

    def until_nothing_is_left(_: int) -> int:
        return sum(iter(lambda: deliver_due(sessions, send, FRIDAY, limit=5), 0))

    with ThreadPoolExecutor(8) as threads:
        for _ in range(5):  # a sender also ends where the others hold everybody who is left
            list(threads.map(until_nothing_is_left, range(8)))
    assert now_states(sessions) == ["accepted"] * 40
    ledger = account.ledger()
    assert (ledger["accepted"], ledger["deduplicated"]) == (40, 0)
    assert ledger["concurrent_same_openid_max"] == 1


def test_lost_answer_is_asked_for_again_under_the_same_id_and_makes_one_message(
    sessions: Sessions, account: Account
) -> None:
    told(sessions, account, people=1)
    account.fault("timeout_after", nth=1, seconds=2)
    send = outlets(account, account.sender(timeout=(1, 0.3)))
    deliver_due(sessions, send, FRIDAY)
    assert now_states(sessions) == ["queued"]
    deliver_due(sessions, send, FRIDAY + SECOND)
    assert now_states(sessions) == ["accepted"]
    (message,) = account.inbox()
    assert account.ledger()["deduplicated"] == 1
    with sessions() as session:
        assert session.scalar(select(Delivery.msgid)) == str(message["msgid"])


@pytest.mark.parametrize("kind", ["html_502", "reset_before"])
def test_answer_that_never_comes_ends_as_unknown_after_nine_minutes(
    sessions: Sessions, account: Account, kind: str
) -> None:
    told(sessions, account, people=1)
    account.fault(kind)
    now = FRIDAY
    while now < FRIDAY + GUARDED + SECOND:
        deliver_due(sessions, outlets(account), now)
        now += timedelta(seconds=15)
    assert now_states(sessions) == ["unknown"]
    assert account.inbox() == []


def test_busy_wechat_is_tried_after_one_four_and_sixteen_seconds(
    sessions: Sessions, account: Account
) -> None:
    told(sessions, account, people=1)
    account.fault("errcode", errcode=-1, count=3)
    now, waits = FRIDAY, []
    for _ in range(3):
        deliver_due(sessions, outlets(account), now)
        with sessions() as session:
            due = session.scalars(select(Delivery.not_before)).one()
        waits.append((due - now).total_seconds())
        now = due
    deliver_due(sessions, outlets(account), now)
    assert waits == [1, 4, 16]
    assert now_states(sessions) == ["accepted"]


def test_unreachable_wechat_costs_time_and_nothing_else(sessions: Sessions, account: Account) -> None:
    told(sessions, account, people=1)
    reachable, account.url = account.url, "http://127.0.0.1:9"
    now = FRIDAY
    for _ in range(120):
        deliver_due(sessions, outlets(account), now)
        now += timedelta(seconds=10)
    assert now_states(sessions) == ["queued"]
    account.url = reachable
    deliver_due(sessions, outlets(account), now)
    assert now_states(sessions) == ["accepted"]


def test_platform_that_is_down_costs_no_tries_and_one_probe_finds_it_up_again(
    sessions: Sessions, account: Account
) -> None:
    # Control: without asking the breaker for room every message is claimed again and again.
    told(sessions, account, people=12)
    seconds = [0.0]
    breaker = Breaker(clock=lambda: seconds[0])
    send = outlets(account, breaker=breaker)
    account.fault("html_502")
    assert deliver_due(sessions, send, FRIDAY) == 12
    now, calls = FRIDAY + timedelta(minutes=1), account.ledger()["calls"]
    assert deliver_due(sessions, send, now) == 0
    assert account.ledger()["calls"] == calls
    seconds[0] += PAUSE
    assert deliver_due(sessions, send, now) == 1
    assert deliver_due(sessions, send, now) == 0
    requests.delete(f"{account.url}/_sim/faults", timeout=5)
    seconds[0] += PAUSE
    assert [deliver_due(sessions, send, now + SECOND), deliver_due(sessions, send, now + SECOND)] == [1, 10]
    with sessions() as session:
        assert sorted(session.scalars(select(Delivery.attempt_no))) == [2] * 12


@pytest.mark.parametrize(
    ("errcode", "seconds"), [(43108, 1), (44990, 1), (45011, 60), (44991, 60), (40001, 60)]
)
def test_hurried_call_is_put_off(sessions: Sessions, account: Account, errcode: int, seconds: int) -> None:
    told(sessions, account, people=1)
    account.fault("errcode", errcode=errcode, count=2)
    deliver_due(sessions, outlets(account), FRIDAY)
    with sessions() as session:
        row = session.scalars(select(Delivery)).one()
    assert (row.state, row.not_before) == ("queued", FRIDAY + timedelta(seconds=seconds))
    assert row.first_sent_at is None


def test_token_that_is_refused_for_all_of_some_costs_the_others_no_call(
    sessions: Sessions, account: Account
) -> None:
    # Control: without a pause each of a thousand messages costs two calls a minute.
    told(sessions, account, people=5)
    account.fault("errcode", errcode=40001)
    assert deliver_due(sessions, outlets(account), FRIDAY, limit=2) == 2
    assert deliver_due(sessions, outlets(account), FRIDAY + SECOND) == 0
    requests.delete(f"{account.url}/_sim/faults", timeout=5)
    assert deliver_due(sessions, outlets(account), FRIDAY + timedelta(minutes=1)) == 5
    assert now_states(sessions) == ["accepted"] * 5


def test_used_up_quota_stops_the_path_until_midnight(sessions: Sessions, account: Account) -> None:
    told(sessions, account, people=5)
    account.fault("errcode", errcode=45009, count=1)
    deliver_due(sessions, outlets(account), FRIDAY, limit=1)
    calls = account.ledger()["calls"]
    assert deliver_due(sessions, outlets(account), FRIDAY + SECOND) == 0
    assert account.ledger()["calls"] == calls
    with sessions() as session:
        assert set(session.scalars(select(Delivery.not_before))) == {datetime(2026, 11, 20, 16, tzinfo=UTC)}


def test_follower_who_left_is_phoned_and_the_others_get_theirs(sessions: Sessions, account: Account) -> None:
    campaign = told(sessions, account, people=3)
    account.order("unfollow", {"appid": account.appid, "openid": campaign.bindings[0].openid})
    deliver_due(sessions, outlets(account), FRIDAY)
    assert now_states(sessions) == ["accepted", "accepted", "phone_list"]
    with sessions() as session:
        row = session.scalars(select(Delivery).where(Delivery.state == "phone_list")).one()
    assert (row.member_id, row.errcode, row.reason) == (campaign.members[0].id, 43004, "refused")


def test_template_that_is_gone_stops_the_notice_and_leaves_it_to_the_telephone(
    sessions: Sessions, account: Account
) -> None:
    told(sessions, account, people=5)
    account.order("accounts", account.settings | {"templates": []})
    deliver_due(sessions, outlets(account), FRIDAY, limit=1)
    assert now_states(sessions) == ["phone_list"] * 5
    with sessions() as session:
        assert reasons(session) == ["stopped"] * 5


def test_nothing_is_sent_at_night(sessions: Sessions, account: Account) -> None:
    told(sessions, account, people=2)
    night = datetime(2026, 11, 20, 14, 0, tzinfo=UTC)
    assert deliver_due(sessions, outlets(account), night) == 0
    assert now_states(sessions) == ["held", "held"]
    assert deliver_due(sessions, outlets(account), datetime(2026, 11, 21, 0, 0, tzinfo=UTC)) == 2
    assert len(account.inbox()) == 2


def test_sender_killed_after_its_call_leaves_one_message(sessions: Sessions, account: Account) -> None:
    told(sessions, account, people=1)
    with sessions.begin() as session:
        (claimed,) = claim(session, outlets(account).channels, now=FRIDAY, limit=1)
    account.sender()(claimed)  # and dies before it can settle
    assert deliver_due(sessions, outlets(account), FRIDAY + SECOND) == 0
    assert deliver_due(sessions, outlets(account), FRIDAY + LEASE) == 1
    assert now_states(sessions) == ["accepted"]
    assert (len(account.inbox()), account.ledger()["deduplicated"]) == (1, 1)


def test_sender_killed_before_its_call_loses_nothing(sessions: Sessions, account: Account) -> None:
    told(sessions, account, people=1)
    with sessions.begin() as session:
        claim(session, outlets(account).channels, now=FRIDAY, limit=1)
    assert deliver_due(sessions, outlets(account), FRIDAY + LEASE) == 1
    assert len(account.inbox()) == 1


def test_no_connection_is_held_while_wechat_is_called(sessions: Sessions, account: Account) -> None:
    told(sessions, account)
    held: list[int] = []
    send = account.sender()

    def watched(claimed: Claimed) -> str:
        held.append(sessions.kw["bind"].pool.checkedout())
        return send(claimed)

    deliver_due(sessions, outlets(account, watched), FRIDAY)
    assert held == [0, 0, 0]


def test_mistake_in_the_sending_itself_is_doubt_and_harms_no_other(
    sessions: Sessions, account: Account
) -> None:
    campaign = told(sessions, account, people=2)
    send = account.sender()

    def one_breaks(claimed: Claimed) -> str:
        if claimed.openid == campaign.bindings[0].openid:
            raise ZeroDivisionError
        return send(claimed)

    deliver_due(sessions, outlets(account, one_breaks), FRIDAY)
    assert now_states(sessions) == ["accepted", "queued"]


def test_loop_goes_on_while_messages_remain_and_ends_when_told(sessions: Sessions, account: Account) -> None:
    told(sessions, account, people=60)
    stopping = Event()
    loop = Thread(target=deliver_until, args=(stopping, sessions, outlets(account), lambda: FRIDAY))
    loop.start()
    until = time.monotonic() + 20
    while len(account.inbox()) < 60 and time.monotonic() < until:
        time.sleep(0.05)
    stopping.set()
    loop.join(5)
    assert not loop.is_alive()
    assert len(account.inbox()) == 60
