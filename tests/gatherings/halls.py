"""A hall with people in it: what the check-in tests start from."""

from datetime import datetime
from typing import NamedTuple, cast

from sqlalchemy.orm import Session

from handlers.edge import Edge, Parts
from models.gatherings.check_in import DIGITS_LIMIT, SpendTry
from models.gatherings.gathering import Gathering, GatheringState
from models.gatherings.hall_code import hall_digits, qr_token
from models.gatherings.roll import Roll
from models.keyring import token_hash
from models.people.account import Account, Role
from models.people.binding import Binding
from models.people.member import Member
from models.people.org import Org
from models.people.phone import start_phone_session
from models.people.tries import Guess
from tests.conftest import NOON
from tests.factories import (
    KEYRING,
    a_binding,
    a_branch,
    a_gathering,
    a_member,
    a_post,
    a_roll,
    an_account,
)

MINI = "wxmini"


class Hall(NamedTuple):
    """An open gathering of one branch; `phones` are the session tokens of its bound members."""

    branch: Org
    gathering: Gathering
    roll: Roll
    members: list[Member]
    bindings: list[Binding]
    phones: list[str]
    secretary: Account

    def token(self, now: datetime = NOON) -> str:
        """Return what the hall's QR code shows."""
        return qr_token(KEYRING, self.gathering.id, self.gathering.hall_salt or b"", now=now)

    def digits(self, now: datetime = NOON) -> str:
        """Return what the hall's screen shows in digits."""
        return hall_digits(KEYRING, self.gathering.id, self.gathering.hall_salt or b"", now=now)


def a_hall(session: Session, members: int = 3, state: GatheringState = GatheringState.OPEN) -> Hall:
    """Add a branch whose members are all bound and logged in, at a gathering open to phones."""
    branch = a_branch(session)
    people = [a_member(session, branch, name=f"王建{n}") for n in range(members)]
    bindings = [a_binding(session, person, MINI) for person in people]
    phones = [
        start_phone_session(session, KEYRING, MINI, binding.openid or "", now=NOON) for binding in bindings
    ]
    gathering = a_gathering(session, branch, state=state)
    secretary = an_account(session, name="周明远")
    a_post(session, secretary, branch, Role.SECRETARY)
    roll = a_roll(session, gathering, branch, people)
    return Hall(branch, gathering, roll, people, bindings, phones, secretary)


def a_stranger(session: Session, openid: str = "stranger") -> str:
    """Return the session token of a phone that is bound to nobody."""
    return start_phone_session(session, KEYRING, MINI, openid, now=NOON)


def hashed(phone: str) -> bytes:
    """Return the stored form of a session token."""
    return token_hash(phone)


def spender(session: Session, *, now: datetime = NOON) -> SpendTry:
    """Return the edge's counter of tries, committing as it does."""
    edge = Edge(session, now, cast(Parts, None))
    return lambda openid_hash: edge.spend(Guess.DIGITS, openid_hash, DIGITS_LIMIT)
