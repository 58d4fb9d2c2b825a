"""Quarters that follow one another: what is carried over, what a year comes to, and what stays exact."""

from datetime import UTC, date, datetime
from decimal import Decimal

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event
from sqlalchemy.orm import Session

from models.points.seats import excellent_allowed
from models.ratings.archive.filing import reopen_rating
from models.ratings.archive.verify import verify_rating
from models.ratings.meeting.decision import GradeKind
from models.ratings.meeting.grades import Graded
from models.ratings.procedure.beginning import rating_seen
from models.ratings.procedure.listing import results_of
from models.ratings.procedure.rating import RatingState
from models.ratings.runs.run import last_run, reckon, run_rating
from models.ratings.statement.year_result import year_result
from models.refused import Refused
from tests.ratings.walk import DAY, EXCELLENT, QUALIFIED, Walk, a_walk, refused

# The first weeks after each quarter of 2026: the meeting, and the day it is written down.
AFTER = {"2026Q1": date(2026, 4, 8), "2026Q2": date(2026, 7, 8), "2026Q3": date(2026, 10, 12)}


def noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 4, tzinfo=UTC)


def quarter(walk: Walk, cycle: str, *, filed: bool = True, best: int = 0) -> Walk:
    """Rate one quarter of the branch; the first `best` members are 优秀."""
    day = AFTER[cycle]
    walk.begins(cycle, now=noon(day))
    told = {
        member.id: Graded(EXCELLENT if number < best else QUALIFIED)
        for number, member in enumerate(walk.members)
    }
    walk.writes(told, decided_on=day, now=noon(day))
    walk.meets(held_on=day, now=noon(day))
    walk.posts(posted_on=day, now=noon(day))
    if filed:
        late = day + 14 * DAY
        walk.files(filed_on=late, now=noon(late))
    return walk


def totals(walk: Walk) -> set[Decimal | None]:
    run = last_run(walk.session, walk.id)
    return {row.result.total for row in results_of(walk.session, run.id if run else 0)}


def carrying(session: Session) -> Walk:
    return a_walk(session, full=3, code="DEMO", initial_mode="carry_over", carry_over_rate="0.5")


def test_quarter_begins_with_a_share_of_the_filed_quarter_before(session: Session) -> None:
    walk = carrying(session)
    quarter(walk, "2026Q1")
    assert totals(walk) == {Decimal("75.0000")}
    quarter(walk, "2026Q2")
    assert totals(walk) == {Decimal("52.5000")}  # half of 75, and 15 for the grade
    assert verify_rating(session, walk.id) == []


def test_quarter_waits_until_the_one_before_is_filed(session: Session) -> None:
    walk = carrying(session)
    quarter(walk, "2026Q1", filed=False)
    with refused("previous_open"):
        quarter(walk, "2026Q2")


def test_quarter_waits_while_the_one_before_is_opened_again(session: Session) -> None:
    walk = carrying(session)
    first = quarter(walk, "2026Q1").id
    reopen_rating(
        session, first, reason="漏记一次", document="河东党〔2026〕30号", by=walk.officer.id,
        now=noon(AFTER["2026Q2"]),
    )  # fmt: skip
    with refused("previous_open"):
        quarter(walk, "2026Q2")


def test_year_is_made_of_the_filed_quarters(session: Session) -> None:
    walk = a_walk(session, full=3, code="DEMO")
    assert {row.year for row in year_result(session, walk.branch, 2026)} == {None}
    quarter(walk, "2026Q1", best=1)
    quarter(walk, "2026Q2")
    quarter(walk, "2026Q3", filed=False)
    rows = year_result(session, walk.branch, 2026)
    assert [row.member.name for row in rows] == ["党员01", "党员02", "党员03"]
    year = rows[0].year
    assert year is not None
    assert (year.cycles, year.total, year.star_by_total) == (("2026Q1", "2026Q2"), Decimal("77.5"), 3)
    assert rows[1].year is not None
    assert rows[1].year.total == Decimal("75.0")


def test_year_without_a_scheme_is_none(session: Session) -> None:
    walk = a_walk(session, full=3)
    with refused("no_scheme"):
        year_result(session, walk.branch, 2019)


def test_statements_do_not_grow_with_members_and_entries(session: Session) -> None:
    def statements(walk: Walk) -> int:
        run_rating(session, walk.id, by=walk.secretary.id, now=noon(date(2027, 1, 11)))
        seen: list[str] = []

        def note(*args: object) -> None:
            seen.append(str(args[2]))

        session.expunge_all()
        connection = session.connection()
        event.listen(connection, "before_cursor_execute", note)
        reckon(session, rating_seen(session, walk.id))
        event.remove(connection, "before_cursor_execute", note)
        return len(seen)

    few = a_walk(session, full=3)
    many = a_walk(session, full=30, township=few.township, scheme=few.scheme)
    for member in many.members:
        many.earns(member, "volunteer", "1", times=2)
    assert statements(few.begins().grades()) == statements(many.begins().grades())


def filed(walk: Walk) -> str:
    """Go the whole way; return the code of what refused it, or that it is filed."""
    try:
        walk.meets()
        walk.posts()
        walk.files()
    except Refused as error:
        return error.code
    return "filed"


DEEDS = {"volunteer": "1", "late": "-0.5", "award_county": "5"}


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    grades=st.lists(st.sampled_from(list(GradeKind)), min_size=3, max_size=12),
    probationary=st.integers(0, 3),
    deeds=st.lists(st.tuples(st.integers(0, 11), st.sampled_from(list(DEEDS))), max_size=12),
)
def test_whatever_was_graded_a_filed_rating_has_at_most_a_third_excellent(
    session: Session, grades: list[GradeKind], probationary: int, deeds: list[tuple[int, str]]
) -> None:
    """Either the meeting is refused, or the whole way leads to a rating that keeps to the rule."""
    with session.begin_nested() as nested:
        walk = a_walk(session, full=len(grades), probationary=probationary)
        for number, item in deeds:
            walk.earns(walk.members[number % len(grades)], item, DEEDS[item])
        walk.begins()
        walk.writes({member.id: Graded(grade) for member, grade in zip(walk.members, grades, strict=False)})
        outcome = filed(walk)
        assert outcome in ("filed", "excellent_over_limit", "tie_open")
        if outcome == "filed":
            excellent = sum(grade is GradeKind.EXCELLENT for grade in grades)
            document = rating_seen(session, walk.id).document
            assert excellent <= excellent_allowed(document, len(grades)) <= len(grades) / 3
            assert sum(star == 5 for star in walk.stars().values()) <= len(grades) // 5
            assert verify_rating(session, walk.id) == []
        else:
            assert walk.stands() is RatingState.COLLECTING
        nested.rollback()
