"""What another scheme would make of the latest cycle: for how many members, and nobody is named."""

import json
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from models.people.account import Account
from models.people.member import Member
from models.people.org import Org
from models.points.entry import Source
from models.points.schemes.document import SchemeDocument
from models.points.schemes.published import Scheme, publish_scheme
from models.points.schemes.reading import read_scheme
from models.points.schemes.use import use_scheme
from models.ratings.runs.scheme_preview import Preview, preview_scheme
from tests.conftest import NOON
from tests.factories import a_branch, a_member, a_township, a_zone, an_account, an_entry
from tests.points.strategies import a_scheme
from tests.points.test_scheme_document import changed

NOVEMBER = "2026-11"


@dataclass
class Town:
    """A township with one branch under the zone's scheme; who enters points there."""

    session: Session
    zone: Org
    town: Org
    branch: Org
    scheme: Scheme
    account: Account

    def volunteer(self, member: Member, times: int, scheme: Scheme | None = None) -> None:
        """Let a member have volunteered so often, two times a month from January on."""
        for number in range(times):
            month = 1 + number // 2
            an_entry(
                self.session, member, scheme or self.scheme, self.account,
                item="volunteer", source=Source.VOLUNTEER, points=Decimal(1),
                period=f"2026-{month:02d}", occurred_on=date(2026, month, 10 + number % 2),
            )  # fmt: skip

    def preview(self, **changes: Any) -> Preview | None:
        """Preview the zone's scheme with these changes for the township."""
        return preview_scheme(self.session, document(**changes), self.town, NOVEMBER)


def document(**changes: Any) -> SchemeDocument:
    content = changed("code", "NEXT")
    for path, value in changes.items():
        name, at, field = path.split("__")
        content[name][int(at)][field] = value
    return read_scheme(json.dumps(content))


@pytest.fixture
def town(session: Session) -> Town:
    zone = a_zone(session)
    town = a_township(session, zone)
    scheme = publish_scheme(session, json.dumps(changed("code", "ZONE")), issuer=zone, by=None, now=NOON)
    use_scheme(session, zone, scheme, from_month="2026-01", by=None)
    return Town(session, zone, town, a_branch(session, town), scheme, an_account(session))


def test_members_whose_points_would_differ_are_counted(town: Town) -> None:
    for times in (8, 7, 3, 0):
        town.volunteer(a_member(town.session, town.branch), times)
    assert town.preview(items__4__cap=6) == Preview("2026", 4, 0, 2, 0, 0, (("履职", 2),))
    assert town.preview(items__4__pts="1.5", items__4__cap_per_month=3) == Preview(
        "2026", 4, 2, 0, 0, 0, (("履职", 2),)
    )
    assert town.preview() == Preview("2026", 4, 0, 0, 0, 0, ())


def test_branch_with_a_scheme_of_its_own_is_left_out(town: Town) -> None:
    town.volunteer(a_member(town.session, town.branch), 8)
    apart = a_branch(town.session, town.town, name="柳湾村党支部")
    own = publish_scheme(town.session, json.dumps(changed("code", "APART")), issuer=apart, by=None, now=NOON)
    use_scheme(town.session, apart, own, from_month="2026-01", by=None)
    town.volunteer(a_member(town.session, apart), 8, own)
    found = town.preview(items__4__cap=6)
    assert found is not None
    assert (found.members, found.lower) == (1, 1)


def test_each_township_of_a_zone_keeps_its_own_seats(session: Session) -> None:
    """One seat for every two members: of three in a township, one keeps the star and two do not."""
    zone, account = a_zone(session), an_account(session)
    bands = [{"star": 2, "min": 1}, {"star": 1, "min": 0}]
    held = publish_scheme(session, json.dumps(a_scheme(bands=bands)), issuer=zone, by=None, now=NOON)
    use_scheme(session, zone, held, from_month="2026-01", by=None)
    for township, most in ((a_township(session, zone), 3), (a_township(session, zone, "河西镇党委"), 6)):
        branch = a_branch(session, township)
        for points in range(most - 2, most + 1):
            deeds = {"quantity": Decimal(points), "points": Decimal(points)}
            an_entry(session, a_member(session, branch), held, account, **deeds)
    quota = {"star": 2, "max_ratio": "1/2", "scope": "township"}
    pooled = read_scheme(json.dumps(a_scheme(code="NEXT", bands=bands, quotas=[quota])))
    assert preview_scheme(session, pooled, zone, NOVEMBER) == Preview("2026", 6, 0, 0, 0, 4, ())


def test_nothing_is_compared_where_nothing_can_be(town: Town) -> None:
    assert town.preview() is None  # nothing was entered
    town.volunteer(a_member(town.session, town.branch), 1)
    half = document().model_copy(update={"cycle": "half"})
    assert preview_scheme(town.session, half, town.town, NOVEMBER) is None
    assert preview_scheme(town.session, document(), town.town, "2025-12") is None  # nothing held


def test_statements_do_not_grow_with_members(town: Town) -> None:
    def statements() -> int:
        counted = []
        bind = town.session.get_bind()
        listener = lambda *_: counted.append(1)  # noqa: E731
        event.listen(bind, "before_cursor_execute", listener)
        town.preview(items__4__cap=6)
        event.remove(bind, "before_cursor_execute", listener)
        return len(counted)

    town.volunteer(a_member(town.session, town.branch), 2)
    few = statements()
    for _ in range(5):
        town.volunteer(a_member(town.session, a_branch(town.session, town.town)), 3)
    assert statements() == few
