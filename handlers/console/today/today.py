"""Today: what this person owes, at most six lines, and the next gathering."""

from collections import Counter
from collections.abc import Sequence

from flask import Response

from handlers.console.office.handovers import handed_lately
from handlers.console.pages import console, page, staff_page
from handlers.edge import current
from handlers.identity import holds, staff
from handlers.reach import own_orgs, paths_where, phoned_orgs
from handlers.todo.above import owed_above
from handlers.todo.articles import owed_articles
from handlers.todo.lines import DRAFT_AHEAD, TO_COME, Owed, on_day, owed
from handlers.todo.objections import owed_objections
from handlers.todo.proposals import owed_proposals
from handlers.todo.ratings import owed_ratings
from handlers.todo.records import owed_records
from models.clock import day_of, day_text
from models.gatherings.delegate import standing_in
from models.gatherings.gathering import GatheringState, opens_at
from models.gatherings.leave.pending import pending_of
from models.gatherings.plan import Suggestion, next_theme_day, suggestion_on
from models.gatherings.standing import Standing, months_back, own_branches, rolls_among
from models.notices.progress import progress_below
from models.people.org import BRANCHES, Org
from models.people.rights import Verb, may

MOST = 6


@console.get("/console/")
@staff_page
def today() -> Response:
    """Show what waits for this person today, most urgent first."""
    edge, posts = current(), staff().posts
    months = months_back(day_of(edge.now), 4)
    own = [
        roll
        for roll in rolls_among(edge.session, own_branches(posts), periods=months, now=edge.now)
        if not roll.is_draft or may(posts, Verb.DRAFT, roll.org.path)
    ]
    orgs = phoned_orgs(own)
    told = progress_below(edge.session, [roll.gathering.id for roll in own], org_ids=orgs) if orgs else {}
    coming = _coming(own)
    suggestions = _suggestions(beside=coming is not None)
    standins = standing_in(edge.session, staff().account_id, now=edge.now)
    asked = pending_of(edge.session, paths_where(Verb.DECIDE), roll_ids=standins)
    waiting = [
        *owed(own, told, asked, standins, suggestions, owed_records(own, standins)),
        *_of_other_rooms(),
    ]
    suggestion = suggestions[0][1] if suggestions else None
    return page(
        "today/today.html",
        today=day_text(day_of(edge.now)),
        owed=waiting[:MOST],
        more=len(waiting) - MOST,
        coming=coming,
        whole=coming is None or may(posts, Verb.TICK, coming.org.path),
        drafted=_drafted(own),
        told=told,
        asks=Counter(row.gathering.id for row in asked.leaves),
        last=next((roll for roll in own if roll.roll.confirmed_at is not None), None),
        suggestion=suggestion,
        draft_from=day_text(suggestion.day - DRAFT_AHEAD) if suggestion else "",
        opens_at=opens_at,
        soon=lambda moment: on_day(day_of(moment)),
        handed=handed_lately(),
        looks_on=holds(Verb.GIVE_POSTS),
    )


def _of_other_rooms() -> list[Owed]:
    """Return what waits beside the own gatherings: points, ratings, what lies below, articles."""
    return [
        *owed_objections(),
        *owed_proposals(),
        *owed_ratings(),
        *owed_above(),
        *owed_articles(),
    ]


def _suggestions(*, beside: bool) -> list[tuple[Org, Suggestion]]:
    """Return what the own branches might draft next; `beside` a gathering to come only what is near."""
    edge = current()
    found = []
    for org in own_orgs(Verb.DRAFT):
        if org.kind in BRANCHES:
            month, proposal = next_theme_day(edge.session, org, now=edge.now)
            if not beside or proposal.day - DRAFT_AHEAD <= day_of(edge.now):
                found.append((org, suggestion_on(edge.session, org, month, proposal)))
    return found


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
