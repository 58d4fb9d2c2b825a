"""主题党日签到表: a roll in the order and with the numbers of the paper sheet, for the file."""

from collections.abc import Iterator, Sequence

from flask import Response, request

from handlers.console.ledgers.download import answer
from handlers.console.ledgers.sheet import Column, Form, Ledger, Value
from handlers.console.pages import console, staff_page
from handlers.console.rolls.paper import Numbered, in_order
from handlers.edge import current
from handlers.identity import require
from handlers.reach import roll_ticked
from models.clock import clock_text, day_of, moment_text
from models.gatherings.gathering import GATHERING_KIND_TEXT
from models.gatherings.guests import guests_on
from models.gatherings.leave.makeup import MAKEUP_FORM_TEXT
from models.gatherings.marks import LineView, lines_of
from models.gatherings.minutes.minutes import Minutes
from models.gatherings.roll import CAME, STATUS_TEXT, Counts, Status, counts
from models.gatherings.roll_head import RollHead, check_held
from models.people.rights import Verb
from models.refused import Refused

COLUMNS = (
    Column("序号", 6, Form.WHOLE),
    Column("姓名", 14),
    Column("党小组", 16),
    Column("签到（亲签）", 20),
    Column("到会情况", 14),
    Column("备注", 18),
)
ROW_HEIGHT = 24  # points: a name is written in it
HAND = "　" * 8


@console.get("/console/ledgers/sign-in")
@staff_page
def sign_in_ledger() -> Response:
    """Answer the sign-in sheet of one roll, to whoever may tick all of it; `roll` names it."""
    asked = request.args.get("roll", "")
    if not (asked.isascii() and asked.isdecimal() and len(asked) < 18):
        raise Refused("not_found", "没有找到这份名册")
    head, groups = roll_ticked(int(asked))
    if groups is not None:
        require(Verb.TICK, head.org)
    check_held(head.gathering)
    day = day_of(head.gathering.starts_at)
    return answer(
        "sign-in", head.org, lambda _: _ledger(head), months=False, roll_id=head.roll.id,
        named=f"{day.month}月{day.day}日",
    )  # fmt: skip


def _ledger(head: RollHead) -> Ledger:
    it, lines = head.gathering, lines_of(current().session, head.roll.id)
    day = day_of(it.starts_at)
    return Ledger(
        f"{GATHERING_KIND_TEXT[it.kind]}签到表",
        [
            f"组织：{head.org.name}　　时间：{day.year}年{moment_text(it.starts_at)}　　地点：{it.place}",
            f"主题：{it.title}",
        ],
        COLUMNS,
        _rows(in_order(lines, None)),
        sums=_sums(head, lines),
        hands=(),
        row_height=ROW_HEIGHT,
    )


def _rows(rows: Sequence[Numbered]) -> Iterator[list[Value]]:
    for row in rows:
        line = row.line
        signed = line.signed_at is not None and line.status in CAME
        yield [
            row.number,
            line.name,
            line.group_name,
            f"手机 {clock_text(line.signed_at)}" if signed and line.signed_at else None,
            # Before the meeting: for a hand.
            None if line.status is Status.UNRECORDED else STATUS_TEXT[line.status],
            _remark(line),
        ]


def _remark(line: LineView) -> str | None:
    joined = f"{line.joined_year}年入党" if line.joined_year else ""
    makeup = (
        ("已补学：" if line.made_up else "要补学：") + MAKEUP_FORM_TEXT[line.makeup] if line.makeup else ""
    )
    return "，".join(filter(None, (joined, makeup))) or None


def _sums(head: RollHead, lines: Sequence[LineView]) -> list[str]:
    """Return the numbers and who held and wrote it; lines for hands where that is not known yet."""
    session, of = current().session, counts([line.status for line in lines])
    minutes = session.get(Minutes, head.roll.id)
    hands = (minutes.host, minutes.recorder) if minutes else (None, None)
    return [
        "　".join(f"{name} {number}" for name, number in _numbers(head, of)),
        f"主持人：{hands[0] or HAND}　　记录人：{hands[1] or HAND}",
    ]


def _numbers(head: RollHead, of: Counts) -> list[tuple[str, int | str]]:
    expected = ("应到", of.expected)
    if head.roll.confirmed_at is None:
        return [expected, *((name, "＿＿") for name in ("实到", "请假", "缺席", "不作要求", "列席"))]
    # What most sheets have none of stands only where there is some, so that the numbers add up.
    rest = (("外出", of.away), ("在流入地参加", of.host_branch), ("未查明", of.unclear))
    return [
        expected,
        ("实到", of.came),
        ("请假", of.leave),
        ("缺席", of.absent),
        ("不作要求", of.exempt),
        ("列席", head.roll.observers + guests_on(current().session, head)),
        *((name, number) for name, number in rest if number),
    ]
