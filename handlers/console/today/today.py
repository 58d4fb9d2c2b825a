"""Today: what waits for this person, at most six lines, and the next gathering."""

from collections import Counter
from collections.abc import Sequence

from flask import Response

from handlers.console.office.handovers import handed_lately
from handlers.console.pages import console, page, staff_page
from handlers.edge import current
from handlers.identity import holds, staff
from handlers.todo.drafts import suggestions
from handlers.todo.order import waiting
from handlers.todo.todo import on_day
from handlers.todo.work import own_rolls, work_on
from models.clock import day_of, day_text
from models.gatherings.gathering import TO_COME, GatheringState, opens_at
from models.gatherings.plan import DRAFT_AHEAD
from models.gatherings.standing import Standing
from models.people.rights import Verb, may

MOST = 6


@console.get("/console/")
@staff_page
def today() -> Response:
    """Show what waits for this person today, most urgent first."""
    edge, posts = current(), staff().posts
    work = work_on(own_rolls())
    own, coming = work.own, _coming(work.own)
    drafts = suggestions(near=coming is not None)
    todo = waiting(work, drafts)
    suggestion = drafts[0][1] if drafts else None
    return page(
        "today/today.html",
        today=day_text(day_of(edge.now)),
        todo=todo[:MOST],
        more=len(todo) - MOST,
        coming=coming,
        whole=coming is None or may(posts, Verb.TICK, coming.org.path),
        drafted=_drafted(own),
        told=work.told,
        asks=Counter(row.gathering.id for row in work.asked.leaves),
        last=next((roll for roll in own if roll.roll.confirmed_at is not None), None),
        suggestion=suggestion,
        draft_from=day_text(suggestion.day - DRAFT_AHEAD) if suggestion else "",
        opens_at=opens_at,
        soon=lambda moment: on_day(day_of(moment)),
        handed=handed_lately(),
        looks_on=holds(Verb.GIVE_POSTS),
    )


def _coming(own: Sequence[Standing]) -> Standing | None:
    """Return the nearest gathering to come, else the last one whose roll is still to be confirmed."""
    come = [roll for roll in own if roll.state in TO_COME]
    over = [roll for roll in own if roll.state is GatheringState.CLOSED and roll.roll.confirmed_at is None]
    return _nearest(come) or (over[0] if over else None)


def _drafted(own: Sequence[Standing]) -> Standing | None:
    now = current().now
    return _nearest(
        [roll for roll in own if roll.state is GatheringState.DRAFT and roll.gathering.ends_at > now]
    )


def _nearest(rolls: Sequence[Standing]) -> Standing | None:
    return min(rolls, key=lambda roll: roll.gathering.starts_at, default=None)
