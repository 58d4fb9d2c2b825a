"""规定动作: what a township or the zone requires of the theme days below, month by month."""

from datetime import date

from flask import Response, request

from handlers.console.pages import console, go, page, refuse_form, staff_page
from handlers.edge import current
from handlers.identity import require, staff
from handlers.reach import org_asked
from models.clock import day_of
from models.gatherings.gathering import AGENDA_KIND_TEXT, AgendaKind
from models.gatherings.plan import coming_month
from models.gatherings.required_item import (
    RequiredItem,
    issue_item,
    issued_by,
    mark_of,
    withdraw_item,
)
from models.people.org import COMMITTEES, Org
from models.people.rights import Verb
from models.refused import Refused

AHEAD, BACK = 3, 1


@console.get("/console/required-items")
@staff_page
def required_items() -> Response:
    """List what is required from last month on, and the form that requires one item more."""
    org = _committee(request.args.get("org"))
    edge, asked = current(), request.args.get("period", "")
    period = asked if asked in _months(day_of(edge.now)) else coming_month(edge.session, org, now=edge.now)
    return _items_page(org, {"period": period, "kind": "study", "title": ""})


@console.post("/console/required-items")
@staff_page
def create_required_item() -> Response:
    """Require an item of a month; 400 with the form as typed where it does not hold."""
    edge = current()
    org = _committee(request.form.get("org"))
    typed = {name: request.form.get(name, "")[:200] for name in ("period", "kind", "title")}
    try:
        if typed["kind"] not in list(AgendaKind):
            raise Refused("bad_item", "有几处需要改一下", fields={"kind": "请选一个类别"})
        issue_item(
            edge.session, org, typed["period"], AgendaKind(typed["kind"]), typed["title"],
            by=staff().account_id, now=edge.now,
        )  # fmt: skip
    except Refused as error:
        if error.code != "bad_item":
            raise
        refuse_form(error)
        return _items_page(org, typed, error)
    return go("console.required_items", org=org.id, period=typed["period"])


@console.post("/console/required-items/<int:item_id>/withdrawal")
@staff_page
def create_withdrawal(item_id: int) -> Response:
    """Require an item no more: it leaves the drafts."""
    edge = current()
    # Not the key: a draft that is saved meanwhile may go on referring to it.
    item = edge.session.get(RequiredItem, item_id, with_for_update={"key_share": True})
    if item is None:
        raise Refused("not_found", "没有找到这一项")
    org = edge.session.get_one(Org, item.org_id)
    require(Verb.REQUIRE_ITEMS, org)
    withdraw_item(edge.session, item, by=staff().account_id, now=edge.now)
    return go("console.required_items", org=org.id)


def _committee(asked: str | None) -> Org:
    """Return the committee whose items are asked for. Refused: not_found, not_yours."""
    org = org_asked(Verb.REQUIRE_ITEMS, asked)
    if org.kind not in COMMITTEES:
        raise Refused("not_found", "规定内容由乡镇和示范区来定")
    return org


def _items_page(org: Org, typed: dict[str, str], error: Refused | None = None) -> Response:
    edge = current()
    today = day_of(edge.now)
    items = issued_by(edge.session, org, since=_month(today, -BACK))
    return page(
        "gatherings/required_items.html",
        400 if error else 200,
        org=org,
        items=items,
        mark_of=mark_of,
        typed=typed,
        months=_months(today),
        kinds=[(kind.value, text) for kind, text in AGENDA_KIND_TEXT.items()],
        kind_text=AGENDA_KIND_TEXT,
        errors=error.fields if error else {},
        error=error.message if error else "",
    )


def _months(today: date) -> list[str]:
    """Return the months (YYYY-MM) for which an item may be required."""
    return [_month(today, ahead) for ahead in range(AHEAD + 1)]


def _month(today: date, ahead: int) -> str:
    """Return the month (YYYY-MM) so many months ahead."""
    month = today.year * 12 + today.month - 1 + ahead
    return f"{month // 12}-{month % 12 + 1:02d}"
