"""A new version of a scheme holds from the next cycle on; the one that runs keeps what it began with."""

import json
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy.orm import Session

from models.points.schemes.published import Scheme, publish_scheme
from models.points.schemes.use import scheme_for, use_scheme
from models.ratings.procedure.beginning import rating_seen
from models.ratings.runs.run import reckon
from models.ratings.statement.statement import statement_of
from tests.factories import an_entry
from tests.points.published import SCHEMES
from tests.ratings.walk import JANUARY, Walk, a_walk, refused


@pytest.fixture
def walk(session: Session) -> Walk:
    """A branch under the first version, with one deed of 2026, worth 1."""
    walk = a_walk(session, full=3)
    walk.earns(walk.members[0], "volunteer", "1")
    return walk


def second(walk: Walk) -> Scheme:
    """Publish the second version, by which the deed is worth 2."""
    content = json.loads((SCHEMES / "ZONE.json").read_text("utf-8"), parse_float=str) | {"version": 2}
    next(item for item in content["items"] if item["id"] == "volunteer")["pts"] = 2
    return publish_scheme(walk.session, json.dumps(content), issuer=walk.township, by=None, now=JANUARY)


def task(walk: Walk, cycle: str) -> Decimal:
    """What the deeds of a cycle come to on the member's page."""
    statement = statement_of(walk.session, walk.members[0].id, cycle=cycle, now=JANUARY)
    assert statement is not None
    return next(part.subtotal for part in statement.balance.parts if part.code == "task")


def test_year_that_is_over_is_rated_by_its_own_version_though_another_holds_now(walk: Walk) -> None:
    session, later = walk.session, second(walk)
    use_scheme(session, walk.township, later, from_month="2027-01", by=None)
    told = {"item": "volunteer", "points": Decimal(2), "cycle": "2027", "period": "2027-01"}
    an_entry(session, walk.members[0], later, walk.officer, **told, occurred_on=date(2027, 1, 3))
    assert task(walk, "2026") == 1
    assert task(walk, "2027") == 2
    seen = rating_seen(session, walk.begins("2026").id)
    assert (seen.scheme.version, seen.document.version) == (1, 1)
    result = next(one for one in reckon(session, seen).results if one.member_id == walk.members[0].id)
    assert next(part.subtotal for part in result.parts if part.code == "task") == 1


@pytest.mark.parametrize(
    ("month", "code"), [("2026-07", "month_not_cycle_start"), ("2026-01", "cycle_running")]
)
def test_version_does_not_change_in_the_midst_of_a_cycle(walk: Walk, month: str, code: str) -> None:
    with refused(code):
        use_scheme(walk.session, walk.township, second(walk), from_month=month, by=None)
    held = scheme_for(walk.session, walk.branch, "2026-12")
    assert held is not None
    assert held.id == walk.scheme.id


def test_rating_that_has_begun_keeps_its_version_whatever_comes_to_hold(session: Session) -> None:
    walk = a_walk(session, full=3).begins()
    use_scheme(session, walk.township, second(walk), from_month="2026-01", by=None)
    walk.earns(walk.members[0], "volunteer", "1")
    assert rating_seen(session, walk.id).scheme.version == 1
    assert task(walk, "2026") == 1
    walk.grades()
    walk.meets()
    walk.posts()
    walk.files()
    assert rating_seen(session, walk.id).scheme.version == 1
