"""What holds for every scheme and every set of entries."""

import random
from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from models.points.cycle import cycle_of
from models.points.facts import Entry
from models.points.rating import Tally
from models.points.schemes.document import Item, Part, SchemeDocument, canonical
from models.points.schemes.reading import read_scheme
from tests.points.strategies import CYCLES, a_reversal, cases, tallied

Case = tuple[SchemeDocument, Sequence[Entry]]


def count(case: Case) -> Tally:
    document, facts = case
    return tallied(document, facts, cycle=CYCLES[document.code])


@settings(deadline=None)
@given(cases(), st.randoms(use_true_random=False))
def test_order_of_posting_changes_nothing(case: Case, chance: random.Random) -> None:
    document, facts = case
    shuffled = list(facts)
    chance.shuffle(shuffled)
    assert repr(count((document, shuffled))) == repr(count(case))


@settings(deadline=None)
@given(cases())
def test_same_input_gives_the_same_output_byte_for_byte(case: Case) -> None:
    document, facts = case
    again = read_scheme(canonical(document))
    assert repr(count((again, tuple(facts)))).encode() == repr(count(case)).encode()


@settings(deadline=None)
@given(cases())
def test_lines_and_initial_points_add_up_to_the_subtotals(case: Case) -> None:
    result = count(case)
    for part in result.parts:
        lines = (line.counted for line in result.lines if line.part == part.code)
        assert sum(lines, part.initial) == part.subtotal
    assert sum(part.subtotal for part in result.parts) == result.total_raw


@settings(deadline=None)
@given(cases())
def test_no_line_counts_more_than_it_is_worth_and_every_line_has_a_reason(case: Case) -> None:
    for line in count(case).lines:
        assert abs(line.counted) <= abs(line.points)
        assert line.counted * line.points >= 0
        assert line.why


@settings(deadline=None)
@given(cases())
def test_caps_and_floors_hold(case: Case) -> None:
    document, _ = case
    result = count(case)
    for part, counted in zip(document.parts, result.parts, strict=True):
        assert part.cap is None or counted.subtotal <= part.cap
        assert part.floor is None or counted.subtotal >= part.floor
        assert part.mode != "deduct_only" or counted.subtotal <= part.initial
    for item in document.items:
        own = sum((line.counted for line in result.lines if line.item == item.id), Decimal(0))
        assert item.cap is None or abs(own) <= item.cap
    assert document.total.min is None or result.total >= document.total.min
    assert document.total.max is None or result.total <= document.total.max


@settings(deadline=None)
@given(cases(), st.data())
def test_reversing_restores_what_was_before(case: Case, data: st.DataObject) -> None:
    document, facts = case
    touched = {fact.reverses for fact in facts} | {fact.id for fact in facts if fact.reverses}
    untouched = [fact for fact in facts if fact.id not in touched]
    if not untouched:
        return
    undone = data.draw(st.sampled_from(untouched))
    before = count((document, [fact for fact in facts if fact is not undone]))
    after = count((document, [*facts, a_reversal(5000, undone)]))
    assert after.parts == before.parts
    assert (after.total, after.total_raw) == (before.total, before.total_raw)
    assert [line for line in after.lines if line.entry_id not in (undone.id, 5000)] == list(before.lines)


@settings(deadline=None, max_examples=200)
@given(cases())
def test_second_calculation_agrees(case: Case) -> None:
    document, facts = case
    expected = {part.code: plainly(document, part, facts) for part in document.parts}
    assert {part.code: Fraction(part.subtotal) for part in count(case).parts} == expected


def plainly(document: SchemeDocument, part: Part, facts: Sequence[Entry]) -> Fraction:
    """The subtotal by the rules as sentences, in fractions and without saying who carries a cut."""
    items = {item.id: item for item in document.items}
    undone = {fact.reverses for fact in facts}
    live = [fact for fact in facts if fact.reverses is None and fact.id not in undone]
    live = [fact for fact in live if not items[fact.item].applies_to]
    worst: dict[int, Entry] = {}
    for fact in live:
        if fact.gathering_id and fact.points < 0:
            now = worst.setdefault(fact.gathering_id, fact)
            worst[fact.gathering_id] = min(now, fact, key=lambda one: (one.points, one.occurred_on, one.id))
    live = [f for f in live if not (f.gathering_id and f.points < 0) or worst[f.gathering_id] is f]
    buckets: dict[str, list[tuple[Item, Entry]]] = defaultdict(list)
    for fact in live:
        item = items[fact.item]
        if item.part == part.code:
            buckets[item.group or f"item {item.id}"].append((item, fact))
    total = Fraction(part.initial) + sum(bucket(rows) for rows in buckets.values())
    if part.mode == "deduct_only":
        total = min(total, Fraction(part.initial))
    total = total if part.cap is None else min(total, Fraction(part.cap))
    return total if part.floor is None else max(total, Fraction(part.floor))


def bucket(rows: list[tuple[Item, Entry]]) -> Fraction:
    rule = rows[0][0]
    months: dict[str, list[Fraction]] = defaultdict(list)
    periods: dict[str, Fraction] = {}
    for item, fact in rows:
        size = Fraction(abs(item.pts)) * Fraction(fact.quantity)
        if item.cap_per_event is not None:
            size = min(size, Fraction(item.cap_per_event))
        if rule.unit in ("event", "hour"):
            months[fact.period].append(size)
            continue
        period = {"month": fact.period, "quarter": cycle_of("quarter", fact.period), "once": ""}[rule.unit]
        periods[period] = max(size, periods.get(period, Fraction(0)))
    add = max if rule.aggregate == "max" else sum
    sums = [Fraction(add(sizes)) for sizes in months.values()] + list(periods.values())
    if rule.cap_per_month is not None:
        sums = [min(one, Fraction(rule.cap_per_month)) for one in sums]
    size = Fraction(add(sums))
    size = size if rule.cap is None else min(size, Fraction(rule.cap))
    return size if rule.pts > 0 else -size
