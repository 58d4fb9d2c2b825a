"""Planning a gathering: the proposed day, the draft, and the hands on its doors."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import delete, exists, select
from sqlalchemy.orm import Session

from models.audit import Via, record
from models.clock import at, day_of
from models.gatherings.calendar import HolidayRule, propose_day
from models.gatherings.expected import sync_rolls
from models.gatherings.gathering import (
    AgendaItem,
    AgendaKind,
    Gathering,
    GatheringKind,
    GatheringState,
    GatheringTag,
    state_at,
)
from models.gatherings.roll import Roll
from models.people.org import Org, Setting, settings_of
from models.people.posts import siblings_of
from models.refused import Refused

START, LENGTH = time(15, 0), timedelta(minutes=90)
# An agenda item of one of these kinds also fulfils the duty of the same name.
FULFILS = {
    AgendaKind.LECTURE: GatheringKind.LECTURE,
    AgendaKind.STUDY: GatheringKind.STUDY,
    AgendaKind.VOLUNTEERING: GatheringKind.VOLUNTEERING,
}


@dataclass(frozen=True)
class Plan:
    """What a secretary types into a draft; `partners` are branches that take part with their own roll."""

    title: str
    starts_at: datetime
    ends_at: datetime
    place: str
    period: str
    date_reason: str | None = None
    bring: str | None = None
    contact: str | None = None
    leave_until: datetime | None = None
    agenda: tuple[tuple[AgendaKind, str], ...] = ()
    partners: tuple[int, ...] = ()
    guests: bool = False  # whether members of other branches may sign in as observers


@dataclass(frozen=True)
class Suggestion:
    """What a new draft is filled with; `known` is false where the calendar has no data for the year."""

    period: str
    day: date
    reason: str
    known: bool
    title: str
    place: str
    starts_at: datetime
    ends_at: datetime
    leave_until: datetime


def suggest(session: Session, org: Org, *, now: datetime) -> Suggestion:
    """Propose the next theme day of `org` in a month without one, held or joined, with its date's reason.

    The place is that of the branch's last gathering.
    """
    settings = settings_of(session, org)
    month = day_of(now).replace(day=1)
    for _ in range(3):
        proposal = propose_day(
            session,
            year=month.year,
            month=month.month,
            day_of_month=settings[Setting.THEME_DAY],
            rule=HolidayRule(settings[Setting.HOLIDAY_RULE]),
        )
        period = f"{month:%Y-%m}"
        if proposal.day >= day_of(now) and not (
            _has_theme_day(session, org.id, period) or _joins_theme_day(session, org.id, period)
        ):
            break
        month = (month + timedelta(days=32)).replace(day=1)
    starts_at = at(proposal.day, START)
    last = select(Gathering.place).where(Gathering.org_id == org.id).order_by(Gathering.starts_at.desc())
    return Suggestion(
        period=f"{month:%Y-%m}",
        day=proposal.day,
        reason=proposal.reason,
        known=proposal.known,
        title=f"{month.month}月主题党日",
        place=session.scalar(last.limit(1)) or "",
        starts_at=starts_at,
        ends_at=starts_at + LENGTH,
        leave_until=starts_at - timedelta(hours=3),
    )


def _has_theme_day(session: Session, org_id: int, period: str, *, beside: int = 0) -> bool:
    query = select(
        exists().where(
            Gathering.id != beside,
            Gathering.org_id == org_id,
            Gathering.kind == GatheringKind.THEME_DAY,
            Gathering.period == period,
            Gathering.state != GatheringState.CANCELLED,
        )
    )
    return bool(session.scalar(query))


def _joins_theme_day(session: Session, org_id: int, period: str) -> bool:
    """Say whether a branch takes part in another's theme day; a draft invites nobody yet."""
    query = select(
        exists().where(
            Roll.org_id == org_id,
            Roll.gathering_id == Gathering.id,
            Gathering.kind == GatheringKind.THEME_DAY,
            Gathering.period == period,
            Gathering.state.not_in((GatheringState.DRAFT, GatheringState.CANCELLED)),
        )
    )
    return bool(session.scalar(query))


