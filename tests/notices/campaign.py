"""A branch whose members follow the account, and a theme day told to them five days before."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.gatherings.gathering import Gathering, GatheringState
from models.notices.audience import Channels
from models.notices.delivery import Delivery, DeliveryState
from models.notices.outbox import Claimed, claim
from models.notices.publish import publish
from models.people.account import Account
from models.people.binding import Binding
from models.people.member import Member
from models.people.org import Org
from tests.conftest import NOON
from tests.factories import THREE_O_CLOCK, a_binding, a_branch, a_gathering, a_member, an_account

ACCOUNT = "wxaccount0000001"
CHANNELS = Channels(ACCOUNT, None, None)
# Friday, 20 November 2026, 14:50 in Shanghai.
FRIDAY = NOON - timedelta(days=5)


@dataclass
class Campaign:
    """One gathering, told or about to be, and those it is told to."""

    branch: Org
    gathering: Gathering
    secretary: Account
    members: list[Member]
    bindings: list[Binding]

    def publish(self, session: Session, now: datetime = FRIDAY, channels: Channels = CHANNELS) -> None:
        """Publish it to everybody whom these channels reach."""
        publish(
            session,
            self.gathering.id,
            org_ids=[self.branch.id],
            by=self.secretary.id,
            channels=channels,
            now=now,
        )


def a_draft(
    session: Session,
    people: int = 3,
    starts_at: datetime = THREE_O_CLOCK,
    appid: str = ACCOUNT,
    bound: bool = True,
) -> Campaign:
    """Add a branch of so many members, all of them followers, and the draft of its theme day."""
    branch = a_branch(session)
    members = [a_member(session, branch, name=f"王建{sign}") for sign in "国民军华平生明安福田"[:people]]
    members += [a_member(session, branch, name=f"李{number}") for number in range(10, people)]
    bindings = [a_binding(session, one, appid) for one in members] if bound else []
    gathering = a_gathering(
        session, branch, state=GatheringState.DRAFT, starts_at=starts_at, hall_salt=None, bring="党徽、笔记本"
    )
    return Campaign(branch, gathering, an_account(session), members, bindings)


def a_campaign(session: Session, people: int = 3, now: datetime = FRIDAY) -> Campaign:
    """Add such a branch and publish its theme day."""
    campaign = a_draft(session, people)
    campaign.publish(session, now)
    return campaign


def the_delivery(session: Session, claimed: Claimed) -> Delivery:
    """Return a claim's row as it is now."""
    return session.get_one(Delivery, claimed.delivery_id, populate_existing=True)


def one_claim(session: Session, now: datetime) -> Claimed:
    """Claim the only message that is due."""
    (claimed,) = claim(session, CHANNELS, now=now, limit=10)
    return claimed


def states(session: Session) -> list[DeliveryState]:
    """Return the state of every delivery, in the order they were written."""
    return list(session.scalars(select(Delivery.state).order_by(Delivery.id)))


def reasons(session: Session) -> list[str | None]:
    """Return the reason of every delivery, in the order they were written."""
    return list(session.scalars(select(Delivery.reason).order_by(Delivery.id)))
