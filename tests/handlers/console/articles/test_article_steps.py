"""The steps of an article on its page: who sees which, what comes back, the pack and the sheet."""

import re
from dataclasses import replace
from io import BytesIO
from zipfile import ZipFile

import pytest
from werkzeug.test import TestResponse

from models.articles.approval import CHECKLIST, approve, pass_review, propose
from models.articles.article import Article, ArticleState, BlockKind
from models.articles.editing import Edited, save_article
from models.articles.html import Block
from models.articles.publication import PublicationState
from models.articles.publishing import order_publication, publication_of
from tests.conftest import NOON
from tests.factories import an_article
from tests.handlers.console_site import Site
from tests.together import meanwhile

DRAFT, PROPOSED, REVIEWED, APPROVED, PUBLISHING, PUBLISHED = list(ArticleState)[:6]
TEXT = "商量了 <b>沟渠</b> 清淤的分段和工期。"
TICKS = {f"c-{code}": "1" for code in CHECKLIST}
URL = "https://mp.weixin.qq.com/s/abcDEF"


def an_article_in(site: Site, state: ArticleState) -> int:
    """Write an article of the home branch and take the usual steps up to a state; return its id."""
    who = {name: account.id for name, account in site.staff.items()}
    with site.sessions.begin() as session:
        it = an_article(session, site.orgs["home"], site.staff["clerk"])
        edited = Edited("沟渠清淤忙", "一段摘要", "青石村党支部", (Block(BlockKind.TEXT, TEXT),))
        save_article(session, it, edited, seen=it.version, by=who["clerk"], now=NOON)
        seen, reached = it.version, list(ArticleState).index(state)
        if reached >= 1:
            propose(session, it, seen=seen, by=who["secretary"], now=NOON)
        if reached >= 2:
            pass_review(session, it, list(CHECKLIST), seen=seen, by=who["town"], now=NOON)
        if reached >= 3:
            approve(session, it, seen=seen, by=who["zone"], now=NOON, paper=None)
        if reached >= 4:
            order_publication(session, it, seen=seen, by=who["zone"], now=NOON)
        return it.id


def stands(site: Site, article_id: int) -> ArticleState:
    """How the article stands."""
    with site.sessions() as session:
        return session.get_one(Article, article_id).state


def take(site: Site, who: str, article_id: int, step: str, **fields: str) -> TestResponse:
    """Send one step's form, made from the page as it stands."""
    with site.sessions() as session:
        seen = session.get_one(Article, article_id).version
    return site.browser(who).post(f"/console/articles/{article_id}/{step}", {"seen": seen} | fields)


def buttons(site: Site, who: str, article_id: int) -> set[str]:
    """The buttons of the steps that somebody sees."""
    page = site.browser(who).get(f"/console/articles/{article_id}").text
    steps = page.partition('id="steps"')[2].partition("</section>")[0]
    return set(re.findall(r"<button[^>]*>([^<]+)</button>", steps))


@pytest.mark.parametrize(
    ("state", "who", "shown"),
    [
        (DRAFT, "clerk", set()),
        (DRAFT, "secretary", {"供稿，送保密审核", "撤稿"}),
        (PROPOSED, "secretary", {"收回修改", "撤稿"}),
        (PROPOSED, "town", {"审核通过", "退回修改"}),
        (REVIEWED, "town", set()),
        (REVIEWED, "zone", {"批准", "录入纸质审批", "退回修改", "撤稿"}),
        (APPROVED, "zone", {"发布到公众号", "登记已发布", "撤稿"}),
        (APPROVED, "secretary", {"收回修改", "撤稿"}),
        (PUBLISHING, "zone", {"撤稿"}),
        (PUBLISHING, "secretary", set()),
    ],
)
def test_everybody_sees_the_steps_that_are_theirs(
    site: Site, state: ArticleState, who: str, shown: set[str]
) -> None:
    assert buttons(site, who, an_article_in(site, state)) == shown


