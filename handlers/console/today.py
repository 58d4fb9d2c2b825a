"""Today: what this person owes, at most six lines, and the next gathering."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from typing import NamedTuple

from flask import Response, url_for

from handlers.console.gatherings import months_back
from handlers.console.pages import console, page, staff_page
from handlers.console.reach import own_orgs, phoned_orgs
from handlers.edge import current
from handlers.identity import staff
from models.clock import clock_text, day_of, day_text, moment_text
from models.gatherings.gathering import GatheringState, opens_at
from models.gatherings.plan import Suggestion, suggest
from models.gatherings.standing import Standing, own_branches, rolls_among
from models.notices.progress import Progress, progress_below
from models.people.org import BRANCHES
from models.people.rights import Verb, may

MOST = 6
DRAFT_AHEAD = timedelta(days=7)
TO_COME = (GatheringState.PUBLISHED, GatheringState.OPEN)


class Owed(NamedTuple):
    """One thing that waits for this person: what, why and until when, and the one button."""

    title: str
    why: str
    button: str
    address: str


@console.get("/console/")
@staff_page
def today() -> Response:
    """Show what waits for this person today, most urgent first."""
    edge, posts = current(), staff().posts
    months = months_back(day_of(edge.now), 4)
    own = [
        roll
        for roll in rolls_among(edge.session, own_branches(posts), periods=months, now=edge.now)
        if roll.state is not GatheringState.DRAFT or may(posts, Verb.DRAFT, roll.org.path)
    ]
    orgs = phoned_orgs(own)
    told = progress_below(edge.session, [roll.gathering.id for roll in own], org_ids=orgs) if orgs else {}
    suggestions = [
        (org.id, suggest(edge.session, org, now=edge.now))
        for org in own_orgs(Verb.DRAFT)
        if org.kind in BRANCHES
    ]
    owed = [
        *(one for roll in reversed(own) for one in _of_roll(roll, told.get(roll.gathering.id))),
        *(one for org_id, suggestion in suggestions for one in _to_draft(org_id, suggestion)),
    ]
    return page(
        "today.html",
        today=day_text(day_of(edge.now)),
        owed=owed[:MOST],
        more=len(owed) - MOST,
        coming=_nearest(roll for roll in own if roll.state in TO_COME),
        drafted=_nearest(
            roll for roll in own if roll.state is GatheringState.DRAFT and roll.gathering.ends_at > edge.now
        ),
        told=told,
        last=next((roll for roll in own if roll.roll.confirmed_at is not None), None),
        suggestion=suggestions[0][1] if suggestions else None,
        draft_from=day_text(suggestions[0][1].day - DRAFT_AHEAD) if suggestions else "",
        opens_at=opens_at,
    )


def _nearest(rolls: Iterable[Standing]) -> Standing | None:
    return min(rolls, key=lambda roll: roll.gathering.starts_at, default=None)


def _of_roll(roll: Standing, told: Progress | None) -> Iterator[Owed]:
    """Yield what one roll asks of this person: telephone, answer, confirm, publish."""
    posts, now, it = staff().posts, current().now, roll.gathering
    when = moment_text(it.starts_at)
    over = it.ends_at <= now
    if roll.state in TO_COME and not over and told and told.to_phone:
        yield Owed(
            f"给 {told.to_phone} 位同志打电话",
            f"“{it.title}”，微信没有送达或不用手机。{when} 以前",
            "打开电话名单",
            url_for("console.phone_list_page", gathering_id=it.id),
        )
    if roll.roll.confirmed_at is None and roll.state not in (GatheringState.DRAFT, GatheringState.CANCELLED):
        confirms = may(posts, Verb.CONFIRM, roll.org.path)
        if roll.questions and confirms:
            yield Owed(
                f"核对 {roll.questions} 位同志到没到",
                f"“{it.title}”，名册上记的是没到，手机上又签到了",
                "去核对",
                url_for("console.roll", roll_id=roll.roll.id, show="asks"),
            )
        if over and confirms:
            left = f"还有 {roll.counts.unrecorded} 人未登记" if roll.counts.unrecorded else "都登记好了"
            yield Owed(
                f"确认“{it.title}”的名册",
                f"{when} 开的，{left}",
                "去确认",
                url_for("console.confirmation", roll_id=roll.roll.id),
            )
    if roll.state is GatheringState.DRAFT and may(posts, Verb.PUBLISH, roll.org.path):
        yield Owed(
            f"发布“{it.title}”的通知",
            f"草稿已存，{when} 开",
            "看草稿",
            url_for("console.gathering", gathering_id=it.id),
        )


def _to_draft(org_id: int, suggestion: Suggestion) -> Sequence[Owed]:
    if suggestion.day - DRAFT_AHEAD > day_of(current().now):
        return ()
    why = f"{day_text(suggestion.day)} {clock_text(suggestion.starts_at)}。{suggestion.reason}"
    address = url_for("console.new_gathering", org=org_id)
    return (Owed(f"起草{suggestion.title}通知", why, "起草通知", address),)
