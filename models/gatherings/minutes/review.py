"""Looks (审阅): which filed records an officer has read, so that what is read leaves the officer's list."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import CheckConstraint, Integer, exists, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, aliased, mapped_column

from models.audit import Via, record
from models.base import Base, Created, Moment, ref
from models.gatherings.gathering import Gathering
from models.gatherings.minutes.minutes import Minutes, MinutesState
from models.gatherings.roll import Roll
from models.people.org import COMMITTEES, Org, tree_order
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


def filing_of(filed_at: datetime, revision: int) -> str:
    """Return what tells one filing of a record from the next, for a form to carry."""
    return f"{filed_at.timestamp():.6f}.{revision}"


def look_at_record(
    session: Session, roll_id: int, org_id: int, seen: str, *, by: int, via: Via, now: datetime
) -> None:
    """Keep that this committee has read the record as filed; again is the same.

    `seen` is the filing that was read. Refused: not_filed, minutes_changed.
    """
    minutes = session.get(Minutes, roll_id, with_for_update={"read": True}, populate_existing=True)
    if minutes is None or minutes.state is not MinutesState.FILED or minutes.filed_at is None:
        raise Refused("not_filed", "这份记录还没有归档，或者刚刚退回了")
    revision = session.get_one(Roll, roll_id).revision
    if seen != filing_of(minutes.filed_at, revision):
        raise Refused("minutes_changed", "这份记录刚刚变过，请再看一遍")
    key = {"roll_id": roll_id, "org_id": org_id, "filed_at": minutes.filed_at, "revision": revision}
    look = insert(RecordLook).values(**key, account_id=by, looked_at=now).on_conflict_do_nothing()
    if session.scalar(look.returning(RecordLook.roll_id)) is not None:
        after = {"revision": revision}
        record(session, "look", "minutes", roll_id, via=via, account_id=by, org_id=org_id, after=after)


def filing_to_read(session: Session, minutes: Minutes, roll: Roll, readers: Collection[int]) -> str:
    """Return the filing of a record that one of these committees has still to read, else an empty text."""
    if minutes.state is not MinutesState.FILED or minutes.filed_at is None or not readers:
        return ""
    looks = select(func.count(RecordLook.org_id.distinct())).where(
        RecordLook.roll_id == roll.id,
        RecordLook.org_id.in_(readers),
        RecordLook.filed_at == minutes.filed_at,
        RecordLook.revision == roll.revision,
    )
    looked = session.scalar(looks) or 0
    return filing_of(minutes.filed_at, roll.revision) if looked < len(readers) else ""


class Unread(NamedTuple):
    """A filed record that its committee has not read yet."""

    period: str
    org: Org
    again: bool


def unread_records(session: Session, readers: Sequence[Org], *, since: datetime) -> list[Unread]:
    """Return the records filed since then that these committees have still to read, in tree order.

    A branch's records are read by the nearest committee above it. One statement.
    """
    reader, home, nearer = aliased(Org), aliased(Org), aliased(Org)
    exists_nearer = exists().where(
        nearer.kind.in_(COMMITTEES),
        nearer.id != reader.id,
        nearer.path.startswith(reader.path),
        home.path.startswith(nearer.path),
    )
    looked = exists().where(
        RecordLook.roll_id == Roll.id,
        RecordLook.org_id == reader.id,
        RecordLook.filed_at == Minutes.filed_at,
        RecordLook.revision == Roll.revision,
    )
    rows = session.execute(
        select(Gathering.period, home, Minutes.returned_at.is_not(None))
        .join_from(Minutes, Roll, Roll.id == Minutes.roll_id)
        .join(Gathering, Gathering.id == Roll.gathering_id)
        .join(home, home.id == Roll.org_id)
        .join(reader, home.path.startswith(reader.path))
        .where(
            reader.id.in_([one.id for one in readers]),
            Minutes.state == MinutesState.FILED,
            Minutes.filed_at > since,
            ~looked,
            ~exists_nearer,
        )
    ).all()
    found = [Unread(*row) for row in rows]
    return sorted(found, key=lambda one: tree_order(one.org))
