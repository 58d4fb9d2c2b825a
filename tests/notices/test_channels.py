"""By what a person is reached, in what order, and what becomes of a message that failed by one channel."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from models.notices.audience import Channels, audience_of
from models.notices.delivery import Channel, Delivery, DeliveryState
from models.notices.event import Outcome
from models.notices.matching import Result, keep_result
from models.notices.notice import Notice, NoticeKind
from models.notices.outbox import (
    LEASE,
    Claimed,
    accepted,
    claim,
    put_off,
    refused,
    settle,
    stop_notice,
    unclear,
)
from models.notices.reason import Reason
from models.notices.subscription import Subscription
from models.people.bind import end_bindings
from models.people.binding import Binding
from models.people.member import Member
from tests.factories import KEYRING, a_binding, a_member
from tests.notices.campaign import ACCOUNT, FRIDAY, Campaign, a_draft, reasons, states

MINI = "wxmini0000000001"
TEMPLATE = "S1"
BOTH = Channels(ACCOUNT, MINI, TEMPLATE)
SECOND = timedelta(seconds=1)


def a_phone(session: Session, member: Member, remaining: int = 1, **columns: object) -> Binding:
    """Bind a member in the mini-program, whose phone allows so many subscription messages."""
    phone = a_binding(session, member, MINI)
    session.add(Subscription(binding_id=phone.id, template_id=TEMPLATE, **{"remaining": remaining} | columns))
    session.flush()
    return phone


def told(session: Session, bound: bool = True, channels: Channels = BOTH) -> Campaign:
    """Publish to one person who follows the account, or does not, and allows one subscription message."""
    campaign = a_draft(session, people=1, bound=bound)
    a_phone(session, campaign.members[0])
    campaign.publish(session, FRIDAY, channels)
    return campaign


def taken(session: Session, now: datetime = FRIDAY) -> Claimed:
    (claimed,) = claim(session, BOTH, now=now, limit=10)
    return claimed


def left(session: Session) -> int | None:
    return session.scalar(select(Subscription.remaining).execution_options(populate_existing=True))


def the_only(session: Session) -> Delivery:
    return session.scalars(select(Delivery).execution_options(populate_existing=True)).one()


@pytest.mark.parametrize(
    ("followed", "phone", "channel", "reason"),
    [
        (True, {"remaining": 1}, "template", None),
        (False, {"remaining": 1}, "subscribe", None),
        (False, {"remaining": 0}, None, "not_allowed"),
        (False, {"remaining": 1, "switched_off": True}, None, "not_allowed"),
        (False, {"remaining": 1, "template_id": "another"}, None, "not_allowed"),
        (False, None, None, "not_following"),
    ],
)
def test_account_comes_first_then_what_the_phone_allows_then_the_telephone(
    session: Session, followed: bool, phone: dict[str, object] | None, channel: str | None, reason: str | None
) -> None:
    campaign = a_draft(session, people=1, bound=followed)
    if phone is not None:
        bound = a_binding(session, campaign.members[0], MINI)
        session.add(Subscription(binding_id=bound.id, **{"template_id": TEMPLATE} | phone))
        session.flush()
    (one,) = audience_of(session, [campaign.branch.id], channels=BOTH, now=FRIDAY).recipients
    assert (one.channel, one.reason) == (channel, reason)


def test_account_that_may_not_send_leaves_the_phones_that_allow_it(session: Session) -> None:
    told(session, channels=Channels(None, MINI, TEMPLATE))
    assert (the_only(session).channel, the_only(session).state) == ("subscribe", "queued")


def test_who_uses_no_phone_is_on_the_list_for_that_whatever_is_bound(session: Session) -> None:
    campaign = a_draft(session, people=0)
    a_binding(session, a_member(session, campaign.branch, no_phone=True), MINI)
    (one,) = audience_of(session, [campaign.branch.id], channels=BOTH, now=FRIDAY).recipients
    assert one.reason is Reason.NO_PHONE


def test_message_that_went_out_uses_up_one_grant(session: Session) -> None:
    told(session, bound=False)
    claimed = taken(session)
    assert claimed.channel is Channel.SUBSCRIBE
    settle(session, [accepted(claimed, "")], BOTH, now=FRIDAY)
    assert (states(session), left(session)) == (["accepted"], 0)


def test_lasting_permission_is_not_used_up(session: Session) -> None:
    lasting = BOTH._replace(lasting=True)
    told(session, bound=False, channels=lasting)
    settle(session, [accepted(taken(session), "")], lasting, now=FRIDAY)
    assert left(session) == 1


def test_sender_that_outlived_its_lease_uses_up_no_grant(session: Session) -> None:
    told(session, bound=False)
    late = taken(session)
    claim(session, BOTH, now=FRIDAY + LEASE, limit=10)
    assert settle(session, [accepted(late, "5")], BOTH, now=FRIDAY + LEASE) == 0
    assert left(session) == 1


def test_phone_that_allows_none_has_none_left_and_is_telephoned(session: Session) -> None:
    campaign = a_draft(session, people=1, bound=False)
    a_phone(session, campaign.members[0], remaining=3)
    campaign.publish(session, FRIDAY, BOTH)
    settle(session, [refused(taken(session), Reason.REFUSED, 43101)], BOTH, now=FRIDAY)
    assert (states(session), reasons(session), left(session)) == (["phone_list"], ["refused"], 0)


def test_lost_answer_to_a_subscription_message_is_unknown_at_once(session: Session) -> None:
    # Control: without `not claim.is_guarded` in unclear() it is queued again, and sent twice.
    told(session, bound=False)
    settle(session, [unclear(taken(session), pause=SECOND, now=FRIDAY)], BOTH, now=FRIDAY)
    assert (states(session), left(session)) == (["unknown"], 1)


def test_sender_that_died_over_a_subscription_message_leaves_it_unknown(session: Session) -> None:
    # Control: without `channel <> 'template'` in the claim's statement it is claimed a second time.
    told(session, bound=False)
    taken(session)
    assert claim(session, BOTH, now=FRIDAY + LEASE, limit=10) == []
    assert states(session) == ["unknown"]


def test_message_that_never_left_is_tried_again_by_the_same_channel(session: Session) -> None:
    told(session, bound=False)
    settle(session, [put_off(taken(session), FRIDAY + SECOND)], BOTH, now=FRIDAY)
    assert taken(session, now=FRIDAY + SECOND).channel is Channel.SUBSCRIBE


def test_failed_template_goes_on_to_the_subscription_message(session: Session) -> None:
    told(session)
    first = taken(session)
    settle(session, [refused(first, Reason.REFUSED, 43004)], BOTH, now=FRIDAY)
    second = taken(session)
    assert (second.delivery_id, second.channel, second.is_first) == (
        first.delivery_id,
        Channel.SUBSCRIBE,
        True,
    )
    assert second.attempt_no == 2
    settle(session, [refused(second, Reason.REFUSED, 43101)], BOTH, now=FRIDAY)
    assert (states(session), reasons(session)) == (["phone_list"], ["refused"])


def test_failure_told_by_an_event_goes_on_too(session: Session) -> None:
    told(session)
    first = taken(session)
    settle(session, [accepted(first, "2002")], BOTH, now=FRIDAY)
    blocked = Result(
        appid=ACCOUNT,
        natural_key="k",
        msgid="2002",
        openid_hash=KEYRING.openid_hash(ACCOUNT, first.openid),
        happened_at=FRIDAY,
        outcome=Outcome.FAILED,
        reason="user block",
    )
    keep_result(session, blocked, now=FRIDAY)
    assert claim(session, BOTH, now=FRIDAY, limit=10) == []  # which moved it on
    assert taken(session).channel is Channel.SUBSCRIBE


def test_doubt_never_goes_on_to_another_channel(session: Session) -> None:
    told(session)
    settle(session, [unclear(taken(session), pause=timedelta(hours=1), now=FRIDAY)], BOTH, now=FRIDAY)
    assert claim(session, BOTH, now=FRIDAY + timedelta(minutes=20), limit=10) == []
    assert (states(session), the_only(session).channel) == (["unknown"], "template")


def test_follower_who_left_before_the_sending_is_reached_by_the_mini_program(session: Session) -> None:
    told(session)
    end_bindings(session, Binding.appid == ACCOUNT, now=FRIDAY)
    claim(session, BOTH, now=FRIDAY, limit=10)
    assert taken(session).channel is Channel.SUBSCRIBE


def test_stopped_template_leaves_the_mini_program_to_those_who_allow_it(session: Session) -> None:
    campaign = a_draft(session, people=2)
    a_phone(session, campaign.members[1])
    campaign.publish(session, FRIDAY, BOTH)
    first = claim(session, BOTH, now=FRIDAY, limit=1)[0]
    stop_notice(session, first, 40037, now=FRIDAY)
    settle(session, [refused(first, Reason.STOPPED, 40037)], BOTH, now=FRIDAY)
    assert states(session) == ["phone_list", "queued"]
    assert taken(session).channel is Channel.SUBSCRIBE


def test_what_comes_too_late_goes_by_no_other_channel(session: Session) -> None:
    campaign = told(session)
    claim(session, BOTH, now=campaign.gathering.ends_at, limit=10)
    assert (states(session), reasons(session)) == (["phone_list"], ["too_late"])


@pytest.mark.parametrize("kind", [NoticeKind.REMINDER, NoticeKind.PROMPT])
def test_failed_reminder_or_prompt_is_worth_no_telephone_call(session: Session, kind: NoticeKind) -> None:
    campaign = a_draft(session, people=1)
    campaign.publish(session)
    session.execute(update(Notice).values(kind=kind, published_by=None))
    settle(session, [refused(taken(session), Reason.REFUSED, 43004)], BOTH, now=FRIDAY)
    assert (states(session), reasons(session)) == (["dropped"], ["refused"])


def test_prompt_waits_though_its_gathering_is_over_and_not_for_ever(session: Session) -> None:
    campaign = a_draft(session, people=1)
    campaign.publish(session)
    session.execute(update(Notice).values(kind=NoticeKind.PROMPT, published_by=None))
    after = campaign.gathering.ends_at
    session.execute(update(Notice).values(published_at=after))
    assert len(claim(session, BOTH, now=after + timedelta(hours=1), limit=10)) == 1
    session.execute(update(Delivery).values(state=DeliveryState.QUEUED, lease_until=None, first_sent_at=None))
    session.execute(update(Binding).values(busy_until=None))
    assert claim(session, BOTH, now=after + timedelta(days=2), limit=10) == []
    assert (states(session), reasons(session)) == (["dropped"], ["too_late"])
