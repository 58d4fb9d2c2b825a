"""Who is expected: one line per person, with long absences and exemptions marked beforehand."""

from collections.abc import Sequence

from sqlalchemy import (
    ColumnElement,
    Select,
    String,
    and_,
    delete,
    func,
    literal,
    select,
    type_coerce,
    update,
)
from sqlalchemy.dialects.postgresql import distinct_on, insert
from sqlalchemy.orm import Session, aliased

from models.clock import day_of
from models.gatherings.gathering import Gathering, GatheringKind
from models.gatherings.leave.host_attendance import HostAttendance
from models.gatherings.roll import Roll, RollLine, Status
from models.people.away_report import ReportState
from models.people.member import ON_ROLLS, Member, Spell, SpellKind
from models.people.org import Org

Host, Home = aliased(Org), aliased(Org)


def publish_rolls(session: Session, gathering: Gathering, org_ids: Sequence[int]) -> None:
    """Make a roll for each organisation and a line for each person expected of it."""
    rolls = insert(Roll).values([{"gathering_id": gathering.id, "org_id": org_id} for org_id in org_ids])
    session.execute(rolls.on_conflict_do_nothing())
    sync_rolls(session, gathering)


def _belongs() -> ColumnElement[bool]:
    """Say that a member's group or branch lies at or below the roll's organisation."""
    return and_(
        Member.status.in_(ON_ROLLS),
        Home.id == func.coalesce(Member.group_id, Member.branch_id),
        Home.path.startswith(Host.path),
    )


def sync_rolls(session: Session, gathering: Gathering) -> None:
    """Bring the lines up to today's roster: joiners get one, leavers lose theirs, spells are followed.

    Belongs before the opening; afterwards lines change by hand only. A line that a phone or a person
    touched is left alone, and so is a confirmed roll. Call it with the gathering locked. Four statements
    at most, whatever the number of people.
    """
    still_open = select(Roll.id).where(Roll.gathering_id == gathering.id, Roll.confirmed_at.is_(None))
    # Rolls before lines, as everybody who writes there; sign-ins need not wait.
    session.execute(still_open.order_by(Roll.id).with_for_update(read=True))
    untouched = and_(
        RollLine.roll_id.in_(still_open), RollLine.marked_by.is_(None), RollLine.checked_in_at.is_(None)
    )
    columns = ["gathering_id", "member_id", "roll_id", "status", "spell_id"]
    lines = insert(RollLine).from_select(columns, _expected(gathering))
    session.execute(
        lines.on_conflict_do_update(
            index_elements=["gathering_id", "member_id"],
            set_={name: lines.excluded[name] for name in columns[2:]},
            where=untouched,
        )
    )
    # Once for all lines, not once for each: a roster of hundreds stays one pass.
    still = (
        select(Member.id)
        .select_from(Roll)
        .join(Host, Host.id == Roll.org_id)
        .join(Member, Member.status.in_(ON_ROLLS))
        .join(Home, _belongs())
        .where(Roll.gathering_id == gathering.id, Roll.confirmed_at.is_(None))
    )
    gone = RollLine.member_id.not_in(still)
    session.execute(delete(RollLine).where(RollLine.gathering_id == gathering.id, untouched, gone))
    if gathering.kind is GatheringKind.THEME_DAY:
        _follow_attendances(session, gathering, untouched)
    session.expire_all()


def _follow_attendances(session: Session, gathering: Gathering, untouched: ColumnElement[bool]) -> None:
    """Mark who took part elsewhere this month, as the branch accepted before there was a line to mark."""
    session.execute(
        update(RollLine)
        .where(
            untouched,
            HostAttendance.member_id == RollLine.member_id,
            HostAttendance.period == gathering.period,
            HostAttendance.state == ReportState.ACCEPTED,
        )
        .values(
            status=Status.HOST_BRANCH,
            marked_by=HostAttendance.decided_by,
            marked_at=HostAttendance.decided_at,
        )
        .execution_options(synchronize_session=False)
    )


def _expected(gathering: Gathering) -> Select[int, int, int, str, int]:
    """Return gathering, member, roll, status and spell of everybody who belongs on its rolls."""
    held_on = day_of(gathering.starts_at)
    spell_now = and_(
        Spell.member_id == Member.id,
        Spell.kind.in_((SpellKind.AWAY, SpellKind.EXEMPT)),
        Spell.on(held_on),
    )
    status = func.coalesce(type_coerce(Spell.kind, String), Status.UNRECORDED.value)
    return (
        select(literal(gathering.id), Member.id, Roll.id, status, Spell.id)
        .ext(distinct_on(Member.id))
        .select_from(Roll)
        .join(Host, Host.id == Roll.org_id)
        .join(Member, Member.status.in_(ON_ROLLS))
        .join(Home, _belongs())
        .outerjoin(Spell, spell_now)
        .where(Roll.gathering_id == gathering.id, Roll.confirmed_at.is_(None))
        .order_by(Member.id, Roll.id, Spell.kind)
    )
