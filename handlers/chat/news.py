"""动态: the newest published articles, to anybody who asks."""

from handlers.chat.ask import Ask
from handlers.chat.points_words import LONGEST_REPLY
from handlers.chat.words import NO_NEWS
from models.articles.listing import published

MOST = 3
HEAD = "近期动态"


def show_news(ask: Ask) -> str:
    """动态: title and address of the newest articles, as many as one reply holds."""
    base = ask.edge.parts.installation.base_url
    said = HEAD
    for one in published(ask.session, most=MOST):
        longer = f"{said}\n\n{one.title}\n{one.address(base)}"
        if len(longer.encode()) > LONGEST_REPLY:
            break
        said = longer
    return said if said != HEAD else NO_NEWS
