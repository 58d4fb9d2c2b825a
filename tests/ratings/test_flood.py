"""What one phone may write in a day, so that nobody's words are buried under another's."""

from collections import Counter
from collections.abc import Callable
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.audit import Via
from models.base import Sessions
from models.people.account import Role
from models.people.member import Member
from models.points.proposal import Proposal
from models.points.proposing import MOST_A_DAY, withdraw
from models.ratings.objections.objection import Objection
from models.ratings.objections.raising import MOST_A_DAY as MOST_OBJECTIONS
from models.ratings.objections.raising import object_to, withdraw_objection
from tests.conftest import NOON
from tests.factories import a_member, an_entry
from tests.points.proposers import Village, a_deed, a_village
from tests.points.test_proposing import refused
from tests.ratings.disputes import DAY, Branch, a_disputed_branch
from tests.together import at_once

BY_PHONE: dict[str, Any] = {"by": None, "how": None, "via": Via.PHONE}


def declared_and_taken_back(village: Village, member: Member, times: int) -> None:
    for n in range(times):
        made = village.declare(member, a_deed(title=f"清淤第 {n} 段"))
        withdraw(village.session, made.id, by_member=member.id, **BY_PHONE)


def test_declaring_and_taking_back_ends_for_the_day_and_the_neighbour_goes_on(session: Session) -> None:
    village = a_village(session)
    one, other, _ = village.members
    declared_and_taken_back(village, one, MOST_A_DAY)
    error = refused(village.declare, one, a_deed(title="又一段"))
    assert (error.code, error.extra["retry_after"]) == ("too_many_tries", 86400)
    village.declare(other)
    # Word of mouth goes on: somebody else writes it down.
    village.record(one, a_deed(title="又一段"))
    village.declare(one, a_deed(title="第二天的"), now=NOON + DAY)


def objected_and_taken_back(branch: Branch, times: int) -> None:
    for _ in range(times):
        made = branch.objects()
        member_id = branch.member.id
        withdraw_objection(branch.session, made.id, member_id=member_id, filing=None, via=Via.PHONE)


def test_objecting_and_taking_back_ends_for_the_day_and_the_neighbour_goes_on(session: Session) -> None:
    branch = a_disputed_branch(session)
    objected_and_taken_back(branch, MOST_OBJECTIONS)
    error = refused(branch.objects)
    assert (error.code, error.extra["retry_after"]) == ("too_many_tries", 86400)
    neighbour = a_member(session, branch.org, "李秀英")
    other = an_entry(
        session, neighbour, branch.scheme, branch.hands[Role.COMMISSIONER], item="volunteer", cycle="2026Q4"
    )
    object_to(
        session, member_id=neighbour.id, entry_id=other.id, said="少记了一次", filing=None, via=Via.PHONE,
        now=NOON,
    )  # fmt: skip
    branch.objects(**branch.by_word())


def objecting_to_each(sessions: Sessions, member_id: int, entries: list[int]) -> list[Callable[[], Any]]:
    def objecting(entry_id: int) -> Callable[[], Any]:
        def run() -> str:
            with sessions.begin() as session:
                object_to(
                    session, member_id=member_id, entry_id=entry_id, said="那天我到会了", filing=None,
                    via=Via.PHONE, now=NOON,
                )  # fmt: skip
            return "taken in"

        return run

    return [objecting(entry_id) for entry_id in entries]


def test_many_sent_at_once_are_no_more_than_one_after_the_other(sessions: Sessions) -> None:
    with sessions.begin() as session:
        branch = a_disputed_branch(session)
        entries = [branch.helped().id for _ in range(6)]
        objected_and_taken_back(branch, MOST_OBJECTIONS - 2)
    found = at_once(objecting_to_each(sessions, branch.member.id, entries))
    assert Counter(found) == {"taken in": 2, "too_many_tries": 4}
    with sessions() as session:
        assert session.scalar(select(func.count()).select_from(Objection)) == MOST_OBJECTIONS


def declaring(sessions: Sessions, village: Village, member_id: int, n: int) -> Callable[[], Any]:
    def run() -> str:
        with sessions.begin() as session:
            member = session.get_one(Member, member_id)
            Village(**vars(village) | {"session": session}).declare(member, a_deed(title=f"修渠第 {n} 段"))
        return "taken in"

    return run


def test_many_declared_at_once_are_counted_one_after_the_other(sessions: Sessions) -> None:
    with sessions.begin() as session:
        village = a_village(session)
        own = village.members[0]
        declared_and_taken_back(village, own, MOST_A_DAY - 2)
    found = at_once([declaring(sessions, village, own.id, n) for n in range(6)])
    assert Counter(found) == {"taken in": 2, "too_many_tries": 4}
    with sessions() as session:
        assert session.scalar(select(func.count()).select_from(Proposal)) == MOST_A_DAY
