"""Which articles the person behind a request reaches."""

from handlers.edge import current
from handlers.identity import staff
from models.articles.article import Article, ArticleState
from models.articles.editing import article_seen
from models.people.org import Org
from models.people.rights import Verb, may, sees
from models.refused import Refused

READERS = (Verb.DRAFT, Verb.REVIEW_ARTICLE)  # the organisation's own staff; the officers above


def article_reached(article_id: int, *verbs: Verb, lock: bool = False) -> Article:
    """Return an article on which the person holds one of the verbs; without any, one they may read.

    A draft exists for its own organisation only: officers above know of it once it is proposed.

    Refused: not_found, not_yours.
    """
    session, posts = current().session, staff().posts
    article = article_seen(session, article_id, lock=lock)
    org = session.get_one(Org, article.org_id)
    drafts = may(posts, Verb.DRAFT, org.path)
    if not sees(posts, org.path) or (article.state is ArticleState.DRAFT and not drafts):
        raise Refused("not_found", "没有找到这篇稿件")
    if not any(may(posts, verb, org.path) for verb in verbs or READERS):
        raise Refused("not_yours", "这一步要有相应的职务才能办")
    return article
