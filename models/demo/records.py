"""The demonstration's records: minutes of each confirmed roll, no two alike; a few returned or still owed."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any, NamedTuple, cast

from sqlalchemy import Table, bindparam, func, insert, select, update
from sqlalchemy.orm import Session

from models.clock import day_of
from models.demo.people import Settled
from models.demo.places import Sort
from models.demo.rolls import Held
from models.demo.talk import Talk, talks
from models.gatherings.agenda import Line, agendas_of
from models.gatherings.dues_tick import DuesTick
from models.gatherings.gathering import AgendaKind
from models.gatherings.minutes.minutes import (
    Decision,
    FilingAct,
    ItemOutcome,
    Minutes,
    MinutesAct,
    MinutesItem,
    MinutesState,
)
from models.gatherings.roll import CAME, NOT_EXPECTED, RollLine
from models.people.account import Account
from models.people.member import Member, MemberStatus

TALKS = talks()
OWED = ("CH04", "XB05", "YX03")  # last month's record is not written yet
BEGUN = ("HZ01",)  # or begun
RETURNED = {
    "HZ02": "议定事项没有写由谁来办、什么时候办完，请补上",
    "DY02": "实到人数和签到表对不上，请核对后再归档",
}
MENDED = ("HZ05", "时间写成了计划的时间，请按实际开会的时间写")  # returned once, two months ago, and mended
NO_TIME = 0.12  # how often one item of the plan is not come to
Row = dict[str, Any]


class Present(NamedTuple):
    """Who stood on one roll: the names of those who came, full members among them, all with a vote."""

    names: list[str]
    full: int
    voters: int


def keep_records(
    session: Session,
    people: Mapping[str, Settled],
    told: Sequence[Held],
    accounts: Mapping[str, Account],
    *,
    now: datetime,
) -> None:
    """Write and file the minutes of every confirmed roll, but for those that are still owed or returned."""
    newest = max(held.gathering.period for held in told)
    kept = [
        held
        for held in told
        if held.roll.confirmed_at is not None and not (held.code in OWED and held.gathering.period == newest)
    ]
    agendas = agendas_of(session, [held.gathering.id for held in kept])
    present, paid = _present(session), _paid(session)
    rows: dict[type, list[Row]] = {Minutes: [], MinutesItem: [], Decision: []}
    for held in kept:
        chance = Random(f"minutes of {held.code} in {held.gathering.period}")
        agenda, room = agendas[held.gathering.id], present[held.roll.id]
        items = _items(held.roll.id, agenda, chance)
        spoken, decided = _talk(held, items, room, chance)
        sort = people[held.code].place.sort
        fen = paid.get(held.roll.id, 0) * (100 if sort is Sort.VILLAGE else 2600)
        secretary = accounts[f"{people[held.code].place.login}-sj"]
        rows[Minutes].append(_minutes(held, items, spoken, room, fen, secretary, chance))
        rows[MinutesItem] += items
        rows[Decision] += decided
    for table, of in rows.items():
        session.execute(insert(table).execution_options(render_nulls=True), of)
    _file(session, kept, people, accounts, newest, now)


def _present(session: Session) -> dict[int, Present]:
    found: dict[int, Present] = {}
    query = (
        select(RollLine.roll_id, RollLine.status, Member.name, Member.status)
        .join(Member, Member.id == RollLine.member_id)
        .where(RollLine.roll_id.is_not(None))
        .order_by(RollLine.roll_id, Member.id)
    )
    for roll_id, status, name, standing in session.execute(query):
        assert roll_id is not None  # noqa: S101
        room = found.get(roll_id, Present([], 0, 0))
        full, came = standing is not MemberStatus.PROBATIONARY, status in CAME
        if came:
            room.names.append(name)
        voter = full and (came or status not in NOT_EXPECTED)
        found[roll_id] = Present(room.names, room.full + (full and came), room.voters + voter)
    return found


def _paid(session: Session) -> dict[int, int]:
    """Return roll id -> how many of it paid the month's dues there."""
    query = (
        select(RollLine.roll_id, func.count())
        .join(
            DuesTick,
            (DuesTick.gathering_id == RollLine.gathering_id) & (DuesTick.member_id == RollLine.member_id),
        )
        .where(RollLine.roll_id.is_not(None))
        .group_by(RollLine.roll_id)
    )
    return {roll_id: number for roll_id, number in session.execute(query) if roll_id is not None}


