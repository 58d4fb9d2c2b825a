"""What a secretary reads of a scheme: the light way asks for no ballot beside the yearly appraisal."""

import pytest

from models.points.schemes.document import SchemeDocument
from models.points.schemes.sentences import sections_of
from tests.points.rated import DEMO, changed_demo
from tests.points.strategies import shipped

ONCE, EACH_CYCLE = "等次用当年民主评议党员的结果，不另外测评。", "等次由每期的党员大会评定。"


def lines_of(document: SchemeDocument, title: str) -> tuple[str, ...]:
    return next(section.lines for section in sections_of(document) if section.title == title)


@pytest.mark.parametrize(
    ("document", "said"),
    [(shipped("ZONE"), [ONCE]), (changed_demo(grade_source="cycle_meeting"), [EACH_CYCLE]), (DEMO, [])],
)
def test_grades_say_where_they_come_from(document: SchemeDocument, said: list[str]) -> None:
    assert [line for line in lines_of(document, "评议等次") if line in (ONCE, EACH_CYCLE)] == said


def test_the_zone_asks_for_no_step_but_meeting_board_and_paper() -> None:
    assert lines_of(shipped("ZONE"), "步骤") == (
        "党员大会评议。", "公示 5 个工作日。", "报上级党委审核。", "归档。",
    )  # fmt: skip
