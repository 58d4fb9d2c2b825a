"""Proposals in the console and on phones: one tap, names struck, a no with its sentence."""

import re
from typing import Any

import pytest
from sqlalchemy import func, select

from models.gatherings.dues_tick import DuesTick
from models.people.account import Account, Role
from models.points.entry import PointEntry
from models.points.proposal import Proposal, ProposalState
from models.points.schemes.published import Scheme
from models.points.schemes.use import use_scheme
from models.ratings.procedure.rating import RatingState
from tests.conftest import NOON
from tests.factories import a_member, a_post, a_rating, an_account
from tests.handlers.console_site import Site
from tests.handlers.mini_program.at_work import bound_phone
from tests.points.proposers import a_scheme_of_deeds

PLACE = "/console/proposals"
SPELLED = {"item": "activity_day", "title": "清淤", "day": "2026-11-20", "quantity": "1"}


def ids(site: Site, *names: str) -> list[str]:
    return [str(site.members[name].id) for name in names]


def put_down(site: Site, *names: str, who: str = "clerk", **changed: Any) -> int:
    """Let the clerk put down a list; return the proposal's id."""
    sent = site.browser(who).post(PLACE, SPELLED | {"member": ids(site, *names)} | changed)
    assert sent.status_code == 303, sent.text
    with site.sessions() as session:
        return session.scalar(select(func.max(Proposal.id))) or 0


def stand(site: Site, proposal_id: int) -> Proposal:
    with site.sessions() as session:
        return session.get_one(Proposal, proposal_id)


def posted(site: Site) -> list[tuple[int, int]]:
    """Return (member, points) of the ledger."""
    with site.sessions() as session:
        query = select(PointEntry.member_id, PointEntry.points).order_by(PointEntry.id)
        return [(member, int(points)) for member, points in session.execute(query)]


def ticked(page: str) -> set[str]:
    return set(re.findall(r'name="member" value="(\d+)" checked', page))


def test_list_waits_first_and_is_approved_with_one_tap(site: Site) -> None:
    made = put_down(site, "白玉珍", "何桂芳", "曹振海")
    page = site.browser("secretary").get(PLACE).text
    assert "1 件等审核" in page
    assert "3 人，每人 1 分" in page
    assert page.index("白玉珍</span>") < page.index("何桂芳</span>") < page.index("曹振海</span>")
    sent = site.browser("secretary").post(f"{PLACE}/{made}/approval")
    assert (sent.status_code, sent.headers["Location"]) == (303, PLACE)
    assert posted(site) == [(int(one), 1) for one in ids(site, "白玉珍", "何桂芳", "曹振海")]
    page = site.browser("secretary").get(PLACE).text
    assert "没有等审核的" in page
    assert "已记分" in page


def test_struck_names_get_nothing_and_stay_on_the_list(site: Site) -> None:
    made = put_down(site, "白玉珍", "何桂芳")
    site.browser("secretary").post(f"{PLACE}/{made}/approval", {"strike": ids(site, "何桂芳")})
    assert posted(site) == [(site.members["白玉珍"].id, 1)]
    assert "（划去）" in site.browser("clerk").get(PLACE).text


def test_no_wants_its_sentence(site: Site) -> None:
    made = put_down(site, "白玉珍")
    secretary = site.browser("secretary")
    refused = secretary.post(f"{PLACE}/{made}/rejection", {"answer": " "})
    assert (refused.status_code, "请写一句原因" in refused.text) == (400, True)
    secretary.post(f"{PLACE}/{made}/rejection", {"answer": "那天他在外地"})
    assert stand(site, made).state is ProposalState.REJECTED
    assert "没有同意</b>：那天他在外地" in site.browser("clerk").get(PLACE).text


