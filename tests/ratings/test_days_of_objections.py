"""Until when an answer and an appeal are due: a day, or only workdays where the day would be a guess."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy.orm import Session

from models.ratings.objections.appealing import appeal_until
from models.ratings.objections.reading import objection_seen, objections_in_words
from tests.conftest import NOON
from tests.gatherings.holidays import enter
from tests.ratings.disputes import DAY, Branch, a_disputed_branch
from tests.ratings.test_objections import appeals

# Weeks after what ten workdays from Monday to Friday would come to.
LONG_AFTER = (datetime(2027, 1, 4, 4, tzinfo=UTC) - NOON).days


@pytest.fixture
def branch(session: Session) -> Branch:
    return a_disputed_branch(session)


def test_day_of_the_answer_is_said_only_where_the_holidays_are_entered(branch: Branch) -> None:
    objection = branch.objects()
    assert not objection_seen(branch.session, objection.id, now=NOON).due_known
    [line] = objections_in_words(branch.session, [objection.id])
    assert line.endswith("收到后 15 个工作日以内答复")
    enter(branch.session, 2026)
    assert objection_seen(branch.session, objection.id, now=NOON).due_known
    [line] = objections_in_words(branch.session, [objection.id])
    assert line.endswith("2026年12月16日以前答复")


def test_nobody_is_shut_out_of_the_appeal_by_a_guess(branch: Branch) -> None:
    answered = branch.answers(branch.objects(), uphold=False, status=None)
    assert appeal_until(branch.session, answered) is None
    assert objection_seen(branch.session, answered.id, now=NOON).appeal_until is None
    appeals(branch, answered, days=LONG_AFTER)


def test_once_the_year_is_entered_the_last_day_holds(branch: Branch) -> None:
    answered = branch.answers(branch.objects(), uphold=False, status=None)
    enter(branch.session, 2026)
    assert appeal_until(branch.session, answered) == date(2026, 12, 10)
    assert objection_seen(branch.session, answered.id, now=NOON + DAY).appeal_until == date(2026, 12, 10)
