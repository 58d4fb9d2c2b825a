"""What a rating is made from: who belongs where, what was entered, and what meetings decided."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Annotated, ClassVar, Literal

from pydantic import (
    BeforeValidator,
    ConfigDict,
    Field,
    StrictBool,
    StrictInt,
    StrictStr,
    TypeAdapter,
    ValidationError,
)

from models.points.cycle import CYCLE, PERIOD
from models.points.entry import Source
from models.points.problem import Problem, in_words, misshapen
from models.points.schemes.piece import Code, LevelName
from models.points.schemes.stars import Grade
from models.points.strict_json import UnreadableJSON, parse_json
from models.refused import Refused

DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
SOURCES = frozenset(source.value for source in Source)
# What the ledger can hold: points and quantities have up to four decimals.
AMOUNT = re.compile(r"-?[0-9]{1,7}(\.[0-9]{1,4})?")


def _day(value: object) -> object:
    if isinstance(value, date):
        return value
    if isinstance(value, str) and DAY.fullmatch(value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass
    raise ValueError("日期写成 2026-10-25 这样")


def _amount(value: object) -> object:
    text = str(value) if isinstance(value, str | int | Decimal) and not isinstance(value, bool) else ""
    if AMOUNT.fullmatch(text) is None:
        raise ValueError("应当是一个数，最多 4 位小数，例如 3 或 -0.5")
    return Decimal(text)


def _quantity(value: object) -> object:
    amount = _amount(value)
    if not isinstance(amount, Decimal) or amount <= 0:
        raise ValueError("数量应当大于 0")
    return amount


def _written(pattern: re.Pattern[str], example: str) -> Callable[[object], object]:
    def check(value: object) -> object:
        if not isinstance(value, str) or pattern.fullmatch(value) is None:
            raise ValueError(f"写成 {example} 这样")
        return value

    return check


def _source(value: object) -> object:
    if not isinstance(value, str) or value not in SOURCES:
        raise ValueError(f"只能是 {'、'.join(Source)}")
    return value


def _pairs(value: object) -> object:
    """Read {"name": what} as pairs; the order is that of the names."""
    if isinstance(value, dict):
        return tuple(sorted(value.items()))
    if isinstance(value, tuple):
        return value
    raise ValueError("应当是一组“名称: 值”")


def _seats(value: object) -> object:
    if isinstance(value, dict) and not all(re.fullmatch("[1-9]|10", star) for star in value):
        raise ValueError("星级写成 1 到 10")
    pairs = _pairs(value)
    return [[int(star), ids] for star, ids in pairs] if isinstance(pairs, tuple) else pairs


Day = Annotated[date, BeforeValidator(_day)]
Amount = Annotated[Decimal, BeforeValidator(_amount)]
Quantity = Annotated[Decimal, BeforeValidator(_quantity)]
Cycle = Annotated[str, BeforeValidator(_written(CYCLE, "2026、2026H2、2026Q4 或 2026-11"))]
Period = Annotated[str, BeforeValidator(_written(PERIOD, "2026-11"))]
From = Annotated[str, BeforeValidator(_source)]
Id = Annotated[StrictInt, Field(ge=1)]


@dataclass(frozen=True, slots=True)
class Entry:
    """One fact of the ledger. `points` is what was posted; `period` is the month it belongs to.

    `level` is the outcome, for items that have several outcomes in place of points.
    """

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    id: Id
    item: Code
    period: Period
    occurred_on: Day
    quantity: Quantity
    points: Amount
    source: From
    gathering_id: Id | None = None
    reverses: Id | None = None
    title: StrictStr | None = None
    level: LevelName | None = None


@dataclass(frozen=True, slots=True)
class Category:
    """A member's category from one day to another, both included; `to_on` None is still open."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    code: Code
    from_on: Day
    to_on: Day | None = None

    def holds(self, day: date) -> bool:
        """Say whether this is the category on `day`."""
        return self.from_on <= day and (self.to_on is None or day <= self.to_on)


