"""The reminder of the day before: once for each gathering, to those who are awaited and can be reached."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from jobs.reminders import remind_of_gatherings
from jobs.schedule import by_day
from models.base import Sessions
from models.gatherings.gathering import Gathering, GatheringState
from models.gatherings.roll import Leave, LeaveReason, LeaveState, RollLine, Status
from models.notices.delivery import Delivery
from models.notices.dispatch import write_notice
from models.notices.notice import Notice, NoticeKind
from models.notices.outbox import claim
from models.notices.prompt import About
from models.notices.publish import cancel
from models.notices.reminder import BEFORE, remind, to_remind
from models.people.member import SpellKind
from tests.factories import THREE_O_CLOCK, a_binding, a_member, a_spell
from tests.notices.campaign import ACCOUNT, CHANNELS, FRIDAY, Campaign, a_campaign, a_draft, states

DAY_BEFORE = THREE_O_CLOCK - BEFORE
MINUTE = timedelta(minutes=1)


def reminded(session: Session) -> list[int]:
    """The members a reminder was written for."""
    query = select(Delivery.member_id).join(Notice, Notice.id == Delivery.notice_id)
    return list(session.scalars(query.where(Notice.kind == NoticeKind.REMINDER).order_by(Delivery.id)))


@pytest.mark.parametrize(
    ("now", "due"),
    [
        (DAY_BEFORE - MINUTE, False),
        (DAY_BEFORE, True),
        (THREE_O_CLOCK - timedelta(hours=2), True),
        (THREE_O_CLOCK - timedelta(hours=2) + MINUTE, False),
    ],
)
def test_reminder_is_due_from_a_day_to_two_hours_before(session: Session, now: datetime, due: bool) -> None:
    campaign = a_campaign(session)
    assert (to_remind(session, now=now) == [campaign.gathering.id]) == due
    assert remind(session, campaign.gathering.id, CHANNELS, now=now) == due


def test_reminder_goes_out_once_whatever_becomes_of_the_gathering(session: Session) -> None:
    campaign = a_campaign(session)
    assert remind(session, campaign.gathering.id, CHANNELS, now=DAY_BEFORE)
    assert not remind(session, campaign.gathering.id, CHANNELS, now=DAY_BEFORE + MINUTE)
    later = timedelta(days=7)
    session.execute(
        update(Gathering).values(
            version=2, starts_at=THREE_O_CLOCK + later, ends_at=THREE_O_CLOCK + 2 * later
        )
    )
    session.expire_all()
    assert not remind(session, campaign.gathering.id, CHANNELS, now=DAY_BEFORE + later)
    assert len(reminded(session)) == 3


def test_only_who_is_awaited_and_can_be_reached_is_reminded(session: Session) -> None:
    campaign = a_draft(session, people=5)
    on_leave, asks, away, came, awaited = campaign.members
    a_spell(session, away, SpellKind.AWAY)
    a_member(session, campaign.branch, "周无机", no_phone=True)
    campaign.publish(session)
    for member, state in ((on_leave, LeaveState.APPROVED), (asks, LeaveState.SUBMITTED)):
        session.add(
            Leave(
                gathering_id=campaign.gathering.id,
                member_id=member.id,
                reason=LeaveReason.FAMILY,
                state=state,
                asked_at=FRIDAY,
                **({"decided_by": campaign.secretary.id, "decided_at": FRIDAY} if member is on_leave else {}),
            )
        )
    session.execute(
        update(RollLine)
        .where(RollLine.member_id == came.id)
        .values(status=Status.PRESENT, marked_at=FRIDAY, marked_by=campaign.secretary.id)
    )
    remind(session, campaign.gathering.id, CHANNELS, now=DAY_BEFORE)
    assert sorted(reminded(session)) == [asks.id, awaited.id]


def test_reminder_reaches_who_came_to_a_channel_after_the_notice(session: Session) -> None:
    campaign = a_draft(session, people=1, bound=False)
    campaign.publish(session)
    a_binding(session, campaign.members[0], ACCOUNT)
    remind(session, campaign.gathering.id, CHANNELS, now=DAY_BEFORE)
    assert states(session) == ["phone_list", "queued"]


@pytest.mark.parametrize("state", [GatheringState.CANCELLED, GatheringState.CLOSED])
def test_gathering_that_does_not_come_is_not_reminded_of(session: Session, state: GatheringState) -> None:
    campaign = a_campaign(session)
    session.execute(update(Gathering).values(state=state, reason="有大雨"))
    assert not remind(session, campaign.gathering.id, CHANNELS, now=DAY_BEFORE)


@pytest.mark.parametrize(
    ("told_at", "due"),
    [
        (DAY_BEFORE, True),
        (DAY_BEFORE + MINUTE, False),
        # In the night before the last day, read at eight in its morning: a day and seven hours ahead.
        (datetime(2026, 11, 23, 14, 0, tzinfo=UTC), True),
    ],
)
def test_who_was_told_within_the_last_day_is_not_reminded_as_well(
    session: Session, told_at: datetime, due: bool
) -> None:
    campaign = a_campaign(session, now=told_at)
    assert remind(session, campaign.gathering.id, CHANNELS, now=DAY_BEFORE + 2 * MINUTE) == due


def test_notice_held_for_the_night_counts_from_its_morning(session: Session) -> None:
    # Meets at half past seven on the 26th; told in the night before the last day.
    starts_at = datetime(2026, 11, 25, 23, 30, tzinfo=UTC)
    campaign = a_draft(session, starts_at=starts_at)
    campaign.publish(session, starts_at - BEFORE - MINUTE)
    assert not remind(session, campaign.gathering.id, CHANNELS, now=starts_at - BEFORE + timedelta(hours=1))


def test_change_within_the_last_day_stands_for_the_reminder(session: Session) -> None:
    campaign = a_campaign(session)
    session.execute(update(Notice).values(kind=NoticeKind.CHANGE, published_at=DAY_BEFORE + MINUTE))
    assert not remind(session, campaign.gathering.id, CHANNELS, now=DAY_BEFORE + 2 * MINUTE)


def test_prompt_to_the_secretary_stands_for_nobodys_reminder(session: Session) -> None:
    # Control: counting every message of the gathering, a word to one secretary silenced the reminder of all.
    campaign = a_campaign(session)
    it, words = campaign.gathering, dict[str, dict[str, str]]()
    at = DAY_BEFORE + MINUTE
    write_notice(session, it, NoticeKind.PROMPT, words, by=None, now=at, version=int(About.SPELLS))
    assert remind(session, it.id, CHANNELS, now=at + MINUTE)


def test_reminder_not_yet_sent_is_taken_back_with_the_gathering(session: Session) -> None:
    campaign = a_campaign(session, people=1)
    claim(session, CHANNELS, now=FRIDAY, limit=1)
    remind(session, campaign.gathering.id, CHANNELS, now=DAY_BEFORE)
    by = campaign.secretary.id
    cancel(session, campaign.gathering.id, reason="有大雨", by=by, channels=CHANNELS, now=DAY_BEFORE)
    assert states(session) == ["sending", "cancelled", "queued"]


def test_words_of_the_reminder_fit_wechats_fields(session: Session) -> None:
    campaign = a_campaign(session)
    remind(session, campaign.gathering.id, CHANNELS, now=DAY_BEFORE)
    notice = session.scalars(select(Notice).where(Notice.kind == NoticeKind.REMINDER)).one()
    assert (notice.version, notice.published_by) == (1, None)
    assert notice.texts["member"] == {
        "title": "提醒：青石村党支部十一月主题党日",
        "time": "2026年11月25日 15:00",
        "place": "村部二楼会议室",
        "note": "带党徽、笔记本，来不了请告诉支部",
    }


def an_early_gathering(sessions: Sessions) -> Campaign:
    """Publish one that begins at half past seven in the morning of the 26th."""
    with sessions.begin() as session:
        campaign = a_draft(session, starts_at=datetime(2026, 11, 25, 23, 30, tzinfo=UTC))
        campaign.publish(session)
    return campaign


def test_nothing_is_written_at_night_and_the_morning_catches_up(sessions: Sessions) -> None:
    an_early_gathering(sessions)

    def verb(own: Sessions, now: datetime) -> int:
        return remind_of_gatherings(own, now, channels=CHANNELS)

    half_past_seven = datetime(2026, 11, 24, 23, 30, tzinfo=UTC)
    assert by_day(verb)(sessions, half_past_seven) == 0
    assert by_day(verb)(sessions, half_past_seven + timedelta(minutes=30)) == 1
    assert by_day(verb)(sessions, half_past_seven + timedelta(minutes=40)) == 0
    with sessions() as session:
        assert len(reminded(session)) == 3
