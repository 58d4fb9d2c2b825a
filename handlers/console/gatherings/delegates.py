"""The delegate for one roll: named and ended by the secretary."""

from flask import Response, request

from handlers.console.pages import console, go, staff_page
from handlers.edge import current
from handlers.identity import require, staff
from handlers.reach import roll_reached
from models.gatherings.delegate import end_delegate, name_delegate
from models.people.rights import Verb
from models.refused import Refused


@console.post("/console/rolls/<int:roll_id>/delegate")
@staff_page
def create_delegate(roll_id: int) -> Response:
    """Let somebody of the branch stand in on this roll."""
    edge = current()
    require(Verb.DECIDE, roll_reached(roll_id).org)
    account = request.form.get("account", "")
    if not (account.isascii() and account.isdigit() and len(account) < 18):
        raise Refused("bad_delegate", "请选本支部的一位专干、委员或小组长")
    name_delegate(edge.session, roll_id, int(account), by=staff().account_id, now=edge.now)
    return go("console.roll", roll_id=roll_id, _anchor="delegate")


@console.post("/console/rolls/<int:roll_id>/delegate/ending")
@staff_page
def create_delegate_ending(roll_id: int) -> Response:
    """End whoever stands in on this roll."""
    edge = current()
    require(Verb.DECIDE, roll_reached(roll_id).org)
    end_delegate(edge.session, roll_id, by=staff().account_id, now=edge.now)
    return go("console.roll", roll_id=roll_id, _anchor="delegate")
