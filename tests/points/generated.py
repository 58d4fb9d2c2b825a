"""Whole schemes and whole branches by chance: every rule of a scheme can appear, and bites often.

All is made from one number and a few sizes, so that a case is found again by them and shrinks with them.
"""

from calendar import monthrange
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from random import Random
from typing import Any

from hypothesis import strategies as st

from models.points.cycle import months_of
from models.points.facts import Category, Entry, Facts, MemberFacts, VetoFact
from models.points.schemes.checks import problems
from models.points.schemes.document import Item, SchemeDocument
from models.points.schemes.stars import Grade

CYCLE_OF = {"month": "2026-11", "quarter": "2026Q4", "half": "2026H2", "year": "2026"}
CATEGORIES = ("cadre", "resident", "floating", "veteran_or_ill")
GRADES: tuple[Grade, ...] = ("excellent", "qualified", "basically_qualified", "unqualified")
STATUSES = ("present", "late", "left_early", "absent")
KINDS = ("theme_day", "member_assembly", "lecture")
PARTS = ("base", "duty", "task", "bonus")
VOICES = ({"self": "1/3", "mutual": "2/3"}, {"mass": "0.4", "organisation": "0.6"})
PLUS = ("0.25", "0.5", "1", "1.5", "2", "3", "5")
Content = dict[str, Any]


def scheme_by(chance: Random) -> SchemeDocument:
    """A valid scheme of any shape: what does not agree in itself is drawn again."""
    while True:
        document = SchemeDocument.model_validate(_content(chance))
        if not problems(document):
            return document


def _content(chance: Random) -> Content:
    cycle = chance.choice(tuple(CYCLE_OF))
    parts = [
        _part(chance, code) for code in chance.sample(("base", "duty", "task", "bonus"), chance.randint(1, 4))
    ]
    assessed = chance.random() < 0.7
    items = [item for part in parts for item in _items(chance, part, cycle)]
    content: Content = {
        "code": "CHANCE",
        "version": 1,
        "title": "随机办法",
        "cycle": cycle,
        "parts": parts,
        "items": items,
        "rounding": {"scale": chance.randint(0, 2)},
        "exempt": chance.choice(([], ["veteran_or_ill"])),
        "probationary": chance.choice(("score_only", "rate", "none")),
        "meeting_adjust": chance.randint(0, 1),
        "tie_break": chance.sample(
            ("total_raw", "base_subtotal", "assessment_votes", "meeting_decision"), chance.randint(0, 4)
        ),
    }
    if chance.random() < 0.5:
        content["category_change"] = "by_month"
    if assessed:
        content["assessment"] = _assessment(chance)
        parts.append({"code": "assess", "title": "民主评议"} | _maybe(chance, 0.5, cap=10, weight="1/2"))
    _carry_over(chance, content)
    _stars(chance, content)
    return content


def _maybe(chance: Random, share: float, **fields: Any) -> Content:
    return {key: value for key, value in fields.items() if chance.random() < share}


def _part(chance: Random, code: str) -> Content:
    initial = chance.choice((0, 0, 10, "20.5", 60))
    size = Decimal(initial)
    part: Content = {"code": code, "title": "部分" + code.upper(), "initial": initial}
    part["mode"] = chance.choice(("add", "deduct_only")) if initial else "add"
    part |= _maybe(chance, 0.4, cap=str(size + chance.choice((0, 2, 8))), floor=str(chance.choice((0, -3))))
    part |= _maybe(chance, 0.2, weight=chance.choice(("1/3", "0.4", "0.5")))
    part |= _maybe(chance, 0.25, by_month=chance.choice(("mean", "sum")))
    if chance.random() < 0.3:
        part["by_category"] = {
            category: _category(chance, size) for category in chance.sample(CATEGORIES, chance.randint(1, 3))
        }
        if "cap" in part:  # a category may begin higher than the others
            most = [Decimal(rule.get("initial", initial)) for rule in part["by_category"].values()]
            part["cap"] = str(max([Decimal(part["cap"]), *most]))
    return part


