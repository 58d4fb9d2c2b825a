"""The roster of one's own branches."""

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import groupby

from flask import Response, request

from handlers.console.pages import console, page, staff_page
from handlers.edge import current
from handlers.identity import holds, need_somewhere
from handlers.reach import org_asked, own_orgs
from models.gatherings.marks import surname_order
from models.people.member import MEMBER_STATUS_TEXT, SpellKind
from models.people.org import Org, branches_below, tree_order
from models.people.rights import Verb
from models.people.roster import RosterRow, roster_of

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
        "people/members.html",
        org=org,
        orgs=own_orgs(Verb.SEE_ROSTER),
        groups=groups,
        namesakes=namesakes(groups),
        number=sum(len(rows) for _, rows in groups),
        status_text=MEMBER_STATUS_TEXT,
        spell_text=SPELL_TEXT,
        may_change=holds(Verb.DECIDE),
    )
