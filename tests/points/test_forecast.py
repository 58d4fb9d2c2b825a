"""What confirming a roll would post is said before, and above all if it counts in another cycle."""

from datetime import datetime

import pytest
from sqlalchemy.orm import Session

from models.gatherings.gathering import GatheringKind
from models.gatherings.roll import Roll, Status
from models.people.org import Org
from models.points.forecast import attendance_told
from tests.factories import a_branch, a_group
from tests.points.test_posting_by_hours_and_late import LATER, NEXT_YEAR, file_the_year
from tests.points.test_posting_by_hours_and_late import hall as hall  # the fixture

Hall = tuple[Org, Roll, int, int]
POSTED = "积分按“示范区积分办法（2026年版）”入账：主题党日缺席 1 人，每人扣 2 分"


def told(session: Session, org: Org, now: datetime = NEXT_YEAR) -> str:
    statuses = [Status.ABSENT, Status.PRESENT, Status.LEAVE]
    return attendance_told(session, org, GatheringKind.THEME_DAY, "2026-11", statuses, now=now)


def test_items_of_the_scheme_are_told_with_how_many_of_each(session: Session, hall: Hall) -> None:
    assert told(session, hall[0], LATER) == POSTED
    assert told(session, a_group(session, hall[0]), LATER) == POSTED


def test_branch_without_a_scheme_is_told_so(session: Session) -> None:
    assert told(session, a_branch(session)) == "本支部还没有定积分办法，这次不记分"


@pytest.mark.parametrize("by_group", [False, True])
def test_roll_of_a_filed_year_is_told_to_count_as_a_late_one(
    session: Session, hall: Hall, by_group: bool
) -> None:
    branch, _, _, by = hall
    org = a_group(session, branch) if by_group else branch
    file_the_year(session, branch, by)
    assert told(session, org) == f"2026年的评定已经备案，这次作为上期事项记入2027年，{POSTED}"
    file_the_year(session, branch, by, "2027")
    assert told(session, org) == "2026年的评定已经备案，2027年的也备案了，这份名册要等下一期才能确认"
