"""The next step of a rating as a card: what, who, until when, what it does, and the one button."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import NamedTuple

from flask import url_for

from handlers.console.ratings.words import LEADS, STEP_SAYS, long_day, who_acts
from handlers.edge import current
from handlers.identity import staff
from models.clock import day_of, day_text
from models.people.rights import Verb, may
from models.points.cycle import cycle_words
from models.ratings.meeting.roster import graded_roster, grades_of
from models.ratings.procedure.beginning import RatingSeen
from models.ratings.procedure.outstanding import unsettled_in
from models.ratings.procedure.procedure import BACK
from models.ratings.procedure.progress import StepView
from models.ratings.procedure.rating import Act, RatingAct
from models.ratings.procedure.step import BY_BRANCH
from models.ratings.procedure.trail import Done
from models.ratings.publicity.board import board_of
from models.ratings.runs.run import last_run


class Next(NamedTuple):
    """The card of the next step; without a button it is somebody else's turn."""

    cycle: str
    title: str
    who: str
    until: str
    waits: str
    says: tuple[str, ...]
    button: str
    address: str
    back: str


def until_words(due_on: date | None) -> str:
    """Say until when: 12月31日 周四以前; the year is named where it is another one."""
    if due_on is None:
        return ""
    year = "" if due_on.year == day_of(current().now).year else f"{due_on.year}年"
    return f"{year}{day_text(due_on)}以前"


def next_card(
    seen: RatingSeen, steps: Sequence[StepView], trail: Sequence[Done], *, tells: bool = True
) -> Next | None:
    """Return the card of a rating's next step, None once all are taken.

    Without `tells` it is silent on what the step waits for: that names whom the meeting has to decide on.
    """
    step = next((one for one in steps if one.is_next), None)
    if step is None:
        return None
    last = trail[-1].act if trail else None
    if step.step is Act.UPPER_REVIEW and board_of(current().session, seen).changed:
        return _put_up_again(seen)
    button, address = _button(seen, step)
    return Next(
        cycle=f"{cycle_words(seen.rating.cycle)}星级评定",
        title=step.title,
        who=who_acts(step.step, step.body),
        until=until_words(step.due_on),
        waits=step.waits_for if tells else "",
        says=(*(_unsettled_words(seen, step.step) if tells else ()), *STEP_SAYS[step.step]),
        button=button,
        address=address,
        back=_back_words(last) if last is not None and last.act in BACK else "",
    )


def _unsettled_words(seen: RatingSeen, step: Act) -> Iterator[str]:
    """Say before the meeting what of this cycle is not decided yet; the meeting does not wait for it."""
    if step not in BY_BRANCH:
        return
    found = unsettled_in(current().session, seen, now=current().now)
    open_ = [f"{found.proposals} 件申报等审核"] if found.proposals else []
    open_ += [f"{found.rolls} 次活动的名册没有确认"] if found.rolls else []
    if open_:
        yield f"还有 {'，'.join(open_)}。大会以前办完，才计入这一次。"


def _put_up_again(seen: RatingSeen) -> Next:
    """Return the card of a star that a recheck changed: it hangs again before anything is filed."""
    leads = may(staff().posts, Verb.RATE, seen.branch.path)
    return Next(
        cycle=f"{cycle_words(seen.rating.cycle)}星级评定",
        title="重新公示",
        who=who_acts(Act.PUBLICITY, None),
        until="",
        waits="复核以后有同志的星级变了，单独公示满工作日才能备案",
        says=STEP_SAYS[Act.PUBLICITY],
        button=LEADS[Act.PUBLICITY] if leads else "",
        address=url_for("console.rating_posting", rating_id=seen.rating.id) if leads else "",
        back="",
    )


def _back_words(act: RatingAct) -> str:
    how = "上级退回" if act.act is Act.RETURN else "上级决定重新评定"
    return f"{how}，{long_day(act.held_on)}：{act.reason}"


def _button(seen: RatingSeen, step: StepView) -> tuple[str, str]:
    """Return what the one button says and where it leads: first to what the step still lacks."""
    posts, path, key = staff().posts, seen.branch.path, seen.rating.id
    if step.step is Act.UPPER_REVIEW:
        if not may(posts, Verb.FILE_RATING, path) or step.waits_for:
            return "", ""
        return LEADS[step.step], url_for("console.rating_filing", rating_id=key)
    if not may(posts, Verb.RATE, path):
        return "", ""
    if step.step is Act.ASSEMBLY_APPRAISAL and seen.document.assessment is not None:
        session = current().session
        if len(grades_of(session, key)) < len(graded_roster(session, seen)):
            return "填写评议等次", url_for("console.rating_grades", rating_id=key)
        if last_run(session, key) is None:
            return "试算一次", url_for("console.rating_results", rating_id=key)
        if step.waits_for:
            return "去看试算", url_for("console.rating_results", rating_id=key)
    return LEADS[step.step], url_for("console.rating_step", rating_id=key, act=step.step.value)
