"""全年: what the filed cycles of a year come to, where a scheme rates shorter ones; nobody is rated by it."""

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from handlers.console.ratings.words import points_text, star_text
from handlers.edge import current
from models.people.org import Org
from models.points.cycle import cycle_words
from models.points.schemes.document import SchemeDocument
from models.points.schemes.sentences import YEAR_WORDS
from models.ratings.procedure.rating import Rating
from models.ratings.statement.year_result import YearRow, year_result, year_to_see


class YearLine(NamedTuple):
    """One member's year; `joined` only where the branch has two of the name. A dash where there is none."""

    name: str
    joined: int | None
    cycles: str
    total: str
    star: str


class YearShown(NamedTuple):
    """The latest year of a branch, in surname order: `how` it is made of the cycles that are filed."""

    year: int
    how: str
    lines: list[YearLine]


def year_shown(org: Org, ratings: Sequence[Rating]) -> YearShown | None:
    """Return a branch's latest year, None where the scheme rates by the year or nothing is filed yet."""
    session = current().session
    found = year_to_see(session, org, ratings)
    if found is None:
        return None
    year, document = found
    rows = year_result(session, org, year)
    names = Counter(row.member.name for row in rows)
    lines = [_line(document, row, is_namesake=names[row.member.name] > 1) for row in rows]
    return YearShown(year, YEAR_WORDS[str(document.aggregate_up)], lines)


def _line(document: SchemeDocument, row: YearRow, *, is_namesake: bool) -> YearLine:
    member, year = row.member, row.year
    joined = member.joined_on.year if is_namesake and member.joined_on else None
    if year is None:
        return YearLine(member.name, joined, "没有备案的期", "—", "—")
    cycles = "、".join(cycle_words(cycle)[5:] for cycle in year.cycles)
    total = points_text(year.total, document.rounding.scale)
    return YearLine(member.name, joined, cycles, total, star_text(document, year.star_by_band))
