"""The total by the rules as sentences, in fractions, and without saying who carries a cut."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from fractions import Fraction

from models.points.cycle import cycle_of, months_of
from models.points.facts import Entry, MemberFacts
from models.points.schemes.document import Item, Part, SchemeDocument

Worth = tuple[Item, Entry, Fraction]


def second_total(document: SchemeDocument, member: MemberFacts, cycle: str) -> Fraction:
    """The sum of the parts, before the limits of the total."""
    months = months_of(cycle)
    live = one_deduction_a_gathering(document, worths(document, member, months))
    return sum((part_by(document, part, member, live, months) for part in document.parts), Fraction(0))


def worths(document: SchemeDocument, member: MemberFacts, months: list[str]) -> list[Worth]:
    """Every entry that lives, with what the scheme gives for it."""
    items = {item.id: item for item in document.items}
    undone = {entry.reverses for entry in member.entries}
    found = []
    for entry in member.entries:
        item = items.get(entry.item)
        if entry.period not in months or entry.reverses is not None or entry.id in undone or item is None:
            continue
        if item.applies_to and member.category(entry.occurred_on) not in item.applies_to:
            continue
        each = item.pts if item.levels is None else item.levels.get(entry.level or "")
        if each is not None:
            found.append((item, entry, Fraction(each) * Fraction(entry.quantity)))
    return found


def one_deduction_a_gathering(document: SchemeDocument, live: list[Worth]) -> list[Worth]:
    order = [item.id for item in document.items]
    worst: dict[int, Worth] = {}
    for one in live:
        item, entry, worth = one
        if worth < 0 and entry.source == "attendance" and entry.gathering_id:
            key = entry.gathering_id
            now = worst.setdefault(key, one)
            weight = (worth, order.index(item.id), entry.period, entry.occurred_on)
            least = (now[2], order.index(now[0].id), now[1].period, now[1].occurred_on)
            worst[key] = one if weight < least else now
    kept = {one[1].id for one in worst.values()}
    return [
        one
        for one in live
        if one[2] >= 0 or one[1].source != "attendance" or not one[1].gathering_id or one[1].id in kept
    ]


def part_by(
    document: SchemeDocument, part: Part, member: MemberFacts, live: list[Worth], months: list[str]
) -> Fraction:
    if part.code == "assess":
        value = grade_by(document, member)
        value = value if part.cap is None else min(value, Fraction(part.cap))
        return max(value, value if part.floor is None else Fraction(part.floor)) * part.weight
    own = [one for one in live if one[0].part == part.code]
    rules = [rule_by(document, part, member, month, months) for month in months]
    if part.by_month:
        values = [
            held(part, initial, cap, sum_by([one for one in own if one[1].period == month]))
            for month, (initial, cap) in zip(months, rules, strict=True)
        ]
        total = sum(values, Fraction(0))
        return (total / len(months) if part.by_month == "mean" else total) * part.weight
    initial = sum((one for one, _ in rules), Fraction(0)) / len(rules)
    caps = [cap for _, cap in rules if cap is not None]
    cap = sum(caps, Fraction(0)) / len(caps) if len(caps) == len(rules) else None
    return held(part, initial, cap, sum_by(own)) * part.weight


def grade_by(document: SchemeDocument, member: MemberFacts) -> Fraction:
    rule = document.assessment
    if rule is None or member.grade is None or member.status == "probationary":
        return Fraction(0)
    points = {grade: Fraction(value) for grade, value in dict(rule.points).items()}
    if rule.weights is None:
        return points[member.grade]
    told = dict(member.voices)
    if any(voice not in told for voice in rule.weights):
        return Fraction(0)
    return sum((points[told[voice]] * share for voice, share in rule.weights.items()), Fraction(0))


def rule_by(
    document: SchemeDocument, part: Part, member: MemberFacts, month: str, months: list[str]
) -> tuple[Fraction, Fraction | None]:
    """Initial points and cap of one month."""
    if document.category_change == "by_month":
        day = date.fromisoformat(f"{month}-01")
        if member.since is not None and member.since > day:
            day = member.since
    else:
        year, last = int(months[-1][:4]), int(months[-1][5:])
        day = date.fromordinal(date(year + last // 12, last % 12 + 1, 1).toordinal() - 1)
    rule = (part.by_category or {}).get(member.category(day) or "")
    initial = part.initial if rule is None or rule.initial is None else rule.initial
    cap = part.cap if rule is None or rule.cap is None else rule.cap
    start = Fraction(initial)
    begins = part.initial or any(one.initial for one in (part.by_category or {}).values())
    first = months[0].endswith("-01")
    if document.carry_over_rate and begins and member.previous_total is not None and not first:
        start = document.carry_over_rate * Fraction(member.previous_total)
    return start, None if cap is None else Fraction(cap)


def held(part: Part, initial: Fraction, cap: Fraction | None, points: Fraction) -> Fraction:
    value = initial + points
    if part.mode == "deduct_only":
        value = min(value, initial)
    if cap is not None:
        value = min(value, cap)
    return value if part.floor is None else max(value, Fraction(part.floor))


def sum_by(own: Iterable[Worth]) -> Fraction:
    buckets: dict[str, list[Worth]] = defaultdict(list)
    for one in own:
        buckets[one[0].group or f"item {one[0].id}"].append(one)
    return sum((bucket_by(rows) for rows in buckets.values()), Fraction(0))


def bucket_by(rows: list[Worth]) -> Fraction:
    rule = rows[0][0]
    events = [
        (entry.period, worth if item.cap_per_event is None else clamp(worth, Fraction(item.cap_per_event)))
        for item, entry, worth in rows
    ]
    if rule.unit in ("month", "quarter", "once"):
        periods: dict[str, tuple[str, Fraction]] = {}
        for period, worth in sorted(events):
            key = {"month": period, "quarter": cycle_of("quarter", period), "once": ""}[rule.unit]
            best = periods.setdefault(key, (period, worth))
            periods[key] = max(best, (period, worth), key=lambda one: (abs(one[1]), one[1]))
        events = list(periods.values())
    if rule.aggregate == "max":
        events = [max(events, key=lambda one: (abs(one[1]), one[1]))]
    by_month: dict[str, Fraction] = defaultdict(Fraction)
    for period, worth in events:
        by_month[period] += worth
    sums = list(by_month.values())
    if rule.cap_per_month is not None:
        sums = [clamp(one, Fraction(rule.cap_per_month)) for one in sums]
    total = sum(sums, Fraction(0))
    return total if rule.cap is None else clamp(total, Fraction(rule.cap))


def clamp(value: Fraction, size: Fraction) -> Fraction:
    return max(-size, min(size, value))
