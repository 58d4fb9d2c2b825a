"""A year from the printed totals of its cycles."""

from decimal import Decimal
from typing import Any

import pytest

from models.points.schemes.document import SchemeDocument
from models.points.year import Year, year_of
from tests.points.rated import changed_demo
from tests.points.strategies import a_scheme

FOUR = {"2026Q1": "90", "2026Q2": "86", "2026Q3": "88.5", "2026Q4": "91"}


def quarterly(**changes: Any) -> SchemeDocument:
    rules = {
        "cycle": "quarter",
        "aggregate_up": "mean",
        "total": {"max": 100},
        "bands": [{"star": 1, "min": 60}],
    }
    return SchemeDocument.model_validate(a_scheme(**(rules | changes)))


def made(document: SchemeDocument, totals: dict[str, str], **grade: Any) -> Year | None:
    return year_of(document, [(cycle, Decimal(total)) for cycle, total in totals.items()], **grade)


def total(document: SchemeDocument, totals: dict[str, str]) -> str:
    year = made(document, totals)
    assert year is not None
    return str(year.total)


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ({"aggregate_up": "mean"}, "88.9"),
        ({"aggregate_up": "last"}, "91.0"),
        ({"aggregate_up": "sum", "year_bands": [{"star": 2, "min": 300}, {"star": 1, "min": 0}]}, "355.5"),
        ({"aggregate_up": "weighted", "year_weights": ["0.1", "0.2", "0.3", "0.4"]}, "89.2"),
    ],
)
def test_year_is_mean_last_sum_or_weighted(rule: dict[str, Any], expected: str) -> None:
    assert total(quarterly(**rule), FOUR) == expected


def test_order_of_the_cycles_is_that_of_the_year() -> None:
    turned = dict(reversed(FOUR.items()))
    assert total(quarterly(aggregate_up="last"), turned) == "91.0"


def test_cycle_without_a_result_is_left_out_and_never_zero() -> None:
    year = made(quarterly(), {"2026Q2": "86", "2026Q4": "91"})
    assert year is not None
    assert (str(year.total), year.cycles) == ("88.5", ("2026Q2", "2026Q4"))
    assert made(quarterly(), {}) is None


def test_weights_are_shared_out_over_the_cycles_that_are_there() -> None:
    document = quarterly(aggregate_up="weighted", year_weights=["0.1", "0.2", "0.3", "0.4"])
    assert total(document, {"2026Q1": "90", "2026Q3": "60"}) == "67.5"  # (9 + 18) / 0.4


def test_mean_of_three_is_exact_and_rounded_once() -> None:
    year = made(quarterly(), {"2026Q1": "80.1", "2026Q2": "80.1", "2026Q3": "80.2"})
    assert year is not None
    assert (str(year.total_raw), str(year.total)) == ("80.133333", "80.1")


def test_sum_has_its_own_bands_and_knows_no_limit_of_a_cycle() -> None:
    rule = {"aggregate_up": "sum", "year_bands": [{"star": 2, "min": 300}, {"star": 1, "min": 0}]}
    year = made(quarterly(**rule), FOUR)
    assert year is not None
    assert (year.star_by_total, year.star_by_band) == (2, 2)


@pytest.mark.parametrize(
    ("grade", "star"),
    [("excellent", 5), ("qualified", 4), ("basically_qualified", 2), ("unqualified", None), (None, None)],
)
def test_star_of_the_year_asks_for_the_grade_of_the_year(grade: str | None, star: int | None) -> None:
    year = made(changed_demo(), dict.fromkeys(FOUR, "95"), grade=grade)
    assert year is not None
    assert (year.star_by_total, year.star_by_band) == (5, star)


def test_scheme_that_makes_no_year_has_none_and_a_yearly_one_is_its_own() -> None:
    assert made(quarterly(aggregate_up=None), FOUR) is None
    yearly = quarterly(cycle="year", aggregate_up=None)
    assert total(yearly, {"2026": "88.5"}) == "88.5"
