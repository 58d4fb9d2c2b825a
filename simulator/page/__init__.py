"""The page: a wall of phones, faults, counters and the call log, all from files beside this one."""

from importlib.resources import files

from flask import Blueprint, Response, abort

TYPES = {
    "page.html": "text/html",
    "page.css": "text/css",
    "page.js": "text/javascript",
    "taps.js": "text/javascript",
    "articles.js": "text/javascript",
    "article.css": "text/css",
}
POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src data:; "
    "base-uri 'none'"
)


def page_blueprint() -> Blueprint:
    """Serve the page at / and its companions under /_sim/page/."""
    page = Blueprint("page", __name__)

    @page.get("/")
    def index() -> Response:
        return _file("page.html")

    @page.get("/_sim/page/<name>")
    def companion(name: str) -> Response:
        return _file(name)

    return page


def _file(name: str) -> Response:
    if name not in TYPES:
        abort(404)
    content = (files("simulator.page") / name).read_text(encoding="utf-8")
    answer = Response(content, mimetype=TYPES[name])
    answer.headers["Content-Security-Policy"] = POLICY
    return answer
