"""What a hall may show of its gathering: the code, the digits and the counts, never a name."""

from typing import NamedTuple

from handlers.edge import current
from models.clock import clock_text
from models.gatherings.gathering import Gathering, GatheringState, opens_at
from models.gatherings.hall_code import hall_digits, qr_token, seconds_left
from models.gatherings.standing import rolls_of
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
