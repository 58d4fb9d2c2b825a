"""The demonstration's data: what is there, and that it holds together."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from models.base import connect
from models.clock import day_of
from models.demo import demo_followers, demo_logins, load_demo
from models.gatherings.calendar import HolidayYear
from models.gatherings.gathering import Gathering, GatheringState
from models.gatherings.marks import counts_of
from models.gatherings.plan import suggest, taking_part
from models.gatherings.roll import Roll, RollLine, Status
from models.notices.delivery import Delivery, DeliveryState
from models.people.account import Account
from models.people.binding import Binding
from models.people.console import check_password
from models.people.member import Member, Spell, SpellKind
from models.people.org import Org, OrgKind
from models.points.entry import PointEntry
from models.points.statement import statement_of
from models.refused import Refused
from tests.conftest import APP, NOON, clone_database, drop_database, url
from tests.factories import KEYRING

PASSWORD = "river-bridge-lamp-7"


def load(session: Session, now: datetime = NOON) -> list[Any]:
    return load_demo(session, KEYRING, password=PASSWORD, account_appid="wxoa", mini_appid="wxmini", now=now)


def total(session: Session, table: type, *which: Any) -> int:
    return session.scalar(select(func.count()).select_from(table).where(*which)) or 0


@pytest.fixture(scope="module")
def demonstration() -> Iterator[Engine]:
    """A database with the demonstration in it, loaded once for all that only look."""
    name = clone_database()
    engine = connect(url(APP, name), pool_size=1)
    with Session(engine) as session:
        load(session)
        session.commit()
    yield engine
    engine.dispose()
    drop_database(name)


@pytest.fixture
def loaded(demonstration: Engine) -> Iterator[Session]:
    with Session(demonstration, expire_on_commit=False) as session:
        yield session
        session.rollback()


def test_there_are_four_branches_and_120_members(loaded: Session) -> None:
    kinds = Counter(loaded.scalars(select(Org.kind)))
    assert kinds == {
        OrgKind.WORKING_COMMITTEE: 1,
        OrgKind.PARTY_COMMITTEE: 1,
        OrgKind.BRANCH: 4,
        OrgKind.PARTY_GROUP: 7,
    }
    sizes = select(func.count(Member.id)).group_by(Member.branch_id).order_by(Member.branch_id)
    assert list(loaded.scalars(sizes)) == [45, 35, 30, 10]


def test_two_in_one_branch_share_a_name_and_nobody_else_does(loaded: Session) -> None:
    names = Counter(loaded.scalars(select(Member.name)))
    assert [(name, count) for name, count in names.items() if count > 1] == [("张建国", 2)]
    one, other = loaded.scalars(select(Member).where(Member.name == "张建国"))
    assert one.branch_id == other.branch_id
    assert (one.joined_on and one.joined_on.year) != (other.joined_on and other.joined_on.year)


def test_some_have_no_phone_some_are_away_some_exempt(loaded: Session) -> None:
    assert total(loaded, Member, Member.no_phone) == 14  # of 80 villagers
    assert total(loaded, Spell, Spell.kind == SpellKind.AWAY) == 3
    assert total(loaded, Spell, Spell.kind == SpellKind.EXEMPT) == 2


def test_more_than_half_are_bound_in_either_app_or_both(loaded: Session) -> None:
    bound = loaded.execute(select(Binding.member_id, func.count()).group_by(Binding.member_id)).all()
    assert Counter(apps for _, apps in bound) == {1: 44, 2: 22}
    followers = demo_followers(loaded)
    assert len({(one["appid"], one["openid"]) for one in followers}) == len(followers) == 88
    assert {one["appid"] for one in followers} == {"wxoa", "wxmini"}
    assert KEYRING.openid_hash("wxoa", followers[-1]["openid"]) in set(
        loaded.scalars(select(Binding.openid_hash))
    )


def test_every_log_in_works_with_the_one_password(loaded: Session) -> None:
    logins = demo_logins(loaded)
    assert {one.role for one in logins} >= {
        "支部书记",
        "党小组长",
        "乡镇党建干部",
        "示范区党建干部",
        "审计员",
    }
    for one in logins:
        account = check_password(loaded, one.login, PASSWORD)
        assert (account.demo, account.must_change) == (True, False)
    assert len(logins) == total(loaded, Account)


def test_a_database_in_use_is_left_alone(loaded: Session) -> None:
    with pytest.raises(Refused) as refused:
        load(loaded)
    assert refused.value.code == "not_empty"


def test_the_same_day_gives_the_same_people(session: Session) -> None:
    def people() -> list[Any]:
        load(session)
        columns = (Member.name, Member.joined_on, Member.full_on, Member.phone_hash, Member.no_phone)
        rows = session.execute(select(*columns).order_by(Member.id)).all()
        session.rollback()
        return [*rows]

    assert people() == people()


def test_a_confirmed_month_stands_in_every_branch(loaded: Session) -> None:
    rolls = loaded.scalars(select(Roll).where(Roll.confirmed_at.is_not(None))).all()
    assert len(rolls) == 4
    for roll in rolls:
        counts = counts_of(loaded, roll.id)
        settled = counts.came + counts.leave + counts.absent + counts.unclear
        assert (counts.unrecorded, settled) == (0, counts.expected)
        assert 0.7 <= counts.came / counts.expected <= 1
        assert roll.heads == counts.came + roll.observers


def test_rolls_mix_scans_codes_and_ticks(loaded: Session) -> None:
    ways = {
        (line.checked_in_via, line.marked_at is not None)
        for line in loaded.scalars(select(RollLine).where(RollLine.status == Status.PRESENT))
    }
    assert ways == {("qr", False), ("digits", False), (None, True)}


def test_nobody_without_a_phone_has_scanned(loaded: Session) -> None:
    scanned = select(RollLine.member_id).where(RollLine.checked_in_at.is_not(None))
    bound = set(loaded.scalars(select(Binding.member_id)))
    assert set(loaded.scalars(scanned)) < bound
    assert not bound & set(loaded.scalars(select(Member.id).where(Member.no_phone)))


def test_points_are_posted_under_two_schemes(loaded: Session) -> None:
    items = Counter(loaded.scalars(select(PointEntry.item)))
    assert set(items) == {"attended", "absent_theme", "late"}
    late = loaded.scalars(select(PointEntry).where(PointEntry.item == "late")).first()
    assert late is not None
    statement = statement_of(loaded, late.member_id, cycle=late.cycle, now=NOON)
    assert statement is not None
    assert statement.entries[0].points == -1


def test_nothing_of_the_past_waits_to_be_sent(loaded: Session) -> None:
    states = set(loaded.scalars(select(Delivery.state)))
    assert states == {DeliveryState.DELIVERED, DeliveryState.PHONED}


def test_two_villages_have_the_next_theme_day_in_draft(loaded: Session) -> None:
    gathering = loaded.scalars(select(Gathering).where(Gathering.state == GatheringState.DRAFT)).one()
    assert [org.code for org in map(loaded.get_one, [Org] * 2, taking_part(loaded, gathering.id))] == [
        "HZ01",
        "HZ02",
    ]


def test_a_year_without_holidays_says_so(loaded: Session) -> None:
    office = loaded.scalars(select(Org).where(Org.code == "HZ04")).one()
    assert list(loaded.scalars(select(HolidayYear.year))) == [2026]
    assert suggest(loaded, office, now=NOON).known
    assert not suggest(loaded, office, now=datetime(2027, 3, 1, tzinfo=UTC)).known


@pytest.mark.parametrize(
    "now",
    [
        datetime(2026, 1, 1, 0, 30, tzinfo=UTC),
        datetime(2026, 2, 28, 20, tzinfo=UTC),
        datetime(2026, 11, 24, 17, tzinfo=UTC),
        datetime(2026, 11, 25, 1, tzinfo=UTC),
        datetime(2026, 11, 25, 8, tzinfo=UTC),
        datetime(2026, 11, 25, 13, tzinfo=UTC),
        datetime(2026, 10, 26, 1, tzinfo=UTC),
        datetime(2026, 12, 31, 15, 59, tzinfo=UTC),
        datetime(2027, 4, 26, 3, tzinfo=UTC),
    ],
)
def test_it_can_be_loaded_on_any_day(session: Session, now: datetime) -> None:
    load(session, now)
    rows = session.scalars(select(Gathering)).all()
    (draft,) = (row for row in rows if row.state is GatheringState.DRAFT)
    held = [row for row in rows if row.state is GatheringState.CONFIRMED]
    assert now < draft.starts_at < now + timedelta(days=32)
    assert day_of(draft.starts_at).day == 25
    assert len(held) >= 3
    assert all(row.ends_at < now < row.ends_at + timedelta(days=40) for row in held)
    assert len(rows) == len(held) + 1
