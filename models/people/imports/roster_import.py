"""Importing a roster of members from a workbook, all or nothing."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.audit import Via, record
from models.clock import day_of
from models.keyring import Keyring
from models.people.imports.org_import import ONE_IMPORT
from models.people.imports.report import Report
from models.people.imports.roster_plan import Ground, Step, plan_steps, sum_up
from models.people.imports.roster_row import COLUMNS, branch_finder, read_row
from models.people.imports.roster_write import write_steps
from models.people.imports.workbook import Column, begin_report, read_table
from models.people.member import Member, Spell
from models.people.org import BRANCHES, Org, OrgKind, org_by_code
from models.refused import Refused


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
    Returns a report; with any problem nothing is written. Refused: as `read_table` and `begin_report`,
    unknown_org, not_a_branch.
    """
    today = day_of(now)
    scope = org_by_code(session, org_code) if org_code else None
    table = read_table(file, _columns(scope))
    report = begin_report(table)
    session.execute(select(func.pg_advisory_xact_lock(ONE_IMPORT)))
    orgs = _orgs(session, scope)
    find = branch_finder(orgs, scope)
    rows = [row for line in table.lines if (row := read_row(line, find, report, today=today))]
    everywhere = {org.id for org in orgs if org.kind in BRANCHES}
    ground = _ground(session, orgs, everywhere if scope else {row.branch_id for row in rows}, today)
    steps = plan_steps(rows, ground, keyring, report)
    sum_up(report, steps, ground)
    report.notices += _elsewhere(session, steps, ground, keyring)
    touched = [step for step in steps if step.fields]
    if dry_run and by is not None:
        _note_look(session, report, len(rows), scope, by)
    if touched and not report.problems and not dry_run:
        write_steps(session, keyring, touched, ground, today=today, by=by)
        report.branch_ids = tuple(sorted({step.row.branch_id for step in touched}))
    return report


def _note_look(session: Session, report: Report, rows: int, scope: Org | None, by: int) -> None:
    """Log a dry run: whoever looks learns the names of those who are missing from the file."""
    after = {"rows": rows, "missing": len(report.missing)}
    org_id = scope.id if scope else None
    record(
        session, "preview_roster", "member", None, via=Via.CONSOLE, account_id=by, org_id=org_id, after=after
    )


def _columns(scope: Org | None) -> list[Column]:
    """Return the columns; a file for one branch needs no column that says so."""
    if scope is None or scope.kind not in (*BRANCHES, OrgKind.PARTY_GROUP):
        return list(COLUMNS)
    if scope.kind is OrgKind.PARTY_GROUP:
        raise Refused("not_a_branch", "名册按支部导入，请填支部或上级组织的代码")
    return [column._replace(required=column.title == "姓名") for column in COLUMNS]


def _orgs(session: Session, scope: Org | None) -> Sequence[Org]:
    query = select(Org).where(Org.dissolved_on.is_(None))
    return session.scalars(query.where(Org.path.startswith(scope.path)) if scope else query).all()


def _ground(session: Session, orgs: Sequence[Org], branch_ids: set[int], today: date) -> Ground:
    """Read what is known of these branches, in two statements whatever their number."""
    members: dict[tuple[int, str], list[Member]] = defaultdict(list)
    for member in session.scalars(select(Member).where(Member.branch_id.in_(branch_ids)).order_by(Member.id)):
        members[member.branch_id, member.name].append(member)
    spells = session.scalars(
        select(Spell)
        .join(Member, Member.id == Spell.member_id)
        .where(Member.branch_id.in_(branch_ids), Spell.not_over(today))
        # The last one kept below is the earliest: in force, before one that has not begun.
        .order_by(Spell.from_on.desc())
    )
    return Ground(
        branches={org.id: org for org in orgs if org.kind in BRANCHES},
        groups={(org.parent_id or 0, org.name): org for org in orgs if org.kind is OrgKind.PARTY_GROUP},
        members=members,
        spells={(spell.member_id, spell.kind): spell for spell in spells},
    )


def _elsewhere(session: Session, steps: Sequence[Step], ground: Ground, keyring: Keyring) -> Iterator[str]:
    """Say who of the newcomers may be somebody whom another branch has; nobody is moved by an import."""
    new = {
        (step.row.name, keyring.phone_hash(step.row.phone)): step.row
        for step in steps
        if step.member is None and step.row.phone
    }
    held = select(Member.name, Member.phone_hash).where(
        Member.phone_hash.in_([phone for _, phone in new]), Member.left_on.is_(None)
    )
    for key in sorted(new.keys() & set(session.execute(held)), key=lambda key: new[key].number):
        row = new[key]
        yield (
            f"第 {row.number} 行 {ground.branches[row.branch_id].name} {row.name}："
            "平台上别的支部有姓名、手机号都相同的同志，没有合并；转来的请先由原支部办理转出"
        )
