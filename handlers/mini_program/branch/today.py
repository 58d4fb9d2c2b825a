"""GET /api/v1/branch/today: what waits for this phone's person, and the gatherings it is about."""

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel

from handlers.edge import current
from handlers.identity import branch_phone_needed, staff
from handlers.mini_program import api
from handlers.mini_program.branch.gatherings import (
    MONTHS,
    GatheringRoll,
    ProgressOut,
    is_foreign_draft,
    listed,
    progress_shown,
)
from handlers.mini_program.branch.leaves import waiting_leaves
from handlers.mini_program.branch.session import PostOut, posts_shown
from handlers.reach import led_groups, own_orgs, phoned_orgs
from handlers.todo.lines import DRAFT_AHEAD, TO_COME
from models.clock import day_of
from models.gatherings.delegate import standing_in
from models.gatherings.gathering import GatheringState
from models.gatherings.plan import suggest
from models.gatherings.standing import Standing, months_back, own_branches, rolls_among
from models.notices.progress import Progress, progress_below
from models.people.org import BRANCHES
from models.people.rights import Verb, may


class Working(GatheringRoll):
    """A gathering that is not over for this person, and how far its message has come.

    `opens`, `ticks` and `confirms` say what this person's hand does there, a delegate's and a group leader's
    too: code and doors, marks (perhaps of the own group alone), the confirmation.
    """

    told: ProgressOut | None
    opens: bool
    ticks: bool
    confirms: bool


class Waiting(BaseModel):
    """One thing that waits: phone, check, confirm, publish, leave or draft; how many, and where."""

    what: str
    number: int
    gathering_id: int | None
    roll_id: int | None
    org_id: int | None


class Today(BaseModel):
    """The first screen of 支部工作; the nearest gathering first."""

    name: str
    posts: list[PostOut]
    waiting: list[Waiting]
    gatherings: list[Working]


@api.get("/branch/today")
@branch_phone_needed
@api.output(Today)
def show_today() -> dict[str, Any]:
    """What waits for this person and can be done by phone, as numbers; the words are the client's."""
    edge, posts = current(), staff().posts
    months = months_back(day_of(edge.now), MONTHS)
    rolls = rolls_among(edge.session, own_branches(posts), periods=months, now=edge.now)
    own = [roll for roll in reversed(rolls) if _is_on(roll) and not is_foreign_draft(roll)]
    orgs = phoned_orgs(own)
    told = progress_below(edge.session, [roll.gathering.id for roll in own], org_ids=orgs) if orgs else {}
    delegated = standing_in(edge.session, staff().account_id, now=edge.now)
    leaves = len(waiting_leaves(delegated))
    return {
        "name": staff().name,
        "posts": posts_shown(),
        "waiting": [
            *(one for roll in own for one in _of_roll(roll, told.get(roll.gathering.id), delegated)),
            *([_waits("leave", leaves)] if leaves else []),
            *_to_draft(),
        ],
        "gatherings": [
            listed(roll)
            | {"told": progress_shown(told[roll.gathering.id]) if roll.gathering.id in told else None}
            | _hand(roll, delegated)
            for roll in own
        ],
    }


def _hand(roll: Standing, delegated: list[int]) -> dict[str, bool]:
    """Say what this person does at a roll, as handlers.reach asks for one of them."""
    posts, stands_in = staff().posts, roll.roll.id in delegated
    return {
        "opens": may(posts, Verb.PUBLISH, roll.host.path) or (roll.is_host and stands_in),
        "ticks": may(posts, Verb.TICK, roll.org.path) or stands_in or bool(led_groups(roll.org)),
        "confirms": may(posts, Verb.CONFIRM, roll.org.path) or stands_in,
    }


def _is_on(roll: Standing) -> bool:
    """Say whether somebody has yet to do something about a roll."""
    return roll.roll.confirmed_at is None and roll.state is not GatheringState.CANCELLED


def _waits(what: str, number: int, roll: Standing | None = None, org_id: int | None = None) -> dict[str, Any]:
    return {
        "what": what,
        "number": number,
        "gathering_id": roll.gathering.id if roll else None,
        "roll_id": roll.roll.id if roll else None,
        "org_id": roll.org.id if roll else org_id,
    }


def _of_roll(roll: Standing, told: Progress | None, delegated: list[int]) -> Iterator[dict[str, Any]]:
    """Yield what one roll asks of this person."""
    over = roll.gathering.ends_at <= current().now
    if roll.state is GatheringState.DRAFT:
        if may(staff().posts, Verb.PUBLISH, roll.org.path):
            yield _waits("publish", 1, roll)
        return
    if roll.state in TO_COME and not over and told and told.to_phone:
        yield _waits("phone", told.to_phone, roll)
    if _hand(roll, delegated)["confirms"]:
        if roll.questions:
            yield _waits("check", roll.questions, roll)
        if over:
            yield _waits("confirm", roll.counts.unrecorded, roll)


def _to_draft() -> Iterator[dict[str, Any]]:
    """Yield the theme days to draft within seven days."""
    edge = current()
    for org in own_orgs(Verb.DRAFT):
        if org.kind in BRANCHES:
            day = suggest(edge.session, org, now=edge.now).day
            if day - DRAFT_AHEAD <= day_of(edge.now):
                yield _waits("draft", 1, org_id=org.id)
