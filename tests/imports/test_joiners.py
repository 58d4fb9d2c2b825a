"""A roster that changes while a notice is out."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.gatherings.gathering import GatheringState
from models.gatherings.roll import Roll, RollLine, Status
from models.notices.audience import Channels
from models.notices.delivery import Delivery, DeliveryState
from models.notices.joiners import follow_roster
from models.notices.publish import publish
from models.people.imports.roster_import import import_roster
from models.people.member import Member
from models.people.org import Org
from tests.conftest import NOON
from tests.factories import KEYRING, a_branch, a_gathering, a_member, an_account
from tests.imports.sheets import a_workbook

BEFORE = NOON - timedelta(days=3)


def published(session: Session, branch: Org) -> int:
    gathering = a_gathering(session, branch, GatheringState.DRAFT)
    by = an_account(session).id
    publish(
        session, gathering.id, org_ids=[branch.id], by=by, channels=Channels("wxoa", None, None), now=BEFORE
    )
    return gathering.id


def joined(session: Session) -> tuple[int, ...]:
    rows = [["姓名", "党员身份", "流动"], ["王建国", "正式党员", "是"], ["李秀英", "正式党员", "否"]]
    report = import_roster(
        session, KEYRING, a_workbook(rows), org_code="QS", dry_run=False, now=BEFORE, by=None
    )
    return report.branch_ids


def lines(session: Session) -> dict[str, Status]:
    query = select(Member.name, RollLine.status).join(RollLine, RollLine.member_id == Member.id)
    return dict(session.execute(query).all())


def test_newcomers_go_onto_the_roll_and_the_phone_list(session: Session) -> None:
    branch = a_branch(session, code="QS")
    a_member(session, branch)
    published(session, branch)
    assert follow_roster(session, joined(session), now=BEFORE) == 1
    assert lines(session) == {"王建国": Status.AWAY, "李秀英": Status.UNRECORDED}
    newcomer = session.scalars(
        select(Delivery).join(Member, Member.id == Delivery.member_id).where(Member.name == "李秀英")
    ).one()
    assert newcomer.state is DeliveryState.PHONE_LIST


def test_an_open_gathering_is_left_alone(session: Session) -> None:
    branch = a_branch(session, code="QS")
    a_member(session, branch)
    published(session, branch)
    assert follow_roster(session, joined(session), now=NOON) == 0
    assert lines(session) == {"王建国": Status.UNRECORDED}


def test_the_roll_of_an_organisation_above_follows_too(session: Session) -> None:
    branch = a_branch(session, code="QS")
    a_member(session, branch)
    gathering_id = published(session, session.get_one(Org, branch.parent_id))
    follow_roster(session, joined(session), now=BEFORE)
    assert set(lines(session)) == {"王建国", "李秀英"}
    assert session.scalars(select(Roll.gathering_id)).all() == [gathering_id]


def test_other_branches_are_left_alone(session: Session) -> None:
    branch = a_branch(session, code="QS")
    a_member(session, branch)
    published(session, branch)
    joined(session)
    other = a_branch(session, session.get_one(Org, branch.parent_id), name="河西村党支部")
    assert follow_roster(session, [other.id], now=BEFORE) == 0
    assert lines(session) == {"王建国": Status.UNRECORDED}
