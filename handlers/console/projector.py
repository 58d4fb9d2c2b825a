"""The hall's screen: code, digits and counts, never a name; and the public page behind the code."""

from typing import Any

import segno
from flask import Response, jsonify

from handlers.console.pages import console, page, staff_page
from handlers.edge import current
from handlers.identity import require
from models.clock import clock_text
from models.gatherings.gathering import Gathering, GatheringState, opens_at
from models.gatherings.hall_code import hall_digits, qr_token, seconds_left
from models.gatherings.plan import gathering_seen
from models.gatherings.standing import rolls_of
from models.people.org import Org
from models.people.rights import Verb
from models.refused import Refused


def screen_of(gathering_id: int) -> tuple[Gathering, Org, dict[str, Any]]:
    """Return what the screen shows now: picture, digits, seconds_left, counts, clock, message.

    Outside the hours of signing in picture and digits are None and the message says why.
    Refused: not_found, not_yours.
    """
    edge = current()
    it = gathering_seen(edge.session, gathering_id)
    host = edge.session.get_one(Org, it.org_id)
    require(Verb.PUBLISH, host)
    if it.hall_salt is None:
        raise Refused("not_found", "还没有发布，没有可投的屏")
    rolls = rolls_of(edge.session, gathering_id, now=edge.now)
    counts = [roll.counts for roll in rolls]
    shown: dict[str, Any] = {
        "picture": None,
        "digits": None,
        "seconds_left": seconds_left(edge.now),
        "counts": {
            "present": sum(one.came for one in counts),
            "leave": sum(one.leave for one in counts),
            # Absent and 未查明 are no business of the hall's screen: they stand with the unrecorded.
            "unrecorded": sum(one.unrecorded + one.absent + one.unclear for one in counts),
            "expected": sum(one.expected for one in counts),
        },
        "clock": clock_text(edge.now),
        "message": _closed_words(it, rolls[0].state),
    }
    if not shown["message"]:
        token = qr_token(edge.parts.keyring, it.id, it.hall_salt, now=edge.now)
        shown["picture"] = picture(f"{edge.parts.installation.base_url}/c/{token}")
        shown["digits"] = hall_digits(edge.parts.keyring, it.id, it.hall_salt, now=edge.now)
    return it, host, shown


def picture(address: str) -> str:
    """Return the address as a QR code, an SVG that fills whatever holds it."""
    code = segno.make(address, error="m", micro=False, boost_error=False)
    return str(code.svg_inline(border=4, omitsize=True, svgclass="qr", lineclass=None))


def _closed_words(it: Gathering, state: GatheringState) -> str:
    """Say why there is no code, or nothing if there is one."""
    if not it.scan:
        return "这次在名册上登记"
    return {
        GatheringState.PUBLISHED: f"{clock_text(opens_at(it.starts_at))} 开始签到",
        GatheringState.CLOSED: "签到已结束，请找支部登记",
        GatheringState.CONFIRMED: "签到已结束，请找支部登记",
        GatheringState.CANCELLED: "这次活动取消了",
    }.get(state, "")


@console.get("/console/gatherings/<int:gathering_id>/projector")
@staff_page
def projector(gathering_id: int) -> Response:
    """Show the full screen of the hall; without script it reloads itself."""
    it, host, shown = screen_of(gathering_id)
    return page("projector.html", gathering=it, host=host, screen=shown)


@console.get("/console/gatherings/<int:gathering_id>/projector/code")
@staff_page
def projector_code(gathering_id: int) -> Response:
    """Answer the screen's question every few seconds, as JSON."""
    return jsonify(screen_of(gathering_id)[2])
