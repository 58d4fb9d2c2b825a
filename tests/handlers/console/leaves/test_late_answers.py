"""Answers that would correct a confirmed roll: only by whoever may confirm it, whosever the people are."""

from collections.abc import Mapping
from datetime import date

import pytest
from sqlalchemy import select

from models.gatherings.gathering import GatheringState
from models.gatherings.marks import set_marks
from models.gatherings.roll import Amendment, RollLine, Status
from models.people.account import Role
from models.people.org import OrgKind
from models.points.posting import confirm_roll
from tests.factories import (
    a_branch,
    a_gathering,
    a_host_attendance,
    a_leave,
    a_member,
    a_post,
    a_roll,
    an_account,
    an_org,
)
from tests.handlers.console_site import Site


def confirmed_general_roll(site: Site) -> Mapping[str, str]:
    """Let a general branch confirm somebody absent who waits for two answers; return their addresses."""
    with site.sessions.begin() as session:
        general = an_org(session, OrgKind.GENERAL_BRANCH, "河东镇企业党总支", site.orgs["town"])
        branch = a_branch(session, general, name="纺织厂党支部")
        for who, org in (("general", general), ("below", branch)):
            site.staff[who] = an_account(session, who)
            a_post(session, site.staff[who], org, Role.SECRETARY)
        member = a_member(session, branch, "段青山")
        it = a_gathering(session, general, GatheringState.OPEN)
        roll, by = a_roll(session, it, general, [member]), site.staff["general"].id
        set_marks(session, roll.id, {member.id: Status.ABSENT}, by=by, now=site.now)
        confirm_roll(session, roll.id, by=by, now=site.now)
        a_leave(session, it, member)
        attendance = a_host_attendance(session, member, attended_on=date(2026, 11, 20))
        return {
            "leave": f"/console/leaves/{it.id}/{member.id}/answer",
            "attendance": f"/console/host-attendances/{attendance.id}/answer",
        }


@pytest.mark.parametrize("asked", ["leave", "attendance"])
def test_roll_of_the_general_branch_is_corrected_by_its_own_secretary_alone(site: Site, asked: str) -> None:
    # Control: without the question who confirms the roll, the branch below amends it and its points.
    address = confirmed_general_roll(site)[asked]
    answer = site.browser("below").post(address, {"say": "yes"})
    assert (answer.status_code, "名册已经确认" in answer.text) == (409, True)
    with site.sessions() as session:
        assert session.scalars(select(RollLine.status)).all() == [Status.ABSENT]
    assert site.browser("general").post(address, {"say": "yes"}).status_code == 303
    with site.sessions() as session:
        assert len(session.scalars(select(Amendment)).all()) == 1
