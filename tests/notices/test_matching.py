"""Result events: early, late, twice, without a msgid, and for messages that have ended already."""

from datetime import datetime, timedelta
from threading import Barrier, Thread

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from models.base import Sessions
from models.notices.delivery import Delivery, DeliveryState
from models.notices.event import Outcome, WechatEvent
from models.notices.matching import Result, keep_result, match_waiting
from models.notices.outbox import Claimed, accepted, claim, settle, unclear
from tests.factories import KEYRING
from tests.notices.campaign import (
    ACCOUNT,
    CHANNELS,
    FRIDAY,
    a_campaign,
    one_claim,
    reasons,
    states,
    the_delivery,
)

SECOND = timedelta(seconds=1)


def a_result(
    claimed: Claimed,
    msgid: str | None = "2002",
    at: datetime = FRIDAY,
    failed: str | None = None,
    key: str = "k",
) -> Result:
    return Result(
        appid=ACCOUNT,
        natural_key=f"{key}{msgid}{claimed.delivery_id}",
        msgid=msgid,
        openid_hash=KEYRING.openid_hash(ACCOUNT, claimed.openid),
        happened_at=at,
        outcome=Outcome.FAILED if failed else Outcome.DELIVERED,
        reason=failed,
    )


def accept(session: Session, claimed: Claimed, msgid: str = "2002") -> None:
    settle(session, [accepted(claimed, msgid)], CHANNELS, now=FRIDAY)


def test_event_after_the_response_ends_the_message(session: Session) -> None:
    a_campaign(session, people=1)
    claimed = one_claim(session, FRIDAY)
    accept(session, claimed)
    keep_result(session, a_result(claimed), now=FRIDAY)
    assert states(session) == ["delivered"]
    assert session.scalar(select(WechatEvent.delivery_id)) == claimed.delivery_id


def test_event_before_the_response_waits_for_it(session: Session) -> None:
    a_campaign(session, people=1)
    claimed = one_claim(session, FRIDAY)
    keep_result(session, a_result(claimed), now=FRIDAY)
    assert states(session) == ["sending"]
    accept(session, claimed)
    assert states(session) == ["delivered"]


def test_blocked_message_goes_to_the_phone_list_with_the_reason(session: Session) -> None:
    a_campaign(session, people=1)
    claimed = one_claim(session, FRIDAY)
    accept(session, claimed)
    keep_result(session, a_result(claimed, failed="user block"), now=FRIDAY)
    assert states(session) == ["failed"]
    claim(session, CHANNELS, now=FRIDAY, limit=1)  # whoever delivers next moves it on
    assert (states(session), reasons(session)) == (["phone_list"], ["blocked"])


def test_event_told_twice_is_stored_once(session: Session) -> None:
    a_campaign(session, people=1)
    claimed = one_claim(session, FRIDAY)
    accept(session, claimed)
    for _ in range(2):
        keep_result(session, a_result(claimed), now=FRIDAY)
    assert session.scalar(select(func.count()).select_from(WechatEvent)) == 1


def test_event_never_changes_what_was_told_by_telephone(session: Session) -> None:
    a_campaign(session, people=1)
    claimed = one_claim(session, FRIDAY)
    accept(session, claimed)
    phoned = {"state": DeliveryState.PHONED, "phoned_at": FRIDAY}
    session.execute(update(Delivery).values(**phoned))
    keep_result(session, a_result(claimed, failed="user block"), now=FRIDAY)
    match_waiting(session, now=FRIDAY)
    assert states(session) == ["phoned"]


def test_foreign_event_with_the_same_msgid_ends_nothing(session: Session) -> None:
    a_campaign(session, people=1)
    claimed = one_claim(session, FRIDAY)
    accept(session, claimed)
    for foreign in ({"appid": "wxother"}, {"openid_hash": b"somebody else"}):
        keep_result(session, a_result(claimed)._replace(**foreign), now=FRIDAY)
    match_waiting(session, now=FRIDAY)
    assert states(session) == ["accepted"]


