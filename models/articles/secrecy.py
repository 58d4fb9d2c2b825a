"""What an article should not tell the public, found by its words; a person decides, never the list.

Source: secrecy and publicity practice: no phones, no rosters, nobody in hardship by name, nothing of
unpublished personnel, discipline or inspection matters.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

from sqlalchemy import literal, or_, select
from sqlalchemy.orm import Session, aliased

from models.articles.article import Article, ArticleSource
from models.articles.editing import blocks_of, plain_text
from models.gatherings.minutes.minutes import Minutes, MinutesState
from models.gatherings.roll import Roll
from models.people.member import Member, surname_order
from models.people.org import Org

# Digits as people group them: 138 1234 5678, 138·1234·5678, 0391-8551234, (0391)8551234.
MOBILE = re.compile(r"(?<!\d)(?:86[ .·-]?)?1[3-9]\d(?:[ .·-]?\d{4}){2}(?!\d)")
LANDLINE = re.compile(r"(?<!\d)0\d{2,3}[ .·)-]{0,2}\d{7,8}(?!\d)")
ID_NUMBER = re.compile(r"(?<!\d)[1-9]\d{5}[ -]?\d{8}[ -]?\d{3}[\dXx](?![\dXx])|(?<!\d)[1-9]\d{14}(?!\d)")
NUMBERS = ((ID_NUMBER, "有像身份证号的数字"), (MOBILE, "有像手机号的数字"), (LANDLINE, "有像固定电话的数字"))
WORDS = {
    "写到生活困难，请不要让人认出是谁": (
        "困难党员", "困难户", "困难家庭", "困难群众", "生活困难", "家庭困难", "贫困", "低保", "五保", "特困",
        "慰问金", "救助金", "残疾", "患病", "重病", "大病", "住院", "手术", "癌", "尿毒症", "精神病",
    ),
    "写到请假或缺席": ("请假", "缺席", "未到会", "无故不到"),
    "像是没有公开的人事、纪检内容": (
        "考察对象", "拟任", "拟提拔", "后备干部", "立案", "留置", "处分", "谈话函询", "问题线索", "双规",
        "信访", "举报",
    ),
    "像是不能上网的内容": ("绝密", "机密", "秘密", "内部资料", "内部文件", "不得外传", "涉密"),
}  # fmt: skip
MOST_NAMES = 10  # told of one text


class Text(NamedTuple):
    """One text of an article, and where it stands."""

    where: str
    text: str


def warnings_of(session: Session, article: Article) -> list[str]:
    """Return what a reader of this article should look at again, one sentence each; a few statements."""
    texts = [Text("标题", article.title), Text("摘要", article.digest), Text("署名", article.byline)]
    texts += [Text(f"第 {n} 段", block.text) for n, block in enumerate(blocks_of(session, article.id), 1)]
    return [
        *_returned_sources(session, article.id),
        *found_in(texts, names_around(session, _orgs_of(session, article))),
    ]


def found_in(texts: Iterable[Text], names: Collection[str]) -> list[str]:
    """Return the warnings about these texts; `names` are those of the members who may be in them."""
    return [f"{one.where}{said}" for one in texts for said in _said_of(one.text, names)]


def is_public(text: str, names: Collection[str]) -> bool:
    """Return whether nothing in a text speaks against showing it to everybody."""
    return not _said_of(text, names)


def _said_of(text: str, names: Collection[str]) -> list[str]:
    # As it will be read: what nobody sees in a text would else hide a name that the article then shows.
    plain = unicodedata.normalize("NFKC", plain_text(text)).replace("－", "-").replace("—", "-")
    together = "".join(plain.split())
    said = []
    for pattern, words in NUMBERS:
        plain, times = pattern.subn("", plain)  # an ID number holds what looks like others
        said += [words] * (times > 0)
    for words, signs in WORDS.items():
        seen = [sign for sign in signs if sign in together]
        said += [f"{words}（{'、'.join(seen)}）"] * bool(seen)
    named = sorted({name for name in names if len(name) > 1 and name in together}, key=surname_order)
    if named:
        more = f"等 {len(named)} 人" if len(named) > MOST_NAMES else ""
        said.append(f"写了支部党员的姓名：{'、'.join(named[:MOST_NAMES])}{more}")
    return said


def _returned_sources(session: Session, article_id: int) -> list[str]:
    query = (
        select(ArticleSource.roll_id)
        .join(Minutes, Minutes.roll_id == ArticleSource.roll_id)
        .where(ArticleSource.article_id == article_id, Minutes.state != MinutesState.FILED)
        .limit(1)
    )
    return ["稿件依据的会议记录退回补正了，请等重新归档后核对"] if session.scalar(query) else []


def _orgs_of(session: Session, article: Article) -> list[Org]:
    rolls = (
        select(Roll.org_id)
        .join(ArticleSource, ArticleSource.roll_id == Roll.id)
        .where(ArticleSource.article_id == article.id)
    )
    return list(session.scalars(select(Org).where(or_(Org.id.in_(rolls), Org.id == article.org_id))))


def names_around(session: Session, orgs: Sequence[Org]) -> set[str]:
    """Return the names of the members of the branches that these organisations are, belong to or hold.

    A committee above several is left out where branches of its own are named beside it.
    """
    paths = {org.path for org in orgs}
    narrow = [path for path in paths if not any(one != path and one.startswith(path) for one in paths)]
    if not narrow:
        return set()
    home = aliased(Org)
    near = [or_(home.path.startswith(path), literal(path).startswith(home.path)) for path in narrow]
    query = select(Member.name).join(home, home.id == Member.branch_id).where(or_(*near)).distinct()
    return {"".join(name.split()) for name in session.scalars(query)}
