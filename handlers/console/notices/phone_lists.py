"""The list of those who must be told by telephone, open to their own branch or group leader."""

from itertools import groupby

from flask import Response, request

from handlers.console.pages import console, go, is_part, page, staff_page
from handlers.edge import current
from handlers.identity import staff
from handlers.reach import gathering_reached, phoned_orgs
from models.gatherings.gathering import GatheringState
from models.gatherings.standing import Standing
from models.notices.notice import NoticeKind
from models.notices.phone_list import (
    Message,
    mark_phoned,
    messages_of,
    phone_list,
    sums_of,
    tick_of,
    unmark_phoned,
)
from models.notices.progress import Progress, progress_of
from models.people.posts import leaders_of
from models.refused import Refused


def phoned(gathering_id: int) -> tuple[list[Standing], list[int]]:
    """Return a gathering's rolls and the branches and groups whose people this person telephones.

    Refused: not_found, not_yours.
    """
    rolls = gathering_reached(gathering_id)
    orgs = phoned_orgs(rolls)
    if not orgs:
        raise Refused("not_yours", "电话名单只有本支部和党小组能看")
    return rolls, orgs


@console.get("/console/gatherings/<int:gathering_id>/phone-list")
@staff_page
def phone_list_page(gathering_id: int) -> Response:
    """Show whom to telephone about one message, with numbers, for this one purpose; opening it is logged."""
    edge = current()
    rolls, orgs = phoned(gathering_id)
    messages = messages_of(edge.session, gathering_id, org_ids=orgs)
    message = asked_for(messages)
    rows = phone_list(
        edge.session, edge.parts.keyring, gathering_id, notice_id=message.notice_id if message else None,
        org_ids=orgs, by=staff().account_id,
    )  # fmt: skip
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
        progress=_progress(gathering_id, message, orgs),
    )


def asked_for(messages: list[Message]) -> Message | None:
    """Return the message the address names, else the newest with somebody left, else the newest."""
    asked = request.args.get("message", "")
    named = [one for one in messages if str(one.notice_id) == asked]
    return next(iter(named or [one for one in messages if one.to_phone] or messages), None)


@console.app_template_filter("message_kind")
def message_kind(message: Message, called_off: bool = False) -> str:
    """Say which message somebody is telephoned about."""
    if message.kind is NoticeKind.CHANGE:
        return "取消的消息" if called_off else "变动的消息"
    return "活动通知"


def _progress(gathering_id: int, message: Message | None, orgs: list[int]) -> Progress | None:
    notice_id = message.notice_id if message else None
    sums = sums_of(current().session, gathering_id, notice_id=notice_id, org_ids=orgs)
    return progress_of(sums.counts) if sums.audience else None


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
        progress=_progress(gathering_id, message, orgs),
        swap=True,
    )


@console.app_template_filter("phone")
def phone_filter(number: str) -> str:
    """Show a number in groups that can be read aloud: 138 0000 4127."""
    if len(number) == 11 and number.isdecimal() and number.startswith("1"):
        return f"{number[:3]} {number[3:7]} {number[7:]}"
    return number
