"""The list of those who must be told by telephone, open to their own branch or group leader."""

from itertools import groupby

from flask import Response, request

from handlers.console.pages import console, go, is_part, page, staff_page
from handlers.edge import current
from handlers.identity import staff
from handlers.phone_lists import asked_for, opened_list, phoned, progress_among
from models.audit import Via
from models.gatherings.gathering import GatheringState
from models.notices.notice import NoticeKind
from models.notices.phone_list import (
    Message,
    mark_phoned,
    messages_of,
    tick_of,
    unmark_phoned,
)
from models.notices.progress import Progress
from models.people.posts import leaders_of


@console.get("/console/gatherings/<int:gathering_id>/phone-list")
@staff_page
def phone_list_page(gathering_id: int) -> Response:
    """Show whom to telephone about one message, with numbers, for this one purpose; opening it is logged."""
    edge = current()
    rolls, orgs = phoned(gathering_id)
    messages = messages_of(edge.session, gathering_id, org_ids=orgs)
    message = asked_for(messages)
    rows = opened_list(gathering_id, message, orgs, via=Via.CONSOLE)
    leaders = leaders_of(edge.session, list({row.group_id for row in rows if row.group_id}), now=edge.now)
    groups = [
        (name or "没有编组", leaders.get(group_id or 0, ""), list(of))
        for (group_id, name), of in groupby(rows, key=lambda row: (row.group_id, row.group_name))
    ]
    return page(
        "notices/phone_list.html",
        gathering=rolls[0].gathering,
        groups=groups,
        message=message,
        others=[one for one in messages if one is not message and one.to_phone],
        called_off=rolls[0].state is GatheringState.CANCELLED,
        progress=_progress_if_any(gathering_id, message, orgs),
    )


def _progress_if_any(gathering_id: int, message: Message | None, orgs: list[int]) -> Progress | None:
    progress = progress_among(gathering_id, message, orgs)
    return progress if progress.audience else None


@console.app_template_filter("message_kind")
def message_kind(message: Message, called_off: bool = False) -> str:
    """Say which message somebody is telephoned about."""
    if message.kind is NoticeKind.CHANGE:
        return "取消的消息" if called_off else "变动的消息"
    return "活动通知"


@console.post("/console/gatherings/<int:gathering_id>/phone-list/<int:delivery_id>")
@staff_page
def create_phone_call(gathering_id: int, delivery_id: int) -> Response:
    """Tick 已告知; the script swaps the tick and the counts alone, so that the list is not opened again."""
    edge = current()
    _, orgs = phoned(gathering_id)
    mark_phoned(edge.session, delivery_id, org_ids=orgs, by=staff().account_id, now=edge.now)
    return _ticked(gathering_id, delivery_id, orgs)


@console.post("/console/gatherings/<int:gathering_id>/phone-list/<int:delivery_id>/undoing")
@staff_page
def create_undoing(gathering_id: int, delivery_id: int) -> Response:
    """Take a tick back (撤销): this person is still to be telephoned."""
    edge = current()
    _, orgs = phoned(gathering_id)
    unmark_phoned(edge.session, delivery_id, org_ids=orgs, by=staff().account_id)
    return _ticked(gathering_id, delivery_id, orgs)


def _ticked(gathering_id: int, delivery_id: int, orgs: list[int]) -> Response:
    """Show one tick and the counts anew, or the whole page where there is no script."""
    messages = messages_of(current().session, gathering_id, org_ids=orgs)
    message = asked_for(messages)
    if not is_part():
        asked, row = request.args.get("message"), f"d{delivery_id}"
        return go("console.phone_list_page", gathering_id=gathering_id, message=asked, _anchor=row)
    return page(
        "notices/phoned.html",
        gathering_id=gathering_id,
        one=tick_of(current().session, delivery_id),
        message=message,
        progress=_progress_if_any(gathering_id, message, orgs),
        swap=True,
    )


@console.app_template_filter("phone")
def phone_filter(number: str) -> str:
    """Show a number in groups that can be read aloud: 138 0000 4127."""
    if len(number) == 11 and number.isdecimal() and number.startswith("1"):
        return f"{number[:3]} {number[3:7]} {number[7:]}"
    return number
