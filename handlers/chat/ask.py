"""What a verb of the chat is handed: the push, what stands behind the command, and who asks."""

from typing import NamedTuple

from sqlalchemy.orm import Session

from handlers.edge import Edge
from models.people.bind import open_binding
from models.people.binding import Binding
from models.people.member import Member
from wechat.push import Push

SILENT = "success"  # stored like a reply, and what WeChat gets where the person reads nothing


class Ask(NamedTuple):
    """One push of one follower; `member` only while bound and on the books.

    `left`: tries left after the one this push was counted as, -1 where none was, None where none was counted.
    """

    edge: Edge
    push: Push
    rest: str
    binding: Binding | None
    member: Member | None
    left: int | None

    @property
    def session(self) -> Session:
        """Return the request's session."""
        return self.edge.session

    @property
    def who(self) -> bytes:
        """Return the keyed hash of the follower."""
        return follower(self.edge, self.push)


def follower(edge: Edge, push: Push) -> bytes:
    """Return the keyed hash of who sent a push."""
    return edge.parts.keyring.openid_hash(push.appid, push.openid)


def ask_of(edge: Edge, push: Push, left: int | None) -> Ask:
    """Say who asks; nobody is a member here once they have left, though the binding may still stand."""
    binding = open_binding(edge.session, push.appid, follower(edge, push))
    member = edge.session.get_one(Member, binding.member_id) if binding else None
    return Ask(edge, push, "", binding, member if member and member.left_on is None else None, left)
