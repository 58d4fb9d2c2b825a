"""All branches of a zone rated at once have the results that each has by itself, from its entries."""

from datetime import date
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.audit import Via
from models.people.member import Member, MemberStatus
from models.people.membership import move_member
from models.people.org import Org
from models.points.facts import Facts, MemberFacts
from models.points.rating import rate
from models.points.result import Result, results_text
from models.points.schemes.document import SchemeDocument
from models.ratings.meeting.decision import RulingKind
from models.ratings.meeting.ruling import rule
from models.ratings.procedure.beginning import rating_seen
from models.ratings.procedure.rating import Rating, RatingState
from models.ratings.runs.branch_facts import facts_for, standing_in
from models.ratings.runs.pool import is_pooled
from models.ratings.runs.results import RatingResult, RatingRun
from models.ratings.runs.run import run_rating
from models.ratings.runs.zone_run import rate_branches, run_below
from models.refused import Refused
from tests.conftest import NOON
from tests.factories import a_zone
from tests.points.generated import facts_by, rated_cases, scheme_by
from tests.points.strategies import a_scheme, an_entry
from tests.ratings.ledger import statements, write_facts
from tests.ratings.walk import JANUARY, MEETING, a_walk

CHANCE = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def by_itself(session: Session, document: SchemeDocument, cycle: str, branch_id: int) -> tuple[Result, ...]:
    """The results of one branch from everything that its rating is made from, entry by entry."""
    rating_id = session.scalars(select(Rating.id).filter_by(branch_id=branch_id, cycle=cycle)).one()
    return rate(document, facts_for(session, rating_seen(session, rating_id)))


@CHANCE
@given(rated_cases(branches=3, entries=10))
def test_the_run_of_a_zone_gives_what_the_facts_give(
    session: Session, case: tuple[SchemeDocument, Facts]
) -> None:
    document, facts = case
    with session.begin_nested() as written:
        facts = write_facts(session, document, facts)
        branches = {one.branch for one in facts.members}
        together = [one for own in rate_branches(session, document, facts.cycle, branches) for one in own]
        alone = [one for branch in branches for one in by_itself(session, document, facts.cycle, branch)]
        written.rollback()
    assert results_text(together) == results_text(rate(document, facts))
    assert is_pooled(document) or results_text(together) == results_text(alone)


def test_the_number_of_statements_grows_neither_with_branches_nor_with_members(session: Session) -> None:
    document = scheme_by(Random(7))
    asked = []
    for branches, members in ((1, 1), (4, 9)):
        facts = facts_by(Random(1), document, branches, members, 5)
        facts = write_facts(session, document, facts)
        with statements(session) as seen:
            list(rate_branches(session, document, facts.cycle, {one.branch for one in facts.members}))
        asked.append(len(seen))
    assert asked[0] == asked[1] <= 9


def test_each_township_contests_for_its_own_seats(session: Session) -> None:
    """One seat for every two members: each township has one for its two branches."""
    item = {"id": "help", "title": "帮扶", "part": "task", "pts": 1}
    quota = {"star": 2, "max_ratio": "1/2", "scope": "township"}
    bands = [{"star": 2, "min": 1}, {"star": 1, "min": 0}]
    document = SchemeDocument.model_validate(a_scheme(items=[item], bands=bands, quotas=[quota]))
    branches, winners = set(), set()
    for _ in range(2):
        people = [
            MemberFacts(number, number, entries=(an_entry(number, document.items[0], quantity=number),))
            for number in (1, 2)
        ]
        first, second = write_facts(session, document, Facts("2026", tuple(people))).members
        branches |= {first.branch, second.branch}
        winners.add(second.id)
    results = [one for own in rate_branches(session, document, "2026", branches) for one in own]
    assert {one.member_id for one in results if one.star_final == 2} == winners
    assert [one.star_final for one in results if one.member_id not in winners] == [1, 1]


def test_a_run_of_the_zone_keeps_the_runs_that_each_branch_would_keep(session: Session) -> None:
    item = {"id": "help", "title": "帮扶", "part": "task", "pts": 1}
    document = SchemeDocument.model_validate(a_scheme(items=[item], bands=[{"star": 1, "min": 0}]))
    people = tuple(
        MemberFacts(number, number % 3, entries=(an_entry(number, document.items[0]),)) for number in range(9)
    )
    facts = write_facts(session, document, Facts("2026", people))
    ratings = session.scalars(select(Rating).order_by(Rating.id)).all()
    zone = zone_of(session, facts)
    assert run_below(session, zone, "2026", by=ratings[0].begun_by, now=NOON) == (3, 3, 0)
    assert run_below(session, zone, "2026", by=ratings[0].begun_by, now=NOON) == (3, 0, 0)
    for rating in ratings:
        run = run_rating(session, rating.id, by=rating.begun_by, now=NOON)
        assert run.number == 1
        own = {one.id for one in facts.members if one.branch == rating.branch_id}
        kept = session.scalars(select(RatingResult).filter_by(run_id=run.id)).all()
        assert {one.member_id: one.total for one in kept} == dict.fromkeys(own, 1)
    session.get_one(Member, facts.members[0].id).status = MemberStatus.PROBATIONARY
    session.flush()
    assert run_below(session, zone, "2026", by=ratings[0].begun_by, now=NOON) == (3, 1, 0)


