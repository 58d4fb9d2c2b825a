"""The hall's screen: code, digits and counts, never a name."""

from typing import Any

import segno
from flask import Response, jsonify, url_for

from handlers.console.pages import console, page, staff_page
from handlers.edge import current
from handlers.hall import hall_of
from handlers.reach import roll_hosted
from models.clock import clock_text
from models.gatherings.gathering import Gathering
from models.people.org import Org


def screen_of(it: Gathering) -> dict[str, Any]:
    """Return what the screen shows: picture, digits, seconds_left, counts, clock, message."""
    hall = hall_of(it)
    shown = hall._asdict() | {"clock": clock_text(current().now)}
    address = shown.pop("address")
    return shown | {"picture": picture(address) if address else None}


def screen_page(it: Gathering, code: str) -> Response:
    """Show the full screen; its script asks `code` every few seconds, without script it reloads itself."""
    host = current().session.get_one(Org, it.org_id)
    return page("rolls/projector.html", gathering=it, host=host, screen=screen_of(it), code=code)


def picture(address: str) -> str:
    """Return the address as a QR code, an SVG that fills whatever holds it."""
    code = segno.make(address, error="m", micro=False, boost_error=False)
    return str(code.svg_inline(border=4, omitsize=True, svgclass="qr", lineclass=None))


@console.get("/console/gatherings/<int:gathering_id>/projector")
@staff_page
def projector(gathering_id: int) -> Response:
    """Show the full screen of the hall."""
    it = roll_hosted(gathering_id, lock=False)
    return screen_page(it, url_for("console.projector_code", gathering_id=gathering_id))


@console.get("/console/gatherings/<int:gathering_id>/projector/code")
@staff_page
def projector_code(gathering_id: int) -> Response:
    """Answer the screen's question every few seconds, as JSON."""
    return jsonify(screen_of(roll_hosted(gathering_id, lock=False)))
