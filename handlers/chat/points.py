"""积分 and 星级: one's own, and nobody else's."""

from handlers.chat import points_words as words
from handlers.chat.ask import Ask
from models.people.member import shares_phone
from models.ratings.statement.stars import stars_of
from models.ratings.statement.statement import statement_of


def show_points(ask: Ask) -> str:
    """积分: the total with its parts; the total alone where the number on the roster is a family's."""
    if ask.member is None:
        return words.POINTS_ARE_PRIVATE
    points = statement_of(ask.session, ask.member.id, now=ask.edge.now)
    if points is None:
        return words.NO_SCHEME
    return words.points_words(ask.member.name, points, is_shared=shares_phone(ask.session, ask.member))


def show_stars(ask: Ask) -> str:
    """星级: the last star put up, with its reasons; who stands outside the rating is told so."""
    if ask.member is None:
        return words.STARS_ARE_PRIVATE
    points = statement_of(ask.session, ask.member.id, now=ask.edge.now)
    stars = stars_of(ask.session, ask.member.id, ask.member.branch_id)
    is_shared = shares_phone(ask.session, ask.member)
    standing = points.balance.standing if points else None
    return words.stars_words(ask.member.name, stars, standing, is_shared=is_shared)
