"""What the pages of the rating (定星) say: cycles, steps, whose turn it is, what a step does and prints."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from models.points.exact import with_places
from models.points.grade_words import GRADE_WORDS, star_words
from models.points.schemes.document import SchemeDocument
from models.points.seats import THIRD, excellent_allowed
from models.ratings.procedure.rating import Act, RatingAct, RatingState
from models.ratings.procedure.reviewers import BODY_TEXT

NUMBERS = "零一二三四五六七八九十"

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
# The words on the button that leads to a step, and on the one that takes it.
LEADS = {
    Act.SELF_DECLARE: "去登记申报截止",
    Act.GROUP_REVIEW: "去登记初评",
    Act.COMMITTEE_REVIEW: "去登记审核",
    Act.ASSEMBLY_APPRAISAL: "去登记大会",
    Act.PUBLICITY: "去公示",
    Act.UPPER_REVIEW: "去备案",
    Act.ARCHIVE: "去归档",
}
TAKES = {
    Act.SELF_DECLARE: "登记申报截止",
    Act.GROUP_REVIEW: "登记初评",
    Act.COMMITTEE_REVIEW: "登记审核",
    Act.ASSEMBLY_APPRAISAL: "登记大会，定出星级",
    Act.ARCHIVE: "登记归档",
}
HELD_ON = {
    Act.SELF_DECLARE: "申报收到哪一天",
    Act.GROUP_REVIEW: "哪天初评的",
    Act.COMMITTEE_REVIEW: "哪天开的会",
    Act.ASSEMBLY_APPRAISAL: "哪天开的大会",
}
# Open is dark, done is pale.
STATE_SHAPE = {
    RatingState.COLLECTING: "",
    RatingState.REVIEWING: "half",
    RatingState.APPRAISED: "half",
    RatingState.PUBLICISED: "half",
    RatingState.CONFIRMED: "over",
    RatingState.ARCHIVED: "over",
}


def long_day(day: date) -> str:
    """Write a day as official papers do: 2026年12月28日."""
    return f"{day.year}年{day.month}月{day.day}日"


def who_acts(act: Act, body: str | None) -> str:
    """Say who takes a step: the body that the scheme names, else whoever usually does."""
    return BODY_TEXT.get(body or "", WHO_ACTS[act])


def act_words(act: RatingAct) -> str:
    """Say how a step was taken: 应到 21 人，实到 18 人；赞成 18、反对 0、弃权 0."""
    said = []
    if act.base is not None:
        said.append(f"应到 {act.base} 人" + (f"，实到 {act.present} 人" if act.present is not None else ""))
    if act.votes_for is not None:
        said.append(f"赞成 {act.votes_for}、反对 {act.votes_against}、弃权 {act.abstained}")
    if act.document:
        said.append(act.document)
    if act.reason:
        said.append(f"原因：{act.reason}")
    return "；".join(said)


def star_text(document: SchemeDocument, star: int | None) -> str:
    """Say a star as the scheme calls it; none is a dash."""
    return star_words(document, star) if star else "—"


def grade_text(grade: str | None) -> str:
    """Say a grade; empty before it was decided."""
    return next((words for code, words in GRADE_WORDS.items() if code == grade), "")


def points_text(number: Decimal | str | None, scale: int) -> str:
    """Write points with the scheme's places, so that they stand in one column; empty for none."""
    if number is None:
        return ""
    return f"{with_places(Decimal(number), scale):f}".replace("-", "−")


def excellent_words(document: SchemeDocument, full_members: int) -> str:
    """Say how many may be 优秀: 优秀最多 7 人：正式党员 21 人的三分之一."""
    allowed = min(excellent_allowed(document, full_members), full_members // 3)
    ratio = document.assessment.max_excellent_ratio if document.assessment else None
    share = min(ratio or THIRD, THIRD)
    said = f"{share.denominator} 分之 {share.numerator}"
    if share.denominator < len(NUMBERS):
        said = f"{NUMBERS[share.denominator]}分之{NUMBERS[share.numerator]}"
    return f"优秀最多 {allowed} 人：正式党员 {full_members} 人的{said}，不足一人的不算"


def earned_and_lost(parts: Sequence[dict[str, Any]]) -> tuple[Decimal, Decimal, Decimal]:
    """Return what a result's parts began with, earned and lost; the appraisal stands for itself."""
    initial = earned = lost = Decimal(0)
    for part in parts:
        begun, came_to = Decimal(part["initial"]), Decimal(part["subtotal"])
        initial += begun
        if part["code"] != "assess":
            earned += max(came_to - begun, Decimal(0))
            lost += max(begun - came_to, Decimal(0))
    return initial, earned, lost