@dataclass(frozen=True, slots=True)
class VetoFact:
    """A decision that one of the scheme's vetoes (`id`) applies, made in `cycle` by this document."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    id: Code
    cycle: Cycle
    document: StrictStr


@dataclass(frozen=True, slots=True)
class MemberFacts:
    """One member as the rating sees the member.

    `status` and `not_rated` hold on the cycle's last day; `since` is the first day on the roster of a
    branch here, None if all along. `votes` are the excellent votes of the appraisal; `voices` the grades
    by voice where a scheme weighs several; `previous_total` the printed total of the cycle before;
    `adjust` the level by which the meeting moved the star. `at_host` where the branch the member lives
    with appraised the member.
    """

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    id: Id
    branch: Id
    status: Literal["full", "probationary"] = "full"
    since: Day | None = None
    categories: tuple[Category, ...] = ()
    not_rated: StrictBool = False
    grade: Grade | None = None
    votes: Annotated[StrictInt, Field(ge=0)] | None = None
    at_host: StrictBool = False
    voices: Annotated[tuple[tuple[Code, Grade], ...], BeforeValidator(_pairs)] = ()
    vetoes: tuple[VetoFact, ...] = ()
    previous_total: Amount | None = None
    adjust: Literal[-1, 0, 1] = 0
    entries: tuple[Entry, ...] = ()

    def category(self, day: date) -> str | None:
        """Return the code of the category held on `day`, None if there is none."""
        return next((one.code for one in self.categories if one.holds(day)), None)


@dataclass(frozen=True, slots=True)
class Facts:
    """All that one rating is made from: one branch, or several of one township.

    `seats`: for a star, the members to whom the meeting gave the seats that a tie had left open.
    """

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    cycle: Cycle
    members: tuple[MemberFacts, ...]
    seats: Annotated[tuple[tuple[StrictInt, frozenset[Id]], ...], BeforeValidator(_seats)] = ()


FACTS: TypeAdapter[Facts] = TypeAdapter(Facts)


def read_facts(text: str | bytes) -> Facts:
    """Read facts from JSON text, numbers kept as the decimals that were written.

    Refused: facts_invalid, with fields=[{"path": "members[2].grade", "message": …}, …], every one found.
    """
    try:
        return facts_of(parse_json(text))
    except UnreadableJSON as error:
        raise facts_refused([Problem("", str(error))]) from None


def facts_of(content: object) -> Facts:
    """Read facts from JSON content. Refused: facts_invalid, as `read_facts`."""
    try:
        facts = FACTS.validate_python(content)
    except ValidationError as error:
        raise facts_refused(misshapen(error)) from None
    if disagreements := list(_disagreements(facts)):
        raise facts_refused(disagreements)
    return facts


def facts_refused(found: Sequence[Problem]) -> Refused:
    """Make the refusal of facts that cannot be used: where in the JSON, and why."""
    return Refused("facts_invalid", **in_words("核算用的材料", found))


def _disagreements(facts: Facts) -> Iterator[Problem]:
    members = Counter(member.id for member in facts.members)
    ids = Counter(entry.id for member in facts.members for entry in member.entries)
    for at, member in enumerate(facts.members):
        path = f"members[{at}]"
        if members[member.id] > 1:
            yield Problem(f"{path}.id", "同一个编号写了两次")
        if not _apart(member.categories):
            yield Problem(f"{path}.categories", "同一天只能属于一个类别")
        own = {entry.id: entry for entry in member.entries}
        undone = Counter(entry.reverses for entry in member.entries)
        for place, entry in enumerate(member.entries):
            path = f"members[{at}].entries[{place}]"
            if ids[entry.id] > 1:
                yield Problem(f"{path}.id", "同一个编号写了两次")
            if entry.source == Source.ATTENDANCE and entry.gathering_id is None:
                yield Problem(f"{path}.gathering_id", "来源是到会的要写活动的编号")
            if entry.reverses is None:
                continue
            original = own.get(entry.reverses)
            if undone[entry.reverses] > 1:
                yield Problem(f"{path}.reverses", "一条只能冲回一次")
            if original is not None and original.reverses is not None:
                yield Problem(f"{path}.reverses", "冲回的一条不能再冲回")


def _apart(categories: tuple[Category, ...]) -> bool:
    """Say whether no day has two categories; a spell called off before it began covers none."""
    days = sorted((one.from_on, one.to_on or date.max) for one in categories)
    days = [span for span in days if span[0] <= span[1]]
    return all(one[1] < other[0] for one, other in pairwise(days))
