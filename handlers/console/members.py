"""The roster of one's own branches, and a member's points with every number explained."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from itertools import groupby
from typing import Any

from flask import Response, request

from handlers.console.pages import console, holds, need_somewhere, page, staff_page
from handlers.console.reach import org_asked, own_orgs
from handlers.edge import current
from handlers.identity import require, staff
from models.clock import day_of
from models.gatherings.marks import surname_order
from models.people.member import MEMBER_STATUS_TEXT, SpellKind
from models.people.org import Org, branches_below, tree_order
from models.people.rights import Verb
from models.people.roster import RosterRow, member_seen, roster_of
from models.points.cycle import months_of
from models.points.exact import with_places
from models.points.statement import Statement, statement_of

SPELL_TEXT = {SpellKind.AWAY: "外出报备", SpellKind.EXEMPT: "不作要求", SpellKind.NOT_RATED: "不参评"}


def roster_by_group(org: Org) -> list[tuple[str, list[RosterRow]]]:
    """Return the roster of a branch, or of the branches below, by group and in surname order."""
    edge = current()
    branches = branches_below(edge.session, org)
    rows = in_roster_order(roster_of(edge.session, [branch.id for branch in branches], now=edge.now))
    several = len(branches) > 1

    def heading(row: RosterRow) -> str:
        group = row.group.name if row.group else ""
        return " ".join(filter(None, (row.branch.name if several else "", group))) or row.branch.name

    return [(name, list(of)) for name, of in groupby(rows, key=heading)]


def in_roster_order(rows: Iterable[RosterRow]) -> list[RosterRow]:
    """Return rows by branch and group, and in surname order."""
    return sorted(rows, key=lambda row: (*_place(row), surname_order(row.member.name), row.member.id))


def namesakes(groups: Iterable[tuple[str, Sequence[RosterRow]]]) -> set[str]:
    """Return the names that more than one person on this roster bears: the joining year tells them apart."""
    borne = Counter(row.member.name for _, rows in groups for row in rows)
    return {name for name, times in borne.items() if times > 1}


def _place(row: RosterRow) -> tuple[list[int], int]:
    return tree_order(row.branch), row.group.id if row.group else 0


@console.get("/console/members")
@staff_page
def members() -> Response:
    """List the members of one's own branch by group, in surname order."""
    need_somewhere(Verb.SEE_ROSTER)
    org = org_asked(Verb.SEE_ROSTER, request.args.get("org"))
    groups = roster_by_group(org)
    return page(
        "members.html",
        org=org,
        orgs=own_orgs(Verb.SEE_ROSTER),
        groups=groups,
        namesakes=namesakes(groups),
        number=sum(len(rows) for _, rows in groups),
        status_text=MEMBER_STATUS_TEXT,
        spell_text=SPELL_TEXT,
        may_change=holds(staff(), Verb.DECIDE),
    )


@console.app_template_filter("points")
def points_filter(points: Decimal) -> str:
    """Show points with one decimal place at least: 60.0, 0.25."""
    return f"{with_places(points, 1):f}".replace("-", "−")


@console.app_template_filter("signed")
def signed_filter(points: Decimal) -> str:
    """Show points with their sign: +3.0, −3.0."""
    return ("+" if points > 0 else "") + points_filter(points)


@console.get("/console/members/<int:member_id>/points")
@staff_page
def member_points(member_id: int) -> Response:
    """Show one member's points: the sum, the parts on one scale, and every entry with its hand."""
    edge = current()
    member, branch, group = member_seen(edge.session, member_id)
    require(Verb.SEE_ROSTER, branch)
    statement = statement_of(edge.session, member_id, cycle=request.args.get("cycle"), now=edge.now)
    return page(
        "points.html", member=member, branch=branch, group=group, **statement_shown(statement, edge.now)
    )


def statement_shown(statement: Statement | None, now: datetime) -> dict[str, Any]:
    """Return what the pages need that show a statement: its days, one scale for all bars, what was undone."""
    parts = statement.parts if statement else ()
    return {
        "statement": statement,
        "span": _span(statement.cycle, day_of(now)) if statement else "",
        # One scale for all parts: the widest bar is the whole width.
        "scale": max(
            (max(part.cap or part.subtotal, part.subtotal, Decimal(1)) for part in parts), default=1
        ),
        "reversed_by": {one.reverses: one for one in statement.entries if one.reverses} if statement else {},
    }


def _span(cycle: str, today: date) -> str:
    """Say which days a cycle covers so far: 2026年1月1日至11月24日."""
    months = months_of(cycle)
    year, first, last = int(months[0][:4]), int(months[0][5:]), int(months[-1][5:])
    if months[0] <= f"{today:%Y-%m}" <= months[-1]:
        return f"{year}年{first}月1日至{today.month}月{today.day}日"
    return f"{year}年{first}月至{last}月"
