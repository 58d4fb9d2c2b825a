"""The steps of an article, as its page sends them: propose, review, approve, publish, withdraw."""

from datetime import date

from flask import Response, request

from handlers.console.articles.next_steps import steps_context, withdrawn_by
from handlers.console.articles.page import article_page
from handlers.console.articles.reach import article_reached
from handlers.console.leaves.leaves import typed_day
from handlers.console.pages import console, go, refuse_form, staff_page
from handlers.edge import current
from handlers.identity import staff
from models.articles.approval import (
    CHECKLIST,
    Paper,
    approve,
    pass_review,
    propose,
    reject_approval,
    reject_review,
    take_back,
)
from models.articles.article import Article
from models.articles.publishing import order_publication, register_by_hand, withdraw
from models.people.rights import Verb
from models.refused import Refused


def _sent_back(article_id: int, error: Refused, form: str) -> Response:
    """Show the article again with what was typed and why it was refused."""
    refuse_form(error)
    if error.code == "own_article":
        raise error
    article = article_reached(article_id)
    return article_page(article, steps_context(article, error, form), error.status)


def _seen() -> int:
    """Return the version the form was made from; 0, which none is, where it says none."""
    text = request.form.get("seen", "")
    return int(text) if text.isdecimal() and len(text) < 10 else 0


def _done(article: Article) -> Response:
    return go("console.article", article_id=article.id)


@console.post("/console/articles/<int:article_id>/proposal")
@staff_page
def create_article_proposal(article_id: int) -> Response:
    """Sign a draft: from here on nobody changes a word."""
    edge, article = current(), article_reached(article_id, Verb.PROPOSE_ARTICLE)
    try:
        propose(edge.session, article, seen=_seen(), by=staff().account_id, now=edge.now)
    except Refused as error:
        return _sent_back(article_id, error, "proposal")
    return _done(article)


@console.post("/console/articles/<int:article_id>/taking-back")
@staff_page
def create_article_taking_back(article_id: int) -> Response:
    """Make it a draft again, to be mended."""
    edge, article = current(), article_reached(article_id, Verb.PROPOSE_ARTICLE)
    try:
        take_back(edge.session, article, by=staff().account_id, now=edge.now)
    except Refused as error:
        return _sent_back(article_id, error, "taking-back")
    return _done(article)


@console.post("/console/articles/<int:article_id>/review")
@staff_page
def create_article_review(article_id: int) -> Response:
    """Pass the secrecy review, every line ticked, or send the article back with a reason."""
    edge, article, by = current(), article_reached(article_id, Verb.REVIEW_ARTICLE), staff().account_id
    passes, reason = request.form.get("say") == "yes", request.form.get("reason", "")
    try:
        if passes:
            ticked = [code for code in CHECKLIST if request.form.get(f"c-{code}")]
            pass_review(edge.session, article, ticked, seen=_seen(), by=by, now=edge.now)
        else:
            reject_review(edge.session, article, reason, seen=_seen() or None, by=by, now=edge.now)
    except Refused as error:
        return _sent_back(article_id, error, "review" if passes else "rejection")
    return _after_rejection(article) if not passes else _done(article)


@console.post("/console/articles/<int:article_id>/approval")
@staff_page
def create_article_approval(article_id: int) -> Response:
    """Approve on screen (`say` yes), enter an approval on paper (paper), or send the article back (no)."""
    edge, article, by = current(), article_reached(article_id, Verb.APPROVE_ARTICLE), staff().account_id
    say, reason = request.form.get("say"), request.form.get("reason", "")
    try:
        if say in ("yes", "paper"):
            paper = _paper() if say == "paper" else None
            approve(edge.session, article, seen=_seen(), by=by, now=edge.now, paper=paper)
        else:
            reject_approval(edge.session, article, reason, seen=_seen() or None, by=by, now=edge.now)
    except Refused as error:
        form = {"yes": "approval", "paper": "paper"}.get(say or "", "rejection")
        return _sent_back(article_id, error, form)
    return _done(article) if say in ("yes", "paper") else _after_rejection(article)


def _paper() -> Paper:
    return Paper(request.form.get("signer", ""), _day("signed_on"), request.form.get("number", ""))


def _day(name: str) -> date | None:
    """Return a typed day; one that is none counts as not typed, and its field says so."""
    try:
        return typed_day(name)
    except Refused:
        return None


def _after_rejection(article: Article) -> Response:
    """Go where the person still sees something: what is a draft again is its own organisation's alone."""
    try:
        article_reached(article.id)
    except Refused:
        return go("console.articles")
    return _done(article)


@console.post("/console/articles/<int:article_id>/publication")
@staff_page
def create_article_publication(article_id: int) -> Response:
    """Hand an approved article to the clock, which publishes it. Refused: cannot_publish."""
    edge, article = current(), article_reached(article_id, Verb.PUBLISH_ARTICLE)
    try:
        if not edge.parts.installation.publishes:
            raise Refused("cannot_publish", "这个公众号不能由平台发布，请下载发布包手工发布")
        order_publication(edge.session, article, seen=_seen(), by=staff().account_id, now=edge.now)
    except Refused as error:
        return _sent_back(article_id, error, "publication")
    return _done(article)


@console.post("/console/articles/<int:article_id>/registration")
@staff_page
def create_article_registration(article_id: int) -> Response:
    """Record that it was published by hand, under which address and on which day."""
    edge, article = current(), article_reached(article_id, Verb.PUBLISH_ARTICLE)
    url, on = request.form.get("url", ""), _day("on")
    try:
        register_by_hand(edge.session, article, url, on, seen=_seen(), by=staff().account_id, now=edge.now)
    except Refused as error:
        return _sent_back(article_id, error, "registration")
    return _done(article)


@console.post("/console/articles/<int:article_id>/withdrawal")
@staff_page
def create_article_withdrawal(article_id: int) -> Response:
    """Take an article back for good; a published one also out of the account."""
    edge = current()
    # Held from here on: how far it has come says who takes it back.
    article = article_reached(article_id, Verb.PROPOSE_ARTICLE, Verb.PUBLISH_ARTICLE, lock=True)
    article = article_reached(article_id, *withdrawn_by(article))
    try:
        withdraw(edge.session, article, request.form.get("reason", ""), by=staff().account_id, now=edge.now)
    except Refused as error:
        return _sent_back(article_id, error, "withdrawal")
    return _done(article)