def test_article_goes_from_hand_to_hand(site: Site) -> None:
    article_id = an_article_in(site, DRAFT)
    for who, step, fields, state in (
        ("secretary", "proposal", {}, PROPOSED),
        ("secretary", "taking-back", {}, DRAFT),
        ("secretary", "proposal", {}, PROPOSED),
        ("town", "review", {"say": "yes"} | TICKS, REVIEWED),
        ("zone", "approval", {"say": "yes"}, APPROVED),
        ("zone", "publication", {}, PUBLISHING),
    ):
        answer = take(site, who, article_id, step, **fields)
        assert (answer.status_code, stands(site, article_id)) == (303, state), step


@pytest.mark.parametrize(
    ("who", "state", "step"), [("town", PROPOSED, "review"), ("zone", REVIEWED, "approval")]
)
def test_page_of_an_earlier_text_sends_no_later_one_back(
    site: Site, who: str, state: ArticleState, step: str
) -> None:
    article_id = an_article_in(site, state)
    with site.sessions() as session:
        later = session.get_one(Article, article_id).version
    stale = {"say": "no", "reason": "时间写错了", "seen": str(later - 1)}
    answer = take(site, who, article_id, step, **stale)
    assert (answer.status_code, stands(site, article_id)) == (409, state)
    assert take(site, who, article_id, step, **stale | {"seen": str(later)}).status_code == 303
    assert stands(site, article_id) is DRAFT


@pytest.mark.parametrize("step", ["review", "approval"])
def test_officer_who_wrote_it_sees_no_button_and_gets_no_further(site: Site, step: str) -> None:
    with site.sessions.begin() as session:
        it = an_article(session, site.orgs["zone"], site.staff["zone"], byline="青山示范区党工委")
        edited = Edited("示范区动态", "", "青山示范区党工委", (Block(BlockKind.TEXT, TEXT),))
        save_article(session, it, edited, seen=it.version, by=site.staff["zone"].id, now=NOON)
        article_id = it.id
    take(site, "zone", article_id, "proposal")
    if step == "approval":
        with site.sessions.begin() as session:
            it = session.get_one(Article, article_id)
            reviewer = site.staff["town"].id
            pass_review(session, it, list(CHECKLIST), seen=it.version, by=reviewer, now=NOON)
    before = stands(site, article_id)
    assert buttons(site, "zone", article_id) == {"收回修改", "撤稿"}
    paper = {"signer": "罗正清", "signed_on": "2026-11-25", "number": "18"}
    for fields in (
        {"say": "yes"} | TICKS,
        {"say": "no", "reason": "不合适"},
        {"say": "paper"} | paper,
    ):
        answer = take(site, "zone", article_id, step, **fields)
        if step == "review" and fields["say"] == "paper":
            continue  # counts as sending back without a reason
        assert (answer.status_code, stands(site, article_id)) == (403, before)
        assert "另一位同志" in answer.text


def test_review_that_misses_a_line_comes_back_with_its_ticks(site: Site) -> None:
    article_id = an_article_in(site, PROPOSED)
    fields = {"say": "yes"} | TICKS
    del fields["c-people"]
    answer = take(site, "town", article_id, "review", **fields)
    assert answer.status_code == 400
    assert "还有 1 项没有勾" in answer.text
    ticked = re.findall(r'name="c-(\w+)" value="1" checked', answer.text)
    assert set(ticked) == set(CHECKLIST) - {"people"}
    assert stands(site, article_id) is PROPOSED


def test_rejected_article_leaves_the_officers_sight_and_tells_its_writers_why(site: Site) -> None:
    article_id = an_article_in(site, PROPOSED)
    answer = take(site, "town", article_id, "review", say="no", reason="有一句写了<电话>")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/console/articles")
    assert site.browser("town").get(f"/console/articles/{article_id}").status_code == 404
    page = site.browser("clerk").get(f"/console/articles/{article_id}").text
    assert "退回修改：</b>有一句写了&lt;电话&gt;" in page


