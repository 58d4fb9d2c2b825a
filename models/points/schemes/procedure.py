"""The steps from the points to the confirmed star, and who decides each."""

from typing import Annotated, Literal

from pydantic import Field, StrictBool, StrictInt

from models.points.exact import Ratio
from models.points.schemes.piece import Piece

StepName = Literal[
    "self_declare",
    "group_review",
    "committee_review",
    "assembly_appraisal",
    "publicity",
    "upper_review",
    "archive",
]
Body = Literal["points_group", "committee", "assembly", "party_committee"]


class Quorum(Piece):
    """How many must be there: at least `share` of those counted, or more than it."""

    share: Ratio
    more_than: StrictBool = False
    base: Literal["expected", "full_members"] = "expected"


class Step(Piece):
    """One step, with the work-days it may take, who takes it, and how many must be there."""

    step: StepName
    due_workdays: Annotated[StrictInt, Field(ge=1, le=120)] | None = None
    body: Body | None = None
    quorum: Quorum | None = None


# What holds where a scheme names no steps: no step that the branch would do only for the paper.
LIGHT_PROCEDURE = (
    Step(step="assembly_appraisal"),
    Step(step="publicity"),
    Step(step="upper_review"),
    Step(step="archive"),
)