def _category(chance: Random, size: Decimal) -> Content:
    initial = size + chance.choice((0, 5, 7))
    return {"initial": str(initial)} | _maybe(chance, 0.5, cap=str(initial + chance.choice((0, 3))))


def _items(chance: Random, part: Content, cycle: str) -> list[Content]:
    items = []
    for number in range(chance.randint(1, 4)):
        items.append(_item(chance, part, f"{part['code']}_{number}", cycle))
    if chance.random() < 0.4:
        items += _group(chance, part, cycle)
    return items


def _item(chance: Random, part: Content, code: str, cycle: str) -> Content:
    minus = part["mode"] == "deduct_only" or chance.random() < 0.3
    item: Content = {"id": code, "title": f"项目{code.upper()}", "part": part["code"]}
    units = ["event", "event", "month", "hour"]
    if "by_month" not in part:
        units += ["once"] + ["quarter"] * (cycle != "month")
    item["unit"] = unit = chance.choice(units)
    if unit != "hour" and chance.random() < 0.25:
        item["levels"] = {"好": chance.choice(PLUS), "一般": "0", "差": "-" + chance.choice(PLUS)}
    else:
        item["pts"] = ("-" if minus else "") + chance.choice(PLUS)
    item["source"] = chance.choice(("manual", "post", "dues")) if unit != "hour" else "training"
    if unit in ("event", "month") and "pts" in item and chance.random() < 0.5:
        # One kind of its own for each, so that no two deductions stand for the same thing.
        item["source"] = "attendance"
        item["when"] = {"kinds": [chance.choice(KINDS)], "status": ["late"]}
    if unit in ("event", "hour"):
        item |= _maybe(chance, 0.25, cap_per_event=chance.choice(("0.75", 2)))
    if unit in ("event", "hour", "month"):
        item |= _maybe(chance, 0.3, cap_per_month=chance.choice(("0.75", 2, 3)))
    if "by_month" not in part:
        item |= _maybe(chance, 0.3, cap=chance.choice((3, 6, "7.5")), aggregate="max")
    return item | _maybe(chance, 0.25, applies_to=chance.sample(CATEGORIES, chance.randint(1, 3)))


def _group(chance: Random, part: Content, cycle: str) -> list[Content]:
    """Some items that are counted as one: same sign, same unit, same caps."""
    like = _item(chance, part, f"{part['code']}_g", cycle) | {"group": f"group_{part['code']}"}
    like = {key: value for key, value in like.items() if key not in ("levels", "when", "applies_to")}
    if like["source"] == "attendance":
        like["source"] = "manual"
    sign = chance.choice(("", "-")) if "pts" not in like else "-" * like["pts"].startswith("-")
    return [
        like | {"id": f"{like['id']}{number}", "title": f"同组{number}", "pts": sign + chance.choice(PLUS)}
        for number in range(chance.randint(1, 3))
    ]


def _assessment(chance: Random) -> Content:
    rule: Content = {
        "points": {"excellent": 20, "qualified": "15.5", "basically_qualified": 10, "unqualified": 0},
        "max_excellent_ratio": chance.choice(("1/3", "0.20")),
        "max_star": chance.choice(({}, {"basically_qualified": 2, "unqualified": 0}, {"qualified": 3})),
    }
    if chance.random() < 0.2:
        rule["weights"] = chance.choice(
            ({"self": "1/3", "mutual": "2/3"}, {"mass": "0.4", "organisation": "0.6"})
        )
    return rule


def _carry_over(chance: Random, content: Content) -> None:
    """Let the one initial of a scheme be carried over, where it has just one and cycles within a year."""
    starts = [part for part in content["parts"] if Decimal(part.get("initial", 0)) or part.get("by_category")]
    if len(starts) == 1 and content["cycle"] != "year" and chance.random() < 0.7:
        content |= {"initial_mode": "carry_over", "carry_over_rate": chance.choice(("0.20", "1/3"))}


