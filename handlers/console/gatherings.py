"""Gatherings: the list, a draft's form, and the page of a published one."""

from collections import Counter
from datetime import date, timedelta
from itertools import groupby
from typing import Any

from flask import Response, request
from sqlalchemy import select

from handlers.console.drafts import Typed, move_rows, plan_of, stored, suggested, typed_form
from handlers.console.pages import console, go, need_somewhere, page, refuse_form, staff_page
from handlers.console.reach import gathering_reached, org_asked, own_orgs, phoned_orgs
from handlers.edge import current
from handlers.identity import require, staff
from models.clock import day_of
from models.gatherings.agenda import agenda_of
from models.gatherings.gathering import AGENDA_KIND_TEXT, Gathering, GatheringState, closes_at, opens_at
from models.gatherings.plan import draft, gathering_seen, redraft, suggest, taking_part
from models.gatherings.standing import Standing, rolls_among, rolls_of, seen_orgs
from models.notices.audience import Audience, audience_of
from models.notices.delivery import DELIVERY_STATE_TEXT, Channel, DeliveryState
from models.notices.phone_list import sums_of
from models.notices.progress import progress_below
from models.people.org import Org, OrgKind
from models.people.posts import leaders_of, siblings_of
from models.people.rights import OFFICERS, Verb, may
from models.refused import Refused

STATE_TEXT = {
    GatheringState.DRAFT: "草稿",
    GatheringState.PUBLISHED: "已通知，待开展",
    GatheringState.OPEN: "正在签到",
    GatheringState.CLOSED: "已开展，待确认",
    GatheringState.CONFIRMED: "已确认",
    GatheringState.CANCELLED: "已取消",
}
CHANNEL_TEXT = {Channel.TEMPLATE: "公众号消息", Channel.SUBSCRIBE: "小程序消息"}
MEETS = (OrgKind.BRANCH, OrgKind.JOINT_BRANCH, OrgKind.GENERAL_BRANCH)
FORM_CODES = ("bad_plan", "theme_day_taken", "gathering_past", "audience_changed")


@console.app_template_filter("roll_state")
def roll_state(roll: Standing) -> str:
    """Say where one roll stands: the gathering's state, unless the roll itself is already confirmed."""
    if roll.roll.confirmed_at is not None:
        return "已确认"
    return STATE_TEXT[GatheringState.CLOSED if roll.state is GatheringState.CONFIRMED else roll.state]


def months_back(today: date, months: int) -> list[str]:
    """Return the months (YYYY-MM) from next month back, newest first."""
    month = (today.replace(day=1) + timedelta(days=32)).replace(day=1)
    back = []
    for _ in range(months):
        back.append(f"{month:%Y-%m}")
        month = (month - timedelta(days=1)).replace(day=1)
    return back


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
        if roll.state is not GatheringState.DRAFT or may(posts, Verb.DRAFT, roll.org.path)
    ]
    drafters = [org for org in own_orgs(Verb.DRAFT) if org.kind in MEETS]
    by_month = [
        (period, list(rows)) for period, rows in groupby(rolls, key=lambda roll: roll.gathering.period)
    ]
    several = len({roll.org.id for roll in rolls}) > 1
    return page(
        "gatherings.html",
        by_month=by_month,
        months=months,
        asked=asked,
        drafters=drafters,
        several=several,
        above=above,
    )


@console.get("/console/gatherings/new")
@staff_page
def new_gathering() -> Response:
    """Show a new draft, filled with the day the branch's rule proposes."""
    edge = current()
    org = _that_meets(org_asked(Verb.DRAFT, request.args.get("org")))
    return draft_page(org, suggested(suggest(edge.session, org, now=edge.now)))


def _that_meets(org: Org) -> Org:
    """Return an organisation with a roster of its own: a committee's notice would go to everybody below."""
    if org.kind in (OrgKind.WORKING_COMMITTEE, OrgKind.PARTY_COMMITTEE):
        raise Refused("not_found", "这一级没有自己的名册，请由支部起草")
    return org


@console.post("/console/gatherings")
@staff_page
def create_gathering() -> Response:
    """Store a new draft; 400 with the form as typed where the plan does not hold."""
    edge = current()
    org = _that_meets(org_asked(Verb.DRAFT, request.form.get("org", "")))
    typed = typed_form()
    if move_rows(typed, request.form.get("do", "")):
        return draft_page(org, typed)
    try:
        plan = plan_of(typed)
        gathering = draft(edge.session, org.id, plan, by=staff().account_id, now=edge.now)
    except Refused as error:
        return draft_again(error, org, typed)
    return go("console.gathering", gathering_id=gathering.id)


@console.get("/console/gatherings/<int:gathering_id>")
@staff_page
def gathering(gathering_id: int) -> Response:
    """Show a draft's form with its audience, or how a published gathering stands."""
    rolls = gathering_reached(gathering_id)
    session, it = current().session, rolls[0].gathering
    agenda = agenda_of(session, gathering_id)
    if rolls[0].state is GatheringState.DRAFT:
        typed = stored(it, agenda, taking_part(session, gathering_id))
        return draft_page(rolls[0].host, typed, it)
    return page(
        "gathering.html",
        gathering=it,
        rolls=rolls,
        host=rolls[0].host,
        state=rolls[0].state,
        agenda=[(AGENDA_KIND_TEXT[item.kind], item.title) for item in agenda],
        opens_at=opens_at(it.starts_at),
        closes_at=closes_at(it.starts_at, it.opened_at),
        together=_partners(rolls),
        ticked={roll.roll.id for roll in rolls if phoned_orgs([roll])},
        calls=bool(phoned_orgs(rolls)),
        hosts=may(staff().posts, Verb.PUBLISH, rolls[0].host.path),
        **_told(rolls),
    )


