"""申报: what waits for a second person, decided in its row; what was decided lately, and taking it back."""

import re
from datetime import timedelta
from itertools import groupby
from typing import Any

from flask import Response, request

from handlers.console.leaves.leaves import filing, typed_choice, typed_id
from handlers.console.pages import console, form_page, go, refuse_form, staff_page
from handlers.edge import current
from handlers.identity import need_somewhere, staff
from handlers.reach import paths_where, person_reached
from handlers.todo.requests import decides, own_member, scopes
from models.audit import Via
from models.people.org import Org
from models.people.rights import Verb, may
from models.people.said import SAID_TEXT, Said
from models.people.whose import people_of
from models.points.approving import approve, check_hand, members_of, reject, tell
from models.points.deed import filed_until, items_for, worth, wrong
from models.points.entry import PointEntry
from models.points.exact import show
from models.points.proposal import PROPOSAL_STATE_TEXT, Proposal
from models.points.proposals_waiting import ProposalRow, decided_below, waiting_below
from models.points.proposing import withdraw
from models.points.reversal import reverse_entry
from models.refused import Refused

SHOWN_FOR = timedelta(days=31)  # how long what was decided stays on the page
MEMBER = re.compile(r"[0-9]{1,17}")


def takes_back(row: ProposalRow) -> bool:
    """Say whether the person may take entries of a row back: a second hand, as for approving."""
    it = row.proposal
    return may(staff().posts, Verb.APPROVE_ENTRY, row.branch.path) and it.account_id != staff().account_id


def proposals_page(error: Refused | None = None, at: int = 0, form: str = "") -> Response:
    """Show what waits, what was decided and the form; `at` is the row, `form` the form that was refused."""
    edge, (below, above) = current(), scopes()
    waiting = waiting_below(edge.session, below, above=above, now=edge.now)
    decided = decided_below(edge.session, below, above=above, since=edge.now - SHOWN_FOR, now=edge.now)
    people = people_of(edge.session, paths_where(Verb.PROPOSE_ENTRY))
    branch = people[0].branch if people else None
    return form_page(
        "points/proposals.html",
        error,
        waiting=waiting,
        decided=decided,
        decides=decides,
        takes_back=takes_back,
        ticks=lambda row: any(may(staff().posts, Verb.PROPOSE_ENTRY, one.home.path) for one in row.people),
        own=own_member(),
        people=[(home, list(of)) for home, of in groupby(people, key=lambda one: one.home)],
        choices=choices_of(branch, declared=True) if branch else [],
        late_until=filed_until(edge.session, branch, now=edge.now) if branch else None,
        said=[(how.value, text) for how, text in SAID_TEXT.items()],
        said_text=SAID_TEXT,
        states=PROPOSAL_STATE_TEXT,
        show=show,
        at=at if at in {row.proposal.id for row in (*waiting, *decided)} else 0,
        form=form,
        struck=request.form.getlist("strike") if error else [],
    )


def choices_of(branch: Org, *, declared: bool) -> list[tuple[str, str]]:
    """Return (value, words) for each item, and each outcome of one, that may be put down in a branch."""
    edge = current()
    found: list[tuple[str, str]] = []
    for item in items_for(edge.session, branch, declared=declared, now=edge.now):
        if item.levels is None:
            found.append((item.id, f"{item.title}（{worth(item)}）"))
        else:
            found += [
                (f"{item.id}/{name}", f"{item.title}：{name}（{show(points)} 分）")
                for name, points in item.levels.items()
            ]
    return found


@console.get("/console/proposals")
@staff_page
def proposals() -> Response:
    """Show the proposals of the own branch or group, those that wait first."""
    need_somewhere(Verb.PROPOSE_ENTRY, Verb.APPROVE_ENTRY)
    return proposals_page()


