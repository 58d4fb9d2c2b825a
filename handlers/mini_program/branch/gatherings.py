"""GET /api/v1/branch/gatherings: the rolls one sees, and one gathering with whom it reaches."""

from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel, Field

from handlers.edge import current
from handlers.identity import branch_phone_needed, need_somewhere, staff
from handlers.mini_program import api
from handlers.mini_program.branch.texts import TextsOut, texts_shown
from handlers.mini_program.fields import fields_of
from handlers.reach import gathering_reached, is_foreign_draft, phoned_orgs
from handlers.todo.work import MONTHS
from models.clock import day_of
from models.gatherings.agenda import agenda_of
from models.gatherings.calendar.calendar import note_on
from models.gatherings.gathering import Gathering, GatheringState, opens_at
from models.gatherings.guests import guests_of
from models.gatherings.plan import taking_part
from models.gatherings.roll import Counts
from models.gatherings.standing import Standing, months_back, rolls_among, seen_orgs
from models.notices.audience import audience_of
from models.notices.delivery import Channel
from models.notices.phone_list import sums_of
from models.notices.progress import Progress, progress_of
from models.people.rights import OFFICERS, Verb, may
from models.points.cycle import PERIOD
from models.refused import Refused


class CountsOut(BaseModel):
    """The arithmetic of a roll: expected = came + leave + absent + unclear + unrecorded."""

    expected: int
    came: int
    leave: int
    absent: int
    unclear: int
    unrecorded: int
    exempt: int
    away: int
    host_branch: int


class RollOut(BaseModel):
    """One organisation's roll; `questions` are lines where a phone signed in against a person's mark."""

    roll_id: int
    org_id: int
    org: str
    confirmed: bool
    counts: CountsOut
    questions: int


class GatheringRoll(RollOut):
    """One roll with its gathering, as a list shows it; `may` names what this phone may do there."""

    gathering_id: int
    title: str
    starts_at: str
    ends_at: str
    place: str
    state: str
    host: str
    may: list[str]


class GatheringRolls(BaseModel):
    """The rolls of some months."""

    items: list[GatheringRoll]
    next: str | None


class AgendaOut(BaseModel):
    """One line of the plan; what the level above requires is not the branch's to change."""

    kind: str
    title: str
    required: bool


class AudienceOut(BaseModel):
    """Whom publishing would reach: people = account + mini_program + phone; null where nobody may count."""

    people: int
    account: int | None
    mini_program: int | None
    phone: int | None
    at_home: int


class ProgressOut(BaseModel):
    """How far the newest message has come; audience is the sum of the rest."""

    audience: int
    delivered: int
    phoned: int
    under_way: int
    to_phone: int
    unsent: int


class GatheringDetail(BaseModel):
    """One gathering as the branch works on it; `audience` before publishing, `told` after.

    `texts` are for those who take part.
    """

    gathering_id: int
    kind: str
    period: str
    title: str
    starts_at: str
    ends_at: str
    opens_at: str
    place: str
    bring: str | None
    contact: str | None
    date_reason: str | None
    calendar_note: str | None
    leave_until: str | None
    reason: str | None
    state: str
    host: str
    agenda: list[AgendaOut]
    texts: TextsOut | None
    rolls: list[RollOut]
    audience: AudienceOut | None
    told: ProgressOut | None
    guests: int | None
    may: list[str]


def counts_shown(counts: Counts) -> dict[str, int]:
    """Return the arithmetic of a roll as JSON values."""
    return counts._asdict()


def roll_shown(roll: Standing) -> dict[str, Any]:
    """Return one roll as JSON values."""
    return {
        "roll_id": roll.roll.id,
        "org_id": roll.org.id,
        "org": roll.org.name,
        "confirmed": roll.roll.confirmed_at is not None,
        "counts": counts_shown(roll.counts),
        "questions": roll.questions,
    }


def verbs_at(org_path: str) -> list[str]:
    """Return what the person's posts allow at an organisation, for a client that hides the rest."""
    return [verb.value for verb in (Verb.TICK, Verb.DRAFT, Verb.PUBLISH, Verb.CONFIRM, Verb.DECIDE)
            if may(staff().posts, verb, org_path)]  # fmt: skip


