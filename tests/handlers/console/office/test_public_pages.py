"""What the public wrote and what the account answers it: the zone's two pages, and the chat behind them."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from handlers.chat.words import LINE, width
from models.audit import Audit, Via
from models.people.complaint import Complaint, receive_complaint
from models.people.office_answer import (
    House,
    Matter,
    built_in,
    edit_office_answer,
    office_text,
    reset_office_answer,
    tidy_office_text,
)
from models.refused import Refused
from tests.conftest import NOON
from tests.factories import an_account
from tests.handlers.chat.follower import Chat
from tests.handlers.console_site import Site

DAY = timedelta(days=1)
HOUSE = House("青山示范区党群工作部", "0000-0000000")
EDIT = "/console/office-answers/transfer"


def written(site: Site, text: str = "通知发得太晚", due_on: date = date(2026, 12, 9)) -> int:
    with site.sessions.begin() as session:
        return receive_complaint(
            session,
            text,
            "王先生 0000-7654321",
            openid_hash=b"wang",
            via=Via.CHAT,
            due_on=due_on,
            now=site.now,
        ).id


# Complaints.


def test_what_is_due_first_stands_on_top_with_its_day(site: Site) -> None:
    later = written(site)
    today = written(site, "字太小", NOON.date())
    over = written(site, "没人接电话", NOON.date() - DAY)
    page = site.browser("zone").get("/console/complaints").text
    places = [page.index(f'id="c{number}"') for number in (over, today, later)]
    assert places == sorted(places)
    for words in (
        "3 件等答复",
        "已经过了",
        "今天要答复",
        "12月9日 周三</span>以前答复",
        "编号 202611250001",
        "从公众号来",
    ):
        assert words in page
    assert "王先生 0000-7654321" in page


def test_answer_moves_below_and_whoever_wrote_reads_it(site: Site) -> None:
    number = written(site)
    zone = site.browser("zone")
    answer = zone.post(f"/console/complaints/{number}/answer", {"answer": "以后提前五天发。"})
    assert (answer.status_code, answer.location) == (303, "/console/complaints")
    page = zone.get("/console/complaints").text
    assert "没有等答复的" in page
    assert page.index("答复过的") < page.index("以后提前五天发。") < page.index("顾云飞答复")
    with site.sessions() as session:
        row = session.get_one(Complaint, number)
        assert (row.answer, row.answered_by) == ("以后提前五天发。", site.staff["zone"].id)


def test_answer_too_short_comes_back_as_typed(site: Site) -> None:
    number = written(site)
    answer = site.browser("zone").post(f"/console/complaints/{number}/answer", {"answer": "好"})
    assert answer.status_code == 400
    assert "请写 2 到 500 个字" in answer.text
    assert ">好</textarea>" in answer.text


def test_second_answer_is_told_of_the_first(site: Site) -> None:
    number = written(site)
    zone = site.browser("zone")
    zone.post(f"/console/complaints/{number}/answer", {"answer": "以后提前五天发。"})
    answer = zone.post(f"/console/complaints/{number}/answer", {"answer": "不归我们管。"})
    assert answer.status_code == 409
    assert "刚刚有人答复过了" in answer.text
    assert "不归我们管。" not in answer.text


def test_text_of_a_stranger_is_shown_as_text(site: Site) -> None:
    written(site, "<script>alert(1)</script>\n第二行")
    page = site.browser("zone").get("/console/complaints").text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;\n第二行" in page


@pytest.mark.parametrize("who", ["town", "secretary", "auditor"])
def test_only_the_zone_reads_and_answers_what_the_public_wrote(site: Site, who: str) -> None:
    number = written(site)
    browser = site.browser(who)
    assert browser.get("/console/complaints").status_code == 403
    assert browser.post(f"/console/complaints/{number}/answer", {"answer": "好的。"}).status_code == 403
    assert browser.get(EDIT).status_code == 403
    assert "投诉与建议" not in browser.get("/console/").text


# Answers of the office.


def test_edited_text_answers_from_then_on_until_it_is_put_back(session: Session) -> None:
    by = an_account(session).id
    assert office_text(session, Matter.CENTRE, HOUSE) == built_in(Matter.CENTRE, HOUSE)
    for text in ("河东路 1 号", "河东路 2 号\r\n周一到周五  \r\n"):
        edit_office_answer(session, Matter.CENTRE, text, by=by, now=NOON)
    assert office_text(session, Matter.CENTRE, HOUSE) == "河东路 2 号\n周一到周五"
    assert office_text(session, Matter.JOINING, HOUSE) == built_in(Matter.JOINING, HOUSE)
    reset_office_answer(session, Matter.CENTRE, by=by)
    reset_office_answer(session, Matter.CENTRE, by=by)
    assert office_text(session, Matter.CENTRE, HOUSE) == built_in(Matter.CENTRE, HOUSE)
    log = session.scalars(select(Audit).order_by(Audit.id)).all()
    assert [row.verb for row in log] == ["edit_office_answer"] * 2 + ["reset_office_answer"]
    assert "河东路" not in str([row.after for row in log])


@pytest.mark.parametrize("matter", list(Matter))
def test_built_in_text_fits_one_reply_and_the_lines_of_a_phone(matter: Matter) -> None:
    text = built_in(matter, HOUSE)
    assert tidy_office_text(text) == text
    assert max(width(line) for line in text.splitlines()) <= LINE
    assert "{" not in text


def test_admission_is_told_in_its_five_stages() -> None:
    text = built_in(Matter.JOINING, HOUSE)
    stages = ("一、申请入党", "二、入党积极分子", "三、发展对象", "四、接收预备党员", "五、预备党员转正")
    places = [text.index(stage) for stage in stages]
    assert places == sorted(places)


@pytest.mark.parametrize("text", ["", " 好 ", "长" * 601, "🙂" * 513])
def test_text_that_is_none_or_too_long_is_refused(text: str) -> None:
    with pytest.raises(Refused) as refused:
        tidy_office_text(text)
    assert refused.value.code == "bad_office_text"


def test_text_is_seen_before_it_counts(site: Site) -> None:
    zone = site.browser("zone")
    seen = zone.post(EDIT, {"text": "请找支部。\n<b>", "do": "look"})
    assert seen.status_code == 200
    assert '<pre class="bubble">请找支部。\n&lt;b&gt;</pre>' in seen.text
    assert "换回自带的话" not in seen.text
    assert " 改的" not in zone.get("/console/office-answers").text
    saved = zone.post(EDIT, {"text": "请找支部。\n<b>", "do": "save"})
    assert (saved.status_code, saved.location) == (303, "/console/office-answers")
    page = zone.get("/console/office-answers").text
    assert '<pre class="bubble">请找支部。\n&lt;b&gt;</pre>' in page
    assert "11月25日 周三 14:50</span> 改的" in page
    assert "换回自带的话" in zone.get(EDIT).text


def test_text_too_long_comes_back_with_its_length(site: Site) -> None:
    answer = site.browser("zone").post(EDIT, {"text": "长" * 700, "do": "save"})
    assert answer.status_code == 400
    assert "最多 600 个字，现在是 700 个" in answer.text
    assert "长" * 700 in answer.text


def test_follower_reads_the_edited_text_the_next_moment(site: Site) -> None:
    chat = Chat(site.sessions)
    zone = site.browser("zone")
    assert chat.say("oAny", "转接").startswith("【组织关系转接】")
    zone.post(EDIT, {"text": "请到河东路 1 号。"})
    assert chat.say("oAny", "怎么转组织关系") == "请到河东路 1 号。"
    zone.post(f"{EDIT}/built-in")
    assert chat.say("oAny", "转接").startswith("【组织关系转接】")
