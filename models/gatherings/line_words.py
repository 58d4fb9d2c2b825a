"""What the pages say of one line: how it was recorded, and what a phone asks of a person's mark."""

from sqlalchemy import ColumnElement, or_

from models.clock import clock_text
from models.gatherings.roll import CAME, CheckedIn, RollLine

HOW = {
    CheckedIn.QR: "扫码",
    CheckedIn.TICKET: "扫码",
    CheckedIn.DIGITS: "数字",
    CheckedIn.CHAT: "公众号",
}


def how_recorded(line: RollLine) -> str:
    """Say by which hand a line was recorded, `手工 15:04` or `扫码 14:56`; both weigh the same."""
    if line.marked_at is not None:
        return f"手工 {clock_text(line.marked_at)}"
    if line.checked_in_at is not None and line.checked_in_via is not None:
        return f"{HOW[line.checked_in_via]} {clock_text(line.checked_in_at)}"
    return "长期报备" if line.spell_id is not None else ""


def question(line: RollLine) -> str:
    """Ask about a phone that signed in after somebody had written that the person did not come.

    A mark made after the sign-in was made knowing of it, and answers.
    """
    if line.checked_in_at is None or line.status in CAME:
        return ""
    if line.marked_at is not None and line.marked_at > line.checked_in_at:
        return ""
    return f"{clock_text(line.checked_in_at)} 扫过码。人来了吗？"


def asks() -> ColumnElement[bool]:
    """Select the lines of which `question` asks."""
    return (
        RollLine.checked_in_at.is_not(None)
        & RollLine.status.not_in(CAME)
        & or_(RollLine.marked_at.is_(None), RollLine.marked_at <= RollLine.checked_in_at)
    )


def version(line: RollLine) -> str:
    """Return a short text that differs once a phone or a hand has changed the line."""
    moments = (line.marked_at, line.checked_in_at)
    times = ".".join(f"{moment.timestamp() * 1000:.0f}" if moment else "" for moment in moments)
    return f"{line.status}.{times}"
