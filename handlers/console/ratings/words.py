"""What the pages of the rating (定星) say: cycles, steps, whose turn it is, what a step does and prints."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from models.points.exact import with_places
from models.points.grade_words import DIGITS, star_words
from models.points.schemes.document import SchemeDocument
from models.points.seats import THIRD, excellent_allowed
from models.ratings.procedure.rating import Act, RatingAct, RatingState

# The words on the button that takes a step.
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
    if share.denominator < len(DIGITS):
        said = f"{DIGITS[share.denominator]}分之{DIGITS[share.numerator]}"
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
