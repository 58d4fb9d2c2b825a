"""What the account answers a follower who asks about the office: editable texts, one for each matter."""

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy import CheckConstraint, String, delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.audit import Via, record
from models.base import Base, Created, Moment, coded, ref
from models.people import office_texts
from models.people.account import Account
from models.refused import Refused

LONGEST, LONGEST_BYTES = 600, 2048  # characters; what WeChat takes as one reply


class Matter(StrEnum):
    """What followers ask about who are no members, or not yet."""

    TRANSFER = "transfer"
    JOINING = "joining"
    FLOATING = "floating"
    CENTRE = "centre"


class OfficeAnswer(Base):
    """One edited text; without a row the built-in text answers."""

    __tablename__ = "office_answer"
    matter: Mapped[Matter] = coded(Matter, "matter", primary_key=True)
    text: Mapped[str] = mapped_column(String(600))
    edited_by: Mapped[int] = ref("account.id")
    edited_at: Mapped[Moment]
    created_at: Mapped[Created]

    __table_args__ = (CheckConstraint("text <> ''", name="text"),)


MATTER_TEXT = {
    Matter.TRANSFER: "组织关系转接",
    Matter.JOINING: "入党流程",
    Matter.FLOATING: "流动党员报到",
    Matter.CENTRE: "地址和电话",
}
BUILT_IN = {
    Matter.TRANSFER: office_texts.TRANSFER,
    Matter.JOINING: office_texts.JOINING,
    Matter.FLOATING: office_texts.FLOATING,
    Matter.CENTRE: office_texts.CENTRE,
}


class House(NamedTuple):
    """Who runs this, as the built-in texts name it."""

    owner: str
    phone: str


class AnswerView(NamedTuple):
    """One text in force; without a hand it is the built-in one."""

    matter: Matter
    text: str
    edited_by: str | None
    edited_at: datetime | None


def built_in(matter: Matter, house: House) -> str:
    """Return the text that answers until somebody edits it."""
    return BUILT_IN[matter].format(**house._asdict())


def office_text(session: Session, matter: Matter, house: House) -> str:
    """Return what a follower reads: the edited text where there is one."""
    edited = session.scalar(select(OfficeAnswer.text).where(OfficeAnswer.matter == matter))
    return edited or built_in(matter, house)


def office_answers(session: Session, house: House) -> list[AnswerView]:
    """Return the text in force for every matter, with whose hand edited it; one statement."""
    query = select(OfficeAnswer, Account.name).join(Account, Account.id == OfficeAnswer.edited_by)
    edited = {row.matter: (row, name) for row, name in session.execute(query)}
    return [
        AnswerView(matter, edited[matter][0].text, edited[matter][1], edited[matter][0].edited_at)
        if matter in edited
        else AnswerView(matter, built_in(matter, house), None, None)
        for matter in Matter
    ]


def tidy_office_text(text: str) -> str:
    """Return a text as it is stored and read. Refused: bad_office_text with `fields`."""
    text = "\n".join(line.rstrip() for line in text.strip().splitlines())
    if len(text) < 2:
        words = "请写上答复"
    elif len(text) > LONGEST:
        words = f"最多 {LONGEST} 个字，现在是 {len(text)} 个"
    elif len(text.encode()) > LONGEST_BYTES:
        words = "微信装不下这么长的一条，请写短一些"
    else:
        return text
    raise Refused("bad_office_text", words, fields={"text": words})


def edit_office_answer(session: Session, matter: Matter, text: str, *, by: int, now: datetime) -> None:
    """Let this text answer from now on. Refused: bad_office_text."""
    text = tidy_office_text(text)
    written = {"text": text, "edited_by": by, "edited_at": now}
    row = insert(OfficeAnswer).values(matter=matter, **written)
    session.execute(row.on_conflict_do_update(index_elements=["matter"], set_=written))
    after = {"matter": matter, "characters": len(text)}
    record(session, "edit_office_answer", "office_answer", None, via=Via.CONSOLE, account_id=by, after=after)


def reset_office_answer(session: Session, matter: Matter, *, by: int) -> None:
    """Let the built-in text answer again."""
    gone = delete(OfficeAnswer).where(OfficeAnswer.matter == matter).returning(OfficeAnswer.matter)
    if session.scalar(gone) is not None:
        record(
            session, "reset_office_answer", "office_answer", None, via=Via.CONSOLE, account_id=by,
            after={"matter": matter},
        )  # fmt: skip
