"""A year made from the confirmed, printed totals of its cycles, exact, and rounded once."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from models.points.cycle import MONTHS, place_of
from models.points.exact import exactly, readable, round_half_up
from models.points.schemes.document import SchemeDocument
from models.points.schemes.stars import Grade
from models.points.star import star_within


@dataclass(frozen=True, slots=True)
class Year:
    """One member's year: `cycles` are those that have a result and were counted. Numbers are for reading."""

    cycles: tuple[str, ...]
    total_raw: Decimal
    total: Decimal
    star_by_total: int | None
    star_by_band: int | None


def year_of(
    document: SchemeDocument, totals: Iterable[tuple[str, Decimal]], *, grade: Grade | None = None
) -> Year | None:
    """Make the year from (cycle, printed total); None without any, or where the scheme makes no year.

    A cycle without a result is left out, never 0; weights are shared out over the cycles that are there.
    The limits of a cycle's total do not hold for the year. `grade` is that of the year's appraisal.
    """
    counted = sorted(totals)
    exact = _exact(document, counted)
    if exact is None:
        return None
    total = round_half_up(exact, document.rounding.scale)
    bands = document.year_bands or document.bands
    by_total, by_band = star_within(document, bands, total, grade)
    raw = readable(exact, document.rounding.scale)
    return Year(tuple(cycle for cycle, _ in counted), raw, total, by_total, by_band)


def _exact(document: SchemeDocument, counted: Sequence[tuple[str, Decimal]]) -> Fraction | None:
    if not counted:
        return None
    points = [exactly(total) for _, total in counted]
    whole = sum(points, Fraction(0))
    match document.aggregate_up:
        case "mean":
            return whole / len(points)
        case "sum":
            return whole
        case "last":
            return points[-1]
        case "weighted":
            weights = [document.year_weights[place_of(document.cycle, cycle)] for cycle, _ in counted]
            weighted = sum((weight * one for weight, one in zip(weights, points, strict=True)), Fraction(0))
            return weighted / sum(weights, Fraction(0))
        case None:
            return whole if MONTHS[document.cycle] == MONTHS["year"] else None
