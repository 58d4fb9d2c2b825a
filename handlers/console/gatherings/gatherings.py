"""Gatherings: the list, and the page of one: a draft's form, or how a published one stands."""

from itertools import groupby
from typing import Any

from flask import Response, request

from handlers.console.gatherings.convening import told_by_committee
from handlers.console.gatherings.draft_form import stored
from handlers.console.gatherings.draft_pages import MEETS, draft_page
from handlers.console.minutes.links import record_links
from handlers.console.pages import console, page, staff_page
from handlers.edge import current
from handlers.identity import need_somewhere, staff
from handlers.notice_texts import texts_now, together_of
from handlers.reach import gathering_reached, is_foreign_draft, opens_doors, own_orgs, phoned_orgs
from models.clock import day_of
from models.gatherings.agenda import agenda_of
from models.gatherings.convened import convened_below
from models.gatherings.gathering import AGENDA_KIND_TEXT, TO_COME, GatheringState, closes_at, opens_at
from models.gatherings.guests import guests_number, guests_of
from models.gatherings.partners import convenes
from models.gatherings.plan import taking_part
from models.gatherings.required_item import new_required
from models.gatherings.screen_link import live_links
from models.gatherings.standing import Standing, months_back, rolls_among, seen_orgs
from models.notices.delivery import DELIVERY_STATE_TEXT, DeliveryState
from models.notices.night_override import may_let_out, overrides_of
from models.notices.phone_list import sums_of
from models.notices.progress import Progress, progress_of
from models.notices.reason import reason_text
from models.people.org import COMMITTEES
from models.people.rights import OFFICERS, Verb, may

STATE_TEXT = {
    GatheringState.DRAFT: "草稿",
    GatheringState.PUBLISHED: "已通知，待开展",
    GatheringState.OPEN: "正在签到",
    GatheringState.CLOSED: "已开展，待确认",
    GatheringState.CONFIRMED: "已确认",
    GatheringState.CANCELLED: "已取消",
}
STATES = list(DeliveryState)
SAID_ABOVE = (DeliveryState.DELIVERED, DeliveryState.PHONED, DeliveryState.PHONE_LIST)


@console.app_template_filter("roll_state")
def roll_state(roll: Standing) -> str:
    """Say where one roll stands: the gathering's state, unless the roll itself is already confirmed."""
    if roll.roll.confirmed_at is not None:
        return "已确认"
    return STATE_TEXT[GatheringState.CLOSED if roll.state is GatheringState.CONFIRMED else roll.state]


console.app_template_filter("gathering_state")(STATE_TEXT.get)


@console.get("/console/gatherings")
@staff_page
def gatherings() -> Response:
    """List the gatherings of the last year, newest first, organisations in the order of the tree."""
    need_somewhere(Verb.TICK, Verb.SEE_FILED)
    edge, posts = current(), staff().posts
    months = months_back(day_of(edge.now), 14)
    # Above the branch a month at a time: a zone has thousands of rolls a year.
    above = any(post.role in OFFICERS for post in posts)
    asked = request.args.get("period", "")
    if asked not in months:
        asked = f"{day_of(edge.now):%Y-%m}" if above else ""
    periods = [asked] if asked else months
    rolls = [
        roll
        for roll in rolls_among(edge.session, seen_orgs(posts), periods=periods, now=edge.now)
        if not is_foreign_draft(roll)
    ]
    drafters = [org for org in own_orgs(Verb.DRAFT) if org.kind in (*MEETS, *COMMITTEES)]
    by_month = [
        (period, list(rows)) for period, rows in groupby(rolls, key=lambda roll: roll.gathering.period)
    ]
    several = len({roll.org.id for roll in rolls}) > 1
    return page(
        "gatherings/gatherings.html",
        by_month=by_month,
        months=months,
        asked=asked,
        drafters=drafters,
        convened=convened_below(edge.session, posts, periods=periods, now=edge.now) if above else [],
        several=several,
        records=record_links((row.roll, row.gathering, row.org) for row in rolls),
        above=above,
    )


