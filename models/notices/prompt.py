"""What the clock tells a branch's secretaries: at most once of each kind for a gathering."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import IntEnum
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, exists, func, or_, select, union_all
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session, aliased

from models.clock import at, day_of, long_day
from models.gatherings.gathering import GATHERING_KIND_TEXT, Gathering, GatheringKind, GatheringState
from models.gatherings.leave.makeup import Makeup
from models.gatherings.plan import gathering_seen
from models.gatherings.roll import Roll
from models.notices.audience import Channels, reached
from models.notices.dispatch import dispatch, write_notice
from models.notices.notice import Notice, NoticeKind
from models.notices.words import Words, facts
from models.people.account import Account, Post, Role
from models.people.member import Member, Spell
from models.people.org import BRANCHES, Org
from models.people.rights import OFFICERS, SECRETARIES
from models.people.spells import AT_HOME

NOTICE_AHEAD = timedelta(days=5)
MONTH_END_AHEAD = timedelta(days=3)
MAKEUP_AHEAD = timedelta(days=3)
SPELL_AHEAD = timedelta(days=7)
NOT_HELD = (GatheringState.DRAFT, GatheringState.CANCELLED)


class About(IntEnum):
    """What a prompt is about; kept as the version of its notice."""

    NO_NOTICE = 1
    NONE_HELD = 2
    MAKEUPS = 3
    SPELLS = 4


@dataclass(frozen=True)
class Due:
    """One prompt that has fallen due: about which gathering, to the secretaries of which branches."""

    about: About
    gathering_id: int
    org_ids: tuple[int, ...]
    until: date | None = None


def due_prompts(session: Session, *, now: datetime) -> list[Due]:
    """Return what secretaries are to be told now and were not yet; statements do not grow with branches."""
    today = day_of(now)
    return [
        *_no_notice(session, today, now),
        *_none_held(session, today),
        *_makeups(session, today),
        *_spells(session, today),
    ]


def prompt(session: Session, due: Due, channels: Channels, *, now: datetime) -> bool:
    """Tell the secretaries concerned, by whatever channel reaches them; return whether it reached anybody.

    Month-end goes to the secretary alone, everything else to the deputy too; of a committee's own gathering
    its officers are told. Nobody phones about a prompt.
    """
    gathering = gathering_seen(session, due.gathering_id, lock=True)
    if session.scalar(select(_told(due.about, gathering.id))):
        return False
    roles = (Role.SECRETARY,) if due.about is About.NONE_HELD else (*SECRETARIES, *OFFICERS)
    people = reached(session, _holders(session, due.org_ids, roles, now), channels=channels, now=now)
    if not people:
        return False
    words = prompt_words(due, gathering, session.get_one(Org, gathering.org_id).name)
    notice = write_notice(
        session, gathering, NoticeKind.PROMPT, words, by=None, now=now, version=int(due.about)
    )
    dispatch(session, gathering, notice, people, now=now)
    return True


def is_month_end(today: date) -> bool:
    """Return whether the month ends within three days, so that its theme day is due."""
    return (_next_month(today) - timedelta(days=1)) - today <= MONTH_END_AHEAD


def prompt_words(due: Due, gathering: Gathering, host: str) -> dict[str, Words]:
    """Return the values of one prompt; it names nobody."""
    what = f"{int(gathering.period[5:])}月{GATHERING_KIND_TEXT[gathering.kind]}"
    title, note = {
        About.NO_NOTICE: (f"{what}还没有发通知", "草稿备好了，请看一遍再发布"),
        About.NONE_HELD: (f"{what}还没有开", "请定下日期，月底以前开"),
        About.MAKEUPS: (f"{what}有人要补学", "补好了，请在补学一页登记"),
        About.SPELLS: ("有同志的登记快到期了", "到期以后算应到，请先问一问"),
    }[due.about]
    told = facts(gathering, host) | {"title": title, "note": note}
    if due.until is not None:
        told |= {"time": f"{long_day(due.until)} 23:59", "place": host}
    return {"member": told, "at_home": told}


def _next_month(today: date) -> date:
    return (today.replace(day=1) + timedelta(days=32)).replace(day=1)


def _told(about: About, gathering_id: Any) -> ColumnElement[bool]:
    return exists().where(
        Notice.gathering_id == gathering_id, Notice.kind == NoticeKind.PROMPT, Notice.version == int(about)
    )


def _no_notice(session: Session, today: date, now: datetime) -> list[Due]:
    """Find the drafts of theme days that begin within five days, where no other stands in their place."""
    other = aliased(Gathering)
    joined = exists().where(
        Roll.org_id == Gathering.org_id,
        Roll.gathering_id == other.id,
        other.kind == GatheringKind.THEME_DAY,
        other.period == Gathering.period,
        other.state.not_in(NOT_HELD),
    )
    query = select(Gathering.id, Gathering.org_id).where(
        Gathering.kind == GatheringKind.THEME_DAY,
        Gathering.state == GatheringState.DRAFT,
        Gathering.starts_at > now,
        Gathering.starts_at < at(today + NOTICE_AHEAD + timedelta(days=1), time()),
        ~joined,
        ~_told(About.NO_NOTICE, Gathering.id),
    )
    return [Due(About.NO_NOTICE, one, (org_id,)) for one, org_id in session.execute(query)]


def _none_held(session: Session, today: date) -> list[Due]:
    """Find the branches that have planned this month's theme day, or had it called off, and hold none of it.

    Branches that were called together are told together: there is one message of a gathering.
    """
    if not is_month_end(today):
        return []
    other = aliased(Gathering)
    period = f"{today:%Y-%m}"
    held = exists().where(
        Roll.org_id == Org.id,
        Roll.gathering_id == other.id,
        other.kind == GatheringKind.THEME_DAY,
        other.period == period,
        other.state.not_in(NOT_HELD),
    )
    planned = select(Gathering.id, Gathering.org_id).where(
        Gathering.kind == GatheringKind.THEME_DAY,
        Gathering.period == period,
        Gathering.state.in_(NOT_HELD),
        Gathering.starts_at < at(_next_month(today), time()),
    )
    # What nobody was told of concerns its own host alone.
    told = Gathering.hall_salt.is_not(None)
    joined = planned.join(Roll, Roll.gathering_id == Gathering.id).with_only_columns(
        Gathering.id, Roll.org_id
    )
    whose = union_all(planned, joined.where(told)).subquery()
    newest = (
        select(whose)
        .join(Org, Org.id == whose.c.org_id)
        .where(Org.kind.in_(BRANCHES), Org.dissolved_on.is_(None), ~held)
        .ext(distinct_on(Org.id))
        .order_by(Org.id, whose.c.id.desc())
        .subquery()
    )
    query = select(newest).where(~_told(About.NONE_HELD, newest.c.id)).order_by(newest.c.id, newest.c.org_id)
    rows = groupby(session.execute(query).all(), key=lambda row: row[0])
    return [Due(About.NONE_HELD, one, tuple(row[1] for row in of)) for one, of in rows]


def _makeups(session: Session, today: date) -> list[Due]:
    """Find what is to be made up, by the gathering that was missed, three days before the first one is due.

    Branches that met together are told together: there is one message of a gathering.
    """
    rows = session.execute(
        select(Makeup.gathering_id, Member.branch_id, func.min(Makeup.due_on))
        .join(Member, Member.id == Makeup.member_id)
        .where(
            Makeup.done_on.is_(None),
            Makeup.cancelled_at.is_(None),
            Makeup.due_on >= today,
            Member.left_on.is_(None),
            ~_told(About.MAKEUPS, Makeup.gathering_id),
        )
        .group_by(Makeup.gathering_id, Member.branch_id)
        .order_by(Makeup.gathering_id, Member.branch_id)
    ).all()
    found = [(one, list(of)) for one, of in groupby(rows, key=lambda row: row[0])]
    due = [(one, tuple(row[1] for row in of), min(row[2] for row in of)) for one, of in found]
    return [Due(About.MAKEUPS, *one) for one in due if one[2] <= today + MAKEUP_AHEAD]


def _spells(session: Session, today: date) -> list[Due]:
    """Find the absences and exemptions that end within a week, by the newest gathering of the branch."""
    goes_on = aliased(Spell)
    renewed = exists().where(
        goes_on.member_id == Spell.member_id,
        goes_on.kind.in_(AT_HOME),
        goes_on.from_on <= Spell.to_on + 1,
        or_(goes_on.to_on.is_(None), goes_on.to_on > Spell.to_on),
    )
    ending = (
        select(Member.branch_id, func.min(Spell.to_on).label("to_on"))
        .join(Member, Member.id == Spell.member_id)
        .where(
            Spell.kind.in_(AT_HOME),
            Spell.to_on.between(today, today + SPELL_AHEAD),
            Spell.from_on <= Spell.to_on,
            Member.left_on.is_(None),
            ~renewed,
        )
        .group_by(Member.branch_id)
        .subquery()
    )
    newest = (
        select(Gathering.id, Gathering.org_id, ending.c.to_on)
        .join(ending, ending.c.branch_id == Gathering.org_id)
        .ext(distinct_on(Gathering.org_id))
        .order_by(Gathering.org_id, Gathering.starts_at.desc(), Gathering.id.desc())
        .subquery()
    )
    query = select(newest).where(~_told(About.SPELLS, newest.c.id))
    return [Due(About.SPELLS, one, (org_id,), to_on) for one, org_id, to_on in session.execute(query)]


def _holders(session: Session, org_ids: Sequence[int], roles: Sequence[Role], now: datetime) -> list[int]:
    """Return the members whose accounts hold one of these roles at one of these organisations."""
    today = day_of(now)
    query = (
        select(Account.member_id)
        .join(Post, Post.account_id == Account.id)
        .where(
            Post.org_id.in_(org_ids),
            Post.role.in_(roles),
            Post.from_on <= today,
            or_(Post.to_on.is_(None), Post.to_on >= today),
            Account.ended_at.is_(None),
            Account.member_id.is_not(None),
        )
    )
    return [member_id for member_id in session.scalars(query.distinct()) if member_id is not None]
