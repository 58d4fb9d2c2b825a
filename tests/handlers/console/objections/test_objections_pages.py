"""异议 in the console: written down for whoever has no phone, answered by another hand, on paper for both."""

import re

import pytest
from sqlalchemy import select

from models.audit import Audit
from models.gatherings.roll import Amendment
from models.points.entry import PointEntry
from models.points.schemes.published import Scheme
from models.ratings.meeting.decision import GradeKind
from models.ratings.objections.objection import Objection, ObjectionState
from tests.handlers.console.objections.disputing import WHO, dispute, objected, objection_of
from tests.handlers.console_site import Browser, Site
from tests.ratings.disputes import put_up

FOUND = "会议记录有本人的发言"


def answer(browser: Browser, objection_id: int, **more: str) -> str:
    """Send the answer as its form does: look first, then send what was seen."""
    address = f"/console/objections/{objection_id}"
    form = {"say": "uphold", "status": "present", "finding": FOUND} | more
    looked = browser.post(f"{address}/answer", form | {"do": "look"})
    seen = re.search(r'name="seen" value="([^"]*)"', looked.text)
    assert seen, looked.text
    sent = browser.post(f"{address}/answer", form | {"do": "send", "seen": seen[1]})
    assert sent.status_code == 303, sent.text
    return looked.text


def test_what_waits_stands_first_with_the_day_and_who_answers(site: Site) -> None:
    objection = objected(site, dispute(site))
    page = site.browser("committee").get("/console/objections").text
    assert "2026年12月16日以前答复" in page
    assert WHO in page
    assert "去答复" in page
    # The secretary confirmed the roll: reads it, and who answers.
    page = site.browser("secretary").get("/console/objections").text
    assert "由支部答复：李桂兰（支部委员）、宋桂兰（积分小组成员）" in page
    assert "去答复" not in page
    assert f'href="/console/objections/{objection}"' in page


def test_clerk_writes_down_what_was_said_and_prints_the_receipt(site: Site) -> None:
    entry, clerk = dispute(site), site.browser("clerk")
    member = site.members[WHO].id
    form = clerk.get(f"/console/objections/new?member={member}&entry={entry}").text
    assert re.search(rf'value="e{entry}" checked', form)
    told = {"member": member, "about": f"e{entry}", "said": "那天我到会了", "how": "phone_call"}
    made = clerk.post("/console/objections", told)
    assert made.status_code == 303
    page = clerk.get(f"{made.location}/receipt").text
    for words in (WHO, "那天我到会了", "林小满代录（电话）", "2026年12月16日", "李桂兰（支部委员）"):
        assert words in page, words
    with site.sessions() as session:
        assert session.scalars(select(Objection.how)).one() == "phone_call"


def test_what_is_missing_is_said_and_what_was_typed_stays(site: Site) -> None:
    entry, clerk = dispute(site), site.browser("clerk")
    member = site.members[WHO].id
    told = {"member": member, "about": f"e{entry}", "said": "那天我到会了", "how": ""}
    page = clerk.post("/console/objections", told)
    assert page.status_code == 400
    assert "请选本人怎么说的" in page.text
    assert "那天我到会了</textarea>" in page.text
    assert clerk.post("/console/objections", told | {"how": "paper", "said": ""}).status_code == 400
    assert clerk.post("/console/objections", told | {"how": "paper", "about": ""}).status_code == 400


def test_leader_writes_down_for_the_own_group_alone(site: Site) -> None:
    entry, leader = dispute(site), site.browser("leader")
    told = {"member": site.members[WHO].id, "about": f"e{entry}", "said": "到会了", "how": "in_person"}
    assert leader.post("/console/objections", told).status_code == 303
    assert WHO in leader.get("/console/objections").text
    other = site.members["丁立民"].id
    assert leader.get(f"/console/objections/new?member={other}").status_code == 404


