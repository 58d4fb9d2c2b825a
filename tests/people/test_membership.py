"""What changes in a membership: from which day on, by which paper, and what stays as it was."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.audit import Audit, Via
from models.people.account import Role
from models.people.member import Member, MemberStatus, Spell, SpellKind
from models.people.membership import (
    join_rating,
    leave_rating,
    let_go,
    move_member,
    note_coming,
    set_category,
    spells_of_member,
)
from models.people.said import Said
from models.refused import Refused
from tests.conftest import NOON
from tests.factories import a_branch, a_group, a_member, a_post, a_township, a_zone, an_account

TODAY, JUNE = date(2026, 11, 25), date(2026, 6, 1)


@pytest.fixture
def hand(session: Session) -> dict[str, Any]:
    return {"by": an_account(session).id, "via": Via.CONSOLE, "now": NOON}


def spans(session: Session, member: Member) -> list[tuple[str | None, date, date | None]]:
    return [(one.code, one.from_on, one.to_on) for one in reversed(spells_of_member(session, member.id))]


def test_category_changes_from_a_day_on_and_the_one_before_ends_on_the_eve(
    session: Session, hand: dict[str, Any]
) -> None:
    member = a_member(session, a_branch(session))
    set_category(session, member.id, "resident", from_on=date(2026, 1, 1), **hand)
    set_category(session, member.id, "floating", from_on=JUNE, **hand)
    assert spans(session, member) == [
        ("resident", date(2026, 1, 1), date(2026, 5, 31)),
        ("floating", JUNE, None),
    ]


def test_a_slip_on_the_same_day_is_mended_in_its_place(session: Session, hand: dict[str, Any]) -> None:
    member = a_member(session, a_branch(session))
    set_category(session, member.id, "resident", from_on=JUNE, **hand)
    set_category(session, member.id, "cadre", from_on=JUNE, **hand)
    assert spans(session, member) == [("cadre", JUNE, None)]


@pytest.mark.parametrize(
    ("code", "from_on", "field"),
    [
        ("dragon", JUNE, "category"),
        ("cadre", date(2026, 11, 26), "from_on"),
        ("cadre", date(2025, 12, 31), "from_on"),
        ("resident", date(2026, 7, 1), "category"),
        ("cadre", date(2026, 5, 1), "from_on"),
    ],
)
def test_category_is_refused(
    session: Session, hand: dict[str, Any], code: str, from_on: date, field: str
) -> None:
    member = a_member(session, a_branch(session))
    set_category(session, member.id, "resident", from_on=JUNE, **hand)
    with pytest.raises(Refused) as refused:
        set_category(session, member.id, code, from_on=from_on, **hand)
    assert (refused.value.code, list(refused.value.extra["fields"])) == ("bad_change", [field])
    assert spans(session, member) == [("resident", JUNE, None)]


def test_whoever_does_not_wish_to_be_rated_stands_outside_from_the_meeting_on_until_today(
    session: Session, hand: dict[str, Any]
) -> None:
    member = a_member(session, a_branch(session))
    leave_rating(session, member.id, decided_on=JUNE, how=Said.IN_PERSON, **hand)
    with pytest.raises(Refused) as refused:
        leave_rating(session, member.id, decided_on=date(2026, 7, 1), how=Said.IN_PERSON, **hand)
    assert refused.value.code == "spell_overlaps"
    join_rating(session, member.id, **hand)
    assert spans(session, member) == [("own_wish", JUNE, date(2026, 11, 24))]
    with pytest.raises(Refused):
        join_rating(session, member.id, **hand)


def test_moved_member_leaves_the_group_and_the_log_has_no_name(
    session: Session, hand: dict[str, Any]
) -> None:
    town = a_township(session, a_zone(session))
    old, new = a_branch(session, town), a_branch(session, town, name="白水村党支部")
    member = a_member(session, old, group=a_group(session, old))
    move_member(session, member.id, new, moved_on=JUNE, document="组转〔2026〕7号", **hand)
    assert (member.branch_id, member.group_id) == (new.id, None)
    log = session.scalars(select(Audit).where(Audit.verb == "move_member")).one()
    assert (log.before or {})["branch_id"] == old.id
    assert log.after == {"branch_id": new.id, "moved_on": "2026-06-01", "document": "组转〔2026〕7号"}


def test_whoever_holds_a_post_hands_it_over_before_moving(session: Session, hand: dict[str, Any]) -> None:
    town = a_township(session, a_zone(session))
    old, new = a_branch(session, town), a_branch(session, town, name="白水村党支部")
    member = a_member(session, old)
    a_post(session, an_account(session, member=member), old, Role.CLERK)
    with pytest.raises(Refused) as refused:
        move_member(session, member.id, new, moved_on=JUNE, document="组转〔2026〕7号", **hand)
    assert refused.value.code == "holds_post"
    assert member.branch_id == old.id


@pytest.mark.parametrize(
    ("moved_on", "document", "field"),
    [
        (date(2026, 11, 26), "组转7号", "moved_on"),
        (date(1, 1, 1), "组转7号", "moved_on"),
        (JUNE, " ", "document"),
        (JUNE, "长" * 81, "document"),
    ],
)
def test_move_is_refused(
    session: Session, hand: dict[str, Any], moved_on: date, document: str, field: str
) -> None:
    town = a_township(session, a_zone(session))
    member, new = a_member(session, a_branch(session, town)), a_branch(session, town, name="白水村党支部")
    with pytest.raises(Refused) as refused:
        move_member(session, member.id, new, moved_on=moved_on, document=document, **hand)
    assert list(refused.value.extra["fields"]) == [field]
    with pytest.raises(Refused):
        move_member(session, member.id, town, moved_on=JUNE, document="组转7号", **hand)


def test_whoever_left_has_a_day_and_a_paper_and_is_nobodys_afterwards(
    session: Session, hand: dict[str, Any]
) -> None:
    member = a_member(session, a_branch(session))
    let_go(session, member.id, MemberStatus.DECEASED, left_on=JUNE, document="死亡证明已核对", **hand)
    assert (member.status, member.left_on) == (MemberStatus.DECEASED, JUNE)
    with pytest.raises(Refused) as refused:
        let_go(session, member.id, MemberStatus.REMOVED, left_on=TODAY, document="9号文", **hand)
    assert refused.value.code == "not_found"


@pytest.mark.parametrize("status", [MemberStatus.FULL, MemberStatus.SUSPENDED])
def test_leaving_is_one_of_three_things(session: Session, hand: dict[str, Any], status: MemberStatus) -> None:
    member = a_member(session, a_branch(session))
    with pytest.raises(Refused):
        let_go(session, member.id, status, left_on=JUNE, document="9号文", **hand)


def test_day_of_coming_is_after_joining_the_party(session: Session, hand: dict[str, Any]) -> None:
    member = a_member(session, a_branch(session), joined_on=date(2020, 7, 1))
    note_coming(session, member.id, came_on=JUNE, **hand)
    assert member.came_on == JUNE
    for day in (date(2020, 6, 30), date(2026, 11, 26)):
        with pytest.raises(Refused):
            note_coming(session, member.id, came_on=day, **hand)
    assert session.scalars(select(Spell).where(Spell.kind == SpellKind.NOT_RATED)).all() == []
