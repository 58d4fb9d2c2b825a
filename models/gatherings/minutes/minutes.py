"""Minutes (会议记录): what happened, of one roll. What was discussed and decided is written by people."""

from datetime import date
from decimal import Decimal
from enum import StrEnum

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Date, Index, Integer, Numeric, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Created, Key, Moment, coded, ref
from models.gatherings.gathering import AgendaKind


class MinutesState(StrEnum):
    """Draft until filed; a filed record is changed only after it was returned."""

    DRAFT = "draft"
    FILED = "filed"
    RETURNED = "returned"


MINUTES_STATE_TEXT = {
    MinutesState.DRAFT: "待归档",
    MinutesState.FILED: "已归档",
    MinutesState.RETURNED: "退回补正",
}


SAID = r"md5(regexp_replace(discussion, '\s', '', 'g'))"


class Minutes(Base):
    """The record of one roll. `version` rises with each save, so that two hands never overwrite unseen.

    Who was there is the roll's: it stands here nowhere. `filed_revision` is the roll's when it was filed.
    """

    __tablename__ = "minutes"
    roll_id: Mapped[int] = ref("roll.id", primary_key=True)
    state: Mapped[MinutesState] = coded(MinutesState, "state", server_default="draft")
    version: Mapped[int] = mapped_column(Integer, server_default="1")
    host: Mapped[str | None] = mapped_column(String(40))
    recorder: Mapped[str | None] = mapped_column(String(40))
    began_at: Mapped[Moment | None]
    ended_at: Mapped[Moment | None]
    observers: Mapped[str | None] = mapped_column(String(120))  # who sat in, by kind and number
    discussion: Mapped[str] = mapped_column(Text, server_default="")
    dues_fen: Mapped[int | None] = mapped_column(BigInteger)  # collected that day, all together
    volunteering: Mapped[str | None] = mapped_column(String(200))
    volunteers: Mapped[int | None] = mapped_column(Integer)
    volunteer_hours: Mapped[Decimal | None] = mapped_column(Numeric(5, 1))  # of each of them
    drafted_by: Mapped[int] = ref("account.id")
    filed_at: Mapped[Moment | None]
    filed_by: Mapped[int | None] = ref("account.id")
    filed_revision: Mapped[int | None] = mapped_column(Integer)
    returned_at: Mapped[Moment | None]
    returned_by: Mapped[int | None] = ref("account.id")
    return_reason: Mapped[str | None] = mapped_column(String(200))
    created_at: Mapped[Created]

    __table_args__ = (
        CheckConstraint("ended_at > began_at", name="ends_after_beginning"),
        CheckConstraint("char_length(discussion) <= 6000", name="discussion"),
        CheckConstraint("dues_fen BETWEEN 0 AND 100000000", name="dues_fen"),
        CheckConstraint(
            "volunteers BETWEEN 1 AND 2000 AND volunteer_hours > 0"
            " AND (volunteers IS NULL OR volunteering IS NOT NULL)"
            " AND (volunteer_hours IS NULL OR volunteers IS NOT NULL)",
            name="volunteering",
        ),
        CheckConstraint(
            "(state = 'draft') = (filed_at IS NULL) AND (filed_at IS NULL) = (filed_by IS NULL)"
            " AND (filed_at IS NULL) = (filed_revision IS NULL) AND filed_revision > 0",
            name="filed_by_someone",
        ),
        CheckConstraint(
            "state <> 'filed' OR (host IS NOT NULL AND recorder IS NOT NULL AND began_at IS NOT NULL"
            " AND ended_at IS NOT NULL AND discussion <> '')",
            name="filed_is_whole",
        ),
        CheckConstraint(
            "num_nonnulls(returned_at, returned_by, return_reason) IN (0, 3)"
            " AND (state <> 'returned' OR returned_at IS NOT NULL) AND return_reason <> ''",
            name="returned_with_reason",
        ),
        # By what is said, whatever the blanks: a repeated discussion is found at once among years of them.
        Index("ix_minutes_said", text(SAID)),
    )


