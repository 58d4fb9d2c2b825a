"""三会一课情况汇总: what a branch, or all below a committee, held and filed."""

from collections.abc import Iterator

from flask import Response

from handlers.console.ledgers.download import Wish, answer, org_wanted, several, with_branch
from handlers.console.ledgers.sheet import Column, Form, Ledger, Value
from handlers.console.pages import console, staff_page
from handlers.edge import current
from models.gatherings.held import held_between
from models.people.org import Org
from models.people.rights import Verb

COLUMNS = (
    Column("类型", 16),
    Column("日期", 12, Form.DAY),
    Column("主题", 28),
    Column("地点", 18),
    Column("应到", 7, Form.WHOLE),
    Column("实到", 7, Form.WHOLE),
    Column("出席率", 9, Form.SHARE),
    Column("请假", 7, Form.WHOLE),
    Column("缺席", 7, Form.WHOLE),
    Column("记录是否归档", 15),
)
NOTE = "人数以支部确认的名册为准。应到里没有查明的，不算请假，也不算缺席。"


@console.get("/console/ledgers/meetings")
@staff_page
def meetings_ledger() -> Response:
    """Answer the gatherings of some months; a link names `org`, `since` and `until` (YYYY-MM)."""
    org = org_wanted(Verb.SEE_FILED)
    return answer("meetings", org, lambda wish: _ledger(org, wish))


def _ledger(org: Org, wish: Wish) -> Ledger:
    about = f"组织：{org.name}　　期间：{wish.span}"
    return Ledger("三会一课情况汇总", [about, NOTE], with_branch(org, COLUMNS), _rows(org, wish), wide=True)


def _rows(org: Org, wish: Wish) -> Iterator[list[Value]]:
    edge = current()
    for held in held_between(edge.session, org, since=wish.since, until=wish.until, now=edge.now):
        yield [
            *([held.org] if several(org) else []),
            held.kind,
            held.day,
            held.title,
            held.place,
            held.expected,
            held.came,
            held.share,
            held.leave,
            held.absent,
            held.record,
        ]