def proposal_reached(proposal_id: int, verb: Verb) -> Proposal:
    """Return a proposal on which the person holds `verb`: at its branch, or for all it is for.

    Refused: not_found, not_yours.
    """
    session = current().session
    proposal = session.get(Proposal, proposal_id)
    if proposal is None:
        raise Refused("not_found", "没有找到这件申报")
    branch = session.get_one(Org, proposal.branch_id)
    if not may(staff().posts, verb, branch.path):
        for member_id in members_of(session, proposal_id):
            person_reached(member_id, verb)
    return proposal


def second_hand(proposal_id: int) -> dict[str, Any]:
    """Return the hand of a decision. Refused: not_found, not_yours."""
    proposal_reached(proposal_id, Verb.APPROVE_ENTRY)
    # How the person was told is recorded once somebody has told them.
    return {"by": staff().account_id, "via": Via.CONSOLE, "now": current().now}


@console.post("/console/proposals/<int:proposal_id>/approval")
@staff_page
def create_approval(proposal_id: int) -> Response:
    """Approve, but for the names that are struck."""
    hand = second_hand(proposal_id)
    without = {int(value) for value in request.form.getlist("strike") if MEMBER.fullmatch(value)}
    try:
        late = request.form.get("late") == "1"
        approve(current().session, proposal_id, without=without, late=late, **hand)
    except Refused as error:
        refuse_form(error)
        return proposals_page(error, proposal_id)
    return go("console.proposals")


@console.post("/console/proposals/<int:proposal_id>/rejection")
@staff_page
def create_rejection(proposal_id: int) -> Response:
    """Say no, with a sentence."""
    hand = second_hand(proposal_id)
    try:
        reject(current().session, proposal_id, answer=request.form.get("answer", ""), **hand)
    except Refused as error:
        refuse_form(error)
        return proposals_page(error, proposal_id)
    return go("console.proposals")


@console.post("/console/proposals/<int:proposal_id>/withdrawal")
@staff_page
def create_proposal_withdrawal(proposal_id: int) -> Response:
    """Take back a list, or what somebody declared and no longer wishes."""
    session = current().session
    proposal = proposal_reached(proposal_id, Verb.PROPOSE_ENTRY)
    try:
        how = None
        if proposal.by_member_id is not None:
            how = typed_choice("how", Said, "请选本人怎么说的")
        withdraw(session, proposal_id, by=staff().account_id, by_member=None, how=how, via=Via.CONSOLE)
    except Refused as error:
        refuse_form(error)
        return proposals_page(error, proposal_id)
    return go("console.proposals")


@console.post("/console/proposals/<int:proposal_id>/telling")
@staff_page
def create_proposal_telling(proposal_id: int) -> Response:
    """Record how the answer reached somebody who has no phone to read it on."""
    proposal_reached(proposal_id, Verb.PROPOSE_ENTRY)
    try:
        said = filing()
        tell(current().session, proposal_id, said.how, by=said.account_id, via=Via.CONSOLE)
    except Refused as error:
        refuse_form(error)
        return proposals_page(error, proposal_id)
    return go("console.proposals")


@console.post("/console/proposals/<int:proposal_id>/reversal")
@staff_page
def create_reversal(proposal_id: int) -> Response:
    """Take back one person's approved entry, with its reason (冲回)."""
    edge = current()
    proposal = proposal_reached(proposal_id, Verb.APPROVE_ENTRY)
    try:
        entry = edge.session.get(PointEntry, typed_id("entry"))
        if entry is None or entry.proposal_id != proposal_id:
            raise wrong(entry="请选冲回谁的一条")
        check_hand(edge.session, proposal, [entry.member_id], by=staff().account_id, now=edge.now)
        reason = request.form.get("reason", "")
        reverse_entry(edge.session, entry.id, reason=reason, by=staff().account_id, via=Via.CONSOLE)
    except Refused as error:
        refuse_form(error)
        return proposals_page(error, proposal_id)
    return go("console.proposals", _anchor=f"p{proposal_id}")