def _items(roll_id: int, agenda: Sequence[Line], chance: Random) -> list[Row]:
    rows: list[Row] = [
        {
            "roll_id": roll_id, "position": position, "kind": line.kind, "title": line.title,
            "outcome": ItemOutcome.HELD, "changed_to": None,
        }
        for position, line in enumerate(agenda, start=1)
    ]  # fmt: skip
    if chance.random() < NO_TIME:
        last = [row for row in rows if row["kind"] is AgendaKind.DELIBERATION][-1]
        last["outcome"] = ItemOutcome.NOT_HELD
    elif chance.random() < NO_TIME and rows[-2]["kind"] is AgendaKind.VOLUNTEERING:
        rows[-2] |= {"outcome": ItemOutcome.CHANGED, "changed_to": "雨大，改为清扫楼道和活动室"}
    return rows


def _talk(held: Held, items: Sequence[Row], room: Present, chance: Random) -> tuple[str, list[Row]]:
    """Return what was said, by speaker, and what was decided of the matters that were come to."""
    speakers = [*room.names]
    chance.shuffle(speakers)
    turn = iter(speakers * 9)
    spoken: list[str] = []
    decided: list[Row] = []
    for item in (row for row in items if row["outcome"] is ItemOutcome.HELD):
        if item["kind"] in (AgendaKind.STUDY, AgendaKind.LECTURE):
            heard = chance.randint(1, 4)
            told = item["title"].removeprefix("学习").removeprefix("党课：")
            verb = "领学" if item["kind"] is AgendaKind.STUDY else "讲党课"
            spoken.append(f"{next(turn)}{verb}：{told}。{heard} 位同志联系本职谈了体会。")
        if item["kind"] is not AgendaKind.DELIBERATION:
            continue
        spot, talk = _talk_of(item["title"])
        few, many = chance.randint(2, 6), chance.randint(12, 68)
        words = {"x": spot, "n": few, "m": many}
        remarks = chance.sample(talk.remarks, chance.choice((2, 3)))
        spoken.append(f"关于“{item['title']}”：")
        spoken += [f"{next(turn)}：{remark.format(**words)}。" for remark in remarks]
        decided.append(
            {
                "roll_id": held.roll.id, "position": len(decided) + 1, "text": talk.decided.format(**words),
                "owner": next(turn), "due_on": day_of(held.gathering.starts_at) + timedelta(many // 2),
                **_vote(talk, room, chance),
            }
        )  # fmt: skip
    return "\n".join(spoken), decided


def _talk_of(title: str) -> tuple[str, Talk]:
    for pattern, talk in TALKS.items():
        found = pattern.fullmatch(title)
        if found:
            return found.groupdict().get("x", ""), talk
    raise LookupError(title)


def _vote(talk: Talk, room: Present, chance: Random) -> Row:
    columns = ("vote_base", "vote_present", "vote_written", "vote_yes", "vote_no", "vote_abstain")
    if not talk.by_vote or room.full * 2 <= room.voters:
        return dict.fromkeys(columns)
    against, aside = chance.choice((0, 0, 0, 1)), chance.choice((0, 0, 1))
    totals = (room.voters, room.full, 0, room.full - against - aside, against, aside)
    return dict(zip(columns, totals, strict=True))


def _minutes(
    held: Held, items: Sequence[Row], spoken: str, room: Present, fen: int, secretary: Account, chance: Random
) -> Row:
    it = held.gathering
    late = timedelta(minutes=chance.randint(0, 12))
    service = [row for row in items if row["kind"] is AgendaKind.VOLUNTEERING]
    done = service[0]["changed_to"] or service[0]["title"] if service else None
    recorder = next(name for name in [*room.names[1:], secretary.name] if name != secretary.name or
                    len(room.names) == 1)  # fmt: skip
    return {
        "roll_id": held.roll.id, "host": secretary.name, "recorder": recorder,
        "began_at": it.starts_at + late, "ended_at": it.ends_at - timedelta(minutes=chance.randint(0, 25)),
        "observers": f"入党积极分子 {held.roll.observers} 人" if held.roll.observers else None,
        "discussion": spoken, "dues_fen": fen or None, "volunteering": done,
        "volunteers": max(1, len(room.names) * 2 // 3) if done else None,
        "volunteer_hours": Decimal(2) if done else None, "drafted_by": secretary.id,
    }  # fmt: skip


def _file(
    session: Session,
    kept: Sequence[Held],
    people: Mapping[str, Settled],
    accounts: Mapping[str, Account],
    newest: str,
    now: datetime,
) -> None:
    """File each record one or two days after; return three of them, of which one was mended since."""
    filed: list[Row] = []
    returned: list[Row] = []
    acts: list[Row] = []
    mended = [held for held in kept if held.code == MENDED[0]][-3]
    for held in kept:
        is_newest = held.gathering.period == newest
        if held.code in BEGUN and is_newest:
            continue
        by = accounts[f"{people[held.code].place.login}-sj"].id
        at = _filed_at(held, now)
        act = {"roll_id": held.roll.id, "act": FilingAct.FILED, "reason": None, "account_id": by}
        if held is mended:
            acts.append(act | {"acted_at": at - timedelta(hours=20)})
        reason = RETURNED.get(held.code) if is_newest else MENDED[1] if held is mended else None
        if reason:
            when = at + timedelta(minutes=40) if is_newest else at - timedelta(hours=3)
            officer = accounts[f"{held.code[:2].lower()}-gb"].id
            returned.append({"roll": held.roll.id, "reason": reason, "officer": officer, "when": when})
            sent_back = {"act": FilingAct.RETURNED, "reason": reason, "account_id": officer}
            acts.append({"roll_id": held.roll.id, "acted_at": when} | sent_back)
        filed.append({"roll": held.roll.id, "at": at, "by": by, "revision": held.roll.revision})
        acts.append(act | {"acted_at": at})
    _write(session, filed, returned, still=[row["roll"] for row in returned if row["roll"] != mended.roll.id])
    session.execute(insert(MinutesAct).execution_options(render_nulls=True), acts)


def _filed_at(held: Held, now: datetime) -> datetime:
    """Return the day after the confirmation, or after the amendment that came before the filing."""
    after = timedelta(days=4 if held.roll.revision > 1 else 1)
    return min(max(held.roll.confirmed_at or now, held.gathering.ends_at) + after, now - timedelta(hours=2))


def _write(session: Session, filed: list[Row], returned: list[Row], *, still: list[int]) -> None:
    table = cast(Table, Minutes.__table__)
    own = table.c.roll_id == bindparam("roll")
    filing: Row = {
        "state": MinutesState.FILED, "version": 2, "filed_at": bindparam("at"), "filed_by": bindparam("by"),
        "filed_revision": bindparam("revision"),
    }  # fmt: skip
    sending_back: Row = {
        "returned_at": bindparam("when"), "returned_by": bindparam("officer"),
        "return_reason": bindparam("reason"),
    }  # fmt: skip
    session.execute(update(table).where(own).values(**filing), filed)
    session.execute(update(table).where(own).values(**sending_back), returned)
    session.execute(update(Minutes).where(Minutes.roll_id.in_(still)).values(state=MinutesState.RETURNED))