def test_maker_has_no_button_and_is_refused_all_the_same(site: Site) -> None:
    made = put_down(site, "白玉珍", who="secretary")
    secretary = site.browser("secretary")
    page = secretary.get(PLACE).text
    assert f"/{made}/approval" not in page
    assert "等另一位同志审核" in page
    refused = secretary.post(f"{PLACE}/{made}/approval")
    assert (refused.status_code, "要由另一位同志审核" in refused.text) == (403, True)
    assert posted(site) == []


def test_whoever_is_on_the_list_strikes_themselves_first(site: Site) -> None:
    with site.sessions.begin() as session:
        account = session.get_one(Account, site.staff["secretary"].id)
        account.member_id = site.members["周明远"].id
    made = put_down(site, "白玉珍", "周明远")
    secretary = site.browser("secretary")
    assert "划去自己，同意其余" in secretary.get(PLACE).text
    assert secretary.post(f"{PLACE}/{made}/approval").status_code == 403
    assert secretary.post(f"{PLACE}/{made}/approval", {"strike": ids(site, "周明远")}).status_code == 303
    assert posted(site) == [(site.members["白玉珍"].id, 1)]


def test_level_above_is_shown_the_secretarys_and_nothing_else(site: Site) -> None:
    ours = put_down(site, "白玉珍")
    theirs = put_down(site, "何桂芳", who="secretary", title="修渠")
    page = site.browser("town").get(PLACE).text
    assert f"/{theirs}/approval" in page
    assert f"/{ours}/approval" not in page
    assert "白玉珍" not in page
    assert site.browser("town").post(f"{PLACE}/{ours}/approval").status_code == 403
    assert site.browser("town").post(f"{PLACE}/{theirs}/approval").status_code == 303
    assert site.browser("far").get(PLACE).text.count("清淤") == 0


def test_member_of_the_points_group_opens_and_decides(site: Site) -> None:
    with site.sessions.begin() as session:
        site.staff["elected"] = an_account(session, "elected", "宋桂兰")
        a_post(session, site.staff["elected"], site.orgs["home"], Role.POINTS_GROUP)
    made = put_down(site, "白玉珍")
    browser = site.browser("elected")
    assert "登记一批" not in browser.get(PLACE).text
    assert "审核白玉珍同志的申报" in browser.get("/console/").text
    assert browser.post(f"{PLACE}/{made}/approval").status_code == 303


def test_leader_puts_down_the_own_group_and_no_other(site: Site) -> None:
    made = put_down(site, "白玉珍", "何桂芳", who="leader")
    assert stand(site, made).account_id == site.staff["leader"].id
    page = site.browser("leader").get(f"{PLACE}/new").text
    assert "方国栋" in page
    assert "曹振海" not in page
    sent = site.browser("leader").post(PLACE, SPELLED | {"member": ids(site, "白玉珍", "曹振海")})
    assert sent.status_code == 404
    assert "曹振海" not in site.browser("leader").get(PLACE).text


