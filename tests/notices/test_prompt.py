"""What the clock tells secretaries: what, when, whom, and never twice about one gathering."""

from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from sqlalchemy import event, select, update
from sqlalchemy.orm import Session

from jobs.reminders import prompt_secretaries
from models.base import Sessions
from models.clock import at, day_of
from models.gatherings.gathering import Gathering, GatheringState
from models.gatherings.leave.makeup import Makeup, MakeupForm
from models.notices.delivery import Delivery
from models.notices.notice import Notice, NoticeKind
from models.notices.outbox import claim
from models.notices.prompt import About, due_prompts, is_month_end, prompt
from models.people.account import Account, Role
from models.people.member import Member, SpellKind
from models.people.org import Org, Setting, put_setting
from tests.factories import (
    THREE_O_CLOCK,
    a_binding,
    a_branch,
    a_gathering,
    a_member,
    a_post,
    a_roll,
    a_spell,
    a_township,
    a_zone,
    an_account,
)
from tests.notices.campaign import ACCOUNT, CHANNELS, Campaign, a_draft, reasons, states

NINE = time(9)
THE_20TH = at(date(2026, 11, 20), NINE)
THE_28TH = at(date(2026, 11, 28), NINE)


def holder(session: Session, branch: Org, role: Role = Role.SECRETARY, bound: bool = True) -> Member:
    """Let a member with the account of a secretary follow the public account."""
    member = a_member(session, branch, f"书记{role}")
    a_post(session, an_account(session, member=member), branch, role)
    if bound:
        a_binding(session, member, ACCOUNT)
    return member


def abouts(session: Session, now: datetime) -> list[About]:
    return [one.about for one in due_prompts(session, now=now)]


def tell(session: Session, now: datetime) -> int:
    return sum(prompt(session, one, CHANNELS, now=now) for one in due_prompts(session, now=now))


def told(session: Session) -> list[int]:
    query = select(Delivery.member_id).join(Notice, Notice.id == Delivery.notice_id)
    return list(session.scalars(query.where(Notice.kind == NoticeKind.PROMPT).order_by(Delivery.id)))


@pytest.mark.parametrize(("day", "due"), [(19, False), (20, True), (25, True)])
def test_draft_five_days_before_its_theme_day_is_told_to_secretary_and_deputy(
    session: Session, day: int, due: bool
) -> None:
    campaign = a_draft(session)
    people = [holder(session, campaign.branch, role) for role in (Role.SECRETARY, Role.DEPUTY)]
    for role in (Role.CLERK, Role.COMMISSIONER):
        holder(session, campaign.branch, role)
    now = at(date(2026, 11, day), NINE)
    assert tell(session, now) == due
    assert sorted(told(session)) == (sorted(one.id for one in people) if due else [])


def test_prompt_is_given_once_and_after_publishing_not_at_all(session: Session) -> None:
    campaign = a_draft(session)
    holder(session, campaign.branch)
    assert (tell(session, THE_20TH), tell(session, THE_20TH + timedelta(days=1))) == (1, 0)
    (other,) = [a_draft(session, appid="wxelse")]
    holder(session, other.branch)
    other.publish(session, THE_20TH)
    assert tell(session, THE_20TH + timedelta(days=1)) == 0


def test_secretary_whom_no_channel_reaches_is_told_on_the_page_alone(session: Session) -> None:
    campaign = a_draft(session)
    holder(session, campaign.branch, bound=False)
    a_post(session, an_account(session), campaign.branch)  # an account of nobody on the rolls
    assert tell(session, THE_20TH) == 0
    assert session.scalars(select(Notice)).all() == []


def test_former_secretary_hears_nothing(session: Session) -> None:
    campaign = a_draft(session)
    member = a_member(session, campaign.branch)
    a_binding(session, member, ACCOUNT)
    a_post(session, an_account(session, member=member), campaign.branch, to_on=date(2026, 11, 19))
    assert tell(session, THE_20TH) == 0


def test_prompt_counts_in_the_month_of_the_secretary(session: Session) -> None:
    campaign = a_draft(session)
    holder(session, campaign.branch)
    put_setting(session, campaign.branch.id, Setting.MONTH_LIMIT, 1)
    assert tell(session, THE_20TH) == 1
    campaign.publish(session, THE_20TH + timedelta(minutes=1))
    assert (states(session)[0], reasons(session).count("month_limit")) == ("queued", 1)


def test_prompt_beyond_the_months_limit_is_dropped(session: Session) -> None:
    campaign = a_draft(session, people=0)
    holder(session, campaign.branch)
    put_setting(session, campaign.branch.id, Setting.MONTH_LIMIT, 1)
    campaign.publish(session, THE_20TH - timedelta(days=1))
    soon: dict[str, Any] = {"period": "2026-12", "hall_salt": None}
    a_gathering(session, campaign.branch, GatheringState.DRAFT, THE_20TH + timedelta(days=2), **soon)
    tell(session, THE_20TH)
    assert (states(session)[-1], reasons(session)[-1]) == ("dropped", "month_limit")


