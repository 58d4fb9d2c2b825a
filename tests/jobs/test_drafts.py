"""Theme days that the clock drafts a week ahead: where nobody has, once, and with what is required."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from jobs.drafts import draft_ahead
from models.audit import Audit, Via
from models.base import Sessions
from models.clock import at
from models.gatherings.agenda import agenda_of
from models.gatherings.gathering import PLACE_TO_COME, AgendaKind, Gathering, GatheringState
from models.gatherings.plan import draft, redraft, suggest
from models.gatherings.required_item import issue_item
from models.notices.publish import publish
from models.people.org import Org
from models.refused import Refused
from tests.factories import a_branch, a_gathering, a_member, a_roll, a_township, a_zone, an_account
from tests.notices.campaign import CHANNELS
from tests.together import at_once

# Half past eight in the morning of a Wednesday, a week before the 25th.
THE_18TH = at(date(2026, 11, 18), time(8, 30))
DAY = timedelta(days=1)


def a_branch_with_people(session: Session, name: str = "青石村党支部") -> Org:
    branch = a_branch(session, name=name)
    a_member(session, branch)
    return branch


def drafts(sessions: Sessions) -> list[Gathering]:
    with sessions() as session:
        by_the_clock = Gathering.drafted_by.is_(None) & (Gathering.state == GatheringState.DRAFT)
        return list(session.scalars(select(Gathering).where(by_the_clock)))


def test_theme_day_is_drafted_seven_days_ahead_once(sessions: Sessions) -> None:
    with sessions.begin() as session:
        branch_id = a_branch_with_people(session).id
    assert draft_ahead(sessions, THE_18TH - DAY) == 0
    assert draft_ahead(sessions, THE_18TH) == 1
    assert draft_ahead(sessions, THE_18TH + DAY) == 0
    (it,) = drafts(sessions)
    assert (it.org_id, it.state, it.period) == (branch_id, GatheringState.DRAFT, "2026-11")
    assert (it.title, it.place) == ("11月主题党日", PLACE_TO_COME)
    assert it.starts_at == datetime(2026, 11, 25, 7, 0, tzinfo=UTC)
    with sessions() as session:
        row = session.scalars(select(Audit).where(Audit.verb == "draft")).one()
    assert (row.via, row.account_id, row.subject_id) == (Via.JOB, None, it.id)


def test_place_and_required_items_come_with_the_draft(sessions: Sessions) -> None:
    with sessions.begin() as session:
        zone = a_zone(session)
        branch = a_branch(session, a_township(session, zone))
        a_member(session, branch)
        a_gathering(
            session, branch, GatheringState.CONFIRMED, at(date(2026, 10, 25), time(15)), period="2026-10"
        )
        by = an_account(session).id
        issue_item(session, zone, "2026-11", AgendaKind.STUDY, "学习全会精神", by=by, now=THE_18TH - DAY)
    assert draft_ahead(sessions, THE_18TH) == 1
    (it,) = drafts(sessions)
    assert it.place == "村部二楼会议室"
    with sessions() as session:
        assert "学习全会精神" in [item.title for item in agenda_of(session, it.id)]


@pytest.mark.parametrize("state", list(GatheringState))
def test_month_that_has_a_theme_day_gets_no_second_whatever_became_of_it(
    sessions: Sessions, state: GatheringState
) -> None:
    with sessions.begin() as session:
        branch = a_branch_with_people(session)
        it = a_gathering(session, branch, state, reason="有大雨")
        a_roll(session, it, branch)
    assert draft_ahead(sessions, THE_18TH) == 0


@pytest.mark.parametrize("state", [GatheringState.DRAFT, GatheringState.PUBLISHED])
def test_branch_that_joins_its_neighbours_theme_day_gets_none_of_its_own(
    sessions: Sessions, state: GatheringState
) -> None:
    with sessions.begin() as session:
        host, guest = a_branch(session), a_branch_with_people(session, "柳青村党支部")
        it = a_gathering(session, host, state)
        for org in (host, guest):
            a_roll(session, it, org)
    assert draft_ahead(sessions, THE_18TH) == 0


def test_branch_without_people_and_dissolved_ones_are_left_alone(sessions: Sessions) -> None:
    with sessions.begin() as session:
        a_branch(session)
        gone = a_branch_with_people(session)
        gone.dissolved_on, gone.dissolved_doc = date(2026, 11, 1), "青党发〔2026〕1号"
    assert draft_ahead(sessions, THE_18TH) == 0


def test_missed_morning_is_caught_up_until_the_day_itself(sessions: Sessions) -> None:
    with sessions.begin() as session:
        a_branch_with_people(session)
    assert draft_ahead(sessions, THE_18TH + 5 * DAY) == 1


def test_branch_whose_hour_is_over_already_keeps_no_other_waiting(sessions: Sessions) -> None:
    with sessions.begin() as session:
        a_branch_with_people(session)  # meets at three
        other = a_branch_with_people(session, "柳青村党支部")
        at_eight = at(date(2026, 10, 25), time(20))
        a_gathering(session, other, GatheringState.CONFIRMED, at_eight, period="2026-10")
        other_id = other.id
    assert draft_ahead(sessions, at(date(2026, 11, 25), time(16))) == 1
    assert [it.org_id for it in drafts(sessions)] == [other_id]


def test_secretary_who_drafts_at_the_same_moment_makes_no_second(sessions: Sessions) -> None:
    with sessions.begin() as session:
        branch = a_branch_with_people(session)
        by, branch_id = an_account(session).id, branch.id

    def drafts_by_hand() -> None:
        with sessions.begin() as session:
            plan = suggest(session, session.get_one(Org, branch_id), now=THE_18TH).plan()
            draft(session, branch_id, replace(plan, place="村部"), by=by, now=THE_18TH)

    at_once([drafts_by_hand, lambda: draft_ahead(sessions, THE_18TH)])
    with sessions() as session:
        assert session.scalar(select(func.count()).select_from(Gathering)) == 1


def test_nobody_is_invited_to_a_place_that_is_still_to_come(sessions: Sessions) -> None:
    with sessions.begin() as session:
        branch = a_branch_with_people(session)
        by, branch_id = an_account(session).id, branch.id
    draft_ahead(sessions, THE_18TH)
    (it,) = drafts(sessions)

    def publishes(session: Session) -> None:
        publish(session, it.id, org_ids=[branch_id], by=by, channels=CHANNELS, now=THE_18TH)

    with sessions() as session, pytest.raises(Refused) as refused:
        publishes(session)
    assert (refused.value.code, refused.value.extra["fields"]) == ("bad_plan", {"place": "请写地点"})
    with sessions.begin() as session:
        mine = session.get_one(Gathering, it.id)
        plan = suggest(session, session.get_one(Org, branch_id), now=THE_18TH).plan()
        redraft(
            session,
            mine,
            replace(
                plan,
                place="村部",
                period="2026-11",
                starts_at=it.starts_at,
                ends_at=it.ends_at,
                leave_until=None,
            ),
            by=by,
            now=THE_18TH,
        )
        publishes(session)


def test_draft_that_a_committee_gave_up_leaves_the_month_to_the_branch(sessions: Sessions) -> None:
    # Control: without the condition on `hall_salt` the branch gets no draft, and never heard why.
    with sessions.begin() as session:
        branch = a_branch_with_people(session)
        town = session.get_one(Org, branch.parent_id)
        it = a_gathering(session, town, GatheringState.DRAFT, hall_salt=None)
        a_roll(session, it, branch)
        it_id = it.id
    assert draft_ahead(sessions, THE_18TH) == 0
    with sessions.begin() as session:
        it = session.get_one(Gathering, it_id)
        it.state, it.reason = GatheringState.CANCELLED, "不开了"
    assert draft_ahead(sessions, THE_18TH) == 1
