"""The demonstration's rolls: who came, by which hand, who made it up, and the confirmation."""

from collections.abc import Mapping
from datetime import date, time, timedelta
from random import Random
from typing import Any, NamedTuple

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from models.clock import at, day_of
from models.demo.people import Settled
from models.demo.places import Place, Sort
from models.gatherings.dues_tick import DuesTick
from models.gatherings.gathering import Gathering
from models.gatherings.leave.host_attendance import HostAttendance
from models.gatherings.leave.makeup import Makeup, MakeupForm
from models.gatherings.roll import CAME, CheckedIn, Leave, LeaveReason, LeaveState, Roll, RollLine, Status
from models.people.away_report import ReportState
from models.people.binding import Binding
from models.people.member import Member, Spell, SpellKind
from models.people.said import Said
from models.points.posting import confirm_roll

# Of a hundred expected, how many come; harvests empty the rooms, the Spring Festival fills them.
COME = {
    Sort.VILLAGE: (73, 82),
    Sort.COMMUNITY: (76, 84),
    Sort.RETIRED: (72, 80),
    Sort.OFFICE: (93, 98),
    Sort.UNIT: (88, 95),
    Sort.FIRM: (88, 100),
}
HARVEST, FESTIVAL = (6, 9, 10), 2
NEWCOMER = ("CH02", 20)  # transferred in this May


class Held(NamedTuple):
    """One branch's roll at one gathering."""

    code: str
    gathering: Gathering
    roll: Roll


def hold(
    session: Session, gathering: Gathering, branch: Settled, by: int, newest: bool, *, confirmed: bool
) -> Held:
    """Record who came, by phone or by hand, with leave, make-up and dues; confirm the roll."""
    chance = Random(f"roll of {branch.place.code} in {gathering.period}")
    roll = Roll(gathering_id=gathering.id, org_id=branch.org.id)
    session.add(roll)
    session.flush()
    held_on = day_of(gathering.starts_at)
    spells = _spells_on(session, branch, held_on)
    statuses = _statuses(branch, spells, gathering, chance)
    bound = set(session.scalars(select(Binding.member_id)))
    lines = [
        _line(gathering, roll, member_id, status, spells, bound, by, chance)
        for member_id, status in statuses.items()
    ]
    if not confirmed:
        lines[-1] |= {"status": Status.UNRECORDED, "marked_at": None, "marked_by": None}
        lines[-1] |= {"checked_in_at": None, "checked_in_via": None, "spell_id": None}
    session.execute(insert(RollLine), lines)
    _keep_leaves(session, gathering, statuses, by, chance)
    _keep_makeups(session, gathering, statuses, by, chance, newest)
    _keep_dues(session, gathering, statuses, by, chance)
    _keep_hosted(session, gathering, statuses, spells, by)
    came = sum(status in CAME for status in statuses.values())
    roll.observers = chance.choice((0, 0, 1, 2, 3)) if branch.place.sort is not Sort.OFFICE else 0
    roll.heads = came + roll.observers + chance.choice((*[0] * 12, 1, -1))
    session.flush()
    if confirmed:
        later = timedelta(minutes=chance.randint(10, 90)) if chance.random() < 0.8 else timedelta(hours=22)
        confirm_roll(session, roll.id, by=by, now=gathering.ends_at + later)
    return Held(branch.place.code, gathering, roll)


def _spells_on(session: Session, branch: Settled, day: date) -> dict[int, Spell]:
    ids = [member.id for member in branch.members]
    spells = session.scalars(
        select(Spell).where(
            Spell.member_id.in_(ids),
            Spell.kind.in_((SpellKind.AWAY, SpellKind.EXEMPT)),
            Spell.from_on <= day,
        )
    )
    return {spell.member_id: spell for spell in spells}


def _statuses(
    branch: Settled, spells: Mapping[int, Spell], gathering: Gathering, chance: Random
) -> dict[int, Status]:
    month = int(gathering.period[5:])
    share = _share(branch.place, month, chance)
    statuses = {}
    for rank, member in enumerate(branch.members):
        if not _expected(member, branch.place, rank, gathering):
            continue
        spell = spells.get(member.id)
        if spell is not None:
            hosted = spell.host is not None and month % 2 == 0
            statuses[member.id] = Status.HOST_BRANCH if hosted else Status(spell.kind)
            if spell.kind is SpellKind.EXEMPT and chance.random() < 0.12:
                statuses[member.id] = Status.PRESENT  # old, and there all the same
        elif rank == 0 or chance.random() < share:
            statuses[member.id] = Status.LATE if chance.random() < 0.008 else Status.PRESENT
        else:
            draw = chance.random()
            absent = draw > 0.975
            statuses[member.id] = Status.ABSENT if absent else Status.UNCLEAR if draw > 0.82 else Status.LEAVE
    return statuses


def _share(place: Place, month: int, chance: Random) -> float:
    low, high = COME[place.sort]
    if place.sort is Sort.VILLAGE:
        low, high = (69, 73) if month in HARVEST else (82, 86) if month == FESTIVAL else (low, high)
    return chance.uniform(low, high) / 100


