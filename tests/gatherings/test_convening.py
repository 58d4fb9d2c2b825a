"""One gathering for many branches: whom a committee may call, and one theme day a month for each branch."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.base import Sessions
from models.gatherings.gathering import Gathering, GatheringKind, GatheringState
from models.gatherings.plan import Plan, draft, redraft, suggest, taking_part
from models.gatherings.roll import Roll, RollLine
from models.notices.publish import cancel, publish
from models.people.member import Member
from models.people.org import Org, OrgKind
from models.refused import Refused
from tests.conftest import NOON
from tests.factories import (
    THREE_O_CLOCK,
    a_branch,
    a_gathering,
    a_group,
    a_member,
    a_roll,
    a_township,
    a_zone,
    an_account,
    an_org,
)
from tests.notices.campaign import CHANNELS
from tests.together import at_once

BEFORE = NOON - timedelta(days=5)
DURATION = timedelta(hours=1)
PLAN = Plan("十一月主题党日", THREE_O_CLOCK, THREE_O_CLOCK + DURATION, "镇文化站", "2026-11")


@dataclass
class Town:
    """A township with two branches of one member each, and one who may plan for all of them."""

    zone: Org
    org: Org
    first: Org
    second: Org
    by: int


def a_town(session: Session) -> Town:
    zone = a_zone(session)
    org = a_township(session, zone)
    first, second = a_branch(session, org), a_branch(session, org, name="柳湾村党支部")
    a_member(session, first)
    a_member(session, second, "李兰")
    return Town(zone, org, first, second, an_account(session).id)


def called(session: Session, town: Town, *branches: Org, host: Org | None = None, **more: Any) -> Gathering:
    """Draft what the township calls these branches to."""
    plan = replace(PLAN, partners=tuple(one.id for one in branches))
    return draft(session, (host or town.org).id, plan, by=town.by, now=BEFORE, **more)


def tell(session: Session, it: Gathering, by: int) -> None:
    """Publish a draft to those on its rolls."""
    publish(session, it.id, org_ids=taking_part(session, it.id), by=by, channels=CHANNELS, now=BEFORE)


def refused(doing: Callable[[], Any]) -> Refused:
    with pytest.raises(Refused) as caught:
        doing()
    return caught.value


def test_branches_called_have_their_own_rolls_and_the_committee_none(session: Session) -> None:
    town = a_town(session)
    it = called(session, town, town.first, town.second)
    tell(session, it, town.by)
    lines = session.execute(
        select(Roll.org_id, Member.name)
        .join(RollLine, RollLine.roll_id == Roll.id)
        .join(Member, Member.id == RollLine.member_id)
        .order_by(Roll.org_id)
    ).all()
    assert lines == [(town.first.id, "王建国"), (town.second.id, "李兰")]


def test_committee_calls_living_branches_below_it_and_at_least_one(session: Session) -> None:
    town = a_town(session)
    foreign = a_branch(session, a_township(session, town.zone, "河西镇党委"))
    dissolved = a_branch(session, town.org, name="撤销了的党支部")
    dissolved.dissolved_on, dissolved.dissolved_doc = date(2026, 1, 1), "河东〔2026〕1号"
    group = a_group(session, town.first)
    session.flush()
    for branches in ((), (foreign,), (town.first, foreign), (dissolved,), (group,), (town.org,)):
        error = refused(partial(called, session, town, *branches))
        assert (error.code, [*error.extra["fields"]]) == ("bad_plan", ["partners"])
    assert called(session, town, town.first, foreign, host=town.zone)


def test_branches_of_a_general_branch_are_called_one_by_one(session: Session) -> None:
    town = a_town(session)
    general = an_org(session, OrgKind.GENERAL_BRANCH, "河东镇企业党总支", town.org)
    below = a_branch(session, general, name="纺织厂党支部")
    assert refused(lambda: called(session, town, general)).code == "bad_plan"
    assert taking_part(session, called(session, town, below).id) == [below.id]


@pytest.mark.parametrize(
    ("kind", "is_called"),
    [(kind, kind in ("theme_day", "lecture", "volunteering", "study")) for kind in GatheringKind],
)
def test_committee_calls_to_what_needs_no_vote(
    session: Session, kind: GatheringKind, is_called: bool
) -> None:
    town = a_town(session)
    if is_called:
        assert called(session, town, town.first, kind=kind).kind is kind
    else:
        error = refused(lambda: called(session, town, town.first, kind=kind))
        assert [*error.extra["fields"]] == ["kind"]


def test_draft_becomes_another_kind_and_leaves_what_was_required_of_theme_days(session: Session) -> None:
    town = a_town(session)
    it = called(session, town, town.first)
    plan = replace(PLAN, title="义务植树", partners=(town.second.id,))
    redraft(session, it, plan, kind=GatheringKind.VOLUNTEERING, by=town.by, now=BEFORE)
    assert it.kind is GatheringKind.VOLUNTEERING
    assert taking_part(session, it.id) == [town.second.id]


def test_branch_with_a_published_theme_day_cannot_be_called_to_another(session: Session) -> None:
    town = a_town(session)
    own = draft(session, town.first.id, PLAN, by=town.by, now=BEFORE)
    it = called(session, town, town.first, town.second)  # the draft is no hindrance
    tell(session, own, town.by)
    error = refused(lambda: called(session, town, town.first, host=town.zone))
    assert "青石村党支部11月已经有主题党日了" in error.extra["fields"]["partners"]
    # Control: without `claim_month` in `publish` the branch gets a second theme day of the month.
    error = refused(lambda: tell(session, it, town.by))
    assert error.code == "theme_day_taken"
    assert "青石村党支部" in error.message
    assert "柳湾村党支部" not in error.message
    assert it.state is GatheringState.DRAFT
    assert called(session, town, town.first, kind=GatheringKind.STUDY)


def test_branchs_own_draft_stays_and_says_who_calls_instead(session: Session) -> None:
    town = a_town(session)
    own = draft(session, town.first.id, PLAN, by=town.by, now=BEFORE)
    tell(session, called(session, town, town.first), town.by)
    error = refused(lambda: tell(session, own, town.by))
    assert error.code == "theme_day_taken"
    assert "由河东镇党委召集" in error.message
    assert own.state is GatheringState.DRAFT
    redraft(session, own, replace(PLAN, title="改一改"), by=town.by, now=BEFORE)
    redraft(session, own, replace(PLAN, period="2026-12"), by=town.by, now=BEFORE)
    tell(session, own, town.by)


def test_branch_that_is_called_drafts_no_second_theme_day_of_the_month(session: Session) -> None:
    town = a_town(session)
    it = called(session, town, town.first)
    assert draft(session, town.second.id, PLAN, by=town.by, now=BEFORE)
    tell(session, it, town.by)
    assert (
        refused(lambda: draft(session, town.first.id, PLAN, by=town.by, now=BEFORE)).code == "theme_day_taken"
    )
    assert suggest(session, town.first, now=BEFORE).period == "2026-12"
    cancel(session, it.id, reason="大雪封路", by=town.by, channels=CHANNELS, now=BEFORE)
    assert draft(session, town.first.id, PLAN, by=town.by, now=BEFORE)


def test_general_branch_and_one_of_its_branches_do_not_both_hold_the_month(session: Session) -> None:
    town = a_town(session)
    general = an_org(session, OrgKind.GENERAL_BRANCH, "河东镇企业党总支", town.org)
    below, beside = (a_branch(session, general, name=f"{name}党支部") for name in ("纺织厂", "砖瓦厂"))
    whole = draft(session, general.id, PLAN, by=town.by, now=BEFORE)
    it = called(session, town, below)
    tell(session, whole, town.by)
    assert refused(lambda: tell(session, it, town.by)).code == "theme_day_taken"
    cancel(session, whole.id, reason="停电", by=town.by, channels=CHANNELS, now=BEFORE)
    tell(session, it, town.by)
    again = draft(session, beside.id, PLAN, by=town.by, now=BEFORE)
    tell(session, again, town.by)


def test_group_of_a_branch_that_is_called_may_meet_by_itself(session: Session) -> None:
    town = a_town(session)
    group = a_group(session, town.first)
    tell(session, called(session, town, town.first), town.by)
    assert draft(session, group.id, PLAN, by=town.by, now=BEFORE)


def test_committees_draft_invites_nobody_yet(session: Session) -> None:
    town = a_town(session)
    it = a_gathering(session, town.org, state=GatheringState.DRAFT, hall_salt=None)
    a_roll(session, it, town.first)
    tell(session, draft(session, town.first.id, PLAN, by=town.by, now=BEFORE), town.by)


def both_published(sessions: Sessions, first: int, second: int, by: int) -> Counter[str]:
    def publishing(gathering_id: int) -> Callable[[], str]:
        def run() -> str:
            with sessions.begin() as session:
                tell(session, session.get_one(Gathering, gathering_id), by)
                return "published"

        return run

    return Counter(at_once([publishing(first), publishing(second)] * 2))


def test_branch_and_committee_that_publish_at_once_leave_one_theme_day(sessions: Sessions) -> None:
    # Control: without the lock in `claim_month` both find the month free.
    with sessions.begin() as session:
        town = a_town(session)
        theirs = called(session, town, town.first, town.second).id
        own = draft(session, town.first.id, PLAN, by=town.by, now=BEFORE).id
    got = both_published(sessions, theirs, own, town.by)
    assert got["published"] == 1
    assert got["theme_day_taken"] >= 1
    with sessions() as session:
        states = session.scalars(select(Gathering.state).order_by(Gathering.id)).all()
    assert Counter(states) == {GatheringState.PUBLISHED: 1, GatheringState.DRAFT: 1}


def test_two_officers_who_publish_at_once_call_a_branch_once(sessions: Sessions) -> None:
    # Control: as above.
    with sessions.begin() as session:
        town = a_town(session)
        of_town = called(session, town, town.first, town.second).id
        of_zone = called(session, town, town.second, town.first, host=town.zone).id
    got = both_published(sessions, of_town, of_zone, town.by)
    assert got["published"] == 1


def test_one_draft_published_by_two_officers_at_once_is_told_once(sessions: Sessions) -> None:
    with sessions.begin() as session:
        town = a_town(session)
        it = called(session, town, town.first, town.second).id
    assert both_published(sessions, it, it, town.by) == {"published": 1, "already_published": 3}