def test_rejection_without_a_reason_comes_back(site: Site) -> None:
    article_id = an_article_in(site, REVIEWED)
    answer = take(site, "zone", article_id, "approval", say="no", reason="不")
    assert answer.status_code == 400
    assert "请写明原因" in answer.text
    assert ">不</textarea>" in answer.text


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"signer": "顾云飞"}, "签字的人不能是录入的人"),
        ({"signed_on": "2026-11-24"}, "签字的日期早于供稿"),
        ({"signed_on": "2026-11-31"}, "请写纸上签字的日期"),
        ({"number": ""}, "请写审批单的编号"),
    ],
)
def test_paper_that_is_wrong_comes_back_beside_its_field(
    site: Site, changed: dict[str, str], said: str
) -> None:
    article_id = an_article_in(site, REVIEWED)
    paper = {"signer": "罗正清", "signed_on": "2026-11-25", "number": "青宣审 18 号"} | changed
    answer = take(site, "zone", article_id, "approval", say="paper", **paper)
    assert answer.status_code == 400
    assert said in answer.text
    assert f'value="{paper["signer"]}"' in answer.text
    assert 'aria-invalid="true"' in answer.text
    assert stands(site, article_id) is REVIEWED


def test_trail_says_who_entered_a_paper_and_who_signed_it(site: Site) -> None:
    # Control: with the act's own words the enterer stands behind 批准.
    article_id = an_article_in(site, REVIEWED)
    paper = {"signer": "罗正清", "signed_on": "2026-11-25", "number": "青宣审 18 号"}
    assert take(site, "zone", article_id, "approval", say="paper", **paper).status_code == 303
    page = site.browser("zone").get(f"/console/articles/{article_id}").text
    trail = re.sub(r"<[^>]+>", "", page.partition("<h2>经过</h2>")[2])
    assert f"录入纸质审批 {site.staff['zone'].name}" in trail
    assert "纸面签批：罗正清，2026年11月25日，编号 青宣审 18 号" in trail
    assert "批准" not in trail


def test_title_stands_once_on_the_page(site: Site) -> None:
    article_id = an_article_in(site, DRAFT)
    with site.sessions() as session:
        title = session.get_one(Article, article_id).title
    page = site.browser("secretary").get(f"/console/articles/{article_id}").text
    assert page.partition("<main")[2].partition("依据的会议记录")[0].count(title) == 1


def test_what_is_out_is_taken_down_and_the_fold_says_from_where(site: Site) -> None:
    article_id = an_article_in(site, APPROVED)
    take(site, "zone", article_id, "registration", url=URL, on="2026-11-25")
    assert buttons(site, "zone", article_id) == {"撤下"}
    page = site.browser("zone").get(f"/console/articles/{article_id}").text
    assert "<summary>撤下这篇</summary>" in page
    assert "公众号里的是手工发布的，请到公众号后台删除。" in page
    assert take(site, "zone", article_id, "withdrawal", reason="").status_code == 400


def test_form_of_an_older_text_takes_no_step(site: Site) -> None:
    article_id = an_article_in(site, PROPOSED)
    answer = take(site, "town", article_id, "review", say="yes", seen="1", **TICKS)
    assert (answer.status_code, stands(site, article_id)) == (409, PROPOSED)
    assert "请看看现在到了哪一步" in answer.text


def test_account_that_cannot_publish_is_given_the_pack_and_the_address(site: Site) -> None:
    parts = site.app.parts
    site.app.parts = replace(parts, installation=replace(parts.installation, publishes=False))
    article_id = an_article_in(site, APPROVED)
    assert buttons(site, "zone", article_id) == {"登记已发布", "撤稿"}
    assert take(site, "zone", article_id, "publication").status_code == 409  # cannot_publish
    answer = take(site, "zone", article_id, "registration", url="http://example.cn/", on="2026-11-25")
    assert answer.status_code == 400
    assert "以 https://mp.weixin.qq.com/ 开头" in answer.text
    assert take(site, "zone", article_id, "registration", url=URL, on="2026-11-25").status_code == 303
    assert stands(site, article_id) is PUBLISHED
    page = site.browser("clerk").get(f"/console/articles/{article_id}").text
    assert f'href="{URL}"' in page


