"""投诉与建议: open to anybody, with a receipt, answered by the owner's office."""

from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy import CheckConstraint, ColumnElement, Date, LargeBinary, String, and_, exists, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.audit import Via, record
from models.base import Base, Created, Key, Moment, coded, ref
from models.clock import day_of
from models.people.account import Account
from models.people.binding import Binding
from models.people.request import Request, held
from models.refused import Refused

WORKDAYS = 10  # within which every complaint is answered
A_DAY = (timedelta(days=1), 5)  # complaints of one phone in a span, spent as tries by the handler
# Whoever writes without a phone session shares one box: nothing is asked of them by which to tell them apart.
UNSIGNED, AN_HOUR = b"unsigned", (timedelta(hours=1), 30)
LONGEST, LONGEST_CONTACT = 500, 60  # characters
LONGEST_BYTES = 1800  # so that an answer always fits into one reply of the chat


class Wrong(StrEnum):
    """What somebody wants mended of what is kept about them, or that all of it be taken out."""

    NAME = "name"
    PHONE = "phone"
    GROUP = "group"
    JOINED_ON = "joined_on"
    OTHER = "other"
    ERASE = "erase"


WRONG_TEXT = {
    Wrong.NAME: "姓名",
    Wrong.PHONE: "手机号",
    Wrong.GROUP: "党小组",
    Wrong.JOINED_ON: "入党日期",
    Wrong.OTHER: "其他",
    Wrong.ERASE: "删除",
}


class Complaint(Base, Request):
    """One complaint or suggestion. Whoever wrote it need not say who they are."""

    MISSING = "没有找到这一件"

    __tablename__ = "complaint"
    id: Mapped[Key]
    receipt: Mapped[str] = mapped_column(String(12), unique=True)
    text: Mapped[str] = mapped_column(String(500))
    contact: Mapped[str | None] = mapped_column(String(60))  # as the person typed it, or none
    via: Mapped[Via] = coded(Via, "via")
    wish: Mapped[Wrong | None] = coded(Wrong, "wish")  # of a member who was bound; the text says whose
    openid_hash: Mapped[bytes | None] = mapped_column(LargeBinary)  # the chat reads the answer by it
    received_at: Mapped[Moment]
    due_on: Mapped[date] = mapped_column(Date)
    answer: Mapped[str | None] = mapped_column(String(500))
    answered_by: Mapped[int | None] = ref("account.id")
    answered_at: Mapped[Moment | None]
    created_at: Mapped[Created]

    __table_args__ = (
        CheckConstraint("text <> ''", name="text"),
        CheckConstraint("receipt ~ '^[0-9]{8,12}$'", name="receipt"),
        CheckConstraint(
            "(answer IS NULL) = (answered_by IS NULL) AND (answer IS NULL) = (answered_at IS NULL)",
            name="answered_by_someone",
        ),
    )

    @property
    def waits(self) -> bool:
        """Say whether nobody answered it."""
        return self.answered_at is None


class ComplaintView(NamedTuple):
    """One complaint as the office reads it; who wrote it is not known."""

    complaint: Complaint
    answered_by: str | None


def tidy_complaint(text: str, contact: str | None) -> tuple[str, str | None]:
    """Return text and contact as they are stored. Refused: bad_complaint with `fields`."""
    text, contact = text.strip(), (contact or "").strip()
    if not 2 <= len(text) <= LONGEST:
        words = f"请写 2 到 {LONGEST} 个字，长的可以分几次写"
        raise Refused("bad_complaint", words, fields={"text": words})
    if len(contact) > LONGEST_CONTACT:
        words = f"联系方式最多 {LONGEST_CONTACT} 个字"
        raise Refused("bad_complaint", words, fields={"contact": words})
    return text, contact or None


