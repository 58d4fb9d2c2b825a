"""Whether a meeting has decided all that the calculation leaves to it, and who is concerned."""

from collections.abc import Collection

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from models.people.member import Member, surname_order
from models.points.cycle import cycle_words
from models.points.schemes.procedure import Quorum
from models.points.seats import excellent_allowed
from models.ratings.meeting.quorum import needed
from models.ratings.procedure.beginning import RatingSeen
from models.ratings.procedure.rating import DONE, Rating
from models.ratings.runs.branch_facts import cycle_before
from models.ratings.runs.run import Reckoned
from models.refused import Refused

MOST_NAMED = 10


def check_decided(session: Session, seen: RatingSeen, reckoned: Reckoned) -> None:
    """Refuse a rating that a meeting has not decided to the end; its secretary reads the names.

    Refused: previous_open, excellent_over_limit, grade_missing, low_grades_missing, tie_open.
    """
    _check_before(session, seen)
    _check_excellent(session, seen, reckoned)
    missing = _with(reckoned, "grade_missing", "voices_missing")
    if missing:
        named = _names(session, missing)
        raise Refused("grade_missing", f"还有 {len(missing)} 位同志没有民主评议等次：{named}")
    _check_low(seen, reckoned)
    if tied := _with(reckoned, "meeting"):
        named = _names(session, tied)
        words = f"名额有限，{named}条件相同，请会议评定，写明给谁"
        raise Refused("tie_open", words)


def _check_before(session: Session, seen: RatingSeen) -> None:
    """Where points are carried over, the cycle before must be filed: a total that moves is no start."""
    if seen.document.initial_mode != "carry_over" or seen.first_day.month == 1:
        return
    before = cycle_before(seen.document, seen.rating.cycle)
    is_open = exists().where(
        Rating.branch_id == seen.branch.id, Rating.cycle == before, Rating.state.not_in(DONE)
    )
    if session.scalar(select(is_open)):
        raise Refused("previous_open", f"起始分要用上一期的总分，请先把{cycle_words(before)}的定星备案")


def _check_excellent(session: Session, seen: RatingSeen, reckoned: Reckoned) -> None:
    """At most a third of the full members may be 优秀, whatever the scheme says.

    Source: the regulations on the democratic appraisal of Party members.
    """
    own = [one for one in reckoned.facts.members if one.branch == seen.branch.id and one.status == "full"]
    excellent = [one.id for one in own if one.grade == "excellent"]
    allowed = min(excellent_allowed(seen.document, len(own)), len(own) // 3)
    if len(excellent) > allowed:
        named = _names(session, excellent)
        words = (
            f"评为优秀的有 {len(excellent)} 人：{named}；正式党员 {len(own)} 人，优秀最多 {allowed} 人，"
            "请会议更正"
        )
        raise Refused("excellent_over_limit", words)


def _check_low(seen: RatingSeen, reckoned: Reckoned) -> None:
    """Where a county asks for a least share of the two lower grades, the meeting gives it."""
    rule = seen.document.assessment
    if rule is None or rule.min_low_ratio is None:
        return
    own = [one for one in reckoned.facts.members if one.branch == seen.branch.id and one.status == "full"]
    graded = [one.grade for one in own if one.grade is not None]
    low = sum(grade in ("basically_qualified", "unqualified") for grade in graded)
    least = needed(Quorum(share=rule.min_low_ratio), len(graded))
    if low < least:
        words = f"积分办法规定基本合格和不合格合计不少于 {least} 人，现在是 {low} 人，请会议再评"
        raise Refused("low_grades_missing", words)


def _with(reckoned: Reckoned, *codes: str) -> list[int]:
    return [one.member_id for one in reckoned.results if any(reason.code in codes for reason in one.reasons)]


def _names(session: Session, ids: Collection[int]) -> str:
    names = sorted(session.scalars(select(Member.name).where(Member.id.in_(ids))), key=surname_order)
    more = f"等 {len(names)} 人" if len(names) > MOST_NAMED else ""
    return "、".join(names[:MOST_NAMED]) + more