def test_whoever_confirmed_the_roll_is_told_who_writes_it_down(site: Site) -> None:
    entry, secretary = dispute(site), site.browser("secretary")
    told = {"member": site.members[WHO].id, "about": f"e{entry}", "said": "到会了", "how": "in_person"}
    page = secretary.post("/console/objections", told)
    assert page.status_code == 403
    assert "请别的同志代录" in page.text
    assert secretary.post("/console/objections", told | {"how": "paper"}).status_code == 303


def test_before_and_after_are_seen_before_an_answer_is_sent(site: Site) -> None:
    objection = objected(site, dispute(site))
    committee = site.browser("committee")
    looked = answer(committee, objection)
    assert "57.0 → 60.0" in looked
    assert "改记到会" in looked
    assert "还留在记录里，后面加了一条 +3.0 冲回" in looked
    stored = objection_of(site, objection)
    assert (stored.state, stored.answered_by) == (ObjectionState.UPHELD, site.staff["committee"].id)
    page = committee.get(f"/console/objections/{objection}").text
    assert "属实，已更正" in page
    assert FOUND in page


def test_nothing_is_sent_that_was_not_seen(site: Site) -> None:
    objection = objected(site, dispute(site))
    committee = site.browser("committee")
    form = {"say": "uphold", "status": "present", "finding": FOUND, "do": "send"}
    for seen in ("", "True/present/57.0/99.0/None", "False//57.0/57.0/None"):
        page = committee.post(f"/console/objections/{objection}/answer", form | {"seen": seen})
        assert page.status_code == 200
        assert "57.0 → 60.0" in page.text
    assert objection_of(site, objection).state is ObjectionState.SUBMITTED
    with site.sessions() as session:
        assert session.scalars(select(Amendment)).all() == []
        assert len(session.scalars(select(PointEntry)).all()) == 1


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"say": ""}, "请选核实的结果"),
        ({"finding": " "}, "请写核实的情况"),
        ({"status": ""}, "请选名册上应当记成什么"),
        ({"status": "absent"}, "名册上已经记的是缺席"),
    ],
)
def test_an_answer_says_what_it_misses(site: Site, form: dict[str, str], words: str) -> None:
    objection = objected(site, dispute(site))
    sent = {"say": "uphold", "status": "present", "finding": FOUND, "do": "look"} | form
    page = site.browser("committee").post(f"/console/objections/{objection}/answer", sent)
    assert page.status_code in (400, 409)
    assert words in page.text


@pytest.mark.parametrize("who", ["secretary", "clerk"])
def test_the_wrong_hand_is_told_whose_it_is(site: Site, who: str) -> None:
    objection = objected(site, dispute(site))
    form = {"say": "reject", "finding": FOUND, "do": "look"}
    page = site.browser(who).post(f"/console/objections/{objection}/answer", form)
    assert page.status_code == 403
    assert "李桂兰（支部委员）" in page.text
    assert 'id="answer"' not in site.browser(who).get(f"/console/objections/{objection}").text


def test_officers_read_nothing_of_what_the_branch_answers(site: Site) -> None:
    objection = objected(site, dispute(site))
    for who, status in (("town", 403), ("zone", 403), ("neighbour", 404), ("far", 404), ("auditor", 404)):
        asked = site.browser(who).get(f"/console/objections/{objection}")
        assert asked.status_code == status, who
        assert "坐在后排" not in asked.text
    page = site.browser("town").get("/console/objections").text
    assert WHO not in page
    assert "没有等答复的异议" in page


def test_what_is_appealed_lies_on_the_townships_desk_and_each_look_is_in_the_log(site: Site) -> None:
    objection = objected(site, dispute(site), by="clerk")
    answer(site.browser("committee"), objection, say="reject", status="")
    clerk = site.browser("clerk")
    told = {"how": "in_person", "told_on": "2026-11-25"}
    assert clerk.post(f"/console/objections/{objection}/telling", told).status_code == 303
    said = {"said": "孙德福同志看见我了", "how": "in_person"}
    made = clerk.post(f"/console/objections/{objection}/appeal", said)
    assert made.status_code == 303
    town = site.browser("town")
    listed = town.get("/console/objections").text
    assert made.location in listed
    assert WHO not in listed
    page = town.get(made.location).text
    # What was said first, and what the branch found, belongs to it.
    for words in (WHO, "孙德福同志看见我了", "坐在后排", FOUND):
        assert words in page, words
    with site.sessions() as session:
        looks = session.scalars(select(Audit).where(Audit.verb == "see_person")).all()
    assert [(one.account_id, one.after) for one in looks] == [
        (site.staff["town"].id, {"purpose": "objection"})
    ]
    answer(town, int(made.location.split("/")[-1]), finding="两位同志证明到会")
    with site.sessions() as session:
        assert sum(session.scalars(select(PointEntry.points))) == 0
    # The branch reads what became of it; the neighbour nothing.
    assert "镇党委的答复" in site.browser("secretary").get(made.location).text
    assert site.browser("neighbour").get(made.location).status_code == 404


