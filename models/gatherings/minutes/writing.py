"""Writing minutes: begun from agenda and roll, saved as often as wanted, by one hand at a time."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.dialects.postgresql import insert as insert_new
from sqlalchemy.orm import Session

from models.audit import Via, record
from models.clock import day_of
from models.gatherings.agenda import agenda_of
from models.gatherings.gathering import AgendaKind, opens_at
from models.gatherings.guests import guests_on
from models.gatherings.minutes.minutes import Decision, ItemOutcome, Minutes, MinutesItem, MinutesState
from models.gatherings.roll_head import RollHead, check_held, roll_seen
from models.refused import Refused

MOST_ADDED, MOST_DECISIONS = 10, 20
LONGEST_DISCUSSION = 6000
LONGEST = {"host": 40, "recorder": 40, "observers": 120, "volunteering": 200}
MOST_FEN = 100_000_000
# What no paper and no Word file can show; a line break and a tab stay.
UNSEEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")


@dataclass(frozen=True)
class Vote:
    """The totals of one vote; absent members' written opinions count among yes, no and abstain."""

    base: int  # full members with a vote
    present: int
    written: int
    yes: int
    no: int
    abstain: int

    @property
    def adds_up(self) -> bool:
        """Whether as many voted as were there or had written."""
        voted = self.present + self.written
        return voted <= self.base and self.yes + self.no + self.abstain == voted


@dataclass(frozen=True)
class Decided:
    """One decision as it is typed."""

    text: str
    owner: str = ""
    due_on: date | None = None
    vote: Vote | None = None


@dataclass(frozen=True)
class Written:
    """What somebody types into minutes; who was there is the roll's and is typed nowhere.

    `outcomes` says by position what became of a planned item, with the new title where it was changed;
    `added` are items of the day that nobody had planned.
    """

    host: str = ""
    recorder: str = ""
    began_at: datetime | None = None
    ended_at: datetime | None = None
    observers: str = ""
    discussion: str = ""
    dues_fen: int | None = None
    volunteering: str = ""
    volunteers: int | None = None
    volunteer_hours: Decimal | None = None  # of each of them
    outcomes: Mapping[int, tuple[ItemOutcome, str]] = field(default_factory=dict)
    added: tuple[tuple[AgendaKind, str], ...] = ()
    decisions: tuple[Decided, ...] = ()


def tidy_text(text: str) -> str:
    """Return text with plain line breaks, without unseen characters and blanks at line ends."""
    lines = UNSEEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip().split("\n")
    return "\n".join(line.rstrip() for line in lines)


