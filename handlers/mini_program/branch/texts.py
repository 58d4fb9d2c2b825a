"""The four texts of one notice on a phone: to look at before publishing, and to copy afterwards."""

from collections.abc import Sequence

from pydantic import BaseModel

from handlers.identity import staff
from handlers.notice_texts import texts_now, together_of
from handlers.reach import phoned_orgs
from models.gatherings.gathering import AgendaItem
from models.gatherings.standing import Standing
from models.notices.texts import Sheet
from models.people.rights import Verb, may


class TextsOut(BaseModel):
    """What is said of one gathering: WeChat's message, the chat group, the loudspeaker, the board."""

    message: str
    group: str
    loudspeaker: str
    board: str


def texts_shown(rolls: Sequence[Standing], agenda: Sequence[AgendaItem]) -> dict[str, str] | None:
    """Return the texts as they read now, to the staff of those who take part alone."""
    it, host = rolls[0].gathering, rolls[0].host
    if not (rolls[0].is_draft or phoned_orgs(rolls) or may(staff().posts, Verb.PUBLISH, host.path)):
        return None
    texts = texts_now(it, agenda, host, together_of(it.id, host))
    return {name: texts[name] for name in ("message", "group", "loudspeaker")} | {
        "board": board_text(texts["sheet"])
    }


def board_text(sheet: Sheet) -> str:
    """Return the sheet for the board as plain text, a line for each of its paragraphs."""
    agenda = [f"{number}. {title}" for number, title in enumerate(sheet.agenda, start=1)]
    return "\n".join([sheet.heading, sheet.opening, *agenda, *sheet.closing, sheet.signed, sheet.day])
