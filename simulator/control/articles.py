"""What an account keeps, as the control API and readers see it: files, drafts, published articles."""

from html import escape
from importlib.resources import files
from string import Template
from typing import Any

from flask import Blueprint, Response, abort, jsonify, request
from flask.typing import ResponseReturnValue
from pydantic import Field

from simulator.control.bodies import Body, known_account, read_body, refuse
from simulator.library import BANNED, DELETED, DONE, ENDS, UNDER_WAY, File, Library, MassSend, Publication
from simulator.push.pusher import Pusher
from simulator.state import State, day_of, iso

SHOWN = 8
POLICY = "default-src 'none'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; base-uri 'none'"
GONE = "该内容已被发布者删除"
TAKEN_AWAY = "此内容因违规无法查看"


class FinishBody(Body):
    """How a publication ends, or what becomes of it later."""

    appid: str
    publish_id: int
    status: int = Field(ge=0, le=6)


def articles_blueprint(state: State, pusher: Pusher) -> Blueprint:
    """Build the articles' side of the control API, and the pages that readers open."""
    articles = Blueprint("articles", __name__)
    _lists(articles, state)
    _pages(articles, state)

    @articles.post("/_sim/finish")
    def finish() -> ResponseReturnValue:
        body = read_body(FinishBody)
        known_account(state, body.appid)
        with state.lock:
            library = state.library(body.appid)
            order = library.publications.get(str(body.publish_id))
            if order is None:
                refuse(404, "unknown_publication", f"no publication {body.publish_id}")
            later = (DELETED, BANNED) if order.status == DONE else ENDS
            if order.status not in (UNDER_WAY, DONE) or body.status not in later:
                told = f"a publication of status {order.status} does not become {body.status}"
                refuse(409, "no_such_end", told)
            library.finish(order, body.status)
        return jsonify(pusher.push_event(order).json())

    return articles


def _lists(articles: Blueprint, state: State) -> None:
    def asked() -> str:
        appid = request.args.get("appid", "")
        known_account(state, appid)
        return appid

    @articles.get("/_sim/media")
    def media() -> ResponseReturnValue:
        with state.lock:
            library = state.library(asked())
            kept = [*library.files.values(), *library.pictures.values()]
            return jsonify(
                items=[_shown_file(file, in_article=file.key in library.pictures) for file in kept]
            )

    @articles.get("/_sim/drafts")
    def drafts() -> ResponseReturnValue:
        with state.lock:
            kept = state.library(asked()).drafts.values()
            return jsonify(items=[{**vars(draft), "at": iso(draft.at)} for draft in kept])

    @articles.get("/_sim/articles")
    def published() -> ResponseReturnValue:
        with state.lock:
            orders = state.library(asked()).publications.values()
            return jsonify(items=[_shown_order(order) for order in orders])


def _pages(articles: Blueprint, state: State) -> None:
    @articles.get("/s/<key>")
    def read(key: str) -> Response:
        with state.lock:
            page = _opened(state, key)
        if page is None:
            abort(404)
        return page

    @articles.get("/mmbiz_<ending>/<key>/0")
    def file(ending: str, key: str) -> Response:
        with state.lock:
            kept = [one.pictures.get(key) or one.files.get(key) for _, one in state.all_of(Library)]
        found = next((one for one in kept if one and f"/mmbiz_{ending}/" in one.url), None)
        if found is None:
            abort(404)
        headers = {"X-Content-Type-Options": "nosniff"}
        return Response(found.content, content_type=found.mime, headers=headers)


def _opened(state: State, key: str) -> Response | None:
    """Write the page of a published article, or of a draft as its author sees it."""
    for appid, library in state.all_of(Library):
        found = library.opened(key)
        if found is not None:
            order, index = found
            article = order.articles[index]
            return _page(appid, library, article, order.at, _reason(order, index))
        for draft in library.drafts.values():
            for article in draft.articles:
                if article["url"].endswith(f"/s/{key}"):
                    return _page(appid, library, article, draft.at, "")
    return None


def shown_library(state: State, appid: str) -> dict[str, Any]:
    """Show on the page how much an account keeps, and its last articles."""
    library = state.library(appid)
    orders = list(library.publications.values())[-SHOWN:][::-1]
    return {
        "files": len(library.files) + len(library.pictures),
        "drafts": len(library.drafts),
        "orders": [_shown_order(order) | {"articles": _titles(order)} for order in orders],
    }


def _titles(order: Publication) -> list[dict[str, Any]]:
    return [
        {
            "title": one["title"],
            "url": one["url"] if order.article_id else "",
            "gone": bool(one.get("is_deleted")),
        }
        for one in order.articles
    ]


def _shown_order(order: Publication) -> dict[str, Any]:
    shown = {name: value for name, value in vars(order).items() if name not in ("status", "host")}
    # As text: a browser reads it as WeChat's own answers write it.
    return {**shown, "publish_id": str(order.publish_id), "publish_status": order.status, "at": iso(order.at)}


def _shown_file(file: File, *, in_article: bool) -> dict[str, Any]:
    return {
        "media_id": None if in_article else file.key,
        "type": file.kind,
        "name": file.name,
        "mime": file.mime,
        "bytes": len(file.content),
        "permanent": file.kept,
        "url": file.url,
        "at": iso(file.at),
    }


def _reason(order: Publication | MassSend, index: int) -> str:
    if order.status == BANNED:
        return TAKEN_AWAY
    return GONE if order.articles[index]["is_deleted"] else ""


def _content(library: Library, article: dict[str, Any]) -> str:
    """Write what stands under the title; HTML was stripped when the draft came, pictures have plain text."""
    if article["article_type"] == "news":
        return str(article["content"])
    keys = [one["image_media_id"] for one in article["image_info"]["image_list"]]
    shown = "".join(f'<img src="{escape(library.files[key].url)}">' for key in keys if key in library.files)
    return f"{shown}<p>{escape(article['content'])}</p>"


def _page(appid: str, library: Library, article: dict[str, Any], at: float, reason: str) -> Response:
    """Write the page a reader opens."""
    folder = files("simulator.page")
    if reason:
        inside = f'<p class="gone">{reason}</p>'
    else:
        source = escape(article.get("content_source_url", ""))
        is_web = source.startswith(("http://", "https://"))
        more = f'<p class="more"><a href="{source}">阅读原文</a></p>' if is_web else ""
        by = " · ".join(filter(None, (escape(article.get("author", "")), day_of(at))))
        inside = (
            f'<h1>{escape(article["title"])}</h1><p class="by">{by}</p>'
            f'<div class="content">{_content(library, article)}</div>{more}'
        )
    page = Template((folder / "article.html").read_text(encoding="utf-8"))
    told = page.substitute(title=reason or escape(article["title"]), who=escape(appid), inside=inside)
    answer = Response(told, 200, mimetype="text/html")
    answer.headers["Content-Security-Policy"] = POLICY
    return answer
