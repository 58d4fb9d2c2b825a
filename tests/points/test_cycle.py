"""Cycles: what they are called and which months they have."""

import pytest

from models.points.cycle import CycleKind, cycle_of, months_of
from models.refused import Refused


@pytest.mark.parametrize(
    ("kind", "period", "cycle"),
    [
        ("year", "2026-11", "2026"),
        ("half", "2026-06", "2026H1"),
        ("half", "2026-07", "2026H2"),
        ("quarter", "2026-03", "2026Q1"),
        ("quarter", "2026-04", "2026Q2"),
        ("quarter", "2026-12", "2026Q4"),
        ("month", "2026-11", "2026-11"),
    ],
)
def test_month_belongs_to_its_cycle(kind: CycleKind, period: str, cycle: str) -> None:
    assert cycle_of(kind, period) == cycle


@pytest.mark.parametrize("kind", ["month", "quarter", "half", "year"])
def test_every_month_of_a_cycle_names_the_cycle(kind: CycleKind) -> None:
    for month in range(1, 13):
        cycle = cycle_of(kind, f"2026-{month:02d}")
        assert f"2026-{month:02d}" in months_of(cycle)
        assert {cycle_of(kind, period) for period in months_of(cycle)} == {cycle}


@pytest.mark.parametrize(("cycle", "count"), [("2026", 12), ("2026H1", 6), ("2026Q3", 3), ("2026-02", 1)])
def test_cycle_has_its_months_in_order(cycle: str, count: int) -> None:
    months = months_of(cycle)
    assert len(months) == count
    assert months == sorted(months)


@pytest.mark.parametrize(
    "period", ["2026", "2026-13", "2026-00", "26-01", "2026-1", "２０２６-01", "2026-01\n", "0000-01"]
)
def test_anything_but_a_month_is_refused(period: str) -> None:
    with pytest.raises(Refused) as refused:
        cycle_of("month", period)
    assert refused.value.code == "period_invalid"


@pytest.mark.parametrize(
    "cycle", ["", "2026Q5", "2026H3", "2026-13", "2026Q", "2026\n", "2026q1", "0000", "0000Q1"]
)
def test_anything_but_a_cycle_is_refused(cycle: str) -> None:
    with pytest.raises(Refused) as refused:
        months_of(cycle)
    assert refused.value.code == "cycle_invalid"
