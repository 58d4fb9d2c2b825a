"""What waits of proposals: those that this person may approve or answer with a no."""

from collections.abc import Iterator

from flask import url_for

from handlers.console.points.proposals import decides, own_member, scopes
from handlers.edge import current
from handlers.identity import holds
from handlers.todo.lines import Owed, names, when
from models.people.rights import Verb
from models.points.proposals_waiting import waiting_below


def owed_proposals() -> Iterator[Owed]:
    """Yield one line for all that waits for this person's word, nobody's own among them."""
    if not holds(Verb.APPROVE_ENTRY):
        return
    edge, (below, above) = current(), scopes()
    rows = waiting_below(edge.session, below, above=above, now=edge.now)
    own = own_member() if rows else None
    waiting = [row for row in rows if decides(row, own) != "no"]
    address = url_for("console.proposals")
    if len(waiting) == 1:
        [row] = waiting
        whom = f"{row.people[0].name}同志" if len(row.people) == 1 else f"{len(row.people)} 位同志"
        why = f"{row.title}，“{row.proposal.title}”。{when(row.proposal.submitted_at)}"
        yield Owed(f"审核{whom}的申报", why, "去审核", address)
    elif waiting:
        titles = names([f"“{row.proposal.title}”" for row in waiting], "件事")
        yield Owed(f"审核 {len(waiting)} 件申报", titles, "去审核", address)