def test_form_ticks_the_last_list_a_group_and_those_without_dues(site: Site) -> None:
    put_down(site, "白玉珍", "曹振海")
    with site.sessions.begin() as session:
        for name in ("白玉珍", "曹振海"):
            hand = {"ticked_at": NOON, "ticked_by": site.staff["clerk"].id}
            session.add(DuesTick(member_id=site.members[name].id, period="2026-11", **hand))
    clerk = site.browser("clerk")
    typed = {"item": "activity_day", "title": "清淤第二次", "quantity": "1", "day": "2026-11-21"}
    last = clerk.post(PLACE, typed | {"fill": "last"})
    assert (last.status_code, ticked(last.text)) == (200, set(ids(site, "白玉珍", "曹振海")))
    assert 'value="清淤第二次"' in last.text
    dues = ticked(clerk.post(PLACE, typed | {"fill": "dues"}).text)
    assert set(ids(site, "何桂芳", "段文斌")) < dues
    assert not dues & set(ids(site, "白玉珍", "曹振海"))
    group = ticked(clerk.post(PLACE, typed | {"fill": f"group-{site.orgs['group1'].id}"}).text)
    assert set(ids(site, "白玉珍", "方国栋")) < group
    assert not group & set(ids(site, "曹振海"))
    assert ticked(clerk.post(PLACE, typed | {"fill": "none", "member": list(group)}).text) == set()
    with site.sessions() as session:
        assert session.scalar(select(func.count()).select_from(Proposal)) == 1


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"member": []}, "请至少选一位同志"),
        ({"item": ""}, "请选一个项目"),
        ({"item": "attended"}, "由活动名册记分"),
        ({"item": "nothing"}, "没有这一项"),
        ({"day": ""}, "请写哪天做的"),
        ({"day": "昨天"}, "请写年月日"),
        ({"day": "2026-11-26"}, "还没有到这一天"),
        ({"quantity": "NaN"}, "请写一个数"),
        ({"quantity": "-1"}, "请写一个数"),
        ({"quantity": "9999"}, "数量太大了"),
        ({"title": "清" * 61}, "2 到 60 个字"),
        ({"evidence": "文" * 81}, "最多 80 个字"),
    ],
)
def test_form_comes_back_with_what_was_typed(site: Site, changed: dict[str, Any], words: str) -> None:
    form = SPELLED | {"member": ids(site, "白玉珍"), "evidence": "值班表"} | changed
    refused = site.browser("clerk").post(PLACE, form)
    assert refused.status_code == 400
    assert words in refused.text
    assert "填过的都在" in refused.text
    if "member" not in changed:
        assert ticked(refused.text) == set(ids(site, "白玉珍"))
    with site.sessions() as session:
        assert session.scalar(select(func.count()).select_from(Proposal)) == 0


def test_somebody_of_another_branch_is_on_nobodys_list(site: Site) -> None:
    sent = site.browser("clerk").post(PLACE, SPELLED | {"member": ids(site, "白玉珍", "冯小军")})
    assert sent.status_code == 404
    assert posted(site) == []


def test_word_of_mouth_is_recorded_approved_and_told(site: Site) -> None:
    clerk = site.browser("clerk")
    form = SPELLED | {"member": ids(site, "白玉珍")[0]}
    assert "请选本人怎么说的" in clerk.post("/console/declarations", form).text
    assert clerk.post("/console/declarations", form | {"how": "family"}).status_code == 303
    with site.sessions() as session:
        made = session.scalars(select(Proposal.id)).one()
    assert "林小满代录（家属转告）" in site.browser("secretary").get(PLACE).text
    site.browser("secretary").post(f"{PLACE}/{made}/approval")
    assert "已告诉本人" in clerk.get(PLACE).text
    clerk.post(f"{PLACE}/{made}/telling", {"how": "in_person"})
    page = clerk.get(PLACE).text
    assert "当面告诉了本人" in page
    assert "已告诉本人" not in page


def test_wish_is_taken_back_as_it_was_said(site: Site) -> None:
    clerk = site.browser("clerk")
    clerk.post("/console/declarations", SPELLED | {"member": ids(site, "白玉珍")[0], "how": "phone_call"})
    with site.sessions() as session:
        made = session.scalars(select(Proposal.id)).one()
    assert clerk.post(f"{PLACE}/{made}/withdrawal").status_code == 400
    assert clerk.post(f"{PLACE}/{made}/withdrawal", {"how": "phone_call"}).status_code == 303
    assert stand(site, made).state is ProposalState.WITHDRAWN


