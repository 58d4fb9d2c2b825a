"""The form of a draft: as typed, as suggested, as stored; and the plan it stands for."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import zip_longest
from typing import NamedTuple

from flask import request

from handlers.console.form_rows import move_row
from models.clock import SHANGHAI, at, day_of
from models.gatherings.birthdays import Birthday, birthday_item, is_birthday_item, named_in
from models.gatherings.gathering import AgendaItem, AgendaKind, Gathering, GatheringKind
from models.gatherings.plan import Plan, Suggestion
from models.gatherings.required_item import Required, same_title
from models.points.cycle import PERIOD
from models.refused import Refused

TEXTS = (
    "title", "day", "start", "end", "place", "period", "date_reason", "leave_until", "bring", "contact",
)  # fmt: skip
MOST_ROWS = 20
YEARS = range(2000, 2100)  # a slip of the keyboard outside it is no date


class Row(NamedTuple):
    """One row of the agenda as typed; `required` is the id of the item of the level above, else 0."""

    kind: str
    title: str
    required: int = 0


EMPTY = Row(AgendaKind.DELIBERATION.value, "")


@dataclass
class Typed:
    """A draft's form as text, whether or not it makes sense."""

    texts: dict[str, str]
    agenda: list[Row]
    partners: set[int] = field(default_factory=set)
    guests: bool = False
    birthdays: set[int] = field(default_factory=set)  # members ticked for the agenda
    kind: str = GatheringKind.THEME_DAY.value  # a committee chooses

    @property
    def period(self) -> str:
        """The month it counts for; empty where none was chosen."""
        return self.texts["period"] if PERIOD.fullmatch(self.texts["period"]) else ""

    @property
    def day(self) -> date | None:
        """Return the day typed, None while it is none."""
        return _day(self.texts["day"])

    def months(self) -> list[tuple[str, str]]:
        """Return the months this gathering may count for: that of its day, before and after."""
        first = (_day(self.texts["day"]) or date(2026, 1, 1)).replace(day=1)
        near = (
            first - timedelta(days=1),
            first,
            first + timedelta(days=32),
        )
        months = [(f"{month:%Y-%m}", f"{month.year}年{month.month}月") for month in near]
        if self.period and self.period not in dict(months):
            months.append((self.period, f"{self.period[:4]}年{int(self.period[5:])}月"))
        return months


def suggested(suggestion: Suggestion) -> Typed:
    """Fill a new draft's form with what the branch usually does."""
    texts = dict.fromkeys(TEXTS, "") | {
        "title": suggestion.title,
        "day": suggestion.day.isoformat(),
        "start": _clock(suggestion.starts_at),
        "end": _clock(suggestion.ends_at),
        "place": suggestion.place,
        "period": suggestion.period,
        "date_reason": suggestion.reason,
        "leave_until": _local(suggestion.leave_until),
        "bring": suggestion.bring or "",
        "contact": suggestion.contact or "",
    }
    return Typed(texts, [Row(line.kind.value, line.title) for line in suggestion.agenda])


def stored(gathering: Gathering, agenda: list[AgendaItem], taking_part: list[int]) -> Typed:
    """Fill the form with a stored gathering, and an empty row for the branch's own matter."""
    texts = {
        "title": gathering.title,
        "day": day_of(gathering.starts_at).isoformat(),
        "start": _clock(gathering.starts_at),
        "end": _clock(gathering.ends_at),
        "place": gathering.place,
        "period": gathering.period,
        "date_reason": gathering.date_reason or "",
        "leave_until": _local(gathering.leave_until) if gathering.leave_until else "",
        "bring": gathering.bring or "",
        "contact": gathering.contact or "",
    }
    rows = [Row(item.kind.value, item.title, item.required_id or 0) for item in agenda]
    partners = set(taking_part) - {gathering.org_id}
    return Typed(texts, [*rows, EMPTY], partners, gathering.guests, kind=gathering.kind.value)


def typed_form() -> Typed:
    """Read the form as it was sent; what was typed on several lines is one."""
    form = request.form
    rows = zip_longest(
        form.getlist("agenda_kind"),
        form.getlist("agenda_title"),
        form.getlist("agenda_required"),
        fillvalue="",
    )
    return Typed(
        {name: " ".join(form.get(name, "").split())[:200] for name in TEXTS},
        [
            Row(kind, " ".join(title.split())[:200], next(iter(_ids([required])), 0))
            for kind, title, required in rows
        ][: 2 * MOST_ROWS],
        _ids(form.getlist("partners")),
        guests="guests" in form,
        birthdays=_ids(form.getlist("birthdays")),
        kind=form.get("kind", GatheringKind.THEME_DAY.value)[:20],
    )


