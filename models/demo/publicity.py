"""The demonstration's articles, one at each step of the way; the clock publishes one of them for real."""

from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta
from io import BytesIO
from random import Random
from typing import NamedTuple

from PIL import Image, ImageDraw
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.articles.act import Act, ArticleAct
from models.articles.approval import CHECKLIST, Paper, approve, pass_review, propose, reject_review
from models.articles.article import Article, ArticleState
from models.articles.drafting import draft_from_records
from models.articles.pictures import add_picture
from models.articles.publishing import order_publication, withdraw
from models.articles.trail import note
from models.clock import at, day_of
from models.demo.rolls import Held
from models.gatherings.minutes.minutes import Minutes, MinutesState
from models.people.account import Account
from models.people.org import Org

HOUR = timedelta(hours=1)
LEAKED = "正文里有困难户的姓名和住处，请改成“三户困难家庭”"
CALLED_OFF = "同一件事街道已经统一发布，这一篇撤下"
SIGNER = "程若兰"


class Told(NamedTuple):
    """One article: whose, from which branch's newest filed record but so many, drafted so many days ago."""

    org: str
    drafter: str
    back: int
    days_ago: int
    branches: tuple[str, ...] = ()


OUT = Told("DY02", "dy02-sj", 4, 80)
ON_ITS_WAY = Told("HZ01", "qlw-zg", 2, 3)
TOGETHER = Told("LQ", "lq-gb", 2, 4, ("LQ01", "LQ02", "LQ06"))
REVIEWED = Told("CH01", "ch01-sj", 2, 5)
PROPOSED = Told("HZ03", "hzsq-zg", 2, 2)
SENT_BACK = Told("DY01", "dy01-zg", 2, 6)
WITHDRAWN = Told("XB01", "xb01-sj", 3, 33)


def tell_the_public(
    session: Session,
    orgs: Mapping[str, Org],
    told: Sequence[Held],
    accounts: Mapping[str, Account],
    *,
    now: datetime,
) -> None:
    """Add articles that are published, on their way out, waiting at each step, sent back and withdrawn."""
    newsroom = Newsroom(session, orgs, told, {login: one.id for login, one in accounts.items()}, now)
    _publish_one(newsroom)
    _hand_one_over(newsroom)
    newsroom.proposed(TOGETHER, "lq-gb")
    newsroom.reviewed(REVIEWED, "ch01-sj", "ch-gb")
    newsroom.proposed(PROPOSED, "hzsq-sj")
    it, when = newsroom.proposed(SENT_BACK, "dy01-sj")
    reject_review(session, it, LEAKED, by=newsroom.hands["dy-gb"], now=when + 5 * HOUR)
    it, when = newsroom.proposed(WITHDRAWN, "xb01-sj")
    withdraw(session, it, CALLED_OFF, by=newsroom.hands["xb01-sj"], now=when + 8 * HOUR)


class Newsroom(NamedTuple):
    """What the steps of all articles take: `hands` is log-in -> account."""

    session: Session
    orgs: Mapping[str, Org]
    told: Sequence[Held]
    hands: Mapping[str, int]
    now: datetime

    def drafted(self, it: Told) -> tuple[Article, datetime]:
        """Draft it at nine in the morning; return it with that moment."""
        when = at(day_of(self.now) - timedelta(days=it.days_ago), time(9))
        filed = select(Minutes.roll_id).where(Minutes.state == MinutesState.FILED)
        known = set(self.session.scalars(filed))
        rolls = [
            [held.roll.id for held in self.told if held.code == code and held.roll.id in known][-it.back]
            for code in it.branches or (it.org,)
        ]
        org, by = self.orgs[it.org], self.hands[it.drafter]
        return draft_from_records(self.session, org, rolls, by=by, now=when), when

    def proposed(self, it: Told, signer: str, *, picture: bool = False) -> tuple[Article, datetime]:
        """Draft it and let `signer` propose it."""
        article, when = self.drafted(it)
        if picture:
            by = self.hands[it.drafter]
            add_picture(self.session, article, drawn(it.org), consent=True, by=by, now=when)
        propose(self.session, article, seen=article.version, by=self.hands[signer], now=when + 2 * HOUR)
        return article, when

    def reviewed(
        self, it: Told, signer: str, reviewer: str, *, picture: bool = False
    ) -> tuple[Article, datetime]:
        """Draft it, propose it and let `reviewer` pass the secrecy review."""
        article, when = self.proposed(it, signer, picture=picture)
        by = self.hands[reviewer]
        pass_review(self.session, article, [*CHECKLIST], seen=article.version, by=by, now=when + 5 * HOUR)
        return article, when


def _publish_one(room: Newsroom) -> None:
    """Let one be out for weeks: approved on screen, read on our own page."""
    it, when = room.reviewed(OUT, "dy02-sj", "dy-gb", picture=True)
    by = room.hands["sfq-xc"]
    approve(room.session, it, seen=it.version, by=by, now=when + 25 * HOUR, paper=None)
    it.state, it.published_at = ArticleState.PUBLISHED, when + 26 * HOUR
    act = ArticleAct(act=Act.PUBLISHED)
    note(room.session, it, act, before=ArticleState.APPROVED, by=by, now=when + 26 * HOUR)


def _hand_one_over(room: Newsroom) -> None:
    """Let one be approved on paper and handed to the clock, which brings it into the account."""
    it, when = room.reviewed(ON_ITS_WAY, "qlw-sj", "hz-gb", picture=True)
    paper = Paper(SIGNER, day_of(when + 24 * HOUR), "宣审 31 号")
    by = room.hands["sfq-gb"]
    approve(room.session, it, seen=it.version, by=by, now=when + 25 * HOUR, paper=paper)
    order_publication(room.session, it, seen=it.version, by=room.hands["sfq-xc"], now=room.now)


def drawn(code: str) -> bytes:
    """Return a drawing instead of a photograph: hills, fields and a canal, another for each place."""
    chance = Random(f"picture of {code}")
    image = Image.new("RGB", (1200, 675), (214, 232, 240))
    pen = ImageDraw.Draw(image)
    for row in range(3):
        top, green = 260 + row * 70, 120 + row * 25
        ridge = [(x, top - chance.randint(0, 90)) for x in range(0, 1201, 150)]
        pen.polygon([(0, 675), *ridge, (1200, 675)], fill=(90 + row * 30, green, 80 + row * 10))
    for strip in range(6):
        left = strip * 210 - 60
        shade = 150 + chance.randint(0, 60)
        pen.polygon([(left, 675), (left + 180, 675), (560 + strip * 22, 430), (545 + strip * 22, 430)],
                    fill=(shade, shade - 10, 70))  # fmt: skip
    pen.polygon([(820, 675), (980, 675), (700, 430), (690, 430)], fill=(108, 160, 190))
    made = BytesIO()
    image.save(made, "PNG")
    return made.getvalue()
