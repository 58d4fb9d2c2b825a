"""What waits of articles: drafts that came back, and for officers the next step of somebody else's."""

from collections.abc import Iterator

from handlers.edge import current
from handlers.identity import staff
from handlers.todo.todo import Todo
from models.articles.listing import came_back
from models.articles.publishing import waiting_for
from models.people.rights import Verb

STEP_TEXT = {
    Verb.REVIEW_ARTICLE: ("保密审核", "去审核"),
    Verb.APPROVE_ARTICLE: ("审批", "去审批"),
    Verb.PUBLISH_ARTICLE: ("发布", "去发布"),
}


def articles() -> Iterator[Todo]:
    """Yield own drafts that were sent back, then what this person may review, approve or publish."""
    session, who = current().session, staff()
    for article in came_back(session, who.posts):
        title, why = f"修改稿件“{article.title}”", f"退回原因：{article.came_back}"
        yield Todo(title, why, "去修改", "edit_article", {"article_id": article.id})
    for one in waiting_for(session, who.posts, who.account_id):
        does, button = STEP_TEXT[one.verb]
        values = {"article_id": one.article.id}
        yield Todo(f"{does}“{one.article.title}”", one.org.name, button, "article", values)
