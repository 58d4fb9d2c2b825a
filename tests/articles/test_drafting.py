"""An article drafted from filed records tells what happened, and nothing of anybody."""

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.articles.article import Article, ArticleSource, ArticleState, BlockKind
from models.articles.drafting import MOST_RECORDS, draft_from_records
from models.articles.editing import Edited, blocks_of, save_article, writers_of
from models.articles.html import article_text
from models.articles.secrecy import warnings_of
from models.audit import Audit
from models.base import Sessions
from models.gatherings.gathering import GatheringKind
from models.gatherings.minutes.minutes import Minutes, MinutesState
from models.refused import Refused
from tests.articles.records import HELD, PEOPLE, Filed, a_record
from tests.conftest import NOON
from tests.factories import THREE_O_CLOCK, a_branch, a_group, a_township, a_zone
from tests.together import at_once


def drafted(session: Session, filed: Filed, *others: Filed) -> Article:
    rolls = [one.roll.id for one in (filed, *others)]
    return draft_from_records(session, filed.branch, rolls, by=filed.by.id, now=NOON)


def text_of(session: Session, article: Article) -> str:
    return "\n".join((article.title, article.digest, article_text(blocks_of(session, article.id))))


def test_article_tells_day_place_numbers_and_what_was_held(session: Session) -> None:
    filed = a_record(session, volunteering="打扫村道。", volunteers=12, volunteer_hours=Decimal("1.5"))
    article = drafted(session, filed)
    assert (article.state, article.version, article.byline) == (ArticleState.DRAFT, 1, "青石村党支部")
    assert article.title == "青石村党支部开展11月主题党日活动"
    assert article.digest == "11月25日，青石村党支部在文化广场开展11月主题党日活动，3 名党员参加。"
    assert [(block.kind, block.text) for block in blocks_of(session, article.id)] == [
        (BlockKind.TEXT, article.digest),
        (BlockKind.TEXT, "这次活动的内容："),
        (BlockKind.LIST, "学习全会精神\n商量路灯"),
        (BlockKind.TEXT, "志愿服务：打扫村道，12 人参加，每人 1.5 小时。"),
        (BlockKind.TEXT, "会上议定："),
        (BlockKind.LIST, "十二月十日前清完南段"),
    ]
    sources = session.scalars(select(ArticleSource.roll_id).where(ArticleSource.article_id == article.id))
    assert sources.all() == [filed.roll.id]
    assert writers_of(session, article.id) == {filed.by.id} == {article.drafted_by}
    act = session.scalars(select(Audit).where(Audit.verb == "draft_article")).one()
    assert act.after == {"records": [filed.roll.id]}


def test_form_that_is_sent_twice_makes_one_draft(sessions: Sessions) -> None:
    # Control: without the organisation's lock two at once make two.
    with sessions.begin() as session:
        filed = a_record(session)
        other = a_record(session, filed.branch, gathering={"period": "2026-10"})

    def sent() -> int:
        with sessions.begin() as session:
            return drafted(session, filed).id

    first, *others = at_once([sent] * 3)
    assert set(others) == {first}
    with sessions.begin() as session:
        assert drafted(session, filed, other).id != first
        later = NOON + timedelta(minutes=11)
        ids = [filed.roll.id]
        assert draft_from_records(session, filed.branch, ids, by=filed.by.id, now=later).id != first
        article = session.get_one(Article, first)
        edited = Edited("改过的标题", "", "青石村党支部", tuple(blocks_of(session, first)))
        save_article(session, article, edited, seen=1, by=filed.by.id, now=NOON)
        assert drafted(session, filed).id != first


def test_article_names_nobody_and_no_number_of_anybody(session: Session) -> None:
    filed = a_record(
        session,
        items=(
            ("为 王建国、李素芬 过政治生日", HELD, None),
            ("张大山讲党课", HELD, None),
            ("走访困难党员", HELD, None),
            ("联系 138 0000 1111 领材料", HELD, None),
            ("学习全会精神", HELD, None),
        ),
        decisions=("由赵铁柱牵头修渠", "给周 小 燕送慰问品", "修渠"),
        gathering={"place": "王建国家院子"},
        volunteering="帮李素芬收玉米",
    )
    article = drafted(session, filed)
    told = text_of(session, article)
    assert [name for name in PEOPLE if name in told] == []
    assert [word for word in ("138", "困难", "请假", "院子", "玉米", "李书平", "周敏") if word in told] == []
    assert [word for word in ("过政治生日", "学习全会精神", "修渠") if word not in told] == []
    assert warnings_of(session, article) == []


