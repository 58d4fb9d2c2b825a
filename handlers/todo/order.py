"""All that waits for a person, the most urgent first."""

from collections.abc import Sequence
from datetime import timedelta

from handlers.edge import current
from handlers.todo.above import above
from handlers.todo.articles import articles
from handlers.todo.drafts import month_end, to_draft
from handlers.todo.people import ending, to_make_up
from handlers.todo.ratings import rating_steps
from handlers.todo.records import records
from handlers.todo.requests import objections, proposals, to_answer, to_answer_the_public
from handlers.todo.rolls import of_roll
from handlers.todo.todo import Todo
from handlers.todo.work import Work
from models.gatherings.plan import Suggestion
from models.people.org import Org

TODAY_OR_TOMORROW = timedelta(days=1)


def waiting(work: Work, suggestions: Sequence[tuple[Org, Suggestion]]) -> list[Todo]:
    """Return all that waits for the person behind this request.

    Calls about today and tomorrow come first, then what is to be published, called, answered, checked,
    confirmed, filed, made up; then what has not begun; last what lies beside the own gatherings: points,
    ratings, what lies below, articles. Within each the nearest gathering comes first.
    """
    rolls = sorted(work.own, key=lambda roll: roll.gathering.starts_at)
    asked: dict[str, list[Todo]] = {"publish": [], "phone": [], "check": [], "confirm": []}
    for one in (one for roll in rolls for one in of_roll(roll, work)):
        asked[one.what].append(one)
    near, far = _calls(asked["phone"])
    return [
        *near,
        *asked["publish"],
        *far,
        *to_answer(work.asked),
        *asked["check"],
        *asked["confirm"],
        *records(work),
        *to_make_up(),
        *ending(),
        *(one for org, suggestion in suggestions for one in to_draft(org, suggestion)),
        *month_end(rolls),
        *to_answer_the_public(),
        *objections(),
        *proposals(),
        *rating_steps(),
        *above(),
        *articles(),
    ]


def _calls(calls: Sequence[Todo]) -> tuple[list[Todo], list[Todo]]:
    """Part the calls about today and tomorrow from the later ones.

    Whoever stands on two rolls of a gathering has one list to call.
    """
    soon = current().now + TODAY_OR_TOMORROW
    near: dict[int, Todo] = {}
    far: dict[int, Todo] = {}
    for one in calls:
        if one.roll is not None:
            it = one.roll.gathering
            (near if it.starts_at <= soon else far)[it.id] = one
    return list(near.values()), list(far.values())