def test_entry_is_taken_back_with_its_reason(site: Site) -> None:
    made = put_down(site, "白玉珍", "何桂芳")
    secretary = site.browser("secretary")
    secretary.post(f"{PLACE}/{made}/approval")
    with site.sessions() as session:
        first = session.scalars(select(PointEntry.id).order_by(PointEntry.id)).first()
    form = {"entry": str(first), "reason": "那天没来"}
    where = f"{PLACE}/{made}/reversal"
    for wrong, words in (({"reason": ""}, "请写冲回的原因"), ({"entry": "0"}, "请选冲回谁的一条")):
        refused = secretary.post(where, form | wrong)
        assert (refused.status_code, words in refused.text) == (400, True)
    assert site.browser("clerk").post(where, form).status_code == 403
    other = put_down(site, "高长山", title="修渠")
    assert secretary.post(f"{PLACE}/{other}/reversal", form).status_code == 400
    assert [secretary.post(where, form).status_code for _ in "12"] == [303, 409]
    assert [points for _, points in posted(site)] == [1, 1, -1]
    page = secretary.get(PLACE).text
    assert "周明远冲回：那天没来" in page
    assert f'name="entry" value="{first}"' not in page


def file_last_year(site: Site) -> None:
    with site.sessions.begin() as session:
        scheme = session.scalars(select(Scheme)).one()
        a_rating(
            session, site.orgs["home"], scheme, site.staff["secretary"], cycle="2025",
            state=RatingState.CONFIRMED,
        )  # fmt: skip


def test_late_fact_is_said_before_it_is_sent_and_asked_once_more(site: Site) -> None:
    file_last_year(site)
    clerk = site.browser("clerk")
    assert "会作为上期事项记入本期" in clerk.get(f"{PLACE}/new").text
    form = SPELLED | {"day": "2025-12-30", "member": ids(site, "白玉珍")}
    asked = clerk.post(PLACE, form)
    assert asked.status_code == 409
    assert "作为上期事项记入2026年" in asked.text
    assert clerk.post(PLACE, form | {"late": "1"}).status_code == 303
    page = site.browser("secretary").get(PLACE).text
    assert "上期事项" in page
    spoken = clerk.post("/console/declarations", form | {"how": "paper", "title": "修渠"})
    assert (spoken.status_code, "作为上期事项登记" in spoken.text) == (409, True)


def test_cycle_filed_meanwhile_is_told_in_the_row(site: Site) -> None:
    made = put_down(site, "白玉珍", "何桂芳", day="2025-12-30")
    file_last_year(site)
    secretary = site.browser("secretary")
    asked = secretary.post(f"{PLACE}/{made}/approval", {"strike": ids(site, "何桂芳")})
    assert (asked.status_code, "作为上期事项同意" in asked.text) == (409, True)
    assert f'name="strike" value="{site.members["何桂芳"].id}"' in asked.text
    sent = {"strike": ids(site, "何桂芳"), "late": "1"}
    assert secretary.post(f"{PLACE}/{made}/approval", sent).status_code == 303
    assert (stand(site, made).cycle, len(posted(site))) == ("2026", 1)


def test_same_item_of_the_same_day_is_pointed_out(site: Site) -> None:
    made = put_down(site, "白玉珍")
    site.browser("secretary").post(f"{PLACE}/{made}/approval")
    put_down(site, "白玉珍", "何桂芳", title="修渠")
    assert "同一天的同一项已经记过：" in site.browser("secretary").get(PLACE).text


def test_today_says_what_waits_for_whom(site: Site) -> None:
    put_down(site, "白玉珍", "何桂芳")
    assert "审核2 位同志的申报" in site.browser("secretary").get("/console/").text.replace(" 2", "2")
    assert "的申报" not in site.browser("clerk").get("/console/").text
    put_down(site, "白玉珍", title="修渠")
    assert "审核 2 件申报" in site.browser("secretary").get("/console/").text


def test_scheme_with_outcomes_lists_each(site: Site) -> None:
    with site.sessions.begin() as session:
        home = session.merge(site.orgs["home"])
        scheme = a_scheme_of_deeds(session, home, "MORE", cycle="year")
        use_scheme(session, home, scheme, from_month="2020-01", by=None)
    page = site.browser("clerk").get(f"{PLACE}/new").text
    assert '<option value="report/按时">思想汇报：按时（2 分）</option>' in page
    assert "每小时 0.5 分" in page
    made = put_down(site, "白玉珍", item="report/按时")
    site.browser("secretary").post(f"{PLACE}/{made}/approval")
    assert posted(site) == [(site.members["白玉珍"].id, 2)]


