"""Whose numbers differ from the run before, and why: 上次 86.5 分，这次 88.5 分：新增志愿服务 2 次."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from handlers.console.ratings.rows import STANDING_TEXT
from handlers.console.ratings.words import points_text, star_text
from handlers.edge import current
from models.points.exact import show
from models.points.explanation import COUNTED_IN
from models.points.grade_words import grade_text
from models.points.schemes.document import SchemeDocument
from models.ratings.procedure.beginning import RatingSeen
from models.ratings.procedure.listing import differences
from models.ratings.runs.results import RatingRun
from models.ratings.runs.since_last import Posted, posted_since, run_before

Changes = Mapping[str, tuple[Any, Any]]


class Changed(NamedTuple):
    """One member and what is said of the change."""

    member_id: int
    name: str
    words: str


def changed_since(seen: RatingSeen, run: RatingRun) -> list[Changed]:
    """Return who differs from the run before, in surname order; none for a first run."""
    session = current().session
    before = run_before(session, run)
    if before is None:
        return []
    posted = posted_since(session, run, before)
    return [
        Changed(
            one.member.id,
            one.member.name,
            _words(seen.document, one.changes, posted.get(one.member.id, ())),
        )
        for one in differences(session, run.id)
    ]


def _words(document: SchemeDocument, changes: Changes, posted: Sequence[Posted]) -> str:
    if "standing" in changes:
        was, now = changes["standing"]
        if was is None:
            return "这次新列入名册"
        if now is None:
            return "这次不在名册上"
    why = "，".join([*_posted(document, posted), *_decided(document, changes)])
    if "total" not in changes:
        return why or "评定的经过有变化，结果没有变"
    was, now = (points_text(number, document.rounding.scale) for number in changes["total"])
    numbers = f"上次 {was or '没有总'} 分，这次 {now or '没有总'} 分"
    return f"{numbers}：{why}" if why else numbers


def _posted(document: SchemeDocument, posted: Sequence[Posted]) -> Iterator[str]:
    """Yield what the ledger took in: 新增志愿服务 2 次; items in the order of the scheme."""
    for item in document.items:
        for one in posted:
            if one.item == item.id:
                how = "冲回" if one.undone else "新增"
                yield f"{how}{item.title} {show(one.quantity)} {COUNTED_IN.get(item.unit, '次')}"


def _decided(document: SchemeDocument, changes: Changes) -> Iterator[str]:
    """Yield what people decided: the grade, the standing, the star."""
    if "standing" in changes:
        was, now = (STANDING_TEXT.get(word, "参评") for word in changes["standing"])
        yield f"由{was}改为{now}"
    if "grade" in changes:
        was, now = (grade_text(word) for word in changes["grade"])
        yield f"等次由{was}改为{now}" if was and now else f"等次定为{now}" if now else "等次撤回"
    if "star_final" in changes:
        was, now = (star_text(document, star) if star else "" for star in changes["star_final"])
        yield f"星级由{was}变为{now}" if was and now else f"星级为{now}" if now else f"不再是{was}"