def test_event_without_a_msgid_is_matched_by_person_and_time(session: Session) -> None:
    a_campaign(session, people=2)
    one, other = claim(session, CHANNELS, now=FRIDAY, limit=2)
    accept(session, one, "0")
    accept(session, other, "0")
    keep_result(session, a_result(one, None, FRIDAY + 2 * SECOND), now=FRIDAY)
    assert match_waiting(session, now=FRIDAY + 3 * SECOND) == 1
    assert the_delivery(session, one).state == "delivered"
    assert the_delivery(session, other).state == "accepted"


def test_unknown_message_is_ended_by_the_event_whose_msgid_it_never_learnt(session: Session) -> None:
    a_campaign(session, people=1)
    claimed = one_claim(session, FRIDAY)
    settle(session, [unclear(claimed, pause=timedelta(hours=1), now=FRIDAY)], CHANNELS, now=FRIDAY)
    assert states(session) == ["unknown"]
    keep_result(session, a_result(claimed, "77", FRIDAY + SECOND), now=FRIDAY)
    match_waiting(session, now=FRIDAY + timedelta(hours=1))
    assert states(session) == ["delivered"]


def test_event_told_in_two_seconds_ends_an_unknown_message_once(session: Session) -> None:
    # Control: where each telling counts, two fit and the message is left to the telephone.
    a_campaign(session, people=1)
    claimed = one_claim(session, FRIDAY)
    settle(session, [unclear(claimed, pause=timedelta(hours=1), now=FRIDAY)], CHANNELS, now=FRIDAY)
    for second, key in enumerate("abc"):
        if key == "c":  # told once more when it has ended
            assert match_waiting(session, now=FRIDAY + timedelta(minutes=1)) == 1
        told = a_result(claimed, "77", FRIDAY + second * SECOND, key=key)
        keep_result(session, told, now=FRIDAY)
    assert states(session) == ["delivered"]
    assert match_waiting(session, now=FRIDAY + timedelta(minutes=2)) == 2
    assert session.scalars(select(WechatEvent.delivery_id)).all() == [claimed.delivery_id] * 3
    assert session.scalar(select(Delivery.msgid)) == "77"


def test_event_is_left_alone_when_two_messages_fit(session: Session) -> None:
    campaign = a_campaign(session, people=1)
    claimed = one_claim(session, FRIDAY)
    accept(session, claimed, "0")
    row = session.get_one(Delivery, claimed.delivery_id)
    twin = {
        column: getattr(row, column)
        for column in ("notice_id", "binding_id", "channel", "not_before", "first_sent_at", "attempt_no")
    }
    session.add(
        Delivery(about="twin", member_id=campaign.members[0].id, state=DeliveryState.ACCEPTED, **twin)
    )
    session.flush()
    keep_result(session, a_result(claimed, None, FRIDAY + SECOND), now=FRIDAY)
    assert match_waiting(session, now=FRIDAY + timedelta(minutes=1)) == 0
    assert states(session) == ["accepted", "accepted"]


def test_event_of_another_hour_fits_nothing(session: Session) -> None:
    a_campaign(session, people=1)
    claimed = one_claim(session, FRIDAY)
    accept(session, claimed, "0")
    keep_result(session, a_result(claimed, None, FRIDAY + timedelta(hours=1)), now=FRIDAY)
    assert match_waiting(session, now=FRIDAY + timedelta(hours=2)) == 0


def test_event_and_response_at_the_same_moment_never_miss_each_other(sessions: Sessions) -> None:
    with sessions.begin() as session:
        a_campaign(session, people=10)
        claims = claim(session, CHANNELS, now=FRIDAY, limit=10)
    for number, claimed in enumerate(claims):
        both = Barrier(2)

        def settles(claimed: Claimed = claimed, msgid: str = f"{number + 1}", both: Barrier = both) -> None:
            with sessions.begin() as mine:
                both.wait()
                settle(mine, [accepted(claimed, msgid)], CHANNELS, now=FRIDAY)

        def is_told(claimed: Claimed = claimed, msgid: str = f"{number + 1}", both: Barrier = both) -> None:
            with sessions.begin() as mine:
                both.wait()
                keep_result(mine, a_result(claimed, msgid), now=FRIDAY)

        threads = [Thread(target=settles), Thread(target=is_told)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    with sessions() as session:
        assert states(session) == ["delivered"] * 10
