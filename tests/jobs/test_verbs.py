"""What the schedule does: opening, closing, the phone list of the unknown, and what is deleted."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update

from jobs.gatherings import close_gatherings, open_due
from jobs.results import ACCEPTED_BEFORE, UNKNOWN_BEFORE, WAITS, match_events, phone_list_doubtful
from jobs.retain import PHONES_OF_LINES, retain
from models.audit import Audit, Via
from models.base import Base, Sessions
from models.clock import midnight_after
from models.gatherings.gathering import Gathering, GatheringState
from models.gatherings.roll import CheckedIn, Roll, RollLine, Status
from models.gatherings.screen_link import ScreenLink
from models.notices.delivery import Delivery
from models.notices.event import InboundMessage, Outcome, WechatEvent
from models.notices.notice import Notice, NoticeKind
from models.notices.outbox import accepted, claim, settle, unclear
from models.people.account import ConsoleSession
from models.people.binding import Binding, PhoneSession
from models.people.link_code import LinkCode, LinkKind, issue_link_code
from models.people.phone import start_phone_session
from models.people.tries import Guess, Tries, spend_try
from models.planned_run import PlannedRun, plan
from tests.conftest import NOON
from tests.factories import (
    KEYRING,
    THREE_O_CLOCK,
    a_branch,
    a_gathering,
    a_member,
    a_roll,
    an_account,
)
from tests.notices.campaign import CHANNELS, FRIDAY, a_campaign, reasons, states

HALF_PAST_TWO = THREE_O_CLOCK - timedelta(minutes=30)


def published(sessions: Sessions, state: GatheringState = GatheringState.PUBLISHED, **columns: Any) -> int:
    with sessions.begin() as session:
        branch = a_branch(session)
        member = a_member(session, branch)
        gathering = a_gathering(session, branch, state=state, **columns)
        a_roll(session, gathering, branch, [member])
        return gathering.id


def the_gathering(sessions: Sessions, gathering_id: int) -> Gathering:
    with sessions() as session:
        return session.get_one(Gathering, gathering_id)


def how_many(sessions: Sessions, table: type[Base]) -> int:
    with sessions() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def test_gathering_opens_half_an_hour_before_and_not_earlier(sessions: Sessions) -> None:
    one = published(sessions)
    assert open_due(sessions, HALF_PAST_TWO - timedelta(seconds=1)) == 0
    assert open_due(sessions, HALF_PAST_TWO + timedelta(minutes=4)) == 1
    row = the_gathering(sessions, one)
    assert (row.state, row.opened_at) == (GatheringState.OPEN, HALF_PAST_TWO)
    assert open_due(sessions, HALF_PAST_TWO + timedelta(minutes=4)) == 0
    with sessions() as session:
        assert session.scalars(select(Audit.via).where(Audit.verb == "open")).all() == [Via.JOB]


def test_joiner_before_the_opening_gets_a_line_and_a_place_on_the_phone_list(sessions: Sessions) -> None:
    with sessions.begin() as session:
        campaign = a_campaign(session, people=2)
        newcomer = a_member(session, campaign.branch, "周新来").id
    open_due(sessions, FRIDAY)
    with sessions() as session:
        line = session.scalars(select(RollLine).where(RollLine.member_id == newcomer)).one()
        told = session.scalars(select(Delivery).where(Delivery.member_id == newcomer)).one()
    assert (line.status, told.state, told.reason) == (Status.UNRECORDED, "phone_list", "joined_later")


def test_gathering_left_open_closes_at_midnight(sessions: Sessions) -> None:
    one = published(sessions, GatheringState.OPEN, opened_at=HALF_PAST_TWO)
    midnight = midnight_after(THREE_O_CLOCK)
    assert close_gatherings(sessions, midnight - timedelta(seconds=1)) == 0
    assert close_gatherings(sessions, midnight + timedelta(minutes=5)) == 1
    row = the_gathering(sessions, one)
    assert (row.state, row.closed_at) == (GatheringState.CLOSED, midnight)


def test_gathering_nobody_opened_closes_too(sessions: Sessions) -> None:
    one = published(sessions)
    assert close_gatherings(sessions, midnight_after(THREE_O_CLOCK)) == 1
    assert the_gathering(sessions, one).opened_at == HALF_PAST_TWO


def test_draft_neither_opens_nor_closes(sessions: Sessions) -> None:
    published(sessions, GatheringState.DRAFT)
    later = THREE_O_CLOCK + timedelta(days=2)
    assert (open_due(sessions, later), close_gatherings(sessions, later)) == (0, 0)


def test_unknown_message_goes_to_the_phone_list_after_a_day(sessions: Sessions) -> None:
    with sessions.begin() as session:
        a_campaign(session, people=1)
        (claimed,) = claim(session, CHANNELS, now=FRIDAY, limit=1)
        settle(session, [unclear(claimed, pause=timedelta(hours=1), now=FRIDAY)], CHANNELS, now=FRIDAY)
    assert phone_list_doubtful(sessions, FRIDAY + WAITS - timedelta(seconds=1)) == 0
    assert phone_list_doubtful(sessions, FRIDAY + WAITS) == 1
    with sessions() as session:
        assert (states(session), reasons(session)) == (["phone_list"], ["maybe"])


@pytest.mark.parametrize(
    ("before", "moved"), [(UNKNOWN_BEFORE + timedelta(minutes=1), 0), (UNKNOWN_BEFORE, 1)]
)
def test_unknown_message_goes_there_at_once_when_the_gathering_is_near(
    sessions: Sessions, before: timedelta, moved: int
) -> None:
    now = THREE_O_CLOCK - before
    with sessions.begin() as session:
        a_campaign(session, people=1, now=now)
        (claimed,) = claim(session, CHANNELS, now=now, limit=1)
        settle(session, [unclear(claimed, pause=timedelta(hours=1), now=now)], CHANNELS, now=now)
    assert phone_list_doubtful(sessions, now) == moved


@pytest.mark.parametrize(
    ("sent_before", "before", "moved"),
    [
        (timedelta(days=1), ACCEPTED_BEFORE + timedelta(minutes=1), 0),
        (timedelta(days=1), ACCEPTED_BEFORE, 1),
        (timedelta(days=1), timedelta(minutes=-30), 1),
        (timedelta(days=1), timedelta(hours=-3), 0),
        # Just sent: WeChat's event may still be on its way.
        (timedelta(minutes=90), timedelta(minutes=31), 0),
        (timedelta(minutes=90), timedelta(minutes=30), 1),
    ],
)
def test_message_that_wechat_took_in_silence_goes_there_before_the_start(
    sessions: Sessions, sent_before: timedelta, before: timedelta, moved: int
) -> None:
    sent_at, now = THREE_O_CLOCK - sent_before, THREE_O_CLOCK - before
    with sessions.begin() as session:
        a_campaign(session, people=1, now=sent_at)
        (claimed,) = claim(session, CHANNELS, now=sent_at, limit=1)
        settle(session, [accepted(claimed, "1")], CHANNELS, now=sent_at)
    assert phone_list_doubtful(sessions, now) == moved
    with sessions() as session:
        assert reasons(session) == (["maybe"] if moved else [None])


@pytest.mark.parametrize(
    ("published_before", "before", "moved"),
    [
        (timedelta(days=1), ACCEPTED_BEFORE + timedelta(minutes=1), 0),
        (timedelta(days=1), ACCEPTED_BEFORE, 1),
        (timedelta(days=1), timedelta(hours=-3), 0),
        (timedelta(minutes=90), timedelta(minutes=31), 0),
        (timedelta(minutes=90), timedelta(minutes=30), 1),
    ],
)
def test_message_that_wechat_was_never_there_for_goes_there_before_the_start(
    sessions: Sessions, published_before: timedelta, before: timedelta, moved: int
) -> None:
    with sessions.begin() as session:
        a_campaign(session, people=1, now=THREE_O_CLOCK - published_before)
    assert phone_list_doubtful(sessions, THREE_O_CLOCK - before) == moved


def test_message_that_waited_for_the_morning_has_an_hour_to_go_out(sessions: Sessions) -> None:
    nine = THREE_O_CLOCK - timedelta(hours=6)
    with sessions.begin() as session:
        a_campaign(session, people=1, now=THREE_O_CLOCK - timedelta(days=1))
        session.execute(update(Gathering).values(starts_at=nine + timedelta(minutes=30)))
    assert phone_list_doubtful(sessions, nine - timedelta(minutes=1)) == 0
    assert phone_list_doubtful(sessions, nine) == 1


@pytest.mark.parametrize("kind", [NoticeKind.REMINDER, NoticeKind.PROMPT])
def test_doubtful_reminder_or_prompt_is_worth_no_call(sessions: Sessions, kind: NoticeKind) -> None:
    with sessions.begin() as session:
        a_campaign(session, people=2)
        session.execute(update(Notice).values(kind=kind, published_by=None))
        one, other = claim(session, CHANNELS, now=FRIDAY, limit=2)
        doubt = unclear(one, pause=timedelta(hours=1), now=FRIDAY)
        settle(session, [doubt, accepted(other, "1")], CHANNELS, now=FRIDAY)
    assert phone_list_doubtful(sessions, THREE_O_CLOCK - timedelta(hours=1)) == 0


def test_event_without_msgid_finds_its_message_by_the_clock(sessions: Sessions) -> None:
    with sessions.begin() as session:
        a_campaign(session, people=1)
        (claimed,) = claim(session, CHANNELS, now=FRIDAY, limit=1)
        settle(session, [accepted(claimed, "0")], CHANNELS, now=FRIDAY)
        binding = session.scalars(select(Binding)).one()
        session.add(
            WechatEvent(
                appid=binding.appid,
                natural_key="k",
                openid_hash=binding.openid_hash,
                happened_at=FRIDAY,
                outcome=Outcome.DELIVERED,
            )
        )
    assert match_events(sessions, FRIDAY + timedelta(minutes=1)) == 1
    with sessions() as session:
        assert states(session) == ["delivered"]


@pytest.mark.parametrize(("days", "forgotten"), [(PHONES_OF_LINES, 1), (PHONES_OF_LINES / 2, 0)])
def test_lines_forget_their_phone_seven_days_after_the_confirmation(
    sessions: Sessions, days: timedelta, forgotten: int
) -> None:
    gathering_id = published(sessions, GatheringState.CONFIRMED)
    with sessions.begin() as session:
        by = an_account(session).id
        session.execute(
            update(RollLine).values(
                openid_hash=b"phone", checked_in_at=NOON, checked_in_via=CheckedIn.QR, status=Status.PRESENT
            )
        )
        roll = session.scalars(select(RollLine.roll_id)).one()
        confirmed = {"confirmed_at": NOON, "confirmed_by": by, "revision": 1}
        session.execute(update(Roll).where(Roll.id == roll).values(**confirmed))
    assert retain(sessions, NOON + days) == forgotten
    with sessions() as session:
        line = session.get_one(RollLine, (gathering_id, session.scalars(select(RollLine.member_id)).one()))
        assert (line.openid_hash is None) == bool(forgotten)
        assert line.checked_in_at == NOON


@pytest.mark.parametrize(("days", "forgotten"), [(PHONES_OF_LINES, 1), (PHONES_OF_LINES / 2, 0)])
def test_lines_of_a_gathering_called_off_forget_their_phone_too(
    sessions: Sessions, days: timedelta, forgotten: int
) -> None:
    published(sessions, GatheringState.CANCELLED, reason="有大雨", ends_at=THREE_O_CLOCK + timedelta(hours=1))
    with sessions.begin() as session:
        signed_in = {"openid_hash": b"phone", "checked_in_at": NOON, "checked_in_via": CheckedIn.QR}
        session.execute(update(RollLine).values(**signed_in, status=Status.PRESENT))
    assert retain(sessions, THREE_O_CLOCK + timedelta(hours=1) + days) == forgotten


def test_what_is_kept_for_a_time_only_is_deleted_when_it_is_over(sessions: Sessions) -> None:
    kept: tuple[type[Base], ...] = (
        Tries, PhoneSession, ConsoleSession, InboundMessage, PlannedRun, LinkCode, ScreenLink,
    )  # fmt: skip
    with sessions.begin() as session:
        spend_try(session, Guess.DIGITS, b"who", now=NOON)
        start_phone_session(session, KEYRING, "wx1", "oA", now=NOON)
        session.add(
            ConsoleSession(
                token_hash=b"t",
                account_id=an_account(session).id,
                csrf="c",
                started_at=NOON,
                seen_at=NOON,
                password_at=NOON,
            )
        )
        session.add(InboundMessage(appid="wx1", natural_key="k", reply="好"))
        branch, by = a_branch(session), an_account(session)
        issue_link_code(session, KEYRING, LinkKind.CHAT, member_id=a_member(session, branch).id, now=NOON)
        hall = a_gathering(session, branch)
        session.add(
            ScreenLink(
                gathering_id=hall.id, link_hash=b"l", issued_by=by.id, issued_at=NOON,
                expires_at=NOON + timedelta(hours=4),
            )
        )  # fmt: skip
        plan(session, "retain", "2026-11-25T03:30", due_at=NOON)
        session.execute(update(PlannedRun).values(done_at=NOON, outcome="0"))
    retain(sessions, NOON + timedelta(minutes=30))
    assert [how_many(sessions, table) for table in kept] == [1, 1, 1, 1, 1, 0, 1]
    # Far ahead of the real clock too, by which the database dates replies.
    retain(sessions, datetime.max.replace(tzinfo=NOON.tzinfo, year=2030))
    assert [how_many(sessions, table) for table in kept] == [0] * 7
