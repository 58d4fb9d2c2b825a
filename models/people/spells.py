"""Spells: how a long absence or an exemption begins, how it ends early, and which are in force."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from models.audit import Via, record
from models.clock import day_of
from models.people.account import Account
from models.people.member import Member, Spell, SpellKind
from models.people.said import Filing, Said, hand_of
from models.people.whose import WHOSE, Whose, at_home_below, whose, with_home
from models.refused import Refused

# What pre-marks rolls; the other kinds concern points only.
AT_HOME = (SpellKind.AWAY, SpellKind.EXEMPT)


class Ground(StrEnum):
    """Why nothing is required of somebody for a while: coarse, and never more in words."""

    FRAIL = "frail"
    IMMOBILE = "immobile"
    ILL = "ill"
    MATERNITY = "maternity"


GROUND_TEXT = {
    Ground.FRAIL: "年老体弱",
    Ground.IMMOBILE: "行动不便",
    Ground.ILL: "患病",
    Ground.MATERNITY: "孕产期",
}


class SpellView(NamedTuple):
    """One spell in force or still to begin, with whose it is and who approved it."""

    spell: Spell
    whose: Whose
    approved_by: str | None

    @property
    def ground(self) -> str:
        """Return the coarse ground in words, empty for none."""
        return GROUND_TEXT[Ground(self.spell.code)] if self.spell.code in list(Ground) else ""


def record_spell(
    session: Session,
    member_id: int,
    kind: SpellKind,
    *,
    from_on: date,
    to_on: date | None = None,
    code: str | None = None,
    place: str | None = None,
    host: str | None = None,
    contact: str | None = None,
    how: Said | None = None,
    by: int,
    via: Via,
) -> Spell:
    """Let a spell begin that `by` approves; whoever calls brings the rolls up to it (follow_roster).

    `how`: by what the person's own wish reached the branch. Refused: not_found (nobody, or who has left),
    bad_report with `fields`, spell_overlaps.
    """
    member = living_member(session, member_id)
    if to_on is not None and to_on < from_on:
        raise Refused("bad_report", "结束的日期不对", fields={"to_on": "应当不早于开始那天"})
    if kind is SpellKind.EXEMPT and code not in list(Ground):
        raise Refused("bad_report", "请选一个原因", fields={"ground": "请选一个"})
    check_no_overlap(session, member_id, kind, from_on, to_on)
    spell = Spell(
        member_id=member_id, kind=kind, code=code, from_on=from_on, to_on=to_on, place=place, host=host,
        contact=contact, approved_by=by,
    )  # fmt: skip
    session.add(spell)
    session.flush()
    # The days and the kind only: a ground is about health, a place about a person.
    after = {"kind": kind, "from_on": f"{from_on}", "to_on": f"{to_on}" if to_on else None, "how": how}
    record(
        session, "record_spell", "spell", spell.id, via=via, account_id=by, org_id=member.branch_id,
        after=after,
    )  # fmt: skip
    return spell


def living_member(session: Session, member_id: int) -> Member:
    """Return a member who has not left. Refused: not_found."""
    member = session.get(Member, member_id)
    if member is None or member.left_on is not None:
        raise Refused("not_found", "没有找到这位同志")
    return member


def check_no_overlap(
    session: Session, member_id: int, kind: SpellKind, from_on: date, to_on: date | None
) -> None:
    """Refuse days that a spell of this kind already covers; the database refuses them too."""
    taken = exists().where(
        Spell.member_id == member_id,
        Spell.kind == kind,
        func.coalesce(Spell.to_on, date.max) >= from_on,
        Spell.from_on <= (to_on or date.max),
        Spell.from_on <= func.coalesce(Spell.to_on, date.max),
    )
    if session.scalar(select(taken)):
        raise Refused("spell_overlaps", "这段时间已经登记过了，不用再登记一次")


def end_spell(
    session: Session, spell_id: int, *, member_id: int, filing: Filing | None, via: Via, now: datetime
) -> Spell:
    """Let a spell end with yesterday: from today on the person is expected again.

    A spell that has not begun, or began today, then covers no day at all. Whoever calls gives the lines
    back (follow_roster). Refused: not_found, spell_ended.
    """
    spell = session.scalar(
        select(Spell)
        .where(Spell.id == spell_id, Spell.member_id == member_id, Spell.kind.in_(AT_HOME))
        # Not the key: a roll that is synced meanwhile may go on referring to it.
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    if spell is None:
        raise Refused("not_found", "没有找到这条登记")
    today = day_of(now)
    if spell.to_on is not None and (spell.to_on < today or spell.to_on < spell.from_on):
        raise Refused("spell_ended", "这条登记已经结束了")
    before = {"to_on": f"{spell.to_on}" if spell.to_on else None}
    spell.to_on = max(today, spell.from_on) - timedelta(days=1)
    session.flush()
    record(
        session, "end_spell", "spell", spell.id, via=via, before=before,
        after={"to_on": f"{spell.to_on}", "how": filing.how if filing else None},
        **hand_of(filing, member_id),
    )  # fmt: skip
    return spell


def spell_seen(session: Session, spell_id: int) -> Spell:
    """Return one absence or exemption. Refused: not_found."""
    spell = session.get(Spell, spell_id)
    if spell is None or spell.kind not in AT_HOME:
        raise Refused("not_found", "没有找到这条登记")
    return spell


def spells_of(session: Session, paths: Sequence[str], *, now: datetime) -> list[SpellView]:
    """Return absences and exemptions in force or to come of the members below these paths, unordered."""
    query = select(Spell, *WHOSE, Account.name).join(Member, Member.id == Spell.member_id)
    query = (
        with_home(query)
        .outerjoin(Account, Account.id == Spell.approved_by)
        .where(
            at_home_below(paths),
            Member.left_on.is_(None),
            Spell.kind.in_(AT_HOME),
            Spell.not_over(day_of(now)),
            Spell.not_over(Spell.from_on),
        )
    )
    return [SpellView(row[0], whose(*row[1:-1]), row[-1]) for row in session.execute(query)]


def spell_to_end(session: Session, member_id: int, kind: SpellKind, *, now: datetime) -> Spell | None:
    """Return the member's spell of this kind that runs today, else the next one to begin."""
    query = select(Spell).where(
        Spell.member_id == member_id,
        Spell.kind == kind,
        Spell.not_over(day_of(now)),
        Spell.not_over(Spell.from_on),
    )
    return session.scalar(query.order_by(Spell.from_on).limit(1))


def spells_now(session: Session, member_id: int, *, now: datetime) -> dict[SpellKind, Spell]:
    """Return what holds for one member today, by its kind; two of a kind never overlap."""
    today = day_of(now)
    query = select(Spell).where(
        Spell.member_id == member_id,
        Spell.on(today),
    )
    return {spell.kind: spell for spell in session.scalars(query)}
