"""What a member's points come to: lines that can be added up by hand, for every scheme."""

from dataclasses import replace
from decimal import Decimal
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from models.points.facts import Facts, MemberFacts
from models.points.part_rules import ASSESS
from models.points.rating import rate
from models.points.schemes.document import SchemeDocument
from models.ratings.statement.balance import balance_of, subtotals_of
from tests.conftest import NOON
from tests.points.generated import rated_cases
from tests.points.strategies import an_entry, shipped

# What is only read has six places: each line may be off by half of the last.
HAIR = Decimal("0.000001")
Case = tuple[SchemeDocument, Facts]


@settings(deadline=None, max_examples=300)
@given(rated_cases())
def test_lines_add_up_to_their_part_and_parts_to_the_whole(case: Case) -> None:
    document, facts = case
    for member in facts.members:
        balance = balance_of(document, member, facts.cycle)
        for part in balance.parts:
            lines = balance.lines[part.code]
            by_hand = sum((line.counted for line in lines if line.counted is not None), Decimal(0))
            assert abs(by_hand - part.subtotal) <= HAIR * (len(lines) + 1), (part, lines)
        assert balance.total_raw == sum(part.subtotal for part in balance.parts)


@settings(deadline=None, max_examples=300)
@given(rated_cases())
def test_total_is_that_of_the_rating_and_what_changes_it_is_said(case: Case) -> None:
    document, facts = case
    results = {one.member_id: one for one in rate(document, facts)}
    for member in facts.members:
        balance, result = balance_of(document, member, facts.cycle), results[member.id]
        assert balance.is_outside == (result.total is None)
        if result.total is not None:
            assert (balance.total, balance.provisional) == (result.total, result.provisional)
        zeroed = any(reason.code == "veto_set_zero" for reason in result.reasons)
        assert bool(balance.total_how) == (zeroed or balance.total != balance.total_raw) or balance.is_outside


@settings(deadline=None, max_examples=200)
@given(rated_cases(), st.integers(0, 2**32))
def test_order_of_posting_changes_no_line(case: Case, number: int) -> None:
    document, facts = case
    for member in facts.members:
        entries = list(member.entries)
        Random(number).shuffle(entries)
        again = replace(member, entries=tuple(entries))
        assert balance_of(document, again, facts.cycle) == balance_of(document, member, facts.cycle)


def test_quarters_of_a_year_are_counted_up_to_their_end_without_appraisal() -> None:
    document = shipped("ZONE")
    volunteer = next(item for item in document.items if item.id == "volunteer")
    entries = tuple(an_entry(month, volunteer, f"2026-{month:02}") for month in range(1, 12))
    member = MemberFacts(1, 1, grade="excellent", entries=entries)
    found = subtotals_of(document, member, "2026", now=NOON)
    assert [one.month for one in found] == ["2026-03", "2026-06", "2026-09"]
    # Three times, six times, and of nine times the yearly cap's eight; 优秀 is not in it.
    assert [one.total for one in found] == [Decimal(63), Decimal(66), Decimal(68)]
    assert all(part.code != ASSESS for one in found for part in one.parts)


def test_scheme_that_shows_nothing_in_between_has_no_subtotals() -> None:
    assert subtotals_of(shipped("DEMO"), MemberFacts(1, 1), "2026Q4", now=NOON) == ()
