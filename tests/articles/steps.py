"""An article with its people, brought as far as a test wants it."""

from typing import NamedTuple

from sqlalchemy.orm import Session

from models.articles.approval import CHECKLIST, approve, pass_review, propose
from models.articles.article import Article, ArticleState, BlockKind
from models.articles.editing import Edited, save_article
from models.articles.html import Block
from models.articles.publishing import order_publication
from models.people.account import Account, Role
from models.people.org import Org
from tests.conftest import NOON
from tests.factories import a_branch, a_post, a_township, a_zone, an_account, an_article

TEXT = Block(BlockKind.TEXT, "支部商量了沟渠清淤的分段和工期。")


class Cast(NamedTuple):
    """One article and everybody who has a hand in it."""

    article: Article
    zone: Org
    town: Org
    branch: Org
    clerk: Account  # wrote it
    secretary: Account  # proposes it
    officer: Account  # of the township: reviews
    chief: Account  # of the zone: approves
    second: Account  # of the zone


def a_cast(session: Session, upto: ArticleState = ArticleState.DRAFT) -> Cast:
    """Write an article of a branch and take the steps up to a state (draft … publishing)."""
    zone = a_zone(session)
    town = a_township(session, zone)
    branch = a_branch(session, town)
    hands = []
    for name, role, org in (
        ("林小满", Role.CLERK, branch),
        ("周明远", Role.SECRETARY, branch),
        ("程若兰", Role.TOWNSHIP_OFFICER, town),
        ("顾云飞", Role.ZONE_OFFICER, zone),
        ("安思齐", Role.ZONE_OFFICER, zone),
    ):
        account = an_account(session, name=name)
        a_post(session, account, org, role)
        hands.append(account)
    article = an_article(session, branch, hands[0])
    edited = Edited("沟渠清淤忙", "一段摘要", branch.name, (TEXT,))
    save_article(session, article, edited, seen=article.version, by=hands[0].id, now=NOON)
    cast = Cast(article, zone, town, branch, *hands)
    take_steps(session, cast, upto)
    return cast


def take_steps(session: Session, cast: Cast, upto: ArticleState) -> None:
    """Go on from a draft, each step by whoever usually takes it."""
    article, seen = cast.article, cast.article.version
    order = list(ArticleState)
    if order.index(upto) >= 1:
        propose(session, article, seen=seen, by=cast.secretary.id, now=NOON)
    if order.index(upto) >= 2:
        pass_review(session, article, list(CHECKLIST), seen=seen, by=cast.officer.id, now=NOON)
    if order.index(upto) >= 3:
        approve(session, article, seen=seen, by=cast.chief.id, now=NOON, paper=None)
    if order.index(upto) >= 4:
        order_publication(session, article, seen=seen, by=cast.second.id, now=NOON)
