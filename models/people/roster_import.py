"""Importing a roster of members from a workbook, all or nothing."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from models.clock import day_of
from models.keyring import Keyring
from models.people.import_report import Report
from models.people.member import Member, MemberStatus, Spell, SpellKind
from models.people.org import BRANCHES, Org, OrgKind, org_by_code
from models.people.org_import import ONE_IMPORT
from models.people.roster_identity import pair
from models.people.roster_row import COLUMNS, RosterRow, branch_finder, read_row
from models.people.workbook import read_table
from models.refused import Refused

TITLES = {
    "phone": "手机号",
    "family_phone": "家属电话",
    "group": "党小组",
    "status": "党员身份",
    "joined_on": "入党时间",
    "full_on": "转正时间",
    "office": "职务",
    "category": "类别",
    "away": "流动",
    "no_phone": "不用手机",
}
PLAIN = ("status", "joined_on", "full_on", "office", "no_phone")


@dataclass
class Step:
    """What one row comes to: whom it speaks of (None is new) and the fields that differ."""

    row: RosterRow
    member: Member | None
    fields: tuple[str, ...]


@dataclass
class Ground:
    """What is known before the import, read in a handful of statements."""

    branches: dict[int, Org]
    groups: dict[tuple[int, str], Org]
    members: dict[tuple[int, str], list[Member]]
    spells: dict[tuple[int, SpellKind], Spell]
    taken: set[str] = field(default_factory=set)  # codes of all organisations


def import_roster(
    session: Session,
    keyring: Keyring,
    file: bytes,
    *,
    org_code: str | None,
    dry_run: bool,
    now: datetime,
    by: int | None,
) -> Report:
    """Add and update members; whoever is missing from the file is listed and stays.

    `org_code` narrows the import to that organisation and what stands below it; for a branch the column
    支部 may be left out. An empty cell changes nothing. Groups that do not exist yet are set up.
    Returns a report; with any problem nothing is written. Refused: as `read_table`, unknown_org, not_a_branch.
    """
    session.execute(select(func.pg_advisory_xact_lock(ONE_IMPORT)))
    today = day_of(now)
    scope = org_by_code(session, org_code) if org_code else None
    if scope is not None and scope.kind is OrgKind.PARTY_GROUP:
        raise Refused("not_a_branch", "名册按支部导入，请填支部或上级组织的代码")
    alone = scope is not None and scope.kind in BRANCHES
    table = read_table(
        file, [c._replace(required=c.required and not (alone and c.title == "支部")) for c in COLUMNS]
    )
    report = Report(problems=table.problems, notices=table.notices)
    orgs = _orgs(session, scope)
    find = branch_finder(orgs, scope)
    rows = [row for line in table.lines if (row := read_row(line, find, report, today=today))]
    spoken_of = {org.id for org in orgs if org.kind in BRANCHES} if scope else {row.branch_id for row in rows}
    ground = _ground(session, orgs, spoken_of, today)
    steps = _steps(rows, ground, keyring, report, today)
    _sum_up(report, steps, ground)
    if not report.problems and not dry_run:
        _write(session, keyring, steps, ground, today, by)
        report.branch_ids = tuple(sorted({step.row.branch_id for step in steps if step.fields}))
    return report


def _orgs(session: Session, scope: Org | None) -> list[Org]:
    query = select(Org).where(Org.dissolved_on.is_(None))
    return list(session.scalars(query.where(Org.path.startswith(scope.path)) if scope else query))


def _ground(session: Session, orgs: Sequence[Org], branch_ids: set[int], today: date) -> Ground:
    members = session.scalars(
        select(Member).where(Member.branch_id.in_(branch_ids)).order_by(Member.id)
    ).all()
    spells = session.scalars(
        select(Spell)
        .join(Member, Member.id == Spell.member_id)
        .where(Member.branch_id.in_(branch_ids), or_(Spell.to_on.is_(None), Spell.to_on >= today))
        # Of several the earliest: the one in force comes before one that has not begun.
        .order_by(Spell.from_on.desc())
    )
    ground = Ground(
        branches={org.id: org for org in orgs if org.kind in BRANCHES},
        groups={(org.parent_id or 0, org.name): org for org in orgs if org.kind is OrgKind.PARTY_GROUP},
        members=defaultdict(list),
        spells={(spell.member_id, spell.kind): spell for spell in spells},
        taken=set(session.scalars(select(Org.code))),
    )
    for member in members:
        ground.members[member.branch_id, member.name].append(member)
    return ground


def _steps(
    rows: Iterable[RosterRow], ground: Ground, keyring: Keyring, report: Report, today: date
) -> list[Step]:
    """Say of each row whom it speaks of and what differs, in the order of the file."""
    by_name: dict[tuple[int, str], list[RosterRow]] = defaultdict(list)
    for row in rows:
        by_name[row.branch_id, row.name].append(row)
    steps = []
    for key, namesakes in by_name.items():
        pairing = pair(namesakes, ground.members.get(key, []), keyring)
        for row, reason in pairing.unclear:
            report.complain(row.number, "姓名", reason)
        for row, member in pairing.pairs:
            _check_dates(row, member, report)
            steps.append(Step(row, member, tuple(_differing(row, member, ground, keyring))))
            _notice_away(steps[-1], ground, report, today)
    return sorted(steps, key=lambda step: step.row.number)


def _check_dates(row: RosterRow, member: Member | None, report: Report) -> None:
    """Complain where the row, together with what is known, would contradict itself."""
    joined_on = row.joined_on or (member.joined_on if member else None)
    full_on = row.full_on or (member.full_on if member else None)
    status = _status_of(row, member)
    if status is None:
        report.complain(row.number, "党员身份", "请填正式党员或预备党员")
    if full_on and joined_on and full_on < joined_on:
        report.complain(row.number, "转正时间", "早于入党时间，请核对这两个时间")
    if full_on and status is MemberStatus.PROBATIONARY:
        report.complain(row.number, "转正时间", "预备党员没有转正时间；已经转正的，党员身份请填正式党员")


def _status_of(row: RosterRow, member: Member | None) -> MemberStatus | None:
    """Return the standing after the import; a newcomer with a 转正时间 is a full member."""
    if row.status or member:
        return row.status or (member.status if member else None)
    return MemberStatus.FULL if row.full_on else None


def _differing(row: RosterRow, member: Member | None, ground: Ground, keyring: Keyring) -> Iterable[str]:
    """Yield the fields that the row fills and that differ from what is known."""
    given = [name for name in TITLES if getattr(row, name) is not None]
    if member is None:
        yield from given or ["name"]
        return
    for name in given:
        if getattr(row, name) != _known(name, member, ground, keyring, row):
            yield name


def _known(name: str, member: Member, ground: Ground, keyring: Keyring, row: RosterRow) -> Any:
    """Return what is known of one field, in the words of the row."""
    if name in PLAIN:
        return getattr(member, name)
    if name == "phone":
        same = row.phone is not None and keyring.phone_hash(row.phone) == member.phone_hash
        return row.phone if same else None
    if name == "family_phone":
        return keyring.unseal(member.family_phone_box) if member.family_phone_box else None
    if name == "group":
        group = ground.groups.get((member.branch_id, row.group or ""))
        return row.group if group is not None and group.id == member.group_id else None
    if name == "category":
        spell = ground.spells.get((member.id, SpellKind.CATEGORY))
        return spell.code if spell else None
    return True if (member.id, SpellKind.AWAY) in ground.spells else row.away and None


def _notice_away(step: Step, ground: Ground, report: Report, today: date) -> None:
    pass


def _sum_up(report: Report, steps: Sequence[Step], ground: Ground) -> None:
    report.settle()


def _write(
    session: Session,
    keyring: Keyring,
    steps: Sequence[Step],
    ground: Ground,
    today: date,
    by: int | None,
) -> None:
    pass
