"""The procedure of a rating: its steps in their order, and which of them were taken."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.points.schemes.document import SchemeDocument
from models.points.schemes.procedure import LIGHT_PROCEDURE, Quorum, Step
from models.ratings.meeting.quorum import HALF_OF_MEMBERS
from models.ratings.procedure.beginning import RatingSeen
from models.ratings.procedure.rating import ACT_TEXT, Act, RatingAct, RatingState
from models.refused import Refused

# Without these there is no star: a meeting decides, the level above files, the papers are kept.
ALWAYS = (Step(step="assembly_appraisal"), Step(step="upper_review"), Step(step="archive"))
BACK = (Act.RETURN, Act.REOPEN)
# What is done over again once a rating came back: from the meeting on.
AGAIN = (Act.ASSEMBLY_APPRAISAL, Act.PUBLICITY, Act.UPPER_REVIEW, Act.ARCHIVE)
# What a rating is once a step was taken.
LEADS_TO = {
    Act.SELF_DECLARE: RatingState.REVIEWING,
    Act.GROUP_REVIEW: RatingState.REVIEWING,
    Act.COMMITTEE_REVIEW: RatingState.REVIEWING,
    Act.ASSEMBLY_APPRAISAL: RatingState.APPRAISED,
    Act.PUBLICITY: RatingState.PUBLICISED,
    Act.UPPER_REVIEW: RatingState.CONFIRMED,
    Act.ARCHIVE: RatingState.ARCHIVED,
    Act.RETURN: RatingState.REVIEWING,
    Act.REOPEN: RatingState.REVIEWING,
}
STEPS = (
    Act.SELF_DECLARE, Act.GROUP_REVIEW, Act.COMMITTEE_REVIEW, Act.ASSEMBLY_APPRAISAL, Act.PUBLICITY,
    Act.UPPER_REVIEW, Act.ARCHIVE,
)  # fmt: skip


def procedure_of(document: SchemeDocument) -> tuple[Step, ...]:
    """Return the steps of a scheme in their order, the light procedure where it names none."""
    steps = {step.step: step for step in ALWAYS} | {
        step.step: step for step in document.procedure or LIGHT_PROCEDURE
    }
    return tuple(sorted(steps.values(), key=lambda step: STEPS.index(Act(step.step))))


def step_of(document: SchemeDocument, act: Act) -> Step | None:
    """Return one step of a scheme's procedure, None if the scheme does without."""
    return next((step for step in procedure_of(document) if step.step == act), None)


def quorum_of(step: Step) -> Quorum | None:
    """Return how many must be there; a members' meeting always needs more than half."""
    if step.quorum is None and step.step == "assembly_appraisal":
        return HALF_OF_MEMBERS
    return step.quorum


def acts_done(session: Session, rating_id: int) -> dict[Act, RatingAct]:
    """Return what was done and still holds, step -> act.

    From the meeting on that is only what was done since the rating last came back.
    """
    query = select(RatingAct).where(RatingAct.rating_id == rating_id).order_by(RatingAct.id)
    done: dict[Act, RatingAct] = {}
    for act in session.scalars(query):
        if act.act in BACK:
            for step in AGAIN:
                done.pop(step, None)
        elif act.act in STEPS:
            done[act.act] = act
    return done


def next_step(document: SchemeDocument, done: dict[Act, RatingAct]) -> Act | None:
    """Return the step to take now, None once all are taken."""
    return next((act for step in procedure_of(document) if (act := Act(step.step)) not in done), None)


def check_next(session: Session, seen: RatingSeen, act: Act) -> dict[Act, RatingAct]:
    """Refuse any step but the next; return what was done. Refused: wrong_step."""
    done = acts_done(session, seen.rating.id)
    following = next_step(seen.document, done)
    if act is not following:
        now_due = f"现在该办的是“{ACT_TEXT[following]}”" if following else "这一期的定星已经办完了"
        raise Refused("wrong_step", f"{now_due}，不能办“{ACT_TEXT[act]}”")
    return done
