"""POST /api/v1/check-ins: sign in by token, ticket or typed digits."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from handlers.description import may_answer
from handlers.edge import current
from handlers.identity import bearer
from handlers.mini_program import api
from models.clock import iso
from models.gatherings.check_in import DIGITS_LIMIT, Proof, Typed, check_in_by_session
from models.gatherings.hall_code import read_ticket, read_token
from models.keyring import token_hash
from models.people.tries import Guess

Code = Annotated[str, StringConstraints(min_length=1, max_length=64)]


class CheckIn(BaseModel):
    """One of: the QR's token, a ticket, or the gathering with the six digits."""

    model_config = ConfigDict(extra="forbid", strict=True)
    token: Code | None = None
    ticket: Code | None = None
    gathering_id: Annotated[int, Field(ge=1, lt=2**32)] | None = None
    code: Code | None = None

    @model_validator(mode="after")
    def _one_way(self) -> "CheckIn":
        typed = self.gathering_id is not None and self.code is not None
        half_typed = (self.gathering_id is None) != (self.code is None)
        if half_typed or [self.token is not None, self.ticket is not None, typed].count(True) != 1:
            raise ValueError("token, ticket, or gathering_id with code")
        return self

    def proof(self) -> Proof:
        """Read what was sent. Refused: code_invalid."""
        if self.token is not None:
            return read_token(self.token)
        if self.ticket is not None:
            return read_ticket(self.ticket)
        return Typed(self.gathering_id or 0, self.code or "")


class CheckedIn(BaseModel):
    """The receipt: the same for a repeat as for the first time."""

    gathering_id: int
    status: str
    at: str
    to_confirm: bool = False


@api.post("/check-ins")
@api.input(CheckIn, arg_name="body")
@api.output(CheckedIn)
@may_answer(201, 401, 403, 404, 429)
def create_check_in(body: CheckIn) -> Any:
    """201 the first time, 200 the same answer again; refusals as the check-in protocol lists them.

    Who is asking is read together with the line, so this view has no identity guard of its own.
    """
    edge = current()
    receipt = check_in_by_session(
        edge.session,
        edge.parts.keyring,
        token_hash(bearer()),
        body.proof(),
        spend=lambda openid_hash: edge.spend(Guess.DIGITS, openid_hash, DIGITS_LIMIT),
        now=edge.now,
    )
    answer = {"gathering_id": receipt.gathering_id, "status": receipt.status, "at": iso(receipt.at)}
    if receipt.to_confirm:
        return answer | {"to_confirm": True}, 200
    return answer, 201 if receipt.is_new else 200
