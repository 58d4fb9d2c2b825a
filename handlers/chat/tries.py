"""Which pushes are counted before they are judged: digits, slips, link codes and complaints."""

import unicodedata

from handlers.chat.ask import follower
from handlers.chat.commands import Command, read_words
from handlers.edge import Edge
from models.gatherings.check_in import DIGITS_LIMIT
from models.gatherings.hall_code import tidy_digits
from models.people.bind import CODE_LIMITS, open_binding, read_code
from models.people.complaint import A_DAY, tidy_complaint
from models.people.link_code import TRIES
from models.people.tries import Guess, spent_tries
from models.refused import Refused
from wechat.messages import TextMessage
from wechat.push import Push

LIMITS = {
    Guess.DIGITS: (DIGITS_LIMIT,),
    Guess.BIND_CODE: CODE_LIMITS,
    Guess.LINK_CODE: (TRIES,),
    Guess.COMPLAINT: (A_DAY,),
}
LINK_DIGITS = 8


def count_try(edge: Edge, push: Push) -> int | None:
    """Count what this push tries, before it is judged; return the tries left, None if it tries nothing.

    Commits, and the claim of the push with it. A mistyped slip, and digits that are none, cost nothing.
    """
    guess = _guess_of(edge, push)
    return None if guess is None else edge.spend(guess, follower(edge, push), *LIMITS[guess])


def count_again(edge: Edge, push: Push) -> int | None:
    """Return what `count_try` returned to somebody who counted this push and ended before answering it.

    At the limit it says that none was left, for the last try counted may have been another one.
    """
    guess = _guess_of(edge, push)
    if guess is None:
        return None
    counted = ((most, span) for span, most in LIMITS[guess])
    left = min(
        most - spent_tries(edge.session, guess, follower(edge, push), within=span, now=edge.now)
        for most, span in counted
    )
    return left if left > 0 else -1


def _guess_of(edge: Edge, push: Push) -> Guess | None:
    if not isinstance(push, TextMessage):
        return None
    command, rest = read_words(push.content)
    match command:
        case Command.BIND if is_code(rest):
            return Guess.BIND_CODE
        case Command.BIND if len(only_digits(rest)) == LINK_DIGITS:
            return Guess.LINK_CODE
        case Command.COMPLAIN if not only_digits(rest) and is_letter(rest):
            return Guess.COMPLAINT
        case Command.SIGN_IN if tidy_digits(rest):
            is_bound = open_binding(edge.session, push.appid, follower(edge, push)) is not None
            return Guess.DIGITS if is_bound else None
        case _:
            return None


def is_code(text: str) -> bool:
    """Say whether this could be the code of a slip, by its check digit."""
    try:
        read_code(text)
    except Refused:
        return False
    return True


def is_letter(text: str) -> bool:
    """Say whether this is a complaint that would be received."""
    try:
        tidy_complaint(text, None)
    except Refused:
        return False
    return True


def only_digits(text: str) -> str:
    """Return the digits of a text that is nothing else, blanks and a stop aside; else nothing."""
    plain = "".join(unicodedata.normalize("NFKC", text).replace("-", " ").strip("。.,，、 ").split())
    return plain if plain.isascii() and plain.isdigit() else ""
