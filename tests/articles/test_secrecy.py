"""What an article should not tell is found by its words; ordinary sentences are left alone."""

import pytest
from sqlalchemy.orm import Session

from models.articles.article import ArticleSource, BlockKind
from models.articles.editing import Edited, save_article
from models.articles.html import Block
from models.articles.secrecy import Text, found_in, names_around, warnings_of
from tests.articles.records import a_record
from tests.conftest import NOON
from tests.factories import a_branch, a_group, a_member, a_township, a_zone, an_account, an_article

NAMES = {"王建国", "李素芬", "高山", "欧阳春"}


def said(text: str) -> list[str]:
    return found_in([Text("第 1 段", text)], NAMES)


@pytest.mark.parametrize(
    "number",
    [
        "13800001111", "138 0000 1111", "138-0000-1111", "１３８００００１１１１", "电话：13800001111。",
        "+8613800001111",
    ],
)  # fmt: skip
def test_mobile_number_is_found(number: str) -> None:
    assert "第 1 段有像手机号的数字" in said(number)


@pytest.mark.parametrize(
    "number", ["0391-8551234", "03918551234", "0391 8551234", "０３９１－８５５１２３４"]
)
def test_telephone_number_is_found(number: str) -> None:
    assert said(f"电话 {number}") == ["第 1 段有像固定电话的数字"]


@pytest.mark.parametrize(
    "number", ["410802197001011234", "41080219700101123X", "410802 19700101 123x", "410802700101123"]
)
def test_id_number_is_found_and_nothing_else_in_it(number: str) -> None:
    assert said(number) == ["第 1 段有像身份证号的数字"]


@pytest.mark.parametrize("name", ["王建国", "王 建 国", "村民王建国说"])
def test_member_s_name_is_found(name: str) -> None:
    assert said(name) == ["第 1 段写了支部党员的姓名：王建国"]


def test_names_come_in_the_order_of_surnames() -> None:
    assert said("王建国和李素芬") == ["第 1 段写了支部党员的姓名：李素芬、王建国"]


@pytest.mark.parametrize(
    ("text", "sign"),
    [
        ("走访困难党员两户", "困难党员"), ("送去慰 问 金", "慰问金"), ("两人请假", "请假"),
        ("讨论拟任人选", "拟任"), ("通报处分决定", "处分"), ("内部文件传达", "内部文件"),
    ],
)  # fmt: skip
def test_words_of_hardship_leave_personnel_and_secrets_are_found(text: str, sign: str) -> None:
    (warning,) = said(text)
    assert sign in warning


@pytest.mark.parametrize(
    "text",
    [
        "2026年11月25日15:00，28 名党员清淤 1200 米，共 3600 元党费。", "学习二十届四中全会精神",
        "统一社会信用代码以外没有数字", "第 410802 号地块亩产 1500 斤", "中发〔2026〕1号文件",
    ],
)  # fmt: skip
def test_ordinary_sentence_is_left_alone(text: str) -> None:
    assert said(text) == []


def test_each_part_of_the_article_is_named(session: Session) -> None:
    branch = a_branch(session)
    a_member(session, branch, "王建国")
    by = an_account(session)
    article = an_article(session, branch, by)
    blocks = (Block(BlockKind.TEXT, "渠通了"), Block(BlockKind.LIST, "南段\n王建国管北段"))
    edited = Edited("13800001111", "走访困难户", "王建国", blocks)
    save_article(session, article, edited, seen=1, by=by.id, now=NOON)
    assert warnings_of(session, article) == [
        "标题有像手机号的数字",
        "摘要写到生活困难，请不要让人认出是谁（困难户）",
        "署名写了支部党员的姓名：王建国",
        "第 2 段写了支部党员的姓名：王建国",
    ]


def test_names_are_those_of_the_branches_it_tells_of(session: Session) -> None:
    township = a_township(session, a_zone(session))
    branch, other = a_branch(session, township), a_branch(session, township, name="柳湾村党支部")
    a_member(session, other, "钱多多")
    filed = a_record(session, branch)
    article = an_article(session, township, filed.by, title="钱多多和王建国修渠")
    session.add(ArticleSource(article_id=article.id, roll_id=filed.roll.id))
    session.flush()
    assert warnings_of(session, article) == ["标题写了支部党员的姓名：王建国"]
    assert "钱多多" in names_around(session, [township])


def test_group_knows_the_names_of_its_branch(session: Session) -> None:
    branch = a_branch(session)
    a_member(session, branch, "王建国")
    a_member(session, a_branch(session), "周小燕")
    assert names_around(session, [a_group(session, branch)]) == {"王建国"}
    assert names_around(session, []) == set()