def draft(
    session: Session,
    org_id: int,
    plan: Plan,
    *,
    kind: GatheringKind = GatheringKind.THEME_DAY,
    by: int,
    now: datetime,
) -> Gathering:
    """Add a draft. Refused: bad_plan with `fields`, theme_day_taken."""
    _check(session, org_id, plan, now=now)
    if kind is GatheringKind.THEME_DAY:
        _check_month(session, org_id, plan.period)
    gathering = Gathering(org_id=org_id, kind=kind, drafted_by=by, state=GatheringState.DRAFT)
    _write(gathering, plan)
    session.add(gathering)
    session.flush()
    _write_parts(session, gathering, plan)
    record(session, "draft", "gathering", gathering.id, via=Via.CONSOLE, account_id=by, org_id=org_id)
    return gathering


def _check_month(session: Session, org_id: int, period: str, *, beside: int = 0) -> None:
    """Refuse a second theme day of a month, also where a button is pressed twice at once."""
    session.execute(select(Org.id).where(Org.id == org_id).with_for_update(key_share=True))
    if _has_theme_day(session, org_id, period, beside=beside):
        raise Refused("theme_day_taken", f"{period} 的主题党日已经有了", fields={"period": "这个月已经有了"})


def redraft(session: Session, gathering: Gathering, plan: Plan, *, by: int, now: datetime) -> None:
    """Save a draft again. Refused: not_a_draft, bad_plan with `fields`, theme_day_taken."""
    if gathering.state is not GatheringState.DRAFT:
        raise Refused("not_a_draft", "已经发布，不能再改草稿")
    _check(session, gathering.org_id, plan, now=now)
    if gathering.kind is GatheringKind.THEME_DAY:
        _check_month(session, gathering.org_id, plan.period, beside=gathering.id)
    _write(gathering, plan)
    for part in (AgendaItem, GatheringTag, Roll):
        session.execute(delete(part).where(part.gathering_id == gathering.id))
    _write_parts(session, gathering, plan)
    record(
        session, "redraft", "gathering", gathering.id, via=Via.CONSOLE, account_id=by, org_id=gathering.org_id
    )


def _check(session: Session, org_id: int, plan: Plan, *, now: datetime) -> None:
    wrong = {}
    if not 1 <= len(plan.title) <= 60:
        wrong["title"] = "请写主题，最多 60 个字"
    if not 1 <= len(plan.place) <= 60:
        wrong["place"] = "请写地点，最多 60 个字"
    if plan.starts_at <= now:
        wrong["starts_at"] = "开始时间已经过了"
    # January's theme day may fall in February, and none farther off.
    held = day_of(plan.starts_at)
    year, month = (int(part) for part in plan.period.split("-"))
    if abs(held.year * 12 + held.month - year * 12 - month) > 1:
        wrong["period"] = "只能算作当月、上个月或下个月"
    if plan.ends_at <= plan.starts_at:
        wrong["ends_at"] = "结束时间应当晚于开始时间"
    if plan.leave_until is not None and plan.leave_until > plan.starts_at:
        wrong["leave_until"] = "请假截止应当早于开始时间"
    if len(plan.agenda) > 20 or any(not 1 <= len(title) <= 80 for _, title in plan.agenda):
        wrong["agenda"] = "议程每项 1 到 80 个字，最多 20 项"
    if any(text is not None and len(text) > 60 for text in (plan.bring, plan.contact)):
        wrong["bring"] = "带什么、联系人最多 60 个字"
    if plan.partners and not _are_siblings(session, org_id, plan.partners):
        wrong["partners"] = "只能和同一个上级的支部一起开"
    if wrong:
        raise Refused("bad_plan", "有几处需要改一下", fields=wrong)


def _are_siblings(session: Session, org_id: int, partners: Sequence[int]) -> bool:
    found = {one.id for one in siblings_of(session, session.get_one(Org, org_id))}
    return found.issuperset(partners)


