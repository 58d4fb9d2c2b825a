"""请假补学登记: who had leave, on whose yes, and how it was made up."""

from collections.abc import Iterator

from flask import Response

from handlers.console.ledgers.download import Wish, answer, org_wanted, several, with_branch
from handlers.console.ledgers.sheet import Column, Form, Ledger, Value
from handlers.console.pages import console, staff_page
from handlers.edge import current
from models.gatherings.leave.register import leave_register
from models.people.org import Org
from models.people.rights import Verb

COLUMNS = (
    Column("姓名", 12),
    Column("活动日期", 12, Form.DAY),
    Column("事由类别", 18),
    Column("批准人", 12),
    Column("补学方式", 14),
    Column("补学日期", 12, Form.DAY),
    Column("经办人", 12),
)


@console.get("/console/ledgers/leave-makeup")
@staff_page
def leave_makeup_ledger() -> Response:
    """Answer leave and make-ups of some months."""
    org = org_wanted(Verb.SEE_ROSTER)
    return answer("leave-makeup", org, lambda wish: _ledger(org, wish))


def _ledger(org: Org, wish: Wish) -> Ledger:
    about = f"组织：{org.name}　　期间：{wish.span}"
    return Ledger("请假补学登记", [about], with_branch(org, COLUMNS), _rows(org, wish), wide=several(org))


def _rows(org: Org, wish: Wish) -> Iterator[list[Value]]:
    for row in leave_register(current().session, org, since=wish.since, until=wish.until):
        yield [
            *([row.branch] if several(org) else []),
            row.name,
            row.held_on,
            row.ground,
            row.approved_by,
            row.form,
            row.made_up_on,
            row.done_by,
        ]
