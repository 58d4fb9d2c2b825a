"""POST and DELETE /api/v1/session: a phone logs in by wx.login."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from handlers.description import may_answer
from handlers.edge import Edge, current
from handlers.identity import bearer, phone_needed
from handlers.mini_program import api
from models.gatherings.gathering import GatheringState, state_at
from models.gatherings.hall_code import make_ticket, read_token, token_is_authentic, token_is_fresh
from models.gatherings.plan import gathering_seen
from models.people.phone import LIFE, end_phone_session, phone_behind, start_phone_session
from models.refused import Refused


class LogIn(BaseModel):
    """The code of wx.login, and the hall's QR token if one was scanned before logging in."""

    model_config = ConfigDict(extra="forbid", strict=True)
    code: str = Field(min_length=1, max_length=128)
    scan: str | None = Field(default=None, max_length=64)


class Me(BaseModel):
    """The member this phone is bound to."""

    id: int
    name: str
    branch: str


class LoggedIn(BaseModel):
    """A session of seven days; a ticket where a fresh scan came along."""

    token: str
    expires_in: int
    bound: bool
    member: Me | None
    ticket: str | None = None


@api.post("/session")
@api.input(LogIn, arg_name="body")
@api.output(LoggedIn, status_code=201)
@may_answer(401, 502)
def log_in(body: LogIn) -> dict[str, Any]:
    """Log in: the openid comes from WeChat, never from the client.

    WeChat is asked first, the database second: no call inside a transaction. 401 login_again for a code
    that is used or old, 502 when WeChat does not answer.
    """
    edge = current()
    known = edge.parts.log_in(body.code)
    appid = edge.parts.installation.mini_appid
    token = start_phone_session(edge.session, edge.parts.keyring, appid, known.openid, now=edge.now)
    phone = phone_behind(edge.session, token, now=edge.now)
    me = None
    if phone.member_id is not None:
        me = {"id": phone.member_id, "name": phone.member_name, "branch": phone.branch_name}
    ticket = _ticket(edge, body.scan, appid, known.openid) if body.scan else None
    return {
        "token": token,
        "expires_in": int(LIFE.total_seconds()),
        "bound": me is not None,
        "member": me,
        "ticket": ticket,
    }


def _ticket(edge: Edge, scan: str, appid: str, openid: str) -> str | None:
    """Turn a fresh scan into a ticket, so that a slow log-in does not outlive the code; else nothing."""
    try:
        token = read_token(scan)
        gathering = gathering_seen(edge.session, token.gathering_id)
    except Refused:
        return None
    salt = gathering.hall_salt
    state = state_at(gathering.state, gathering.starts_at, gathering.opened_at, now=edge.now)
    if salt is None or state is not GatheringState.OPEN or not token_is_fresh(token, now=edge.now):
        return None
    if not token_is_authentic(edge.parts.keyring, token, salt):
        return None
    return make_ticket(
        edge.parts.keyring,
        gathering_id=gathering.id,
        hall_salt=salt,
        appid=appid,
        openid=openid,
        seen_at=edge.now,
    )


@api.delete("/session")
@api.output({}, status_code=204)
@phone_needed
def log_out() -> str:
    """End this session."""
    end_phone_session(current().session, bearer())
    return ""
