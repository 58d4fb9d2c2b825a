"""The demonstration's rating that is under way: two firms rate by the quarter, one step apart."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from models.clock import day_of
from models.demo.people import Settled
from models.demo.tree import BY_QUARTER
from models.gatherings.calendar.calendar import HolidayYear
from models.people.account import Account
from models.people.member import Member, MemberStatus
from models.points.cycle import cycle_of
from models.ratings.meeting.decision import GradeKind
from models.ratings.meeting.grades import Graded, write_grades
from models.ratings.procedure.beginning import begin_rating
from models.ratings.procedure.rating import Act
from models.ratings.procedure.step import take_step
from models.ratings.publicity.posting_up import post_sheet
from models.ratings.runs.run import run_rating


def rate_last_quarter(
    session: Session, people: Mapping[str, Settled], accounts: Mapping[str, Account], *, now: datetime
) -> None:
    """Let one firm have half of its grades written, and the other its stars on the board.

    In the first quarter there is nothing yet: the scheme began with the year.
    """
    today = day_of(now)
    if today.month < 4 or session.get(HolidayYear, today.year) is None:
        return
    cycle = cycle_of("quarter", f"{today.year}-{today.month - 3:02d}")
    for code in BY_QUARTER:
        branch = people[code]
        hand = accounts[f"{branch.place.login}-sj"].id
        rating = begin_rating(session, branch.org.id, cycle, by=hand, now=now - timedelta(days=3))
        full = [one for one in branch.on_rolls if one.status is MemberStatus.FULL]
        graded = full if code == BY_QUARTER[1] else full[: len(full) // 2]
        held = today - timedelta(days=2)
        write_grades(session, rating.id, _grades(graded, len(full)), decided_on=held, by=hand, now=now)
        run_rating(session, rating.id, by=hand, now=now)
        if code == BY_QUARTER[1]:
            take_step(
                session, rating.id, Act.ASSEMBLY_APPRAISAL, held_on=held, base=len(full),
                present=len(full) - 1, by=hand, now=now,
            )  # fmt: skip
            post_sheet(
                session, rating.id, posted_on=today - timedelta(days=1), contact="支部委员会",
                contact_phone="0391-3680021", township_phone="0391-3680015", by=hand, now=now,
            )  # fmt: skip


def _grades(graded: list[Member], full: int) -> dict[int, Graded]:
    excellent = {one.id for one in graded[: full // 3]}
    return {
        one.id: Graded(GradeKind.EXCELLENT, full - 2) if one.id in excellent else Graded(GradeKind.QUALIFIED)
        for one in graded
    }
