"""Slips of several branches at once, for whoever stands above them: chosen by branch, never by name."""

from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from itertools import groupby
from typing import NamedTuple

from flask import Response, request
from sqlalchemy import select

from handlers.console.login import judge_password_again
from handlers.console.pages import console, page, refuse_form, staff_page
from handlers.console.people.members import in_roster_order, namesakes
from handlers.edge import current
from handlers.identity import need_somewhere, require, staff
from handlers.reach import own_orgs
from models.audit import Via, record
from models.clock import day_of
from models.people.bind import CODE_LIFE, issue_codes
from models.people.org import Org, branches_among
from models.people.rights import Verb, may
from models.people.roster import RosterRow, never_printed, roster_numbers, roster_of
from models.refused import Refused

MOST = 1000


class Sheet(NamedTuple):
    """The slips of one organisation in the order of its roster, and the names that two people there bear."""

    org: Org
    rows: Sequence[RosterRow]
    namesakes: Collection[str]


class Group(NamedTuple):
    """Branches under one organisation, which may be ticked as a whole if it is the person's own to ask."""

    above: Org
    whole: bool
    branches: list[Org]


def branches_form(asked: Sequence[Org] = (), status: int = 200, **errors: str) -> Response:
    """Show the branches that the person stands above, with whichever were asked for ticked."""
    session, posts = current().session, staff().posts
    tops = own_orgs(Verb.ISSUE_SLIPS)
    branches = branches_among(session, tops)
    parents = {branch.parent_id for branch in branches if branch.parent_id is not None}
    above = {org.id: org for org in session.scalars(select(Org).where(Org.id.in_(parents)))}
    own = {top.id for top in tops}
    return page(
        "people/slip_branches.html",
        status,
        groups=[
            Group(above[parent], may(posts, Verb.ISSUE_SLIPS, above[parent].path), list(of))
            for parent, of in groupby(branches, key=lambda branch: branch.parent_id or 0)
        ],
        numbers=roster_numbers(session, [branch.id for branch in branches]),
        # One's own organisation is where a page begins, not what was asked for.
        chosen={org.id for org in asked if org.id not in own or errors},
        everybody=request.form.get("who") == "all",
        most=MOST,
        errors=errors,
    )


@console.post("/console/slips/branches")
@staff_page
def create_branch_slips() -> Response:
    """Ask for the password again, make one code for each member chosen and show a sheet for each branch.

    The sheets are the answer itself: the codes are kept nowhere and cannot be shown twice.
    """
    need_somewhere(Verb.ISSUE_SLIPS)
    asked = _orgs_asked()
    sheets = _sheets(asked, everybody=request.form.get("who") == "all")
    number = sum(len(sheet.rows) for sheet in sheets)
    if not asked:
        return branches_form(asked, 400, branch="请先选支部")
    if not number:
        return branches_form(asked, 400, branch="选的支部里，每位同志都印过了")
    if number > MOST:
        return branches_form(asked, 400, branch=f"一共 {number} 张，一次最多 {MOST} 张，请少选几个支部")
    try:
        judge_password_again(request.form.get("password", "")[:200])
    except Refused as error:
        refuse_form(error)
        return branches_form(asked, 429 if error.code == "too_many_tries" else 400, password=error.message)
    return _printed(sheets)


def _orgs_asked() -> list[Org]:
    """Return what was ticked. Refused: not_found, not_yours."""
    sent = {int(value) for value in request.form.getlist("branch") if value.isdecimal() and len(value) < 18}
    orgs = list(current().session.scalars(select(Org).where(Org.id.in_(sent))))
    if len(orgs) != len(sent):
        raise Refused("not_found", "没有找到其中一个支部")
    for org in orgs:
        require(Verb.ISSUE_SLIPS, org)
    return orgs


def _sheets(asked: Sequence[Org], *, everybody: bool) -> list[Sheet]:
    """Return a sheet for each branch that has a slip to print. Refused: not_found below no branch."""
    edge = current()
    branches = branches_among(edge.session, asked)
    if asked and not branches:
        raise Refused("not_found", "没有找到其中一个支部")
    rows = in_roster_order(roster_of(edge.session, [branch.id for branch in branches], now=edge.now))
    twice = {
        branch_id: namesakes([("", list(of))])
        for branch_id, of in groupby(rows, key=lambda row: row.branch.id)
    }
    if not everybody:
        wanting = never_printed(edge.session, [row.member.id for row in rows])
        rows = [row for row in rows if row.member.id in wanting]
    return [
        Sheet(branch, of, twice[branch.id])
        for branch in branches
        if (of := [row for row in rows if row.branch.id == branch.id])
    ]


def _printed(sheets: Sequence[Sheet]) -> Response:
    edge, by = current(), staff().account_id
    members = sorted(row.member.id for sheet in sheets for row in sheet.rows)
    codes = issue_codes(edge.session, edge.parts.keyring, members, by=by, now=edge.now)
    for sheet in sheets:
        record(
            edge.session, "print_slips", "org", sheet.org.id, via=Via.CONSOLE, account_id=by,
            org_id=sheet.org.id, after={"slips": len(sheet.rows)},
        )  # fmt: skip
    return slip_sheet(sheets, codes)


def slip_sheet(sheets: Sequence[Sheet], codes: Mapping[int, str]) -> Response:
    """Show slips to print, member id -> twelve digits."""
    now = current().now
    # A code that expires in the middle of a day is good through the day before.
    last_day = day_of(now + CODE_LIFE - timedelta(days=1))
    return page(
        "people/slip_sheet.html", sheets=sheets, codes=codes, last_day=last_day, issued_on=day_of(now)
    )
