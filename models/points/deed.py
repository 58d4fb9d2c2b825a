"""A deed that is to count: of which item, when, how much of it, and for what it may be put down."""

import re
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

from sqlalchemy.orm import Session

from models.clock import day_of, long_day
from models.people.org import Org
from models.points.closing import filed_members, is_closed, refuse_closed
from models.points.cycle import cycle_of, cycle_words, cycles_between, span_of
from models.points.entry import Source
from models.points.exact import show
from models.points.schemes.document import Item, SchemeDocument
from models.points.schemes.published import Scheme, document_of
from models.points.schemes.use import scheme_for
from models.refused import Refused

LONGEST_TITLE, LONGEST_EVIDENCE = 60, 80
MOST_TIMES, MOST_HOURS = 31, 24
QUANTITY = re.compile(r"[0-9]{1,4}(\.[0-9]{1,2})?")
UNIT_TEXT = {"event": "次", "hour": "小时", "month": "月", "quarter": "季度", "once": "次"}


class Deed(NamedTuple):
    """What was done, in the proposer's words; `quantity` counts the item's units."""

    item: str
    occurred_on: date
    title: str
    quantity: Decimal = Decimal(1)
    level: str | None = None
    evidence: str | None = None


class Ground(NamedTuple):
    """Where a deed counts. `late`: its own cycle is filed, so it counts in the one that runs (上期事项)."""

    scheme: Scheme
    item: Item
    cycle: str
    period: str
    late: bool


def wrong(**fields: str) -> Refused:
    """Make the refusal of a form with what is wrong in which field."""
    return Refused("bad_proposal", next(iter(fields.values())), fields=fields)


def is_by_hand(item: Item) -> bool:
    """Say whether an item is put down by people: what a roll posts is never put down a second time."""
    return item.source is not Source.ATTENDANCE and item.when is None


def is_declared(item: Item) -> bool:
    """Say whether a member may declare an item: voluntary work and what is reviewed, never a deduction."""
    by_wish = item.source in (Source.SELF_DECLARE, Source.VOLUNTEER)
    earns = item.pts > 0 if item.levels is None else min(item.levels.values()) >= 0
    return is_by_hand(item) and earns and (by_wish or (item.source is Source.MANUAL and item.review))


def items_for(session: Session, branch: Org, *, declared: bool, now: datetime) -> Sequence[Item]:
    """Return what may be put down in this branch today, in the scheme's order; none without a scheme."""
    scheme = scheme_for(session, branch, f"{day_of(now):%Y-%m}")
    fits = is_declared if declared else is_by_hand
    return [item for item in document_of(scheme.document).items if fits(item)] if scheme else []


def each_points(item: Item, level: str | None) -> Decimal:
    """Return what one unit of an item gives, or what its outcome gives."""
    return item.pts if item.levels is None else item.levels[level or ""]


def worth(item: Item) -> str:
    """Say what an item gives: 每次 1 分; an item with outcomes says the value of each elsewhere."""
    return f"每{UNIT_TEXT[item.unit]} {show(item.pts)} 分" if item.unit != "once" else f"{show(item.pts)} 分"


def read_quantity(text: str) -> Decimal:
    """Read a quantity as people write it: 1, 2.5. Refused: bad_proposal."""
    text = text.strip()
    if QUANTITY.fullmatch(text) is None:
        raise wrong(quantity="请写一个数，例如 1 或 2.5")
    return Decimal(text)


def tidy_deed(deed: Deed) -> Deed:
    """Return the deed with its texts on one line. Refused: bad_proposal."""
    title, evidence = (" ".join((said or "").split()) for said in (deed.title, deed.evidence))
    if not 2 <= len(title) <= LONGEST_TITLE:
        raise wrong(title=f"请写做了什么，2 到 {LONGEST_TITLE} 个字")
    if len(evidence) > LONGEST_EVIDENCE:
        raise wrong(evidence=f"依据最多 {LONGEST_EVIDENCE} 个字，写文件或照片的名称就行")
    if not (title + evidence).isprintable():
        raise wrong(title="有看不见的符号，请重新输入")
    return deed._replace(title=title, evidence=evidence or None)


def check_deed(item: Item, deed: Deed) -> None:
    """Hold a deed against its item. Refused: item_not_by_hand, bad_proposal."""
    if not is_by_hand(item):
        raise Refused("item_not_by_hand", f"“{item.title}”由活动名册记分，不用另外登记")
    if item.levels is None and deed.level is not None:
        raise wrong(level="这一项不分结果")
    if item.levels is not None and deed.level not in item.levels:
        raise wrong(level=f"请选结果：{'、'.join(item.levels)}")
    if item.evidence == "required" and deed.evidence is None:
        raise wrong(evidence=f"“{item.title}”要写依据，例如文件的名称和文号")
    if (words := _quantity_words(item, deed.quantity)) is not None:
        raise wrong(quantity=words)