# Phones.

BODY = {"item": "activity_day", "occurred_on": "2026-11-20", "title": "清淤"}


def test_member_declares_reads_the_answer_and_takes_back(site: Site) -> None:
    phone = bound_phone(site, site.members["白玉珍"])
    shown = phone.get("me/declarations")
    assert [choice["item"] for choice in shown["choices"]] == ["activity_day"]
    made = phone.ask("POST", "me/declarations", BODY)
    assert made.status_code == 201
    one = made.json or {}
    assert (one["state"], one["points"], one["recorded_by"], one["late"]) == ("submitted", "1", None, False)
    site.browser("secretary").post(f"{PLACE}/{one['id']}/rejection", {"answer": "请补上地点"})
    [read] = phone.get("me/declarations")["items"]
    assert (read["state"], read["answer"]) == ("rejected", "请补上地点")
    second = (phone.ask("POST", "me/declarations", BODY).json or {})["id"]
    gone = phone.ask("DELETE", f"me/declarations/{second}").json or {}
    assert gone["state"] == "withdrawn"
    assert phone.refusal("DELETE", f"me/declarations/{second}") == (409, "not_waiting")


@pytest.mark.parametrize(
    ("changed", "status", "code"),
    [
        ({"quantity": "NaN"}, 400, "bad_proposal"),
        ({"quantity": "-1"}, 400, "bad_proposal"),
        ({"quantity": 1}, 400, "bad_input"),
        ({"quantity": "1" * 13}, 400, "bad_input"),
        ({"title": ""}, 400, "bad_input"),
        ({"title": "清" * 61}, 400, "bad_input"),
        ({"title": " 清 "}, 400, "bad_proposal"),
        ({"occurred_on": "2026-11-26"}, 400, "bad_proposal"),
        ({"occurred_on": "20261120"}, 400, "bad_input"),
        ({"occurred_on": "2024-11-20"}, 400, "bad_proposal"),
        ({"item": "attended"}, 400, "item_not_by_hand"),
        ({"item": "pledge_finished"}, 400, "item_not_declared"),
        ({"item": "nothing"}, 400, "unknown_item"),
        ({"level": "好"}, 400, "bad_proposal"),
        ({"member_ids": [1]}, 400, "bad_input"),
        ({"by": 1}, 400, "bad_input"),
    ],
)
def test_bad_declaration_is_told_what_is_wrong(
    site: Site, changed: dict[str, Any], status: int, code: str
) -> None:
    phone = bound_phone(site, site.members["白玉珍"])
    assert phone.refusal("POST", "me/declarations", BODY | changed) == (status, code)


def test_phone_is_asked_before_a_late_fact_counts(site: Site) -> None:
    file_last_year(site)
    phone = bound_phone(site, site.members["白玉珍"])
    assert phone.get("me/declarations")["late_until"] == "2025-12-31"
    late = BODY | {"occurred_on": "2025-12-30"}
    asked = phone.ask("POST", "me/declarations", late).json or {}
    assert (asked["error"]["code"], asked["error"]["cycle"]) == ("late_fact", "2026")
    assert (phone.ask("POST", "me/declarations", late | {"late": True}).json or {})["late"] is True


def test_what_was_recorded_for_a_member_stands_on_their_phone(site: Site) -> None:
    site.browser("clerk").post(
        "/console/declarations", SPELLED | {"member": ids(site, "白玉珍")[0], "how": "in_person"}
    )
    phone = bound_phone(site, site.members["白玉珍"])
    assert [one["recorded_by"] for one in phone.get("me/declarations")["items"]] == ["林小满"]
    with site.sessions.begin() as session:
        other = a_member(session, site.orgs["home"], "石小山")
    assert bound_phone(site, other).get("me/declarations")["items"] == []