def _stars(chance: Random, content: Content) -> None:
    """Bands around what members will have, so that all of them are reached by some."""
    around = Decimal(8 if "assessment" in content else 0)
    for part in content["parts"]:
        around += Decimal(part.get("initial", 0)) * _decimal(part.get("weight", "1"))
    step, stars = chance.choice((2, 3, 6)), chance.randint(2, 5)
    lowest = around - step
    bands: list[Content] = [
        {"star": star, "min": str((lowest + step * (star - 1)).quantize(Decimal("0.01")))}
        for star in range(stars, 0, -1)
    ]
    if chance.random() < 0.3:
        content["vetoes"] = [
            {"id": "zero", "title": "受到处分", "effect": "set_zero"},
            {"id": "low", "title": "不作为", "effect": "max_star", "max_star": chance.randint(0, 2)},
            {"id": "out", "title": "失信", "effect": "not_rated", "valid_cycles": 2},
            {"id": "talk", "title": "被约谈", "effect": "manual"},
        ]
        bands[0] |= _maybe(chance, 0.5, no_veto=True)
    if "assessment" in content:
        bands[0] |= _maybe(chance, 0.6, min_grade="excellent")
        bands[1] |= _maybe(chance, 0.3, min_grade="qualified")
    bands[0] |= _maybe(chance, 0.3, min_months=1)
    content["bands"] = bands
    content["quotas"] = [
        {"star": band["star"], "max_ratio": chance.choice(("0.20", "1/3", "0.05"))}
        | {"overflow": "report" if band["star"] == 1 or chance.random() < 0.2 else "down"}
        | _maybe(chance, 0.3, base="all", min_one=True, scope="township")
        for band in bands[: chance.randint(0, 3)]
    ]
    if chance.random() < 0.4:
        content["total"] = {"min": 0} | _maybe(
            chance, 0.5, max=str(max(Decimal(bands[0]["min"]) + 2, Decimal(3)))
        )


def _decimal(ratio: str) -> Decimal:
    exact = Fraction(ratio)
    return Decimal(exact.numerator) / Decimal(exact.denominator)


@dataclass
class Numbers:
    """Numbers of entries, given out once each."""

    last: int = 0

    def next(self) -> int:
        self.last += 1
        return self.last


def member_by(
    chance: Random, document: SchemeDocument, cycle: str, number: int, branch: int, entries: int, ids: Numbers
) -> MemberFacts:
    """One member of any standing, with up to so many entries and some of them reversed."""
    months = months_of(cycle)
    first = date.fromisoformat(f"{months[0]}-01")
    status = "probationary" if chance.random() < 0.12 else "full"
    grade = chance.choices((*GRADES, None), (3, 9, 2, 1, 1))[0] if status == "full" else None
    voices: tuple[tuple[str, Grade], ...] = ()
    if document.assessment and document.assessment.weights and chance.random() < 0.9:
        voices = tuple((voice, chance.choice(GRADES)) for voice in sorted(document.assessment.weights))
    vetoes: tuple[VetoFact, ...] = ()
    if document.vetoes and chance.random() < 0.15:
        veto = chance.choice(document.vetoes)
        vetoes = (VetoFact(veto.id, chance.choice((cycle, _before(cycle))), "〔2026〕1号"),)
    return MemberFacts(
        id=number,
        branch=branch,
        status="full" if status == "full" else "probationary",
        since=chance.choice((None, None, first + timedelta(days=chance.randint(-20, 80)))),
        categories=_categories(chance, first),
        not_rated=chance.random() < 0.05,
        grade=grade,
        votes=chance.choice((None, 3, 7)),
        at_host=chance.random() < 0.05,
        voices=voices,
        vetoes=vetoes,
        previous_total=chance.choice((None, Decimal("82.0"), Decimal("33.3"))),
        adjust=chance.choice((0, 0, 0, 0, 1, -1)) if document.meeting_adjust else 0,
        entries=entries_by(chance, document, months, chance.randint(0, entries), ids),
    )


def _before(cycle: str) -> str:
    return {"2026-11": "2026-10", "2026Q4": "2026Q3", "2026H2": "2026H1", "2026": "2025"}[cycle]


