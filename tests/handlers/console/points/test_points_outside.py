"""Who is 不参评 keeps every entry, and has no total anywhere: it is never written as nothing, or as 0."""

import re

import pytest

from models.people.member import SpellKind
from tests.factories import a_spell
from tests.handlers.console.points.a_year_of_points import WHO
from tests.handlers.console.points.test_points_pages import TOTAL, card_of, of_phone, page_of
from tests.handlers.console.points.test_points_pages import year as year  # the fixture
from tests.handlers.console_site import Site

SPELLS = {"not_rated": (SpellKind.NOT_RATED, "own_wish"), "exempt": (SpellKind.CATEGORY, "veteran_or_ill")}


@pytest.fixture(params=sorted(SPELLS))
def outside(year: Site, request: pytest.FixtureRequest) -> str:
    kind, code = SPELLS[request.param]
    with year.sessions.begin() as session:
        a_spell(session, session.merge(year.members[WHO]), kind, code=code)
    return str(request.param)


def test_phone_has_parts_and_entries_and_no_total(year: Site, outside: str) -> None:
    told = of_phone(year, WHO, "/api/v1/me/points")
    assert (told["standing"], told["total"], told["total_how"], told["subtotals"]) == (outside, None, "", [])
    assert told["parts"][0]["subtotal"] == "58.0"
    assert told["entries"]


def test_page_and_card_say_so_where_a_total_would_stand(year: Site, outside: str) -> None:
    page, total = page_of(year, WHO), TOTAL.search(card_of(year, WHO))
    assert "<b>不参评</b>" in page
    assert "这里不预测" not in page
    assert "季度末小计" not in page
    assert total is not None
    assert total[1] == "不参评"
    assert not re.search(r'class="all">.*?80\.0', page)
