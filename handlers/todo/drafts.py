"""The theme days that the own branches have yet to draft."""

from collections.abc import Iterator, Sequence

from handlers.edge import current
from handlers.reach import own_orgs
from handlers.todo.todo import Todo
from models.clock import clock_text, day_of, day_text
from models.gatherings.gathering import GatheringKind, GatheringState
from models.gatherings.plan import DRAFT_AHEAD, Suggestion, next_theme_day, suggestion_on
from models.gatherings.standing import Standing
from models.notices.prompt import is_month_end
from models.people.org import BRANCHES, Org
from models.people.rights import Verb


def suggestions(*, near: bool) -> list[tuple[Org, Suggestion]]:
    """Return what the own branches might draft next; with `near` only what is to be drafted already."""
    edge = current()
    found = []
    for org in own_orgs(Verb.DRAFT):
        if org.kind in BRANCHES:
            month, proposal = next_theme_day(edge.session, org, now=edge.now)
            if not near or proposal.day - DRAFT_AHEAD <= day_of(edge.now):
                found.append((org, suggestion_on(edge.session, org, month, proposal)))
    return found


def to_draft(org: Org, suggestion: Suggestion) -> Iterator[Todo]:
    """Yield the draft of a theme day from seven days ahead on."""
    if suggestion.day - DRAFT_AHEAD > day_of(current().now):
        return
    why = f"{day_text(suggestion.day)} {clock_text(suggestion.starts_at)}。{suggestion.reason}"
    if suggestion.note:
        why += f"。{suggestion.note}"
    title, values = f"起草{suggestion.title}通知", {"org": org.id}
    yield Todo(title, why, "起草通知", "new_gathering", values, "draft", org_id=org.id)


def month_end(rolls: Sequence[Standing]) -> Iterator[Todo]:
    """Yield the branches that end the month without a theme day, held, told or drafted."""
    today = day_of(current().now)
    if not is_month_end(today):
        return
    planned = {
        roll.org.id
        for roll in rolls
        if roll.gathering.period == f"{today:%Y-%m}"
        and roll.gathering.kind is GatheringKind.THEME_DAY
        and roll.state is not GatheringState.CANCELLED
    }
    for org in own_orgs(Verb.PUBLISH):
        if org.kind in BRANCHES and org.id not in planned:
            yield Todo(
                f"{today.month}月主题党日还没有开",
                f"{org.name}，月底以前要开",
                "起草通知",
                "new_gathering",
                {"org": org.id},
            )
