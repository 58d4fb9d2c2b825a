"""Many members' entries are counted in one statement, and come to what each member's own page says."""

from dataclasses import replace
from datetime import date
from typing import Any

from hypothesis import HealthCheck, given, settings
from sqlalchemy.orm import Session

from models.points.explanation import Sums
from models.points.facts import Entry, Facts, MemberFacts
from models.points.item_rules import sums_of
from models.points.rating import rate, rate_sums
from models.points.result import results_text
from models.points.schemes.document import SchemeDocument
from models.ratings.runs.sums import stream_sums
from tests.points.generated import rated_cases
from tests.points.strategies import a_scheme, an_entry
from tests.ratings.ledger import statements, write_facts

CHANCE = settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@CHANCE
@given(rated_cases(entries=25))
def test_one_statement_comes_to_what_each_members_entries_come_to(
    session: Session, case: tuple[SchemeDocument, Facts]
) -> None:
    document, facts = case
    with session.begin_nested() as written:
        facts = write_facts(session, document, facts)
        counted = dict(stream_sums(session, document, facts.cycle, [one.id for one in facts.members]))
        written.rollback()
    for one in facts.members:
        assert counted[one.id] == sums_of(document, one, facts.cycle)[1]
    without = [(replace(one, entries=()), counted[one.id]) for one in facts.members]
    together = rate_sums(document, facts.cycle, without, facts.seats)
    assert results_text(together) == results_text(rate(document, facts))
    assert together == rate(document, facts)


def a_document(*items: dict[str, Any]) -> SchemeDocument:
    titled = [{"title": f"项目{number}", "part": "task"} | item for number, item in enumerate(items)]
    return SchemeDocument.model_validate(a_scheme(items=titled))


def counted_of(session: Session, document: SchemeDocument, *entries: Entry) -> Sums:
    """The sums of one member's entries by the statement, which are those of the entries one by one."""
    facts = write_facts(session, document, Facts("2026", (MemberFacts(1, 1, entries=entries),)))
    [(_, counted)] = stream_sums(session, document, "2026", [facts.members[0].id])
    assert counted == sums_of(document, facts.members[0], "2026")[1]
    return counted


def test_of_two_equal_deductions_of_one_gathering_the_items_place_decides_not_the_posting(
    session: Session,
) -> None:
    document = a_document({"id": "first", "pts": -2}, {"id": "second", "pts": -2})
    for number, order in enumerate((document.items, document.items[::-1])):
        posted = (
            an_entry(2 * number + at, item, source="attendance", gathering_id=1)
            for at, item in enumerate(order, 1)
        )
        [share] = counted_of(session, document, *posted)["task"]
        assert share.titles == ("项目0",)
        assert share.counted == -2


def test_of_entries_that_weigh_the_same_the_earliest_stays(session: Session) -> None:
    document = a_document({"id": "talk", "pts": 1, "aggregate": "max", "cap_per_event": 2})
    [talk] = document.items
    later = an_entry(1, talk, quantity=4, occurred_on=date(2026, 10, 9))
    earlier = an_entry(2, talk, quantity=3, occurred_on=date(2026, 10, 8))
    [share] = counted_of(session, document, later, earlier)["task"]
    assert share.highest_of_several
    assert [share.times, share.uncapped, share.counted] == [3, 4, 2]


def test_no_members_and_members_without_entries_are_nothing_to_count(session: Session) -> None:
    document = a_document({"id": "help", "pts": 1})
    assert list(stream_sums(session, document, "2026", [])) == []
    assert counted_of(session, document) == {}


def test_the_statement_is_one_however_many_members(session: Session) -> None:
    document = a_document({"id": "help", "pts": 1})
    for members in (1, 40):
        people = tuple(
            MemberFacts(number, 1, entries=(an_entry(number, document.items[0]),))
            for number in range(1, members + 1)
        )
        ids = [one.id for one in write_facts(session, document, Facts("2026", people)).members]
        with statements(session) as seen:
            counted = list(stream_sums(session, document, "2026", ids))
        assert [number for number, _ in counted] == ids
        assert len(seen) == 1
