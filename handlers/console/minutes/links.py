"""The way from a roll to its record, for pages that list rolls."""

from collections.abc import Iterable
from typing import NamedTuple

from flask import url_for

from handlers.edge import current
from handlers.identity import staff
from models.gatherings.delegate import standing_in
from models.gatherings.gathering import Gathering, GatheringState, opens_at
from models.gatherings.minutes.minutes import MINUTES_STATE_TEXT, MinutesState
from models.gatherings.minutes.reading import minutes_stand
from models.gatherings.roll import Roll
from models.people.org import Org
from models.people.rights import Verb, may


class Link(NamedTuple):
    """What stands on the button and where it leads; `state` is empty while the roll is not confirmed."""

    text: str
    address: str
    state: str


def record_links(rolls: Iterable[tuple[Roll, Gathering, Org]]) -> dict[int, Link]:
    """Return roll id -> the link to its record, where this person may write or read it.

    Two statements, however many rolls.
    """
    edge, who, rolls = current(), staff(), list(rolls)
    stand = minutes_stand(edge.session, [roll.id for roll, _, _ in rolls])
    standins = standing_in(edge.session, who.account_id, now=edge.now)
    links = {}
    for roll, it, org in rolls:
        writes = roll.id in standins or may(who.posts, Verb.DRAFT, org.path)
        state = stand[roll.id].state if roll.id in stand else None
        held = it.state is not GatheringState.CANCELLED and edge.now >= opens_at(it.starts_at)
        said = MINUTES_STATE_TEXT[state or MinutesState.DRAFT] if roll.confirmed_at else ""
        if state is not None and (
            writes or (state is not MinutesState.DRAFT and may(who.posts, Verb.SEE_FILED, org.path))
        ):
            links[roll.id] = Link("会议记录", url_for("console.record", roll_id=roll.id), said)
        elif state is None and writes and held and it.hall_salt is not None:
            links[roll.id] = Link("写会议记录", url_for("console.minutes", roll_id=roll.id), said)
    return links
