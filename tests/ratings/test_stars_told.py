"""What a member is told of a star: nothing before it is on the board, then the star with its reasons."""

from datetime import date
from decimal import Decimal

from sqlalchemy.orm import Session

from models.people.member import SpellKind
from models.ratings.archive.filing import reopen_rating, return_rating
from models.ratings.meeting.vetoing import record_veto
from models.ratings.procedure.listing import results_of
from models.ratings.runs.run import last_run
from models.ratings.statement.stars import StarView, stars_in, stars_of
from models.ratings.statement.statement import statement_of
from tests.factories import a_spell
from tests.ratings.walk import JANUARY, MEETING, QUALIFIED, Walk, a_walk


def told(walk: Walk, number: int = 0) -> StarView:
    """The newest star of one member as the member reads it."""
    return stars_of(walk.session, walk.members[number].id, walk.branch.id)[0]


def is_blank(star: StarView) -> bool:
    """Whether nothing is told but that the branch is on its way."""
    said = (star.label, star.star, star.total, star.grade, star.reasons, star.sheet)
    return said == ("未评定", None, None, "", (), None)


def test_no_star_is_told_before_it_is_on_the_board(session: Session) -> None:
    walk = a_walk(session)
    assert stars_of(session, walk.members[0].id, walk.branch.id) == []
    walk.begins().grades(walk.members[:3])
    assert is_blank(told(walk))
    walk.meets()
    assert is_blank(told(walk))
    walk.posts()
    assert told(walk).label != "未评定"


def test_star_on_the_board_is_told_with_total_grade_reasons_and_days(session: Session) -> None:
    walk = a_walk(session)
    walk.earns(walk.members[0], "volunteer", "1", times=2)
    walk.earns(walk.members[0], "led_project", "3", times=2)
    walk.begins().grades()
    walk.meets()
    sheet = walk.posts()
    star = told(walk)
    assert (star.star, star.label, star.total, star.grade) == (4, "四星", Decimal("83.0"), "合格")
    assert "总分 83 分" in star.reasons[0]
    assert star.sheet == sheet
    assert star.sheet.posted_on == MEETING


def test_filed_star_is_what_was_frozen(session: Session) -> None:
    walk = a_walk(session).confirmed()
    run = last_run(session, walk.id)
    assert run is not None
    kept = {row.member.id: row.result.star_final for row in results_of(session, run.id)}
    ids = [member.id for member in walk.members]
    assert {
        one.member_id: one.star for one in stars_in(session, walk.branch.id, "2026", ids).values()
    } == kept


def test_returned_or_reopened_rating_tells_no_star_until_it_is_up_again(session: Session) -> None:
    walk = a_walk(session)
    walk.begins().grades()
    walk.meets()
    walk.posts()
    return_rating(session, walk.id, "公示内容不全", by=walk.officer.id, now=JANUARY)
    assert is_blank(told(walk))
    walk.meets()
    walk.posts()
    walk.files()
    assert told(walk).star is not None
    reopen_rating(
        session, walk.id, reason="漏算一项", document="河东党〔2027〕9号", by=walk.officer.id, now=JANUARY
    )
    assert is_blank(told(walk))


def test_nobody_reads_the_star_of_somebody_else(session: Session) -> None:
    walk = a_walk(session).confirmed()
    for member in walk.members:
        assert {one.member_id for one in stars_of(session, member.id, walk.branch.id)} == {member.id}


def test_who_is_outside_or_on_probation_reads_why_and_never_zero(session: Session) -> None:
    walk = a_walk(session, probationary=1)
    a_spell(session, walk.members[0], SpellKind.NOT_RATED, code="own_wish", from_on=date(2026, 3, 1))
    walk.begins().grades()
    walk.writes({walk.members[0].id: None})
    walk.meets()
    walk.posts()
    outside, probation = told(walk), told(walk, len(walk.members) - 1)
    assert (outside.star, outside.label, outside.total) == (None, "不参评", None)
    assert (probation.star, probation.label) == (None, "预备党员，不评星级")


def test_grade_stays_unsaid_in_the_points_until_the_meeting_is_done(session: Session) -> None:
    walk = a_walk(session)
    walk.begins().grades(others={walk.members[0]: QUALIFIED})

    def assess() -> tuple[bool, Decimal]:
        found = statement_of(session, walk.members[0].id, cycle="2026", now=JANUARY)
        assert found is not None
        part = next(part for part in found.balance.parts if part.code == "assess")
        return part.pending, part.subtotal

    assert assess() == (True, Decimal(0))
    walk.meets()
    assert assess() == (False, Decimal(15))


def test_confirmed_cycle_takes_no_objection_to_an_entry(session: Session) -> None:
    walk = a_walk(session)
    walk.earns(walk.members[0], "volunteer", "1")

    def may_object() -> list[bool]:
        found = statement_of(session, walk.members[0].id, cycle="2026", now=JANUARY)
        assert found is not None
        return [entry.contestable for entry in found.entries]

    assert may_object() == [True]
    walk.confirmed()
    assert may_object() == [False]


def test_total_that_a_veto_makes_nothing_is_nothing_on_the_members_page_too(session: Session) -> None:
    """Once the meeting has been held: until then the page tells of points alone."""
    vetoes = [{"id": "crime", "title": "违法", "effect": "set_zero"}]
    walk = a_walk(session, full=3, vetoes=vetoes).begins().grades()
    [member, *_] = walk.members
    record_veto(
        session, member.id, "crime", document="河东纪〔2026〕9号", decided_by="河东镇纪委",
        decided_on=date(2026, 9, 3), by=walk.officer.id, now=JANUARY,
    )  # fmt: skip

    def read() -> tuple[Decimal, str]:
        found = statement_of(session, member.id, cycle="2026", now=JANUARY)
        assert found is not None
        return found.balance.total, found.balance.total_how

    assert read() == (Decimal(60), "")
    walk.meets()
    assert read() == (Decimal(0), "“违法”，按 河东纪〔2026〕9号 总分计为 0 分")
