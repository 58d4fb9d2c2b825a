"""What the calculation hands out: totals and stars with their reasons, and their one text for hashes."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any, Literal

from models.points.exact import show
from models.points.schemes.stars import Grade

# rated: stands for a star; probationary: only scored; the others are 不参评.
Standing = Literal["rated", "probationary", "exempt", "not_rated"]

# As long as one of these stands on anybody, the cycle cannot be confirmed.
UNDECIDED = frozenset({"grade_missing", "voices_missing", "excellent_over_limit", "meeting"})


@dataclass(frozen=True, slots=True)
class PartTally:
    """One part of the total. `cap` is its upper limit, None where it is open; all as they count, weighted.

    `pending` is the appraisal before its grade: read 待评, not 0.
    """

    code: str
    title: str
    initial: Decimal
    subtotal: Decimal
    cap: Decimal | None
    why: str
    pending: bool = False


@dataclass(frozen=True, slots=True)
class Score:
    """A member's points, exact where the calculation goes on. `base` is the subtotal of the part `base`."""

    parts: tuple[PartTally, ...]
    base: Fraction
    total_raw: Fraction
    total: Decimal
    pending: bool


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a star is what it is: a permanent word, and what the member reads."""

    code: str
    text: str


@dataclass(frozen=True, slots=True)
class Result:
    """One member's rating. Who is 不参评 has no total; no star is None, never 0. Numbers are for reading.

    `provisional`: the total still lacks the appraisal.
    """

    member_id: int
    branch: int
    standing: Standing
    parts: tuple[PartTally, ...]
    total_raw: Decimal | None
    total: Decimal | None
    provisional: bool
    grade: Grade | None
    star_by_total: int | None
    star_by_band: int | None
    star_by_quota: int | None
    star_final: int | None
    reasons: tuple[Reason, ...]

    @property
    def undecided(self) -> bool:
        """Say whether a meeting has still to decide something about this member or this branch."""
        return any(reason.code in UNDECIDED for reason in self.reasons)


def result_json(result: Result) -> dict[str, Any]:
    """Write a result as JSON content: numbers as shortest decimal text, None where there is none."""
    return {
        "member_id": result.member_id,
        "branch": result.branch,
        "standing": result.standing,
        "parts": [part_json(part) for part in result.parts],
        "total_raw": _text(result.total_raw),
        "total": _text(result.total),
        "provisional": result.provisional,
        "grade": result.grade,
        "star_by_total": result.star_by_total,
        "star_by_band": result.star_by_band,
        "star_by_quota": result.star_by_quota,
        "star_final": result.star_final,
        "reasons": [{"code": reason.code, "text": reason.text} for reason in result.reasons],
    }


def part_json(part: PartTally) -> dict[str, Any]:
    """Write one part as JSON content."""
    return {
        "code": part.code,
        "title": part.title,
        "initial": show(part.initial),
        "subtotal": show(part.subtotal),
        "cap": _text(part.cap),
        "why": part.why,
        "pending": part.pending,
    }


def results_text(results: Iterable[Result]) -> str:
    """Write results as the one text of what they say, in member order, keys sorted: what is hashed."""
    content = [result_json(result) for result in sorted(results, key=lambda one: one.member_id)]
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _text(value: Decimal | None) -> str | None:
    return None if value is None else show(value)
