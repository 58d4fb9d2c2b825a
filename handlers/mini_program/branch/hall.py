"""/api/v1/branch/gatherings/{id}/code, /opening, /closing: the hall's code and its doors, on a phone."""

from typing import Any

import segno
from pydantic import BaseModel

from handlers.edge import current
from handlers.hall import hall_of
from handlers.identity import branch_phone_needed, staff
from handlers.mini_program import api
from handlers.reach import roll_hosted
from models.audit import Via
from models.gatherings.doors import close_gathering, open_gathering
from models.gatherings.gathering import Gathering, state_at

BORDER, WIDE = 4, 500  # modules of quiet around it; points across, at the least


class HallCounts(BaseModel):
    """How many came, and how many are expected; no names."""

    present: int
    leave: int
    unrecorded: int
    expected: int


class HallCode(BaseModel):
    """What the phone shows to the hall; without a code `message` says why."""

    address: str | None
    picture: str | None
    digits: str | None
    seconds_left: int
    counts: HallCounts
    message: str


class Doors(BaseModel):
    """The state in force."""

    state: str


@api.get("/branch/gatherings/<int:gathering_id>/code")
@branch_phone_needed
@api.output(HallCode)
def show_hall_code(gathering_id: int) -> dict[str, Any]:
    """The address with its QR code, the six digits, how long they stay, and how many came."""
    hall = hall_of(roll_hosted(gathering_id, lock=False))
    return hall._asdict() | {"picture": picture_for_phone(hall.address) if hall.address else None}


def picture_for_phone(address: str) -> str:
    """Return the address as a QR code as WeChat shows it, which draws no SVG of a page: a PNG."""
    code = segno.make(address, error="m", micro=False, boost_error=False)
    narrow, _ = code.symbol_size(border=BORDER)
    return str(code.png_data_uri(scale=-(-WIDE // narrow), border=BORDER))


@api.post("/branch/gatherings/<int:gathering_id>/opening")
@branch_phone_needed
@api.output(Doors)
def open_branch_gathering(gathering_id: int) -> dict[str, Any]:
    """Open to phones by hand, also again after closing; twice is once."""
    edge, it = current(), roll_hosted(gathering_id)
    open_gathering(edge.session, it, by=staff().account_id, now=edge.now, via=Via.PHONE)
    return _doors(it)


@api.post("/branch/gatherings/<int:gathering_id>/closing")
@branch_phone_needed
@api.output(Doors)
def close_branch_gathering(gathering_id: int) -> dict[str, Any]:
    """Close to phones; what was scanned before still counts."""
    edge, it = current(), roll_hosted(gathering_id)
    close_gathering(edge.session, it, by=staff().account_id, now=edge.now, via=Via.PHONE)
    return _doors(it)


def _doors(it: Gathering) -> dict[str, Any]:
    return {"state": state_at(it.state, it.starts_at, it.opened_at, now=current().now)}
