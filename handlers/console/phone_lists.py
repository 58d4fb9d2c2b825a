"""The list of those who must be told by telephone, open to their own branch or group leader."""

from itertools import groupby

from flask import Response

from handlers.console.pages import console, go, is_part, page, staff_page
from handlers.console.reach import gathering_reached, phoned_orgs
from handlers.edge import current
from handlers.identity import staff
from models.gatherings.standing import Standing
from models.notices.phone_list import mark_phoned, phone_list
from models.notices.progress import Progress, progress_below
from models.refused import Refused


def _phoned(gathering_id: int) -> tuple[list[Standing], list[int]]:
    rolls = gathering_reached(gathering_id)
    orgs = phoned_orgs(rolls)
    if not orgs:
        raise Refused("not_yours", "电话名单只有本支部和党小组能看")
    return rolls, orgs


@console.get("/console/gatherings/<int:gathering_id>/phone-list")
@staff_page
def phone_list_page(gathering_id: int) -> Response:
    """Show whom to telephone, with numbers, for this one purpose; opening it is logged."""
    edge = current()
    rolls, orgs = _phoned(gathering_id)
    rows = phone_list(edge.session, edge.parts.keyring, gathering_id, org_ids=orgs, by=staff().account_id)
    groups = [(name, list(of)) for name, of in groupby(rows, key=lambda row: row.group_name or "没有编组")]
    return page(
        "phone_list.html",
        gathering=rolls[0].gathering,
        groups=groups,
        progress=_progress(gathering_id, orgs),
    )


def _progress(gathering_id: int, orgs: list[int]) -> Progress | None:
    return progress_below(current().session, [gathering_id], org_ids=orgs).get(gathering_id)


@console.post("/console/gatherings/<int:gathering_id>/phone-list/<int:delivery_id>")
@staff_page
def create_phone_call(gathering_id: int, delivery_id: int) -> Response:
    """Tick 已告知; the script swaps the tick and the counts alone, so that the list is not opened again."""
    edge = current()
    _, orgs = _phoned(gathering_id)
    mark_phoned(edge.session, delivery_id, org_ids=orgs, by=staff().account_id, now=edge.now)
    if is_part():
        return page(
            "phoned.html",
            phoned_at=edge.now,
            phoned_by=staff().name,
            progress=_progress(gathering_id, orgs),
            swap=True,
        )
    return go("console.phone_list_page", gathering_id=gathering_id, _anchor=f"d{delivery_id}")


@console.app_template_filter("phone")
def phone_filter(number: str) -> str:
    """Show a number in groups that can be read aloud: 138 0000 4127."""
    if len(number) == 11 and number.isdecimal() and number.startswith("1"):
        return f"{number[:3]} {number[3:7]} {number[7:]}"
    return number
