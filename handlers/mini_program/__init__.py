"""/api/v1: what a member does with a phone, as JSON."""

from apiflask import APIBlueprint

api = APIBlueprint("api", __name__, url_prefix="/api/v1", tag="mini-program")
