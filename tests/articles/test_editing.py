"""An article is edited as plain text, by one hand at a time, and only while it is a draft."""

from functools import partial
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from models.articles.article import Article, ArticleState, BlockKind
from models.articles.editing import (
    LONGEST_BLOCK,
    MOST_BLOCKS,
    Edited,
    article_seen,
    blocks_of,
    plain_line,
    plain_text,
    save_article,
    writers_of,
)
from models.articles.html import Block, article_html, article_text
from models.audit import Audit
from models.base import Sessions
from models.people.account import Account
from models.refused import Refused
from tests.conftest import NOON
from tests.factories import a_branch, an_account, an_article
from tests.together import at_once

TEXT, LIST, PICTURE = BlockKind.TEXT, BlockKind.LIST, BlockKind.PICTURE
FULL = Edited("清淤忙", "渠通了", "青石村党支部", (Block(TEXT, "渠通了。"), Block(LIST, "南段\n北段")))


def an_own(session: Session, **columns: Any) -> tuple[Article, Account]:
    by = an_account(session)
    return an_article(session, a_branch(session), by, **columns), by


def refused(session: Session, edited: Edited) -> dict[str, str]:
    article, by = an_own(session)
    with pytest.raises(Refused) as error:
        save_article(session, article, edited, seen=1, by=by.id, now=NOON)
    assert error.value.code == "bad_article"
    return dict(error.value.extra["fields"])


def test_saved_article_reads_as_it_was_typed(session: Session) -> None:
    article, by = an_own(session)
    save_article(session, article, FULL, seen=1, by=by.id, now=NOON)
    assert (article.title, article.digest, article.byline) == ("清淤忙", "渠通了", "青石村党支部")
    assert article.version == 2
    assert blocks_of(session, article.id) == list(FULL.blocks)
    assert writers_of(session, article.id) == {by.id}
    act = session.scalars(select(Audit).where(Audit.verb == "save_article")).one()
    assert (act.before, act.after) == ({"version": 1}, {"version": 2, "blocks": 2})


def test_everybody_who_wrote_is_known(session: Session) -> None:
    article, by = an_own(session)
    second = an_account(session)
    for hand in (by, second, by):
        save_article(session, article, FULL, seen=article.version, by=hand.id, now=NOON)
    assert writers_of(session, article.id) == {by.id, second.id}


def test_later_hand_does_not_overwrite_unseen(session: Session) -> None:
    article, by = an_own(session)
    save_article(session, article, FULL, seen=1, by=by.id, now=NOON)
    with pytest.raises(Refused) as error:
        save_article(session, article, FULL, seen=1, by=by.id, now=NOON)
    assert error.value.code == "article_changed"


def test_of_two_hands_at_once_one_is_told(sessions: Sessions) -> None:
    with sessions.begin() as session:
        article, by = an_own(session)
        article_id, account_id = article.id, by.id

    def save(title: str) -> str:
        with sessions.begin() as session:
            mine = article_seen(session, article_id)
            edited = Edited(title, "", "支部", FULL.blocks)
            save_article(session, mine, edited, seen=1, by=account_id, now=NOON)
        return title

    said = at_once([partial(save, title) for title in ("甲", "乙", "丙", "丁")])
    assert said.count("article_changed") == 3
    with sessions.begin() as session:
        assert article_seen(session, article_id).title in said


@pytest.mark.parametrize("state", [state for state in ArticleState if state is not ArticleState.DRAFT])
def test_only_a_draft_is_edited(session: Session, state: ArticleState) -> None:
    article, by = an_own(session)
    second, third = an_account(session), an_account(session)
    steps = {"proposed": by.id, "reviewed": second.id, "approved": third.id}
    wanted = {"proposed": 1, "reviewed": 2}.get(state.value, 3)
    changed: dict[str, Any] = {"state": state, "published_at": NOON, "withdrawn_at": NOON}
    for step, account_id in list(steps.items())[:wanted]:
        changed |= {f"{step}_at": NOON, f"{step}_by": account_id}
    session.execute(update(Article).values(changed))
    with pytest.raises(Refused) as error:
        save_article(session, article, FULL, seen=1, by=by.id, now=NOON)
    assert error.value.code == "not_a_draft"


