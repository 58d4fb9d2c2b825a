"""The demonstration's next theme day: four drafts in different states, and what a township calls for."""

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from models.clock import at, day_of
from models.demo.people import Settled
from models.demo.places import HOURS, room_of
from models.demo.themes import Agenda, programme
from models.gatherings.gathering import AgendaKind, Gathering, GatheringKind
from models.gatherings.plan import Plan, draft, suggest
from models.gatherings.required_item import issue_item
from models.gatherings.usual import LENGTH
from models.notices.audience import Channels
from models.notices.delivery import Delivery, DeliveryState
from models.notices.notice import Notice
from models.notices.publish import publish
from models.notices.reason import Reason
from models.people.account import Account
from models.people.binding import Binding
from models.people.org import Org

BRIDGE: Agenda = (
    (AgendaKind.OATH, "重温入党誓词"),
    (AgendaKind.STUDY, "学习《中国共产党支部工作条例（试行）》"),
    (AgendaKind.DELIBERATION, "两村商议合修柳青桥和渠边步道"),
    (AgendaKind.DELIBERATION, "商议今冬取暖互助户名单"),
    (AgendaKind.DUES, "交纳党费"),
)
REQUIRED = (AgendaKind.STUDY, "学习县委全会精神")


def prepare_next(
    session: Session,
    orgs: Mapping[str, Org],
    people: Mapping[str, Settled],
    accounts: Mapping[str, Account],
    *,
    channels: Channels,
    now: datetime,
) -> None:
    """Draft the next theme day of two villages together, of a community and of a firm; publish another's."""
    _draft(session, people, "HZ01", accounts["qlw-zg"].id, now, agenda=BRIDGE, guest="HZ02",
           title="两村一桥，一起来议", place="青龙湾村文化礼堂")  # fmt: skip
    _draft(session, people, "XB01", accounts["xb01-sj"].id, now)
    _draft(session, people, "XB05", accounts["xb05-sj"].id, now, agenda=())
    _call_together(session, orgs["HZ"], people, accounts["hz-gb"].id, now)
    told = _draft(session, people, "DY01", accounts["dy01-sj"].id, now)
    issue_item(
        session, orgs["HZ"], told.period, *REQUIRED, by=accounts["hz-gb"].id, now=now - timedelta(hours=30)
    )
    by = accounts["dy01-sj"].id
    publish(
        session,
        told.id,
        org_ids=[told.org_id],
        by=by,
        channels=channels,
        now=at(day_of(now) - timedelta(days=1), time(14, 5)),
    )
    _tell_in_every_way(session, told, by, now)


def _draft(
    session: Session,
    people: Mapping[str, Settled],
    code: str,
    by: int,
    now: datetime,
    *,
    agenda: Agenda | None = None,
    guest: str | None = None,
    title: str | None = None,
    place: str | None = None,
) -> Gathering:
    branch = people[code]
    day = suggest(session, branch.org, now=now)
    if at(day.day, HOURS[branch.place.sort]) - timedelta(hours=2) <= now:
        day = suggest(session, branch.org, now=at(day.day + timedelta(days=1), time()))
    year, month = int(day.period[:4]), int(day.period[5:])
    usual_title, usual = programme(branch.place, year, month)
    starts_at = at(day.day, HOURS[branch.place.sort])
    plan = Plan(
        title=title or usual_title,
        starts_at=starts_at,
        ends_at=starts_at + LENGTH,
        place=place or room_of(branch.place),
        period=day.period,
        date_reason=day.reason,
        bring="党徽、笔记本",
        contact="支部值班电话",
        leave_until=starts_at - timedelta(hours=3),
        agenda=usual if agenda is None else agenda,
        partners=(people[guest].org.id,) if guest else (),
    )
    return draft(session, branch.org.id, plan, by=by, now=now - timedelta(days=1))


def _call_together(
    session: Session, town: Org, people: Mapping[str, Settled], by: int, now: datetime
) -> None:
    """Let the township draft a gathering of three villages, which confirm a roll each."""
    day = day_of(now) + timedelta(days=9)
    plan = Plan(
        title="三村互助冬灌志愿服务",
        starts_at=at(day, time(8, 30)),
        ends_at=at(day, time(11, 0)),
        place="青龙湾村北闸口",
        period=f"{day:%Y-%m}",
        bring="手套、铁锹",
        contact="镇党建办值班电话",
        leave_until=at(day - timedelta(days=1), time(18, 0)),
        agenda=((AgendaKind.VOLUNTEERING, "清理三村共用的渠段"), (AgendaKind.OTHER, "商定轮灌的日子")),
        partners=tuple(people[code].org.id for code in ("HZ01", "HZ02", "HZ05")),
    )
    kind = GatheringKind.VOLUNTEERING
    draft(session, town.id, plan, kind=kind, by=by, now=now - timedelta(hours=20))


def _tell_in_every_way(session: Session, gathering: Gathering, by: int, now: datetime) -> None:
    """Let the deliveries of one notice stand in every state there is, the past ones first."""
    notices = select(Notice.id).where(Notice.gathering_id == gathering.id)
    sent_at = at(day_of(now) - timedelta(days=1), time(18, 40))
    rows = session.scalars(
        select(Delivery)
        .where(Delivery.notice_id.in_(notices))
        .order_by(Delivery.channel.is_(None), Delivery.id)
    ).all()
    sent: dict[str, Any] = {"attempt_no": 1, "first_sent_at": sent_at, "settled_at": sent_at}
    by_channel = [row.id for row in rows if row.channel is not None]
    by_phone = [row.id for row in rows if row.channel is None]
    states: list[dict[str, Any]] = [
        sent | {"state": DeliveryState.UNKNOWN},
        sent | {"state": DeliveryState.ACCEPTED, "msgid": "202600000001"},
        sent | {"state": DeliveryState.FAILED, "errcode": 43004, "reason": Reason.BLOCKED},
        sent | {"state": DeliveryState.PHONE_LIST, "errcode": 43004, "reason": Reason.REFUSED},
        {"state": DeliveryState.HELD, "reason": Reason.NIGHT, "not_before": now + timedelta(hours=12)},
    ]
    for turn, delivery_id in enumerate(by_channel):
        values = (
            states[turn] if turn < len(states) else sent | {"state": DeliveryState.DELIVERED, "reason": None}
        )
        session.execute(update(Delivery).where(Delivery.id == delivery_id).values(**values))
    called = {"state": DeliveryState.PHONED, "phoned_at": sent_at, "phoned_by": by}
    for delivery_id in by_phone[::2]:
        session.execute(update(Delivery).where(Delivery.id == delivery_id).values(**called))
    session.execute(update(Binding).values(busy_until=None))
