"""The paper sheet: printed in one order, and typed back in the same order on one page."""

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any, NamedTuple

from flask import Response, request

from handlers.console.pages import console, go, page, staff_page
from handlers.console.rolls.page import OTHERS, check_within, rows_context, typed_members
from handlers.edge import current
from handlers.identity import staff
from handlers.reach import roll_ticked, within
from models.clock import day_of
from models.gatherings.gathering import GATHERING_KIND_TEXT
from models.gatherings.marks import LineView, lines_of, set_marks
from models.gatherings.roll import CAME, NOT_EXPECTED, STATUS_TEXT, Status, counts
from models.gatherings.roll_head import RollHead
from models.refused import Refused

# Beside the tick 到了.
SELECTED = (Status.LATE, Status.LEFT_EARLY, Status.LEAVE, Status.ABSENT, *OTHERS[1:])
ROWS_OF_A_COLUMN = 26


class Numbered(NamedTuple):
    """One line with its number on the sheet; whoever need not come stands beneath, without one."""

    number: int | None
    line: LineView

    @property
    def ticked(self) -> bool:
        """Whether the page shows a tick: came, by a hand."""
        return self.line.status is Status.PRESENT and not self.by_phone

    @property
    def by_phone(self) -> bool:
        """Whether a phone signed in and no hand has written since."""
        return self.line.status is Status.PRESENT and not self.line.saved_by

    @property
    def selected(self) -> str:
        """What the page's choice shows: any status but 到会 and 未登记."""
        return "" if self.line.status in (Status.PRESENT, Status.UNRECORDED) else self.line.status.value


def in_order(lines: Sequence[LineView], groups: set[int] | None) -> list[Numbered]:
    """Return the lines as the sheet has them: numbered through the branch by group and surname.

    Numbers leave out whoever a long absence or exemption excuses, so that no later mark shifts them.
    """
    expected = [line for line in lines if not line.premarked]
    numbers = {line.member_id: number for number, line in enumerate(expected, start=1)}
    beneath = [line for line in lines if line.premarked]
    return [Numbered(numbers.get(line.member_id), line) for line in within([*expected, *beneath], groups)]


@console.get("/console/rolls/<int:roll_id>/paper")
@staff_page
def paper(roll_id: int) -> Response:
    """Show the rows in the sheet's order with one big tick each; nothing is saved before the button."""
    return _paper_page(*roll_ticked(roll_id))


def _paper_page(
    head: RollHead,
    groups: set[int] | None,
    status: int = 200,
    theirs: Mapping[int, Status] | None = None,
    saved: int | None = None,
) -> Response:
    if head.roll.confirmed_at is not None:
        raise Refused("roll_confirmed", "名册已经确认，要改请用更正")
    lines = lines_of(current().session, head.roll.id)
    rows = in_order(lines, groups)
    return page(
        "rolls/paper.html",
        status,
        gathering=head.gathering,
        org=head.org,
        rows=[(name, list(of)) for name, of in groupby(rows, key=_heading)],
        selected=SELECTED,
        every="all" in request.args,
        saved=saved,
        **rows_context(head, within(lines, groups), theirs),
    )


def _heading(row: Numbered) -> str:
    return "不作要求、外出" if row.number is None else row.line.group_name or "没有编组"


def _wish(displayed: Status, by_phone: bool, ticked: bool, chosen: Status | None) -> Status:
    """Return what one row of the form asks for, given what the page had shown in it."""
    shown = None if displayed in (Status.PRESENT, Status.UNRECORDED) else displayed
    if chosen is not shown and chosen is not None:
        return chosen
    if ticked or by_phone:
        return Status.PRESENT
    return chosen or Status.UNRECORDED


def _typed_wishes() -> dict[int, Status]:
    """Read what differs from what the page had shown. Refused: status_not_by_hand."""
    ticks, chosen, anyway = typed_members("t-"), typed_members("m-"), typed_members("o-")
    if not {*chosen.values(), *anyway.values()} <= set(Status):
        raise Refused("status_not_by_hand", "这个状态不能手工登记")
    wishes = {}
    for member, version in typed_members("v-").items():
        displayed, marked, *_ = f"{version}..".split(".")
        if displayed not in list(Status):
            continue
        was = Status(displayed)
        by_phone = was is Status.PRESENT and not marked
        choice = Status(chosen[member]) if member in chosen else None
        wish = Status(anyway[member]) if member in anyway else _wish(was, by_phone, member in ticks, choice)
        if wish is not was:
            wishes[member] = wish
    return wishes


@console.post("/console/rolls/<int:roll_id>/paper")
@staff_page
def create_paper(roll_id: int) -> Response:
    """Save what was changed on the page; a row that another hand changed meanwhile stays and is shown.

    409 with the page where there are such rows: everything else on it is saved.
    """
    edge = current()
    head, groups = roll_ticked(roll_id)
    wishes = _typed_wishes()
    check_within(head, groups, wishes)
    if not wishes:
        return go("console.paper", roll_id=roll_id, saved=0)
    seen = typed_members("v-")
    kept = set_marks(edge.session, roll_id, wishes, by=staff().account_id, now=edge.now, seen=seen)
    saved = len(wishes) - len(kept)
    if kept:
        return _paper_page(head, groups, 409, {member: wishes[member] for member in kept}, saved)
    return go("console.paper", roll_id=roll_id, saved=saved)


@console.get("/console/rolls/<int:roll_id>/sheet")
@staff_page
def sheet(roll_id: int) -> Response:
    """Show the sign-in sheet to print: lines for hands where no phone has signed, or all blank (`blank`)."""
    head, groups = roll_ticked(roll_id)
    everybody = lines_of(current().session, roll_id)
    lines, rows = within(everybody, groups), in_order(everybody, groups)
    blank = "blank" in request.args
    return page(
        "rolls/sheet.html",
        gathering=head.gathering,
        org=head.org,
        roll=head.roll,
        kind=GATHERING_KIND_TEXT[head.gathering.kind],
        day=day_of(head.gathering.starts_at),
        blank=blank,
        pages=_pages(rows),
        signs={row.line.member_id: "" if blank else _printed(row.line) for row in rows},
        expected=counts([line.status for line in lines]).expected,
        beneath=_beneath(lines),
        whole=groups is None,
        now=current().now,
    )


def _printed(line: LineView) -> str:
    """Say what stands in place of the signature; empty leaves the line for a hand."""
    if line.signed_at is not None and line.status in CAME:
        return "phone"
    if line.status in (Status.LEAVE, *NOT_EXPECTED):
        return "已请假" if line.status is Status.LEAVE else STATUS_TEXT[line.status]
    return ""


def _beneath(lines: Sequence[LineView]) -> list[tuple[str, list[str]]]:
    """Return who stands beneath the table: those who need not come, by why."""
    named = [(status, [line.name for line in lines if line.premarked and line.status is status])
             for status in NOT_EXPECTED]  # fmt: skip
    return [(STATUS_TEXT[status], names) for status, names in named if names]


def _pages(rows: Sequence[Numbered]) -> list[list[list[Any]]]:
    """Lay the numbered rows, with a head for each group, into two columns a page."""
    cells: list[Any] = []
    for name, of in groupby((row for row in rows if row.number is not None), key=_heading):
        cells += [name, *of]
    columns = [cells[at : at + ROWS_OF_A_COLUMN] for at in range(0, len(cells), ROWS_OF_A_COLUMN)]
    return [columns[at : at + 2] for at in range(0, len(columns), 2)] or [[[]]]
