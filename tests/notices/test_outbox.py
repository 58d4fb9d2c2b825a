"""Claiming and settling: leases, fences, the night, and what each answer of WeChat leads to."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from models.base import Sessions
from models.clock import midnight_after
from models.notices.delivery import Channel, Delivery
from models.notices.outbox import (
    GUARDED,
    LEASE,
    Claimed,
    Settled,
    accepted,
    claim,
    pause_channel,
    put_off,
    refused,
    settle,
    stop_notice,
    unclear,
)
from models.notices.reason import Reason
from models.people.bind import end_bindings
from models.people.binding import Binding
from tests.factories import a_delivery, a_notice
from tests.notices.campaign import (
    CHANNELS,
    FRIDAY,
    a_campaign,
    a_draft,
    one_claim,
    reasons,
    states,
    the_delivery,
)

SECOND = timedelta(seconds=1)


def settled(session: Session, result: Settled, now: datetime = FRIDAY) -> Delivery:
    settle(session, [result], CHANNELS, now=now)
    return the_delivery(session, result.claim)


def test_claim_takes_lease_and_attempt_and_marks_the_person_busy(session: Session) -> None:
    campaign = a_campaign(session, people=1)
    claimed = one_claim(session, FRIDAY)
    row = the_delivery(session, claimed)
    assert (row.state, row.attempt_no, row.first_sent_at) == ("sending", 1, FRIDAY)
    assert row.lease_until == FRIDAY + LEASE
    assert session.scalar(select(Binding.busy_until)) == FRIDAY + LEASE
    assert claimed.openid == campaign.bindings[0].openid
    assert claimed.client_msg_id == f"t{row.id}"
    assert claim(session, CHANNELS, now=FRIDAY, limit=10) == []


def test_accepted_message_frees_the_person_and_keeps_its_msgid(session: Session) -> None:
    a_campaign(session, people=1)
    row = settled(session, accepted(one_claim(session, FRIDAY), "2002"))
    assert (row.state, row.msgid, row.lease_until) == ("accepted", "2002", None)
    assert session.scalar(select(Binding.busy_until)) is None


@pytest.mark.parametrize("none", ["0", ""])
def test_msgid_of_nought_is_none(session: Session, none: str) -> None:
    a_campaign(session, people=1)
    row = settled(session, accepted(one_claim(session, FRIDAY), none))
    assert (row.state, row.msgid) == ("accepted", None)


def test_one_person_gets_one_message_at_a_time(session: Session) -> None:
    campaign = a_campaign(session, people=1)
    second = a_notice(session, campaign.gathering, campaign.secretary, version=2, texts={"member": {}})
    a_delivery(
        session,
        second,
        campaign.members[0],
        "queued",  # type: ignore[arg-type]
        about="second",
        channel="template",
        binding_id=campaign.bindings[0].id,
        not_before=FRIDAY,
    )
    first = one_claim(session, FRIDAY)
    assert claim(session, CHANNELS, now=FRIDAY, limit=10) == []
    settle(session, [accepted(first, "1")], CHANNELS, now=FRIDAY)
    assert one_claim(session, FRIDAY).delivery_id != first.delivery_id


def test_lease_that_ran_out_is_taken_again_under_the_same_id(session: Session) -> None:
    a_campaign(session, people=1)
    first = one_claim(session, FRIDAY)
    assert claim(session, CHANNELS, now=FRIDAY + LEASE - SECOND, limit=10) == []
    again = one_claim(session, FRIDAY + LEASE)
    assert (again.client_msg_id, again.attempt_no) == (first.client_msg_id, 2)
    assert (again.first_sent_at, again.is_first) == (FRIDAY, False)


def test_sender_that_outlived_its_lease_settles_nothing(session: Session) -> None:
    a_campaign(session, people=1)
    slow = one_claim(session, FRIDAY)
    again = one_claim(session, FRIDAY + LEASE)
    assert settle(session, [accepted(slow, "1")], CHANNELS, now=FRIDAY + LEASE) == 0
    assert the_delivery(session, slow).state == "sending"
    assert session.scalar(select(Binding.busy_until)) == FRIDAY + 2 * LEASE
    assert settle(session, [accepted(again, "2")], CHANNELS, now=FRIDAY + LEASE) == 1


def test_no_clear_answer_is_asked_again_until_nine_minutes_are_over(session: Session) -> None:
    a_campaign(session, people=1)
    now, minute = FRIDAY, timedelta(minutes=1)
    tries = []
    while states(session) == ["queued"]:
        claimed = one_claim(session, now)
        tries.append(claimed.client_msg_id)
        settle(session, [unclear(claimed, pause=minute, now=now)], CHANNELS, now=now)
        now += minute
    assert states(session) == ["unknown"]
    assert len(tries) == 9
    assert len(set(tries)) == 1
    assert now - FRIDAY == GUARDED


def test_lease_that_ran_out_after_nine_minutes_is_unknown_and_not_sent_again(session: Session) -> None:
    a_campaign(session, people=1)
    one_claim(session, FRIDAY)
    assert claim(session, CHANNELS, now=FRIDAY + GUARDED, limit=10) == []
    assert states(session) == ["unknown"]


def test_message_that_never_left_does_not_use_up_its_nine_minutes(session: Session) -> None:
    a_campaign(session, people=1)
    now = FRIDAY
    for _ in range(20):
        claimed = one_claim(session, now)
        row = settled(session, put_off(claimed, now + timedelta(minutes=1)), now)
        assert (row.state, row.first_sent_at) == ("queued", None)
        now += timedelta(minutes=1)
    assert settled(session, unclear(one_claim(session, now), pause=SECOND, now=now), now).state == "queued"


def test_refusal_after_a_doubtful_try_stays_in_doubt(session: Session) -> None:
    a_campaign(session, people=1)
    settle(session, [unclear(one_claim(session, FRIDAY), pause=SECOND, now=FRIDAY)], CHANNELS, now=FRIDAY)
    again = one_claim(session, FRIDAY + SECOND)
    assert settled(session, refused(again, Reason.REFUSED, 43004)).state == "unknown"


def test_definite_refusal_goes_to_the_phone_list_with_its_reason(session: Session) -> None:
    a_campaign(session, people=1)
    row = settled(session, refused(one_claim(session, FRIDAY), Reason.REFUSED, 43004))
    assert (row.state, row.reason, row.errcode) == ("phone_list", "refused", 43004)


def test_used_up_quota_waits_for_midnight_even_at_the_end_of_the_month(session: Session) -> None:
    last_day = datetime(2026, 11, 30, 6, 0, tzinfo=UTC)
    campaign = a_draft(session, people=2, starts_at=datetime(2026, 12, 25, 7, 0, tzinfo=UTC))
    campaign.publish(session, last_day)
    claimed, _ = claim(session, CHANNELS, now=last_day, limit=10)
    midnight = datetime(2026, 11, 30, 16, 0, tzinfo=UTC)
    row = settled(session, put_off(claimed, midnight_after(last_day), reason=Reason.QUOTA), last_day)
    assert (row.state, row.not_before) == ("queued", midnight)


def test_quota_that_comes_back_after_the_event_means_a_telephone_call(session: Session) -> None:
    campaign = a_draft(session, people=2)
    morning = campaign.gathering.starts_at - timedelta(hours=4)
    campaign.publish(session, morning)
    claimed, *_ = claim(session, CHANNELS, now=morning, limit=1)
    settle(session, [put_off(claimed, midnight_after(morning), reason=Reason.QUOTA)], CHANNELS, now=morning)
    pause_channel(session, Channel.TEMPLATE, midnight_after(morning), now=morning)
    claim(session, CHANNELS, now=morning, limit=1)
    assert states(session) == ["phone_list"] * 2
    assert reasons(session) == ["quota"] * 2


def test_pause_of_the_channel_puts_off_all_that_waits(session: Session) -> None:
    a_campaign(session)
    claim(session, CHANNELS, now=FRIDAY, limit=1)
    until = FRIDAY + timedelta(seconds=30)
    pause_channel(session, Channel.TEMPLATE, until, now=FRIDAY)
    assert claim(session, CHANNELS, now=until - SECOND, limit=10) == []
    assert states(session) == ["sending", "queued", "queued"]
    assert len(claim(session, CHANNELS, now=until, limit=10)) == 2


def test_stopped_notice_leaves_what_waits_to_the_telephone(session: Session) -> None:
    a_campaign(session)
    claimed = claim(session, CHANNELS, now=FRIDAY, limit=1)[0]
    stop_notice(session, claimed, 40037, now=FRIDAY)
    settle(session, [refused(claimed, Reason.STOPPED, 40037)], CHANNELS, now=FRIDAY)
    assert states(session) == ["phone_list"] * 3
    assert reasons(session) == ["stopped"] * 3


def test_stopped_notice_leaves_a_doubtful_message_in_doubt(session: Session) -> None:
    a_campaign(session, people=2)
    first = claim(session, CHANNELS, now=FRIDAY, limit=1)[0]
    settle(session, [unclear(first, pause=SECOND, now=FRIDAY)], CHANNELS, now=FRIDAY)
    stop_notice(session, first, 40037, now=FRIDAY)
    assert sorted(states(session)) == ["failed", "queued"]


def test_night_holds_what_is_due_until_eight(session: Session) -> None:
    campaign = a_campaign(session, people=1)
    nine = datetime(2026, 11, 20, 13, 0, tzinfo=UTC)
    assert claim(session, CHANNELS, now=nine, limit=10) == []
    assert states(session) == ["held"]
    assert reasons(session) == ["night"]
    eight = datetime(2026, 11, 21, 0, 0, tzinfo=UTC)
    assert claim(session, CHANNELS, now=eight - SECOND, limit=10) == []
    assert one_claim(session, eight).openid == campaign.bindings[0].openid


def test_emergency_that_wechat_puts_off_at_night_waits_a_minute_and_not_for_the_morning(
    session: Session,
) -> None:
    # Meets at half past seven, let out at eleven in the night before; the others are left to the telephone.
    night, starts_at = datetime(2026, 11, 24, 15, 0, tzinfo=UTC), datetime(2026, 11, 24, 23, 30, tzinfo=UTC)
    campaign = a_draft(session, people=2, starts_at=starts_at)
    campaign.publish(session)
    session.execute(update(Delivery).where(Delivery.member_id == campaign.members[0].id).values(urgent=True))
    claimed = one_claim(session, night)
    assert sorted(states(session)) == ["phone_list", "sending"]
    row = settled(session, put_off(claimed, night + timedelta(minutes=1)), night)
    assert (row.state, row.not_before) == ("queued", night + timedelta(minutes=1))
    pause_channel(session, Channel.TEMPLATE, night + timedelta(minutes=2), now=night)
    assert the_delivery(session, claimed).state == "queued"
    assert one_claim(session, night + timedelta(minutes=2)).urgent


def test_message_in_doubt_is_not_repeated_at_night(session: Session) -> None:
    late = datetime(2026, 11, 20, 12, 59, 30, tzinfo=UTC)
    a_campaign(session, people=1, now=late)
    one_claim(session, late)
    assert claim(session, CHANNELS, now=late + LEASE, limit=10) == []
    assert states(session) == ["unknown"]


def test_ended_binding_means_a_telephone_call(session: Session) -> None:
    a_campaign(session, people=1)
    end_bindings(session, Binding.id > 0, now=FRIDAY)
    assert claim(session, CHANNELS, now=FRIDAY, limit=10) == []
    assert (states(session), reasons(session)) == (["phone_list"], ["binding_ended"])


def test_message_that_waited_until_the_event_was_over_is_not_sent(session: Session) -> None:
    campaign = a_campaign(session, people=1)
    assert claim(session, CHANNELS, now=campaign.gathering.ends_at, limit=10) == []
    assert (states(session), reasons(session)) == (["phone_list"], ["too_late"])


def test_two_senders_at_once_never_hold_the_same_message(sessions: Sessions) -> None:
    with sessions.begin() as session:
        a_campaign(session, people=6)
    with sessions.begin() as one, sessions.begin() as other:
        ones: list[Claimed] = claim(one, CHANNELS, now=FRIDAY, limit=4)
        others = claim(other, CHANNELS, now=FRIDAY, limit=4)
    assert (len(ones), len(others)) == (4, 2)
    assert not {c.delivery_id for c in ones} & {c.delivery_id for c in others}


def test_person_whose_message_is_just_being_claimed_is_passed_over(sessions: Sessions) -> None:
    with sessions.begin() as session:
        a_campaign(session, people=1)
    with sessions.begin() as holder:
        holder.execute(update(Binding).values(busy_until=None))
        with sessions.begin() as sender:
            assert claim(sender, CHANNELS, now=FRIDAY, limit=4) == []