@pytest.mark.parametrize(
    ("today", "ends"),
    [
        (date(2026, 11, 26), False), (date(2026, 11, 27), True), (date(2026, 12, 27), False),
        (date(2026, 12, 28), True), (date(2027, 2, 24), False), (date(2027, 2, 25), True),
        (date(2028, 2, 25), False), (date(2028, 2, 26), True),
    ],
)  # fmt: skip
def test_month_ends_three_days_before_its_last_day(today: date, ends: bool) -> None:
    assert is_month_end(today) == ends


def test_month_end_without_a_theme_day_is_told_to_the_secretary_alone(session: Session) -> None:
    campaign = a_draft(session)
    secretary = holder(session, campaign.branch)
    holder(session, campaign.branch, Role.DEPUTY)
    assert tell(session, THE_28TH - timedelta(days=2)) == 0
    assert tell(session, THE_28TH) == 1
    assert told(session) == [secretary.id]
    assert tell(session, THE_28TH + timedelta(days=1)) == 0


@pytest.mark.parametrize("state", [GatheringState.PUBLISHED, GatheringState.CLOSED, GatheringState.CONFIRMED])
def test_month_with_a_theme_day_held_or_told_is_not_called_for(
    session: Session, state: GatheringState
) -> None:
    campaign = a_draft(session)
    holder(session, campaign.branch)
    starts_at = THE_28TH + timedelta(days=1) if state is GatheringState.PUBLISHED else THREE_O_CLOCK
    it = a_gathering(session, campaign.branch, state, starts_at)
    a_roll(session, it, campaign.branch)
    assert abouts(session, THE_28TH) == []


def test_month_of_a_theme_day_joined_at_a_neighbours_is_not_called_for(session: Session) -> None:
    campaign = a_draft(session)
    holder(session, campaign.branch)
    host = a_branch(session, name="柳青村党支部")
    a_roll(session, a_gathering(session, host, GatheringState.CLOSED), campaign.branch)
    assert abouts(session, THE_28TH) == []


def test_theme_day_that_counts_for_this_month_and_is_planned_for_the_next_waits(session: Session) -> None:
    campaign = a_draft(session, starts_at=at(date(2026, 12, 10), time(15)))
    holder(session, campaign.branch)
    assert abouts(session, THE_28TH) == []


def test_theme_day_called_off_still_leaves_the_month_to_be_held(session: Session) -> None:
    campaign = a_draft(session)
    holder(session, campaign.branch)
    session.execute(update(Gathering).values(state=GatheringState.CANCELLED, reason="有大雨"))
    session.expire_all()
    assert tell(session, THE_28TH) == 1
    assert len(claim(session, CHANNELS, now=THE_28TH, limit=10)) == 1


def made_up(session: Session, campaign: Campaign, due_on: date, **columns: Any) -> None:
    usual = {"form": MakeupForm.SELF_STUDY, "planned_at": THREE_O_CLOCK, "planned_by": campaign.secretary.id}
    for member in campaign.members:
        session.add(
            Makeup(gathering_id=campaign.gathering.id, member_id=member.id, due_on=due_on, **usual | columns)
        )
    session.flush()


def held(session: Session) -> Campaign:
    campaign = a_draft(session, people=2)
    holder(session, campaign.branch)
    session.execute(
        update(Gathering).values(state=GatheringState.CLOSED, hall_salt=b"sixteen byte salt"[:16])
    )
    session.expire_all()
    return campaign


@pytest.mark.parametrize(("days", "due"), [(4, 0), (3, 1), (0, 1), (-1, 0)])
def test_makeups_are_called_for_within_three_days_of_the_next_theme_day(
    session: Session, days: int, due: int
) -> None:
    campaign = held(session)
    now = at(date(2026, 12, 20), NINE)
    made_up(session, campaign, day_of(now) + timedelta(days=days))
    assert tell(session, now) == due
    assert tell(session, now) == 0


def test_both_branches_of_a_gathering_are_told_although_one_has_to_make_up_later(session: Session) -> None:
    # Control: with the first one's days alone its message is the only one, and the partner hears nothing.
    campaign = held(session)
    partner = a_branch(session, session.get_one(Org, campaign.branch.parent_id), name="柳湾村党支部")
    theirs, missed = holder(session, partner), a_member(session, partner)
    now = at(date(2026, 12, 20), NINE)
    made_up(session, campaign, day_of(now) + timedelta(days=3))
    campaign.members[:] = [missed]
    made_up(session, campaign, day_of(now) + timedelta(days=5))
    assert tell(session, now) == 1
    assert len(told(session)) == 2
    assert theirs.id in told(session)
    assert tell(session, now + timedelta(days=2)) == 0


