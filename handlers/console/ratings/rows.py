"""The results of a run as the pages and papers show them: by group, surnames within, words for numbers."""

from collections import Counter
from decimal import Decimal
from typing import Any, NamedTuple

from handlers.console.ratings.words import earned_and_lost, points_text, star_text
from handlers.edge import current
from models.points.grade_words import grade_text
from models.points.schemes.document import SchemeDocument
from models.ratings.procedure.beginning import RatingSeen
from models.ratings.procedure.listing import ResultRow, results_of
from models.ratings.procedure.rating import DECIDING
from models.ratings.runs.results import RatingRun
from models.ratings.runs.run import last_run

STANDING_TEXT = {"probationary": "预备党员", "not_rated": "不参评", "exempt": "不参评"}
APART = ("not_rated", "exempt")


class Row(NamedTuple):
    """One member's result in words; numbers are empty where there are none. `year` tells namesakes apart."""

    member_id: int
    name: str
    year: int | None
    standing: str
    parts: tuple[str, ...]
    terms: tuple[str, ...]  # of the sum: 基础分 60.0
    total: str
    star: str
    star_final: int | None
    suggested: str
    grade: str
    initial: str
    earned: str
    lost: str
    reasons: tuple[tuple[str, str], ...]  # code and words

    def said(self, *codes: str) -> list[str]:
        """Return the words of the reasons with these codes."""
        return [words for code, words in self.reasons if code in codes]


def rows_by_group(seen: RatingSeen, run: RatingRun) -> list[tuple[str, list[Row]]]:
    """Return the results of a run under the names of the groups, in surname order. One statement."""
    found = results_of(current().session, run.id)
    borne = Counter(row.member.name for row in found)
    groups: dict[str, list[Row]] = {}
    for one in found:
        name = one.group.name if one.group else seen.branch.name
        groups.setdefault(name, []).append(_row(seen.document, one, several=borne[one.member.name] > 1))
    return list(groups.items())


def _row(document: SchemeDocument, one: ResultRow, *, several: bool) -> Row:
    result, scale = one.result, document.rounding.scale
    parts: list[dict[str, Any]] = result.detail["parts"]
    initial, earned, lost = earned_and_lost(parts)
    texts = tuple("待评" if part["pending"] else points_text(part["subtotal"], scale) for part in parts)
    joined = one.member.joined_on
    return Row(
        member_id=one.member.id,
        name=one.member.name,
        year=joined.year if several and joined else None,
        standing=STANDING_TEXT.get(result.standing, ""),
        parts=texts,
        terms=tuple(f"{part['title']} {text}" for part, text in zip(parts, texts, strict=True)),
        total=points_text(result.total, scale),
        star=_star(document, one),
        star_final=result.star_final,
        suggested=star_text(document, result.star_by_quota) if result.standing == "rated" else "",
        grade=grade_text(result.grade),
        initial=points_text(initial, scale) if parts else "",
        earned=_amount(earned, scale) if parts else "",
        lost=_amount(lost, scale) if parts else "",
        reasons=tuple((reason["code"], reason["text"]) for reason in result.detail["reasons"]),
    )


def _star(document: SchemeDocument, one: ResultRow) -> str:
    if one.result.standing in APART:
        return "不参评"
    if one.result.star_final is None and one.result.standing == "rated":
        open_ = one.result.detail["provisional"] or any(
            reason["code"] in ("meeting", "excellent_over_limit", "pool_open")
            for reason in one.result.detail["reasons"]
        )
        return "待评" if open_ else "不评星级"
    return star_text(document, one.result.star_final)


def _amount(number: Decimal, scale: int) -> str:
    return points_text(number, scale) if number else "0"


def results_shown(seen: RatingSeen, *, hidden: bool = False) -> dict[str, Any]:
    """Return what a page needs to show the last run; nothing before the first, or where it is hidden."""
    run = None if hidden else last_run(current().session, seen.rating.id)
    return {
        "run": run,
        "groups": rows_by_group(seen, run) if run else [],
        "final": seen.rating.state not in DECIDING,
    }
