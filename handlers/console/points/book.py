"""积分账本: a branch's members with what their points come to; and the month's sheet for the board."""

import re
from typing import NamedTuple

from flask import Response, request

from handlers.console.pages import console, page, staff_page
from handlers.console.people.members import namesakes, roster_by_group
from handlers.console.points.member_points import days_covered, is_over
from handlers.edge import current
from handlers.identity import need_somewhere, require
from handlers.reach import own_orgs
from models.clock import day_of
from models.gatherings.standing import months_back
from models.people.org import BRANCHES, Org, branches_among
from models.people.rights import Verb
from models.people.roster import RosterRow
from models.points.explanation import COUNTED_IN
from models.points.month_recorded import month_recorded
from models.ratings.statement.balance import Balance, CycleSeen, balances_of, cycle_seen, cycles_to_see
from models.refused import Refused

MONTH = re.compile(r"20[0-9]{2}-(0[1-9]|1[0-2])", re.ASCII)
MONTHS_BACK = 13


class Book(NamedTuple):
    """What stands in the book of one branch: by group and in surname order, never by points."""

    org: Org
    orgs: list[Org]  # the branches that the person may choose
    seen: CycleSeen | None
    groups: list[tuple[str, list[RosterRow]]]
    balances: dict[int, Balance]


def branch_asked() -> tuple[Org, list[Org]]:
    """Return the branch asked for, else the first of the person's own, with all that may be chosen.

    Refused: not_found, not_yours.
    """
    need_somewhere(Verb.SEE_ROSTER)
    session, asked = current().session, request.args.get("org", "")
    orgs = branches_among(session, own_orgs(Verb.SEE_ROSTER))
    if not asked:
        if not orgs:
            raise Refused("not_found", "没有找到支部")
        return orgs[0], orgs
    org = session.get(Org, int(asked)) if asked.isdecimal() and len(asked) < 18 else None
    if org is None:
        raise Refused("not_found", "没有找到")
    require(Verb.SEE_ROSTER, org)
    if org.kind not in BRANCHES:
        raise Refused("not_a_branch", "积分按支部看，请选一个支部")
    return org, orgs


def book_asked() -> Book:
    """Return the book of the branch and cycle asked for. Refused: not_found, not_yours, cycle_invalid."""
    edge = current()
    org, orgs = branch_asked()
    seen = cycle_seen(edge.session, org, request.args.get("cycle") or None, now=edge.now)
    groups = roster_by_group(org)
    ids = [row.member.id for _, rows in groups for row in rows]
    balances = balances_of(edge.session, seen, ids) if seen else {}
    return Book(org, orgs, seen, groups, balances)


@console.get("/console/points")
@staff_page
def points_book() -> Response:
    """Show the roster with what each part comes to so far, in the running cycle or the last."""
    edge, book = current(), book_asked()
    today = day_of(edge.now)
    return page(
        "points/book.html",
        book=book,
        cycles=cycles_to_see(edge.session, book.org, now=edge.now),
        span=days_covered(book.seen.cycle, today) if book.seen else "",
        is_over=book.seen is not None and is_over(book.seen.cycle, today),
        namesakes=namesakes(book.groups),
    )


@console.get("/console/points/month")
@staff_page
def points_month() -> Response:
    """Show what was recorded in one month, to print for the board and to read out at the theme day.

    Totals by item, and deeds with names in surname order; no points beside a name, no absence named.
    """
    edge = current()
    org, orgs = branch_asked()
    today = day_of(edge.now)
    month = request.args.get("month") or f"{today:%Y-%m}"
    if not MONTH.fullmatch(month):
        raise Refused("period_invalid", "月份应当写成 2026-11 这样。")
    return page(
        "points/month.html",
        org=org,
        orgs=orgs,
        month=month,
        months=months_back(today, MONTHS_BACK)[1:],
        recorded=month_recorded(edge.session, [org.id], month),
        counted_in=COUNTED_IN,
        namesakes=namesakes(roster_by_group(org)),
        today=today,
    )
