"""活动宣传: the articles of one's organisations, the page of one, its pictures, a new one from records."""

from flask import Response, request

from handlers.console.articles.next_steps import steps_context
from handlers.console.articles.page import article_page
from handlers.console.articles.reach import article_reached
from handlers.console.pages import console, go, page, refuse_form, staff_page
from handlers.edge import current
from handlers.identity import holds, need_somewhere, staff
from handlers.reach import org_asked, own_orgs
from models.articles.article import ARTICLE_STATE_TEXT, ArticleState
from models.articles.drafting import MOST_RECORDS, draft_from_records
from models.articles.listing import articles_among, records_to_tell
from models.articles.pictures import picture_seen
from models.clock import day_of
from models.gatherings.roll_head import roll_seen
from models.gatherings.standing import months_back
from models.people.org import BRANCHES, Org
from models.people.rights import Verb
from models.refused import Refused

TABS = {
    "": ("在办", (
        ArticleState.DRAFT, ArticleState.PROPOSED, ArticleState.REVIEWED, ArticleState.APPROVED,
        ArticleState.PUBLISHING,
    )),
    "published": ("已发布", (ArticleState.PUBLISHED,)),
    "withdrawn": ("已撤稿", (ArticleState.WITHDRAWN,)),
}  # fmt: skip
A_PAGE = 50
MONTHS = 14


@console.get("/console/articles")
@staff_page
def articles() -> Response:
    """List the articles of one's organisations by where they stand; above, from their proposal on."""
    need_somewhere(Verb.DRAFT, Verb.REVIEW_ARTICLE)
    tab = request.args.get("state", "")
    if tab not in TABS:
        raise Refused("not_found", "没有找到")
    rows = articles_among(
        current().session, staff().posts, TABS[tab][1], before=_id(request.args.get("before", "")),
        most=A_PAGE + 1,
    )  # fmt: skip
    return page(
        "articles/articles.html",
        rows=rows[:A_PAGE],
        more=rows[A_PAGE - 1].article.id if len(rows) > A_PAGE else None,
        tabs=[(key, text) for key, (text, _) in TABS.items()],
        tab=tab,
        states=ARTICLE_STATE_TEXT,
        drafts=holds(Verb.DRAFT),
        # Whose it is goes without saying only where all are one's own.
        named={row.org.id for row in rows} != {post.org_id for post in staff().posts},
    )


def _id(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 18 else None


@console.get("/console/articles/new")
@staff_page
def new_article() -> Response:
    """Show the filed records that an article may tell of; `record` is ticked already."""
    asked = [key for text in request.args.getlist("record") if (key := _id(text))]
    org = org_asked(Verb.DRAFT, request.args.get("org") or _org_of(asked))
    return _records_page(org, request.args.get("period", ""), asked)


def _org_of(roll_ids: list[int]) -> str:
    """Return the id of the own organisation whose record, or whose branch's, the first one is; else ''."""
    if not roll_ids:
        return ""
    home = roll_seen(current().session, roll_ids[0]).org
    own = [org for org in own_orgs(Verb.DRAFT) if home.path.startswith(org.path)]
    return str(own[0].id) if own else str(home.id)


@console.post("/console/articles")
@staff_page
def create_article() -> Response:
    """Draft an article from the ticked records; 400 with the page where none or too many are ticked."""
    edge = current()
    org = org_asked(Verb.DRAFT, request.form.get("org", ""))
    ticked = [key for text in request.form.getlist("record") if (key := _id(text))]
    try:
        article = draft_from_records(edge.session, org, ticked, by=staff().account_id, now=edge.now)
    except Refused as error:
        if error.code not in ("bad_article", "record_not_filed"):
            raise
        refuse_form(error)
        return _records_page(org, request.form.get("period", ""), ticked, error)
    return go("console.edit_article", article_id=article.id)


def _records_page(org: Org, period: str, ticked: list[int], error: Refused | None = None) -> Response:
    edge = current()
    months = months_back(day_of(edge.now), MONTHS)[1:]
    alone = org.kind in BRANCHES
    # Above the branch a month at a time: a zone files thousands of records a year.
    if period not in months:
        period = "" if alone else _month_of(ticked, months)
    return page(
        "articles/new.html",
        400 if error else 200,
        org=org,
        orgs=own_orgs(Verb.DRAFT),
        alone=alone,
        months=months,
        period=period,
        records=records_to_tell(edge.session, org, period, now=edge.now),
        ticked=ticked,
        most=MOST_RECORDS,
        error=error,
    )


def _month_of(ticked: list[int], months: list[str]) -> str:
    period = roll_seen(current().session, ticked[0]).gathering.period if ticked else ""
    return period if period in months else months[0]


@console.get("/console/articles/<int:article_id>")
@staff_page
def article(article_id: int) -> Response:
    """Show one article to its own organisation's staff, and from its proposal on to the officers above."""
    it = article_reached(article_id)
    return article_page(it, steps_context(it))


@console.get("/console/articles/<int:article_id>/pictures/<int:picture_id>.jpg")
@staff_page
def article_picture(article_id: int, picture_id: int) -> Response:
    """Send a picture to whoever may read its article. Refused: not_found, not_yours."""
    it = article_reached(article_id)
    return picture_file(picture_seen(current().session, it.id, picture_id).jpeg, picture_id)


def picture_file(jpeg: bytes, picture_id: int) -> Response:
    """Return a picture as a file under a name of ours: a page shows it, its bare address saves it."""
    answer = Response(jpeg, mimetype="image/jpeg")
    answer.headers.set("Content-Disposition", "attachment", filename=f"{picture_id}.jpg")
    return answer