def _ids(values: Sequence[str]) -> set[int]:
    return {int(value) for value in values if value.isdecimal() and value.isascii() and len(value) < 18}


def keep_required(typed: Typed, required: Sequence[Required]) -> None:
    """Put what the level above requires back as it was issued; what it withdrew leaves."""
    issued = {one.id: Row(one.kind.value, one.title, one.id) for one in required}
    by_title = {same_title(one.title): issued[one.id] for one in required}
    kept: list[Row] = []
    for row in typed.agenda:
        mine = issued.get(row.required) or by_title.get(same_title(row.title))
        if mine is None and not row.required:
            kept.append(row)
        elif mine is not None and mine not in kept:
            kept.append(mine)
    typed.agenda[:] = [row for row in issued.values() if row not in kept] + kept


def tick_birthdays(typed: Typed, people: Collection[Birthday]) -> None:
    """Make one agenda item of the ticked members; without a tick there is none."""
    rows = typed.agenda
    place = next((n for n, row in enumerate(rows) if is_birthday_item(row.title)), None)
    ticked = [one for one in people if one.member_id in typed.birthdays]
    if {one.member_id for one in ticked} == on_agenda(typed, people):
        return
    item = [Row(AgendaKind.OTHER.value, birthday_item(ticked))] if ticked else []
    if place is None:
        place = next((n for n, row in enumerate(rows) if not row.title), len(rows))
        rows[place:place] = item
    else:
        rows[place : place + 1] = item


def on_agenda(typed: Typed, people: Collection[Birthday]) -> set[int]:
    """Return the members whom an item of the agenda names already."""
    return set().union(*(named_in(row.title, people) for row in typed.agenda))


def move_rows(typed: Typed, wish: str) -> bool:
    """Add, remove or move a row of the agenda as a button of the form wishes; False if it was none."""
    rows = typed.agenda
    if wish == "add":
        if len(rows) < MOST_ROWS:
            rows.append(EMPTY)
        return True
    return move_row(rows, wish)


def plan_of(typed: Typed) -> Plan:
    """Return the plan that the form stands for. Refused: bad_plan with `fields`."""
    texts, wrong = typed.texts, {}
    day, start, end = _day(texts["day"]), _time(texts["start"]), _time(texts["end"])
    leave = _moment(texts["leave_until"])
    if day is None:
        wrong["day"] = "请写日期，例如 2026-11-25"
    if start is None:
        wrong["start"] = "请写开始时间，例如 15:00"
    if end is None:
        wrong["end"] = "请写结束时间，例如 16:30"
    if not typed.period:
        wrong["period"] = "请选所属月份"
    if len(texts["date_reason"]) > 120:
        wrong["date_reason"] = "日期说明最多 120 个字"
    if texts["leave_until"] and leave is None:
        wrong["leave_until"] = "请写请假截止的日期和时间，或留空"
    agenda = [row for row in typed.agenda if row.title]
    if any(row.kind not in list(AgendaKind) for row in agenda):
        wrong["agenda"] = "请给每项议程选一个类别"
    if wrong or day is None or start is None or end is None:
        raise Refused("bad_plan", "有几处需要改一下", fields=wrong)
    return Plan(
        title=texts["title"],
        starts_at=at(day, start),
        ends_at=at(day, end),
        place=texts["place"],
        period=texts["period"],
        date_reason=texts["date_reason"] or None,
        bring=texts["bring"] or None,
        contact=texts["contact"] or None,
        leave_until=leave,
        agenda=tuple((AgendaKind(row.kind), row.title) for row in agenda),
        partners=tuple(sorted(typed.partners)),
        guests=typed.guests,
    )


def _clock(moment: datetime) -> str:
    return moment.astimezone(SHANGHAI).strftime("%H:%M")


def _local(moment: datetime) -> str:
    return moment.astimezone(SHANGHAI).strftime("%Y-%m-%dT%H:%M")


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if day.year in YEARS else None


def _time(text: str) -> time | None:
    try:
        return time.fromisoformat(text).replace(second=0, microsecond=0, tzinfo=None)
    except ValueError:
        return None


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at(moment.date(), moment.time().replace(tzinfo=None)) if moment.year in YEARS else None
