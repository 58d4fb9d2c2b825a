"""/api/v1/me/data and /me/corrections: all that is kept about oneself, and the wish to have it mended."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from handlers.description import may_answer
from handlers.edge import current
from handlers.identity import member_id, member_needed, phone
from handlers.mini_program import api
from handlers.mini_program.complaints import Receipt, spend_letter, taken_in
from models.clock import iso
from models.notices.kept import kept_about
from models.people.complaint import Wrong, correction_text, tidy_complaint


class SectionOut(BaseModel):
    """One part of it; each row has two columns."""

    title: str
    rows: list[list[str]]


class OwnData(BaseModel):
    """All that is kept, as of one moment."""

    made_at: str
    sections: list[SectionOut]


class Correcting(BaseModel):
    """What is wrong, or `erase`, and in one's own words how it ought to be."""

    model_config = ConfigDict(extra="forbid", strict=True)
    what: Literal["name", "phone", "group", "joined_on", "other", "erase"]
    text: str = Field(min_length=2, max_length=200)


@api.get("/me/data")
@api.output(OwnData)
@member_needed
def show_own_data() -> dict[str, Any]:
    """All that is kept about the member, in words: no openid, no number but one the member wrote."""
    edge = current()
    found = kept_about(
        edge.session, edge.parts.keyring, member_id(), openid_hash=phone().openid_hash,
        mini_appid=edge.parts.installation.mini_appid,
    )  # fmt: skip
    return {"made_at": iso(edge.now), "sections": [section._asdict() for section in found]}


@api.post("/me/corrections")
@api.input(Correcting, arg_name="body")
@api.output(Receipt, status_code=201)
@member_needed
@may_answer(429)
def create_correction(body: Correcting) -> Any:
    """201 with a receipt; `GET /complaints/{receipt}` has the answer.

    It is a letter to the zone's office, as a complaint is: that box has somebody who must answer within ten
    workdays and who may mend any roster or have it mended, and its answer reaches this very phone. The branch
    itself may be who wrote it wrong. Unlike a complaint it says whose it is, because the person wants that.
    """
    who = phone()
    tidy_complaint(body.text, None)
    spend_letter(who.openid_hash)
    wish = Wrong(body.what)
    text = correction_text(who.member_name or "", who.branch_name or "", wish, body.text)
    return taken_in(text, None, who.openid_hash, wish), 201
