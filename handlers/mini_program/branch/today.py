"""GET /api/v1/branch/today: what waits for this phone's person, and the gatherings it is about."""

from typing import Any

from pydantic import BaseModel

from handlers.identity import branch_phone_needed, staff
from handlers.mini_program import api
from handlers.mini_program.branch.gatherings import GatheringRoll, ProgressOut, listed, progress_shown
from handlers.mini_program.branch.session import PostOut, posts_shown
from handlers.reach import led_groups
from handlers.todo.drafts import suggestions, to_draft
from handlers.todo.requests import to_answer
from handlers.todo.rolls import of_roll
from handlers.todo.todo import Todo
from handlers.todo.work import Work, own_rolls, work_on
from models.gatherings.gathering import GatheringState
from models.gatherings.standing import Standing
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
    own = [roll for roll in reversed(own_rolls()) if _is_on(roll)]
    work = work_on(own)
    return {
        "name": staff().name,
        "posts": posts_shown(staff().posts),
        "waiting": [
            *(_shown(one) for roll in own for one in of_roll(roll, work)),
            *(_shown(one) for one in to_answer(work.asked) if one.number),
            *(_shown(one) for org, found in suggestions(near=True) for one in to_draft(org, found)),
        ],
        "gatherings": [listed(roll) | _told(roll, work) | _hand(roll, work) for roll in own],
    }


def _told(roll: Standing, work: Work) -> dict[str, Any]:
    progress = work.told.get(roll.gathering.id)
    return {"told": progress_shown(progress) if progress else None}


def _hand(roll: Standing, work: Work) -> dict[str, bool]:
    """Say what this person does at a roll, as handlers.reach asks for one of them."""
    posts, stands_in = staff().posts, roll.roll.id in work.stands_in
    return {
        "opens": may(posts, Verb.PUBLISH, roll.host.path) or (roll.is_host and stands_in),
        "ticks": may(posts, Verb.TICK, roll.org.path) or stands_in or bool(led_groups(roll.org)),
        "confirms": work.confirms(roll),
    }


def _is_on(roll: Standing) -> bool:
    """Say whether somebody has yet to do something about a roll."""
    return roll.roll.confirmed_at is None and roll.state is not GatheringState.CANCELLED


def _shown(one: Todo) -> dict[str, Any]:
    return {
        "what": one.what,
        "number": one.number,
        "gathering_id": one.roll.gathering.id if one.roll else None,
        "roll_id": one.roll.roll.id if one.roll else None,
        "org_id": one.roll.org.id if one.roll else one.org_id,
    }
