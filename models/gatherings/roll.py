"""Rolls and their lines: who is expected at a gathering, and what is recorded of each."""

from enum import StrEnum
from typing import NamedTuple

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Created, Key, Moment, coded, ref
from models.people.member import SpellKind
from models.people.request import Asked, decided_by_someone, filed_by_someone


class Status(StrEnum):
    """What is recorded of one person. A check-in is always `present`; the rest takes a person's hand."""

    UNRECORDED = "unrecorded"
    PRESENT = "present"
    LATE = "late"
    LEFT_EARLY = "left_early"
    LEAVE = "leave"
    ABSENT = "absent"
    UNCLEAR = "unclear"
    EXEMPT = "exempt"
    AWAY = "away"
    HOST_BRANCH = "host_branch"
    OBSERVER = "observer"


STATUS_TEXT = {
    Status.UNRECORDED: "未登记",
    Status.PRESENT: "到会",
    Status.LATE: "迟到",
    Status.LEFT_EARLY: "早退",
    Status.LEAVE: "请假",
    Status.ABSENT: "缺席",
    Status.UNCLEAR: "未查明",
    Status.EXEMPT: "不作要求",
    Status.AWAY: "外出",
    Status.HOST_BRANCH: "在流入地参加",
    Status.OBSERVER: "列席",
}

CAME = (Status.PRESENT, Status.LATE, Status.LEFT_EARLY)
NOT_EXPECTED = (Status.EXEMPT, Status.AWAY, Status.HOST_BRANCH)


class CheckedIn(StrEnum):
    """By which way a phone signed in; all weigh the same."""

    QR = "qr"
    TICKET = "ticket"
    DIGITS = "digits"
    CHAT = "chat"


class Roll(Base):
    """The roll of one organisation at one gathering, confirmed by its own secretary."""

    __tablename__ = "roll"
    id: Mapped[Key]
    gathering_id: Mapped[int] = ref("gathering.id")
    org_id: Mapped[int] = ref("org.id", index=True)
    revision: Mapped[int] = mapped_column(Integer, server_default="0")
    confirmed_at: Mapped[Moment | None]
    confirmed_by: Mapped[int | None] = ref("account.id")
    heads: Mapped[int | None] = mapped_column(Integer)  # counted in the room
    observers: Mapped[int] = mapped_column(Integer, server_default="0")  # a count without names

    __table_args__ = (
        UniqueConstraint("gathering_id", "org_id"),
        UniqueConstraint("id", "gathering_id"),
        CheckConstraint(
            "(confirmed_at IS NULL) = (confirmed_by IS NULL) AND (confirmed_at IS NULL) = (revision = 0)",
            name="confirmed_by_someone",
        ),
        CheckConstraint("heads BETWEEN 0 AND 2000 AND observers BETWEEN 0 AND 2000", name="heads"),
    )


class Amendment(Base):
    """A correction of a confirmed roll: why, by whom, which revision it made."""

    __tablename__ = "amendment"
    id: Mapped[Key]
    roll_id: Mapped[int] = ref("roll.id")
    revision: Mapped[int] = mapped_column(Integer)
    reason: Mapped[str] = mapped_column(String(200))
    account_id: Mapped[int] = ref("account.id")
    created_at: Mapped[Created]

    __table_args__ = (
        UniqueConstraint("roll_id", "revision"),
        CheckConstraint("revision > 1 AND reason <> ''", name="revision_and_reason"),
    )


