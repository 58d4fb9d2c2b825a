"""Held and filed below (开展与归档): each branch of a township or the zone in one month, in tree order."""

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from typing import NamedTuple

from flask import Response, request

from handlers.console.pages import console, go, page, staff_page
from handlers.edge import current
from handlers.identity import need_somewhere, require, staff
from handlers.reach import committees_to_choose, org_asked, roll_reached
from models.audit import Via
from models.clock import day_of, day_text
from models.gatherings.gathering import GATHERING_KIND_TEXT
from models.gatherings.minutes.below import HELD_TEXT, BelowRow, Held, RecordBelow, records_below
from models.gatherings.minutes.minutes import MINUTES_STATE_TEXT, MinutesState
from models.gatherings.minutes.review import look_at_record
from models.gatherings.standing import months_back
from models.people.org import Org
from models.people.rights import Verb, may

MONTHS_SHOWN = 37
SHOWN = ("all", "mine", "open", "filed")
PARTNERS_NAMED = 2


class Line(NamedTuple):
    """One line of the table: a branch with a gathering of its, or with none."""

    row: BelowRow
    record: RecordBelow | None
    first: bool  # the branch's name stands here
    mine: bool  # this officer has still to read it
    together: str

    @property
    def held(self) -> Held:
        """How far it has come."""
        return self.record.held if self.record else Held.NONE


@console.get("/console/below")
@staff_page
def below() -> Response:
    """Show which branches have held and filed in a month, and what this officer has still to read."""
    need_somewhere(Verb.RETURN_RECORD)
    edge = current()
    org = org_asked(Verb.RETURN_RECORD, request.args.get("org"))
    months = months_back(day_of(edge.now), MONTHS_SHOWN)
    period = request.args.get("period", "")
    if period not in months:
        period = f"{day_of(edge.now):%Y-%m}"
    show = request.args.get("show", "")
    readers = readers_of(org)
    rows = records_below(edge.session, org, period=period, now=edge.now, readers=readers)
    lines = _lines(rows, readers)
    tabs = {name: [line for line in lines if _belongs(line, name)] for name in SHOWN}
    show = show if show in SHOWN else "all"
    return page(
        "gatherings/below.html",
        org=org,
        choices=committees_to_choose(Verb.RETURN_RECORD, org),
        months=months,
        period=period,
        show=show,
        tabs={name: _number(of, rows, name) for name, of in tabs.items()},
        sections=_sections(tabs[show]),
        rows=rows,
        held=sum(row.held is Held.HELD for row in rows),
        filed=sum(row.theme_day is not None and row.theme_day.filed for row in rows),
        returned=sum(one.state is MinutesState.RETURNED for row in rows for one in row.records),
        held_text=HELD_TEXT,
        state_text=MINUTES_STATE_TEXT,
        kind_text=GATHERING_KIND_TEXT,
        day_text=day_text,
    )


def readers_of(org: Org) -> set[int]:
    """Return the person's committees that may return records of this organisation, or of those below it."""
    return {
        post.org_id
        for post in staff().posts
        if may([post], Verb.RETURN_RECORD, post.org_path)
        and (org.path.startswith(post.org_path) or post.org_path.startswith(org.path))
    }


@console.app_template_filter("day_of_month")
def day_of_month(moment: datetime) -> str:
    """Show the day of a moment within its month: 25日."""
    return f"{day_of(moment).day}日"


def _lines(rows: Sequence[BelowRow], readers: set[int]) -> list[Line]:
    """Return the lines of the table: every theme day; of the rest what is still to be filed or read."""
    rolls: dict[int, list[str]] = {}
    for row in rows:
        for one in row.records:
            rolls.setdefault(one.gathering_id, []).append(one.org)
    lines = []
    for row in rows:
        own = [line for one in row.records if (line := _line(row, one, readers, rolls[one.gathering_id]))]
        if row.theme_day is None:
            own.insert(0, Line(row, None, True, False, ""))
        lines += [line._replace(first=number == 0) for number, line in enumerate(own)]
    return lines


def _line(row: BelowRow, one: RecordBelow, readers: set[int], taking_part: Sequence[str]) -> Line | None:
    unread = one.filed and not one.looked
    mine = unread and (row.committee_id in readers or bool(one.hints))
    if one is not row.theme_day and not (mine or one.waits):
        return None
    return Line(row, one, False, mine, _together(one, taking_part))


def _together(one: RecordBelow, taking_part: Sequence[str]) -> str:
    """Say with whom it is held: 和柳湾村党支部一起开."""
    if one.shared:
        return f"和{one.org}一起开，人数在总支的记录里"
    others = list(dict.fromkeys(name for name in taking_part if name != one.org))
    if one.host and one.host not in others:
        return f"{one.host}召集"
    if one.host:
        return f"和{one.host}一起开"
    if len(others) > PARTNERS_NAMED:
        return f"和{others[0]}等 {len(others)} 个支部一起开"
    return f"和{'、'.join(others)}一起开" if others else ""


def _belongs(line: Line, show: str) -> bool:
    one = line.record
    if show == "mine":
        return line.mine
    if show == "open":
        return one is not None and one.waits
    if show == "filed":
        return one is not None and one.filed
    return True


def _number(lines: Sequence[Line], rows: Sequence[BelowRow], show: str) -> int:
    """Return what a tab counts: branches in all, records otherwise."""
    return len(rows) if show == "all" else len({line.record.roll_id for line in lines if line.record})


def _sections(lines: Sequence[Line]) -> list[tuple[tuple[Org, ...], list[Line]]]:
    """Return the lines under the organisations between the committee and the branch."""
    return [(above, list(of)) for above, of in groupby(lines, key=lambda line: line.row.above)]


@console.post("/console/below/<int:roll_id>/look")
@staff_page
def create_record_look(roll_id: int) -> Response:
    """Keep that the officer's committee has read this record; it leaves the list of what is to be read."""
    edge, who = current(), staff()
    head = roll_reached(roll_id)
    require(Verb.RETURN_RECORD, head.org)
    for org_id in readers_of(head.org):
        look_at_record(
            edge.session, roll_id, org_id, request.form.get("seen", ""),
            by=who.account_id, via=Via.CONSOLE, now=edge.now,
        )  # fmt: skip
    asked = {name: request.form[name] for name in ("org", "show") if request.form.get(name)}
    return go("console.below", period=head.gathering.period, **asked)
