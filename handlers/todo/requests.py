"""What others wait to be told: leave and reports, declared points, objections, the public's complaints."""

from collections.abc import Iterator

from handlers.edge import current
from handlers.identity import holds, staff
from handlers.reach import own_orgs
from handlers.todo.todo import Todo, names, on_day, when
from models.gatherings.leave.leave import LEAVE_REASON_TEXT
from models.gatherings.leave.pending import LeaveRow, ReportRow, Requests
from models.people.account import Account
from models.people.away_report import AwayReport
from models.people.complaint import complaints_waiting
from models.people.rights import OFFICERS, Verb, may
from models.points.proposals_waiting import ProposalRow, waiting_below
from models.ratings.objections.raising import ANSWER_WORKDAYS
from models.ratings.objections.reading import objections_for


def to_answer(asked: Requests) -> Iterator[Todo]:
    """Yield one line for all leave and reports that wait for a word."""
    rows: list[LeaveRow | ReportRow] = [*asked.leaves, *asked.reports, *asked.attendances]
    if not rows:
        return
    if len(rows) == 1:
        row, whose = rows[0], rows[0].whose
        if isinstance(row, LeaveRow):
            title = f"答复{whose.name}同志的请假"
            why = f"{LEAVE_REASON_TEXT[row.request.reason]}，“{row.gathering.title}”"
        else:
            title = f"答复{whose.name}同志的报备"
            why = "长期外出报备" if isinstance(row.request, AwayReport) else "在流入地参加了活动"
        why += f"。{when(row.request.asked_at)}" + (f" 由{row.filed_by}代录" if row.filed_by else "")
    else:
        title = f"答复 {len(rows)} 件请假和报备"
        why = names([row.whose.name for row in rows])
    # On a phone leave alone is answered.
    yield Todo(title, why, "去答复", "leaves", {}, "leave", len(asked.leaves))


def to_answer_the_public() -> Iterator[Todo]:
    """Yield one line for all complaints, with the nearest day."""
    edge = current()
    if not own_orgs(Verb.ANSWER_PUBLIC):
        return
    waiting = complaints_waiting(edge.session)
    if waiting:
        first = min(one.complaint.due_on for one in waiting)
        yield Todo(
            f"答复 {len(waiting)} 件投诉与建议",
            f"最早的一件{on_day(first)}以前答复",
            "去答复",
            "complaints",
            {},
        )


def objections() -> Iterator[Todo]:
    """Yield a line for one objection with a link to it, or one for all of them with the nearest day."""
    edge, who = current(), staff()
    if not holds(Verb.ANSWER_OBJECTION):
        return
    found = objections_for(edge.session, who.posts, since=edge.now, now=edge.now)
    mine = [one for one in found.waiting if one.waits_for(who.account_id)]
    if not mine:
        return
    until, about = f"{on_day(mine[0].objection.due_on)}以前", mine[0].disputed
    if not mine[0].due_known:
        until = f"收到后 {ANSWER_WORKDAYS} 个工作日以内"
    if len(mine) == 1:
        day = f"{about.occurred_on.month}月{about.occurred_on.day}日 " if about.occurred_on else ""
        values = {"objection_id": mine[0].objection.id}
        yield Todo("答复一件异议", f"{day}{about.title}，{until}答复", "去答复", "objection", values)
    else:
        yield Todo(f"答复 {len(mine)} 件异议", f"最早的一件{until}答复", "去答复", "objections", {})


def proposals() -> Iterator[Todo]:
    """Yield one line for all that waits for this person's word, nobody's own among them."""
    if not holds(Verb.APPROVE_ENTRY):
        return
    edge, (below, above) = current(), scopes()
    rows = waiting_below(edge.session, below, above=above, now=edge.now)
    own = own_member() if rows else None
    waiting = [row for row in rows if decides(row, own) != "no"]
    if len(waiting) == 1:
        [row] = waiting
        whom = f"{row.people[0].name}同志" if len(row.people) == 1 else f"{len(row.people)} 位同志"
        why = f"{row.title}，“{row.proposal.title}”。{when(row.proposal.submitted_at)}"
        yield Todo(f"审核{whom}的申报", why, "去审核", "proposals", {})
    elif waiting:
        titles = names([f"“{row.proposal.title}”" for row in waiting], "件事")
        yield Todo(f"审核 {len(waiting)} 件申报", titles, "去审核", "proposals", {})


def scopes() -> tuple[list[str], list[str]]:
    """Return the paths of the person's posts in branches and groups, and of those above."""
    posts = [
        post
        for post in staff().posts
        if any(may([post], verb, post.org_path) for verb in (Verb.PROPOSE_ENTRY, Verb.APPROVE_ENTRY))
    ]
    below = [post.org_path for post in posts if post.role not in OFFICERS]
    return below, [post.org_path for post in posts if post.role in OFFICERS]


def own_member() -> int | None:
    """Return as which member the person's account is known."""
    return current().session.get_one(Account, staff().account_id).member_id


def decides(row: ProposalRow, own: int | None) -> str:
    """Say whether the person decides a row: `yes`, `without` themselves, or `no`."""
    it = row.proposal
    if not may(staff().posts, Verb.APPROVE_ENTRY, row.branch.path) or it.account_id == staff().account_id:
        return "no"
    if own is None or all(one.member_id != own for one in row.people):
        return "yes"
    return "no" if it.by_member_id == own or len(row.people) == 1 else "without"