def _partners(rolls: list[Standing]) -> list[str]:
    """Return the names of the organisations that take part beside those whose rolls are shown."""
    edge, gathering_id = current(), rolls[0].gathering.id
    shown = {roll.org.id for roll in rolls}
    return [
        one.org.name for one in rolls_of(edge.session, gathering_id, now=edge.now) if one.org.id not in shown
    ]


def _told(rolls: list[Standing]) -> dict[str, Any]:
    """Return how far the notice has come: all of it for the sender, own people for others.

    Nothing above the branch: there nobody counts who has which channel.
    """
    session, gathering_id = current().session, rolls[0].gathering.id
    orgs = phoned_orgs(rolls)
    if not orgs:
        return {"sums": [], "audience": 0, "to_phone": 0}
    mine = progress_below(session, [gathering_id], org_ids=orgs).get(gathering_id)
    to_phone = mine.to_phone if mine else 0
    if not may(staff().posts, Verb.PUBLISH, rolls[0].host.path):
        rows = [("已送达或已告知", mine.told), ("还在发送", mine.under_way), ("要打电话", mine.to_phone),
                ("未发", mine.unsent)] if mine else []  # fmt: skip
        return {"sums": rows, "audience": mine.audience if mine else 0, "to_phone": to_phone}
    sums = sums_of(session, gathering_id)
    rows = [(DELIVERY_STATE_TEXT[state], sums.counts[state]) for state in DeliveryState if sums.counts[state]]
    return {"sums": rows, "audience": sums.audience, "to_phone": to_phone}


@console.post("/console/gatherings/<int:gathering_id>")
@staff_page
def save_gathering(gathering_id: int) -> Response:
    """Save a draft again; 400 with the form as typed where the plan does not hold."""
    edge = current()
    it, host = draft_reached(gathering_id, Verb.DRAFT)
    typed = typed_form()
    if move_rows(typed, request.form.get("do", "")):
        return draft_page(host, typed, it)
    try:
        redraft(edge.session, it, plan_of(typed), by=staff().account_id, now=edge.now)
    except Refused as error:
        return draft_again(error, host, typed, it)
    return go("console.gathering", gathering_id=gathering_id, saved=1)


def draft_reached(gathering_id: int, verb: Verb) -> tuple[Gathering, Org]:
    """Return a gathering, locked, and its host, if the person holds `verb` there.

    Refused: not_found, not_yours.
    """
    session = current().session
    it = gathering_seen(session, gathering_id, lock=True)
    host = session.get_one(Org, it.org_id)
    require(verb, host)
    return it, host


def draft_again(error: Refused, org: Org, typed: Typed, it: Gathering | None = None) -> Response:
    """Show a draft's form again with what is wrong, everything typed kept."""
    if error.code not in FORM_CODES:
        raise error
    refuse_form(error)
    return draft_page(org, typed, it, 400, error)


def draft_page(
    org: Org, typed: Typed, it: Gathering | None = None, status: int = 200, error: Refused | None = None
) -> Response:
    """Show the form of a draft, who would be told, by what, and who must be telephoned by whom."""
    edge = current()
    siblings = siblings_of(edge.session, org)
    audience = audience_of(
        edge.session,
        [org.id, *(one.id for one in siblings if one.id in typed.partners)],
        channels=edge.parts.installation.channels,
        now=it.starts_at if it else edge.now,
    )
    return page(
        "draft.html",
        status,
        org=org,
        gathering=it,
        typed=typed,
        kinds=[(kind.value, text) for kind, text in AGENDA_KIND_TEXT.items()],
        siblings=siblings,
        errors=error.extra.get("fields", {}) if error else {},
        error=error.message if error else "",
        people=len(audience.recipients),
        # Above the branch nobody counts who has which channel.
        counted=may(staff().posts, Verb.TICK, org.path),
        channels=[(CHANNEL_TEXT[channel], audience.by_channel[channel]) for channel in Channel],
        calls=_calls(audience),
        at_home=sum(one.at_home for one in audience.recipients),
        may_publish=it is not None and may(staff().posts, Verb.PUBLISH, org.path),
    )


def _calls(audience: Audience) -> list[tuple[str, str, int, list[str]]]:
    """Return who is to be telephoned as (branch or group, who leads it, how many, names).

    A partner's people are named to their own staff alone.
    """
    session, posts = current().session, staff().posts
    called = [one for one in audience.recipients if one.channel is None]
    ids = Counter(one.group_id or one.branch_id for one in called)
    orgs = {org.id: org for org in session.scalars(select(Org).where(Org.id.in_(ids)))}
    leaders = leaders_of(session, list(ids), now=current().now)
    return [
        (
            orgs[org_id].name,
            leaders.get(org_id, ""),
            ids[org_id],
            [one.name for one in rows] if may(posts, Verb.TICK, orgs[org_id].path) else [],
        )
        for org_id, rows in groupby(called, key=lambda one: one.group_id or one.branch_id)
    ]
