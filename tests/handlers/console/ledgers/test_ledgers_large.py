"""A ledger of two thousand rows takes no more memory than one of five hundred; nothing stays on the disk."""

import tracemalloc
from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from openpyxl.worksheet._writer import ALL_TEMP_FILES
from sqlalchemy import insert

from handlers.console.ledgers.sheet import Column, Ledger, Value, write_ledger
from models.gatherings.gathering import Gathering, GatheringKind, GatheringState
from models.gatherings.roll import Roll, RollLine, Status
from tests.conftest import NOON
from tests.handlers.console_site import Site

FEW, MANY = 500, 2_000
SPARE = 200 * (MANY - FEW)  # bytes that may differ between two runs: no row of them is kept


def hold(site: Site, period: str, number: int) -> None:
    """Let a branch have studied so many times in a month, one member on each roll."""
    by, home = site.staff["secretary"].id, site.orgs["home"].id
    member = site.members["何桂芳"].id
    with site.sessions.begin() as session:
        it = {
            "org_id": home, "kind": GatheringKind.STUDY, "period": period, "title": "学习", "place": "村部",
            "starts_at": NOON - timedelta(days=1), "ends_at": NOON, "state": GatheringState.CONFIRMED,
            "hall_salt": b"sixteen byte salt"[:16],
        }  # fmt: skip
        held = session.scalars(insert(Gathering).returning(Gathering.id), [it] * number).all()
        roll = {"org_id": home, "confirmed_at": NOON, "confirmed_by": by, "revision": 1}
        rolls = session.execute(
            insert(Roll).returning(Roll.gathering_id, Roll.id), [{"gathering_id": one} | roll for one in held]
        )
        line = {"member_id": member, "status": Status.PRESENT, "marked_by": by, "marked_at": NOON}
        session.execute(
            insert(RollLine), [{"gathering_id": one, "roll_id": key} | line for one, key in rolls]
        )


def peak_of(site: Site, period: str) -> int:
    """Return the most bytes that were held at once while a ledger was made."""
    client = site.browser("zone").client
    tracemalloc.start()
    try:
        answer = client.get(f"/console/ledgers/meetings?since={period}&until={period}&purpose=check")
        assert answer.status_code == 200
        answer.close()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_memory_does_not_grow_with_the_rows(site: Site) -> None:
    hold(site, "2026-09", FEW)
    hold(site, "2026-10", MANY)
    peak_of(site, "2026-08")  # what is loaded once
    few, many = peak_of(site, "2026-09"), peak_of(site, "2026-10")
    assert many < few + SPARE, (few, many)


def broken() -> Iterator[list[Value]]:
    """Yield one row and fail."""
    yield ["王建国"]
    raise ConnectionError


def test_ledger_that_breaks_off_leaves_nothing_on_the_disk() -> None:
    with pytest.raises(ConnectionError):
        write_ledger(BytesIO(), Ledger("党员名册", [], [Column("姓名", 10)], broken()), "")
    assert [name for name in ALL_TEMP_FILES if Path(name).exists()] == []
