"""Nobody is judge in their own cause: not by taking back what others wrote, nor by another door."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy.orm import Session

from models.audit import Via
from models.people.account import Account, Role
from models.people.member import Member
from models.people.org import Org
from models.people.said import Filing, Said
from models.points.proposal import ProposalState
from models.points.proposing import withdraw
from models.ratings.meeting.vetoing import lift_veto, record_veto
from models.ratings.objections.appealing import appeal
from models.ratings.objections.objection import Objection, ObjectionState
from models.ratings.objections.raising import withdraw_objection
from models.ratings.procedure.rating import RatingState
from tests.conftest import NOON
from tests.factories import a_post, an_account
from tests.points.proposers import a_deed, a_village
from tests.points.test_proposing import refused
from tests.ratings.disputes import DAY, Branch, a_disputed_branch
from tests.ratings.walk import JANUARY, Walk, a_walk


def take_back(branch: Branch, objection: Objection, role: Role, how: Said) -> Objection:
    filing = Filing(branch.hands[role].id, how)
    return withdraw_objection(
        branch.session, objection.id, member_id=branch.member.id, filing=filing, via=Via.CONSOLE
    )


def test_whoever_made_the_entry_does_not_say_that_the_objection_was_taken_back(session: Session) -> None:
    branch = a_disputed_branch(session)
    objection = branch.objects()
    for how in (Said.IN_PERSON, Said.PHONE_CALL, Said.MESSAGE, Said.FAMILY):
        assert refused(take_back, branch, objection, Role.SECRETARY, how).code == "own_entry"
    assert objection.state is ObjectionState.SUBMITTED
    assert take_back(branch, objection, Role.CLERK, Said.PHONE_CALL).state is ObjectionState.WITHDRAWN
    # A paper in the member's own hand may be copied by anybody.
    again = branch.objects()
    assert take_back(branch, again, Role.SECRETARY, Said.PAPER).state is ObjectionState.WITHDRAWN


def test_whoever_answered_does_not_say_that_the_appeal_was_taken_back(session: Session) -> None:
    branch = a_disputed_branch(session)
    answered = branch.answers(branch.objects(), uphold=False)
    appealed = appeal(
        session, answered.id, member_id=branch.member.id, said="我坐在后排", filing=None, via=Via.PHONE,
        now=NOON + 2 * DAY,
    )  # fmt: skip
    assert refused(take_back, branch, appealed, Role.COMMISSIONER, Said.IN_PERSON).code == "own_entry"
    assert take_back(branch, appealed, Role.CLERK, Said.IN_PERSON).state is ObjectionState.WITHDRAWN


@pytest.mark.parametrize("role", ["secretary", "commissioner"])
def test_a_list_is_taken_back_by_whoever_wrote_it_and_not_by_whom_it_costs(
    session: Session, role: str
) -> None:
    village = a_village(session)
    hand, own = getattr(village, role), village.members[0]
    hand.member_id = own.id
    session.flush()
    made = village.propose(own, deed=a_deed("spoiled", title="开会时扰乱秩序"))
    told: dict[str, Any] = {"by_member": None, "how": None, "via": Via.CONSOLE}
    assert refused(withdraw, session, made.id, by=hand.id, **told).code == "not_yours"
    assert made.state is ProposalState.SUBMITTED
    assert withdraw(session, made.id, by=village.clerk.id, **told).state is ProposalState.WITHDRAWN


# Filing a rating.


def on_the_board(session: Session) -> Walk:
    walk = a_walk(session, full=6).begins().grades()
    walk.meets()
    walk.posts()
    return walk


def an_officer(walk: Walk, name: str, role: Role, member: Member | None = None) -> Account:
    account = an_account(walk.session, name=name, member=member)
    zone = walk.session.get_one(Org, walk.township.parent_id)
    a_post(walk.session, account, zone if role is Role.ZONE_OFFICER else walk.township, role)
    return account


def test_whoever_led_the_rating_of_the_branch_does_not_file_it(session: Session) -> None:
    walk = on_the_board(session)
    a_post(session, walk.secretary, walk.township, Role.TOWNSHIP_OFFICER)
    assert refused(walk.files, by=walk.secretary.id).code == "own_entry"
    assert walk.files().state is RatingState.CONFIRMED


def test_whoever_took_a_step_of_the_branch_does_not_file_it_either(session: Session) -> None:
    walk = a_walk(session, full=6).begins().grades()
    deputy = an_officer(walk, "贺永年", Role.TOWNSHIP_OFFICER)
    walk.meets(by=deputy.id)
    walk.posts()
    assert refused(walk.files, by=deputy.id).code == "own_entry"


def test_officer_who_is_rated_in_it_leaves_it_to_one_who_is_not(session: Session) -> None:
    walk = on_the_board(session)
    walk.officer.member_id = walk.members[0].id
    above = an_officer(walk, "顾云飞", Role.ZONE_OFFICER)
    error = refused(walk.files)
    assert (error.code, "顾云飞（示范区党建干部）" in error.message) == ("own_entry", True)
    assert walk.files(by=above.id).state is RatingState.CONFIRMED


def test_where_every_officer_is_rated_in_it_one_of_them_types_the_committees_number(session: Session) -> None:
    walk = on_the_board(session)
    walk.officer.member_id = walk.members[0].id
    an_officer(walk, "顾云飞", Role.ZONE_OFFICER, walk.members[1])
    assert walk.files().state is RatingState.CONFIRMED


def test_nobody_lifts_the_veto_on_themselves(session: Session) -> None:
    walk = a_walk(session, full=3, vetoes=[{"id": "vice", "title": "涉黄赌毒", "effect": "not_rated"}])
    walk.secretary.member_id = walk.members[0].id
    told: dict[str, Any] = {"document": "河东纪〔2026〕9号", "decided_by": "河东镇纪委", "now": JANUARY}
    told |= {"decided_on": date(2026, 12, 10), "by": walk.officer.id}
    own, others = (record_veto(session, one.id, "vice", **told) for one in walk.members[:2])
    paper: dict[str, Any] = {"document": "河东纪〔2026〕19号", "by": walk.secretary.id, "now": JANUARY}
    assert refused(lift_veto, session, own.id, **paper).code == "own_entry"
    assert lift_veto(session, others.id, **paper).lifted_at is not None
