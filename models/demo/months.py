"""The demonstration's past year: each branch's theme days, held, recorded and confirmed."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from random import Random
from typing import NamedTuple

from sqlalchemy.orm import Session

from models.clock import at, day_of, day_text
from models.demo.people import Settled
from models.demo.places import HOURS, RULES, Sort, room_of
from models.demo.rolls import Held, hold
from models.demo.themes import programme
from models.gatherings.agenda import Line, write_agendas
from models.gatherings.calendar.calendar import HolidayRule, propose_day
from models.gatherings.gathering import Gathering, GatheringKind, GatheringState
from models.gatherings.usual import LENGTH
from models.people.account import Account

THEME_DAY = 25
MONTHS = 12
FLOOD = ("YX03", 7)  # no theme day that month
LATE = (("HZ05", 3), ("DY02", 9))  # held in the month after, and said why
CALLED_OFF = ("CH01", 4)  # and held two days later
JOINT = {("HZ01", 5): ("HZ02",), ("XB07", 8): ("XB05",)}
TOGETHER = (1, 4, 7, 10)  # the three branches of the big village meet as one
OVERDUE = "DY07"  # last month's roll still waits for its confirmation


class Month(NamedTuple):
    """One month of the year that is told, and whether it is the newest."""

    first: date
    newest: bool

    @property
    def period(self) -> str:
        """`2026-10`."""
        return f"{self.first:%Y-%m}"


def months_before(now: datetime) -> list[Month]:
    """Return the twelve months whose 25th is over, the oldest first."""
    month = day_of(now).replace(day=1)
    if at(month.replace(day=THEME_DAY), time(21)) > now:
        month = (month - timedelta(days=1)).replace(day=1)
    back = []
    for turn in range(MONTHS):
        back.append(Month(month, turn == 0))
        month = (month - timedelta(days=1)).replace(day=1)
    return back[::-1]


def tell_the_year(
    session: Session, people: Mapping[str, Settled], accounts: Mapping[str, Account], *, now: datetime
) -> list[Held]:
    """Let every branch hold its theme days of the past year; return them, the oldest first."""
    told: list[Held] = []
    for month in months_before(now):
        for code, branch in people.items():
            by = accounts[f"{branch.place.login}-sj"].id
            key = (code, month.first.month)
            if any(code in guests and host[1] == key[1] for host, guests in JOINT.items()):
                continue  # they meet with the host
            if code in ("LQ04", "LQ05") and key[1] in TOGETHER:
                continue
            told += _hold_month(session, people, branch, month, by, accounts, now)
    return told


def _hold_month(
    session: Session,
    people: Mapping[str, Settled],
    branch: Settled,
    month: Month,
    by: int,
    accounts: Mapping[str, Account],
    now: datetime,
) -> list[Held]:
    code, number = branch.place.code, month.first.month
    day, reason = _day_of(session, branch, month)
    if at(day, HOURS[branch.place.sort]) + timedelta(hours=72) > now:
        return []  # moved to a day still to come, or too new to be confirmed by now
    if (code, number) == FLOOD:
        _add(session, branch, month, day, reason, by, cancelled="防汛抢险，全体党员上堤，本月不再补开")
        return []
    if (code, number) == CALLED_OFF:
        _add(session, branch, month, day, reason, by, cancelled="活动室停电")
        day += timedelta(days=2)
        reason = f"原定 25 日，活动室停电，改到{day_text(day)}"
    taking_part = [branch, *(people[guest] for guest in JOINT.get((code, number), ()))]
    org_id = branch.org.id
    if code == "LQ03" and number in TOGETHER:
        taking_part += [people["LQ04"], people["LQ05"]]
        assert branch.org.parent_id is not None  # noqa: S101
        org_id = branch.org.parent_id
    gathering = _add(session, branch, month, day, reason, by, org_id=org_id)
    overdue = code == OVERDUE and month.newest
    return [
        hold(
            session, gathering, one, accounts[f"{one.place.login}-sj"].id, month.newest, confirmed=not overdue
        )
        for one in taking_part
    ]


def _day_of(session: Session, branch: Settled, month: Month) -> tuple[date, str]:
    """Return the day by the branch's own rule, and its reason."""
    code, first = branch.place.code, month.first
    if (code, first.month) in LATE:
        day = (first + timedelta(days=32)).replace(day=3)
        why = "春耕用水" if first.month == 3 else "秋收抢收"
        return day, f"25 日前后{why}，经支部委员会研究改到{day_text(day)}，算作 {first.month} 月"
    rule = RULES.get(branch.place.sort, HolidayRule.KEEP)
    proposal = propose_day(session, year=first.year, month=first.month, day_of_month=THEME_DAY, rule=rule)
    return proposal.day, proposal.reason


def _add(
    session: Session,
    branch: Settled,
    month: Month,
    day: date,
    reason: str,
    by: int,
    *,
    org_id: int | None = None,
    cancelled: str | None = None,
) -> Gathering:
    title, agenda = programme(branch.place, month.first.year, month.first.month)
    starts_at = at(day, HOURS[branch.place.sort])
    gathering = Gathering(
        org_id=org_id or branch.org.id,
        kind=GatheringKind.THEME_DAY,
        period=month.period,
        title=title,
        starts_at=starts_at,
        ends_at=starts_at + LENGTH,
        place=room_of(branch.place),
        bring="党徽、笔记本" if branch.place.sort is not Sort.FIRM else None,
        date_reason=reason[:120],
        leave_until=starts_at - timedelta(hours=3),
        state=GatheringState.CANCELLED if cancelled else GatheringState.CLOSED,
        reason=cancelled,
        hall_salt=Random(f"{branch.place.code} {month.period}").randbytes(16),
        opened_at=None if cancelled else starts_at - timedelta(minutes=20),
        closed_at=None if cancelled else starts_at + LENGTH,
        drafted_by=by,
    )
    session.add(gathering)
    session.flush()
    write_agendas(session, {gathering.id: [Line(kind, text) for kind, text in agenda]})
    return gathering