def minutes_seen(session: Session, roll_id: int, *, lock: bool = False) -> Minutes:
    """Return the minutes of a roll, locked against other hands if asked. Refused: not_found."""
    query = select(Minutes).where(Minutes.roll_id == roll_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    minutes = session.scalar(query)
    if minutes is None:
        raise Refused("not_found", "这次活动还没有写记录")
    return minutes


def begin_minutes(session: Session, roll_id: int, *, by: int, via: Via, now: datetime) -> Minutes:
    """Return the minutes of a roll, begun from its agenda where nobody has; what was said starts blank.

    Two hands at once begin one record. Not before the doors open: nothing has happened then.
    Refused: not_found, not_published, cancelled, too_early.
    """
    head, sketched, items = sketch_minutes(session, roll_id, now=now)
    values = {name: getattr(sketched, name) for name in ("observers", "began_at", "ended_at")}
    begun = insert_new(Minutes).values(roll_id=roll_id, drafted_by=by, **values)
    if session.scalar(begun.on_conflict_do_nothing().returning(Minutes.roll_id)) is not None:
        session.add_all(items)
        session.flush()
        record(session, "begin", "minutes", roll_id, via=via, account_id=by, org_id=head.org.id)
    return minutes_seen(session, roll_id)


def sketch_minutes(
    session: Session, roll_id: int, *, now: datetime
) -> tuple[RollHead, Minutes, list[MinutesItem]]:
    """Return the minutes and items that `begin_minutes` would begin, written nowhere. Refused: as there."""
    head = roll_seen(session, roll_id)
    check_held(head.gathering)
    if now < opens_at(head.gathering.starts_at):
        raise Refused("too_early", "活动还没有开始，到时候再写记录")
    number = head.roll.observers + guests_on(session, head)
    minutes = Minutes(
        roll_id=roll_id, state=MinutesState.DRAFT, version=1, discussion="",
        observers=f"列席 {number} 人" if number else None,
        began_at=head.gathering.starts_at, ended_at=head.gathering.ends_at,
    )  # fmt: skip
    items = [
        MinutesItem(
            roll_id=roll_id, position=position, kind=item.kind, title=item.title,
            outcome=ItemOutcome.PLANNED, added=False,
        )
        for position, item in enumerate(agenda_of(session, head.gathering.id), start=1)
    ]  # fmt: skip
    return head, minutes, items


def save_minutes(
    session: Session, roll_id: int, written: Written, *, seen: int, by: int, via: Via
) -> Minutes:
    """Save minutes that are not filed; planned items keep their titles. Returns them with a new version.

    `seen` is the version that the hand had before it. Refused: not_found, minutes_filed, minutes_changed
    (saved by somebody else meanwhile), bad_minutes with `fields`.
    """
    head = roll_seen(session, roll_id)
    minutes = minutes_seen(session, roll_id, lock=True)
    if minutes.state is MinutesState.FILED:
        raise Refused("minutes_filed", "这份记录已经归档，要改请上级退回补正")
    if minutes.version != seen:
        raise Refused("minutes_changed", "另一位同志刚刚存过这份记录")
    written = _tidied(written)
    planned = _planned(session, roll_id)
    _check(written, head, planned)
    for name in (*LONGEST, "began_at", "ended_at", "dues_fen", "volunteers", "volunteer_hours"):
        value = getattr(written, name)
        setattr(minutes, name, None if value == "" else value)
    minutes.discussion = written.discussion
    minutes.version += 1
    session.flush()
    _write_items(session, roll_id, planned, written)
    _write_decisions(session, roll_id, written)
    record(
        session, "save", "minutes", roll_id, via=via, account_id=by, org_id=head.org.id,
        after={"version": minutes.version, "decisions": len(written.decisions)},
    )  # fmt: skip
    return minutes


def _planned(session: Session, roll_id: int) -> list[MinutesItem]:
    query = select(MinutesItem).where(MinutesItem.roll_id == roll_id, ~MinutesItem.added)
    return list(session.scalars(query.order_by(MinutesItem.position)))


def _tidied(written: Written) -> Written:
    """Return the same with tidy texts; items and decisions without any text are left out."""
    decisions = (
        Decided(tidy_text(one.text), tidy_text(one.owner), one.due_on, one.vote) for one in written.decisions
    )
    texts: dict[str, Any] = {name: tidy_text(getattr(written, name)) for name in (*LONGEST, "discussion")}
    return replace(
        written,
        outcomes={at: (how, tidy_text(to)) for at, (how, to) in written.outcomes.items()},
        added=tuple((kind, tidy_text(title)) for kind, title in written.added if tidy_text(title)),
        decisions=tuple(one for one in decisions if one.text or one.owner or one.due_on or one.vote),
        **texts,
    )


def _check(written: Written, head: RollHead, planned: list[MinutesItem]) -> None:
    """Let what was typed go on only if it can be true. Refused: bad_minutes with `fields`."""
    wrong = {
        name: f"最多 {most} 个字" for name, most in LONGEST.items() if len(getattr(written, name)) > most
    }
    if len(written.discussion) > LONGEST_DISCUSSION:
        wrong["discussion"] = f"最多 {LONGEST_DISCUSSION} 个字，现在 {len(written.discussion)} 个"
    wrong |= _wrong_times(written, head)
    wrong |= _wrong_numbers(written)
    wrong |= _wrong_items(written, planned)
    for number, one in enumerate(written.decisions, start=1):
        wrong |= {f"{name}-{number}": why for name, why in _wrong_decision(one, head).items()}
    if len(written.decisions) > MOST_DECISIONS:
        wrong["decisions"] = f"最多写 {MOST_DECISIONS} 条"
    if wrong:
        raise Refused("bad_minutes", "有几处需要改一下", fields=wrong)


def _wrong_times(written: Written, head: RollHead) -> dict[str, str]:
    wrong, held_on = {}, day_of(head.gathering.starts_at)
    for name, moment in (("began_at", written.began_at), ("ended_at", written.ended_at)):
        if moment is not None and day_of(moment) != held_on:
            wrong[name] = f"活动在 {held_on.month}月{held_on.day}日，时间请写当天的"
    if written.began_at and written.ended_at and written.ended_at <= written.began_at:
        wrong.setdefault("ended_at", "结束时间应当晚于开始时间")
    return wrong


def _wrong_numbers(written: Written) -> dict[str, str]:
    wrong = {}
    if written.dues_fen is not None and not 0 <= written.dues_fen <= MOST_FEN:
        wrong["dues"] = "党费合计写 0 到 1000000 元，最多两位小数"
    if written.volunteers is not None and not 1 <= written.volunteers <= 2000:
        wrong["volunteers"] = "人数写 1 到 2000"
    hours = written.volunteer_hours
    if hours is not None and not (0 < hours <= 24 and hours == round(hours, 1)):
        wrong["volunteer_hours"] = "时长写 0.1 到 24 小时，最多一位小数"
    elif hours is not None and written.volunteers is None:
        wrong.setdefault("volunteers", "写了时长，请也写几个人")
    if written.volunteers is not None and not written.volunteering:
        wrong["volunteering"] = "写了人数，请也写做了什么"
    return wrong


def _wrong_items(written: Written, planned: list[MinutesItem]) -> dict[str, str]:
    wrong = {}
    positions = {item.position for item in planned}
    for at, (how, to) in written.outcomes.items():
        if at not in positions:
            wrong["items"] = "议程里没有这一项，请刷新以后再填"
        elif how is ItemOutcome.CHANGED and not 1 <= len(to) <= 80:
            wrong[f"to-{at}"] = "请写改成了什么，最多 80 个字"
    if len(written.added) > MOST_ADDED:
        wrong["added"] = f"临时增加的最多 {MOST_ADDED} 项"
    elif any(len(title) > 80 for _, title in written.added):
        wrong["added"] = "每项最多 80 个字"
    return wrong


def _wrong_decision(one: Decided, head: RollHead) -> dict[str, str]:
    wrong = {}
    if not 1 <= len(one.text) <= 400:
        wrong["text"] = "请写决定了什么，最多 400 个字"
    if len(one.owner) > 40:
        wrong["owner"] = "最多 40 个字"
    if one.due_on is not None and one.due_on < day_of(head.gathering.starts_at):
        wrong["due_on"] = "完成时限不早于活动当天"
    if one.vote is not None and (min(vars(one.vote).values()) < 0 or not one.vote.adds_up):
        wrong["vote"] = "赞成、反对、弃权加起来要等于实到加书面意见，且不超过应到"
    return wrong


def _write_items(session: Session, roll_id: int, planned: list[MinutesItem], written: Written) -> None:
    for item in planned:
        how, to = written.outcomes.get(item.position, (item.outcome, item.changed_to or ""))
        item.outcome, item.changed_to = how, to if how is ItemOutcome.CHANGED else None
    session.flush()
    session.execute(delete(MinutesItem).where(MinutesItem.roll_id == roll_id, MinutesItem.added))
    first = max((item.position for item in planned), default=0) + 1
    rows = [
        {"roll_id": roll_id, "position": position, "kind": kind, "title": title,
         "outcome": ItemOutcome.HELD, "added": True}
        for position, (kind, title) in enumerate(written.added, start=first)
    ]  # fmt: skip
    if rows:
        session.execute(insert(MinutesItem), rows)


def _write_decisions(session: Session, roll_id: int, written: Written) -> None:
    session.execute(delete(Decision).where(Decision.roll_id == roll_id))
    for position, one in enumerate(written.decisions, start=1):
        vote = {f"vote_{name}": number for name, number in vars(one.vote).items()} if one.vote else {}
        session.add(
            Decision(
                roll_id=roll_id, position=position, text=one.text,
                owner=one.owner or None, due_on=one.due_on, **vote,
            )
        )  # fmt: skip
    session.flush()
