"""Making up: chosen from the roll's own list, due the day before the next theme day, recorded once done."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from models.audit import Via, record
from models.clock import at, day_of
from models.gatherings.gathering import Gathering, GatheringKind, GatheringState
from models.gatherings.leave.makeup import MAKEUP_FORM_TEXT, Makeup, MakeupForm
from models.gatherings.marks import surname_order
from models.gatherings.plan import suggest
from models.gatherings.roll import Roll, Status
from models.gatherings.roll_head import line_held
from models.people.account import Account
from models.people.member import Member
from models.people.org import Org
from models.refused import Refused

# Who did not come; whoever need not come is brought the study home.
MAKES_UP = (Status.LEAVE, Status.ABSENT, Status.UNCLEAR, Status.EXEMPT, Status.AWAY)
LONGEST_CONTENT = 80
DAY = timedelta(days=1)
Group = aliased(Org)


class MakeupView(NamedTuple):
    """One make-up as a page shows it; `done_on` is empty while it is still to do."""

    gathering_id: int
    member_id: int
    name: str
    group_name: str
    title: str
    held_on: date
    form: str
    due_on: date
    overdue: bool
    done_on: date | None
    done_by: str
    content: str


def due_day(session: Session, org: Org, *, after: date) -> date:
    """Return the day before the next theme day of `org` that begins after `after`.

    That is the next one in the plan, or the one that the branch's rule proposes, whichever comes first.
    Source: make-up before the next theme day, as branches practise it.
    """
    joins = exists().where(Roll.gathering_id == Gathering.id, Roll.org_id == org.id)
    query = select(func.min(Gathering.starts_at)).where(
        Gathering.kind == GatheringKind.THEME_DAY,
        Gathering.state != GatheringState.CANCELLED,
        Gathering.starts_at >= at(after + DAY, time()),
        or_(Gathering.org_id == org.id, joins & (Gathering.state != GatheringState.DRAFT)),
    )
    planned = session.scalar(query)
    proposed = suggest(session, org, now=at(after + DAY, time())).day
    return min(day_of(planned), proposed) - DAY if planned else proposed - DAY


def plan_makeup(
    session: Session,
    roll_id: int,
    member_id: int,
    form: MakeupForm | None,
    *,
    by: int,
    via: Via,
    now: datetime,
) -> None:
    """Choose in which form somebody who did not come makes up, None for not at all; also once confirmed.

    Nothing of the roll changes: whoever makes up did not come.
    Refused: not_found, not_published, cancelled, not_on_roll, no_makeup, makeup_done.
    """
    head, line = line_held(session, roll_id, member_id)
    makeup = session.get(Makeup, (head.gathering.id, member_id), populate_existing=True)
    before = makeup.form if makeup and makeup.cancelled_at is None else None
    if form is before:
        return
    if makeup is not None and makeup.done_on is not None:
        raise Refused("makeup_done", "已经记了补学，不用再定")
    if form is not None and line.status not in MAKES_UP:
        raise Refused("no_makeup", "这位同志没有记为未到会，不用补学")
    if form is not None:
        after = max(day_of(head.gathering.starts_at), day_of(now))
        makeup = makeup or Makeup(gathering_id=head.gathering.id, member_id=member_id)
        makeup.form, makeup.due_on = form, due_day(session, head.org, after=after)
        makeup.planned_at, makeup.planned_by, makeup.cancelled_at = now, by, None
        session.add(makeup)
    elif makeup is not None:
        makeup.cancelled_at = now
    session.flush()
    record(
        session, "plan_makeup", "member", member_id, via=via, account_id=by, org_id=head.org.id,
        before={"form": before}, after={"form": form, "gathering": head.gathering.id},
    )  # fmt: skip


def record_makeup(
    session: Session,
    gathering_id: int,
    member_id: int,
    *,
    done_on: date | None,
    content: str,
    by: int,
    via: Via,
    now: datetime,
) -> None:
    """Record that somebody made up what was planned, on a day, by 1 to 80 characters; None takes it back.

    Recorded again it is corrected. It never raises 实到. Refused: not_found, bad_makeup with `fields`.
    """
    row = session.execute(
        select(Makeup, Gathering, Member.branch_id)
        .join(Gathering, Gathering.id == Makeup.gathering_id)
        .join(Member, Member.id == Makeup.member_id)
        .where(
            Makeup.gathering_id == gathering_id, Makeup.member_id == member_id, Makeup.cancelled_at.is_(None)
        )
        .with_for_update(of=Makeup)
        .execution_options(populate_existing=True)
    ).first()
    if row is None:
        raise Refused("not_found", "没有找到这次补学")
    makeup, gathering, branch_id = row
    if done_on is not None:
        _check(done_on, content, held_on=day_of(gathering.starts_at), today=day_of(now))
    before = makeup.done_on
    makeup.done_on, makeup.done_by = done_on, by if done_on else None
    makeup.content = content.strip() if done_on else None
    session.flush()
    dates = [day.isoformat() if day else None for day in (before, done_on)]
    record(
        session, "record_makeup", "member", member_id, via=via, account_id=by, org_id=branch_id,
        before={"done_on": dates[0]}, after={"done_on": dates[1], "gathering": gathering_id},
    )  # fmt: skip


def _check(done_on: date, content: str, *, held_on: date, today: date) -> None:
    wrong = {}
    if not held_on <= done_on <= today:
        wrong["done_on"] = "补学的日子在活动当天到今天之间"
    if not 1 <= len(content.strip()) <= LONGEST_CONTENT:
        wrong["content"] = f"请写补了什么，最多 {LONGEST_CONTENT} 个字"
    if wrong:
        raise Refused("bad_makeup", "；".join(wrong.values()), fields=wrong)


def makeups_due(session: Session, org_ids: Sequence[int], *, now: datetime) -> list[MakeupView]:
    """Return what people of these branches or groups have still to make up, the soonest due first."""
    due = _makeups(session, org_ids, Makeup.done_on.is_(None), now)
    return sorted(due, key=lambda one: one.due_on)


def makeups_done(session: Session, org_ids: Sequence[int], *, since: date, now: datetime) -> list[MakeupView]:
    """Return what was made up since a day, the newest gathering first."""
    done = _makeups(session, org_ids, Makeup.done_on >= since, now)
    return sorted(done, key=lambda one: one.held_on, reverse=True)


def _makeups(
    session: Session, org_ids: Sequence[int], which: ColumnElement[bool], now: datetime
) -> list[MakeupView]:
    rows = session.execute(
        select(Makeup, Member, Group.name, Gathering, Account.name)
        .join(Member, Member.id == Makeup.member_id)
        .join(Gathering, Gathering.id == Makeup.gathering_id)
        .outerjoin(Group, Group.id == Member.group_id)
        .outerjoin(Account, Account.id == Makeup.done_by)
        .where(
            or_(Member.branch_id.in_(org_ids), Member.group_id.in_(org_ids)),
            Member.left_on.is_(None),
            Makeup.cancelled_at.is_(None),
            which,
        )
    ).all()
    ordered = sorted(rows, key=lambda row: (row[1].group_id or 0, surname_order(row[1].name), row[1].id))
    return [
        MakeupView(
            makeup.gathering_id,
            makeup.member_id,
            member.name,
            group_name or "",
            gathering.title,
            day_of(gathering.starts_at),
            MAKEUP_FORM_TEXT[makeup.form],
            makeup.due_on,
            makeup.done_on is None and makeup.due_on < day_of(now),
            makeup.done_on,
            done_by or "",
            makeup.content or "",
        )
        for makeup, member, group_name, gathering, done_by in ordered
    ]