def test_the_answer_goes_on_paper_with_the_day_to_appeal(site: Site) -> None:
    objection = objected(site, dispute(site), by="clerk")
    committee, address = site.browser("committee"), f"/console/objections/{objection}/paper"
    assert committee.get(address).status_code == 409
    answer(committee, objection)
    page = committee.get(address).text
    assert f"您于2026年11月25日反映的积分事项（编号 2026-{objection:04d}" in page
    assert f"依据：{FOUND}。" in page
    assert "收到答复后 10 个工作日内向镇党委申请复核" in page
    told = {"how": "in_person", "told_on": "2026-11-25"}
    site.browser("clerk").post(f"/console/objections/{objection}/telling", told)
    assert "2026年12月9日以前向镇党委申请复核" in committee.get(address).text


def test_taken_back_by_word_it_waits_no_longer(site: Site) -> None:
    objection = objected(site, dispute(site), by="clerk")
    clerk = site.browser("clerk")
    assert clerk.post(f"/console/objections/{objection}/withdrawal", {"how": ""}).status_code == 400
    assert clerk.post(f"/console/objections/{objection}/withdrawal", {"how": "family"}).status_code == 303
    assert objection_of(site, objection).state is ObjectionState.WITHDRAWN
    assert "已撤回" in clerk.get("/console/objections").text


def test_today_names_what_waits_for_this_hand_and_until_when(site: Site) -> None:
    entry = dispute(site)
    objected(site, entry)
    page = site.browser("committee").get("/console/").text
    assert "答复一件异议" in page
    assert "11月25日 主题党日缺席，12月16日 周三以前答复" in page
    assert "异议" not in site.browser("secretary").get("/console/").text.split("<main")[1]


def test_a_star_on_the_board_is_disputed_with_all_its_numbers_and_goes_up_again(site: Site) -> None:
    entry = dispute(site)
    with site.sessions.begin() as session:
        scheme = session.get_one(Scheme, session.get_one(PointEntry, entry).scheme_id)
        grades = {site.members[name]: GradeKind.QUALIFIED for name in ("白玉珍", "陈春生", "方国栋")}
        home, by = site.orgs["home"], site.staff["secretary"]
        rating = put_up(session, home, scheme, by, grades | {site.members[WHO]: GradeKind.EXCELLENT}).id
    clerk, committee = site.browser("clerk"), site.browser("committee")
    form = {"member": site.members[WHO].id, "about": f"s{rating}", "said": "次数不对", "how": "in_person"}
    assert f'value="s{rating}"' in clerk.get(f"/console/objections/new?member={form['member']}").text
    address = clerk.post("/console/objections", form).location
    page = committee.get(address).text
    for words in ("2026年第四季度的星级", "三星", "基础分", "57", "民主评议", "优秀", "77.0"):
        assert words in page, words
    # Nothing was put right yet.
    sent = {"say": "uphold", "finding": FOUND, "do": "look"}
    assert "重新计算以后没有变化" in committee.post(f"{address}/answer", sent).text
    answer(committee, objected(site, entry))
    # The entry's answer changed the star already; the star's own says so.
    page = answer(committee, int(address.split("/")[-1]), say="reject", finding="已随那一条更正", status="")
    assert "四星" in page
    told = site.browser("secretary").get("/console/objections").text
    assert "2026年第四季度的星级" in told
