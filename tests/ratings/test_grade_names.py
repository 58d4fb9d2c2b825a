"""The grades that a meeting decides are those that a scheme weighs, each with its word."""

from models.points.grade_words import GRADE_WORDS, GRADES
from models.ratings.meeting.decision import GradeKind


def test_grades_of_a_meeting_are_those_of_the_schemes_from_the_best() -> None:
    assert [grade.value for grade in GradeKind] == list(GRADES) == list(GRADE_WORDS)
