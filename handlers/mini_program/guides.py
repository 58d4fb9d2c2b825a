"""GET /api/v1/guides: 办事指南, the same texts with which the official account answers."""

from typing import Any

from pydantic import BaseModel

from handlers.edge import current
from handlers.mini_program import api
from models.people.office_answer import MATTER_TEXT, House, office_answers


class Guide(BaseModel):
    """One matter and how it is done."""

    matter: str
    title: str
    text: str


class Guides(BaseModel):
    """All of them; there are few."""

    items: list[Guide]


@api.get("/guides")
@api.output(Guides)
def list_guides() -> dict[str, Any]:
    """How to transfer, to join, to report as a floating member, and where the office is, for anybody."""
    edge = current()
    installation = edge.parts.installation
    house = House(installation.owner, installation.complaint_phone)
    return {
        "items": [
            {"matter": answer.matter, "title": MATTER_TEXT[answer.matter], "text": answer.text}
            for answer in office_answers(edge.session, house)
        ]
    }
