"""To publish by hand: a pack to download, a page to copy from; and the approval sheet on paper."""

from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from flask import Response, send_file
from markupsafe import Markup
from sqlalchemy import select

from handlers.console.articles.next_steps import PACKED
from handlers.console.articles.reach import article_reached
from handlers.console.pages import console, page, staff_page
from handlers.edge import current
from models.articles.act import Act
from models.articles.approval import CHECKLIST
from models.articles.article import Article, ArticleState, BlockKind, Picture
from models.articles.editing import blocks_of
from models.articles.html import Block, article_html, article_text
from models.articles.trail import Step, trail_of
from models.clock import SHANGHAI
from models.people.org import Org
from models.people.rights import Verb
from models.refused import Refused

PAGE = Markup(
    '<!doctype html>\n<html lang="zh-CN">\n<head><meta charset="utf-8"><title>{}</title></head>\n'
    "<body>\n<h1>{}</h1>\n{}\n</body>\n</html>\n"
)
HOW = """这个压缩包里的稿件已经批准，可以到公众号后台手工发布。

一、在公众号后台新建图文，标题、作者、摘要照下面填。
二、打开“正文.html”，全选、复制，贴到正文里；图片没有跟过来的，按编号从本文件夹上传。
三、封面用图片 1；没有图片的，用公众号平常的封面。
四、“原文链接”填：{source}
五、不开留言。发布，不用群发。
六、发布以后回到本平台这篇稿件，登记文章的链接。

标题：{title}
作者：{byline}
摘要：{digest}
单位：{org}
"""


@console.get("/console/articles/<int:article_id>/pack.zip")
@staff_page
def article_pack(article_id: int) -> Response:
    """Download the article with its pictures and how to publish it by hand. Refused: article_not_approved."""
    article = _approved(article_id)
    name = f"发布包 {article.title}.zip"
    return send_file(
        BytesIO(pack_of(article)), mimetype="application/zip", download_name=name, as_attachment=True
    )


@console.get("/console/articles/<int:article_id>/copy")
@staff_page
def article_copy(article_id: int) -> Response:
    """Show title, byline, digest and text to be copied one by one. Refused: article_not_approved."""
    article = _approved(article_id)
    blocks = blocks_of(current().session, article.id)
    return page(
        "articles/copy.html",
        article=article,
        text=article_text(blocks),
        source=source_of(article),
        pictures=len(numbered(blocks)),
    )


def _approved(article_id: int) -> Article:
    article = article_reached(article_id, Verb.PROPOSE_ARTICLE, Verb.PUBLISH_ARTICLE)
    if article.state not in PACKED:
        raise Refused("article_not_approved", "还没有批准，批准以后才能拿去发布")
    return article


def source_of(article: Article) -> str:
    """Return the address of the article on our own pages."""
    return f"{current().parts.installation.base_url}/a/{article.id}"


def numbered(blocks: list[Block]) -> dict[int, str]:
    """Return picture id -> name of its file, in the order of the article."""
    ids = [block.picture_id for block in blocks if block.kind is BlockKind.PICTURE and block.picture_id]
    return {picture_id: f"图片{n}.jpg" for n, picture_id in enumerate(dict.fromkeys(ids), 1)}


def pack_of(article: Article) -> bytes:
    """Return the pack as a ZIP: 正文.html, 正文.txt, 图片1.jpg …, 说明.txt."""
    session = current().session
    blocks = blocks_of(session, article.id)
    names = numbered(blocks)
    body = Markup(article_html(blocks, names.__getitem__))  # noqa: S704 (escaped where it is made)
    how = HOW.format(
        source=source_of(article), title=article.title, byline=article.byline,
        digest=article.digest or "（没有写，公众号自动取正文开头）",
        org=session.get_one(Org, article.org_id).name,
    )  # fmt: skip
    files = {
        "正文.html": PAGE.format(article.title, article.title, body).encode(),
        "正文.txt": article_text(blocks).encode(),
        "说明.txt": how.encode(),
    }
    jpegs = session.execute(select(Picture.id, Picture.jpeg).where(Picture.id.in_(names))).all()
    files |= {names[picture_id]: jpeg for picture_id, jpeg in jpegs}
    out, made = BytesIO(), current().now.astimezone(SHANGHAI).timetuple()[:6]
    with ZipFile(out, "w", ZIP_DEFLATED) as pack:
        for name in sorted(files):
            pack.writestr(ZipInfo(name, made), files[name], ZIP_DEFLATED)
    return out.getvalue()


@console.get("/console/articles/<int:article_id>/sheet")
@staff_page
def article_sheet(article_id: int) -> Response:
    """Show the approval sheet: one A4 page or more, with the text, the checklist and lines for hands."""
    session = current().session
    article = article_reached(article_id)
    if article.state is ArticleState.DRAFT:
        raise Refused("article_moved_on", "还是草稿，供稿以后才有审批单")
    blocks = blocks_of(session, article.id)
    return page(
        "articles/sheet.html",
        article=article,
        org=session.get_one(Org, article.org_id),
        text=article_text(blocks).split("\n"),
        pictures=len(numbered(blocks)),
        checklist=CHECKLIST,
        signed=_signed(trail_of(session, article.id)),
    )


def _signed(trail: list[Step]) -> dict[str, Step]:
    """Return the acts in force by their code: what came before the last proposal no longer counts."""
    begun = max((n for n, step in enumerate(trail) if step.act.act is Act.PROPOSED), default=0)
    return {step.act.act.value: step for step in trail[begun:]}