class ItemOutcome(StrEnum):
    """What became of a planned item."""

    PLANNED = "planned"
    HELD = "held"
    NOT_HELD = "not_held"
    CHANGED = "changed"


ITEM_OUTCOME_TEXT = {
    ItemOutcome.PLANNED: "计划",
    ItemOutcome.HELD: "已进行",
    ItemOutcome.NOT_HELD: "未进行",
    ItemOutcome.CHANGED: "改为",
}


class MinutesItem(Base):
    """One item of the meeting in its order: from the plan, or `added` on the day."""

    __tablename__ = "minutes_item"
    roll_id: Mapped[int] = ref("minutes.roll_id", primary_key=True)
    position: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    kind: Mapped[AgendaKind] = coded(AgendaKind, "kind")
    title: Mapped[str] = mapped_column(String(80))  # as planned, or as added
    outcome: Mapped[ItemOutcome] = coded(ItemOutcome, "outcome", server_default="planned")
    changed_to: Mapped[str | None] = mapped_column(String(80))
    added: Mapped[bool] = mapped_column(Boolean, server_default="false")

    __table_args__ = (
        CheckConstraint("position > 0", name="position"),
        CheckConstraint("title <> ''", name="title"),
        CheckConstraint(
            "(outcome = 'changed') = (changed_to IS NOT NULL) AND changed_to <> ''", name="changed_to_what"
        ),
        CheckConstraint("NOT added OR outcome = 'held'", name="added_was_held"),
    )


class Decision(Base):
    """One thing decided, with who sees to it by when, and the totals of a vote where there was one.

    Written opinions of absent members count among the votes.
    """

    __tablename__ = "decision"
    roll_id: Mapped[int] = ref("minutes.roll_id", primary_key=True)
    position: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    text: Mapped[str] = mapped_column(String(400))
    owner: Mapped[str | None] = mapped_column(String(40))
    due_on: Mapped[date | None] = mapped_column(Date)
    vote_base: Mapped[int | None] = mapped_column(Integer)  # full members with a vote
    vote_present: Mapped[int | None] = mapped_column(Integer)
    vote_written: Mapped[int | None] = mapped_column(Integer)
    vote_yes: Mapped[int | None] = mapped_column(Integer)
    vote_no: Mapped[int | None] = mapped_column(Integer)
    vote_abstain: Mapped[int | None] = mapped_column(Integer)

    __table_args__ = (
        CheckConstraint("position > 0 AND text <> ''", name="position_and_text"),
        CheckConstraint(
            "num_nonnulls(vote_base, vote_present, vote_written, vote_yes, vote_no, vote_abstain) IN (0, 6)",
            name="vote_is_whole",
        ),
        CheckConstraint(
            "least(vote_base, vote_present, vote_written, vote_yes, vote_no, vote_abstain) >= 0"
            " AND vote_present + vote_written <= vote_base"
            " AND vote_yes + vote_no + vote_abstain = vote_present + vote_written",
            name="vote_adds_up",
        ),
    )


class FilingAct(StrEnum):
    """What was done with a record."""

    FILED = "filed"
    RETURNED = "returned"


class MinutesAct(Base):
    """One filing or return of a record, in the order in which they came."""

    __tablename__ = "minutes_act"
    id: Mapped[Key]
    roll_id: Mapped[int] = ref("minutes.roll_id", index=True)
    act: Mapped[FilingAct] = coded(FilingAct, "act")
    reason: Mapped[str | None] = mapped_column(String(200))
    account_id: Mapped[int] = ref("account.id")
    acted_at: Mapped[Moment]
    created_at: Mapped[Created]

    __table_args__ = (
        CheckConstraint(
            "(act = 'returned') = (reason IS NOT NULL) AND reason <> ''", name="returned_with_reason"
        ),
    )
