"""Whom the person behind a request telephones about a gathering, and about which of its messages."""

from flask import request

from handlers.edge import current
from handlers.identity import staff
from handlers.reach import gathering_reached, phoned_orgs
from models.audit import Via
from models.gatherings.standing import Standing
from models.notices.phone_list import Message, PhoneRow, phone_list, sums_of
from models.notices.progress import Progress, progress_of
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


def asked_for(messages: list[Message]) -> Message | None:
    """Return the message the address names, else the newest with somebody left, else the newest."""
    asked = request.args.get("message", "")
    named = [one for one in messages if str(one.notice_id) == asked]
    return next(iter(named or [one for one in messages if one.to_phone] or messages), None)


def opened_list(gathering_id: int, message: Message | None, orgs: list[int], *, via: Via) -> list[PhoneRow]:
    """Return the people of one message with their numbers; that it was opened is logged."""
    edge, by = current(), staff().account_id
    notice_id = message.notice_id if message else None
    keyring = edge.parts.keyring
    return phone_list(edge.session, keyring, gathering_id, notice_id=notice_id, org_ids=orgs, by=by, via=via)


def progress_among(gathering_id: int, message: Message | None, orgs: list[int]) -> Progress:
    """Return how far a message has come among the people of these branches and groups."""
    notice_id = message.notice_id if message else None
    return progress_of(sums_of(current().session, gathering_id, notice_id=notice_id, org_ids=orgs).counts)