def receive_complaint(
    session: Session,
    text: str,
    contact: str | None,
    *,
    openid_hash: bytes | None,
    via: Via,
    due_on: date,
    now: datetime,
    wish: Wrong | None = None,
) -> Complaint:
    """Take in a complaint under the day's next receipt (YYYYMMDDnnnn); spend a try before.

    `openid_hash` is the phone that may read the answer, None where nobody may. Who wrote it goes into no
    log. `wish` only where the text says whose it is because a binding did: anybody may type
    another's name. Refused: bad_complaint, too_many_tries when the day's receipts are used up.
    """
    text, contact = tidy_complaint(text, contact)
    day = f"{day_of(now):%Y%m%d}"
    # Receipts follow each other without a gap that two at once could both fill.
    session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"complaint:{day}", 0))))
    last = session.scalar(select(func.max(Complaint.receipt)).where(Complaint.receipt.startswith(day)))
    number = int(last[8:]) + 1 if last else 1
    if number > 9999:
        raise Refused("too_many_tries", "今天收到的太多了，请明天再写，或者打电话")
    complaint = Complaint(
        receipt=f"{day}{number:04d}", text=text, contact=contact, via=via, openid_hash=openid_hash,
        received_at=now, due_on=due_on, wish=wish,
    )  # fmt: skip
    session.add(complaint)
    session.flush()
    return complaint


def _written_by(openid_hash: bytes) -> ColumnElement[bool]:
    """Return the condition that a WeChat user wrote it, and not while somebody else was bound there.

    A family shares a phone, and a letter may name whoever wrote it. Whose it is now: the member bound, else
    whoever was last.
    """
    bound = Binding.openid_hash == openid_hash
    mine = select(Binding.member_id).where(bound).order_by(Binding.id.desc()).limit(1).scalar_subquery()
    then = and_(Complaint.received_at >= Binding.bound_at, Complaint.received_at < Binding.ended_at)
    return and_(Complaint.openid_hash == openid_hash, ~exists().where(bound, Binding.member_id != mine, then))


def own_complaint(session: Session, receipt: str, openid_hash: bytes) -> Complaint:
    """Return a complaint to the phone that wrote it. Refused: not_found, also for anybody else's."""
    complaint = session.scalar(
        select(Complaint).where(Complaint.receipt == receipt, _written_by(openid_hash))
    )
    if complaint is None:
        raise Refused("not_found", "没有这个编号，或者不是在这里写的")
    return complaint


def complaints_of(
    session: Session, openid_hash: bytes, *, before: int | None = None, most: int | None = None
) -> list[Complaint]:
    """Return what a phone wrote, the newest first; `before` is the id after which the list goes on."""
    query = select(Complaint).where(_written_by(openid_hash))
    if before is not None:
        query = query.where(Complaint.id < before)
    return list(session.scalars(query.order_by(Complaint.id.desc()).limit(most)))


def correction_text(name: str, branch: str, what: Wrong, text: str) -> str:
    """Return the letter by which somebody asks that what is kept about them be mended or taken out."""
    asked = "删除请求" if what is Wrong.ERASE else f"更正请求（{WRONG_TEXT[what]}）"
    return f"{asked}：{branch} {name}。{text.strip()}"


def complaints_waiting(session: Session) -> list[ComplaintView]:
    """Return what waits for an answer, the one due first on top."""
    query = select(Complaint).where(Complaint.answered_at.is_(None))
    found = session.scalars(query.order_by(Complaint.due_on, Complaint.receipt))
    return [ComplaintView(complaint, None) for complaint in found]


def complaints_answered(session: Session, *, since: datetime) -> list[ComplaintView]:
    """Return what was answered since then, the newest answer on top."""
    query = (
        select(Complaint, Account.name)
        .join(Account, Account.id == Complaint.answered_by)
        .where(Complaint.answered_at >= since)
        .order_by(Complaint.answered_at.desc(), Complaint.id.desc())
    )
    return [ComplaintView(*row) for row in session.execute(query)]


def answer_complaint(
    session: Session, complaint_id: int, answer: str, *, by: int, now: datetime
) -> Complaint:
    """Answer a complaint once. Refused: not_found, complaint_answered, bad_complaint with `fields`."""
    answer = answer.strip()
    if not 2 <= len(answer) <= LONGEST or len(answer.encode()) > LONGEST_BYTES:
        words = f"请写 2 到 {LONGEST} 个字"
        raise Refused("bad_complaint", words, fields={"answer": words})
    complaint = held(session, Complaint, complaint_id)
    if not complaint.waits:
        raise Refused("complaint_answered", "刚刚有人答复过了，答复在下面")
    complaint.answer, complaint.answered_by, complaint.answered_at = answer, by, now
    session.flush()
    after = {"receipt": complaint.receipt, "characters": len(answer)}
    record(
        session, "answer_complaint", "complaint", complaint.id, via=Via.CONSOLE, account_id=by, after=after
    )
    return complaint