def _expected(member: Member, place: Place, rank: int, gathering: Gathering) -> bool:
    """Say whether somebody belonged to the branch on that day."""
    held_on = day_of(gathering.starts_at)
    if (place.code, rank) == NEWCOMER and gathering.period < f"{held_on.year}-05":
        return False
    if member.left_on is not None:
        return held_on < member.left_on
    joined = member.joined_on is None or member.joined_on <= held_on
    return member.status in ("full", "probationary") and joined


def _line(
    gathering: Gathering, roll: Roll, member_id: int, status: Status, spells: Mapping[int, Spell],
    bound: set[int], by: int, chance: Random,
) -> dict[str, Any]:  # fmt: skip
    spell = spells.get(member_id)
    line: dict[str, Any] = {
        "gathering_id": gathering.id, "member_id": member_id, "roll_id": roll.id, "status": status,
        "spell_id": spell.id if spell else None, "checked_in_at": None, "checked_in_via": None,
        "marked_at": None, "marked_by": None,
    }  # fmt: skip
    if spell is not None and status.value == spell.kind.value:
        return line
    if status is Status.PRESENT and member_id in bound and chance.random() < 0.6:
        early = timedelta(minutes=chance.randint(-3, 18), seconds=chance.randint(0, 59))
        way = CheckedIn.QR if chance.random() < 0.72 else CheckedIn.DIGITS
        return line | {"checked_in_at": gathering.starts_at - early, "checked_in_via": way}
    return line | {
        "marked_at": gathering.starts_at + timedelta(minutes=chance.randint(5, 70)),
        "marked_by": by,
    }


def _keep_leaves(
    session: Session, gathering: Gathering, statuses: Mapping[int, Status], by: int, chance: Random
) -> None:
    """Give each leave its coarse reason; one in three was told to a leader and recorded for them."""
    reasons = (LeaveReason.FAMILY, LeaveReason.FAMILY, LeaveReason.ILLNESS, LeaveReason.OFFICIAL,
               LeaveReason.WORK_AWAY)  # fmt: skip
    rows = []
    for member_id in (one for one, status in statuses.items() if status is Status.LEAVE):
        told = chance.random() < 0.34
        eve = day_of(gathering.starts_at) - timedelta(days=chance.randint(1, 3))
        asked_at = at(eve, time(chance.randint(8, 19), chance.randint(0, 59)))
        rows.append(
            {
                "gathering_id": gathering.id, "member_id": member_id, "reason": chance.choice(reasons),
                "state": LeaveState.APPROVED, "asked_at": asked_at, "decided_by": by,
                "decided_at": asked_at + timedelta(minutes=chance.randint(5, 180)),
                "filed_by": by if told else None, "filed_how": Said.PHONE_CALL if told else None,
                "told_how": Said.PHONE_CALL if told else None,
            }
        )  # fmt: skip
    if rows:
        session.execute(insert(Leave), rows)


def _keep_makeups(
    session: Session, gathering: Gathering, statuses: Mapping[int, Status], by: int, chance: Random,
    newest: bool,
) -> None:  # fmt: skip
    """Let most of those on leave make it up before the next theme day; the newest ones are still due."""
    held_on = day_of(gathering.starts_at)
    due_on = (held_on.replace(day=1) + timedelta(days=32)).replace(day=24)
    rows = []
    for member_id, status in statuses.items():
        if status not in (Status.LEAVE, Status.EXEMPT) or chance.random() > 0.55:
            continue
        at_home = status is Status.EXEMPT
        form = (
            MakeupForm.HOME_STUDY
            if at_home
            else chance.choice((MakeupForm.SELF_STUDY, MakeupForm.ONE_TO_ONE))
        )
        done = not newest or chance.random() < 0.4
        rows.append(
            {
                "gathering_id": gathering.id, "member_id": member_id, "form": form, "due_on": due_on,
                "planned_at": gathering.ends_at, "planned_by": by,
                "done_on": held_on + timedelta(days=chance.randint(2, 14)) if done and not newest else
                held_on + timedelta(days=1) if done else None,
                "done_by": by if done else None,
                "content": "补学本月材料" if done else None,
            }
        )  # fmt: skip
    if rows:
        session.execute(insert(Makeup), rows)


def _keep_dues(
    session: Session, gathering: Gathering, statuses: Mapping[int, Status], by: int, chance: Random
) -> None:
    rows = [
        {
            "member_id": member_id, "period": gathering.period, "gathering_id": gathering.id,
            "ticked_at": gathering.starts_at + timedelta(minutes=80), "ticked_by": by,
        }
        for member_id, status in statuses.items()
        if status in CAME or chance.random() < 0.7
    ]  # fmt: skip
    session.execute(insert(DuesTick), rows)


def _keep_hosted(
    session: Session,
    gathering: Gathering,
    statuses: Mapping[int, Status],
    spells: Mapping[int, Spell],
    by: int,
) -> None:
    """Keep the proof of those who took part where they are."""
    for member_id in (one for one, status in statuses.items() if status is Status.HOST_BRANCH):
        asked_at = at(day_of(gathering.starts_at) - timedelta(days=1), time(19, 20))
        session.add(
            HostAttendance(
                member_id=member_id,
                period=gathering.period,
                attended_on=day_of(asked_at) - timedelta(days=2),
                host=spells[member_id].host or "",
                contact="流入地支部值班电话",
                state=ReportState.ACCEPTED,
                asked_at=asked_at,
                decided_by=by,
                decided_at=asked_at + timedelta(hours=2),
            )
        )