def test_what_another_branch_wrote_of_who_moved_here_does_not_count(session: Session) -> None:
    """The branch left behind had graded and lowered a member; the one of the last day wrote its own."""
    old = a_walk(session, full=4).begins()
    new = a_walk(session, full=3, township=old.township, scheme=old.scheme).begins()
    member = old.members[0]
    old.grades([member])
    rule(
        session, old.id, member.id, RulingKind.LOWER, reason="会议研究决定", decided_on=MEETING,
        by=old.secretary.id, now=JANUARY,
    )  # fmt: skip
    move_member(
        session, member.id, new.branch, moved_on=date(2026, 12, 20), document="组转7号",
        by=old.officer.id, via=Via.CONSOLE, now=JANUARY,
    )  # fmt: skip
    new.members.append(member)
    new.grades()
    document = rating_seen(session, new.id).document
    for branches in ([new.branch.id], [old.branch.id, new.branch.id]):
        facts = standing_in(session, document, "2026", branches)
        [one] = [one for one in facts.members if one.id == member.id]
        assert (one.branch, one.grade, one.adjust) == (new.branch.id, "qualified", 0)


def test_a_run_of_the_zone_leaves_what_meetings_have_decided(session: Session) -> None:
    item = {"id": "help", "title": "帮扶", "part": "task", "pts": 1}
    document = SchemeDocument.model_validate(a_scheme(items=[item], bands=[{"star": 1, "min": 0}]))
    facts = write_facts(session, document, Facts("2026", (MemberFacts(1, 1),)))
    rating = session.scalars(select(Rating)).one()
    rating.state = RatingState.APPRAISED
    session.flush()
    with pytest.raises(Refused, match="没有要试算的支部"):
        run_below(session, zone_of(session, facts), "2026", by=rating.begun_by, now=NOON)
    assert session.scalar(select(func.count(RatingRun.id))) == 0


def test_branches_that_share_seats_are_left_to_their_own_run(session: Session) -> None:
    item = {"id": "help", "title": "帮扶", "part": "task", "pts": 1}
    quota = {"star": 2, "max_ratio": "1/2", "scope": "township"}
    bands = [{"star": 2, "min": 1}, {"star": 1, "min": 0}]
    document = SchemeDocument.model_validate(a_scheme(items=[item], bands=bands, quotas=[quota]))
    facts = write_facts(session, document, Facts("2026", (MemberFacts(1, 1), MemberFacts(2, 2))))
    zone, by = zone_of(session, facts), session.scalars(select(Rating.begun_by)).first()
    assert by is not None
    assert run_below(session, zone, "2026", by=by, now=NOON) == (0, 0, 2)
    assert session.scalar(select(func.count(RatingRun.id))) == 0


def test_a_cycle_that_is_none_is_refused(session: Session) -> None:
    zone = a_zone(session)
    with pytest.raises(Refused) as refused:
        run_below(session, zone, "2026Q5", by=1, now=NOON)
    assert refused.value.code == "cycle_invalid"


def zone_of(session: Session, facts: Facts) -> Org:
    branch = session.get_one(Org, facts.members[0].branch)
    return session.get_one(Org, int(branch.path.split("/")[0]))


def test_a_run_is_as_many_statements_for_a_zone_as_for_a_branch(session: Session) -> None:
    item = {"id": "help", "title": "帮扶", "part": "task", "pts": 1}
    bands = [{"star": star, "min": star + 2} for star in (3, 2, 1)]  # and some without a star
    document = SchemeDocument.model_validate(a_scheme(items=[item], bands=bands))
    asked = []
    for members in (1, 24):
        people = tuple(
            MemberFacts(one, one % 6, entries=(an_entry(one, document.items[0], quantity=1 + one % 7),))
            for one in range(1, members + 1)
        )
        facts = write_facts(session, document, Facts("2026", people))
        zone = zone_of(session, facts)
        by = session.scalars(select(Rating.begun_by).filter_by(branch_id=facts.members[0].branch)).one()
        with statements(session) as seen:
            tried = run_below(session, zone, "2026", by=by, now=NOON)
        assert tried.changed == len({one.branch for one in facts.members})
        asked.append(len(seen))
    assert asked[0] == asked[1]
