"""What may be done next with an article, by whom, and in which words: the lower part of its page."""

from typing import Any

from flask import request

from handlers.edge import current
from handlers.identity import staff
from models.articles.approval import CHECKLIST, UNDER_WAY, is_own
from models.articles.article import Article, ArticleState
from models.articles.publication import Publication, PublicationState
from models.articles.publishing import ACCOUNT_HOST, publication_of
from models.articles.trail import LONGEST_REASON
from models.clock import clock_text, day_of, moment_text
from models.people.org import Org
from models.people.rights import Verb, may
from models.refused import Refused

# Whoever may see it reads what it waits for.
WAITS = {
    ArticleState.DRAFT: "写好以后由书记供稿，再经保密审核、审批，才能发布。",
    ArticleState.PROPOSED: "等上级党建干部做保密审核。",
    ArticleState.REVIEWED: "等示范区党建干部审批，也可以录入纸质审批。",
    ArticleState.APPROVED: "等示范区党建干部发布。",
    ArticleState.PUBLISHING: "正在发布。",
    ArticleState.PUBLISHED: "",
    ArticleState.WITHDRAWN: "",
}
PACKED = (ArticleState.APPROVED, ArticleState.PUBLISHING, ArticleState.PUBLISHED)
USED_UP = 45009


def steps_context(article: Article, error: Refused | None = None, form: str = "") -> dict[str, Any]:
    """Return what `article_steps.html` shows as `steps`; `form` is the one that came back with an error."""
    edge, who = current(), staff()
    org = edge.session.get_one(Org, article.org_id)
    mine = {verb for verb in Verb if may(who.posts, verb, org.path)}
    own = is_own(edge.session, article, who.account_id)
    reviews = article.state is ArticleState.PROPOSED and Verb.REVIEW_ARTICLE in mine
    approves = article.state is ArticleState.REVIEWED and Verb.APPROVE_ARTICLE in mine
    order = publication_of(edge.session, article.id)
    shown = {
        "waits": words_of(article, order),
        "proposes": article.state is ArticleState.DRAFT and Verb.PROPOSE_ARTICLE in mine,
        "takes_back": article.state in UNDER_WAY and Verb.PROPOSE_ARTICLE in mine,
        "own": own and (reviews or approves),
        "reviews": reviews and not own,
        "checklist": CHECKLIST,
        "approves": approves and not own,
        "on_screen": article.reviewed_by != who.account_id,
        "publishes": article.state is ArticleState.APPROVED and Verb.PUBLISH_ARTICLE in mine,
        "can_publish": edge.parts.installation.publishes,
        "packs": article.state in PACKED and mine & {Verb.PROPOSE_ARTICLE, Verb.PUBLISH_ARTICLE},
        "withdraws": article.state is not ArticleState.WITHDRAWN and mine & set(withdrawn_by(article)),
        "removes": order is not None and order.state is PublicationState.DONE,
        "has_sheet": article.state not in (ArticleState.DRAFT, ArticleState.WITHDRAWN),
        "host": ACCOUNT_HOST,
        "longest_reason": LONGEST_REASON,
        "today": day_of(edge.now),
        "error": error,
        "errors": error.fields if error else {},
        "form": form,
        "typed": request.form if error else {},
    }
    return {"steps": shown}


def withdrawn_by(article: Article) -> tuple[Verb, ...]:
    """Return the verbs that take an article out for good: what is in the account, only who publishes."""
    match article.state:
        case ArticleState.PUBLISHING | ArticleState.PUBLISHED:
            return (Verb.PUBLISH_ARTICLE,)
        case ArticleState.DRAFT:
            return (Verb.PROPOSE_ARTICLE,)
        case _:
            return (Verb.PROPOSE_ARTICLE, Verb.PUBLISH_ARTICLE)


def words_of(article: Article, order: Publication | None) -> str:
    """Return what an article waits for, in a sentence or two."""
    if article.state is ArticleState.PUBLISHING and order is not None:
        return _under_way(order)
    if article.state is ArticleState.WITHDRAWN and article.url is not None:
        return _being_removed(order)
    return WAITS[article.state]


def _under_way(order: Publication) -> str:
    again = _when(order)
    match order.state:
        case PublicationState.SUBMITTED:
            return f"微信已经收下，正在发布，一般几分钟有结果；没有消息的话{again}去问一次。"
        case PublicationState.DOUBTFUL:
            return f"微信没有答复，不知道收到没有。{again}去核对，没有收到才再发一次。"
        case PublicationState.QUEUED if order.errcode == USED_UP:
            return f"公众号今天的次数用完了，{again}接着发布，不用您再点。"
        case PublicationState.QUEUED if order.errcode is not None:
            return f"微信这会儿忙，{again}接着发布，不用您再点。"
        case _:
            return "正在发布，一般几分钟有结果，刷新本页看看。"


def _being_removed(order: Publication | None) -> str:
    match order and order.state:
        case PublicationState.WITHDRAWN:
            return "公众号上的文章已经删除。"
        case PublicationState.WITHDRAWING if order and order.errcode is not None:
            said = f"公众号上的文章还没有删掉（微信回答 {order.errcode}）"
            return f"{said}，{_when(order)}再删。急的话请到公众号后台删除。"
        case PublicationState.WITHDRAWING:
            return "正在从公众号上删除，一般一两分钟。"
        case _:
            return "这篇是手工发布的，请到公众号后台删除。"


def _when(order: Publication) -> str:
    same_day = day_of(order.not_before) == day_of(current().now)
    return f" {clock_text(order.not_before) if same_day else moment_text(order.not_before)} "
