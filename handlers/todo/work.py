"""What the person behind a request works on: the own rolls, and what members ask about them."""

from collections.abc import Sequence
from typing import NamedTuple

from handlers.edge import current
from handlers.identity import staff
from handlers.reach import is_foreign_draft, paths_where, phoned_orgs
from models.clock import day_of
from models.gatherings.delegate import standing_in
from models.gatherings.leave.pending import Requests, pending_of
from models.gatherings.standing import Standing, months_back, own_branches, rolls_among
from models.notices.progress import Progress, progress_below
from models.people.rights import Verb, may

MONTHS = 4  # how many the own rolls go back from the next one


class Work(NamedTuple):
    """Own rolls, how far the messages about them have come, where one stands in, and what waits for a yes."""

    own: list[Standing]
    told: dict[int, Progress]  # by gathering
    stands_in: list[int]  # ids of the rolls on which one is the delegate
    asked: Requests

    def confirms(self, roll: Standing) -> bool:
        """Say whether this person confirms a roll: by a post, or as its delegate."""
        return roll.roll.id in self.stands_in or may(staff().posts, Verb.CONFIRM, roll.org.path)


def own_rolls() -> list[Standing]:
    """Return the rolls of the person's own branches and months, newest first; nobody else's drafts."""
    edge, posts = current(), staff().posts
    months = months_back(day_of(edge.now), MONTHS)
    rolls = rolls_among(edge.session, own_branches(posts), periods=months, now=edge.now)
    return [roll for roll in rolls if not is_foreign_draft(roll)]


def work_on(own: Sequence[Standing]) -> Work:
    """Return these rolls with all that is known of the work on them."""
    session, orgs = current().session, phoned_orgs(own)
    told = progress_below(session, [roll.gathering.id for roll in own], org_ids=orgs) if orgs else {}
    stands_in = standing_in(session, staff().account_id, now=current().now)
    return Work(list(own), told, stands_in, asked_of(stands_in))


def asked_of(stands_in: Sequence[int]) -> Requests:
    """Return the requests that wait for this person's answer, also on the rolls delegated to it."""
    return pending_of(current().session, paths_where(Verb.DECIDE), roll_ids=stands_in)