def _write(gathering: Gathering, plan: Plan) -> None:
    for name in (
        "title", "starts_at", "ends_at", "place", "period", "date_reason", "bring", "contact", "leave_until",
        "guests",
    ):  # fmt: skip
        setattr(gathering, name, getattr(plan, name))


def _write_parts(session: Session, gathering: Gathering, plan: Plan) -> None:
    for position, (kind, title) in enumerate(plan.agenda, start=1):
        session.add(AgendaItem(gathering_id=gathering.id, position=position, kind=kind, title=title))
    for tag in sorted({FULFILS[kind] for kind, _ in plan.agenda if kind in FULFILS}):
        session.add(GatheringTag(gathering_id=gathering.id, tag=tag))
    # The rolls say who takes part; their lines come with publishing.
    for org_id in (gathering.org_id, *plan.partners):
        session.add(Roll(gathering_id=gathering.id, org_id=org_id))
    session.flush()


def agenda_of(session: Session, gathering_id: int) -> list[AgendaItem]:
    """Return the agenda in its order."""
    query = select(AgendaItem).where(AgendaItem.gathering_id == gathering_id)
    return list(session.scalars(query.order_by(AgendaItem.position)))


def taking_part(session: Session, gathering_id: int) -> list[int]:
    """Return the ids of the organisations with a roll, the host first."""
    query = select(Roll.org_id).where(Roll.gathering_id == gathering_id).order_by(Roll.id)
    return list(session.scalars(query))


def gathering_seen(session: Session, gathering_id: int, *, lock: bool = False) -> Gathering:
    """Return one gathering, locked against other hands if asked. Refused: not_found."""
    query = select(Gathering).where(Gathering.id == gathering_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    gathering = session.scalar(query)
    if gathering is None:
        raise Refused("not_found", "没有找到这次活动")
    return gathering


def open_gathering(session: Session, gathering: Gathering, *, by: int, now: datetime) -> None:
    """Open to phones by hand, or again after closing, which makes every older code worthless.

    Refused: not_published (a draft), roll_confirmed, cancelled.
    """
    state = state_at(gathering.state, gathering.starts_at, gathering.opened_at, now=now)
    if state is GatheringState.OPEN:
        return
    if state is GatheringState.DRAFT:
        raise Refused("not_published", "还没有发布")
    if state is GatheringState.CANCELLED:
        raise Refused("cancelled", "这次活动取消了")
    confirmed = select(exists().where(Roll.gathering_id == gathering.id, Roll.confirmed_at.is_not(None)))
    if state is GatheringState.CONFIRMED or session.scalar(confirmed):
        raise Refused("roll_confirmed", "有名册已经确认，不能再开放签到")
    if state is GatheringState.CLOSED:
        gathering.hall_salt = secrets.token_bytes(16)
    else:
        sync_rolls(session, gathering)
    gathering.state, gathering.opened_at, gathering.closed_at = GatheringState.OPEN, now, None
    _note(session, "open", gathering, by)


def close_gathering(session: Session, gathering: Gathering, *, by: int, now: datetime) -> None:
    """Close to phones; what was seen before still counts. Refused: not_open."""
    state = state_at(gathering.state, gathering.starts_at, gathering.opened_at, now=now)
    if state is not GatheringState.OPEN:
        raise Refused("not_open", "现在没有开放签到")
    gathering.opened_at = gathering.opened_at or gathering.starts_at
    gathering.state, gathering.closed_at = GatheringState.CLOSED, now
    _note(session, "close", gathering, by)


def new_code(session: Session, gathering: Gathering, *, by: int) -> None:
    """Make every code shown so far worthless (换一个码). Refused: not_published."""
    if gathering.hall_salt is None:
        raise Refused("not_published", "还没有发布")
    gathering.hall_salt = secrets.token_bytes(16)
    _note(session, "new_code", gathering, by)


def _note(session: Session, verb: str, gathering: Gathering, by: int) -> None:
    after = {"state": gathering.state}
    record(
        session, verb, "gathering", gathering.id, via=Via.CONSOLE, account_id=by, org_id=gathering.org_id,
        after=after,
    )  # fmt: skip
