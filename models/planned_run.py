"""Runs of the schedule as rows: planned once per period, taken by one process, caught up after a stop."""

from datetime import datetime, timedelta

from sqlalchemy import CheckConstraint, String, UniqueConstraint, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, Created, Key, Moment

LATE = timedelta(minutes=10)  # a failed run is tried again after five


class PlannedRun(Base):
    """One run of one kind for one period (`close_gatherings`, `2026-11-25`)."""

    __tablename__ = "planned_run"
    id: Mapped[Key]
    kind: Mapped[str] = mapped_column(String(40))
    period: Mapped[str] = mapped_column(String(20))
    due_at: Mapped[Moment]
    done_at: Mapped[Moment | None]
    outcome: Mapped[str | None] = mapped_column(String(80))
    created_at: Mapped[Created]

    __table_args__ = (
        UniqueConstraint("kind", "period"),
        CheckConstraint("(done_at IS NULL) = (outcome IS NULL)", name="done_with_outcome"),
    )


def plan(session: Session, kind: str, period: str, *, due_at: datetime) -> None:
    """Plan a run; one already planned for this period is kept as it is.

    An older run of the kind that nobody took is thereby missed: the new one catches up for all of them. One
    that somebody holds is left to them, were they stopped in the middle of it: the new one does not wait.
    """
    row = insert(PlannedRun).values(kind=kind, period=period, due_at=due_at)
    row = row.on_conflict_do_nothing(index_elements=["kind", "period"])
    if session.scalar(row.returning(PlannedRun.id)) is not None:
        # A period is written so that it sorts by time: a clock that was put back misses nothing newer.
        older = select(PlannedRun.id).where(
            PlannedRun.kind == kind, PlannedRun.done_at.is_(None), PlannedRun.period < period
        )
        free = older.with_for_update(skip_locked=True)
        session.execute(
            update(PlannedRun)
            .where(PlannedRun.id.in_(free))
            .values(done_at=due_at, outcome="missed")
            .execution_options(synchronize_session=False)
        )


def take_due(session: Session, *, now: datetime) -> PlannedRun | None:
    """Lock and return the oldest run that is due and not done, skipping those others hold."""
    query = (
        select(PlannedRun)
        .where(PlannedRun.done_at.is_(None), PlannedRun.due_at <= now)
        .order_by(PlannedRun.due_at, PlannedRun.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    return session.scalar(query)


def late_runs(session: Session, *, now: datetime) -> int:
    """Return how many runs fell due more than ten minutes ago and are not done."""
    query = select(func.count()).where(PlannedRun.done_at.is_(None), PlannedRun.due_at < now - LATE)
    return session.scalar(query) or 0


def forget_before(session: Session, moment: datetime) -> None:
    """Delete done runs older than `moment`."""
    session.execute(delete(PlannedRun).where(PlannedRun.done_at.is_not(None), PlannedRun.due_at < moment))
