"""The demonstration's data: what is there, and that it holds together."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from models.articles.article import Article, ArticleState
from models.articles.publication import Publication, PublicationState
from models.clock import day_of
from models.demo import demo_followers, demo_logins
from models.demo.people import settle_people
from models.demo.places import PLACES, Sort
from models.demo.tree import plant_tree
from models.gatherings.calendar.calendar import HolidayYear
from models.gatherings.gathering import AgendaItem, Gathering, GatheringKind, GatheringState
from models.gatherings.leave.makeup import Makeup
from models.gatherings.minutes.minutes import (
    Decision,
    FilingAct,
    ItemOutcome,
    Minutes,
    MinutesAct,
    MinutesItem,
    MinutesState,
)
from models.gatherings.plan import suggest, taking_part
from models.gatherings.roll import Amendment, Roll, RollLine, Status, counts
from models.notices.delivery import Delivery, DeliveryState
from models.people.account import Account
from models.people.binding import Binding
from models.people.complaint import Complaint
from models.people.console import check_password
from models.people.member import ON_ROLLS, Member, Spell, SpellKind
from models.people.org import BRANCHES, Org, OrgKind
from models.points.entry import PointEntry
from models.ratings.statement.statement import statement_of
from models.refused import Refused
from tests.conftest import NOON
from tests.demo.conftest import PASSWORD, load
from tests.factories import KEYRING

pytestmark = pytest.mark.thorough


def total(session: Session, table: type, *which: Any) -> int:
    return session.scalar(select(func.count()).select_from(table).where(*which)) or 0


@pytest.fixture
def loaded(demonstration: Engine) -> Iterator[Session]:
    with Session(demonstration, expire_on_commit=False) as session:
        yield session
        session.rollback()


SORTS = {place.code: place.sort for place in PLACES}


def branch_codes(session: Session) -> dict[int, str]:
    return dict(session.execute(select(Org.id, Org.code).where(Org.kind.in_(BRANCHES))).all())


def rolls_told(session: Session) -> list[tuple[str, Roll, Gathering]]:
    """Return (branch code, roll, gathering) of every confirmed roll."""
    query = (
        select(Org.code, Roll, Gathering)
        .join(Roll, Roll.org_id == Org.id)
        .join(Gathering, Gathering.id == Roll.gathering_id)
        .where(Roll.confirmed_at.is_not(None))
        .order_by(Gathering.starts_at, Roll.id)
    )
    return [(code, roll, gathering) for code, roll, gathering in session.execute(query)]


def statuses(session: Session) -> dict[int, list[Status]]:
    lines: dict[int, list[Status]] = {}
    query = select(RollLine.roll_id, RollLine.status).where(RollLine.roll_id.is_not(None))
    for roll_id, status in session.execute(query):
        assert roll_id is not None
        lines.setdefault(roll_id, []).append(status)
    return lines


def test_the_zone_has_six_townships_forty_branches_and_about_900_people(loaded: Session) -> None:
    kinds = Counter(loaded.scalars(select(Org.kind)))
    assert (kinds[OrgKind.PARTY_COMMITTEE], kinds[OrgKind.GENERAL_BRANCH]) == (6, 1)
    assert kinds[OrgKind.BRANCH] + kinds[OrgKind.JOINT_BRANCH] == 40
    assert 880 <= total(loaded, Member) <= 950
    sizes = Counter(loaded.scalars(select(Member.branch_id)))
    assert min(sizes.values()) == 3
    assert max(sizes.values()) == 49
    assert Counter(SORTS.values())[Sort.VILLAGE] == 15  # three of them one big village


def test_only_the_two_planted_namesakes_share_a_branch(loaded: Session) -> None:
    names = Counter(loaded.execute(select(Member.branch_id, Member.name)).all())
    assert [(row[1], count) for row, count in names.items() if count > 1] == [("张建国", 2)]
    one, other = loaded.scalars(select(Member).where(Member.name == "张建国").order_by(Member.id).limit(2))
    assert (one.joined_on and one.joined_on.year) != (other.joined_on and other.joined_on.year)


def test_people_are_as_old_as_bound_and_as_far_away_as_in_such_a_zone(loaded: Session) -> None:
    codes = branch_codes(loaded)
    villagers = [one for one in loaded.scalars(select(Member)) if SORTS[codes[one.branch_id]] is Sort.VILLAGE]
    veterans = sum(one.full_on is not None and one.full_on.year <= 1991 for one in villagers)
    assert 0.36 <= veterans / len(villagers) <= 0.48
    assert 0.14 <= sum(one.no_phone for one in villagers) / len(villagers) <= 0.22
    everybody = total(loaded, Member)
    assert 0.09 <= total(loaded, Member, Member.no_phone) / everybody <= 0.15
    assert 0.01 <= total(loaded, Member, Member.status == "probationary") / everybody <= 0.03
    assert 0.05 <= total(loaded, Spell, Spell.kind == SpellKind.EXEMPT) / everybody <= 0.11
    away = set(loaded.scalars(select(Spell.member_id).where(Spell.kind == SpellKind.AWAY)))
    assert 0.11 <= sum(one.id in away for one in villagers) / len(villagers) <= 0.19
    assert total(loaded, Spell, Spell.host.is_not(None)) == 3
    assert total(loaded, Member, Member.status == "out_of_contact") == 2
    assert total(loaded, Member, Member.status == "deceased") == 1
    bound = len(set(loaded.scalars(select(Binding.member_id))))
    assert 0.53 <= bound / everybody <= 0.57


def test_one_village_shares_a_surname_and_a_first_secretary_belongs_to_it(loaded: Session) -> None:
    village = loaded.scalars(select(Org).where(Org.code == "LQ02")).one()
    people = loaded.scalars(select(Member).where(Member.branch_id == village.id)).all()
    assert 0.6 <= sum(one.name.startswith("南") for one in people) / len(people) <= 0.8
    assert [one.office for one in people].count("驻村第一书记") == 1
    assert total(loaded, Member, Member.office == "支部书记、村委会主任") == 1


def test_followers_are_the_bound_phones(loaded: Session) -> None:
    followers = demo_followers(loaded)
    assert (
        len({(one["appid"], one["openid"]) for one in followers}) == len(followers) == total(loaded, Binding)
    )
    assert {one["appid"] for one in followers} == {"wxoa", "wxmini"}
    hashes = set(loaded.scalars(select(Binding.openid_hash)))
    assert all(KEYRING.openid_hash(one["appid"], one["openid"]) in hashes for one in followers)


def test_each_kind_of_person_has_a_log_in_and_a_sentence(loaded: Session) -> None:
    logins = demo_logins(loaded)
    assert {one.role for one in logins} == {
        "支部书记", "党小组长", "党务专干", "支部委员", "乡镇党建干部", "示范区党建干部", "审计员",
    }  # fmt: skip
    for one in logins:
        account = check_password(loaded, one.login, PASSWORD)
        assert (account.demo, account.must_change) == (True, False)
        assert one.sentence
    assert total(loaded, Account, Account.ended_at.is_not(None)) == 2  # replaced at an election


def test_a_database_in_use_is_left_alone(loaded: Session) -> None:
    with pytest.raises(Refused) as refused:
        load(loaded)
    assert refused.value.code == "not_empty"


def test_the_same_day_gives_the_same_people(session: Session) -> None:
    def people() -> list[Any]:
        settle_people(session, KEYRING, plant_tree(session), today=day_of(NOON))
        columns = (Member.name, Member.joined_on, Member.full_on, Member.phone_hash, Member.no_phone)
        rows = session.execute(select(*columns).order_by(Member.id)).all()
        session.rollback()
        return [*rows]

    assert people() == people()


def test_the_arithmetic_holds_on_every_roll(loaded: Session) -> None:
    told, lines = rolls_told(loaded), statuses(loaded)
    assert len(told) >= 470
    for _, roll, _ in told:
        sums = counts(lines[roll.id])
        assert sums.unrecorded == 0
        assert sums.expected == sums.came + sums.leave + sums.absent + sums.unclear
        assert sums.expected == len(lines[roll.id]) - sums.exempt - sums.away - sums.host_branch
        if roll.revision == 1:
            assert abs((roll.heads or 0) - sums.came - roll.observers) <= 1


def test_rooms_are_as_full_as_such_rooms_are(loaded: Session) -> None:
    lines = statuses(loaded)
    shares: dict[tuple[Sort, bool], list[float]] = {}
    for code, roll, gathering in rolls_told(loaded):
        sums = counts(lines[roll.id])
        harvest = gathering.period[5:] in ("06", "09", "10")
        shares.setdefault((SORTS[code], harvest), []).append(sums.came / sums.expected)
    mean = {key: sum(values) / len(values) for key, values in shares.items()}
    assert 0.70 <= mean[Sort.VILLAGE, True] < mean[Sort.VILLAGE, False] <= 0.87
    assert 0.92 <= mean[Sort.OFFICE, False] <= 0.99
    assert 0.74 <= mean[Sort.COMMUNITY, False] <= 0.87
    every = [status for of in lines.values() for status in of]
    assert 0 < every.count(Status.ABSENT) / len(every) < 0.01


def test_rolls_mix_scans_codes_and_ticks_and_nobody_without_a_phone_has_scanned(loaded: Session) -> None:
    ways = set(
        loaded.execute(
            select(RollLine.checked_in_via, RollLine.marked_at.is_not(None)).where(
                RollLine.status == Status.PRESENT
            )
        ).all()
    )
    assert {tuple(way) for way in ways} == {("qr", False), ("digits", False), (None, True)}
    scanned = set(loaded.scalars(select(RollLine.member_id).where(RollLine.checked_in_at.is_not(None))))
    assert scanned < set(loaded.scalars(select(Binding.member_id)))
    assert not scanned & set(loaded.scalars(select(Member.id).where(Member.no_phone)))


def test_the_year_has_the_planted_exceptions_and_no_others(loaded: Session) -> None:
    cancelled = loaded.scalars(select(Gathering).where(Gathering.state == GatheringState.CANCELLED)).all()
    assert sorted(one.reason or "" for one in cancelled) == [
        "活动室停电",
        "防汛抢险，全体党员上堤，本月不再补开",
    ]
    assert total(loaded, Amendment) == 6
    late = [
        one for one in loaded.scalars(select(Gathering)) if one.period != f"{day_of(one.starts_at):%Y-%m}"
    ]
    assert len(late) == 2
    overdue = loaded.scalars(select(Gathering).where(Gathering.state == GatheringState.CLOSED)).one()
    assert overdue.ends_at < NOON
    joint = Counter(loaded.scalars(select(Roll.gathering_id)))
    assert sorted(count for count in joint.values() if count > 1) == [2, 2, 2, 3, 3, 3, 3, 3]


def test_no_two_gatherings_held_are_about_the_same(loaded: Session) -> None:
    agendas: dict[int, list[str]] = {}
    for gathering_id, title in loaded.execute(
        select(AgendaItem.gathering_id, AgendaItem.title)
        .join(Gathering, Gathering.id == AgendaItem.gathering_id)
        .where(Gathering.state == GatheringState.CONFIRMED)
        .order_by(AgendaItem.position)
    ):
        agendas.setdefault(gathering_id, []).append(title)
    seen = Counter(tuple(agenda) for agenda in agendas.values())
    assert [agenda for agenda, count in seen.items() if count > 1] == []


def test_no_two_records_are_alike_and_what_was_decided_has_a_hand_and_a_day(loaded: Session) -> None:
    minutes = loaded.scalars(select(Minutes)).all()
    assert len(minutes) >= len(rolls_told(loaded)) - 3
    assert len({one.discussion for one in minutes}) == len(minutes)
    assert min(len(one.discussion) for one in minutes) > 60
    states = Counter(one.state for one in minutes)
    assert (states[MinutesState.DRAFT], states[MinutesState.RETURNED]) == (1, 2)
    assert total(loaded, MinutesAct, MinutesAct.act == FilingAct.RETURNED) == 3
    outcomes = Counter(loaded.scalars(select(MinutesItem.outcome)))
    assert outcomes[ItemOutcome.PLANNED] == 0
    assert outcomes[ItemOutcome.HELD] > 10 * outcomes[ItemOutcome.NOT_HELD] > 0
    assert outcomes[ItemOutcome.CHANGED] > 0
    assert total(loaded, Decision, Decision.owner.is_(None)) == 0
    assert total(loaded, Decision, Decision.vote_base.is_not(None)) > 20


def test_an_article_stands_at_each_step_and_no_step_was_anybodys_own(loaded: Session) -> None:
    states = Counter(loaded.scalars(select(Article.state)))
    assert states[ArticleState.PROPOSED] == 2
    assert set(states) == set(ArticleState) - {ArticleState.APPROVED}
    back = loaded.scalars(select(Article).where(Article.state == ArticleState.DRAFT)).one()
    assert back.came_back
    assert total(loaded, Publication, Publication.state == PublicationState.QUEUED) == 1


def test_points_are_posted_under_two_schemes(loaded: Session) -> None:
    items = Counter(loaded.scalars(select(PointEntry.item)))
    assert {"attended", "absent_theme", "late", "volunteer"} <= set(items)
    assert items["attended"] > 700  # a township that counts attendances
    most = loaded.scalars(
        select(PointEntry.member_id).where(PointEntry.item == "volunteer").group_by(PointEntry.member_id)
        .order_by(func.count().desc())
    ).first()  # fmt: skip
    assert most is not None
    statement = statement_of(loaded, most, cycle="2026", now=NOON)
    assert statement is not None
    task = next(part for part in statement.balance.parts if part.code == "task")
    assert "志愿服务 10 次，按上限计 8 分" in task.why
    assert total(loaded, PointEntry, PointEntry.reverses.is_not(None)) >= 1


def test_some_still_have_something_to_make_up(loaded: Session) -> None:
    assert total(loaded, Makeup, Makeup.done_on.is_(None), Makeup.cancelled_at.is_(None)) > 20
    assert total(loaded, Makeup, Makeup.done_on.is_not(None)) > 400


def test_the_newest_notice_shows_every_way_a_message_may_go(loaded: Session) -> None:
    states = set(loaded.scalars(select(Delivery.state)))
    assert states >= {
        DeliveryState.DELIVERED, DeliveryState.ACCEPTED, DeliveryState.UNKNOWN, DeliveryState.FAILED,
        DeliveryState.HELD, DeliveryState.PHONE_LIST, DeliveryState.PHONED,
    }  # fmt: skip


def test_one_complaint_is_answered_and_one_waits(loaded: Session) -> None:
    assert sorted(one.answer is None for one in loaded.scalars(select(Complaint))) == [False, True]


def test_the_next_theme_day_stands_in_different_states(loaded: Session) -> None:
    own = Gathering.kind == GatheringKind.THEME_DAY
    drafts = loaded.scalars(select(Gathering).where(own, Gathering.state == GatheringState.DRAFT)).all()
    assert len(drafts) == 3
    joint = next(one for one in drafts if len(taking_part(loaded, one.id)) > 1)
    codes = [org.code for org in map(loaded.get_one, [Org] * 2, taking_part(loaded, joint.id))]
    assert codes == ["HZ01", "HZ02"]
    assert total(loaded, Gathering, Gathering.state == GatheringState.PUBLISHED) == 1
    called = loaded.scalars(select(Gathering).where(~own, Gathering.state == GatheringState.DRAFT)).one()
    assert len(taking_part(loaded, called.id)) == 3  # by a township, which has no roll of its own


def test_a_year_without_holidays_says_so(loaded: Session) -> None:
    office = loaded.scalars(select(Org).where(Org.code == "HZ04")).one()
    assert list(loaded.scalars(select(HolidayYear.year).order_by(HolidayYear.year))) == [2025, 2026]
    assert suggest(loaded, office, now=NOON).known
    assert not suggest(loaded, office, now=datetime(2027, 3, 1, tzinfo=UTC)).known


def test_it_can_be_loaded_on_new_years_day_of_a_year_without_holidays(session: Session) -> None:
    now = datetime(2027, 1, 1, 0, 30, tzinfo=UTC)
    load(session, now)
    rows = session.scalars(select(Gathering)).all()
    drafts = [row for row in rows if row.state is GatheringState.DRAFT]
    held = [row for row in rows if row.state is GatheringState.CONFIRMED]
    assert len(drafts) == 4
    assert all(now < row.starts_at < now + timedelta(days=40) for row in drafts)
    assert len(held) >= 430
    assert all(row.ends_at < now < row.ends_at + timedelta(days=400) for row in held)
    assert set(session.scalars(select(Member.status).where(Member.status.in_(ON_ROLLS)))) == set(ON_ROLLS)
