"""POST and DELETE /api/v1/binding: a phone becomes a member's, in two steps."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from handlers.description import may_answer
from handlers.edge import Edge, current
from handlers.identity import member_id, member_needed, phone, phone_needed
from handlers.mini_program import api
from models.audit import Via
from models.people.bind import CODE_LIMITS, bind, find_code, masked_name, read_code, unbind
from models.people.org import Org
from models.people.tries import Guess, give_back_try
from models.refused import Refused


class Slip(BaseModel):
    """The twelve digits of the slip; `confirm` only after the person saw whose it is."""

    model_config = ConfigDict(extra="forbid", strict=True)
    bind_code: str = Field(min_length=1, max_length=40)
    confirm: bool = False


class Whose(BaseModel):
    """Whose slip it is, as a stranger may see it; the whole name and who it is only once it is bound."""

    name: str
    branch: str
    bound: bool
    member_id: int | None


@api.post("/binding")
@api.input(Slip, arg_name="body")
@api.output(Whose)
@phone_needed
@may_answer(201, 429)
def create_binding(body: Slip) -> Any:
    """200 who it would be, nothing used; with `confirm` 201 and bound. Wrong codes cost tries, then 429."""
    edge, who = current(), phone()
    digits = read_code(body.bind_code)
    with _left_told(count_code_try(edge, who.openid_hash)):
        if body.confirm:
            member = bind(
                edge.session, edge.parts.keyring, digits, who.appid, who.openid, via=Via.PHONE, now=edge.now
            )
            shown, status = member.name, 201
        else:
            _, member = find_code(
                edge.session, edge.parts.keyring, digits, who.appid, who.openid_hash, now=edge.now
            )
            give_back_try(edge.session, Guess.BIND_CODE, who.openid_hash, now=edge.now)
            shown, status = masked_name(member.name), 200
    branch = edge.session.get_one(Org, member.branch_id)
    whose = member.id if body.confirm else None
    return {"name": shown, "branch": branch.name, "bound": body.confirm, "member_id": whose}, status


@contextmanager
def _left_told(left: int) -> Iterator[None]:
    """Say beside a wrong code how many tries are left."""
    try:
        yield
    except Refused as refused:
        if refused.code == "bind_code_wrong":
            refused.extra["left"] = left
        raise


def count_code_try(edge: Edge, openid_hash: bytes) -> int:
    """Count one try of a bind code before it is judged: five an hour, twenty a day for each WeChat user.

    Returns how many are left.
    """
    left = edge.spend(Guess.BIND_CODE, openid_hash, *CODE_LIMITS)
    if left < 0:
        raise Refused("too_many_tries", "试得太多了，请一小时后再来，或找支部", retry_after=3600)
    return left


@api.delete("/binding")
@api.output({}, status_code=204)
@member_needed
def delete_binding() -> str:
    """Unbind; the member's record stays, the link goes."""
    edge = current()
    unbind(edge.session, phone().binding_id or 0, member_id(), via=Via.PHONE, now=edge.now)
    return ""
