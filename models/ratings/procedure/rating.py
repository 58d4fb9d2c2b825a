"""One cycle of one branch, from the first step of its procedure to the archive, and what was done in each."""

from datetime import date
from enum import StrEnum

from sqlalchemy import CheckConstraint, Date, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Created, Key, Moment, coded, is_cycle, ref


class RatingState(StrEnum):
    """How far a rating is; only forward, and back by the level above with a reason."""

    COLLECTING = "collecting"
    REVIEWING = "reviewing"
    APPRAISED = "appraised"
    PUBLICISED = "publicised"
    CONFIRMED = "confirmed"
    ARCHIVED = "archived"


RATING_STATE_TEXT = {
    RatingState.COLLECTING: "会前准备",
    RatingState.REVIEWING: "审核",
    RatingState.APPRAISED: "已评议",
    RatingState.PUBLICISED: "公示",
    RatingState.CONFIRMED: "已备案",
    RatingState.ARCHIVED: "已归档",
}

# What the meeting decides may be written down only until the meeting's step is done.
DECIDING = (RatingState.COLLECTING, RatingState.REVIEWING)
# What is filed stays as it is, unless the level above opens it again.
DONE = (RatingState.CONFIRMED, RatingState.ARCHIVED)


class Rating(Base):
    """The rating of one branch for one cycle. It keeps the version of the scheme it began with."""

    __tablename__ = "rating"
    id: Mapped[Key]
    branch_id: Mapped[int] = ref("org.id")
    cycle: Mapped[str] = mapped_column(String(7))
    scheme_id: Mapped[int] = ref("scheme.id")
    state: Mapped[RatingState] = coded(RatingState, "state", server_default="collecting")
    begun_at: Mapped[Moment]
    begun_by: Mapped[int] = ref("account.id")
    created_at: Mapped[Created]

    __table_args__ = (
        UniqueConstraint("branch_id", "cycle"),
        is_cycle("cycle"),
    )


class Act(StrEnum):
    """What can be done in a rating: the steps of the procedure, and what lies across them."""

    SELF_DECLARE = "self_declare"
    GROUP_REVIEW = "group_review"
    COMMITTEE_REVIEW = "committee_review"
    ASSEMBLY_APPRAISAL = "assembly_appraisal"
    PUBLICITY = "publicity"
    UPPER_REVIEW = "upper_review"
    ARCHIVE = "archive"
    RETURN = "return"
    REOPEN = "reopen"
    RECHECK = "recheck"


ACT_TEXT = {
    Act.SELF_DECLARE: "个人申报",
    Act.GROUP_REVIEW: "党小组初评",
    Act.COMMITTEE_REVIEW: "支委会审核",
    Act.ASSEMBLY_APPRAISAL: "党员大会通报评议",
    Act.PUBLICITY: "公示",
    Act.UPPER_REVIEW: "上级党委备案",
    Act.ARCHIVE: "归档",
    Act.RETURN: "退回",
    Act.REOPEN: "重新评定",
    Act.RECHECK: "复核",
}


class RatingAct(Base):
    """One thing done: on which day, by which body, how many came of how many, by whose hand it was written.

    Votes are totals, never a person's. `document` is the number of the paper decision.
    """

    __tablename__ = "rating_act"
    id: Mapped[Key]
    rating_id: Mapped[int] = ref("rating.id", index=True)
    act: Mapped[Act] = coded(Act, "act")
    held_on: Mapped[date] = mapped_column(Date)
    body: Mapped[str | None] = mapped_column(String(24))
    base: Mapped[int | None] = mapped_column(Integer)
    present: Mapped[int | None] = mapped_column(Integer)
    votes_for: Mapped[int | None] = mapped_column(Integer)
    votes_against: Mapped[int | None] = mapped_column(Integer)
    abstained: Mapped[int | None] = mapped_column(Integer)
    document: Mapped[str | None] = mapped_column(String(80))
    reason: Mapped[str | None] = mapped_column(String(200))
    run_id: Mapped[int | None] = ref("rating_run.id")
    account_id: Mapped[int] = ref("account.id")
    acted_at: Mapped[Moment]
    created_at: Mapped[Created]

    __table_args__ = (
        CheckConstraint("present BETWEEN 0 AND base", name="present_of_base"),
        CheckConstraint(
            "num_nonnulls(votes_for, votes_against, abstained) IN (0, 3)"
            " AND (votes_for IS NULL OR (base IS NOT NULL AND votes_for >= 0 AND votes_against >= 0"
            " AND abstained >= 0 AND votes_for + votes_against + abstained <= base))",
            name="votes_add_up",
        ),
        CheckConstraint(
            "(act IN ('return', 'reopen', 'recheck')) <= (reason IS NOT NULL) AND reason <> ''",
            name="back_with_reason",
        ),
        CheckConstraint(
            "(act IN ('upper_review', 'reopen')) <= (document IS NOT NULL) AND document <> ''",
            name="decided_on_paper",
        ),
    )
