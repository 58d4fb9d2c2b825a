"""/api/v1: what a member does with a phone, as JSON."""

from apiflask import APIBlueprint
from flask import request
from werkzeug.exceptions import UnsupportedMediaType

from handlers.description import describe

api = APIBlueprint("api", __name__, url_prefix="/api/v1", tag="mini-program")
api.record(describe)


@api.before_request
def take_json_only() -> None:
    """Turn away what a form of another site could send: a body is JSON and says so."""
    if request.method == "POST" and not request.is_json:
        raise UnsupportedMediaType
