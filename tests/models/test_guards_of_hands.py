"""Whose hand may not decide, and what stays once it is decided, whoever sends the statement."""

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from tests.models.nevers import Known, row
from tests.models.nevers_points import REVERSAL
from tests.models.test_guards import refusal


def test_nobody_approves_points_of_their_own(session: Session, known: Known) -> None:
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
def test_decided_proposal_stays_as_it_is(session: Session, known: Known, change: str) -> None:
    decided = text("SELECT proposal_id FROM point_entry WHERE id = :entry")
    known["decided"] = session.scalar(decided, known)
    assert isinstance(refusal(session, change, known), psycopg.errors.RestrictViolation)


def test_how_the_answer_was_told_is_written_after_the_decision(session: Session, known: Known) -> None:
    of = "FROM proposal WHERE id = (SELECT proposal_id FROM point_entry WHERE id = :entry)"
    session.execute(text(f"UPDATE proposal SET told_how = 'phone_call' WHERE id = (SELECT id {of})"), known)
    assert session.scalar(text(f"SELECT told_how {of}"), known) == "phone_call"


def test_confirmed_cycle_takes_no_entry(session: Session, known: Known) -> None:
    session.execute(text("UPDATE rating SET state = 'confirmed' WHERE id = :rating"), known)
    assert "takes no entry" in str(refusal(session, row("point_entry"), known).diag.message_primary)


@pytest.mark.parametrize("table", ["member_grade", "ruling"])
def test_what_the_meeting_decided_is_not_changed_after_its_step(
    session: Session, known: Known, table: str
) -> None:
    session.execute(text(row(table)), known)
    session.execute(text("UPDATE rating SET state = 'appraised' WHERE id = :rating"), known)
    with session.begin_nested() as savepoint:
        change = f"UPDATE {table} SET decided_on = decided_on + 1"
        assert isinstance(refusal(session, change), psycopg.errors.RestrictViolation)
        savepoint.rollback()
    another = row(table, member_id=":second_member")
    assert isinstance(refusal(session, another, known), psycopg.errors.RestrictViolation)


@pytest.mark.parametrize("change", ["cycle = '2027'", "branch_id = :other_branch", "scheme_id = 0"])
def test_rating_keeps_its_ground(session: Session, known: Known, change: str) -> None:
    error = refusal(session, f"UPDATE rating SET {change} WHERE id = :rating", known)
    assert isinstance(error, psycopg.errors.RestrictViolation)


ANSWER = "UPDATE objection SET state = 'rejected', finding = '核实无误', answered_at = :now, answered_by = "


@pytest.mark.parametrize("hand", [":account", "(SELECT id FROM account WHERE member_id = :second_member)"])
def test_whoever_made_the_entry_or_objects_does_not_answer(session: Session, known: Known, hand: str) -> None:
    session.execute(
        text(
            "INSERT INTO account (login, name, password_hash, member_id)"
            " VALUES ('zhao.dahai', '赵大海', '-', :second_member)"
        ),
        known,
    )
    session.execute(text(row("objection")), known)
    assert "does not answer" in str(refusal(session, ANSWER + hand, known).diag.message_primary)


def test_another_hand_answers_the_objection(session: Session, known: Known) -> None:
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
def test_answered_objection_stays_as_it_is_once_it_was_told(
    session: Session, known: Known, change: str
) -> None:
    session.execute(text(row("objection")), known)
    session.execute(text(ANSWER + ":second_account"), known)
    session.execute(text(TOLD), known)
    assert "stays as it is" in str(refusal(session, change, known).diag.message_primary)


# What waits is decided as it was made; nobody becomes another hand by a stroke of the pen.


@pytest.mark.parametrize(
    "change",
    [
        "account_id = NULL, by_member_id = :member",
        "account_id = :third_account",
        "account_id = :third_account, state = 'approved', decided_by = :account, decided_at = :now",
        "by_member_id = :member",
        "quantity = 31",
        "item = 'attend'",
        "occurred_on = occurred_on - 1",
        "title = '别的'",
        "evidence = '另一份'",
        "branch_id = :other_branch",
        "submitted_at = submitted_at - interval '1 day'",
    ],
)
def test_proposal_that_waits_is_not_made_another(session: Session, known: Known, change: str) -> None:
    by_hand = row("proposal", account_id=":account", by_member_id="NULL")
    known["mine"] = session.scalar(text(f"{by_hand} RETURNING id"), known)
    error = refusal(session, f"UPDATE proposal SET {change} WHERE id = :mine", known)
    assert error.diag.message_primary == "a proposal is decided as it was made"


@pytest.mark.parametrize(
    "change",
    ["said = '别的意思'", "member_id = :member", "entry_id = NULL, rating_id = :rating", "asked_at = :now",
     "recorded_by = :account, how = 'paper'", "due_on = due_on + 30"],
)  # fmt: skip
def test_objection_that_waits_is_not_made_another(session: Session, known: Known, change: str) -> None:
    session.execute(text(row("objection", asked_at="CAST(:now AS timestamptz) - interval '1 day'")), known)
    error = refusal(session, f"UPDATE objection SET {change}", known)
    assert error.diag.message_primary == "an objection is answered as it was said"


LIFT = "UPDATE veto SET lifted_document = '河东纪〔2026〕9号', lifted_at = :now, lifted_by = :account"


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE veto SET lifted_document = NULL, lifted_at = NULL, lifted_by = NULL",
        "UPDATE veto SET lifted_document = '另一份'",
        "UPDATE veto SET lifted_by = :second_account",
    ],
)
def test_lifted_veto_stays_lifted_by_its_paper(session: Session, known: Known, change: str) -> None:
    session.execute(text(row("veto")), known)
    session.execute(text(LIFT), known)
    assert "lifted once" in str(refusal(session, change, known).diag.message_primary)


