"""The demonstration's gatherings: one confirmed month, one joint draft for the next theme day."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from models.clock import at, day_of
from models.gatherings.doors import close_gathering, open_gathering
from models.gatherings.gathering import AgendaKind, Gathering
from models.gatherings.marks import LineView, count_heads, expected_of, lines_of, set_marks
from models.gatherings.plan import Plan, draft, suggest
from models.gatherings.roll import CAME, CheckedIn, Leave, LeaveReason, LeaveState, Roll, RollLine, Status
from models.gatherings.usual import START
from models.notices.audience import Channels
from models.notices.delivery import Delivery, DeliveryState
from models.notices.notice import Notice
from models.notices.publish import publish
from models.people.account import Account
from models.people.binding import Binding
from models.people.org import Org
from models.points.posting import confirm_roll

THEME_DAY = 25
Agenda = tuple[tuple[AgendaKind, str], ...]
HELD: dict[str, tuple[str, str, str, Agenda]] = {
    "HZ01": (
        "qlw-sj",
        "管好水渠，备好秋种",
        "青龙湾村党群服务中心二楼",
        (
            (AgendaKind.OATH, "重温入党誓词"),
            (AgendaKind.STUDY, "学习党章第一章"),
            (AgendaKind.DELIBERATION, "商议东干渠清淤的分段和用工"),
            (AgendaKind.DELIBERATION, "排定秸秆禁烧值班表"),
            (AgendaKind.DUES, "交纳党费"),
        ),
    ),
    "HZ02": (
        "lsp-sj",
        "评议低保，修好路灯",
        "柳树坡村委会会议室",
        (
            (AgendaKind.STUDY, "学习乡村振兴有关政策"),
            (AgendaKind.DELIBERATION, "评议今年新申请的低保户"),
            (AgendaKind.DELIBERATION, "商议南街路灯维修"),
        ),
    ),
    "HZ03": (
        "hzsq-sj",
        "楼院的事大家议",
        "禾泽社区活动室",
        (
            (AgendaKind.STUDY, "学习物业管理条例"),
            (AgendaKind.DELIBERATION, "商议三号楼加装电梯的分摊"),
            (AgendaKind.DELIBERATION, "商议西院停车划线"),
            (AgendaKind.VOLUNTEERING, "清理楼道杂物"),
        ),
    ),
    "HZ04": (
        "jg-sj",
        "下村联系，帮办实事",
        "镇政府三楼会议室",
        (
            (AgendaKind.STUDY, "集中学习"),
            (AgendaKind.LECTURE, "党课：怎样开好村民议事会"),
            (AgendaKind.OTHER, "排定包村干部下村日程"),
        ),
    ),
}
NEXT: Agenda = (
    (AgendaKind.OATH, "重温入党誓词"),
    (AgendaKind.STUDY, "学习《中国共产党支部工作条例（试行）》"),
    (AgendaKind.DELIBERATION, "两村商议合修柳青桥和渠边步道"),
    (AgendaKind.DELIBERATION, "商议今冬取暖互助户名单"),
    (AgendaKind.DUES, "交纳党费"),
)


def hold_last_month(
    session: Session,
    orgs: Mapping[str, Org],
    accounts: Mapping[str, Account],
    *,
    account_appid: str,
    now: datetime,
) -> None:
    """Let each branch hold and confirm the newest theme day that is over by `now`."""
    month = _theme_month(now - timedelta(hours=4, minutes=30))
    for code, (login, title, place, agenda) in HELD.items():
        by = accounts[login].id
        planned_at = at(month.replace(day=15), time(10))
        day = suggest(session, orgs[code], now=planned_at)
        if day.ends_at + timedelta(hours=3) > now:
            continue  # moved to a workday that is still to come
        plan = Plan(
            title=title,
            starts_at=day.starts_at,
            ends_at=day.ends_at,
            place=place,
            period=day.period,
            date_reason=day.reason,
            bring="党徽、笔记本",
            leave_until=day.leave_until,
            agenda=agenda,
        )
        gathering = draft(session, orgs[code].id, plan, by=by, now=planned_at)
        published_at = planned_at + timedelta(days=3)
        publish(
            session,
            gathering.id,
            org_ids=[orgs[code].id],
            by=by,
            channels=Channels(account_appid, None, None),
            now=published_at,
        )
        _tell(session, gathering, by, published_at)
        _hold(session, gathering, by)


def _theme_month(moment: datetime) -> date:
    """Return the first day of the month whose theme day began last before `moment`."""
    month = day_of(moment).replace(day=1)
    if at(month.replace(day=THEME_DAY), START) > moment:
        month = (month - timedelta(days=1)).replace(day=1)
    return month


def _tell(session: Session, gathering: Gathering, by: int, now: datetime) -> None:
    """Let every message of the past have arrived and everybody else have been telephoned."""
    notices = select(Notice.id).where(Notice.gathering_id == gathering.id)
    ours = update(Delivery).where(Delivery.notice_id.in_(notices))
    session.execute(
        ours.where(Delivery.channel.is_not(None)).values(
            state=DeliveryState.DELIVERED, attempt_no=1, first_sent_at=now, settled_at=now
        )
    )
    evening = now + timedelta(hours=8)
    session.execute(
        ours.where(Delivery.state == DeliveryState.PHONE_LIST).values(
            state=DeliveryState.PHONED, phoned_at=evening, phoned_by=by
        )
    )


def _hold(session: Session, gathering: Gathering, by: int) -> None:
    """Hold one gathering: phones sign in, a hand marks the rest, heads are counted, the roll is confirmed."""
    open_gathering(session, gathering, by=by, now=gathering.starts_at - timedelta(minutes=20))
    session.flush()
    roll_id = session.scalars(select(Roll.id).where(Roll.gathering_id == gathering.id)).one()
    marks = _marks(lines_of(session, roll_id))
    bound = set(session.scalars(select(Binding.member_id)))
    present = [member_id for member_id, status in marks.items() if status is Status.PRESENT]
    scanned = [member_id for member_id in present if member_id in bound][::2]
    for turn, member_id in enumerate(scanned):
        seen_at = gathering.starts_at - timedelta(minutes=15 - turn % 14, seconds=turn * 7 % 60)
        session.execute(
            update(RollLine)
            .where(RollLine.roll_id == roll_id, RollLine.member_id == member_id)
            .values(
                status=Status.PRESENT,
                checked_in_at=seen_at,
                checked_in_via=CheckedIn.DIGITS if turn % 4 == 3 else CheckedIn.QR,
            )
        )
    by_hand = {member_id: status for member_id, status in marks.items() if member_id not in scanned}
    set_marks(session, roll_id, by_hand, by=by, now=gathering.starts_at + timedelta(minutes=10))
    _keep_leaves(session, gathering, by_hand, by)
    came = sum(status in CAME for status in marks.values())
    count_heads(session, roll_id, came + 2, 2)
    close_gathering(session, gathering, by=by, now=gathering.ends_at)
    confirm_roll(session, roll_id, by=by, now=gathering.ends_at + timedelta(minutes=20))


def _marks(lines: Sequence[LineView]) -> dict[int, Status]:
    """Return what each expected person did; a small branch is nearly complete."""
    expected = expected_of(list(lines))
    marks = {line.member_id: Status.PRESENT for line in expected}
    for turn, line in enumerate(expected):
        if len(expected) > 15 and turn % 7 == 3:
            marks[line.member_id] = Status.LEAVE
        elif len(expected) > 15 and turn % 19 == 11:
            marks[line.member_id] = Status.UNCLEAR
        elif turn == 6:
            marks[line.member_id] = Status.LATE
    if 30 < len(expected) < 40:
        marks[expected[1].member_id] = Status.ABSENT
    return marks


def _keep_leaves(session: Session, gathering: Gathering, marks: Mapping[int, Status], by: int) -> None:
    away = [member_id for member_id, status in marks.items() if status is Status.LEAVE]
    reasons = (LeaveReason.FAMILY, LeaveReason.ILLNESS, LeaveReason.OFFICIAL)
    for turn, member_id in enumerate(away):
        session.add(
            Leave(
                gathering_id=gathering.id,
                member_id=member_id,
                reason=reasons[turn % len(reasons)],
                state=LeaveState.APPROVED,
                asked_at=gathering.starts_at - timedelta(hours=20),
                decided_by=by,
                decided_at=gathering.starts_at - timedelta(hours=6),
            )
        )
    session.flush()


def draft_next(
    session: Session, orgs: Mapping[str, Org], accounts: Mapping[str, Account], *, now: datetime
) -> Gathering:
    """Draft the next theme day of the two villages together; the first one is the host."""
    host, partner = orgs["HZ01"], orgs["HZ02"]
    day = suggest(session, host, now=now)
    if day.starts_at - timedelta(hours=2) <= now:
        day = suggest(session, host, now=at(day.day + timedelta(days=1), time()))
    plan = Plan(
        title="两村一桥，一起来议",
        starts_at=day.starts_at,
        ends_at=day.ends_at,
        place="青龙湾村文化礼堂",
        period=day.period,
        date_reason=day.reason,
        bring="党徽、笔记本、党费",
        contact="村部值班电话",
        leave_until=day.leave_until,
        agenda=NEXT,
        partners=(partner.id,),
    )
    return draft(session, host.id, plan, by=accounts["qlw-zg"].id, now=now)