class RollLine(Base):
    """One person at one gathering. `status` is what counts; `checked_in_at` says when a phone signed in.

    A line without a roll is a guest's. A person's mark (`marked_by`) wins over a phone.
    """

    __tablename__ = "roll_line"
    gathering_id: Mapped[int] = ref("gathering.id", primary_key=True)
    member_id: Mapped[int] = ref("member.id", primary_key=True, index=True)
    roll_id: Mapped[int | None] = mapped_column(BigInteger, index=True)
    status: Mapped[Status] = coded(Status, "status", server_default="unrecorded")
    spell_id: Mapped[int | None] = ref("spell.id")
    checked_in_at: Mapped[Moment | None]
    checked_in_via: Mapped[CheckedIn | None] = coded(CheckedIn, "checked_in_via")
    openid_hash: Mapped[bytes | None] = mapped_column(LargeBinary)
    marked_at: Mapped[Moment | None]
    marked_by: Mapped[int | None] = ref("account.id")

    __table_args__ = (
        ForeignKeyConstraint(["roll_id", "gathering_id"], ["roll.id", "roll.gathering_id"]),
        CheckConstraint("(roll_id IS NULL) = (status = 'observer')", name="guest_has_no_roll"),
        CheckConstraint(
            "status = 'unrecorded' OR marked_by IS NOT NULL"
            " OR (status IN ('present', 'observer') AND checked_in_at IS NOT NULL)"
            " OR (status IN ('exempt', 'away') AND spell_id IS NOT NULL)",
            name="status_has_hand",
        ),
        CheckConstraint("(marked_by IS NULL) = (marked_at IS NULL)", name="mark_has_time"),
        CheckConstraint("(checked_in_at IS NULL) = (checked_in_via IS NULL)", name="check_in_has_way"),
        # One phone signs in one person per gathering; purged seven days after confirmation.
        Index(
            "uq_roll_line_openid",
            "gathering_id",
            "openid_hash",
            unique=True,
            postgresql_where=text("openid_hash IS NOT NULL"),
        ),
    )


class LeaveReason(StrEnum):
    """Coarse on purpose: illness has a code and never a text."""

    ILLNESS = "illness"
    OFFICIAL = "official"
    FAMILY = "family"
    WORK_AWAY = "work_away"
    OTHER = "other"


class LeaveState(StrEnum):
    """Where a request for leave stands."""

    SUBMITTED = "submitted"
    APPROVED = "approved"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


class Leave(Base, Asked):
    """One member's leave from one gathering; `late` (补假): asked after it began, within the hours."""

    MISSING = "这次没有请假"
    YES = LeaveState.APPROVED

    __tablename__ = "leave"
    gathering_id: Mapped[int] = ref("gathering.id", primary_key=True)
    member_id: Mapped[int] = ref("member.id", primary_key=True)
    reason: Mapped[LeaveReason] = coded(LeaveReason, "reason")
    note: Mapped[str | None] = mapped_column(String(60))
    state: Mapped[LeaveState] = coded(LeaveState, "state")
    late: Mapped[bool] = mapped_column(Boolean, server_default="false")
    created_at: Mapped[Created]

    __table_args__ = (
        CheckConstraint(f"reason <> '{LeaveReason.ILLNESS}' OR note IS NULL", name="illness_without_text"),
        filed_by_someone(),
        decided_by_someone(LeaveState.APPROVED),
    )

    @property
    def subject(self) -> tuple[int, int]:
        """Return whose it is, by which the log knows it, and the gathering."""
        return self.member_id, self.gathering_id


def unmarked(line: RollLine, spell_kind: SpellKind | None) -> Status:
    """Return what holds without a mark: the phone's check-in, else the spell, else nothing."""
    if line.checked_in_at is not None:
        return Status.PRESENT
    return Status(spell_kind) if spell_kind is not None else Status.UNRECORDED


class Counts(NamedTuple):
    """The arithmetic of one roll: expected = came + leave + absent + unclear + unrecorded."""

    expected: int
    came: int
    leave: int
    absent: int
    unclear: int
    unrecorded: int
    exempt: int
    away: int
    host_branch: int


def counts(statuses: list[Status]) -> Counts:
    """Count the lines of one roll. Exempt, away and host-branch lines stand outside the expected."""
    of = {status: statuses.count(status) for status in Status}
    came = sum(of[status] for status in CAME)
    rest = (of[Status.LEAVE], of[Status.ABSENT], of[Status.UNCLEAR], of[Status.UNRECORDED])
    return Counts(came + sum(rest), came, *rest, of[Status.EXEMPT], of[Status.AWAY], of[Status.HOST_BRANCH])
