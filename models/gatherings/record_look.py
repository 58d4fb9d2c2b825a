"""Looks (审阅): which filed records an officer has read, so that what is read leaves the officer's list."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Integer
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.audit import Via, record
from models.base import Base, Created, Moment, ref
from models.gatherings.minutes import Minutes, MinutesState
from models.gatherings.roll import Roll
from models.refused import Refused


class RecordLook(Base):
    """A committee's look at one filing of a record; filed again or corrected since, it waits again."""

    __tablename__ = "record_look"
    roll_id: Mapped[int] = ref("minutes.roll_id", primary_key=True)
    org_id: Mapped[int] = ref("org.id", primary_key=True)
    filed_at: Mapped[Moment] = mapped_column(primary_key=True)
    revision: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    account_id: Mapped[int] = ref("account.id")
    looked_at: Mapped[Moment]
    created_at: Mapped[Created]

    __table_args__ = (CheckConstraint("revision > 0", name="revision"),)


def look_at_record(session: Session, roll_id: int, org_id: int, *, by: int, via: Via, now: datetime) -> None:
    """Keep that this committee has read the record as filed; again is the same. Refused: not_filed."""
    minutes = session.get(Minutes, roll_id, with_for_update={"read": True}, populate_existing=True)
    if minutes is None or minutes.state is not MinutesState.FILED or minutes.filed_at is None:
        raise Refused("not_filed", "这份记录还没有归档，或者刚刚退回了")
    revision = session.get_one(Roll, roll_id).revision
    key = {"roll_id": roll_id, "org_id": org_id, "filed_at": minutes.filed_at, "revision": revision}
    look = insert(RecordLook).values(**key, account_id=by, looked_at=now).on_conflict_do_nothing()
    if session.scalar(look.returning(RecordLook.roll_id)) is not None:
        after = {"revision": revision}
        record(session, "look_at_record", "roll", roll_id, via=via, account_id=by, org_id=org_id, after=after)
