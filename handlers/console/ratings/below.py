"""Ratings below (各支部星级评定): how far each branch of a township or the zone has come, in tree order."""

from collections.abc import Sequence
from itertools import groupby
from typing import NamedTuple

from flask import Response, request
from sqlalchemy import select

from handlers.console.pages import console, form_page, go, refuse_form, staff_page
from handlers.console.ratings.words import STATE_SHAPE
from handlers.edge import current
from handlers.identity import need_somewhere, staff
from handlers.reach import committees_to_choose, org_asked
from models.clock import day_of, long_day
from models.people.org import Org
from models.people.rights import Verb
from models.points.cycle import CYCLE, cycle_words
from models.ratings.procedure.due import cycles_below, ratings_to_file
from models.ratings.procedure.listing import BranchRating, ratings_below
from models.ratings.procedure.rating import ACT_TEXT, DECIDING, DONE, RATING_STATE_TEXT, RatingState
from models.ratings.runs.zone_run import Tried, run_below
from models.refused import Refused

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
    org = org_asked(Verb.FILE_RATING, request.args.get("org"))
    tried = Tried(*(_number(request.args.get(name, "")) for name in Tried._fields))
    return _below_page(org, request.args.get("cycle", ""), said=_tried_words(tried))


@console.post("/console/ratings/below/runs")
@staff_page
def create_rating_runs() -> Response:
    """Try the calculation out for each branch before its meeting; the results are the branches' own."""
    need_somewhere(Verb.FILE_RATING)
    edge, cycle = current(), request.form.get("cycle", "")
    org = org_asked(Verb.FILE_RATING, request.form.get("org"))
    try:
        tried = run_below(edge.session, org, cycle, by=staff().account_id, now=edge.now)
    except Refused as error:
        refuse_form(error)
        return _below_page(org_asked(Verb.FILE_RATING, request.form.get("org")), cycle, error=error)
    return go("console.ratings_below_page", org=org.id, cycle=cycle, **tried._asdict())


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 6 else 0


def _tried_words(tried: Tried) -> str:
    """Say what a run over the branches came to, empty without one: how many, and nothing of any result."""
    said = []
    if tried.branches:
        came = f"{tried.changed} 个有新的结果，支部自己能看到" if tried.changed else "和上一次都一样"
        said.append(f"试算了 {tried.branches} 个支部，{came}。")
    if tried.pooled:
        said.append(f"有 {tried.pooled} 个支部的名额由全镇统一安排，请支部自己试算。")
    return "".join(said)


def _below_page(org: Org, cycle: str, *, said: str = "", error: Refused | None = None) -> Response:
    edge = current()
    cycles = cycles_below(edge.session, org, now=edge.now)
    if CYCLE.fullmatch(cycle) is None:
        cycle = cycles[0]
    found = ratings_below(edge.session, [org], cycle)
    lines = _lines(org, found)
    return form_page(
        "ratings/below.html",
        error,
        said=said,
        trying=any(one.rating is not None and one.rating.state in DECIDING for one in found),
        org=org,
        choices=committees_to_choose(Verb.FILE_RATING, org),
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
    return [
        ("还没有开始", states.count(None)),
        ("支部在办", sum(state in UNDER_WAY for state in states)),
        ("公示", states.count(RatingState.PUBLICISED)),
        ("已备案", sum(state in DONE for state in states)),
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
