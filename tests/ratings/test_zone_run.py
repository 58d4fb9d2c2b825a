"""All branches of a zone rated at once have the results that each has by itself, from its entries."""

from random import Random

from hypothesis import HealthCheck, given, settings
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.points.facts import Facts, MemberFacts
from models.points.rating import rate
from models.points.result import Result, results_text
from models.points.scheme_document import SchemeDocument
from models.ratings.beginning import rating_seen
from models.ratings.branch_facts import facts_for
from models.ratings.pool import is_pooled
from models.ratings.rating import Rating
from models.ratings.zone_run import rate_branches
from tests.points.generated import facts_by, rated_cases, scheme_by
from tests.points.strategies import a_scheme, an_entry
from tests.ratings.ledger import statements, write_facts

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
