"""Publication of drafts: ordered, ended later, told by PUBLISHJOBFINISH; followers are told nothing."""

from typing import Any

from simulator.calls import OK, Call, Endpoint
from simulator.errcodes import Errcode
from simulator.families.draft import listed, shown_articles
from simulator.library import DELETED, DONE, Library, Publication
from simulator.state import State


def submit(state: State, call: Call) -> dict[str, Any]:
    """Order a draft's publication; it ends at once unless a fault keeps it under way.

    Nothing makes a repeated call the same publication. Raises 48001 without the right, 40007. Source:
    WeChat, publish draft.
    """
    library = _library(state, call)
    draft = library.draft(call.json().get("media_id"))
    if draft is None:
        raise Errcode(40007)
    articles = [dict(article) for article in draft.articles]
    number = next(state.msgids)
    order = Publication(call.owner().appid, number, draft.media_id, articles, call.now, call.host)
    library.publications[str(number)] = order
    library.finish(order, DONE if call.publish_status is None else call.publish_status)
    call.accepted.append(order)
    call.note = f"publish_id {number}, publish_status {order.status}"
    return OK | {"publish_id": str(number), "msg_data_id": str(next(state.msgids))}


def get(state: State, call: Call) -> dict[str, Any]:
    """Tell how a publication stands. Raises 53600. Source: WeChat, get publish status."""
    asked = str(call.json().get("publish_id", ""))
    order = _library(state, call).publications.get(asked)
    if order is None:
        raise Errcode(53600)
    return {"publish_id": asked, **order.told(), "fail_idx": order.fail_idx}


def delete(state: State, call: Call) -> dict[str, Any]:
    """Delete one article (`index` from 1) or all (0) of what was published, for good. Raises 53600, 47001."""
    asked = call.json()
    order, index = _published(_library(state, call), asked), asked.get("index", 0)
    if type(index) is not int or not 0 <= index <= len(order.articles):
        raise Errcode(47001)
    for article in order.articles[index - 1 : index] if index else order.articles:
        article["is_deleted"] = True
    if all(article["is_deleted"] for article in order.articles):
        order.status = DELETED
    return OK


def getarticle(state: State, call: Call) -> dict[str, Any]:
    """Show what was published under an article_id. Raises 53600. Source: WeChat, get published article."""
    library = _library(state, call)
    return {"news_item": shown_articles(library, _published(library, call.json()).articles)}


def batchget(state: State, call: Call) -> dict[str, Any]:
    """List what was published, the newest first; deleted ones say so. Source: WeChat, list published."""
    asked, library = call.json(), _library(state, call)
    orders = [order for order in library.publications.values() if order.article_id][::-1]
    return listed(library, asked, orders, "article_id")


def _library(state: State, call: Call) -> Library:
    """Find the caller's library. Raises 48001: the account has no right to publish."""
    if not call.owner().publishes:
        raise Errcode(48001)
    return state.library(call.owner().appid)


def _published(library: Library, asked: dict[str, Any]) -> Publication:
    order = library.published(asked.get("article_id"))
    if order is None or all(article["is_deleted"] for article in order.articles):
        raise Errcode(53600)
    return order


ENDPOINTS = [
    Endpoint("POST", "/cgi-bin/freepublish/submit", submit, kind="official"),
    Endpoint("POST", "/cgi-bin/freepublish/get", get, kind="official"),
    Endpoint("POST", "/cgi-bin/freepublish/delete", delete, kind="official"),
    Endpoint("POST", "/cgi-bin/freepublish/getarticle", getarticle, kind="official"),
    Endpoint("POST", "/cgi-bin/freepublish/batchget", batchget, kind="official"),
]