def test_what_nobody_sees_is_dropped_and_tags_stay_text() -> None:
    assert plain_text("渠\u202e通\u200b了\x00\x07\ufeff \u2066<b>\u2069&\U000e0041") == "渠通了 <b>&"
    assert plain_text(" 南段\r\n\r\n\u2028北\t段\x0b东段 ") == "南段\n北 段\n东段"
    assert plain_line("清\n淤\u3164\u2800") == "清 淤"
    # Rare characters of names stay, also those that this Python does not know yet.
    assert plain_text("𠮷𬭎\U00031350\ufa0e葛󠄀") == "𠮷𬭎\U00031350\ufa0e葛󠄀"


def test_title_of_nothing_visible_is_none(session: Session) -> None:
    wrong = refused(session, Edited("\u200b\u3164 ", "", "\u202e", ()))
    assert wrong == {"title": "请写标题", "byline": "请写署名"}


def test_lengths_are_wechat_s_and_said_beside_each_field(session: Session) -> None:
    wrong = refused(session, Edited("题" * 33, "摘" * 121, "署" * 17, (Block(TEXT, "字" * 4001),)))
    assert wrong == {
        "title": "标题最多 32 个字，现在是 33 个",
        "digest": "摘要最多 120 个字，现在是 121 个",
        "byline": "署名最多 16 个字，现在是 17 个",
        "blocks": "第 1 段太长，每段最多 4000 个字，可以分成几段",
    }


def test_as_long_as_allowed_is_kept(session: Session) -> None:
    article, by = an_own(session)
    most = Edited("题" * 32, "摘" * 120, "署" * 16, (Block(TEXT, "字" * LONGEST_BLOCK),))
    save_article(session, article, most, seen=1, by=by.id, now=NOON)
    assert blocks_of(session, article.id) == list(most.blocks)


@pytest.mark.parametrize(
    ("blocks", "said"),
    [
        ([Block(TEXT, "字")] * (MOST_BLOCKS + 1), "最多 60 段"),
        ([Block(TEXT, "&" * 4000)] * 1, "全文太长"),
        ([Block(TEXT, "字" * 4000)] * 5, "全文太长"),
        ([Block(PICTURE, "渠")], "每张图片要先上传"),
        ([Block(TEXT, "渠", 7)], ""),
        ([Block(PICTURE, "渠", 999_999)], "有一张图片已经不在了"),
    ],
)
def test_blocks_that_wechat_would_not_take_are_refused(
    session: Session, blocks: list[Block], said: str
) -> None:
    if said:
        assert refused(session, Edited("题", "", "署", tuple(blocks)))["blocks"].startswith(said)
    else:
        article, by = an_own(session)
        save_article(session, article, Edited("题", "", "署", tuple(blocks)), seen=1, by=by.id, now=NOON)
        assert blocks_of(session, article.id) == [Block(TEXT, "渠")]


def test_html_is_made_of_escaped_text_alone() -> None:
    blocks = [
        Block(TEXT, '渠通了 <script>alert(1)</script>\n第二行 & "引号"'),
        Block(LIST, "<b>南段\n北段"),
        Block(PICTURE, '渠"> <img src=x onerror=alert(1)>', 7),
        Block(PICTURE, "", 8),
    ]
    assert article_html(blocks, lambda picture_id: f'/p/{picture_id}?a=1&b="') == (
        "<p>渠通了 &lt;script&gt;alert(1)&lt;/script&gt;</p>\n<p>第二行 &amp; &#34;引号&#34;</p>\n"
        "<ul><li>&lt;b&gt;南段</li><li>北段</li></ul>\n"
        '<p class="picture"><img src="/p/7?a=1&amp;b=&#34;" '
        'alt="渠&#34;&gt; &lt;img src=x onerror=alert(1)&gt;"></p>'
        '<p class="caption">渠&#34;&gt; &lt;img src=x onerror=alert(1)&gt;</p>\n'
        '<p class="picture"><img src="/p/8?a=1&amp;b=&#34;" alt="活动图片"></p>'
    )


def test_plain_text_is_for_copying() -> None:
    blocks = [
        Block(TEXT, "渠通了。"),
        Block(LIST, "南段\n北段"),
        Block(PICTURE, "清淤", 7),
        Block(PICTURE, "", 8),
    ]
    assert article_text(blocks) == "渠通了。\n\n· 南段\n· 北段\n\n（图片：清淤）\n\n（图片）"
