"""Drafting: a new draft, a stored one, and its page with everybody it would tell and how."""

from collections import Counter
from collections.abc import Sequence
from itertools import groupby
from typing import Any

from flask import Response, request
from sqlalchemy import select

from handlers.console.gatherings.convening import TICKING, called, kind_of, tick_groups
from handlers.console.gatherings.draft_form import (
    Typed,
    keep_required,
    move_rows,
    on_agenda,
    plan_of,
    suggested,
    tick_birthdays,
    typed_form,
)
from handlers.console.pages import console, go, page, refuse_form, staff_page
from handlers.edge import current
from handlers.identity import staff
from handlers.notice_texts import shown_texts
from handlers.reach import draft_reached, org_asked
from models.gatherings.birthdays import Birthday, birthdays_of
from models.gatherings.calendar.calendar import note_on
from models.gatherings.calendar.theme_month import Taken, taken_by
from models.gatherings.gathering import AGENDA_KIND_TEXT, Gathering, GatheringKind
from models.gatherings.partners import convenes
from models.gatherings.plan import draft, redraft, sketch, suggest
from models.gatherings.required_item import Required, required_of
from models.notices.audience import Audience, audience_of
from models.notices.delivery import Channel
from models.people.org import Org, OrgKind
from models.people.posts import leaders_of, siblings_of
from models.people.rights import Verb, may
from models.refused import Refused

MEETS = (OrgKind.BRANCH, OrgKind.JOINT_BRANCH, OrgKind.GENERAL_BRANCH)
CHANNEL_TEXT = {Channel.TEMPLATE: "公众号消息", Channel.SUBSCRIBE: "小程序消息"}
FORM_CODES = ("bad_plan", "theme_day_taken", "gathering_past", "audience_changed", "agenda_changed")
KINDS = [(kind.value, text) for kind, text in AGENDA_KIND_TEXT.items()]


@console.get("/console/gatherings/new")
@staff_page
def new_gathering() -> Response:
    """Show a new draft, filled with the day the branch's rule proposes and what it usually does."""
    edge = current()
    org = org_asked(Verb.DRAFT, request.args.get("org"))
    return draft_page(org, suggested(suggest(edge.session, org, now=edge.now)))


@console.post("/console/gatherings")
@staff_page
def create_gathering() -> Response:
    """Store a new draft; 400 with the form as typed where the plan does not hold."""
    edge = current()
    org = org_asked(Verb.DRAFT, request.form.get("org", ""))
    typed = form_of(org)
    if is_only_shown(typed):
        return draft_page(org, typed)
    try:
        kind = kind_of(org, typed) or GatheringKind.THEME_DAY
        plan = plan_of(typed)
        gathering = draft(edge.session, org.id, plan, kind=kind, by=staff().account_id, now=edge.now)
    except Refused as error:
        return draft_again(error, org, typed)
    return go("console.gathering", gathering_id=gathering.id)


@console.post("/console/gatherings/<int:gathering_id>")
@staff_page
def save_gathering(gathering_id: int) -> Response:
    """Save a draft again; 400 with the form as typed where the plan does not hold."""
    edge = current()
    it, host = draft_reached(gathering_id, Verb.DRAFT)
    typed = form_of(host, it)
    if is_only_shown(typed):
        return draft_page(host, typed, it)
    try:
        kind = kind_of(host, typed)
        redraft(edge.session, it, plan_of(typed), kind=kind, by=staff().account_id, now=edge.now)
    except Refused as error:
        return draft_again(error, host, typed, it)
    return go("console.gathering", gathering_id=gathering_id, saved=1)


def form_of(org: Org, it: Gathering | None = None) -> Typed:
    """Read the form as sent: ticked birthdays become an item, what is required is on it."""
    typed = typed_form()
    tick_groups(org, typed, it)
    if request.form.get("do", "") in ("", "save", "look", "birthdays"):
        tick_birthdays(typed, birthdays(org, typed))
    keep_required(typed, required(org, typed))
    return typed


def is_only_shown(typed: Typed) -> bool:
    """Do what a button of the form asks that only shows it again; False if it is to be saved."""
    wish = request.form.get("do", "")
    return move_rows(typed, wish) or wish.partition("-")[0] in ("look", "birthdays", *TICKING)


