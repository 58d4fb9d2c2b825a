"""The four texts of a notice on the console, the sheet for the board, and the page behind the link."""

from collections.abc import Sequence
from typing import Any

from flask import Response

from handlers.console.pages import console, page, staff_page
from handlers.edge import current
from handlers.reach import gathering_reached
from models.clock import day_of
from models.gatherings.agenda import agenda_of
from models.gatherings.gathering import Gathering, GatheringState
from models.gatherings.partners import convenes
from models.gatherings.plan import gathering_seen
from models.gatherings.standing import rolls_of
from models.notices.link import notice_token, read_notice_token
from models.notices.notice import Notice
from models.notices.phone_list import newest_message
from models.notices.texts import LOUDEST, Texts, texts_of
from models.people.org import Org
from models.refused import Refused
from wechat.values import fit


def link_of(gathering_id: int) -> str:
    """Return the address that says what holds now, for the chat group."""
    parts = current().parts
    return f"{parts.installation.base_url}/n/{notice_token(parts.keyring, gathering_id)}"


def shown_texts(
    it: Gathering,
    agenda: Sequence[str],
    host: str,
    together: Sequence[str],
    *,
    convened: bool = False,
    gathering_id: int | None,
    message: Notice | None = None,
) -> dict[str, Any]:
    """Return the four texts as cards of the page; the message as WeChat will cut it.

    `message` is what went out last; None for a draft.
    """
    texts = texts_of(
        it,
        agenda,
        host,
        together=together,
        convened=convened,
        link=link_of(gathering_id) if gathering_id else None,
        issued_on=day_of(message.published_at if message else current().now),
        sent=message.texts.get("member") if message else None,
    )
    return {
        "message": _message(texts),
        "group": texts.group,
        "loudspeaker": texts.loudspeaker,
        "sheet": texts.sheet,
        "loudest": LOUDEST,
    }


def _message(texts: Texts) -> str:
    title, place, note = (fit(texts.message[name], "thing1") for name in ("title", "place", "note"))
    return f"{title}\n时间：{texts.message['time']}\n地点：{place}\n提示：{note}"


@console.get("/console/gatherings/<int:gathering_id>/sheet")
@staff_page
def notice_sheet(gathering_id: int) -> Response:
    """Show the notice on one A4 page for the board, drawn from the same facts as the message."""
    session = current().session
    rolls = gathering_reached(gathering_id)
    it, host = rolls[0].gathering, rolls[0].host
    texts = shown_texts(
        it,
        [item.title for item in agenda_of(session, gathering_id)],
        host.name,
        together_of(gathering_id, host),
        convened=convenes(host),
        gathering_id=gathering_id,
        message=newest_message(session, gathering_id),
    )
    return page("notices/sheet.html", gathering=it, sheet=texts["sheet"])


def together_of(gathering_id: int, host: Org) -> list[str]:
    """Return the names of the organisations that take part beside the host."""
    edge = current()
    rolls = rolls_of(edge.session, gathering_id, now=edge.now)
    return [one.org.name for one in rolls if one.org.id != host.id]


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
