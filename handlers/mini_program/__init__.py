"""/api/v1: what a member does with a phone, as JSON."""

from collections.abc import Iterator
from importlib import import_module
from pkgutil import walk_packages
from typing import Any

from apiflask import APIBlueprint
from flask import request
from werkzeug.exceptions import NotFound, UnsupportedMediaType

from handlers.description import describe
from models.refused import Refused

api = APIBlueprint("api", __name__, url_prefix="/api/v1", tag="mini-program")
api.record(describe)


@api.before_request
def take_json_only() -> None:
    """Turn away what a form of another site could send: a body is JSON and says so."""
    if request.method == "POST" and not request.is_json:
        raise UnsupportedMediaType


@api.before_request
def take_no_nul() -> None:
    """Turn away the one sign that no column holds, and name the field that has it. Refused: bad_input."""
    if any("\0" in str(value) for value in (request.view_args or {}).values()):
        raise NotFound
    if request.method == "POST" and b"\\u0000" in request.get_data():
        fields = dict.fromkeys(_with_nul(request.get_json(silent=True)), "有看不见的字符")
        if fields:
            raise Refused("bad_input", "有几处填得不对", fields=fields)


def _with_nul(value: Any, at: str = "") -> Iterator[str]:
    """Yield the way to each text that has a NUL in it; `body` where that is all there is."""
    if isinstance(value, str) and "\0" in value:
        yield at or "body"
    is_list = isinstance(value, list)
    inside: Any = value.items() if isinstance(value, dict) else enumerate(value) if is_list else ()
    for key, below in inside:
        if "\0" in str(key):
            yield at or "body"
        yield from _with_nul(below, f"{at}.{key}".replace("\0", "").lstrip("."))


# Every module hangs its views on the blueprint: the folder is the list.
for module in walk_packages(__path__, f"{__name__}."):
    import_module(module.name)