def _categories(chance: Random, first: date) -> tuple[Category, ...]:
    """No category, one all along, or one after the other with a change inside the cycle."""
    one, other = chance.choices(CATEGORIES, (3, 6, 2, 1), k=2)
    change = first + timedelta(days=chance.randint(1, 95))
    match chance.randint(0, 3):
        case 0:
            return ()
        case 1:
            return (Category(one, first - timedelta(days=400)),)
        case 2:
            return (Category(one, first, change), Category(other, change + timedelta(days=1)))
        case _:
            return (Category(one, first - timedelta(days=9), change),)


def entries_by(
    chance: Random, document: SchemeDocument, months: list[str], most: int, ids: Numbers
) -> tuple[Entry, ...]:
    """Entries of one member: most of this cycle, some late, some beside it, some taken back."""
    entries = [_entry(chance, chance.choice(document.items), chance.choice(months), ids) for _ in range(most)]
    if entries and chance.random() < 0.1:
        entries.append(replace(entries[0], id=ids.next(), period="2025-03", occurred_on=date(2025, 3, 8)))
    if entries and chance.random() < 0.05:
        entries.append(replace(entries[0], id=ids.next(), item="gone"))
    undone = [entry for entry in entries if chance.random() < 0.12]
    for entry in undone:
        period = chance.choice((entry.period, "2027-01"))
        entries.append(
            replace(
                entry, id=ids.next(), points=-entry.points, reverses=entry.id, period=period, title="冲回"
            )
        )
    return tuple(entries)


def _entry(chance: Random, item: Item, period: str, ids: Numbers) -> Entry:
    year, month = int(period[:4]), int(period[5:])
    day = date(year, month, chance.randint(1, monthrange(year, month)[1]))
    quantity = Decimal(1)
    if item.unit == "hour":
        quantity = Decimal(chance.randint(1, 16)) / 4
    elif item.unit == "event" and item.levels is None and chance.random() < 0.1:
        quantity = Decimal(2)
    level = chance.choice(tuple(item.levels)) if item.levels and chance.random() < 0.95 else None
    points = (item.levels[level] if item.levels and level else item.pts) * quantity
    return Entry(
        id=ids.next(),
        item=item.id,
        period=period,
        occurred_on=day + timedelta(days=40) if chance.random() < 0.05 else day,
        quantity=quantity,
        points=points + 1 if chance.random() < 0.03 else points,
        source=item.source.value,
        gathering_id=chance.randint(1, 4) if item.source == "attendance" else None,
        level=level,
    )


def facts_by(chance: Random, document: SchemeDocument, branches: int, members: int, entries: int) -> Facts:
    """Branches of up to so many members each, and at times the seats that a meeting gave."""
    cycle, ids = CYCLE_OF[document.cycle], Numbers()
    people = [
        member_by(chance, document, cycle, 100 * branch + number, branch, entries, ids)
        for branch in range(1, branches + 1)
        for number in range(1, chance.randint(1, members) + 1)
    ]
    if chance.random() < 0.6:
        people = _fewer_excellent(people)
    seats = tuple(
        (quota.star, frozenset(one.id for one in people if chance.random() < 0.3))
        for quota in document.quotas
        if chance.random() < 0.5
    )
    chance.shuffle(people)
    return Facts(cycle, tuple(people), seats)


def _fewer_excellent(people: list[MemberFacts]) -> list[MemberFacts]:
    """Keep to the third, so that stars are given in most branches."""
    kept: list[MemberFacts] = []
    for one in people:
        full = sum(other.branch == one.branch and other.status == "full" for other in people)
        had = sum(other.branch == one.branch and other.grade == "excellent" for other in kept)
        kept.append(replace(one, grade="qualified") if one.grade == "excellent" and had >= full // 5 else one)
    return kept


@st.composite
def rated_cases(
    draw: st.DrawFn, branches: int = 2, members: int = 12, entries: int = 8
) -> tuple[SchemeDocument, Facts]:
    """A scheme and all that is rated under it."""
    sizes = draw(st.integers(1, branches)), draw(st.integers(1, members)), draw(st.integers(0, entries))
    chance = Random(draw(st.integers(0, 2**32)))
    document = scheme_by(chance)
    return document, facts_by(chance, document, *sizes)
