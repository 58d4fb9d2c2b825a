"""Objections: anybody may say that a number is wrong, in time; another hand looks, and says what it found.

The ledger and the star follow from the answer, in the same act.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.audit import Audit, Via
from models.gatherings.roll import Amendment, RollLine, Status
from models.people.account import Role
from models.people.said import Said
from models.points.entry import PointEntry
from models.points.reversal import reverse_entry
from models.ratings.objections.answerers import hands_of
from models.ratings.objections.answering import Answer, look_ahead, tell_answer
from models.ratings.objections.appealing import appeal, appeal_until
from models.ratings.objections.objection import Desk, Objection, ObjectionState
from models.ratings.objections.raising import object_to, receipt_of, withdraw_objection
from models.ratings.procedure.rating import Act, RatingAct, RatingState
from models.refused import Refused
from tests.conftest import NOON
from tests.factories import a_member, a_post, a_rating, an_account
from tests.gatherings.holidays import enter
from tests.ratings.disputes import DAY, Branch, a_disputed_branch


@contextmanager
def refused(code: str, words: str = "") -> Iterator[None]:
    """Let the block be refused with this code and, if given, words."""
    with pytest.raises(Refused) as error:
        yield
    assert error.value.code == code
    assert words in error.value.message


@pytest.fixture
def branch(session: Session) -> Branch:
    return a_disputed_branch(session)


# Objecting.


def test_an_objection_has_a_number_and_a_day_fifteen_workdays_on(branch: Branch) -> None:
    objection = branch.objects()
    assert receipt_of(objection) == f"2026-{objection.id:04d}"
    # From Wednesday the 25th of November: three weeks of workdays.
    assert objection.due_on == date(2026, 12, 16)
    assert (objection.state, objection.desk) == (ObjectionState.SUBMITTED, Desk.BRANCH)


def test_nobody_objects_to_what_is_somebody_elses(branch: Branch) -> None:
    other = a_member(branch.session, branch.org, "何桂芳")
    with refused("not_found"):
        object_to(
            branch.session, member_id=other.id, entry_id=branch.absent.id, said="这条不对", filing=None,
            via=Via.PHONE, now=NOON,
        )  # fmt: skip


def test_one_thing_is_objected_to_once_at_a_time_and_after_a_no_there_is_the_appeal(branch: Branch) -> None:
    first = branch.objects()
    with refused("objection_open"):
        branch.objects()
    withdraw_objection(branch.session, first.id, member_id=branch.member.id, filing=None, via=Via.PHONE)
    second = branch.objects()
    branch.answers(second, uphold=False, status=None)
    with refused("objection_answered"):
        branch.objects()
    # Another entry is another matter.
    branch.objects(branch.helped())


def test_what_has_been_taken_back_is_no_longer_disputed(branch: Branch) -> None:
    branch.answers(branch.objects())
    with refused("reversed_already"):
        branch.objects()


@pytest.mark.parametrize("said", ["", " 不 ", "长" * 201])
def test_something_is_said_and_not_a_book(branch: Branch, said: str) -> None:
    with refused("bad_objection"):
        branch.objects(said=said)


def test_an_entry_is_disputed_until_its_cycle_is_filed_and_the_day_is_named(branch: Branch) -> None:
    secretary = branch.hands[Role.SECRETARY]
    rating = a_rating(branch.session, branch.org, branch.scheme, secretary, cycle="2026Q4")
    rating.state = RatingState.PUBLICISED
    branch.session.flush()
    withdraw_objection(
        branch.session, branch.objects().id, member_id=branch.member.id, filing=None, via=Via.PHONE
    )
    rating.state = RatingState.CONFIRMED
    branch.session.add(
        RatingAct(
            rating_id=rating.id, act=Act.UPPER_REVIEW, held_on=date(2026, 12, 28), document="〔2026〕18号",
            account_id=secretary.id, acted_at=NOON,
        )
    )  # fmt: skip
    branch.session.flush()
    with refused("objection_closed", "最后一天是2026年12月28日"):
        branch.objects()


# By word of mouth.


def test_whoever_made_the_entry_does_not_write_down_what_is_said_against_it(branch: Branch) -> None:
    with refused("own_entry"):
        branch.objects(**branch.by_word(Role.SECRETARY))
    # But may copy what the member wrote with their own hand.
    assert branch.objects(**branch.by_word(Role.SECRETARY, Said.PAPER)).how is Said.PAPER


def test_a_clerk_writes_it_down_and_says_how_it_was_said(branch: Branch) -> None:
    objection = branch.objects(**branch.by_word())
    assert (objection.recorded_by, objection.how) == (branch.hands[Role.CLERK].id, Said.PHONE_CALL)


# Whose hand answers.


def free(branch: Branch, objection: Objection) -> tuple[Desk, list[str]]:
    hands = hands_of(branch.session, [objection], now=NOON)[objection.id]
    return hands.desk, [hand.name for hand in hands.free]


def test_what_the_secretary_confirmed_is_answered_by_the_committee_and_the_points_group(
    branch: Branch,
) -> None:
    objection = branch.objects()
    assert free(branch, objection) == (Desk.BRANCH, ["李桂兰", "宋桂兰"])
    with refused("own_entry"):
        branch.answers(objection, Role.SECRETARY)
    for role in (Role.DEPUTY, Role.CLERK, Role.TOWNSHIP_OFFICER, Role.ZONE_OFFICER):
        with refused("not_your_desk"):
            branch.answers(objection, role)


def test_the_page_can_say_who_answers_instead(branch: Branch) -> None:
    with refused("not_your_desk", "李桂兰（支部委员）、宋桂兰（积分小组成员）"):
        branch.answers(branch.objects(), Role.DEPUTY)


def test_neither_proposer_nor_approver_answers_and_the_secretary_may(branch: Branch) -> None:
    objection = branch.objects(branch.written_down(Role.POINTS_GROUP, approved_by=Role.COMMISSIONER))
    assert free(branch, objection) == (Desk.BRANCH, ["贺永年", "周明远"])
    for role in (Role.POINTS_GROUP, Role.COMMISSIONER):
        with refused("own_entry"):
            branch.answers(objection, role)


def test_a_branch_without_another_hand_is_answered_by_its_township(session: Session) -> None:
    branch = a_disputed_branch(session, without=(Role.COMMISSIONER, Role.POINTS_GROUP))
    objection = branch.objects()
    assert free(branch, objection) == (Desk.TOWNSHIP, ["程若兰"])
    with refused("not_your_desk"):
        branch.answers(objection, Role.DEPUTY)
    assert branch.answers(objection, Role.TOWNSHIP_OFFICER).desk is Desk.TOWNSHIP


def test_nobody_answers_their_own_objection(branch: Branch) -> None:
    branch.hands[Role.COMMISSIONER].member_id = branch.member.id
    branch.session.flush()
    objection = branch.objects()
    assert free(branch, objection) == (Desk.BRANCH, ["宋桂兰"])
    with refused("own_entry"):
        branch.answers(objection, Role.COMMISSIONER)


def test_the_secretarys_own_points_are_not_for_the_deputy_to_judge(branch: Branch) -> None:
    branch.hands[Role.SECRETARY].member_id = branch.member.id
    branch.session.flush()
    objection = branch.objects(branch.helped())
    assert free(branch, objection) == (Desk.BRANCH, ["宋桂兰"])


def test_whoever_marked_the_line_does_not_judge_the_mark(branch: Branch) -> None:
    line = branch.session.scalars(select(RollLine)).one()
    line.marked_by = branch.hands[Role.COMMISSIONER].id
    branch.session.flush()
    assert free(branch, branch.objects()) == (Desk.BRANCH, ["宋桂兰"])


def test_the_database_keeps_the_hands_apart_too(branch: Branch) -> None:
    objection = branch.objects()
    objection.state, objection.finding = ObjectionState.REJECTED, "没有错"
    objection.answered_by, objection.answered_at = branch.hands[Role.SECRETARY].id, NOON
    with pytest.raises(Exception, match="whoever made the entry does not answer for it"):
        branch.session.flush()


# The answer.


def test_an_upheld_absence_amends_the_roll_and_takes_the_points_back_in_one_act(branch: Branch) -> None:
    objection = branch.answers(branch.objects())
    assert objection.state is ObjectionState.UPHELD
    assert (objection.total_before, objection.total_after) == (Decimal(57), Decimal(60))
    assert branch.entries() == [("absent_theme", Decimal(-3)), ("absent_theme", Decimal(3))]
    assert branch.session.scalars(select(RollLine.status)).one() is Status.PRESENT
    amendment = branch.session.scalars(select(Amendment)).one()
    assert receipt_of(objection) in amendment.reason
    assert amendment.account_id == branch.hands[Role.COMMISSIONER].id


@pytest.mark.parametrize(
    ("status", "total"), [(Status.LEAVE, 60), (Status.UNCLEAR, 60), (Status.LATE, 59), (Status.PRESENT, 60)]
)
def test_the_roll_says_afterwards_what_the_answer_found(branch: Branch, status: Status, total: int) -> None:
    objection = branch.answers(branch.objects(), status=status)
    assert objection.total_after == Decimal(total)
    assert branch.session.scalars(select(RollLine.status)).one() is status


def test_an_upheld_entry_of_a_proposal_is_reversed_with_the_objections_number(branch: Branch) -> None:
    entry = branch.helped()
    objection = branch.answers(branch.objects(entry), Role.POINTS_GROUP, status=None)
    undo = branch.session.scalars(select(PointEntry).where(PointEntry.reverses == entry.id)).one()
    assert (undo.points, undo.account_id) == (Decimal(-1), branch.hands[Role.POINTS_GROUP].id)
    assert (objection.total_before, objection.total_after) == (Decimal(58), Decimal(57))


def test_what_was_put_right_while_it_waited_is_upheld_as_it_is(branch: Branch) -> None:
    entry = branch.helped()
    objection = branch.objects(entry)
    by = branch.hands[Role.POINTS_GROUP].id
    reverse_entry(branch.session, entry.id, reason="重复登记", by=by, via=Via.CONSOLE)
    answered = branch.answers(objection, Role.POINTS_GROUP, status=None)
    assert answered.state is ObjectionState.UPHELD
    assert branch.entries()[1:] == [("volunteer", Decimal(1)), ("volunteer", Decimal(-1))]


def test_a_no_changes_nothing_and_says_why(branch: Branch) -> None:
    objection = branch.answers(branch.objects(), uphold=False, finding="在场的同志都说没有到", status=None)
    assert (objection.state, objection.finding) == (ObjectionState.REJECTED, "在场的同志都说没有到")
    assert objection.total_before == objection.total_after == Decimal(57)
    assert branch.entries() == [("absent_theme", Decimal(-3))]


def test_no_answer_goes_without_what_was_found(branch: Branch) -> None:
    objection = branch.objects()
    with refused("bad_objection"):
        branch.answers(objection, finding=" ")
    with refused("bad_objection"):
        branch.answers(objection, status=None)
    with refused("nothing_changed"):
        branch.answers(objection, status=Status.ABSENT)
    assert branch.entries() == [("absent_theme", Decimal(-3))]


def test_an_objection_is_answered_once(branch: Branch) -> None:
    objection = branch.answers(branch.objects())
    with refused("not_waiting"):
        branch.answers(objection)
    with refused("not_waiting"):
        withdraw_objection(
            branch.session, objection.id, member_id=branch.member.id, filing=None, via=Via.PHONE
        )


def test_before_it_is_sent_an_answer_shows_what_it_would_do_and_does_nothing(branch: Branch) -> None:
    objection = branch.objects()
    change = look_ahead(
        branch.session, objection.id, Answer(True, "会议记录有发言", Status.PRESENT),
        by=branch.hands[Role.COMMISSIONER].id, via=Via.CONSOLE, now=NOON,
    )  # fmt: skip
    assert (change.before.total, change.after.total) == (Decimal(57), Decimal(60))
    branch.session.expire_all()
    assert objection.state is ObjectionState.SUBMITTED
    assert branch.entries() == [("absent_theme", Decimal(-3))]
    assert branch.session.scalars(select(Amendment)).all() == []


def test_a_filed_cycle_is_not_corrected_by_an_answer(branch: Branch) -> None:
    objection = branch.objects()
    rating = a_rating(branch.session, branch.org, branch.scheme, branch.hands[Role.SECRETARY], cycle="2026Q4")
    rating.state = RatingState.CONFIRMED
    branch.session.flush()
    with refused("cycle_closed"):
        branch.answers(objection)


# Told by word of mouth, appealed to those above.


def test_the_ten_days_run_from_the_day_on_which_the_person_heard(branch: Branch) -> None:
    enter(branch.session, 2026)
    read = branch.answers(branch.objects(), uphold=False, status=None)
    assert appeal_until(branch.session, read) == date(2026, 12, 10)
    heard = branch.answers(
        branch.objects(branch.helped(), **branch.by_word()), Role.POINTS_GROUP, uphold=False, status=None
    )
    assert appeal_until(branch.session, heard) is None
    tell_answer(
        branch.session, heard.id, Said.IN_PERSON, date(2026, 11, 30), by=branch.hands[Role.CLERK].id,
        via=Via.CONSOLE, now=NOON + 6 * DAY,
    )  # fmt: skip
    assert (heard.told_how, heard.told_on) == (Said.IN_PERSON, date(2026, 11, 30))
    assert appeal_until(branch.session, heard) == date(2026, 12, 14)


def told_on(branch: Branch, objection: Objection, day: date | None) -> None:
    tell_answer(
        branch.session, objection.id, Said.IN_PERSON, day, by=branch.hands[Role.CLERK].id, via=Via.CONSOLE,
        now=NOON + 2 * DAY,
    )  # fmt: skip


def test_nobody_is_told_before_there_is_an_answer_nor_on_a_day_to_come(branch: Branch) -> None:
    objection = branch.objects(**branch.by_word())
    with refused("not_answered"):
        told_on(branch, objection, date(2026, 11, 27))
    branch.answers(objection)
    for day in (None, date(2026, 11, 25), date(2026, 11, 28)):
        with refused("bad_objection"):
            told_on(branch, objection, day)
    told_on(branch, objection, date(2026, 11, 27))
    with refused("not_waiting"):
        told_on(branch, objection, date(2026, 11, 27))


def appeals(branch: Branch, objection: Objection, *, days: int = 3) -> Objection:
    return appeal(
        branch.session, objection.id, member_id=branch.member.id, said="我坐在后排", filing=None,
        via=Via.PHONE, now=NOON + timedelta(days=days),
    )  # fmt: skip


def test_an_answer_is_appealed_to_the_township_then_to_the_zone_and_there_it_ends(branch: Branch) -> None:
    first = branch.answers(branch.objects(), uphold=False, status=None)
    second = appeals(branch, first)
    assert (second.desk, second.appeals, second.entry_id) == (Desk.TOWNSHIP, first.id, first.entry_id)
    assert free(branch, second) == (Desk.TOWNSHIP, ["程若兰"])
    with refused("not_your_desk"):
        branch.answers(second, Role.POINTS_GROUP)
    with refused("own_entry"):
        branch.answers(second, Role.COMMISSIONER)
    with refused("appealed"):
        appeals(branch, first)
    branch.answers(second, Role.TOWNSHIP_OFFICER, after=4, uphold=False, status=None)
    third = appeals(branch, second, days=5)
    assert free(branch, third) == (Desk.ZONE, ["顾云飞"])
    branch.answers(third, Role.ZONE_OFFICER, after=6)
    assert branch.entries() == [("absent_theme", Decimal(-3)), ("absent_theme", Decimal(3))]
    with refused("answer_final"):
        appeals(branch, third, days=7)


def test_an_appeal_is_answered_by_another_hand_even_if_it_moved_up(branch: Branch) -> None:
    first = branch.answers(branch.objects(), uphold=False, status=None)
    town = branch.session.get_one(type(branch.org), branch.org.parent_id)
    a_post(branch.session, branch.hands[Role.COMMISSIONER], town, Role.TOWNSHIP_OFFICER)
    second = appeals(branch, first)
    assert free(branch, second) == (Desk.TOWNSHIP, ["程若兰"])
    a_post(branch.session, an_account(branch.session, name="方国栋"), town, Role.TOWNSHIP_OFFICER)
    assert free(branch, second) == (Desk.TOWNSHIP, ["程若兰", "方国栋"])


def test_what_the_township_answered_first_is_appealed_to_the_zone(session: Session) -> None:
    branch = a_disputed_branch(session, without=(Role.COMMISSIONER, Role.POINTS_GROUP))
    first = branch.answers(branch.objects(), Role.TOWNSHIP_OFFICER, uphold=False, status=None)
    assert appeals(branch, first).desk is Desk.ZONE


def test_an_appeal_comes_in_time_or_hears_the_last_day(branch: Branch) -> None:
    enter(branch.session, 2026)
    first = branch.objects()
    with refused("not_answered"):
        appeals(branch, first)
    branch.answers(first, uphold=False, status=None)
    with refused("appeal_closed", "2026年12月10日"):
        appeals(branch, first, days=16)
    appeals(branch, first, days=15)


def test_an_entry_that_was_taken_away_leaves_nothing_to_appeal(branch: Branch) -> None:
    gone = branch.answers(branch.objects(branch.helped()), Role.POINTS_GROUP, status=None)
    with refused("answer_final"):
        appeals(branch, gone)
    # A roll can say something else still.
    late = branch.answers(branch.objects(), status=Status.LATE)
    branch.answers(appeals(branch, late), Role.TOWNSHIP_OFFICER, after=4, status=Status.PRESENT)
    assert branch.session.scalars(select(RollLine.status)).one() is Status.PRESENT


# The log.


def test_every_step_is_in_the_log_and_no_word_of_what_was_said(branch: Branch) -> None:
    first = branch.answers(branch.objects(**branch.by_word()), uphold=False, status=None)
    told_on(branch, first, date(2026, 11, 27))
    second = appeals(branch, first)
    withdraw_objection(branch.session, second.id, member_id=branch.member.id, filing=None, via=Via.PHONE)
    rows = branch.session.scalars(select(Audit).where(Audit.subject == "objection").order_by(Audit.id)).all()
    assert [row.verb for row in rows] == [
        "object", "answer_objection", "tell_answer", "object", "withdraw_objection",
    ]  # fmt: skip
    assert not any(word in str([row.after for row in rows]) for word in ("到会", "发言", "后排"))
