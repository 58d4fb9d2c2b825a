"""补学和送学上门: what somebody who was not there makes up; it never raises 实到."""

from collections.abc import Collection
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ColumnElement, Date, String, and_, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, Created, Moment, coded, ref


class MakeupForm(StrEnum):
    """In which form something is made up."""

    SELF_STUDY = "self_study"
    ONE_TO_ONE = "one_to_one"
    HOME_STUDY = "home_study"
    NEXT_SESSION = "next_session"
    HOST_BRANCH = "host_branch"


MAKEUP_FORM_TEXT = {
    MakeupForm.SELF_STUDY: "自学",
    MakeupForm.ONE_TO_ONE: "一对一补学",
    MakeupForm.HOME_STUDY: "送学上门",
    MakeupForm.NEXT_SESSION: "下次会上补",
    MakeupForm.HOST_BRANCH: "在流入地补",
}


class Makeup(Base):
    """One person makes up one gathering: planned from the roll, due before the next theme day."""

    __tablename__ = "makeup"
    gathering_id: Mapped[int] = ref("gathering.id", primary_key=True)
    member_id: Mapped[int] = ref("member.id", primary_key=True, index=True)
    form: Mapped[MakeupForm] = coded(MakeupForm, "form")
    due_on: Mapped[date] = mapped_column(Date)
    planned_at: Mapped[Moment]
    planned_by: Mapped[int] = ref("account.id")
    done_on: Mapped[date | None] = mapped_column(Date)
    done_by: Mapped[int | None] = ref("account.id")  # who recorded that it was done
    content: Mapped[str | None] = mapped_column(String(80))
    cancelled_at: Mapped[Moment | None]  # chosen by mistake, or the person had come after all
    created_at: Mapped[Created]

    __table_args__ = (
        CheckConstraint("(done_on IS NULL) = (done_by IS NULL)", name="done_by_someone"),
        CheckConstraint("done_on IS NULL OR cancelled_at IS NULL", name="done_or_cancelled"),
    )


def planned_of(gathering_id: Any, member_id: Any) -> ColumnElement[bool]:
    """Select what a person makes up of a gathering, done or still to do."""
    return and_(
        Makeup.gathering_id == gathering_id, Makeup.member_id == member_id, Makeup.cancelled_at.is_(None)
    )


def drop_makeups(session: Session, gathering_id: int, member_ids: Collection[int], now: datetime) -> None:
    """Give up what people were to make up who had come after all; what was done stays on record."""
    if member_ids:
        session.execute(
            update(Makeup)
            .where(
                Makeup.gathering_id == gathering_id,
                Makeup.member_id.in_(member_ids),
                Makeup.done_on.is_(None),
                Makeup.cancelled_at.is_(None),
            )
            .values(cancelled_at=now)
        )