def _quantity_words(item: Item, quantity: Decimal) -> str | None:
    if not quantity.is_finite() or quantity <= 0:
        return "数量应当大于 0"
    if quantity > max(MOST_TIMES, MOST_HOURS):
        return f"数量太大了，一次最多 {MOST_HOURS if item.unit == 'hour' else MOST_TIMES}"
    if item.unit == "hour":
        fits = quantity <= MOST_HOURS and (whole := quantity * 100) == whole.to_integral_value()
        return None if fits else f"小时数最多 {MOST_HOURS}，最多两位小数"
    if item.unit != "event":
        return "这一项一期只计一次，数量写 1" if quantity != 1 else None
    return None if quantity == quantity.to_integral_value() else f"次数写 1 到 {MOST_TIMES} 的整数"


def ground_of(
    session: Session, branch: Org, member_ids: Sequence[int], item: str, occurred_on: date, *, now: datetime,
    hold: bool = False,
) -> Ground:  # fmt: skip
    """Return where a deed of this day counts: in its own cycle, or in the running one once that is filed.

    Only what happened in the running cycle or the one before it counts at all. Who came from another branch
    of the zone may have been rated there: then it is late for them. `hold` keeps the cycle open until the
    commit. Refused: bad_proposal (the day, or members who do not go together), no_scheme, unknown_item,
    cycle_closed.
    """
    today = day_of(now)
    if occurred_on > today:
        raise wrong(occurred_on="还没有到这一天，做完了再登记")
    if occurred_on.year < today.year - 2:
        raise wrong(occurred_on="太早了，请再看一下年份")
    month, this_month = f"{occurred_on:%Y-%m}", f"{today:%Y-%m}"
    running, running_cycle = _scheme_and_cycle(session, branch, this_month)
    scheme, cycle = _scheme_and_cycle(session, branch, month)
    if cycles_between(document_of(running.document).cycle, cycle, running_cycle) > 1:
        raise wrong(occurred_on=f"太早了，只登记{cycle_words(running_cycle)}和上一期的事")
    whom = set(member_ids)
    late = filed_members(session, whom, month, hold=hold)
    if is_closed(session, branch.id, cycle, hold=hold):
        late = whom
    if late and late != whom:
        raise wrong(members="名单里有的同志那一期是在别的支部评定的，已经备案；请分开登记")
    if late:
        if is_closed(session, branch.id, running_cycle, hold=hold):
            raise refuse_closed(running_cycle)
        scheme, cycle, month = running, running_cycle, this_month
    return Ground(scheme, item_named(document_of(scheme.document), item), cycle, month, bool(late))


def filed_until(session: Session, branch: Org, *, now: datetime) -> date | None:
    """Return the last day of the cycle before the running one if that is filed: such deeds come late."""
    today = day_of(now)
    scheme = scheme_for(session, branch, f"{today:%Y-%m}")
    if scheme is None:
        return None
    kind = document_of(scheme.document).cycle
    first = span_of(kind, cycle_of(kind, f"{today:%Y-%m}")).first_days[0]
    eve = first - timedelta(days=1)
    before = scheme_for(session, branch, f"{eve:%Y-%m}")
    if before is None:
        return None
    cycle = cycle_of(document_of(before.document).cycle, f"{eve:%Y-%m}")
    return eve if is_closed(session, branch.id, cycle) else None


def _scheme_and_cycle(session: Session, branch: Org, month: str) -> tuple[Scheme, str]:
    scheme = scheme_for(session, branch, month)
    if scheme is None:
        raise Refused("no_scheme", f"{int(month[:4])}年{int(month[5:])}月还没有积分办法，不能记分")
    return scheme, cycle_of(document_of(scheme.document).cycle, month)


def item_named(document: SchemeDocument, code: str) -> Item:
    """Return the scheme's item of this code. Refused: unknown_item."""
    found = next((item for item in document.items if item.id == code), None)
    if found is None:
        words = "那时的积分办法里没有这一项"
        raise Refused("unknown_item", words, fields={"item": words})
    return found


def refuse_late(ground: Ground, occurred_on: date) -> Refused:
    """Make the refusal that asks whether the deed may count as one of the last cycle (上期事项)."""
    words = (
        f"{long_day(occurred_on)}所在的周期已经备案，"
        f"这件事会作为上期事项记入{cycle_words(ground.cycle)}，日期仍写当天"
    )
    return Refused("late_fact", words, cycle=ground.cycle)
