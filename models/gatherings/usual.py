"""What a branch's theme day usually is, read off its last ones: place, hour, things, standing items."""

import re
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.clock import SHANGHAI
from models.gatherings.agenda import Line, agendas_of
from models.gatherings.gathering import AgendaKind, Gathering, GatheringKind, GatheringState

START, LENGTH, LEAVE_BEFORE = time(15, 0), timedelta(minutes=90), timedelta(hours=3)
# What stands on every agenda in its own words; of the others only an empty line is taken over.
STANDING = (AgendaKind.OATH, AgendaKind.DUES)
ASKS_ANEW = (AgendaKind.STUDY, AgendaKind.LECTURE, AgendaKind.DELIBERATION, AgendaKind.VOLUNTEERING)
FIRST_AGENDA = (
    Line(AgendaKind.STUDY, ""),
    Line(AgendaKind.DUES, "交纳党费"),
    Line(AgendaKind.DELIBERATION, ""),
)
NUMERALS = ["一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二"]


class Usual(NamedTuple):
    """What a new draft is filled with; `agenda` holds empty lines where the branch writes its own matter."""

    place: str
    start: time
    length: timedelta
    leave_before: timedelta
    bring: str | None
    contact: str | None
    agenda: tuple[Line, ...]


def usual_of(session: Session, org_id: int, *, month: date) -> Usual:
    """Return what the branch's theme day of `month` is filled with: that of its last one.

    Two statements. What speaks of the old month (11月党费) speaks of the new one.
    """
    held = session.scalars(
        select(Gathering)
        .where(
            Gathering.org_id == org_id,
            Gathering.kind == GatheringKind.THEME_DAY,
            Gathering.state.not_in((GatheringState.DRAFT, GatheringState.CANCELLED)),
        )
        .order_by(Gathering.starts_at.desc())
        .limit(2)
    ).all()
    if not held:
        return Usual("", START, LENGTH, LEAVE_BEFORE, None, None, FIRST_AGENDA)
    last = held[0]
    agendas = agendas_of(session, [one.id for one in held])
    before = [one.title for one in agendas[held[1].id]] if len(held) > 1 else []
    old = int(last.period[5:])
    return Usual(
        place=last.place,
        start=_wall_clock(last.starts_at),
        length=last.ends_at - last.starts_at,
        leave_before=last.starts_at - last.leave_until if last.leave_until else LEAVE_BEFORE,
        bring=in_month(last.bring, old, month) if last.bring else None,
        contact=last.contact,
        agenda=_taken_over(agendas[last.id], before, old, month),
    )


def _taken_over(last: Sequence[Line], before: Sequence[str], old: int, month: date) -> tuple[Line, ...]:
    """Keep what stands on every agenda, an empty line for each other kind of matter, nothing required."""
    monthly = {in_month(title, (old - 2) % 12 + 1, month) for title in before}
    kept: list[Line] = []
    for kind, title, required_id in last:
        new = in_month(title, old, month)
        if required_id is not None:
            continue
        if kind in STANDING or new in monthly:
            kept.append(Line(kind, new))
        elif kind in ASKS_ANEW and Line(kind, "") not in kept:
            kept.append(Line(kind, ""))
    return tuple(kept) or FIRST_AGENDA


def in_month(text: str, old: int, month: date) -> str:
    """Let a text that names the month `old` (1..12) name another; a day of that month is left alone."""
    text = re.sub(rf"(?<!\d){old}月(?!\s*\d)", f"{month.month}月", text)
    return re.sub(rf"(?<!十){NUMERALS[old - 1]}月(?![一二三十])", f"{NUMERALS[month.month - 1]}月", text)


def _wall_clock(moment: datetime) -> time:
    return moment.astimezone(SHANGHAI).time().replace(tzinfo=None)