def test_neither_leave_nor_absence_shows_in_the_numbers(session: Session) -> None:
    told = text_of(session, drafted(session, a_record(session)))
    assert "3 名党员参加" in told
    assert [word for word in ("应到", "实到", "5 名", "缺席") if word in told] == []


def test_several_records_make_one_article_in_the_order_of_the_tree(session: Session) -> None:
    township = a_township(session, a_zone(session))
    first, second = a_branch(session, township), a_branch(session, township, name="柳湾村党支部")
    records = [a_record(session, second), a_record(session, first)]
    article = draft_from_records(
        session, township, [one.roll.id for one in records], by=records[0].by.id, now=NOON
    )
    assert article.title == "河东镇党委各支部开展11月主题党日活动"
    assert article.digest == (
        "2026年11月，河东镇党委所属 2 个党支部开展11月主题党日活动，共有党员 6 人次参加。"
    )
    told = [block.text for block in blocks_of(session, article.id)]
    assert [text.split("在")[0] for text in told[1:]] == ["11月25日，青石村党支部", "11月25日，柳湾村党支部"]
    assert "3" not in told[1]  # no branch's number beside another's


def test_several_records_of_one_branch_tell_of_its_months(session: Session) -> None:
    branch = a_branch(session)
    lecture = {"kind": GatheringKind.LECTURE, "period": "2026-10", "starts_at": THREE_O_CLOCK - timedelta(30)}
    article = drafted(session, a_record(session, branch), a_record(session, branch, gathering=lecture))
    assert article.title == "青石村党支部组织开展党内活动"
    told = [block.text for block in blocks_of(session, article.id)]
    assert told[0].startswith("2026年10月至2026年11月，青石村党支部组织开展党内活动")
    assert told[1].startswith("10月26日，在文化广场举办党课。内容有：学习全会精神；商量路灯。")


def test_group_s_record_knows_the_names_of_its_branch(session: Session) -> None:
    branch = a_branch(session)
    group = a_group(session, branch)
    filed = a_record(session, branch, items=(("王建国讲党课", HELD, None),))
    filed.roll.org_id = group.id
    session.flush()
    assert "王建国" not in text_of(session, drafted(session, filed))


def test_names_too_long_for_wechat_are_cut_and_can_be_edited(session: Session) -> None:
    branch = a_branch(session, name="青山省级现代农业科技示范区河东镇青石村股份经济合作联合社党支部")
    long = {"place": "村" * 60}
    article = drafted(session, a_record(session, branch, gathering=long))
    assert [len(article.title), len(article.byline)] == [32, 16]
    assert len(article.digest) <= 120


@pytest.mark.parametrize("state", [MinutesState.DRAFT, MinutesState.RETURNED])
def test_record_that_is_not_filed_makes_no_article(session: Session, state: MinutesState) -> None:
    filed = a_record(session)
    minutes = session.get_one(Minutes, filed.roll.id)
    minutes.state, minutes.returned_at, minutes.returned_by = MinutesState.RETURNED, NOON, filed.by.id
    minutes.return_reason = "缺表决"
    session.flush()
    if state is MinutesState.DRAFT:
        minutes.state, minutes.filed_at, minutes.filed_by, minutes.filed_revision = state, None, None, None
        session.flush()
    with pytest.raises(Refused) as error:
        drafted(session, filed)
    assert error.value.code == "record_not_filed"


def test_another_branch_s_record_does_not_exist_here(session: Session) -> None:
    mine, theirs = a_record(session), a_record(session)
    with pytest.raises(Refused) as error:
        drafted(session, mine, theirs)
    assert error.value.code == "not_found"


@pytest.mark.parametrize("number", [0, MOST_RECORDS + 1])
def test_none_or_too_many_records_are_said_beside_the_field(session: Session, number: int) -> None:
    filed = a_record(session)
    with pytest.raises(Refused) as error:
        draft_from_records(session, filed.branch, range(number), by=filed.by.id, now=NOON)
    assert (error.value.code, list(error.value.extra["fields"])) == ("bad_article", ["records"])


def test_article_says_when_its_record_was_returned(session: Session) -> None:
    filed = a_record(session)
    article = drafted(session, filed)
    minutes = session.get_one(Minutes, filed.roll.id)
    minutes.state, minutes.returned_at, minutes.returned_by = MinutesState.RETURNED, NOON, filed.by.id
    minutes.return_reason = "缺表决"
    session.flush()
    assert warnings_of(session, article) == ["稿件依据的会议记录退回补正了，请等重新归档后核对"]
