"""How a scheme turns a total into a star: appraisal, bands, vetoes, quotas."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field, StrictBool, StrictInt

from models.points.exact import Points, Ratio
from models.points.schemes.piece import Code, LevelName, Note, Piece, Star, StarLimit, Title

Grade = Literal["excellent", "qualified", "basically_qualified", "unqualified"]
Voice = Literal["self", "mutual", "mass", "organisation"]
TieKey = Literal["total_raw", "base_subtotal", "assessment_votes", "meeting_decision"]


class GradePoints(Piece):
    """What each grade of the democratic appraisal gives."""

    excellent: Points
    qualified: Points
    basically_qualified: Points
    unqualified: Points


# What stands where the source of an open scheme does not tell the points of the grades.
UNTOLD = GradePoints(
    excellent=Decimal(0), qualified=Decimal(0), basically_qualified=Decimal(0), unqualified=Decimal(0)
)


class MaxStar(Piece):
    """The highest star a grade allows; 0 is no star, None no limit."""

    excellent: StarLimit | None = None
    qualified: StarLimit | None = None
    basically_qualified: StarLimit | None = None
    unqualified: StarLimit | None = None


class Assessment(Piece):
    """How the democratic appraisal counts. The limit on excellent grades is the national third.

    `min_low_ratio` is the least share of the two lower grades together, where a county asks for one.
    `weights` by voice sum to 1; without them the decided grade alone gives the points.
    """

    points: GradePoints = UNTOLD
    max_excellent_ratio: Ratio | None = None
    max_excellent_base: Literal["full_members"] = "full_members"
    min_low_ratio: Ratio | None = None
    weights: Mapping[Voice, Ratio] | None = None
    max_star: MaxStar = MaxStar()


class Total(Piece):
    """Limits of the printed total; None is open."""

    min: Points | None = None
    max: Points | None = None


class YearBand(Piece):
    """A star of the year and the total it takes. `label` is what the town calls this star."""

    star: Star
    min: Points
    label: LevelName | None = None


class Band(YearBand):
    """A star and what it takes: total, grade, full months on the roster, no veto in force."""

    min_grade: Grade | None = None
    min_months: Annotated[StrictInt, Field(ge=1, le=12)] | None = None
    no_veto: StrictBool = False


class Quota(Piece):
    """How many may have a star at most: of a branch, or of all branches of a township together.

    Who finds no seat competes one star lower; `report`: is only named, as on the lowest star.
    """

    star: Star
    max_ratio: Ratio
    base: Literal["rated", "all"] = "rated"
    rounding: Literal["floor"] = "floor"
    min_one: StrictBool = False
    scope: Literal["branch", "township"] = "branch"
    overflow: Literal["down", "report"] = "down"


class Veto(Piece):
    """What a decision with a document does to a rating, in the cycle it is made in and those after.

    `valid_cycles` counts the cycle of the decision too.
    """

    id: Code
    title: Title
    effect: Literal["set_zero", "max_star", "not_rated", "manual"]
    max_star: StarLimit | None = None
    valid_cycles: Annotated[StrictInt, Field(ge=1, le=12)] = 1
    legal_basis: Note | None = None
