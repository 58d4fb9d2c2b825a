"""Which verb answers which push: the one table of what is typed and tapped."""

from collections.abc import Callable

from handlers.chat import words
from handlers.chat.ask import Ask, ask_of
from handlers.chat.binding import bind_follower, explain_unbinding, forget_follower, unbind_follower
from handlers.chat.commands import Command, read_words
from handlers.chat.complaints import complain
from handlers.chat.gatherings import show_gatherings, show_next_month
from handlers.chat.leave import answer_by_number, ask_for_leave, withdraw
from handlers.chat.news import show_news
from handlers.chat.points import show_points, show_stars
from handlers.chat.sign_in import sign_in_by_digits, sign_in_by_scan
from handlers.edge import Edge
from models.people.office_answer import House, Matter, office_text
from models.refused import Refused
from wechat.messages import TextMessage
from wechat.person_events import (
    Clicked,
    ScanWaited,
    Subscribed,
    Unsubscribed,
)
from wechat.push import Push


def reply_to(edge: Edge, push: Push, left: int | None) -> str:
    """Do what the push asks for and return the reply, or SILENT; `left` is what `count_try` returned.

    A refusal undoes what was begun, and is the reply.
    """
    try:
        with edge.session.begin_nested():
            return _reply(ask_of(edge, push, left))
    except Refused as refused:
        return words.refusal_words(refused)


def _reply(ask: Ask) -> str:
    match ask.push:
        case TextMessage(content=content):
            command, rest = read_words(content)
            return REPLIES[command](ask._replace(rest=rest))
        case Clicked(key=key):
            return REPLIES[Command(key) if key in list(Command) else Command.NONE](ask)
        case ScanWaited(result=result):
            return sign_in_by_scan(ask._replace(rest=result))
        case Subscribed():
            return words.greeting_words(
                ask.edge.parts.installation.zone_name, is_bound=ask.member is not None
            )
        case Unsubscribed():
            return forget_follower(ask)
        case _:
            return words.NOT_UNDERSTOOD


def show_help(ask: Ask) -> str:
    """帮助: all that one may type."""
    house = ask.edge.parts.installation
    return words.help_words(house.zone_name, house.complaint_phone, is_bound=ask.member is not None)


def _always(said: str) -> Callable[[Ask], str]:
    return lambda _: said


def _office(matter: Matter) -> Callable[[Ask], str]:
    """Return the verb that answers what anybody may ask the office, member or not."""

    def answer(ask: Ask) -> str:
        house = ask.edge.parts.installation
        return office_text(ask.session, matter, House(house.owner, house.complaint_phone))

    return answer


REPLIES: dict[Command, Callable[[Ask], str]] = {
    Command.GATHERINGS: show_gatherings,
    Command.NEXT_MONTH: show_next_month,
    Command.POINTS: show_points,
    Command.STARS: show_stars,
    Command.LEAVE: ask_for_leave,
    Command.WITHDRAW: withdraw,
    Command.SIGN_IN: sign_in_by_digits,
    Command.BIND: bind_follower,
    Command.UNBIND: explain_unbinding,
    Command.UNBIND_NOW: unbind_follower,
    Command.NEWS: show_news,
    Command.COMPLAIN: complain,
    Command.HELP: show_help,
    Command.GREETING: _always(words.HERE),
    Command.TRANSFER: _office(Matter.TRANSFER),
    Command.JOINING: _office(Matter.JOINING),
    Command.FLOATING: _office(Matter.FLOATING),
    Command.CENTRE: _office(Matter.CENTRE),
    Command.NUMBER: answer_by_number,
    Command.NONE: _always(words.NOT_UNDERSTOOD),
}
