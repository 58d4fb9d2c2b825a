"""流动党员: who is away for long, when the branch last heard from them, and what they took part in."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session

from models.clock import day_of
from models.gatherings.gathering import Gathering, GatheringState
from models.gatherings.leave.host_attendance import HostAttendance
from models.gatherings.roll import CAME, RollLine
from models.notices.delivery import Delivery
from models.people.away_report import AwayReport, ReportState
from models.people.member import Member, Spell, SpellKind, surname_order
from models.people.org import Org, tree_order


class Floating(NamedTuple):
    """One long absence; `heard_on`: told by telephone, or reported something to the branch."""

    member: Member
    branch: Org
    spell: Spell
    heard_on: date | None
    elsewhere: int  # attendances at the host branch that the own branch accepted
    came: int  # to gatherings of the own branch

    @property
    def took_part(self) -> str:
        """Say it in words: 在流入地参加 2 次，回支部参加 1 次."""
        said = [f"在流入地参加 {self.elsewhere} 次"] if self.elsewhere else []
        return "，".join([*said, f"回支部参加 {self.came} 次"] if self.came else said)


def floating_between(session: Session, org: Org, *, since: str, until: str) -> list[Floating]:
    """Return who of `org` and below was away in these months (YYYY-MM, both included), a row an absence.

    In the order of the tree and of surnames. Five statements, whatever their number.
    """
    away = _away(session, org, since, until)
    ids = {member.id for member, _, _ in away}
    heard = _last_heard(session, ids)
    elsewhere = _counted(
        session,
        select(HostAttendance.member_id, func.count()).where(
            HostAttendance.period.between(since, until), HostAttendance.state == ReportState.ACCEPTED
        ),
        HostAttendance.member_id,
        ids,
    )
    came = _counted(
        session,
        select(RollLine.member_id, func.count())
        .join(Gathering, Gathering.id == RollLine.gathering_id)
        .where(
            Gathering.period.between(since, until),
            Gathering.state != GatheringState.CANCELLED,
            RollLine.status.in_(CAME),
        ),
        RollLine.member_id,
        ids,
    )
    return [
        Floating(
            member, branch, spell, heard.get(member.id), elsewhere.get(member.id, 0), came.get(member.id, 0)
        )
        for member, branch, spell in away
    ]


def _away(session: Session, org: Org, since: str, until: str) -> list[tuple[Member, Org, Spell]]:
    first, after = date.fromisoformat(f"{since}-01"), month_after(until)
    rows = session.execute(
        select(Member, Org, Spell)
        .join(Org, Org.id == Member.branch_id)
        .join(Spell, Spell.member_id == Member.id)
        .where(
            Org.path.startswith(org.path),
            Member.left_on.is_(None),
            Spell.kind == SpellKind.AWAY,
            Spell.from_on < after,
            # Called off before it began, it covers no day.
            or_(Spell.to_on.is_(None), (Spell.to_on >= first) & (Spell.to_on >= Spell.from_on)),
        )
    )
    found = [(member, branch, spell) for member, branch, spell in rows]
    return sorted(
        found,
        key=lambda row: (
            tree_order(row[1]), row[0].group_id or 0, surname_order(row[0].name), row[0].id, row[2].from_on,
        ),
    )  # fmt: skip


def month_after(period: str) -> date:
    """Return the first day after a month (YYYY-MM)."""
    year, month = int(period[:4]), int(period[5:])
    return date(year + month // 12, month % 12 + 1, 1)


def _last_heard(session: Session, ids: Iterable[int]) -> dict[int, date]:
    asked: Sequence[tuple[Any, Any]] = (
        (Delivery.member_id, Delivery.phoned_at),
        (AwayReport.member_id, AwayReport.asked_at),
        (HostAttendance.member_id, HostAttendance.asked_at),
    )
    heard: dict[int, datetime] = {}
    for member_id, at in asked:
        query = select(member_id, func.max(at)).where(member_id.in_(ids), at.is_not(None))
        for member, moment in session.execute(query.group_by(member_id)):
            heard[member] = max(moment, heard.get(member, moment))
    return {member: day_of(moment) for member, moment in heard.items()}


def _counted(
    session: Session, query: Select[Any, Any], member_id: ColumnElement[int] | Any, ids: Iterable[int]
) -> dict[int, int]:
    rows = session.execute(query.where(member_id.in_(ids)).group_by(member_id))
    return dict(rows.all())
