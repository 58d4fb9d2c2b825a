"""公示 and 备案: full workdays on the board, a paper's number, and nothing filed that does not hold."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from models.audit import Audit
from models.ratings.archive.filing import archive_rating, reopen_rating, return_rating
from models.ratings.archive.snapshot import RatingSnapshot
from models.ratings.objections.objection import Objection, ObjectionState
from models.ratings.procedure.beginning import rating_seen
from models.ratings.procedure.listing import results_of
from models.ratings.procedure.progress import steps_of
from models.ratings.procedure.rating import Act, RatingAct, RatingState
from models.ratings.procedure.recheck import recheck_rating
from models.ratings.publicity.board import board_of
from models.ratings.runs.results import RatingRun
from models.ratings.runs.run import last_run
from tests.factories import an_entry
from tests.ratings.walk import DAY, JANUARY, MEETING, Walk, a_walk, refused


def posted(session: Session, full: int = 6) -> Walk:
    walk = a_walk(session, full=full).begins().grades()
    walk.meets()
    walk.posts()
    return walk


def rechecks(walk: Walk, reason: str = "补记一次志愿服务") -> RatingRun:
    return recheck_rating(walk.session, walk.id, reason=reason, by=walk.secretary.id, now=JANUARY)


def returns(walk: Walk, reason: str = "会议记录里没有票数") -> None:
    return_rating(walk.session, walk.id, reason, by=walk.officer.id, now=JANUARY)


def reopens(walk: Walk, **more: str) -> None:
    told = {"reason": "漏记了一项表彰", "document": "河东党〔2027〕9号"} | more
    reopen_rating(walk.session, walk.id, **told, by=walk.officer.id, now=JANUARY + 10 * DAY)


def objects(walk: Walk, number: int = 0, **columns: Any) -> Objection:
    member = walk.members[number]
    usual = {"rating_id": walk.id, "said": "少算了一次志愿服务", "asked_at": JANUARY}
    row = Objection(branch_id=walk.branch.id, member_id=member.id, due_on=date(2027, 2, 1), **usual | columns)
    walk.session.add(row)
    walk.session.flush()
    return row


def test_day_of_posting_does_not_count_and_days_off_are_not_workdays(session: Session) -> None:
    walk = a_walk(session, full=3).begins().grades()
    walk.meets(held_on=date(2026, 12, 31))
    sheet = walk.posts(posted_on=date(2026, 12, 31))
    # 1 January is off, Monday 4 to Friday 8 are five.
    assert (sheet.workdays, sheet.ends_on) == (5, date(2027, 1, 8))


def test_sunday_worked_in_exchange_counts(session: Session) -> None:
    walk = posted(session)
    # Posted on Friday 8: Sunday 10 is worked, then Monday to Thursday.
    assert board_of(session, rating_seen(session, walk.id)).ends_on == date(2027, 1, 14)


def test_end_is_never_guessed_where_holidays_are_not_entered(session: Session) -> None:
    walk = a_walk(session, full=3, years=(2026,)).begins().grades()
    walk.meets()
    with refused("holidays_unknown"):
        walk.posts()
    assert walk.stands() is RatingState.APPRAISED


@pytest.mark.parametrize(
    ("told", "field"),
    [
        ({"posted_on": date(2027, 1, 12)}, "posted_on"),
        ({"posted_on": date(2027, 1, 7)}, "posted_on"),
        ({"contact": " "}, "contact"),
        ({"contact_phone": "13812345678转2"}, "contact_phone"),
        ({"township_phone": ""}, "township_phone"),
    ],
)
def test_sheet_names_whom_to_tell(session: Session, told: dict[str, Any], field: str) -> None:
    walk = a_walk(session, full=3).begins().grades()
    walk.meets()
    with refused("bad_sheet") as caught:
        walk.posts(**told)
    assert list(caught.value.extra["fields"]) == [field]


def test_rating_is_filed_with_a_number_and_a_date_by_an_officer(session: Session) -> None:
    walk = posted(session)
    with refused("document_missing"):
        walk.files(document="")
    with refused("bad_step"):
        walk.files(filed_on=date(2027, 1, 19))
    with refused("bad_step"):
        walk.files(filed_on=MEETING - DAY)
    assert walk.files().state is RatingState.CONFIRMED
    act = session.scalars(select(RatingAct).order_by(RatingAct.id.desc())).first()
    assert act is not None
    assert (act.act, act.document, act.held_on) == (Act.UPPER_REVIEW, "河东党〔2027〕3号", date(2027, 1, 18))
    verbs = session.scalars(select(Audit.verb).where(Audit.subject == "rating").order_by(Audit.id)).all()
    assert verbs == ["begin", "grade", "run", "assembly_appraisal", "publicity", "upper_review"]


def test_nothing_is_filed_while_the_sheet_hangs(session: Session) -> None:
    walk = posted(session)
    with refused("publicity_running") as caught:
        walk.files(filed_on=date(2027, 1, 14), now=JANUARY + 3 * DAY)
    assert caught.value.extra["ends_on"] == "2027-01-14"
    with refused("publicity_running"):
        walk.files(filed_on=date(2027, 1, 14))  # nor under a day on which it hung
    walk.files(filed_on=date(2027, 1, 15), now=JANUARY + 4 * DAY)


def test_cycle_is_not_filed_before_it_is_over(session: Session) -> None:
    walk = a_walk(session, full=3)
    december = datetime(2026, 12, 10, 4, tzinfo=UTC)
    day = date(2026, 12, 10)
    walk.begins(now=december)
    walk.writes({member.id: None for member in walk.members}, decided_on=day, now=december)
    walk.grades()
    walk.meets(held_on=day, now=december)
    walk.posts(posted_on=day, now=december)
    with refused("too_early"):
        walk.files(filed_on=date(2026, 12, 25), now=december + 15 * DAY)


def test_nothing_is_filed_while_somebody_waits_for_an_answer(session: Session) -> None:
    walk = posted(session)
    objection = objects(walk)
    with refused("objections_open"):
        walk.files()
    objection.state = ObjectionState.WITHDRAWN
    session.flush()
    entry = an_entry(session, walk.members[1], walk.scheme, walk.officer, item="volunteer")
    rechecks(walk)
    about = objects(walk, 1, rating_id=None, entry_id=entry.id)
    with refused("objections_open"):
        walk.files()
    about.state = ObjectionState.WITHDRAWN
    session.flush()
    walk.files()


def test_filed_is_only_what_the_ledger_still_says(session: Session) -> None:
    walk = posted(session)
    walk.earns(walk.members[0], "volunteer", "1")
    with refused("results_changed"):
        walk.files()
    rechecks(walk)
    walk.files()


def test_star_that_a_recheck_changed_is_put_up_again_for_that_member_only(session: Session) -> None:
    walk = posted(session)
    first, second = walk.members[:2]
    before = last_run(session, walk.id)
    for month in ("03", "04", "05"):
        walk.earns(first, "volunteer", "1", times=2, month=f"2026-{month}")
    walk.earns(second, "volunteer", "1")
    run = rechecks(walk)
    assert run.number == 2
    assert before is not None
    kept = {row.member.id: row.result.star_final for row in results_of(session, before.id)}
    assert kept[first.id] == 3  # what hung on the board stays as it was
    assert board_of(session, rating_seen(session, walk.id)).changed == {first.id}
    with refused("sheet_missing"):
        walk.files()
    with refused("not_changed"):
        walk.posts(second, posted_on=JANUARY.date())
    later = JANUARY + 7 * DAY
    with refused("bad_sheet"):
        walk.posts(first, posted_on=MEETING, now=later)  # before anybody knew of that star
    sheet = walk.posts(first, posted_on=date(2027, 1, 18), now=later)
    assert sheet.ends_on == date(2027, 1, 25)
    with refused("publicity_running"):
        walk.files()
    walk.files(filed_on=date(2027, 1, 26), now=later + 8 * DAY)


def test_recheck_needs_a_reason_and_a_rating_under_way(session: Session) -> None:
    walk = a_walk(session, full=6).begins().grades()
    with refused("wrong_step"):
        rechecks(walk)
    walk.meets()
    with refused("reason_missing"):
        rechecks(walk, " ")
    walk.posts()
    walk.files()
    with refused("wrong_step"):
        rechecks(walk)


def test_one_member_is_not_posted_before_the_whole_branch(session: Session) -> None:
    walk = a_walk(session, full=3).begins().grades()
    walk.meets()
    with refused("wrong_step"):
        walk.posts(walk.members[0])


def test_returned_rating_is_appraised_and_posted_anew(session: Session) -> None:
    walk = posted(session)
    with refused("reason_missing"):
        returns(walk, "")
    returns(walk)
    assert walk.stands() is RatingState.REVIEWING
    walk.grades(walk.members[:1])
    with refused("wrong_step"):
        walk.files()
    walk.meets()
    assert board_of(session, rating_seen(session, walk.id)).sheets == ()  # the old sheet counts no more
    walk.posts()
    walk.files()
    with refused("wrong_step"):
        returns(walk)


def test_filed_rating_is_done_again_only_on_paper_and_what_was_frozen_stays(session: Session) -> None:
    walk = a_walk(session, full=6).confirmed()
    old = session.scalars(select(RatingSnapshot)).one()
    with refused("reason_missing"):
        reopens(walk, reason="")
    with refused("document_missing"):
        reopens(walk, document="")
    reopens(walk)
    assert walk.stands() is RatingState.REVIEWING
    walk.earns(walk.members[0], "award_county", "5")
    later = JANUARY + 11 * DAY
    walk.meets(held_on=date(2027, 1, 21), now=later)
    walk.posts(posted_on=date(2027, 1, 21), now=later)
    walk.files(filed_on=date(2027, 2, 1), now=later + 12 * DAY)
    kept = session.scalars(select(RatingSnapshot).order_by(RatingSnapshot.id)).all()
    assert len(kept) == 2
    assert kept[0].id == old.id
    assert kept[0].document != kept[1].document


def test_only_a_filed_rating_is_opened_again(session: Session) -> None:
    walk = posted(session)
    with refused("wrong_step"):
        reopens(walk)


def test_filed_cycle_takes_no_entry_until_it_is_opened_again(session: Session) -> None:
    walk = a_walk(session, full=6).confirmed()
    with pytest.raises(IntegrityError, match="a confirmed cycle takes no entry"), session.begin_nested():
        walk.earns(walk.members[0], "volunteer", "1")
    reopens(walk)
    walk.earns(walk.members[0], "volunteer", "1")


def test_papers_go_to_the_archive_last(session: Session) -> None:
    walk = posted(session)
    with refused("wrong_step"):
        archive_rating(session, walk.id, by=walk.secretary.id, now=JANUARY)
    walk.files()
    archive_rating(session, walk.id, by=walk.secretary.id, now=JANUARY)
    assert walk.stands() is RatingState.ARCHIVED
    assert not any(step.is_next for step in steps_of(session, walk.id, now=JANUARY))
    with refused("wrong_step"):
        archive_rating(session, walk.id, by=walk.secretary.id, now=JANUARY)


def test_scheme_without_a_board_is_filed_after_the_meeting(session: Session) -> None:
    steps = [{"step": "assembly_appraisal"}, {"step": "upper_review"}]
    walk = a_walk(session, full=3, procedure=steps).begins().grades()
    walk.meets()
    assert walk.files().state is RatingState.CONFIRMED
