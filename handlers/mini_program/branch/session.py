"""POST and DELETE /api/v1/branch/session: a phone begins to act for a console account, and stops."""

from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from handlers.description import may_answer
from handlers.edge import current
from handlers.identity import bearer, branch_phone_needed, member_needed, phone, staff
from handlers.mini_program import api
from handlers.mini_program.fields import fields_of
from models.people.link_code import TRIES
from models.people.phone import STAFF_LIFE, end_branch_work, start_branch_work
from models.people.rights import PostAt
from models.people.tries import Guess
from models.refused import Refused


class Digits(BaseModel):
    """The eight digits of the console's page 手机办公, as typed."""

    model_config = ConfigDict(extra="forbid", strict=True)
    code: str = Field(min_length=1, max_length=40)


class PostOut(BaseModel):
    """One post in force."""

    role: str
    org_id: int
    org: str


class AtWork(BaseModel):
    """For whom the phone acts, how long, and with which posts."""

    name: str
    expires_in: int
    posts: list[PostOut]


def posts_shown(posts: Sequence[PostAt]) -> list[dict[str, Any]]:
    """Return posts as JSON values."""
    return [fields_of(PostOut, post, org=post.org_name) for post in posts]


@api.post("/branch/session")
@member_needed
@api.input(Digits, arg_name="body")
@api.output(AtWork, status_code=201)
@may_answer(429)
def start_work(body: Digits) -> dict[str, Any]:
    """201, for twelve hours. Wrong digits cost tries, five an hour, then 429; a slip gives no such right."""
    edge, who = current(), phone()
    if edge.spend(Guess.BRANCH_CODE, who.openid_hash, TRIES) < 0:
        raise Refused("too_many_tries", "试得太多了，请一小时后再来，或在电脑上办", retry_after=3600)
    hand = start_branch_work(edge.session, edge.parts.keyring, bearer(), who, body.code, now=edge.now)
    return {
        "name": hand.name,
        "expires_in": int(STAFF_LIFE.total_seconds()),
        "posts": posts_shown(hand.posts),
    }


@api.delete("/branch/session")
@branch_phone_needed
@api.output({}, status_code=204)
def end_work() -> str:
    """204; the phone stays logged in as its member."""
    end_branch_work(current().session, bearer(), staff())
    return ""
