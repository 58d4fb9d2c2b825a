"""The one schema of point schemes: what a town writes down, kept exactly, and the text that is hashed."""

import hashlib
import json
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Literal

from pydantic import Field, StrictBool, StrictInt, StringConstraints

from models.gatherings.gathering import GatheringKind
from models.gatherings.roll import Status
from models.points.cycle import CycleKind
from models.points.entry import Source
from models.points.exact import Points, Ratio
from models.points.schemes.piece import Code, LevelName, Note, Piece, SchemeCode, Title
from models.points.schemes.procedure import Step
from models.points.schemes.stars import Assessment, Band, Quota, TieKey, Total, Veto, YearBand

MOST_ITEMS = 500
Levels = Annotated[Mapping[LevelName, Points], Field(min_length=1, max_length=20)]
Version = Annotated[StrictInt, Field(ge=1, le=9999)]
NarrowPath = Annotated[str, StringConstraints(max_length=80)]
Unit = Literal["event", "hour", "month", "quarter", "once"]
# Only these can earn or cost: the rest say that somebody was not expected, or that nobody knows.
ScoredStatus = Literal[Status.PRESENT, Status.LATE, Status.LEFT_EARLY, Status.ABSENT]


class CategoryRule(Piece):
    """What a part is for one category of members, where it differs; None is as for everybody."""

    initial: Points | None = None
    cap: Points | None = None


Categories = Annotated[Mapping[Code, CategoryRule], Field(min_length=1, max_length=20)]


class Part(Piece):
    """One part of the total. `assess` takes its points from the appraisal's grade and has no items.

    With `by_month` each month is counted by itself, from initial to floor, and then their mean or sum.
    `open`: the source of the scheme does not tell all of this part.
    """

    code: Code
    title: Title
    initial: Points = Decimal(0)
    mode: Literal["add", "deduct_only"] = "add"
    cap: Points | None = None
    floor: Points | None = None
    weight: Ratio = Fraction(1)
    by_category: Categories | None = None
    by_month: Literal["mean", "sum"] | None = None
    open: StrictBool = False


class When(Piece):
    """At which gatherings, and recorded as what, an item is posted from the roll."""

    kinds: Annotated[tuple[GatheringKind, ...], Field(min_length=1, max_length=20)]
    status: Annotated[tuple[ScoredStatus, ...], Field(min_length=1, max_length=4)]


class Item(Piece):
    """One thing that earns or costs `pts` per unit, or by `levels` what its outcome gives.

    Caps are positive, whatever the sign of the points. Items of one `group` are counted as one item.
    `applies_to` names categories; None is everybody.
    """

    id: Code
    title: Title
    part: Code
    pts: Points = Decimal(0)
    levels: Levels | None = None
    unit: Unit = "event"
    source: Source = Source.MANUAL
    when: When | None = None
    review: StrictBool = False
    evidence: Literal["none", "optional", "required"] = "none"
    group: Code | None = None
    aggregate: Literal["sum", "max"] = "sum"
    cap: Points | None = None
    cap_per_month: Points | None = None
    cap_per_event: Points | None = None
    applies_to: Annotated[tuple[Code, ...], Field(min_length=1, max_length=20)] | None = None
    legal_basis: Note | None = None


class Rounding(Piece):
    """Places of the printed total; half is rounded away from zero."""

    scale: Annotated[StrictInt, Field(ge=0, le=4)]
    mode: Literal["half_up"] = "half_up"


class Parent(Piece):
    """The published scheme that a township's scheme narrows."""

    code: SchemeCode
    version: Version


class SchemeDocument(Piece):
    """One version of one town's scheme, whole. That its pieces agree is for `read_scheme` to see.

    `narrow` are the places that a township may narrow in a scheme of its own, whose `parent` is this one.
    `open` says what the source of the scheme does not tell: it can be drafted and not published.
    """

    code: SchemeCode
    version: Version
    title: Title
    cycle: CycleKind
    show_every: Literal["month", "quarter", "half"] | None = None
    aggregate_up: Literal["mean", "sum", "last", "weighted"] | None = None
    year_weights: Annotated[tuple[Ratio, ...], Field(max_length=12)] = ()
    year_bands: Annotated[tuple[YearBand, ...], Field(max_length=10)] = ()
    initial_mode: Literal["fixed", "carry_over"] = "fixed"
    carry_over_rate: Ratio | None = None
    category_change: Literal["by_month"] | None = None
    grade_source: Literal["annual_appraisal", "cycle_meeting"] | None = None
    meeting_adjust: Annotated[StrictInt, Field(ge=0, le=1)] = 0
    parts: Annotated[tuple[Part, ...], Field(min_length=1, max_length=20)]
    items: Annotated[tuple[Item, ...], Field(max_length=MOST_ITEMS)] = ()
    rounding: Rounding
    assessment: Assessment | None = None
    total: Total = Total()
    vetoes: Annotated[tuple[Veto, ...], Field(max_length=50)] = ()
    bands: Annotated[tuple[Band, ...], Field(max_length=10)] = ()
    quotas: Annotated[tuple[Quota, ...], Field(max_length=10)] = ()
    tie_break: Annotated[tuple[TieKey, ...], Field(max_length=4)] = ()
    exempt: Annotated[tuple[Code, ...], Field(max_length=20)] = ()
    probationary: Literal["score_only", "rate", "none"] = "score_only"
    publicity_workdays: Annotated[StrictInt, Field(ge=1, le=60)] = 5
    procedure: Annotated[tuple[Step, ...], Field(max_length=7)] = ()
    contact: Title | None = None
    basis: Note | None = None
    open: Annotated[tuple[Note, ...], Field(max_length=50)] = ()
    narrow: Annotated[tuple[NarrowPath, ...], Field(max_length=100)] = ()
    parent: Parent | None = None


def canonical(document: SchemeDocument) -> str:
    """Write the document as the one JSON text of its meaning: keys sorted, numbers as shortest text.

    What stands at its default is left out, so that a later field changes no sha of an older document.
    """
    content = document.model_dump(mode="json", exclude_defaults=True)
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def sha(document: SchemeDocument) -> str:
    """Return the SHA-256 of the canonical text, 64 hexadecimal digits."""
    return hashlib.sha256(canonical(document).encode()).hexdigest()


def attendance_items(document: SchemeDocument, kind: str, status: str) -> list[Item]:
    """List the items that a confirmed roll line of this status posts at a gathering of this primary kind.

    How somebody was recorded is not asked: a tick, a scan and a typed code are one status.
    """
    return [
        item
        for item in document.items
        if item.when and kind in item.when.kinds and status in item.when.status
    ]
