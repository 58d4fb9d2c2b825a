"""The next step of a rating as a card: what, who, until when, what it does, and the one button."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from handlers.edge import current
from handlers.identity import staff
from models.clock import day_of, day_text, long_day
from models.people.rights import Verb, may
from models.points.cycle import cycle_words
from models.ratings.meeting.roster import graded_roster, grades_of
from models.ratings.procedure.beginning import RatingSeen
from models.ratings.procedure.outstanding import unsettled_in
from models.ratings.procedure.procedure import BACK
from models.ratings.procedure.progress import StepView
from models.ratings.procedure.rating import Act, RatingAct
from models.ratings.procedure.reviewers import BODY_TEXT
from models.ratings.procedure.step import BY_BRANCH
from models.ratings.procedure.trail import Done
from models.ratings.publicity.board import board_of
from models.ratings.runs.run import last_run

# Who takes a step where the scheme does not say.
WHO_ACTS = {
    Act.SELF_DECLARE: "党员本人，不用手机的由支部代录",
    Act.GROUP_REVIEW: "党小组",
    Act.COMMITTEE_REVIEW: "支部委员会",
    Act.ASSEMBLY_APPRAISAL: "党员大会",
    Act.PUBLICITY: "支部书记",
    Act.UPPER_REVIEW: "上级党委",
    Act.ARCHIVE: "支部书记",
}
# What a step does, what comes after it, what is printed: three short lines.
STEP_SAYS = {
    Act.SELF_DECLARE: (
        "登记申报收到哪一天为止，等审核的申报先审完。",
        "以后再报的，审核通过照样计分。",
        "不用打印。",
    ),
    Act.GROUP_REVIEW: (
        "登记党小组看过了本组同志的积分。",
        "有不对的先更正，再登记这一步。",
        "会前打印登记表，在会上看。",
    ),
    Act.COMMITTEE_REVIEW: (
        "登记支部委员会看过了全支部的积分。",
        "登记以后就可以开党员大会。",
        "会前打印登记表，在会上看。",
    ),
    Act.ASSEMBLY_APPRAISAL: (
        "登记大会的日期、到会人数和表决。",
        "登记以后按办法定出星级，等次和会议决定不能再改。",
        "下一步打印星级公示。",
    ),
    Act.PUBLICITY: (
        "打印公示，贴到公开栏，再填贴出的日期。",
        "贴出的第二天起算，满了工作日才能送上级备案。",
        "打印星级公示，A4 纸。",
    ),
    Act.UPPER_REVIEW: (
        "上级党委看结果，填文号备案；有问题写明原因退回。",
        "备案以后这一期不能再记分，结果封存。",
        "送审时打印星级评定登记表。",
    ),
    Act.ARCHIVE: (
        "登记表签好字，放进支部档案，再在这里登记。",
        "归档以后这一期就办完了。",
        "打印星级评定登记表，领导签字。",
    ),
}
# The words on the button that leads to a step.
LEADS = {
    Act.SELF_DECLARE: "去登记申报截止",
    Act.GROUP_REVIEW: "去登记初评",
    Act.COMMITTEE_REVIEW: "去登记审核",
    Act.ASSEMBLY_APPRAISAL: "去登记大会",
    Act.PUBLICITY: "去公示",
    Act.UPPER_REVIEW: "去备案",
    Act.ARCHIVE: "去归档",
}


class Next(NamedTuple):
    """The card of the next step; without a button it is somebody else's turn."""

    cycle: str
    title: str
    who: str
    until: str
    waits: str
    says: tuple[str, ...]
    button: str
    page: str  # of the console, where the button leads, with the values of its address
    values: Mapping[str, Any]
    back: str


def who_acts(act: Act, body: str | None) -> str:
    """Say who takes a step: the body that the scheme names, else whoever usually does."""
    return BODY_TEXT.get(body or "", WHO_ACTS[act])


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
    button, page = _button(seen, step)
    return Next(
        cycle=f"{cycle_words(seen.rating.cycle)}星级评定",
        title=step.title,
        who=who_acts(step.step, step.body),
        until=until_words(step.due_on),
        waits=step.waits_for if tells else "",
        says=(*(_unsettled_words(seen, step.step) if tells else ()), *STEP_SAYS[step.step]),
        button=button,
        page=page,
        values={"rating_id": seen.rating.id} | ({"act": step.step.value} if page == "rating_step" else {}),
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
        page="rating_posting",
        values={"rating_id": seen.rating.id},
        back="",
    )


def _back_words(act: RatingAct) -> str:
    how = "上级退回" if act.act is Act.RETURN else "上级决定重新评定"
    return f"{how}，{long_day(act.held_on)}：{act.reason}"


def _button(seen: RatingSeen, step: StepView) -> tuple[str, str]:
    """Return what the one button says and to which page it leads: first to what the step still lacks."""
    posts, path, key = staff().posts, seen.branch.path, seen.rating.id
    if step.step is Act.UPPER_REVIEW:
        if not may(posts, Verb.FILE_RATING, path) or step.waits_for:
            return "", ""
        return LEADS[step.step], "rating_filing"
    if not may(posts, Verb.RATE, path):
        return "", ""
    if step.step is Act.ASSEMBLY_APPRAISAL and seen.document.assessment is not None:
        session = current().session
        if len(grades_of(session, key)) < len(graded_roster(session, seen)):
            return "填写评议等次", "rating_grades"
        if last_run(session, key) is None:
            return "试算一次", "rating_results"
        if step.waits_for:
            return "去看试算", "rating_results"
    return LEADS[step.step], "rating_step"
