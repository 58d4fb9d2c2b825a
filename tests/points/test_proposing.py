"""What may be put before the branch, by whom, for whom, and what is said to those who may not."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.audit import Audit, Via
from models.people.member import MemberStatus, SpellKind
from models.people.said import Said
from models.points.approving import tell
from models.points.deed import items_for, read_quantity
from models.points.entry import PointEntry
from models.points.proposal import Proposal, ProposalState
from models.points.proposing import MOST_WAITING, withdraw
from models.ratings.procedure.rating import RatingState
from models.refused import Refused
from tests.conftest import NOON
from tests.factories import a_branch, a_member, a_spell
from tests.points.proposers import TODAY, a_deed, a_village


def refused(doing: Any, *args: Any, **kwargs: Any) -> Refused:
    with pytest.raises(Refused) as error:
        doing(*args, **kwargs)
    return error.value


def test_what_is_proposed_counts_nothing_yet(session: Session) -> None:
    village = a_village(session)
    proposal = village.propose()
    assert (proposal.state, proposal.cycle, proposal.period) == (ProposalState.SUBMITTED, "2026Q4", "2026-11")
    assert session.scalar(select(func.count()).select_from(PointEntry)) == 0


def test_members_words_are_kept_on_one_line_and_out_of_the_log(session: Session) -> None:
    village = a_village(session)
    proposal = village.declare(village.members[0], a_deed(title="  清理\n沟渠 "))
    assert (proposal.title, proposal.account_id, proposal.how) == ("清理 沟渠", None, None)
    act = session.scalars(select(Audit).where(Audit.verb == "propose")).one()
    assert (act.member_id, act.account_id, act.via) == (village.members[0].id, None, Via.PHONE)
    assert "清理" not in str(act.after)


def test_what_was_said_by_word_of_mouth_has_how_and_who_wrote_it(session: Session) -> None:
    village = a_village(session)
    proposal = village.record(village.members[0])
    assert (proposal.by_member_id, proposal.account_id, proposal.how) == (
        village.members[0].id,
        village.clerk.id,
        Said.PHONE_CALL,
    )
    error = refused(village.propose, village.members[1], by_member=village.members[1].id)
    assert error.extra == {"fields": {"how": "请选本人怎么说的"}}


@pytest.mark.parametrize(
    ("deed", "field"),
    [
        (a_deed(quantity=Decimal(0)), "quantity"),
        (a_deed(quantity=Decimal(-1)), "quantity"),
        (a_deed(quantity=Decimal("NaN")), "quantity"),
        (a_deed(quantity=Decimal("sNaN")), "quantity"),
        (a_deed(quantity=Decimal("Infinity")), "quantity"),
        (a_deed(quantity=Decimal("1E+9")), "quantity"),
        (a_deed(quantity=Decimal("1.5")), "quantity"),
        (a_deed(quantity=Decimal(32)), "quantity"),
        (a_deed("hours", quantity=Decimal("24.5")), "quantity"),
        (a_deed("hours", quantity=Decimal("0.001")), "quantity"),
        (a_deed("dues_late", quantity=Decimal(2)), "quantity"),
        (a_deed("report"), "level"),
        (a_deed("report", level="早了"), "level"),
        (a_deed(level="按时"), "level"),
        (a_deed("award"), "evidence"),
        (a_deed("award", evidence="  "), "evidence"),
        (a_deed("award", evidence="文" * 81), "evidence"),
        (a_deed(title="清"), "title"),
        (a_deed(title="清" * 61), "title"),
        (a_deed(title="清\u202e淤"), "title"),
        (a_deed(day=TODAY + timedelta(days=1)), "occurred_on"),
        (a_deed(day=date(2026, 6, 30)), "occurred_on"),
        (a_deed(day=date(1, 1, 1)), "occurred_on"),
        (a_deed(day=date.max), "occurred_on"),
    ],
)
def test_bad_input_names_its_field_and_changes_nothing(session: Session, deed: Any, field: str) -> None:
    village = a_village(session)
    error = refused(village.propose, deed=deed)
    assert (error.code, list(error.extra["fields"])) == ("bad_proposal", [field])
    assert session.scalar(select(func.count()).select_from(Proposal)) == 0


@pytest.mark.parametrize(
    "text", ["", "-1", "+1", "1e3", "NaN", "Infinity", "１", "1.234", "12345", "一", "1,5"]
)
def test_quantity_is_a_plain_number(text: str) -> None:
    assert refused(read_quantity, text).extra == {"fields": {"quantity": "请写一个数，例如 1 或 2.5"}}


def test_quantities_as_people_write_them() -> None:
    assert [read_quantity(text) for text in ("1", " 2.5 ", "24")] == [Decimal(1), Decimal("2.5"), Decimal(24)]


@pytest.mark.parametrize(
    ("item", "code"),
    [
        ("nothing", "unknown_item"),
        ("attended", "item_not_by_hand"),
        ("training", "item_not_by_hand"),
        ("proof", "item_not_for_member"),
    ],
)
def test_item_must_be_the_schemes_and_for_these_members(session: Session, item: str, code: str) -> None:
    assert refused(a_village(session).propose, deed=a_deed(item)).code == code


def test_item_of_a_category_is_for_whoever_held_it_that_day(session: Session) -> None:
    village = a_village(session)
    here, there, _ = village.members
    a_spell(session, there, SpellKind.CATEGORY, code="floating", from_on=date(2026, 11, 20))
    village.propose(there, deed=a_deed("proof"))
    assert refused(village.propose, there, deed=a_deed("proof", date(2026, 11, 19))).code == (
        "item_not_for_member"
    )
    error = refused(village.propose, here, there, deed=a_deed("proof", title="寄来证明"))
    assert error.message == "“流入地活动证明”不适用于王建0当天的类别，请把这些名字去掉"


@pytest.mark.parametrize("item", ["mediation", "spoiled", "dues_late"])
def test_member_declares_good_deeds_that_are_reviewed_and_nothing_else(session: Session, item: str) -> None:
    village = a_village(session)
    assert refused(village.declare, village.members[0], a_deed(item)).code == "item_not_declared"
    shown = items_for(session, village.branch, declared=True, now=NOON)
    assert [one.id for one in shown] == ["volunteer", "hours", "report", "award", "proof"]


def test_members_are_of_the_branch_and_on_its_roster(session: Session) -> None:
    village = a_village(session)
    neighbour = a_member(session, a_branch(session), "冯小军")
    gone = a_member(
        session, village.branch, "葛秀兰", status=MemberStatus.TRANSFERRED_OUT, left_on=date(2026, 3, 1)
    )
    for stranger in (neighbour, gone):
        error = refused(village.propose, village.members[0], stranger)
        assert error.extra == {"fields": {"members": "名单里有人不在本支部的名册上，请重新选"}}
    own = {"by": None, "by_member": village.members[0].id}
    assert list(refused(village.propose, village.members[1], **own).extra["fields"]) == ["members"]


def test_list_without_anybody_is_refused(session: Session) -> None:
    village = a_village(session, members=0)
    assert refused(village.propose).extra == {"fields": {"members": "请至少选一位同志"}}


def test_name_ticked_twice_counts_once(session: Session) -> None:
    village = a_village(session)
    one = village.members[0]
    assert village.approve(village.propose(one, one)) == 1


def test_same_words_of_the_same_day_are_one_deed(session: Session) -> None:
    village = a_village(session)
    proposal = village.propose(*village.members[:2])
    again = refused(village.declare, village.members[1])
    assert (again.code, again.message[:3]) == ("proposed_already", "王建1")
    village.approve(proposal, without=[village.members[1].id])
    assert refused(village.propose).code == "proposed_already"
    village.declare(village.members[1])
    village.propose(deed=a_deed(title="修渠"))


def test_one_member_has_so_many_waiting_and_no_more(session: Session) -> None:
    village = a_village(session)
    for n in range(MOST_WAITING):
        village.declare(village.members[0], a_deed(title=f"清淤第{n}段"))
    assert refused(village.declare, village.members[0]).code == "declarations_waiting"
    village.declare(village.members[1])


def test_without_a_scheme_nothing_can_be_proposed(session: Session) -> None:
    village = a_village(session)
    village.branch = a_branch(session)
    village.members = [a_member(session, village.branch)]
    assert refused(village.propose).code == "no_scheme"


@pytest.mark.parametrize("state", [RatingState.CONFIRMED, RatingState.ARCHIVED])
def test_late_fact_goes_into_the_open_cycle_and_never_silently(session: Session, state: RatingState) -> None:
    village = a_village(session)
    village.rated("2026Q3", state)
    deed = a_deed(day=date(2026, 9, 29))
    error = refused(village.propose, deed=deed)
    assert (error.code, error.extra) == ("late_fact", {"cycle": "2026Q4"})
    assert "上期事项" in error.message
    proposal = village.propose(deed=deed, late=True)
    village.approve(proposal)
    entry = session.scalars(select(PointEntry).where(PointEntry.member_id == village.members[0].id)).one()
    assert (entry.cycle, entry.period, entry.occurred_on) == ("2026Q4", "2026-11", date(2026, 9, 29))


def test_last_cycle_takes_entries_until_it_is_filed(session: Session) -> None:
    village = a_village(session)
    village.rated("2026Q3", RatingState.PUBLICISED)
    proposal = village.propose(deed=a_deed(day=date(2026, 9, 29)))
    assert (proposal.cycle, proposal.period) == ("2026Q3", "2026-09")


def test_running_cycle_that_is_filed_already_takes_nothing(session: Session) -> None:
    village = a_village(session)
    village.rated("2026Q4", RatingState.CONFIRMED)
    assert refused(village.propose, late=True).code == "cycle_closed"


def test_member_takes_back_what_waits_and_nobody_elses(session: Session) -> None:
    village = a_village(session)
    one, other, _ = village.members
    proposal = village.declare(one)
    hand: dict[str, Any] = {"by": None, "how": None, "via": Via.PHONE}
    assert refused(withdraw, session, proposal.id, by_member=other.id, **hand).code == "not_found"
    assert withdraw(session, proposal.id, by_member=one.id, **hand).state is ProposalState.WITHDRAWN
    assert refused(withdraw, session, proposal.id, by_member=one.id, **hand).code == "not_waiting"
    assert refused(village.approve, proposal).code == "not_waiting"
    village.declare(one)


def test_staff_take_back_their_own_list_and_a_members_wish_as_it_was_said(session: Session) -> None:
    village = a_village(session)
    hand: dict[str, Any] = {"by": village.clerk.id, "by_member": None, "via": Via.CONSOLE}
    withdraw(session, village.propose().id, how=None, **hand)
    wish = village.record(village.members[0])
    assert list(refused(withdraw, session, wish.id, how=None, **hand).extra["fields"]) == ["how"]
    assert withdraw(session, wish.id, how=Said.FAMILY, **hand).state is ProposalState.WITHDRAWN


def test_how_the_answer_was_told_is_recorded(session: Session) -> None:
    village = a_village(session)
    wish = village.record(village.members[0])
    hand: dict[str, Any] = {"by": village.clerk.id, "via": Via.CONSOLE}
    assert refused(tell, session, wish.id, Said.IN_PERSON, **hand).code == "not_decided"
    village.approve(wish)
    tell(session, wish.id, Said.IN_PERSON, **hand)
    session.expire_all()
    assert session.get_one(Proposal, wish.id).told_how is Said.IN_PERSON
    assert refused(tell, session, 0, Said.IN_PERSON, **hand).code == "not_found"