@pytest.mark.parametrize(
    "columns", [{"cancelled_at": THREE_O_CLOCK}, {"done_on": date(2026, 12, 1)}], ids=["given up", "done"]
)
def test_makeup_done_or_given_up_is_not_called_for(session: Session, columns: dict[str, Any]) -> None:
    campaign = held(session)
    if "done_on" in columns:
        columns = columns | {"done_by": campaign.secretary.id}
    made_up(session, campaign, date(2026, 12, 20), **columns)
    assert abouts(session, at(date(2026, 12, 20), NINE)) == []


@pytest.mark.parametrize(("days", "due"), [(8, 0), (7, 1), (0, 1), (-1, 0)])
def test_spell_that_ends_within_a_week_is_told(session: Session, days: int, due: int) -> None:
    campaign = held(session)
    now = at(date(2026, 12, 10), NINE)
    a_spell(session, campaign.members[0], SpellKind.AWAY, to_on=day_of(now) + timedelta(days=days))
    assert tell(session, now) == due
    assert tell(session, now) == 0
    words = session.scalars(select(Notice.texts)).all()
    if due:
        assert words[0]["member"]["time"] == f"2026年12月{10 + days}日 23:59"


def test_spell_that_goes_on_without_a_gap_is_not_ending(session: Session) -> None:
    campaign = held(session)
    away = campaign.members[0]
    a_spell(session, away, SpellKind.AWAY, to_on=date(2026, 12, 12))
    a_spell(session, away, SpellKind.AWAY, from_on=date(2026, 12, 13))
    assert abouts(session, at(date(2026, 12, 10), NINE)) == []


def test_words_of_prompts_fit_wechats_fields_and_name_nobody(session: Session) -> None:
    campaign = a_draft(session, people=2)
    holder(session, campaign.branch)
    a_spell(session, campaign.members[0], SpellKind.AWAY, to_on=date(2026, 11, 29))
    made_up(session, campaign, date(2026, 11, 27))
    for now in (THE_20TH, THE_28TH - timedelta(days=1)):
        tell(session, now)
    rows: dict[int, Any] = dict(session.execute(select(Notice.version, Notice.texts)).all())
    assert set(rows) == set(About)
    for texts in rows.values():
        for words in texts.values():
            assert set(words) == {"title", "time", "place", "note"}
            assert all(0 < len(value) <= 20 for value in words.values())
            assert not any(member.name in "".join(words.values()) for member in campaign.members)


def test_number_of_questions_does_not_grow_with_the_branches(session: Session) -> None:
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        asked.append(statement)

    numbers = []
    for branches in (2, 10):
        for _ in range(branches):
            holder(session, a_draft(session).branch)
        asked.clear()
        event.listen(session.connection(), "before_cursor_execute", note)
        assert due_prompts(session, now=THE_28TH)
        event.remove(session.connection(), "before_cursor_execute", note)
        numbers.append(len(asked))
    assert numbers[0] == numbers[1]


def test_clock_tells_each_secretary_by_the_own_transaction(sessions: Sessions) -> None:
    with sessions.begin() as session:
        for _ in range(2):
            holder(session, a_draft(session).branch)
    assert prompt_secretaries(sessions, THE_20TH, channels=CHANNELS) == 2
    assert prompt_secretaries(sessions, THE_20TH, channels=CHANNELS) == 0


def test_branches_called_to_what_was_called_off_are_told_together_that_the_month_is_open(
    session: Session,
) -> None:
    # Control: with the host's own organisation alone nobody is told.
    town = a_township(session, a_zone(session))
    branches = [a_branch(session, town, name=f"{name}党支部") for name in ("青石村", "柳湾村", "石桥村")]
    people = [holder(session, branch) for branch in branches]
    it = a_gathering(session, town, GatheringState.CANCELLED, reason="大雪封路")
    for branch in branches:
        a_roll(session, it, branch)
    own = a_gathering(session, branches[2], starts_at=THREE_O_CLOCK + timedelta(days=4))
    a_roll(session, own, branches[2])
    assert tell(session, THE_28TH) == 1
    assert sorted(told(session)) == sorted(one.id for one in people[:2])
    assert tell(session, THE_28TH) == 0


def test_draft_that_a_committees_theme_day_replaced_is_nobodys_to_publish(session: Session) -> None:
    campaign = a_draft(session)
    holder(session, campaign.branch)
    it = a_gathering(session, session.get_one(Org, campaign.branch.parent_id))
    a_roll(session, it, campaign.branch)
    assert abouts(session, THE_20TH) == []


def test_officers_are_told_of_their_committees_own_draft(session: Session) -> None:
    town = a_township(session, a_zone(session))
    officer = holder(session, a_branch(session, town), Role.CLERK)
    account = session.scalars(select(Account).where(Account.member_id == officer.id)).one()
    a_post(session, account, town, Role.TOWNSHIP_OFFICER)
    a_gathering(session, town, GatheringState.DRAFT, hall_salt=None)
    assert tell(session, THE_20TH) == 1
    assert told(session) == [officer.id]
