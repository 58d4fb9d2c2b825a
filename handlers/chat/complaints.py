"""投诉: a receipt for what was written, and the answer for whoever wrote it."""

from handlers.chat import words
from handlers.chat.ask import Ask
from handlers.chat.tries import only_digits
from models.audit import Via
from models.clock import day_of
from models.gatherings.calendar.workdays import after_workdays
from models.people.complaint import WORKDAYS, own_complaint, receive_complaint
from models.refused import Refused


def complain(ask: Ask) -> str:
    """投诉 and some words leaves a complaint; with its number it shows the answer."""
    if not ask.rest:
        return words.complaint_help_words(ask.edge.parts.installation.complaint_phone)
    receipt = only_digits(ask.rest)
    if receipt:
        return words.complaint_words(own_complaint(ask.session, receipt, ask.who))
    if ask.left is not None and ask.left < 0:
        raise Refused("too_many_tries", "今天已经收到您五件了，请明天再写，或者打电话")
    due_on, is_known = after_workdays(ask.session, day_of(ask.edge.now), WORKDAYS)
    complaint = receive_complaint(
        ask.session, ask.rest, None, openid_hash=ask.who, via=Via.CHAT, due_on=due_on, now=ask.edge.now
    )
    return words.received_words(complaint, due_known=is_known)
