"""The draft box of an official account: articles before they are published."""

import re
from collections.abc import Sequence
from typing import Any

from simulator.calls import OK, Call, Endpoint
from simulator.errcodes import Errcode
from simulator.families.draft_articles import read_article
from simulator.families.media import page_asked
from simulator.library import Draft, Library, Publication, new_key
from simulator.reading import read_json
from simulator.state import State

ESCAPED = re.compile(rb"((?<!\\)(?:\\\\)*)\\u([0-9A-Fa-f]{4})")
MOST = 8


def add(state: State, call: Call) -> dict[str, Any]:
    """Keep a draft of 1 to 8 articles, or of one of pictures.

    Raises 44003, 45008, 45002-45005, 45110, 40007, 40215 and 47001 for what an article may not be. Source:
    WeChat, add draft.
    """
    articles = read_articles(call).get("articles")
    if not isinstance(articles, list) or not articles:
        raise Errcode(44003)
    if len(articles) > MOST:
        raise Errcode(45008)
    library = _library(state, call)
    kept = [read_article(call, library, one, alone=len(articles) == 1) for one in articles]
    draft = Draft(new_key(32), kept, call.now)
    library.drafts[draft.media_id] = draft
    return {"media_id": draft.media_id}


def update(state: State, call: Call) -> dict[str, Any]:
    """Put another article into a draft in place of the one at `index`. Source: WeChat, update draft."""
    asked, library = read_articles(call), _library(state, call)
    draft, index = _known(library, asked.get("media_id")), asked.get("index", 0)
    if type(index) is not int or not 0 <= index < len(draft.articles):
        raise Errcode(47001)
    draft.articles[index] = read_article(call, library, asked.get("articles"), alone=len(draft.articles) == 1)
    draft.at = call.now
    return OK


def get(state: State, call: Call) -> dict[str, Any]:
    """Show a draft. Raises 40007. Source: WeChat, get draft."""
    library = _library(state, call)
    return {"news_item": shown_articles(library, _known(library, call.json().get("media_id")).articles)}


def delete(state: State, call: Call) -> dict[str, Any]:
    """Throw a draft away for good. Raises 40007. Source: WeChat, delete draft."""
    library = _library(state, call)
    del library.drafts[_known(library, call.json().get("media_id")).media_id]
    return OK


def count(state: State, call: Call) -> dict[str, Any]:
    """Count drafts. Source: WeChat, count drafts."""
    return {"total_count": len(_library(state, call).drafts)}


def batchget(state: State, call: Call) -> dict[str, Any]:
    """List drafts, the newest first, with or without their content. Source: WeChat, list drafts."""
    asked, library = call.json(), _library(state, call)
    drafts = sorted(library.drafts.values(), key=lambda draft: -draft.at)
    return listed(library, asked, drafts, "media_id")


def listed(
    library: Library, asked: dict[str, Any], found: Sequence[Draft | Publication], key: str
) -> dict[str, Any]:
    """Answer the page asked for of drafts or publications, each under its `key`."""
    offset, wanted = page_asked(asked)
    bare = asked.get("no_content") == 1
    items = [
        {
            key: getattr(one, key),
            "content": {"news_item": shown_articles(library, one.articles, bare=bare)},
            "update_time": int(one.at),
        }
        for one in found[offset : offset + wanted]
    ]
    return {"total_count": len(found), "item_count": len(items), "item": items}


def read_articles(call: Call) -> dict[str, Any]:
    """Read a body as the draft box does: \\uXXXX is no sign but six, and is shown so."""
    if not call.body:
        raise Errcode(44002)
    try:
        asked = read_json(ESCAPED.sub(rb"\1\\\\u\2", call.body))
    except ValueError as error:
        raise Errcode(47001) from error
    if not isinstance(asked, dict):
        raise Errcode(47001)
    return asked


def shown_articles(
    library: Library, articles: list[dict[str, Any]], *, bare: bool = False
) -> list[dict[str, Any]]:
    """Show articles as every call does; a bare one has no content."""
    shown = []
    for article in articles:
        cover = library.files.get(article["thumb_media_id"])
        row = article | {"show_cover_pic": 0, "thumb_url": cover.url if cover else ""}
        shown.append({name: value for name, value in row.items() if not (bare and name == "content")})
    return shown


def _library(state: State, call: Call) -> Library:
    return state.library(call.owner().appid)


def _known(library: Library, media_id: object) -> Draft:
    draft = library.draft(media_id)
    if draft is None:
        raise Errcode(40007)
    return draft


ENDPOINTS = [
    Endpoint("POST", "/cgi-bin/draft/add", add, kind="official"),
    Endpoint("POST", "/cgi-bin/draft/update", update, kind="official"),
    Endpoint("POST", "/cgi-bin/draft/get", get, kind="official"),
    Endpoint("POST", "/cgi-bin/draft/delete", delete, kind="official"),
    Endpoint("GET", "/cgi-bin/draft/count", count, kind="official"),
    Endpoint("POST", "/cgi-bin/draft/batchget", batchget, kind="official"),
]
