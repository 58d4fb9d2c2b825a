"""A branch with somebody at every desk, and a member whose roll says absent: what objections need."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.audit import Via
from models.gatherings.marks import set_marks
from models.gatherings.roll import Status
from models.people.account import Account, Role
from models.people.member import Member
from models.people.org import Org
from models.people.said import Filing, Said
from models.points.entry import PointEntry
from models.points.posting import confirm_roll
from models.points.schemes.published import Scheme
from models.ratings.meeting.decision import GradeKind, MemberGrade
from models.ratings.objections.answering import Answer, answer_objection
from models.ratings.objections.objection import Objection
from models.ratings.objections.raising import object_to
from models.ratings.procedure.beginning import rating_seen
from models.ratings.procedure.rating import Act, Rating, RatingAct, RatingState
from models.ratings.publicity.publicity import RatingPublicity
from models.ratings.runs.run import keep_run, reckon
from tests.conftest import NOON
from tests.factories import (
    a_branch,
    a_gathering,
    a_group,
    a_member,
    a_post,
    a_proposal,
    a_rating,
    a_roll,
    a_township,
    a_zone,
    an_account,
    an_entry,
)
from tests.points.published import publish_for

DAY = timedelta(days=1)
CYCLE = "2026Q4"


@dataclass
class Branch:
    """Qingshi's branch with its hands, by role; `absent` is the entry that costs Wang Jianguo 3 points."""

    session: Session
    org: Org
    scheme: Scheme
    member: Member
    absent: PointEntry
    hands: dict[Role, Account] = field(default_factory=dict)

    def objects(self, entry: PointEntry | None = None, *, after: int = 0, **more: Any) -> Objection:
        """Let the member object to an entry by phone, so many days after NOON."""
        told: dict[str, Any] = {"said": "那天我到会了", "filing": None, "via": Via.PHONE}
        entry_id = None if "rating_id" in more else (entry or self.absent).id
        return object_to(
            self.session, member_id=self.member.id, entry_id=entry_id, now=NOON + after * DAY, **told | more
        )

    def by_word(self, role: Role = Role.CLERK, how: Said = Said.PHONE_CALL) -> dict[str, Any]:
        """Return what makes an objection one that somebody wrote down."""
        return {"filing": Filing(self.hands[role].id, how), "via": Via.CONSOLE}

    def answers(
        self, objection: Objection, role: Role = Role.COMMISSIONER, *, after: int = 1, **more: Any
    ) -> Objection:
        """Let somebody uphold an objection: the member came."""
        told = Answer(True, "会议记录有本人的发言", Status.PRESENT)._replace(**more)
        return answer_objection(
            self.session, objection.id, told, by=self.hands[role].id, via=Via.CONSOLE, now=NOON + after * DAY
        )

    def entries(self) -> list[tuple[str, Decimal]]:
        """Return the member's ledger."""
        query = select(PointEntry).where(PointEntry.member_id == self.member.id).order_by(PointEntry.id)
        return [(entry.item, entry.points) for entry in self.session.scalars(query)]

    def helped(self, by: Role = Role.COMMISSIONER, **columns: Any) -> PointEntry:
        """Add an entry that one of them approved on the member's own word."""
        told = {"item": "volunteer", "cycle": CYCLE} | columns
        return an_entry(self.session, self.member, self.scheme, self.hands[by], **told)

    def written_down(self, by: Role, approved_by: Role) -> PointEntry:
        """Add an entry that one of them proposed and another approved."""
        proposal = a_proposal(
            self.session, self.member, self.scheme, self.hands[approved_by], item="volunteer", cycle=CYCLE,
            by_member_id=None, account_id=self.hands[by].id,
        )  # fmt: skip
        return an_entry(
            self.session, self.member, self.scheme, self.hands[approved_by], item="volunteer", cycle=CYCLE,
            proposal_id=proposal.id, about=f"proposal:{proposal.id}:{self.member.id}",
        )  # fmt: skip


NAMES = {
    Role.SECRETARY: "周明远", Role.DEPUTY: "贺永年", Role.COMMISSIONER: "李桂兰", Role.CLERK: "林小满",
    Role.POINTS_GROUP: "宋桂兰", Role.TOWNSHIP_OFFICER: "程若兰", Role.ZONE_OFFICER: "顾云飞",
}  # fmt: skip


def a_disputed_branch(session: Session, scheme: str = "DEMO", *, without: tuple[Role, ...] = ()) -> Branch:
    """Confirm a roll by the secretary's hand that says the member was absent."""
    zone = a_zone(session)
    town = a_township(session, zone)
    org = a_branch(session, town)
    published = publish_for(session, org, scheme)
    member = a_member(session, org, group=a_group(session, org))
    hands = {}
    at = {Role.TOWNSHIP_OFFICER: town, Role.ZONE_OFFICER: zone}
    for role, name in NAMES.items():
        hands[role] = an_account(session, name=name)
        if role not in without:
            a_post(session, hands[role], at.get(role, org), role)
    absent = an_absence(session, org, member, hands[Role.SECRETARY])
    return Branch(session, org, published, member, absent, hands)


def an_absence(session: Session, org: Org, member: Member, by: Account) -> PointEntry:
    """Post the entry of a confirmed roll on which a hand marked the member absent."""
    gathering = a_gathering(session, org, starts_at=NOON - DAY)
    roll = a_roll(session, gathering, org, [member])
    set_marks(session, roll.id, {member.id: Status.ABSENT}, by=by.id, now=NOON)
    confirm_roll(session, roll.id, by=by.id, now=NOON)
    return session.scalars(select(PointEntry).where(PointEntry.gathering_id == gathering.id)).one()


def put_up(
    session: Session, org: Org, scheme: Scheme, by: Account, grades: Mapping[Member, GradeKind]
) -> Rating:
    """Let the meeting have graded these, and their stars hang from NOON to 2 December, five workdays on."""
    rating = a_rating(session, org, scheme, by, cycle=CYCLE)
    day = date(2026, 11, 25)
    for member, grade in grades.items():
        told: dict[str, Any] = {"rating_id": rating.id, "member_id": member.id, "grade": grade}
        session.add(MemberGrade(**told, decided_on=day, account_id=by.id, written_at=NOON))
    session.flush()
    seen = rating_seen(session, rating.id)
    run = keep_run(session, seen, reckon(session, seen), by=by.id, now=NOON)
    did: dict[str, Any] = {"rating_id": rating.id, "run_id": run.id, "account_id": by.id, "acted_at": NOON}
    session.add_all(RatingAct(act=act, held_on=day, **did) for act in (Act.ASSEMBLY_APPRAISAL, Act.PUBLICITY))
    session.add(
        RatingPublicity(
            posted_on=day, workdays=5, ends_on=date(2026, 12, 2), contact="李桂兰", contact_phone="3550123",
            township_phone="3550100", **did,
        )
    )  # fmt: skip
    rating.state = RatingState.PUBLICISED
    session.flush()
    return rating
