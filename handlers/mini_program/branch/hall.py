"""/api/v1/branch/gatherings/{id}/code, /opening, /closing: the hall's code and its doors, on a phone."""

from typing import Any

from pydantic import BaseModel

from handlers.console.projector import hall_of
from handlers.console.reach import roll_hosted
from handlers.edge import current
from handlers.identity import branch_phone_needed, staff
from handlers.mini_program import api
from models.audit import Via
from models.gatherings.doors import close_gathering, open_gathering
from models.gatherings.gathering import Gathering, state_at


class HallCounts(BaseModel):
    """How many came, and how many are expected; no names."""

    present: int
    leave: int
    unrecorded: int
    expected: int


class HallCode(BaseModel):
    """What the phone shows to the hall; without a code `message` says why."""

    address: str | None
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
    """The address for the QR code, the six digits, how long they stay, and how many came."""
    return hall_of(roll_hosted(gathering_id, lock=False))._asdict()


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
