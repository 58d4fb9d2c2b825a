"""Emergencies: what waits for the morning goes out at once, by a named officer, once for each message."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.gatherings.gathering import GatheringState
from models.notices.delivery import Delivery
from models.notices.night_override import NightOverride, let_out, may_let_out, overrides_of
from models.notices.outbox import claim
from models.notices.publish import cancel
from models.people.org import Setting, put_setting
from models.refused import Refused
from tests.factories import THREE_O_CLOCK
from tests.notices.campaign import CHANNELS, Campaign, a_draft, reasons, states
from tests.notices.test_change import MORNING, NIGHT
from tests.notices.test_month_limit import another


def told_at_night(session: Session, **more: object) -> Campaign:
    """Publish at ten in the evening."""
    campaign = a_draft(session, **more)  # type: ignore[arg-type]
    campaign.publish(session, now=NIGHT)
    return campaign


def override(session: Session, campaign: Campaign, reason: str = "上游放水") -> int:
    return let_out(session, campaign.gathering.id, reason, by=campaign.secretary.id, now=NIGHT)


def refusal(session: Session, campaign: Campaign, reason: str = "上游放水") -> str:
    with pytest.raises(Refused) as caught:
        override(session, campaign, reason)
    return caught.value.code


def test_what_is_held_for_the_night_goes_out_at_once(session: Session) -> None:
    campaign = told_at_night(session)
    assert states(session) == ["held"] * 3
    assert claim(session, CHANNELS, now=NIGHT, limit=10) == []
    assert may_let_out(session, campaign.gathering.id, now=NIGHT)
    assert override(session, campaign) == 3
    rows = session.execute(select(Delivery.urgent, Delivery.not_before, Delivery.reason)).all()
    assert [tuple(row) for row in rows] == [(True, NIGHT, None)] * 3
    assert len(claim(session, CHANNELS, now=NIGHT, limit=10)) == 3
    assert not may_let_out(session, campaign.gathering.id, now=NIGHT)


def test_who_was_left_to_a_call_because_of_the_night_is_told_by_wechat_too(session: Session) -> None:
    campaign = told_at_night(session, starts_at=MORNING - timedelta(hours=1))
    assert states(session) == ["phone_list"] * 3
    assert override(session, campaign) == 3
    assert states(session) == ["queued"] * 3


def test_who_has_no_channel_stays_on_the_phone_list(session: Session) -> None:
    campaign = told_at_night(session, bound=False)
    assert refusal(session, campaign) == "nothing_held"
    assert states(session) == ["phone_list"] * 3


def test_who_has_had_the_months_messages_is_phoned_in_an_emergency_too(session: Session) -> None:
    # Control: with the night as the reason, letting it out sends the notice beyond the month's limit.
    campaign = a_draft(session, starts_at=MORNING - timedelta(hours=1))
    put_setting(session, campaign.branch.id, Setting.MONTH_LIMIT, 1)
    another(session, campaign)
    campaign.publish(session, now=NIGHT)
    assert reasons(session)[3:] == ["month_limit"] * 3
    assert refusal(session, campaign) == "nothing_held"


def test_each_message_is_let_out_once(session: Session) -> None:
    # Control: the unique constraint alone would answer with a conflict that explains nothing.
    campaign = told_at_night(session)
    override(session, campaign)
    assert refusal(session, campaign) == "already_overridden"
    assert session.scalar(select(func.count()).select_from(NightOverride)) == 1
    by = campaign.secretary.id
    cancel(session, campaign.gathering.id, reason="大雪封路", by=by, channels=CHANNELS, now=NIGHT)
    assert override(session, campaign, "大雪封路，请不要出门") == 3
    found = overrides_of(session, campaign.gathering.id)
    assert [(one.by, one.at, one.reason) for one in found] == [
        ("陈丽", NIGHT, "大雪封路，请不要出门"),
        ("陈丽", NIGHT, "上游放水"),
    ]


def test_nothing_is_let_out_by_day_of_a_draft_or_without_a_reason(session: Session) -> None:
    campaign = a_draft(session)
    assert refusal(session, campaign) == "not_published"
    campaign.publish(session, now=NIGHT)
    assert refusal(session, campaign, "  ") == "reason_missing"
    assert refusal(session, campaign, "急" * 201) == "reason_missing"
    campaign.gathering.state = GatheringState.DRAFT
    session.flush()
    assert refusal(session, campaign) == "not_published"


def test_message_sent_by_day_has_nothing_to_let_out(session: Session) -> None:
    campaign = a_draft(session)
    campaign.publish(session)
    assert not may_let_out(session, campaign.gathering.id, now=NIGHT)
    assert THREE_O_CLOCK > NIGHT


def test_by_day_and_once_it_is_over_nothing_is_let_out_however_long_calls_wait(session: Session) -> None:
    # Control: without a look at the clock the officer is asked about an emergency for ever after.
    campaign = told_at_night(session, starts_at=MORNING - timedelta(hours=1))
    for later in (MORNING, NIGHT + timedelta(days=2)):
        assert not may_let_out(session, campaign.gathering.id, now=later)
        with pytest.raises(Refused) as caught:
            let_out(session, campaign.gathering.id, "上游放水", by=campaign.secretary.id, now=later)
        assert caught.value.code == "nothing_held"
    assert states(session) == ["phone_list"] * 3
