"""The four texts of a notice: WeChat's message, the chat group, the loudspeaker, the sheet for the board."""

from collections.abc import Sequence
from typing import Any

from handlers.edge import current
from models.clock import day_of
from models.gatherings.gathering import AgendaItem, Gathering
from models.gatherings.partners import convenes
from models.gatherings.standing import rolls_of
from models.notices.link import notice_token
from models.notices.notice import Notice
from models.notices.phone_list import newest_message
from models.notices.texts import LOUDEST, Texts, texts_of
from models.people.org import Org
from wechat.values import fit


def link_of(gathering_id: int) -> str:
    """Return the address that says what holds now, for the chat group."""
    parts = current().parts
    return f"{parts.installation.base_url}/n/{notice_token(parts.keyring, gathering_id)}"


def shown_texts(
    it: Gathering,
    agenda: Sequence[str],
    host: Org,
    together: Sequence[str],
    *,
    gathering_id: int | None,
    message: Notice | None = None,
) -> dict[str, Any]:
    """Return the four texts as cards of the page; the message as WeChat will cut it.

    `message` is what went out last; None for a draft.
    """
    texts = texts_of(
        it,
        agenda,
        host.name,
        together=together,
        convened=convenes(host),
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


def texts_now(
    it: Gathering, agenda: Sequence[AgendaItem], host: Org, together: Sequence[str]
) -> dict[str, Any]:
    """Return the texts of a stored gathering as they read now, after the message that went out last."""
    message, titles = newest_message(current().session, it.id), [item.title for item in agenda]
    return shown_texts(it, titles, host, together, gathering_id=it.id, message=message)


def _message(texts: Texts) -> str:
    title, place, note = (fit(texts.message[name], "thing1") for name in ("title", "place", "note"))
    return f"{title}\n时间：{texts.message['time']}\n地点：{place}\n提示：{note}"


def together_of(gathering_id: int, host: Org) -> list[str]:
    """Return the names of the organisations that take part beside the host."""
    edge = current()
    rolls = rolls_of(edge.session, gathering_id, now=edge.now)
    return [one.org.name for one in rolls if one.org.id != host.id]
