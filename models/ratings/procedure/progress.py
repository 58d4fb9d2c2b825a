"""The steps of a rating as they are shown: what was done, what is next, and what that waits for."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy.orm import Session

from models.clock import day_of
from models.gatherings.calendar.workdays import after_workdays
from models.points.schemes.procedure import Quorum
from models.ratings.procedure.beginning import RatingSeen, rating_seen
from models.ratings.procedure.outstanding import waits_for
from models.ratings.procedure.procedure import acts_done, next_step, procedure_of, quorum_of
from models.ratings.procedure.rating import ACT_TEXT, Act, RatingAct
from models.ratings.procedure.reviewers import body_of


class StepView(NamedTuple):
    """One step of the procedure. `act` is what was done, None if it is still to do.

    `body` is who takes it (points_group, committee, assembly, party_committee), None for nobody in
    particular; `due_on` None where the scheme names no time or the holidays until then are not entered;
    `waits_for` says in words what stands before the next step, empty for nothing.
    """

    step: Act
    title: str
    body: str | None
    due_on: date | None
    act: RatingAct | None
    is_next: bool
    waits_for: str
    quorum: Quorum | None


def steps_of(session: Session, rating_id: int, *, now: datetime) -> tuple[StepView, ...]:
    """Return the steps of a rating, done and to do, in their order. Refused: not_found."""
    seen = rating_seen(session, rating_id)
    done = acts_done(session, rating_id)
    following = next_step(seen.document, done)
    due = _due(session, seen, done)
    return tuple(
        StepView(
            step=(act := Act(step.step)),
            title=ACT_TEXT[act],
            body=body_of(session, seen, step, now=now),
            due_on=due.get(act),
            act=done.get(act),
            is_next=act is following,
            waits_for=waits_for(session, seen, act, now=now) if act is following else "",
            quorum=quorum_of(step),
        )
        for step in procedure_of(seen.document)
    )


def _due(session: Session, seen: RatingSeen, done: Mapping[Act, RatingAct]) -> dict[Act, date]:
    """Return until when each step should be done: so many workdays after the one before was."""
    since, due = day_of(seen.rating.begun_at), {}
    for step in procedure_of(seen.document):
        act = Act(step.step)
        if step.due_workdays is not None:
            last, known = after_workdays(session, since, step.due_workdays)
            if known:
                due[act] = last
        if act not in done:
            break
        since = done[act].held_on
    return due
