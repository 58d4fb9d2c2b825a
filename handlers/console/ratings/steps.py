"""One step of a rating on a page of its own: what it does, what is still missing, the form that takes it."""

from datetime import date
from typing import Any

from flask import Response, request, url_for

from handlers.console.pages import console, form_page, go, refuse_form, staff_page
from handlers.console.ratings.frame import rating_frame
from handlers.console.ratings.reach import rating_led
from handlers.console.ratings.words import HELD_ON, TAKES
from handlers.edge import current
from handlers.identity import staff
from handlers.todo.rating_step import STEP_SAYS, until_words, who_acts
from models.clock import day_of
from models.ratings.archive.filing import archive_rating
from models.ratings.meeting.quorum import Votes, needed, quorum_words
from models.ratings.procedure.beginning import RatingSeen
from models.ratings.procedure.progress import StepView, steps_of
from models.ratings.procedure.rating import Act
from models.ratings.procedure.reviewers import full_members
from models.ratings.procedure.step import BY_BRANCH, take_step
from models.refused import Refused

NUMBERS = ("base", "present", "votes_for", "votes_against", "abstained")
MOST_DIGITS = 4


@console.get("/console/ratings/<int:rating_id>/steps/<act>")
@staff_page
def rating_step(rating_id: int, act: str) -> Response:
    """Show what a step does, what it waits for, and its form where it is the next."""
    seen = rating_led(rating_id)
    if act == Act.PUBLICITY:
        return go("console.rating_posting", rating_id=rating_id)
    return _step_page(seen, _step(seen, act))


def _step(seen: RatingSeen, act: str) -> StepView:
    steps = steps_of(current().session, seen.rating.id, now=current().now)
    found = next((step for step in steps if step.step == act), None)
    if found is None or found.step is Act.UPPER_REVIEW:
        raise Refused("not_found", "这份办法没有这一步")
    return found


@console.post("/console/ratings/<int:rating_id>/steps/<act>")
@staff_page
def create_rating_step(rating_id: int, act: str) -> Response:
    """Take the step; 400 or 409 with the form as typed where it cannot be taken."""
    edge, seen = current(), rating_led(rating_id)
    step = _step(seen, act)
    by = staff().account_id
    try:
        if step.step in BY_BRANCH:
            typed = _typed()
            take_step(edge.session, rating_id, step.step, **typed, by=by, now=edge.now)
        elif step.step is Act.ARCHIVE:
            archive_rating(edge.session, rating_id, by=by, now=edge.now)
        else:
            raise Refused("not_found", "这一步不在这里办")
    except Refused as error:
        refuse_form(error)
        seen = rating_led(rating_id)
        return _step_page(seen, _step(seen, act), error)
    return go("console.rating", rating_id=rating_id)


def _typed() -> dict[str, Any]:
    """Read the form of a step. Refused: bad_step, with every field that is not a date or a number."""
    form, wrong, numbers = request.form, {}, {}
    for name in NUMBERS:
        text = form.get(name, "").strip()
        if text and not (text.isascii() and text.isdecimal() and len(text) <= MOST_DIGITS):
            wrong[name] = "请写整数"
        numbers[name] = int(text) if text and name not in wrong else None
    held_on = day_typed(form.get("held_on", ""))
    if held_on is None:
        wrong["held_on"] = "请选日期"
    votes = [numbers[name] for name in NUMBERS[2:]]
    told = [number for number in votes if number is not None]
    if 0 < len(told) < len(votes):
        wrong |= {"votes": "赞成、反对、弃权都要写，没有的写 0"}
    if wrong:
        raise Refused("bad_step", "有几处要改：" + "；".join(wrong.values()), fields=wrong)
    return {
        "held_on": held_on,
        "base": numbers["base"],
        "present": numbers["present"],
        "votes": Votes(*told) if told else None,
    }


def day_typed(text: str) -> date | None:
    """Return the day that a date field sent, None for none."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _step_page(seen: RatingSeen, step: StepView, error: Refused | None = None) -> Response:
    meeting = step.quorum is not None or step.step in (Act.GROUP_REVIEW, Act.COMMITTEE_REVIEW)
    return form_page(
        "ratings/step.html",
        error,
        **rating_frame(seen, own=True),
        step=step,
        taken_by=who_acts(step.step, step.body),
        until=until_words(step.due_on),
        says=STEP_SAYS[step.step],
        held_label=HELD_ON.get(step.step, ""),
        button=TAKES[step.step],
        meeting=meeting,
        votes=step.step is Act.ASSEMBLY_APPRAISAL,
        quorum=_quorum_words(seen, step),
        base=full_members(current().session, seen) if step.step is Act.ASSEMBLY_APPRAISAL else "",
        link=_mending(seen, step),
        today=day_of(current().now),
    )


def _quorum_words(seen: RatingSeen, step: StepView) -> str:
    if step.quorum is None:
        return ""
    words = quorum_words(step.quorum)
    if step.quorum.base == "full_members":
        number = full_members(current().session, seen)
        words += f"：正式党员 {number} 人，全部应到时至少到 {needed(step.quorum, number)} 人"
    return f"{words}。长期外出、因病按规定不计入应到的，应到人数里减去。"


def _mending(seen: RatingSeen, step: StepView) -> tuple[str, str]:
    """Return where what the meeting's step waits for is put right."""
    if step.step is not Act.ASSEMBLY_APPRAISAL:
        return "", ""
    words = "去看试算" if seen.document.assessment is None else "去看评议等次和试算"
    return words, url_for("console.rating_results", rating_id=seen.rating.id)
