"""What waits in the demonstration this year: declarations, objections, a veto, a branch of four."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.audit import Via
from models.clock import day_of
from models.demo.people import Settled
from models.people.account import Account
from models.people.member import Member, MemberStatus
from models.people.membership import leave_rating, set_category
from models.people.said import Filing, Said
from models.points.deed import Deed
from models.points.entry import PointEntry
from models.points.proposing import propose
from models.ratings.meeting.vetoing import record_veto
from models.ratings.objections.raising import object_to

FOUR_LEFT = "DY07"  # six people, of whom four are rated: a fifth of them is nobody


def leave_things_open(
    session: Session, people: Mapping[str, Settled], accounts: Mapping[str, Account], *, now: datetime
) -> None:
    """Let two members declare, two object (one by word of mouth), and a veto stand with its number."""
    _declare(session, people["HZ01"], accounts, now)
    _object(session, people["HZ01"], accounts, now)
    _veto(session, people["DY02"], accounts, now)
    _four_are_rated(session, people[FOUR_LEFT], accounts, now)


def _declare(session: Session, branch: Settled, accounts: Mapping[str, Account], now: datetime) -> None:
    clerk = accounts[f"{branch.place.login}-zg"].id
    by_phone, by_word = _plain(branch, accounts)[4:6]
    yesterday = now - timedelta(days=1)
    deed = Deed("volunteer", day_of(now) - timedelta(days=3), "帮村小学扫雪")
    propose(
        session, branch.org.id, [by_phone.id], deed, by=None, by_member=by_phone.id, how=None, via=Via.PHONE,
        now=yesterday,
    )  # fmt: skip
    deed = Deed("volunteer", day_of(now) - timedelta(days=2), "给独居老人送药")
    propose(
        session, branch.org.id, [by_word.id], deed, by=clerk, by_member=by_word.id, how=Said.IN_PERSON,
        via=Via.CONSOLE, now=yesterday,
    )  # fmt: skip


def _object(session: Session, branch: Settled, accounts: Mapping[str, Account], now: datetime) -> None:
    entries = session.scalars(
        select(PointEntry)
        .where(
            PointEntry.branch_id == branch.org.id, PointEntry.cycle == f"{day_of(now).year}",
            PointEntry.item.in_(("volunteer", "mediation")), PointEntry.reverses.is_(None),
            PointEntry.member_id.in_([one.id for one in _plain(branch, accounts)]),
        )
        .order_by(PointEntry.occurred_on.desc(), PointEntry.id)
    ).all()  # fmt: skip
    phone = next(iter(entries), None)
    word = next((one for one in entries if phone and one.member_id != phone.member_id), None)
    if phone is None or word is None:
        return  # the year has only begun
    deputy = accounts[f"{branch.place.login}-fsj"].id
    object_to(
        session, member_id=phone.member_id, entry_id=phone.id, said="那天我是上午去的，登记成了下午那一次",
        filing=None, via=Via.PHONE, now=now - timedelta(days=2),
    )  # fmt: skip
    object_to(
        session, member_id=word.member_id, entry_id=word.id, said="这一次我没有参加，请核对",
        filing=Filing(deputy, Said.IN_PERSON), via=Via.CONSOLE, now=now - timedelta(days=1),
    )  # fmt: skip


def _veto(session: Session, branch: Settled, accounts: Mapping[str, Account], now: datetime) -> None:
    today = day_of(now)
    decided_on = max(today - timedelta(days=20), date(today.year, 1, 1))
    whom = _plain(branch, accounts)[-1]
    record_veto(
        session, whom.id, "discipline", document=f"东苑纪〔{today.year}〕5号", decided_by="东苑街道党工委",
        decided_on=decided_on, by=accounts["dy-gb"].id, now=now,
    )  # fmt: skip


def _four_are_rated(
    session: Session, branch: Settled, accounts: Mapping[str, Account], now: datetime
) -> None:
    """One by the wish of old age, one by the category that the scheme leaves out: neither is rated."""
    hand = accounts[f"{branch.place.login}-sj"].id
    since = max(day_of(now) - timedelta(days=15), date(day_of(now).year, 1, 1))
    plain = _plain(branch, accounts)
    leave_rating(
        session, plain[-1].id, decided_on=since, how=Said.IN_PERSON, by=hand, via=Via.CONSOLE, now=now
    )
    set_category(session, plain[-2].id, "veteran_or_ill", from_on=since, by=hand, via=Via.CONSOLE, now=now)


def _plain(branch: Settled, accounts: Mapping[str, Account]) -> list[Member]:
    """Return the full members without any log-in."""
    staff = {one.member_id for one in accounts.values()}
    return [one for one in branch.on_rolls if one.status is MemberStatus.FULL and one.id not in staff]
