"""Writing what a roster import has planned: groups, members, spells and the log of it."""

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import count
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.audit import Via, record
from models.keyring import Keyring
from models.people.imports.roster_plan import Ground, Step, new_groups
from models.people.member import Member, Spell, SpellKind
from models.people.org import Org, OrgKind

# The log holds these before and after; of the other fields only that they changed.
LOGGED = ("status", "joined_on", "full_on", "no_phone", "group_id")
PLAIN = ("joined_on", "full_on", "office", "no_phone")


def write_steps(
    session: Session, keyring: Keyring, steps: Sequence[Step], ground: Ground, *, today: date, by: int | None
) -> None:
    """Write steps whose fields differ; the number of statements does not grow with theirs."""
    groups = ground.groups | _set_up_groups(session, steps, ground, by)
    before = [_logged(step.member) for step in steps]
    members = [_write_member(step, groups, keyring) for step in steps]
    session.add_all(members)
    session.flush()
    _write_spells(session, list(zip(steps, members, strict=True)), ground, today, by)
    for step, member, was in zip(steps, members, before, strict=True):
        _note(session, step, member, was, by)
    after = {"rows": len(steps), "new": sum(step.member is None for step in steps)}
    record(session, "import_roster", "member", None, via=_door(by), account_id=by, after=after)
    session.flush()


def _door(by: int | None) -> Via:
    return Via.CLI if by is None else Via.CONSOLE


def _set_up_groups(
    session: Session, steps: Sequence[Step], ground: Ground, by: int | None
) -> dict[tuple[int, str], Org]:
    """Add the groups that the rows name and nobody has set up; a code is the branch's and a number."""
    wanted = new_groups(steps, ground)
    taken = set(session.scalars(select(Org.code))) if wanted else set()
    groups = {}
    for branch_id, name in wanted:
        stem = ground.branches[branch_id].code[:26]
        code = next(code for number in count(1) if (code := f"{stem}-{number}") not in taken)
        taken.add(code)
        groups[branch_id, name] = Org(kind=OrgKind.PARTY_GROUP, code=code, name=name, parent_id=branch_id)
    session.add_all(groups.values())
    session.flush()
    for group in groups.values():
        record(session, "add", "org", group.id, via=_door(by), account_id=by, org_id=group.parent_id)
    return groups


def _logged(member: Member | None) -> dict[str, Any] | None:
    if member is None:
        return None
    values = {name: getattr(member, name) for name in LOGGED}
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in values.items()}


def _write_member(step: Step, groups: dict[tuple[int, str], Org], keyring: Keyring) -> Member:
    """Return the step's member, old or new, with every differing field written."""
    row = step.row
    member = step.member or Member(name=row.name, branch_id=row.branch_id, no_phone=False)
    if step.status is not None:
        member.status = step.status
    for name in set(PLAIN).intersection(step.fields):
        setattr(member, name, getattr(row, name))
    if "group" in step.fields:
        member.group_id = groups[row.branch_id, row.group or ""].id
    if row.phone and "phone" in step.fields:
        member.phone_box, member.phone_hash = keyring.seal(row.phone), keyring.phone_hash(row.phone)
    if row.family_phone and "family_phone" in step.fields:
        member.family_phone_box = keyring.seal(row.family_phone)
    return member


def _write_spells(
    session: Session, written: Sequence[tuple[Step, Member]], ground: Ground, today: date, by: int | None
) -> None:
    """Begin spells today, after the one they follow has been closed; two of a kind never overlap.

    A newcomer's category holds from the start of the year, as far as anybody knows.
    """
    begun = []
    for step, member in written:
        if "away" in step.fields:
            begun.append(Spell(member_id=member.id, kind=SpellKind.AWAY, from_on=today, approved_by=by))
        if "category" not in step.fields:
            continue
        held = ground.spells.get((member.id, SpellKind.CATEGORY))
        if held is not None and held.from_on >= today:
            held.code = step.row.category
            continue
        spell = Spell(member_id=member.id, kind=SpellKind.CATEGORY, code=step.row.category, approved_by=by)
        spell.from_on = today if step.member else date(today.year, 1, 1)
        if held is not None:
            spell.to_on, held.to_on = held.to_on, today - timedelta(days=1)
        begun.append(spell)
    session.flush()
    session.add_all(begun)
    session.flush()


def _note(session: Session, step: Step, member: Member, was: dict[str, Any] | None, by: int | None) -> None:
    """Log one member: codes, ids and dates, never a name or a phone."""
    after = {**(_logged(member) or {}), "fields": list(step.fields)}
    verb = "change" if step.member else "add"
    record(
        session, verb, "member", member.id, via=_door(by), account_id=by, org_id=member.branch_id,
        before=was, after=after,
    )  # fmt: skip
