"""One person seen from above (查看党员情况): by name, for a purpose on a closed list, each look logged."""

from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy import false, or_, select
from sqlalchemy.orm import Session

from models.audit import Via, record
from models.people.imports.cells import DOTS, tidy
from models.people.member import Member, Spell, SpellKind
from models.people.org import Org, tree_order
from models.people.spells import AT_HOME
from models.people.whose import MEMBERS
from models.refused import Refused

LONGEST_NAME = 40


class Purpose(StrEnum):
    """Why an officer opens one person's page; nothing else is a reason, and none takes free text."""

    OBJECTION = "objection"
    RATING = "rating"
    RECORD = "record"
    TRANSFER = "transfer"
    LETTER = "letter"


PURPOSE_TEXT = {
    Purpose.OBJECTION: "核实本人的异议",
    Purpose.RATING: "审核定星结果",
    Purpose.RECORD: "核对会议记录和到会名册",
    Purpose.TRANSFER: "办理组织关系转接",
    Purpose.LETTER: "答复本人的来信来访",
}


class Found(NamedTuple):
    """One member of the name that was asked for."""

    member: Member
    branch: Org
    group: Org | None


def purpose_of(code: str) -> Purpose:
    """Return the purpose of this code. Refused: purpose_missing."""
    if code not in list(Purpose):
        words = "请选一个用途，用途会记录在案"
        raise Refused("purpose_missing", words, fields={"purpose": words})
    return Purpose(code)


def persons_named(
    session: Session, paths: Sequence[str], name: str, purpose: Purpose, *, by: int, via: Via
) -> list[Found]:
    """Return the members of exactly this name below these paths, in tree order; asking is logged.

    A name is read as on the roster. Who has left is nobody's any more. Refused: name_missing.
    """
    name = tidy(name).translate(DOTS)
    if not name or len(name) > LONGEST_NAME:
        words = "请写全名，一个字都不能少"
        raise Refused("name_missing", words, fields={"name": words})
    below = or_(false(), *(Org.path.startswith(path) for path in paths))
    rows = session.execute(MEMBERS.where(Member.name == name, Member.left_on.is_(None), below))
    found = sorted(
        (Found(*row) for row in rows), key=lambda one: (tree_order(one.group or one.branch), one.member.id)
    )
    # Not the name: the log outlives a person's data.
    after = {"purpose": purpose, "found": [one.member.id for one in found]}
    record(session, "find_person", "member", None, via=via, account_id=by, after=after)
    return found


def note_look(session: Session, member: Member, purpose: Purpose, *, by: int, via: Via) -> None:
    """Log that somebody above the branch opened one person's page, and why."""
    record(
        session, "see_person", "member", member.id, via=via, account_id=by, org_id=member.branch_id,
        after={"purpose": purpose},
    )  # fmt: skip


def spells_seen(session: Session, member_id: int) -> list[Spell]:
    """Return the member's absences, exemptions and stretches outside the rating, newest first."""
    query = select(Spell).where(
        Spell.member_id == member_id,
        Spell.kind.in_((*AT_HOME, SpellKind.NOT_RATED)),
        Spell.not_over(Spell.from_on),
    )
    return list(session.scalars(query.order_by(Spell.from_on.desc(), Spell.id)))
