"""Whose hand may not decide, and what stays once it is decided, whoever sends the statement."""

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from tests.models.nevers import row, world
from tests.models.test_guards import refusal


def test_nobody_approves_points_of_their_own(session: Session) -> None:
    known = world(session)
    session.execute(text(row("proposal_member")), known)
    approve = "UPDATE proposal SET state = 'approved', decided_at = :now, decided_by = :account"
    error = refusal(session, f"{approve} WHERE id = :proposal", known)
    assert "their own" in str(error.diag.message_primary)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE proposal SET quantity = 2 WHERE id = :decided",
        "UPDATE proposal SET state = 'submitted', decided_at = NULL, decided_by = NULL WHERE id = :decided",
        "UPDATE proposal_member SET struck = true WHERE proposal_id = :decided",
        "INSERT INTO proposal_member (proposal_id, member_id) VALUES (:decided, :member)",
    ],
)
def test_decided_proposal_stays_as_it_is(session: Session, change: str) -> None:
    known = world(session)
    decided = text("SELECT proposal_id FROM point_entry WHERE id = :entry")
    known["decided"] = session.scalar(decided, known)
    assert isinstance(refusal(session, change, known), psycopg.errors.RestrictViolation)


def test_how_the_answer_was_told_is_written_after_the_decision(session: Session) -> None:
    known = world(session)
    of = "FROM proposal WHERE id = (SELECT proposal_id FROM point_entry WHERE id = :entry)"
    session.execute(text(f"UPDATE proposal SET told_how = 'phone_call' WHERE id = (SELECT id {of})"), known)
    assert session.scalar(text(f"SELECT told_how {of}"), known) == "phone_call"


def test_confirmed_cycle_takes_no_entry(session: Session) -> None:
    known = world(session)
    session.execute(text("UPDATE rating SET state = 'confirmed' WHERE id = :rating"), known)
    assert "takes no entry" in str(refusal(session, row("point_entry"), known).diag.message_primary)


@pytest.mark.parametrize("table", ["member_grade", "ruling"])
def test_what_the_meeting_decided_is_not_changed_after_its_step(session: Session, table: str) -> None:
    known = world(session)
    session.execute(text(row(table)), known)
    session.execute(text("UPDATE rating SET state = 'appraised' WHERE id = :rating"), known)
    with session.begin_nested() as savepoint:
        change = f"UPDATE {table} SET decided_on = decided_on + 1"
        assert isinstance(refusal(session, change), psycopg.errors.RestrictViolation)
        savepoint.rollback()
    another = row(table, member_id=":second_member")
    assert isinstance(refusal(session, another, known), psycopg.errors.RestrictViolation)


@pytest.mark.parametrize("change", ["cycle = '2027'", "branch_id = :other_branch", "scheme_id = 0"])
def test_rating_keeps_its_ground(session: Session, change: str) -> None:
    known = world(session)
    error = refusal(session, f"UPDATE rating SET {change} WHERE id = :rating", known)
    assert isinstance(error, psycopg.errors.RestrictViolation)


ANSWER = "UPDATE objection SET state = 'rejected', finding = '核实无误', answered_at = :now, answered_by = "


@pytest.mark.parametrize("hand", [":account", "(SELECT id FROM account WHERE member_id = :second_member)"])
def test_whoever_made_the_entry_or_objects_does_not_answer(session: Session, hand: str) -> None:
    known = world(session)
    session.execute(
        text(
            "INSERT INTO account (login, name, password_hash, member_id)"
            " VALUES ('zhao.dahai', '赵大海', '-', :second_member)"
        ),
        known,
    )
    session.execute(text(row("objection")), known)
    assert "does not answer" in str(refusal(session, ANSWER + hand, known).diag.message_primary)


def test_another_hand_answers_the_objection(session: Session) -> None:
    known = world(session)
    session.execute(text(row("objection")), known)
    session.execute(text(ANSWER + ":second_account"), known)


TOLD = "UPDATE objection SET told_how = 'in_person', told_on = DATE '2026-12-09'"


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE objection SET finding = '改了'",
        "UPDATE objection SET state = 'submitted', finding = NULL, answered_at = NULL, answered_by = NULL",
        "UPDATE objection SET told_how = 'paper'",
    ],
)
def test_answered_objection_stays_as_it_is_once_it_was_told(session: Session, change: str) -> None:
    known = world(session)
    session.execute(text(row("objection")), known)
    session.execute(text(ANSWER + ":second_account"), known)
    session.execute(text(TOLD), known)
    assert "stays as it is" in str(refusal(session, change, known).diag.message_primary)
