"""The page: a wall of phones, faults, counters and the call log, all from files beside this one."""

from importlib.resources import files
from pathlib import Path

from flask import Blueprint, Response, abort

HERE = files("simulator.page")
TYPES = {".html": "text/html", ".css": "text/css", ".js": "text/javascript"}
POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "base-uri 'none'"
)


def page_blueprint() -> Blueprint:
    """Serve the page at / and its companions under /_sim/page/."""
    page = Blueprint("page", __name__)

    @page.get("/")
    def index() -> Response:
        return _file("page.html")

    @page.get("/_sim/page/<name>")
    @page.get("/_sim/page/vendor/<vendored>")
    def companion(name: str = "", vendored: str = "") -> Response:
        return _file(name) if name else _file(vendored, "vendor")

    return page


def _file(name: str, folder: str = ".") -> Response:
    mimetype = TYPES.get(Path(name).suffix)
    file = HERE / folder / name
    if mimetype is None or not file.is_file():
        abort(404)
    answer = Response(file.read_text(encoding="utf-8"), mimetype=mimetype)
    answer.headers["Content-Security-Policy"] = POLICY
    return answer
