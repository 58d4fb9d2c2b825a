"""Planning a gathering: the proposed day and the draft."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta

from sqlalchemy import bindparam, delete, select
from sqlalchemy.orm import Session

from models.audit import Via, record
from models.clock import at, day_of
from models.gatherings.agenda import Line, agenda_of, write_agendas
from models.gatherings.calendar.calendar import HolidayRule, Proposal, propose_day
from models.gatherings.calendar.theme_month import check_month, months_taken, taken_by
from models.gatherings.gathering import AgendaKind, Gathering, GatheringKind, GatheringState
from models.gatherings.partners import convenes, with_rolls, wrong_partners
from models.gatherings.required_item import required_of, with_required
from models.gatherings.roll import Roll
from models.gatherings.usual import usual_of
from models.people.org import Org, Setting, settings_of
from models.refused import Refused

DRAFT_AHEAD = timedelta(days=7)  # how long before its day a theme day is drafted, by hand or by the clock

# Built once: they are asked at each step on a gathering.
_SEEN = select(Gathering).where(Gathering.id == bindparam("gathering"))
# Not the key: rows that refer to a gathering wait for nobody who changes it.
_LOCKED = _SEEN.with_for_update(key_share=True).execution_options(populate_existing=True)


@dataclass(frozen=True)
class Plan:
    """What is typed into a draft; `partners` are branches that take part with their own roll.

    A committee's gathering has the rolls of its partners alone.
    """

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


# What a gathering keeps of its plan as it was typed.
TYPED = [one.name for one in fields(Plan) if one.name not in ("agenda", "partners")]


@dataclass(frozen=True)
class Suggestion:
    """What a new draft is filled with; `known` is false where the calendar has no data for the year.

    `reason` is for members, `note` for whoever drafts.
    """

    period: str
    day: date
    reason: str
    known: bool
    note: str
    title: str
    place: str
    starts_at: datetime
    ends_at: datetime
    leave_until: datetime
    bring: str | None
    contact: str | None
    agenda: tuple[Line, ...]  # with empty lines for the branch's own matters

    def plan(self) -> Plan:
        """Return the draft it makes when nobody types anything."""
        return Plan(
            title=self.title,
            starts_at=self.starts_at,
            ends_at=self.ends_at,
            place=self.place,
            period=self.period,
            date_reason=self.reason,
            bring=self.bring,
            contact=self.contact,
            leave_until=self.leave_until,
            agenda=tuple((line.kind, line.title) for line in self.agenda if line.title),
        )


def suggest(session: Session, org: Org, *, now: datetime) -> Suggestion:
    """Propose the next theme day of `org` in a month without one, held or joined, with its date's reason.

    Place, hour, what to bring and the standing items are those of the branch's last theme day; the place of
    a branch that has held none is empty.
    """
    return suggestion_on(session, org, *next_theme_day(session, org, now=now))


def suggestion_on(session: Session, org: Org, month: date, proposal: Proposal) -> Suggestion:
    """Return what `suggest` proposes, for a theme day whose month (its first day) and day are known."""
    usual = usual_of(session, org.id, month=month)
    starts_at = at(proposal.day, usual.start)
    return Suggestion(
        period=f"{month:%Y-%m}",
        day=proposal.day,
        reason=proposal.reason,
        known=proposal.known,
        note=proposal.note,
        title=f"{month.month}月主题党日",
        place=usual.place,
        starts_at=starts_at,
        ends_at=starts_at + usual.length,
        leave_until=starts_at - usual.leave_before,
        bring=usual.bring,
        contact=usual.contact,
        agenda=usual.agenda,
    )


def next_theme_day(session: Session, org: Org, *, now: datetime) -> tuple[date, Proposal]:
    """Return the first of the month whose theme day comes next and is not planned yet, with its day."""
    today = day_of(now)
    taken = months_taken(session, org.id, f"{_month_before(today):%Y-%m}")
    for month, proposal in _coming(session, org, today):
        if f"{month:%Y-%m}" not in taken:
            return month, proposal
    raise AssertionError("months have no end")


def coming_month(session: Session, org: Org, *, now: datetime) -> str:
    """Return the month (YYYY-MM), this one or later, whose theme day is not over by the rule of `org`."""
    today = day_of(now)
    periods = (f"{month:%Y-%m}" for month, _ in _coming(session, org, today))
    return next(period for period in periods if period >= f"{today:%Y-%m}")


def _coming(session: Session, org: Org, today: date) -> Iterator[tuple[date, Proposal]]:
    """Yield the first of each month whose theme day is not over, with its day, without an end."""
    settings = settings_of(session, org)
    # Last month's day may have moved into this one.
    month = _month_before(today)
    while True:
        proposal = propose_day(
            session,
            year=month.year,
            month=month.month,
            day_of_month=settings[Setting.THEME_DAY],
            rule=HolidayRule(settings[Setting.HOLIDAY_RULE]),
            calls=convenes(org),
        )
        if proposal.day >= today:
            yield month, proposal
        month = (month + timedelta(days=32)).replace(day=1)


def _month_before(day: date) -> date:
    """Return the first of the month before that of `day`."""
    return (day.replace(day=1) - timedelta(days=1)).replace(day=1)


def draft(
    session: Session,
    org_id: int,
    plan: Plan,
    *,
    kind: GatheringKind = GatheringKind.THEME_DAY,
    by: int | None,
    now: datetime,
    via: Via = Via.CONSOLE,
) -> Gathering:
    """Add a draft, with what is required of its month; `by` is None for the clock.

    Refused: bad_plan with `fields`, theme_day_taken (also where the branch joins another's).
    """
    host = session.get_one(Org, org_id)
    together = wrong_partners(session, host, kind, plan.partners, period=plan.period, beside=None)
    check_plan(plan, together, now=now)
    if kind is GatheringKind.THEME_DAY:
        check_month(session, org_id, plan.period)
        joined = taken_by(session, [host], plan.period)
        if joined:
            raise Refused("theme_day_taken", joined[org_id].words, fields={"period": "这个月已经有了"})
    gathering = Gathering(org_id=org_id, kind=kind, drafted_by=by, state=GatheringState.DRAFT)
    _write(gathering, plan)
    session.add(gathering)
    session.flush()
    _write_parts(session, gathering, plan)
    via = Via.JOB if by is None else via
    record(session, "draft", "gathering", gathering.id, via=via, account_id=by, org_id=org_id)
    return gathering


def redraft(
    session: Session,
    gathering: Gathering,
    plan: Plan,
    *,
    kind: GatheringKind | None = None,
    by: int,
    now: datetime,
    via: Via = Via.CONSOLE,
) -> None:
    """Save a draft again, of another kind if given; what is required stays on it, in its issuer's words.

    Refused: not_a_draft, bad_plan with `fields`, theme_day_taken.
    """
    if gathering.state is not GatheringState.DRAFT:
        raise Refused("not_a_draft", "已经发布，不能再改草稿")
    kind, host = kind or gathering.kind, session.get_one(Org, gathering.org_id)
    together = wrong_partners(session, host, kind, plan.partners, period=plan.period, beside=gathering.id)
    check_plan(plan, together, now=now)
    if kind is GatheringKind.THEME_DAY:
        check_month(session, gathering.org_id, plan.period, beside=gathering.id)
    gathering.kind = kind
    _write(gathering, plan)
    session.execute(delete(Roll).where(Roll.gathering_id == gathering.id))
    _write_parts(session, gathering, plan)
    record(session, "redraft", "gathering", gathering.id, via=via, account_id=by, org_id=gathering.org_id)


def check_plan(plan: Plan, also: Mapping[str, str], *, now: datetime) -> None:
    """Let a plan go on only if it holds; `also` is wrong beside it. Refused: bad_plan with `fields`."""
    wrong = dict(also)
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
    if wrong:
        raise Refused("bad_plan", "有几处需要改一下", fields=wrong)


def sketch(org_id: int, kind: GatheringKind, plan: Plan) -> Gathering:
    """Return the gathering that a plan would make, written nowhere: for its texts."""
    gathering = Gathering(org_id=org_id, kind=kind, state=GatheringState.DRAFT, version=1)
    _write(gathering, plan)
    return gathering


def _write(gathering: Gathering, plan: Plan) -> None:
    for name in TYPED:
        setattr(gathering, name, getattr(plan, name))


def _write_parts(session: Session, gathering: Gathering, plan: Plan) -> None:
    lines = [Line(kind, title) for kind, title in plan.agenda]
    if gathering.kind is GatheringKind.THEME_DAY:
        lines = with_required(lines, required_of(session, gathering.org_id, gathering.period))
    write_agendas(session, {gathering.id: lines})
    # The rolls say who takes part; their lines come with publishing.
    for org_id in with_rolls(session.get_one(Org, gathering.org_id), plan.partners):
        session.add(Roll(gathering_id=gathering.id, org_id=org_id))
    session.flush()


def taking_part(session: Session, gathering_id: int) -> list[int]:
    """Return the ids of the organisations with a roll, the host first where it has one."""
    query = select(Roll.org_id).where(Roll.gathering_id == gathering_id).order_by(Roll.id)
    return list(session.scalars(query))


def gathering_seen(session: Session, gathering_id: int, *, lock: bool = False) -> Gathering:
    """Return one gathering, locked against other hands if asked. Refused: not_found."""
    gathering = session.scalar(_LOCKED if lock else _SEEN, {"gathering": gathering_id})
    if gathering is None:
        raise Refused("not_found", "没有找到这次活动")
    return gathering


def plan_kept(session: Session, gathering: Gathering) -> Plan:
    """Return what would draft the gathering again as it is, what is required of it among its agenda."""
    return Plan(
        **{name: getattr(gathering, name) for name in TYPED},
        agenda=tuple((item.kind, item.title) for item in agenda_of(session, gathering.id)),
        partners=tuple(sorted(set(taking_part(session, gathering.id)) - {gathering.org_id})),
    )
