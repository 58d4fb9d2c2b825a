"""Who moved disputes an entry until the branch that rates it has filed, and is heard before it files."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

import pytest
from sqlalchemy.orm import Session

from models.audit import Via
from models.people.account import Account, Role
from models.people.member import Member
from models.people.membership import move_member
from models.points.entry import PointEntry
from models.ratings.objections.answering import Answer, answer_objection
from models.ratings.objections.dispute import disputable_of
from models.ratings.objections.objection import Objection
from models.ratings.objections.raising import object_to
from models.ratings.runs.results import RatingRun
from models.ratings.runs.run import run_rating
from models.ratings.runs.since_last import Posted, posted_since
from tests.factories import a_post, a_township, a_zone, an_account, an_entry
from tests.ratings.walk import JANUARY, Walk, a_walk, refused

EVE = date(2026, 12, 20)
FEBRUARY = datetime(2027, 2, 1, 8, tzinfo=UTC)


class Moved(NamedTuple):
    """A member who moved from one branch to another before the year's last day, and an entry of the old."""

    session: Session
    old: Walk
    new: Walk
    member: Member
    entry: PointEntry
    answerer: Account

    def objects(self) -> Objection:
        return object_to(
            self.session, member_id=self.member.id, entry_id=self.entry.id, said="不是我做的", filing=None,
            via=Via.PHONE, now=JANUARY,
        )  # fmt: skip

    def is_answered(self, objection: Objection) -> Objection:
        answer = Answer(True, "核实过了，不是本人做的")
        return answer_objection(
            self.session, objection.id, answer, by=self.answerer.id, via=Via.CONSOLE, now=JANUARY
        )

    def disputable(self) -> list[int]:
        return list(disputable_of(self.session, self.member.id, now=FEBRUARY).entries)


def a_mover(session: Session, code: str, cycle: str, month: str) -> Moved:
    """From a branch under the scheme `code`, with an entry of `cycle`, to one that is rated by the year."""
    zone = a_zone(session)
    new = a_walk(session, full=2, township=a_township(session, zone), code="ATTEND")
    if code == "ATTEND":
        old = a_walk(session, full=3, township=new.township, scheme=new.scheme)
    else:
        old = a_walk(session, full=3, township=a_township(session, zone, "河西镇党委"), code=code)
    member, answerer = old.members.pop(0), an_account(session, name="李桂兰")
    told = {"item": "volunteer" if code != "ATTEND" else "activity_day", "cycle": cycle, "period": month}
    day = date.fromisoformat(f"{month}-03")
    entry = an_entry(session, member, old.scheme, old.officer, **told, occurred_on=day)
    a_post(session, answerer, old.branch, Role.COMMISSIONER)
    hand: dict[str, Any] = {"by": old.officer.id, "via": Via.CONSOLE, "now": FEBRUARY}
    move_member(session, member.id, new.branch, moved_on=EVE, document="组转7号", **hand)
    new.members.append(member)
    return Moved(session, old, new, member, entry, answerer)


def is_filed(walk: Walk) -> None:
    walk.begins()
    walk.meets()
    walk.posts()
    walk.files()


def test_form_offers_the_entry_until_the_branch_that_rates_it_has_filed(session: Session) -> None:
    moved = a_mover(session, "ATTEND", "2026", "2026-11")
    is_filed(moved.old)
    assert moved.disputable() == [moved.entry.id]
    is_filed(moved.new)
    assert moved.disputable() == []
    with refused("objection_closed"):
        moved.objects()


def test_year_of_the_new_branch_is_not_filed_while_an_entry_of_the_quarter_left_behind_is_disputed(
    session: Session,
) -> None:
    moved = a_mover(session, "DEMO", "2026Q2", "2026-05")
    moved.new.begins()
    moved.new.meets()
    moved.new.posts()
    moved.objects()
    with refused("objections_open"):
        moved.new.files()


@pytest.mark.parametrize("begun", [False, True])
def test_answer_tells_the_total_of_the_cycle_in_which_the_entry_counts(session: Session, begun: bool) -> None:
    moved = a_mover(session, "DEMO", "2026Q4", "2026-11")
    if begun:
        moved.new.begins()
    answered = moved.is_answered(moved.objects())
    # The item is not one of the new branch's scheme, by whose year it counts.
    assert answered.total_before == answered.total_after == 0


def test_trial_run_tells_entries_of_the_branch_left_behind_too(session: Session) -> None:
    moved = a_mover(session, "ATTEND", "2026", "2026-11")
    moved.new.begins()
    run = run_rating(session, moved.new.id, by=moved.new.secretary.id, now=JANUARY)
    # All of a test is one moment of the database's clock.
    long_ago = RatingRun(created_at=JANUARY.replace(year=2020))
    assert posted_since(session, run, long_ago) == {
        moved.member.id: [Posted("activity_day", Decimal(1), False)]
    }
