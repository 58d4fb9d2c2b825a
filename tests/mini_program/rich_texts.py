"""What was written around the branch in full swing: articles, a complaint, last year's star."""

from datetime import timedelta
from decimal import Decimal
from hashlib import sha256
from io import BytesIO

from PIL import Image
from sqlalchemy import select

from models.articles.article import Article, ArticleBlock, ArticleState, BlockKind
from models.people.complaint import Complaint, answer_complaint
from models.people.member import Member
from models.points.schemes.published import Scheme
from models.ratings.archive.snapshot import RatingSnapshot
from models.ratings.procedure.rating import RatingState
from models.ratings.runs.results import RatingResult
from tests.articles.standing import bring
from tests.conftest import NOON
from tests.factories import a_picture, a_rating, a_run, an_article
from tests.handlers.console_site import Site
from tests.mini_program.conftest import Zone

DIGEST = "三十名党员两天清出东渠一里半，十二户人家浇上了水。"
PARAGRAPHS = (
    "东渠淤了三年，水到不了南头的地。11月的主题党日上，青石村党支部议了这件事，当场报名的有三十人。",
    "两天里，第一党小组清上游，第二、第三党小组清下游，年纪大的同志烧水送饭。到第二天傍晚，一里半的渠都通了。",
    "支部定下来：每年入冬前清一次，由三个党小组轮流牵头。",
)  # fmt: skip
TITLES = (
    ("沟渠清淤忙，三十名党员两天清出一里半", 5),
    ("把会开到地头：柳湾村党支部的十月主题党日", 40),
    ("远山村党支部给二十位老人送学上门", 75),
)


def a_landscape() -> bytes:
    """Draw a picture of fields below a sky; return it as JPEG."""
    picture = Image.linear_gradient("L").resize((800, 500)).point(lambda light: 160 + light // 4)
    sky = Image.merge("RGB", (picture, picture, Image.new("L", picture.size, 225)))
    sky.paste((124, 140, 92), (0, 300, 800, 500))
    sky.paste((158, 178, 190), (340, 300, 430, 500))
    file = BytesIO()
    sky.save(file, "JPEG", quality=80)
    return file.getvalue()


def write_articles(site: Site) -> dict[str, int]:
    """Publish three articles, the newest with a picture; return its id."""
    first = 0
    with site.sessions.begin() as session:
        jpeg = a_landscape()
        for number, (title, days) in enumerate(TITLES):
            by = site.staff["clerk"]
            org = session.merge(site.orgs["home"])
            it = an_article(session, org, by, title=title, digest=DIGEST)
            texts = PARAGRAPHS if number == 0 else (DIGEST,)
            for position, text in enumerate(texts, start=2):
                session.add(ArticleBlock(article_id=it.id, position=position, kind=BlockKind.TEXT, text=text))
            if number == 0:
                first = it.id
                size = {"width": 800, "height": 500}
                picture = a_picture(session, it, jpeg=jpeg, sha=sha256(jpeg).digest(), **size)
                block = ArticleBlock(
                    article_id=it.id, position=9, kind=BlockKind.PICTURE, text="清通以后的东渠"
                )
                block.picture_id = picture.id
                session.add(block)
            it.published_at = site.now - timedelta(days=days)
            bring(session, session.get_one(Article, it.id), ArticleState.PUBLISHED)
    return {"article": first}


def write_complaint(zone: Zone, who: str) -> None:
    """Let somebody have written twice: the first was answered, the second waits."""
    phone, site = zone.ask(who), zone.site
    for text in ("通知里没有写活动室在几楼，老同志找了一圈。", "村部门口的台阶没有扶手，下雨天滑。"):
        assert phone.ask("POST", "complaints", {"text": text}).status_code == 201
    with site.sessions.begin() as session:
        first = session.scalars(select(Complaint).order_by(Complaint.id)).first()
        assert first is not None
        said = "您说得对。以后通知的地点都写明楼层，门口也贴了指路的纸。"
        answer_complaint(session, first.id, said, by=site.staff["zone"].id, now=site.now)


def file_the_year_before(site: Site, scheme: Scheme, who: str) -> None:
    """Let 2025 be archived, the member with three stars."""
    by = site.staff["secretary"]
    with site.sessions.begin() as session:
        member = session.get_one(Member, site.members[who].id)
        home = session.merge(site.orgs["home"])
        rating = a_rating(session, home, scheme, by, cycle="2025", state=RatingState.ARCHIVED)
        run = a_run(session, rating, by)
        reasons = [{"code": "band", "text": "总分 70 分，在 70 到 75 分之间；民主评议合格"}]
        session.add(
            RatingResult(
                run_id=run.id, member_id=member.id, standing="rated", total=Decimal(70), grade="qualified",
                star_final=3, detail={"reasons": reasons},
            )
        )  # fmt: skip
        told = {"document": "{}", "sha": sha256(b"{}").hexdigest(), "account_id": by.id, "made_at": NOON}
        session.add(RatingSnapshot(rating_id=rating.id, run_id=run.id, **told))
