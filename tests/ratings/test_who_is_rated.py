"""Only a meeting's decision or the scheme's own list takes somebody out: no duty laid down does."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy.orm import Session

from models.people.member import SpellKind
from models.ratings.procedure.beginning import rating_seen
from models.ratings.runs.run import reckon
from tests.factories import a_spell
from tests.ratings.walk import a_walk

OLD = {"kind": SpellKind.CATEGORY, "code": "veteran_or_ill"}


@pytest.mark.parametrize(
    ("spell", "standing"),
    [
        ({"kind": SpellKind.EXEMPT, "code": "ill"}, "rated"),
        ({"kind": SpellKind.AWAY}, "rated"),
        ({"kind": SpellKind.CATEGORY, "code": "floating"}, "rated"),
        (OLD, "exempt"),
        (OLD | {"from_on": date(2027, 1, 1)}, "rated"),
        (OLD | {"to_on": date(2026, 12, 30)}, "rated"),
        (OLD | {"to_on": date(2026, 12, 31)}, "exempt"),
        ({"kind": SpellKind.NOT_RATED, "code": "own_wish"}, "not_rated"),
        ({"kind": SpellKind.NOT_RATED, "code": "own_wish", "to_on": date(2026, 12, 30)}, "rated"),
        ({"kind": SpellKind.NOT_RATED, "code": "own_wish", "from_on": date(2027, 1, 1)}, "rated"),
    ],
)
def test_standing_is_that_of_the_last_day(session: Session, spell: dict[str, Any], standing: str) -> None:
    walk = a_walk(session, full=3).begins()
    a_spell(session, walk.members[0], **{"from_on": date(2026, 3, 1)} | spell)
    results = {one.member_id: one for one in reckon(session, rating_seen(session, walk.id)).results}
    found = results[walk.members[0].id]
    assert found.standing == standing
    assert (found.total is None) is (standing != "rated")
    assert found.star_final is None
