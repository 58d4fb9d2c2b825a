"""A member's points with every number explained, and the stars of the years before."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from flask import Response, request

from handlers.console.pages import console, page, staff_page
from handlers.edge import current
from handlers.identity import require
from models.clock import day_of
from models.people.rights import Verb
from models.people.roster import member_seen
from models.points.cycle import cycle_words, months_of
from models.points.exact import show, with_places
from models.points.part_rules import ASSESS
from models.ratings.objections.objection import ObjectionState
from models.ratings.statement.balance import Balance, cycles_to_see
from models.ratings.statement.stars import stars_of
from models.ratings.statement.statement import Statement, statement_of

FIRST_ENTRIES = 20  # the rest is one tap away


@console.app_template_filter("points")
def points_filter(points: Decimal) -> str:
    """Show points with one decimal place at least: 60.0, 0.25."""
    return f"{with_places(points, 1):f}".replace("-", "−")


@console.app_template_filter("signed")
def signed_filter(points: Decimal) -> str:
    """Show points with their sign: +3.0, −3.0."""
    return ("+" if points > 0 else "") + points_filter(points)


console.app_template_filter("cycle")(cycle_words)
console.app_template_filter("plain")(show)


@console.get("/console/members/<int:member_id>/points")
@staff_page
def member_points(member_id: int) -> Response:
    """Show one member's points: the sum, the parts on one scale, and every entry with its hands."""
    edge = current()
    member, branch, group = member_seen(edge.session, member_id)
    require(Verb.SEE_ROSTER, branch)
    statement = statement_of(edge.session, member_id, cycle=request.args.get("cycle") or None, now=edge.now)
    every = "all" in request.args
    return page(
        "points/points.html",
        member=member,
        branch=branch,
        group=group,
        cycles=cycles_to_see(edge.session, branch, now=edge.now),
        stars=[star for star in stars_of(edge.session, member_id, branch.id) if star.is_told],
        most=None if every else FIRST_ENTRIES,
        may_object=True,
        **statement_shown(statement, edge.now),
    )


def statement_shown(statement: Statement | None, now: datetime) -> dict[str, Any]:
    """Return what the pages need that show a statement: its days, one scale for all bars."""
    if statement is None:
        return {"statement": None}
    today, balance = day_of(now), statement.balance
    return {
        "statement": statement,
        "balance": balance,
        "span": days_covered(balance.cycle, today),
        "is_over": is_over(balance.cycle, today),
        "scale": scale_of(balance),
        "assess": ASSESS,
        "submitted": ObjectionState.SUBMITTED,
    }


def scale_of(balance: Balance) -> Decimal:
    """Return what the widest bar stands for: one scale for all parts."""
    widths = (max(part.cap or Decimal(0), part.initial, part.subtotal) for part in balance.parts)
    return max((Decimal(1), *widths))


def is_over(cycle: str, today: date) -> bool:
    """Say whether the cycle's last month is over."""
    return months_of(cycle)[-1] < f"{today:%Y-%m}"


def days_covered(cycle: str, today: date) -> str:
    """Say which days a cycle covers so far: 2026年1月1日至11月24日."""
    months = months_of(cycle)
    year, first, last = int(months[0][:4]), int(months[0][5:]), int(months[-1][5:])
    if months[0] <= f"{today:%Y-%m}" <= months[-1]:
        return f"{year}年{first}月1日至{today.month}月{today.day}日"
    return f"{year}年{first}月至{last}月" if first != last else f"{year}年{first}月"