def test_published_article_is_withdrawn_by_who_publishes(site: Site) -> None:
    article_id = an_article_in(site, APPROVED)
    take(site, "zone", article_id, "registration", url=URL, on="2026-11-25")
    assert take(site, "secretary", article_id, "withdrawal", reason="活动改期").status_code == 403
    assert take(site, "zone", article_id, "withdrawal", reason="").status_code == 400
    assert take(site, "zone", article_id, "withdrawal", reason="活动改期").status_code == 303
    page = site.browser("zone").get(f"/console/articles/{article_id}").text
    assert "手工发布的，请到公众号后台删除" in page
    assert site.browser().get(f"/a/{article_id}").status_code == 404


def test_branch_does_not_withdraw_what_is_handed_to_the_clock_at_that_moment(site: Site) -> None:
    # Control: read without its lock, the article is still the branch's to withdraw, and is gone.
    article_id, browser = an_article_in(site, APPROVED), site.browser("secretary")
    with site.sessions.begin() as session:
        it = session.get_one(Article, article_id)
        order_publication(session, it, seen=it.version, by=site.staff["zone"].id, now=NOON)
        address = f"/console/articles/{article_id}/withdrawal"
        answer = meanwhile(lambda: browser.post(address, {"reason": "活动改期"}).status_code, session)
    assert (answer(), stands(site, article_id)) == (403, PUBLISHING)


@pytest.mark.parametrize(
    ("state", "errcode", "said"),
    [
        (PublicationState.QUEUED, None, "刷新本页看看"),
        (PublicationState.QUEUED, 45009, "次数用完了"),
        (PublicationState.QUEUED, -1, "微信这会儿忙"),
        (PublicationState.DOUBTFUL, None, "没有收到才再发一次"),
        (PublicationState.SUBMITTED, None, "微信已经收下"),
    ],
)
def test_page_says_how_far_the_publication_is(
    site: Site, state: PublicationState, errcode: int | None, said: str
) -> None:
    article_id = an_article_in(site, PUBLISHING)
    with site.sessions.begin() as session:
        order = publication_of(session, article_id)
        assert order is not None
        order.state, order.errcode, order.publish_id = state, errcode, "7"
    page = site.browser("zone").get(f"/console/articles/{article_id}").text
    assert said in page


def test_pack_holds_the_text_escaped_and_how_to_publish_it(site: Site) -> None:
    article_id = an_article_in(site, APPROVED)
    answer = site.browser("secretary").get(f"/console/articles/{article_id}/pack.zip")
    assert answer.mimetype == "application/zip"
    with ZipFile(BytesIO(answer.data)) as pack:
        files = {name: pack.read(name).decode() for name in pack.namelist()}
    assert set(files) == {"正文.html", "正文.txt", "说明.txt"}
    assert "商量了 &lt;b&gt;沟渠&lt;/b&gt; 清淤" in files["正文.html"]
    assert files["正文.txt"] == TEXT
    assert f"http://127.0.0.1:8000/a/{article_id}" in files["说明.txt"]
    assert site.browser("secretary").get(f"/console/articles/{article_id}/pack.zip").data == answer.data


@pytest.mark.parametrize("what", ["pack.zip", "copy"])
def test_nothing_is_given_out_before_it_is_approved(site: Site, what: str) -> None:
    article_id = an_article_in(site, REVIEWED)
    answer = site.browser("secretary").get(f"/console/articles/{article_id}/{what}")
    assert answer.status_code == 409  # article_not_approved
    assert "还没有批准" in answer.text


def test_sheet_has_the_text_the_ticks_and_who_signed_on_screen(site: Site) -> None:
    article_id = an_article_in(site, REVIEWED)
    page = site.browser("zone").get(f"/console/articles/{article_id}/sheet").text
    assert page.count("✓") == len(CHECKLIST)
    assert "商量了 &lt;b&gt;沟渠&lt;/b&gt; 清淤" in page
    assert "周明远" in page
    assert "程若兰" in page
    assert "顾云飞" not in page.partition('class="approval"')[2]


def test_draft_has_no_sheet(site: Site) -> None:
    article_id = an_article_in(site, DRAFT)
    assert site.browser("secretary").get(f"/console/articles/{article_id}/sheet").status_code == 409