@pytest.mark.parametrize("change", ["member_id = :member", "code = 'x'", "cycle = '2020'",
                                    "document = '另一份'", "decided_on = decided_on - 400"])  # fmt: skip
def test_veto_stays_on_whom_and_for_what_it_was_decided(session: Session, known: Known, change: str) -> None:
    session.execute(text(row("veto")), known)
    assert "else stays" in str(refusal(session, f"UPDATE veto SET {change}", known).diag.message_primary)


@pytest.mark.parametrize("change", ["begun_by = :second_account", "begun_at = begun_at - interval '1 day'"])
def test_rating_keeps_who_began_it(session: Session, known: Known, change: str) -> None:
    assert "who began it" in str(
        refusal(session, f"UPDATE rating SET {change} WHERE id = :rating", known).diag.message_primary
    )


@pytest.mark.parametrize("filed", ["confirmed", "archived"])
def test_filed_rating_goes_back_only_behind_its_paper(session: Session, known: Known, filed: str) -> None:
    be = "UPDATE rating SET state = '{}' WHERE id = :rating"
    session.execute(text(be.format(filed)), known)
    for state in ("collecting", "reviewing", "appraised", "publicised"):
        with session.begin_nested() as savepoint:
            error = refusal(session, be.format(state), known)
            assert error.diag.message_primary == "a filed rating is opened again on paper"
            savepoint.rollback()
    paper = {"act": "'reopen'", "reason": "'评定有误'", "document": "'河东党〔2027〕9号'"}
    session.execute(text(row("rating_act", **paper)), known)
    with session.begin_nested() as savepoint:
        refusal(session, be.format("publicised"), known)
        savepoint.rollback()
    session.execute(text(be.format("reviewing")), known)
    # The paper opens it once.
    session.execute(text(row("rating_act", act="'upper_review'", document="'河东党〔2027〕12号'")), known)
    session.execute(text(be.format(filed)), known)
    refusal(session, be.format("reviewing"), known)


# No entry without a second hand, whichever table the statement begins with.

POSTED = {
    "about": "'proposal:' || :mine || ':' || :second_member", "member_id": ":second_member",
    "source": "'manual'", "gathering_id": "NULL", "revision": "NULL", "proposal_id": ":mine",
    "item": "'help'",
}  # fmt: skip
APPROVE = "UPDATE proposal SET state = 'approved', decided_at = :now, decided_by = :second_account"


def proposed(session: Session, known: Known) -> None:
    """A deed of the second member that the first account wrote down."""
    made = row("proposal", account_id=":account", by_member_id="NULL")
    known["mine"] = session.scalar(text(f"{made} RETURNING id"), known)
    session.execute(text(row("proposal_member", proposal_id=":mine", member_id=":second_member")), known)


def test_entry_of_a_proposal_that_waits_is_refused_from_any_hand(session: Session, known: Known) -> None:
    proposed(session, known)
    for hand in (":account", ":second_account"):
        with session.begin_nested() as savepoint:
            error = refusal(session, row("point_entry", **POSTED | {"account_id": hand}), known)
            assert error.diag.message_primary == "an entry is what somebody approved"
            savepoint.rollback()


@pytest.mark.parametrize(
    "changed",
    [{"account_id": ":account"}, {"account_id": ":third_account"}, {"item": "'attend'"},
     {"branch_id": ":other_branch"}],
)  # fmt: skip
def test_entry_is_that_of_the_approver_and_of_what_was_approved(
    session: Session, known: Known, changed: dict[str, str]
) -> None:
    proposed(session, known)
    session.execute(text(f"{APPROVE} WHERE id = :mine"), known)
    approved = POSTED | {"account_id": ":second_account"}
    error = refusal(session, row("point_entry", **approved | changed), known)
    assert error.diag.message_primary == "an entry is what somebody approved"


def test_whoever_was_struck_gets_no_entry_and_the_others_do(session: Session, known: Known) -> None:
    proposed(session, known)
    strike = "UPDATE proposal_member SET struck = true WHERE proposal_id = :mine AND member_id = :member"
    session.execute(text(row("proposal_member", proposal_id=":mine", member_id=":member")), known)
    session.execute(text(strike), known)
    session.execute(text(f"{APPROVE} WHERE id = :mine"), known)
    approved = POSTED | {"account_id": ":second_account"}
    session.execute(text(row("point_entry", **approved)), known)
    theirs = {"member_id": ":member", "about": "'proposal:' || :mine || ':' || :member"}
    assert "somebody approved" in str(
        refusal(session, row("point_entry", **approved | theirs), known).diag.message_primary
    )


@pytest.mark.parametrize("own", ["proposed", "about"])
def test_nobody_takes_back_what_is_their_own(session: Session, known: Known, own: str) -> None:
    proposed(session, known)
    session.execute(text(f"{APPROVE} WHERE id = :mine"), known)
    made = text(row("point_entry", **POSTED | {"account_id": ":second_account"}) + " RETURNING id")
    known["entry"] = session.scalar(made, known)
    hand = ":account"
    if own == "about":
        session.execute(
            text("UPDATE account SET member_id = :second_member WHERE id = :third_account"), known
        )
        hand = ":third_account"
    taken_back = REVERSAL | {"account_id": hand, "points": "-1"}
    error = refusal(session, row("point_entry", **taken_back), known)
    assert error.diag.message_primary == "nobody takes back what is their own"
