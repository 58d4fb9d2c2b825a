"""A member's own list of notices: what was told to them, in the words that went out, and what they have read.

That something was read is for this list alone: no page above the member, no count and no export asks for it.
"""

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import and_, bindparam, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session

from models.base import Base, Moment, ref
from models.gatherings.gathering import Gathering, GatheringState
from models.notices.delivery import Delivery, DeliveryState
from models.notices.notice import Notice, NoticeKind
from models.notices.words import Words
from models.refused import Refused

PAGE = 20
CANCELLATION = "cancellation"
# What never reached anybody: too many in the month, or overtaken before it went out.
UNTOLD = (DeliveryState.DROPPED, DeliveryState.CANCELLED)
SAID = {
    NoticeKind.NOTICE.value: "{}的安排",
    NoticeKind.REMINDER.value: "{}快到了",
    NoticeKind.CHANGE.value: "{}有变动",
    CANCELLATION: "{}取消了",
}


class NoticeRead(Base):
    """When a member opened a notice for the first time."""

    __tablename__ = "notice_read"
    delivery_id: Mapped[int] = ref("delivery.id", primary_key=True)
    read_at: Mapped[Moment]


class Told(NamedTuple):
    """One notice as its member reads it; `words` are those that went out: title, time, place, note.

    `kind` is notice, reminder, change or cancellation. `at_home`: the member need not come.
    """

    id: int
    gathering_id: int
    kind: str
    title: str
    words: Words
    at_home: bool
    sent_at: datetime
    read_at: datetime | None

    @property
    def summary(self) -> str:
        """Say it on one line: when and where; of a change what it is, at home that nobody need come."""
        named = self.at_home or self.kind in (NoticeKind.CHANGE, CANCELLATION)
        return " ".join(self.words.get(name, "") for name in (("note",) if named else ("time", "place")))

    @property
    def text(self) -> str:
        """Return the whole message, a line for each value."""
        before = {"title": "", "time": "时间：", "place": "地点：", "note": ""}
        return "\n".join(f"{said}{self.words[name]}" for name, said in before.items() if name in self.words)


# A prompt is a secretary's affair. Built once: the first page asks it.
OWN = and_(
    Delivery.member_id == bindparam("member"),
    Delivery.state.not_in(UNTOLD),
    Notice.kind != NoticeKind.PROMPT,
)
LISTED = (
    select(Delivery, Notice, Gathering, NoticeRead.read_at)
    .join(Notice, Notice.id == Delivery.notice_id)
    .join(Gathering, Gathering.id == Notice.gathering_id)
    .outerjoin(NoticeRead, NoticeRead.delivery_id == Delivery.id)
    .where(OWN)
    .order_by(Delivery.id.desc())
)
UNREAD = (
    select(func.count())
    .select_from(Delivery)
    .join(Notice, Notice.id == Delivery.notice_id)
    .outerjoin(NoticeRead, NoticeRead.delivery_id == Delivery.id)
    .where(OWN, NoticeRead.delivery_id.is_(None))
)


def notices_of(
    session: Session, member_id: int, *, before: int | None = None, most: int = PAGE
) -> tuple[list[Told], str | None]:
    """Return a page of what a member was told, the newest first, and the cursor of the next page."""
    query = LISTED.limit(most + 1)
    if before is not None:
        query = query.where(Delivery.id < before)
    told = [_told(*row) for row in session.execute(query, {"member": member_id})]
    return told[:most], str(told[most - 1].id) if len(told) > most else None


def told_all(session: Session, member_id: int) -> list[Told]:
    """Return all that a member was told, the newest first; one statement."""
    return [_told(*row) for row in session.execute(LISTED, {"member": member_id})]


def unread_of(session: Session, member_id: int) -> int:
    """Count what a member has not opened, for the member alone."""
    return session.execute(UNREAD, {"member": member_id}).scalar_one()


def notice_told(session: Session, member_id: int, notice_id: int) -> Told:
    """Return one notice of a member's own. Refused: not_found, also for anybody else's."""
    row = session.execute(LISTED.where(Delivery.id == notice_id), {"member": member_id}).first()
    if row is None:
        raise Refused("not_found", "没有找到这条通知")
    return _told(*row)


def mark_read(session: Session, member_id: int, notice_id: int, *, now: datetime) -> datetime:
    """Note that a member opened a notice; return when that was for the first time. Refused: not_found."""
    told = notice_told(session, member_id, notice_id)
    mark = insert(NoticeRead).values(delivery_id=told.id, read_at=now)
    session.execute(mark.on_conflict_do_nothing())
    return session.scalars(select(NoticeRead.read_at).where(NoticeRead.delivery_id == told.id)).one()


def _told(delivery: Delivery, notice: Notice, gathering: Gathering, read_at: Any) -> Told:
    kind = notice.kind.value
    # A gathering that was called off is not changed again: its last version says so.
    if gathering.state is GatheringState.CANCELLED and notice.version == gathering.version:
        kind = CANCELLATION
    return Told(
        delivery.id,
        gathering.id,
        kind,
        SAID[kind].format(gathering.title),
        notice.texts.get("at_home" if delivery.at_home else "member", {}),
        delivery.at_home,
        delivery.first_sent_at or notice.published_at,
        read_at,
    )
