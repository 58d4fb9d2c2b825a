"""The hall's screen: code, digits and counts, never a name."""

from typing import Any, NamedTuple

import segno
from flask import Response, jsonify, url_for

from handlers.console.pages import console, page, staff_page
from handlers.edge import current
from handlers.reach import roll_hosted
from models.clock import clock_text
from models.gatherings.gathering import Gathering, GatheringState, opens_at
from models.gatherings.hall_code import hall_digits, qr_token, seconds_left
from models.gatherings.standing import rolls_of
from models.people.org import Org
from models.refused import Refused


class Hall(NamedTuple):
    """What a hall may show of its gathering now; outside the hours of signing in, words instead of a code."""

    address: str | None  # what the QR code holds
    digits: str | None
    seconds_left: int
    counts: dict[str, int]
    message: str


def hall_of(it: Gathering) -> Hall:
    """Return code, digits and counts of a gathering; never a name. Refused: not_found for a draft."""
    edge = current()
    if it.hall_salt is None:
        raise Refused("not_found", "还没有发布，没有可投的屏")
    rolls = rolls_of(edge.session, it.id, now=edge.now)
    counts = [roll.counts for roll in rolls]
    message = _closed_words(it, rolls[0].state)
    keyring, base = edge.parts.keyring, edge.parts.installation.base_url
    return Hall(
        address=None if message else f"{base}/c/{qr_token(keyring, it.id, it.hall_salt, now=edge.now)}",
        digits=None if message else hall_digits(keyring, it.id, it.hall_salt, now=edge.now),
        seconds_left=seconds_left(edge.now),
        counts={
            "present": sum(one.came for one in counts),
            "leave": sum(one.leave for one in counts),
            # Absent and 未查明 are no business of the hall's screen: they stand with the unrecorded.
            "unrecorded": sum(one.unrecorded + one.absent + one.unclear for one in counts),
            "expected": sum(one.expected for one in counts),
        },
        message=message,
    )


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
    """Show the full screen of the hall."""
    it = roll_hosted(gathering_id, lock=False)
    return screen_page(it, url_for("console.projector_code", gathering_id=gathering_id))


@console.get("/console/gatherings/<int:gathering_id>/projector/code")
@staff_page
def projector_code(gathering_id: int) -> Response:
    """Answer the screen's question every few seconds, as JSON."""
    return jsonify(screen_of(roll_hosted(gathering_id, lock=False)))
