"""Text from people stays text on every page of points and stars, on paper, on phones and in workbooks."""

from typing import Any

import pytest
from playwright.sync_api import Browser as Chromium
from sqlalchemy import select

from models.points.schemes.published import Scheme
from models.ratings.objections.objection import Objection
from tests.handlers.console.ledgers.test_ledgers import ask, sheet_of
from tests.handlers.console_site import Site
from tests.handlers.hostile import LINES, Typed
from tests.handlers.hostile_points import typed_in_points
from tests.handlers.test_hostile_text import EVALUATED, logged_in
from tests.handlers.watch import watched

pytestmark = pytest.mark.browser


@pytest.fixture
def typed(site: Site) -> Typed:
    """The rated branch with hostile texts in everything."""
    return typed_in_points(site)


def pages_of(typed: Typed, who: str) -> list[str]:
    """Return what this person may look at, of the pages that show what people typed."""
    other = typed.site.members["何桂芳"].id
    own, rating = typed.site.members["白玉珍"].id, f"/console/ratings/{typed.gatherings[0]}"
    with typed.site.sessions() as session:
        schemes = session.scalars(select(Scheme.id)).all()
        objections = session.scalars(select(Objection.id).order_by(Objection.id)).all()
    every = [f"/console/schemes/{one}" for one in schemes]
    if who == "town":
        return ["/console/", "/console/schemes", *every, "/console/ratings/below", rating, f"{rating}/filing",
                f"{rating}/sheet", "/console/objections", f"/console/objections/{objections[-1]}",
                "/console/people"]  # fmt: skip
    return [
        "/console/", "/console/schemes", *every, "/console/points", "/console/points/month?month=2026-12",
        "/console/points/cards", "/console/points/cards/print?who=all", f"/console/members/{own}/points",
        f"/console/members/{own}/points?all=1", f"/console/members/{other}/points?all=1",
        f"/console/members/{own}/membership", "/console/proposals", "/console/proposals/new",
        "/console/objections", "/console/objections/new", f"/console/objections/new?member={own}",
        *(f"/console/objections/{one}{leaf}" for one in objections for leaf in ("", "/receipt")),
        f"/console/objections/{objections[0]}/paper", "/console/ratings", rating,
        *(f"{rating}/{leaf}" for leaf in (
            "results", "grades", "vetoes", "posting", "board", "sheet",
        )),
    ]  # fmt: skip


def test_text_from_people_stays_text_in_points_and_stars_and_in_their_workbooks(
    typed: Typed, address: str, chromium: Chromium
) -> None:
    # One test: the year behind it takes longer than all that is looked at.
    for kind in ("points", "stars"):
        assert_nothing_is_reckoned(cells_of(typed.site, kind))
    faults, read = [], {}
    for who in ("secretary", "town"):
        with watched(chromium, address, cookie=logged_in(typed.site, who)) as watch:
            for at in pages_of(typed, who):
                read[f"{who} {at}"] = watch.open(at)
            for answer in typed.answers if who == "secretary" else []:
                read[f"{answer.request.path} answered"] = watch.show(address, answer)
            faults += watch.faults
    assert not faults, "\n".join(faults)
    assert [at for at, text in read.items() if EVALUATED in text] == []
    # Nothing was taken for markup and dropped either.
    shown = " ".join(read.values())
    assert [text for text in LINES if len(text) <= 36 and " ".join(text.split()) not in shown] == []


def cells_of(site: Site, kind: str) -> list[Any]:
    sheet = sheet_of(ask(site, kind, f"org={site.orgs['home'].id}&from=2026-01&until=2026-12"))
    return [cell for row in sheet.iter_rows() for cell in row if cell.value is not None]


def assert_nothing_is_reckoned(cells: list[Any]) -> None:
    assert {cell.data_type for cell in cells} <= {"s", "n"}
    assert all(isinstance(cell.value, str) == (cell.data_type == "s") for cell in cells)
    texts = {str(cell.value) for cell in cells}
    assert {"=1+1", "+86", "-2+3", "@SUM(A1)"} <= texts
    assert [cell.hyperlink for cell in cells if cell.hyperlink] == []
