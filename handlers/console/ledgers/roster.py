"""党员名册: the members of the own branches."""

from collections.abc import Iterator

from flask import Response

from handlers.console.ledgers.download import answer, org_wanted, several, with_branch
from handlers.console.ledgers.sheet import Column, Form, Ledger, Value
from handlers.console.pages import console, staff_page
from handlers.console.people.members import roster_by_group
from handlers.edge import current
from models.clock import day_of, long_day
from models.people.member import MEMBER_STATUS_TEXT, SpellKind
from models.people.org import Org
from models.people.rights import Verb
from models.people.roster import RosterRow

# 性别 is not kept: the column is for a hand. 出生年月 may be left out.
COLUMNS = (
    Column("序号", 6, Form.WHOLE),
    Column("姓名", 12),
    Column("性别", 6),
    Column("党小组", 14),
    Column("党员身份", 11),
    Column("入党时间", 12, Form.DAY),
    Column("转正时间", 12, Form.DAY),
    Column("职务", 14),
    Column("是否流动", 10),
    Column("是否参评", 10),
    Column("备注", 16),
)


@console.get("/console/ledgers/roster")
@staff_page
def roster_ledger() -> Response:
    """Answer the roster as it is today."""
    org = org_wanted(Verb.SEE_ROSTER)
    return answer("roster", org, lambda _: _ledger(org), months=False)


def _ledger(org: Org) -> Ledger:
    today = day_of(current().now)
    about = f"组织：{org.name}　　截至：{long_day(today)}"
    return Ledger("党员名册", [about], with_branch(org, COLUMNS), _rows(org), wide=True)


def _rows(org: Org) -> Iterator[list[Value]]:
    people = [row for _, rows in roster_by_group(org) for row in rows]
    for number, row in enumerate(people, start=1):
        member = row.member
        yield [
            *([row.branch.name] if several(org) else []),
            number,
            member.name,
            None,
            row.group.name if row.group else None,
            MEMBER_STATUS_TEXT[member.status],
            member.joined_on,
            member.full_on,
            member.office,
            "是" if SpellKind.AWAY in row.spells else "否",
            "否" if SpellKind.NOT_RATED in row.spells else "是",
            _remark(row),
        ]


def _remark(row: RosterRow) -> str | None:
    return "不作要求" if SpellKind.EXEMPT in row.spells else None