def listed(roll: Standing) -> dict[str, Any]:
    """Return one roll with its gathering as JSON values."""
    return fields_of(
        GatheringRoll,
        roll.gathering,
        **roll_shown(roll),
        gathering_id=roll.gathering.id,
        state=roll.state,
        host=roll.host.name,
        may=verbs_at(roll.org.path),
    )


class Period(BaseModel):
    """Of which month the list is asked for."""

    period: str = Field(default="", description="哪个月，写成 2026-11；不写，支部是近四个月，干部是本月")


@api.get("/branch/gatherings")
@branch_phone_needed
@api.input(Period, location="query", arg_name="which")
@api.output(GatheringRolls)
def list_branch_gatherings(which: Period) -> dict[str, Any]:
    """The rolls one sees: a branch's of the last months, an officer's of one (`?period=2026-11`)."""
    need_somewhere(Verb.TICK, Verb.SEE_FILED)
    edge, posts = current(), staff().posts
    asked = which.period
    if asked and not PERIOD.fullmatch(asked):
        raise Refused("period_invalid", "月份请写成 2026-11")
    above = any(post.role in OFFICERS for post in posts)
    months = [f"{day_of(edge.now):%Y-%m}"] if above else months_back(day_of(edge.now), MONTHS)
    rolls = rolls_among(edge.session, seen_orgs(posts), periods=[asked] if asked else months, now=edge.now)
    shown = [listed(roll) for roll in rolls if not is_foreign_draft(roll)]
    return {"items": shown, "next": None}


@api.get("/branch/gatherings/<int:gathering_id>")
@branch_phone_needed
@api.output(GatheringDetail)
def show_branch_gathering(gathering_id: int) -> dict[str, Any]:
    """One gathering; 404 for any that these posts do not see."""
    return detail(gathering_reached(gathering_id))


def detail(rolls: Sequence[Standing]) -> dict[str, Any]:
    """Return one gathering with the rolls given as JSON values."""
    session, it, host, state = current().session, rolls[0].gathering, rolls[0].host, rolls[0].state
    is_draft = state is GatheringState.DRAFT
    named = it.guests and may(staff().posts, Verb.TICK, host.path)
    agenda = agenda_of(session, it.id)
    return fields_of(
        GatheringDetail,
        it,
        gathering_id=it.id,
        opens_at=opens_at(it.starts_at),
        state=state,
        host=host.name,
        agenda=[fields_of(AgendaOut, item, required=item.required_id is not None) for item in agenda],
        texts=texts_shown(rolls, agenda),
        rolls=[roll_shown(roll) for roll in rolls],
        calendar_note=note_on(session, host, day_of(it.starts_at)) or None if is_draft else None,
        audience=_audience(it, host.path) if is_draft else None,
        told=None if is_draft else _told(rolls),
        guests=len(guests_of(session, it.id)) if named else None,
        may=verbs_at(host.path),
    )


def _audience(it: Gathering, host_path: str) -> dict[str, int | None]:
    """Count whom publishing would reach; by which channel only for the branch's own staff."""
    edge = current()
    audience = audience_of(
        edge.session, taking_part(edge.session, it.id), channels=edge.parts.installation.channels,
        now=it.starts_at,
    )  # fmt: skip
    by = audience.by_channel
    counted = may(staff().posts, Verb.TICK, host_path)
    return {
        "people": len(audience.recipients),
        "account": by[Channel.TEMPLATE] if counted else None,
        "mini_program": by[Channel.SUBSCRIBE] if counted else None,
        "phone": by[None] if counted else None,
        "at_home": sum(one.at_home for one in audience.recipients),
    }


def _told(rolls: Sequence[Standing]) -> dict[str, int] | None:
    """Return how far the newest message has come: all of it for the host, own people for others.

    Nothing above the branch: there nobody counts who has which channel.
    """
    orgs = phoned_orgs(rolls)
    if not orgs:
        return None
    hosts = may(staff().posts, Verb.PUBLISH, rolls[0].host.path)
    sums = sums_of(current().session, rolls[0].gathering.id, org_ids=None if hosts else orgs)
    return progress_shown(progress_of(sums.counts))


def progress_shown(progress: Progress) -> dict[str, int]:
    """Return how far a message has come as JSON values."""
    return fields_of(ProgressOut, progress)
