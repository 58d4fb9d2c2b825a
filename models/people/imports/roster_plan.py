"""What each roster row comes to, compared with what is known: pure, nothing is written here."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from models.keyring import Keyring
from models.people.imports.report import Added, Changed, Report
from models.people.imports.roster_identity import pair
from models.people.imports.roster_row import PersonRow
from models.people.member import Member, MemberStatus, Spell, SpellKind, surname_order
from models.people.org import Org, tree_order

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


@dataclass(frozen=True)
class Ground:
    """What is known before the import. Spells are those in force or still to come, the earliest of a kind."""

    branches: dict[int, Org]
    groups: dict[tuple[int, str], Org]
    members: dict[tuple[int, str], list[Member]]
    spells: dict[tuple[int, SpellKind], Spell]


@dataclass(frozen=True)
class Step:
    """What one row comes to: whom it speaks of (None is somebody new) and the fields that differ."""

    row: PersonRow
    member: Member | None
    status: MemberStatus | None
    fields: tuple[str, ...]


def plan_steps(rows: Iterable[PersonRow], ground: Ground, keyring: Keyring, report: Report) -> list[Step]:
    """Return a step for each row that can be placed, in the order of the file; complain about the rest."""
    by_name: dict[tuple[int, str], list[PersonRow]] = defaultdict(list)
    by_phone: dict[tuple[str, str], PersonRow] = {}
    for row in rows:
        by_name[row.branch_id, row.name].append(row)
        first = by_phone.setdefault((row.name, row.phone), row) if row.phone else row
        if first.branch_id != row.branch_id:
            said = f"和第 {first.number} 行姓名、手机号都相同，支部不同；一位同志只在一个支部，请删去一行"
            report.complain(row.number, "支部", said)
    steps = []
    for key, namesakes in by_name.items():
        pairing = pair(namesakes, ground.members.get(key, []), keyring)
        for row, reason in pairing.unclear:
            report.complain(row.number, "姓名", reason)
        for row, member in pairing.pairs:
            step = Step(row, member, _status_of(row, member), tuple(_differing(row, member, ground, keyring)))
            _check(step, report)
            steps.append(step)
    return sorted(steps, key=lambda step: step.row.number)


def _status_of(row: PersonRow, member: Member | None) -> MemberStatus | None:
    """Return the standing after the import; a newcomer with a 转正时间 is a full member."""
    if row.status or member:
        return row.status or (member.status if member else None)
    return MemberStatus.FULL if row.full_on else None


def _check(step: Step, report: Report) -> None:
    """Complain where the row, together with what is known, would contradict itself."""
    row, member = step.row, step.member
    joined_on = row.joined_on or (member.joined_on if member else None)
    full_on = row.full_on or (member.full_on if member else None)
    if step.status is None:
        report.complain(row.number, "党员身份", "请填正式党员或预备党员")
    if full_on and joined_on and full_on < joined_on:
        report.complain(row.number, "转正时间", "早于入党时间，请核对这两个时间")
    if full_on and step.status is MemberStatus.PROBATIONARY:
        report.complain(row.number, "转正时间", "预备党员没有转正时间；已经转正的，党员身份请填正式党员")


def _differing(row: PersonRow, member: Member | None, ground: Ground, keyring: Keyring) -> Iterator[str]:
    """Yield the fields that the row fills and that differ from what is known."""
    for name in TITLES:
        given = getattr(row, name)
        if given is None or (name == "away" and not given):
            continue  # an import notes that somebody is away, never that he came back
        if member is None or given != _known(name, row, member, ground, keyring):
            yield name


def _known(name: str, row: PersonRow, member: Member, ground: Ground, keyring: Keyring) -> Any:
    """Return what is known of one field, in the words of the row."""
    match name:
        case "phone":
            same = row.phone and keyring.phone_hash(row.phone) == member.phone_hash
            return row.phone if same else None
        case "family_phone":
            return keyring.unseal(member.family_phone_box) if member.family_phone_box else None
        case "group":
            group = ground.groups.get((member.branch_id, row.group or ""))
            return row.group if group is not None and group.id == member.group_id else None
        case "category":
            spell = ground.spells.get((member.id, SpellKind.CATEGORY))
            return spell.code if spell else None
        case "away":
            return (member.id, SpellKind.AWAY) in ground.spells
    return getattr(member, name)


def sum_up(report: Report, steps: Sequence[Step], ground: Ground) -> None:
    """Fill the report: who is new, who changes in what, who is missing, what else has to be said."""
    for step in steps:
        number, who = step.row.number, f"{ground.branches[step.row.branch_id].name} {step.row.name}"
        if step.member is None:
            report.added.append(Added(number, who))
        elif step.fields:
            report.changed.append(Changed(number, who, tuple(TITLES[name] for name in step.fields)))
        else:
            report.unchanged += 1
        if step.row.away is False and step.member and (step.member.id, SpellKind.AWAY) in ground.spells:
            report.notices.append(
                f"第 {number} 行 {who}：表里“流动”写的是否，平台上登记着外出，没有改动，请支部核对"
            )
    if new := new_groups(steps, ground):
        names = "、".join(f"{ground.branches[branch_id].name} {name}" for branch_id, name in new)
        report.notices.append(f"平台上还没有、随这次导入新建的党小组：{names}")
    # A row with a fault was not read, so its person would wrongly be missing.
    if not report.problems:
        found = {step.member.id for step in steps if step.member}
        everyone = [member for namesakes in ground.members.values() for member in namesakes]
        report.missing = [
            f"{ground.branches[member.branch_id].name} {member.name}"
            for member in sorted(everyone, key=lambda member: _place(member, ground))
            if member.left_on is None and member.id not in found
        ]
    report.settle()


def _place(member: Member, ground: Ground) -> tuple[list[int], bytes, int]:
    return tree_order(ground.branches[member.branch_id]), surname_order(member.name), member.id


def new_groups(steps: Sequence[Step], ground: Ground) -> list[tuple[int, str]]:
    """Return branch id and name of each group that has to be set up, in the order of the file."""
    wanted = [(step.row.branch_id, step.row.group) for step in steps if step.row.group]
    return [
        (branch_id, name)
        for branch_id, name in dict.fromkeys(wanted)
        if (branch_id, name) not in ground.groups
    ]
