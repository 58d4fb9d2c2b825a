"""Ratings below (各支部星级评定): how far each branch of a township or the zone has come, in tree order."""

from collections.abc import Sequence
from itertools import groupby
from typing import NamedTuple

from flask import Response, request
from sqlalchemy import or_, select

from handlers.console.pages import console, need_somewhere, page, staff_page
from handlers.console.rating_words import STATE_SHAPE, long_day
from handlers.console.reach import org_asked, own_orgs
from handlers.edge import current
from models.clock import day_of
from models.people.org import COMMITTEES, Org, OrgKind, tree_order
from models.people.rights import Verb
from models.points.cycle import CYCLE, cycle_words
from models.ratings.due import cycles_below, ratings_to_file
from models.ratings.listing import BranchRating, ratings_below
from models.ratings.rating import ACT_TEXT, RATING_STATE_TEXT, RatingState

UNDER_WAY = (RatingState.COLLECTING, RatingState.REVIEWING, RatingState.APPRAISED)


class Line(NamedTuple):
    """One branch and how far its rating has come; `mine`: this officer's step is next."""

    org: Org
    id: int | None
    state: str
    shape: str
    next: str
    until: str
    mine: bool


@console.get("/console/ratings/below")
@staff_page
def ratings_below_page() -> Response:
    """Show how far the branches have come in one cycle; no totals, no stars, no order but the tree's."""
    need_somewhere(Verb.FILE_RATING)
    edge = current()
    org = org_asked(Verb.FILE_RATING, request.args.get("org"))
    cycles = cycles_below(edge.session, org, now=edge.now)
    cycle = request.args.get("cycle", "")
    if CYCLE.fullmatch(cycle) is None:
        cycle = cycles[0]
    found = ratings_below(edge.session, [org], cycle)
    lines = _lines(org, found)
    return page(
        "ratings_below.html",
        org=org,
        choices=_choices(org),
        cycle=cycle,
        cycles=[(one, cycle_words(one)) for one in dict.fromkeys([*cycles, cycle])],
        title=cycle_words(cycle),
        number=len(lines),
        figures=_figures(found),
        sections=_sections(lines, org),
    )


def _lines(org: Org, found: Sequence[BranchRating]) -> list[Line]:
    edge = current()
    ends = {rating.id: ends_on for rating, _, ends_on in ratings_to_file(edge.session, [org])}
    lines = []
    for one in found:
        if one.rating is None:
            lines.append(Line(one.branch, None, "还没有开始", "", "", "", False))
            continue
        ends_on = ends.get(one.rating.id)
        mine = ends_on is not None and ends_on < day_of(edge.now)
        lines.append(
            Line(
                one.branch,
                one.rating.id,
                RATING_STATE_TEXT[one.rating.state],
                STATE_SHAPE[one.rating.state],
                _said(one, mine),
                f"公示到{long_day(ends_on)}" if ends_on else "",
                mine,
            )
        )
    return lines


def _said(one: BranchRating, mine: bool) -> str:
    """Say what was done last, or that the officer's step is next."""
    if mine:
        return "公示期满，等备案"
    if one.last_act is None:
        return "已开始"
    return f"{ACT_TEXT[one.last_act.act]}，{one.last_act.held_on.month}月{one.last_act.held_on.day}日"


def _figures(found: Sequence[BranchRating]) -> list[tuple[str, int]]:
    """Count the branches by how far they have come."""
    states = [one.rating.state if one.rating else None for one in found]
    done = (RatingState.CONFIRMED, RatingState.ARCHIVED)
    return [
        ("还没有开始", states.count(None)),
        ("支部在办", sum(state in UNDER_WAY for state in states)),
        ("公示", states.count(RatingState.PUBLICISED)),
        ("已备案", sum(state in done for state in states)),
    ]


def _sections(lines: Sequence[Line], org: Org) -> list[tuple[tuple[Org, ...], list[Line]]]:
    """Return the lines under the organisations between the committee and the branch."""
    session = current().session
    ids = {int(step) for line in lines for step in line.org.path.split("/") if step}
    orgs = {one.id: one for one in session.scalars(select(Org).where(Org.id.in_(ids)))}

    def above(line: Line) -> tuple[Org, ...]:
        steps = [int(step) for step in line.org.path.removeprefix(org.path).split("/") if step]
        return tuple(orgs[step] for step in steps[:-1])

    return [(between, list(of)) for between, of in groupby(lines, key=above)]


def _choices(org: Org) -> list[Org]:
    """Return the committees among which the officer may narrow the page, in tree order."""
    own = own_orgs(Verb.FILE_RATING)
    if len(own) == 1 and own[0].kind is not OrgKind.WORKING_COMMITTEE:
        return []
    query = select(Org).where(
        or_(*(Org.path.startswith(one.path) for one in own)),
        Org.kind.in_(COMMITTEES),
        Org.dissolved_on.is_(None),
    )
    return sorted({*current().session.scalars(query), org}, key=tree_order)