def birthdays(org: Org, typed: Typed) -> list[Birthday]:
    """Return who joined in the month that the form counts for."""
    return birthdays_of(current().session, org, typed.period) if typed.period else []


def required(org: Org, typed: Typed) -> list[Required]:
    """Return what the levels above require of a theme day of the month that the form counts for."""
    if typed.kind != GatheringKind.THEME_DAY or not typed.period:
        return []
    return required_of(current().session, org.id, typed.period)


def draft_again(error: Refused, org: Org, typed: Typed, it: Gathering | None = None) -> Response:
    """Show a draft's form again with what is wrong, everything typed kept."""
    if error.code not in FORM_CODES:
        raise error
    refuse_form(error)
    return draft_page(org, typed, it, 400, error)


def draft_page(
    org: Org, typed: Typed, it: Gathering | None = None, status: int = 200, error: Refused | None = None
) -> Response:
    """Show the form of a draft, who would be told, by what, who must be telephoned by whom, and the texts."""
    edge = current()
    reach = called(org, typed, it) if convenes(org) else _reach(org, typed, it)
    return page(
        "gatherings/draft.html",
        status,
        org=org,
        gathering=it,
        typed=typed,
        kinds=KINDS,
        errors=error.fields if error else {},
        error=error.message if error else "",
        may_publish=it is not None and may(staff().posts, Verb.PUBLISH, org.path),
        calendar_note=note_on(edge.session, org, typed.day) if typed.day else "",
        **agenda_shown(org, typed),
        **reach,
        texts=_previewed(org, typed, it, [one.name for one in reach["together"]]),
    )


def _reach(org: Org, typed: Typed, it: Gathering | None) -> dict[str, Any]:
    """Return whom a branch's draft would tell and by what, and what it may put on the agenda or join."""
    edge = current()
    siblings = siblings_of(edge.session, org)
    partners = [one for one in siblings if one.id in typed.partners]
    audience = audience_of(
        edge.session,
        [org.id, *(one.id for one in partners)],
        channels=edge.parts.installation.channels,
        now=it.starts_at if it else edge.now,
    )
    people = birthdays(org, typed)
    return {
        "groups": [],
        "joined": _joined(org, typed, it),
        "siblings": siblings,
        "together": partners,
        "people": len(audience.recipients),
        # Above the branch nobody counts who has which channel.
        "counted": may(staff().posts, Verb.TICK, org.path),
        "channels": [(CHANNEL_TEXT[channel], audience.by_channel[channel]) for channel in Channel],
        "calls": _calls(audience),
        "at_home": sum(one.at_home for one in audience.recipients),
        "birthdays": people,
        "celebrated": on_agenda(typed, people),
    }


def _joined(org: Org, typed: Typed, it: Gathering | None) -> Taken | None:
    """Return the theme day that stands in the place of this one, which then stays a draft."""
    if typed.kind != GatheringKind.THEME_DAY or not typed.period:
        return None
    beside = it.id if it else None
    return taken_by(current().session, [org], typed.period, beside=beside).get(org.id)


def agenda_shown(org: Org, typed: Typed) -> dict[str, Any]:
    """Put what is required on the agenda; return its marks, {id: 镇党委规定}, and that of all other rows."""
    above = required(org, typed)
    keep_required(typed, above)
    own = "本级自选" if convenes(org) else "支部自选"
    return {"marks": {one.id: one.mark for one in above}, "own_mark": own}


def _previewed(
    org: Org, typed: Typed, it: Gathering | None, together: Sequence[str]
) -> dict[str, Any] | None:
    """Return the four texts of the form as typed; None while it makes no plan."""
    try:
        plan, kind = plan_of(typed), kind_of(org, typed)
    except Refused:
        return None
    kind = kind or (it.kind if it else GatheringKind.THEME_DAY)
    agenda = [row.title for row in typed.agenda if row.title]
    gathering_id = it.id if it else None
    return shown_texts(sketch(org.id, kind, plan), agenda, org, together, gathering_id=gathering_id)


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
