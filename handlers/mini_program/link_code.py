"""GET /api/v1/me/link-code: eight digits that tie the official account's chat to this member."""

from typing import Any

from pydantic import BaseModel

from handlers.edge import current
from handlers.identity import member_id, member_needed
from handlers.mini_program import api
from models.people.link_code import LIFE, LinkKind, issue_link_code


class Code(BaseModel):
    """Eight digits and the seconds they are good for."""

    code: str
    expires_in: int


@api.get("/me/link-code")
@api.output(Code)
@member_needed
def make_link_code() -> dict[str, Any]:
    """A new 关联码 to send to the official account; the one shown before is no longer good."""
    edge = current()
    digits = issue_link_code(
        edge.session, edge.parts.keyring, LinkKind.CHAT, member_id=member_id(), now=edge.now
    )
    return {"code": digits, "expires_in": int(LIFE.total_seconds())}
