"""Gatherings: what a branch plans, publishes, opens, closes and confirms."""

from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import Boolean, CheckConstraint, Integer, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Created, Key, Moment, coded, is_month, ref
from models.clock import midnight_after

OPENS_BEFORE = timedelta(minutes=30)
# What stands in a draft that the clock made for a branch without an earlier place; nobody is invited to it.
PLACE_TO_COME = "地点待定"


class GatheringKind(StrEnum):
    """The primary kind decides attendance points; tags beside it only fulfil duties."""

    THEME_DAY = "theme_day"
    MEMBER_ASSEMBLY = "member_assembly"
    COMMITTEE = "committee"
    GROUP = "group"
    LECTURE = "lecture"
    ORG_LIFE = "org_life"
    APPRAISAL = "appraisal"
    VOLUNTEERING = "volunteering"
    STUDY = "study"


GATHERING_KIND_TEXT = {
    GatheringKind.THEME_DAY: "主题党日",
    GatheringKind.MEMBER_ASSEMBLY: "党员大会",
    GatheringKind.COMMITTEE: "支委会",
    GatheringKind.GROUP: "党小组会",
    GatheringKind.LECTURE: "党课",
    GatheringKind.ORG_LIFE: "组织生活会",
    GatheringKind.APPRAISAL: "民主评议",
    GatheringKind.VOLUNTEERING: "志愿服务",
    GatheringKind.STUDY: "集体学习",
}


class GatheringState(StrEnum):
    """Draft until published; open and closed to phones; confirmed when every roll is; or cancelled."""

    DRAFT = "draft"
    PUBLISHED = "published"
    OPEN = "open"
    CLOSED = "closed"
    CONFIRMED = "confirmed"
    CANCELLED = "cancelled"


TO_COME = (GatheringState.PUBLISHED, GatheringState.OPEN)  # told to people, and not over


class Gathering(Base):
    """One gathering. `period` is the month it counts for, which may differ from its date.

    `hall_salt` exists from publishing on; a new one makes every code on the wall worthless.
    """

    __tablename__ = "gathering"
    id: Mapped[Key]
    org_id: Mapped[int] = ref("org.id", index=True)
    kind: Mapped[GatheringKind] = coded(GatheringKind, "kind")
    period: Mapped[str] = mapped_column(String(7))
    title: Mapped[str] = mapped_column(String(60))
    starts_at: Mapped[Moment]
    ends_at: Mapped[Moment]
    place: Mapped[str] = mapped_column(String(60))
    bring: Mapped[str | None] = mapped_column(String(60))
    date_reason: Mapped[str | None] = mapped_column(String(120))
    contact: Mapped[str | None] = mapped_column(String(60))  # typed by the branch, never from the roster
    leave_until: Mapped[Moment | None]
    state: Mapped[GatheringState] = coded(GatheringState, "state", server_default="draft")
    version: Mapped[int] = mapped_column(Integer, server_default="1")
    hall_salt: Mapped[bytes | None] = mapped_column(LargeBinary)
    scan: Mapped[bool] = mapped_column(Boolean, server_default="true")
    guests: Mapped[bool] = mapped_column(Boolean, server_default="false")
    opened_at: Mapped[Moment | None]
    closed_at: Mapped[Moment | None]
    reason: Mapped[str | None] = mapped_column(String(200))  # of a cancellation or a move
    drafted_by: Mapped[int | None] = ref("account.id")
    created_at: Mapped[Created]

    __table_args__ = (
        # The token carries the key in four bytes.
        CheckConstraint("id < 4294967296", name="id_fits_token"),
        is_month("period"),
        CheckConstraint("ends_at > starts_at", name="ends_after_start"),
        CheckConstraint("title <> '' AND place <> ''", name="title_and_place"),
        CheckConstraint("hall_salt IS NULL OR octet_length(hall_salt) = 16", name="hall_salt_is_16_bytes"),
        CheckConstraint(
            "state IN ('draft', 'cancelled') OR hall_salt IS NOT NULL", name="hall_salt_once_published"
        ),
        CheckConstraint("state <> 'cancelled' OR reason IS NOT NULL", name="cancelled_with_reason"),
    )


class GatheringTag(Base):
    """A further kind that this gathering fulfils."""

    __tablename__ = "gathering_tag"
    gathering_id: Mapped[int] = ref("gathering.id", primary_key=True)
    tag: Mapped[GatheringKind] = coded(GatheringKind, "tag", primary_key=True)


class AgendaKind(StrEnum):
    """What an agenda item is about."""

    STUDY = "study"
    OATH = "oath"
    DUES = "dues"
    LECTURE = "lecture"
    DELIBERATION = "deliberation"
    VOLUNTEERING = "volunteering"
    OTHER = "other"


AGENDA_KIND_TEXT = {
    AgendaKind.STUDY: "学习",
    AgendaKind.OATH: "重温誓词",
    AgendaKind.DUES: "党费",
    AgendaKind.LECTURE: "党课",
    AgendaKind.DELIBERATION: "民主议事",
    AgendaKind.VOLUNTEERING: "志愿服务",
    AgendaKind.OTHER: "其他",
}


class AgendaItem(Base):
    """One line of the plan, in order."""

    __tablename__ = "agenda_item"
    id: Mapped[Key]
    gathering_id: Mapped[int] = ref("gathering.id", index=True)
    position: Mapped[int] = mapped_column(Integer)
    kind: Mapped[AgendaKind] = coded(AgendaKind, "kind")
    title: Mapped[str] = mapped_column(String(80))
    required_id: Mapped[int | None] = ref("required_item.id")  # of the level above; a branch keeps it

    __table_args__ = (
        UniqueConstraint("gathering_id", "position"),
        UniqueConstraint("gathering_id", "required_id"),
        CheckConstraint("position > 0", name="position"),
        CheckConstraint("title <> ''", name="title"),
    )


def opens_at(starts_at: datetime) -> datetime:
    """Return when phones may sign in without anybody opening by hand."""
    return starts_at - OPENS_BEFORE


def closes_at(starts_at: datetime, opened_at: datetime | None) -> datetime:
    """Return the midnight in Shanghai at which an open gathering closes by itself."""
    return midnight_after(max(starts_at, opened_at or starts_at))


def state_at(
    state: GatheringState, starts_at: datetime, opened_at: datetime | None, *, now: datetime
) -> GatheringState:
    """Return the state in force at `now`: by the clock where no hand and no job has written it yet.

    A published gathering opens 30 minutes before its start and an open one closes at midnight in
    Shanghai, whether or not the jobs process is running.
    """
    if state is GatheringState.PUBLISHED and now >= opens_at(starts_at):
        state, opened_at = GatheringState.OPEN, opens_at(starts_at)
    if state is GatheringState.OPEN and now >= closes_at(starts_at, opened_at):
        return GatheringState.CLOSED
    return state
