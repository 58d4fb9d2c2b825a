"""The four texts of a notice on the console, the sheet for the board, and the page behind the link."""

from flask import Response

from handlers.console.pages import console, page, staff_page
from handlers.edge import current
from handlers.notice_texts import texts_now, together_of
from handlers.reach import gathering_reached
from models.gatherings.agenda import agenda_of
from models.gatherings.gathering import GatheringState
from models.gatherings.plan import gathering_seen
from models.notices.link import read_notice_token
from models.people.org import Org
from models.refused import Refused


@console.get("/console/gatherings/<int:gathering_id>/sheet")
@staff_page
def notice_sheet(gathering_id: int) -> Response:
    """Show the notice on one A4 page for the board, drawn from the same facts as the message."""
    session = current().session
    rolls = gathering_reached(gathering_id)
    it, host = rolls[0].gathering, rolls[0].host
    texts = texts_now(it, agenda_of(session, gathering_id), host, together_of(gathering_id, host))
    return page("notices/sheet.html", gathering=it, sheet=texts["sheet"])


@console.get("/n/<token>")
def notice_page(token: str) -> Response:
    """Say what holds now of a gathering to whoever has its address: no names, no agenda, no effect.

    Refused: not_found, also for a draft.
    """
    edge = current()
    gathering_id = read_notice_token(edge.parts.keyring, token)
    it = gathering_seen(edge.session, gathering_id) if gathering_id else None
    if it is None or it.state is GatheringState.DRAFT:
        raise Refused("not_found", "没有找到这次活动，可能还没有发布")
    host = edge.session.get_one(Org, it.org_id)
    return page("notices/page.html", gathering=it, host=host.name)