@console.get("/console/gatherings/<int:gathering_id>")
@staff_page
def gathering(gathering_id: int) -> Response:
    """Show a draft's form with its audience, or how a published gathering stands."""
    rolls = gathering_reached(gathering_id)
    session, it, host = current().session, rolls[0].gathering, rolls[0].host
    agenda, posts = agenda_of(session, gathering_id), staff().posts
    if rolls[0].state is GatheringState.DRAFT:
        return draft_page(host, stored(it, agenda, taking_part(session, gathering_id)), it)
    everybody, phoned = together_of(gathering_id, host), phoned_orgs(rolls)
    hosts = may(posts, Verb.PUBLISH, host.path)
    return page(
        "gatherings/gathering.html",
        gathering=it,
        rolls=rolls,
        host=host,
        state=rolls[0].state,
        agenda=[(AGENDA_KIND_TEXT[item.kind], item.title) for item in agenda],
        opens_at=opens_at(it.starts_at),
        closes_at=closes_at(it.starts_at, it.opened_at),
        together=_partners(rolls, everybody if convenes(host) else [host.name, *everybody]),
        ticked={roll.roll.id for roll in rolls if not roll.is_draft and phoned_orgs([roll])},
        calls=bool(phoned),
        hosts=hosts,
        changeable=hosts and rolls[0].state in TO_COME,
        added_above=new_required(session, it) if hosts and rolls[0].state in TO_COME else [],
        overrides=overrides_of(session, gathering_id),
        may_override=may(posts, Verb.OVERRIDE_NIGHT, host.path)
        and may_let_out(session, gathering_id, now=current().now),
        texts=texts_now(it, agenda, host, everybody) if phoned or hosts else None,
        records=record_links((row.roll, it, row.org) for row in rolls),
        **_in_the_hall(rolls[0]),
        **_told(rolls, phoned),
        convened=convenes(host),
        told=told_by_committee(rolls),
    )


def _in_the_hall(roll: Standing) -> dict[str, Any]:
    """Return who sat in (to the host's staff alone), whether this person opens the doors, and the links.

    The screen is what comes next from the day of the gathering on, or once the doors are open.
    """
    edge, it = current(), roll.gathering
    named = it.guests and may(staff().posts, Verb.TICK, roll.host.path)
    return {
        "doors": opens_doors(roll),
        "on_the_day": roll.state is GatheringState.OPEN or day_of(edge.now) >= day_of(it.starts_at),
        "guests": guests_of(edge.session, it.id) if named else None,
        "sat_in": _number_of_guests(roll),
        "screens": live_links(edge.session, it.id, now=edge.now),
    }


def _number_of_guests(roll: Standing) -> int | None:
    """Return how many sat in, for the committee that admits them; who they are is their branches' own."""
    host, it = roll.host, roll.gathering
    if not it.guests or not convenes(host) or not may(staff().posts, Verb.PUBLISH, host.path):
        return None
    return guests_number(current().session, it.id)


def _partners(rolls: list[Standing], everybody: list[str]) -> list[str]:
    """Return the names of the organisations that take part beside those whose rolls are shown."""
    shown = {roll.org.name for roll in rolls}
    return [name for name in everybody if name not in shown]


def _told(rolls: list[Standing], orgs: list[int]) -> dict[str, Any]:
    """Return how far the newest message has come: all of it for the sender, own people for others.

    Nothing above the branch: there nobody counts who has which channel.
    """
    session, gathering_id = current().session, rolls[0].gathering.id
    if not orgs:
        return {"progress": None, "details": [], "to_phone": 0}
    mine = sums_of(session, gathering_id, org_ids=orgs)
    to_phone = mine.counts[DeliveryState.PHONE_LIST]
    if not may(staff().posts, Verb.PUBLISH, rolls[0].host.path):
        return {"progress": _if_any(progress_of(mine.counts)), "details": [], "to_phone": to_phone}
    sums = sums_of(session, gathering_id)
    details = [
        (_waits(state, reason), number)
        for (state, reason), number in sorted(sums.reasons.items(), key=lambda row: STATES.index(row[0][0]))
        if state not in SAID_ABOVE
    ]
    return {"progress": _if_any(progress_of(sums.counts)), "details": details, "to_phone": to_phone}


def _waits(state: DeliveryState, reason: str) -> str:
    """Say where messages stand that are neither delivered nor left to a telephone, and why."""
    if not reason:
        return DELIVERY_STATE_TEXT[state]
    return reason_text(reason) if state is DeliveryState.HELD else f"未发：{reason_text(reason)}"


def _if_any(progress: Progress) -> Progress | None:
    return progress if progress.audience else None
