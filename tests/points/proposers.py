"""A branch with hands and members, and a scheme with an item of each kind: what proposals start from."""

import json
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from models.audit import Via
from models.people.account import Account, Role
from models.people.member import Member
from models.people.org import Org
from models.people.said import Said
from models.points.approving import approve
from models.points.deed import Deed
from models.points.proposal import Proposal
from models.points.proposing import propose
from models.points.schemes.published import Scheme, publish_scheme
from models.points.schemes.use import use_scheme
from models.ratings.procedure.rating import Rating, RatingState
from tests.conftest import NOON
from tests.factories import a_branch, a_group, a_member, a_post, a_rating, a_township, a_zone, an_account

TODAY = date(2026, 11, 25)
TEMPLATE: dict[str, Any] = {
    "code": "DEEDS", "version": 1, "title": "试用积分办法", "cycle": "quarter",
    "parts": [{"code": "task", "title": "履职"}],
    "items": [
        {"id": "volunteer", "title": "志愿服务", "part": "task", "pts": 1, "source": "volunteer"},
        {"id": "training", "title": "参加培训", "part": "task", "pts": 1, "source": "training",
         "when": {"kinds": ["lecture"], "status": ["present"]}},
        {"id": "attended", "title": "到会", "part": "task", "pts": 1, "source": "attendance",
         "when": {"kinds": ["theme_day"], "status": ["present"]}},
        {"id": "hours", "title": "值班", "part": "task", "pts": "0.5", "unit": "hour", "source": "volunteer"},
        {"id": "dues_late", "title": "党费未按月交纳", "part": "task", "pts": -1, "unit": "month",
         "source": "dues"},
        {"id": "report", "title": "思想汇报", "part": "task", "levels": {"按时": 2, "逾期": 0},
         "unit": "month", "source": "self_declare"},
        {"id": "award", "title": "表彰", "part": "task", "pts": 5, "source": "manual", "review": True,
         "evidence": "required"},
        {"id": "spoiled", "title": "扰乱秩序", "part": "task", "pts": -5, "source": "manual", "review": True},
        {"id": "mediation", "title": "调解纠纷", "part": "task", "pts": 1, "source": "manual"},
        {"id": "proof", "title": "流入地活动证明", "part": "task", "pts": 1, "source": "self_declare",
         "applies_to": ["floating"]},
    ],
    "rounding": {"scale": 1, "mode": "half_up"},
}  # fmt: skip


@dataclass
class Village:
    """One branch: `clerk` writes down, `commissioner` approves, `secretary` and `officer` above them."""

    session: Session
    branch: Org
    scheme: Scheme
    members: list[Member]
    clerk: Account
    commissioner: Account
    secretary: Account
    officer: Account

    def rated(self, cycle: str, state: RatingState) -> Rating:
        """Let the branch's rating of a cycle be so far."""
        return a_rating(self.session, self.branch, self.scheme, self.secretary, cycle=cycle, state=state)

    def propose(self, *whom: Member, deed: Deed | None = None, **hand: Any) -> Proposal:
        """Let the clerk write down a deed, one time of voluntary work unless another is given."""
        usual: dict[str, Any] = {"by": self.clerk.id, "by_member": None, "how": None, "via": Via.CONSOLE}
        ids = [one.id for one in whom or self.members]
        return propose(self.session, self.branch.id, ids, deed or a_deed(), **usual | {"now": NOON} | hand)

    def declare(self, member: Member, deed: Deed | None = None, **hand: Any) -> Proposal:
        """Let a member declare by phone."""
        return self.propose(
            member, deed=deed, **{"by": None, "by_member": member.id, "via": Via.PHONE} | hand
        )

    def record(self, member: Member, deed: Deed | None = None) -> Proposal:
        """Let the clerk record what a member said on the telephone (代录)."""
        return self.propose(member, deed=deed, by_member=member.id, how=Said.PHONE_CALL)

    def approve(self, proposal: Proposal, by: Account | None = None, **more: Any) -> int:
        """Let the commissioner approve."""
        hand: dict[str, Any] = {"by": (by or self.commissioner).id, "via": Via.CONSOLE, "now": NOON}
        return approve(self.session, proposal.id, **hand | more)


def a_deed(item: str = "volunteer", day: date = TODAY, **changed: Any) -> Deed:
    """Return a deed of today: 清淤, once."""
    usual: dict[str, Any] = {"title": "清淤", "quantity": Decimal(1)}
    return Deed(item, day, **usual | changed)


def a_scheme_of_deeds(session: Session, org: Org, code: str = "DEEDS", **changed: Any) -> Scheme:
    """Publish the scheme and let it hold for `org` from 2020 on."""
    text = json.dumps(TEMPLATE | {"code": code} | changed, ensure_ascii=False)
    scheme = publish_scheme(session, text, issuer=org, by=None, now=datetime(2019, 12, 1, tzinfo=NOON.tzinfo))
    use_scheme(session, org, scheme, from_month="2020-01", by=None)
    return scheme


def a_village(session: Session, members: int = 3) -> Village:
    """Add the branch with so many members of one group."""
    town = a_township(session, a_zone(session))
    branch = a_branch(session, town)
    group = a_group(session, branch)
    people = [a_member(session, branch, f"王建{n}", group) for n in range(members)]
    hands = []
    for name, role, org in (
        ("林小满", Role.CLERK, branch),
        ("何桂芳", Role.COMMISSIONER, branch),
        ("周明远", Role.SECRETARY, branch),
        ("程若兰", Role.TOWNSHIP_OFFICER, town),
    ):
        hands.append(an_account(session, name=name))
        a_post(session, hands[-1], org, role)
    return Village(session, branch, a_scheme_of_deeds(session, branch), people, *hands)
