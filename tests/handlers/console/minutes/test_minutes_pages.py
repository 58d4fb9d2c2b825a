"""Minutes in the console, without a script: written, filed, sent back, filed again, relayed."""

import re
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from sqlalchemy import func, select

from models.audit import Audit
from models.gatherings.gathering import Gathering
from models.gatherings.marks import set_marks, settle_rest
from models.gatherings.minutes.minutes import Minutes, MinutesState
from models.gatherings.minutes.reading import record_of
from models.gatherings.roll import Roll, Status
from models.points.posting import confirm_roll
from tests.factories import a_leave
from tests.handlers.console.gatherings.test_delegates_page import named
from tests.handlers.console.gatherings.test_today import lines
from tests.handlers.console_site import Site, publish_theme_day

FORM: dict[str, Any] = {
    "seen": "1",
    "began_at": "15:00",
    "ended_at": "16:30",
    "host": "周明远",
    "recorder": "林小满",
    "observers": "入党积极分子 2 人",
    "how-1": "held",
    "how-2": "changed",
    "to-2": "商量路灯",
    "added_kind": ["other"],
    "added_title": ["通报低保复核"],
    "discussion": "白玉珍：路灯先修桥头。\n陈春生：同意。",
    "d_text": ["桥头路灯月底前修好"],
    "d_owner": ["高长山"],
    "d_due_on": ["2026-12-31"],
    "d_base": ["40"],
    "d_present": ["30"],
    "d_written": ["1"],
    "d_yes": ["30"],
    "d_no": ["0"],
    "d_abstain": ["1"],
    "dues": "36.50",
    "volunteering": "打扫村道",
    "volunteers": "12",
    "volunteer_hours": "1.5",
    "do": "save",
}


def held(site: Site, *, confirmed: bool = True) -> int:
    """Hold the theme day: one on leave, one absent, the rest came; return the home branch's roll."""
    roll = publish_theme_day(site)["home"]
    site.clock[0] += timedelta(hours=3)
    with site.sessions.begin() as session:
        by = site.staff["secretary"].id
        gone = {"宋桂兰": Status.LEAVE, "赵大有": Status.ABSENT}
        set_marks(
            session, roll, {site.members[name].id: how for name, how in gone.items()}, by=by, now=site.now
        )
        a_leave(session, site_gathering(session, site), site.members["宋桂兰"])
        settle_rest(session, roll, Status.UNCLEAR, by=by, now=site.now)
        if confirmed:
            confirm_roll(session, roll, by=by, now=site.now)
    return roll


def site_gathering(session: Any, site: Site) -> Any:
    return session.get_one(Gathering, site.gathering_id)


def write(site: Site, roll: int, who: str = "clerk", **changed: Any) -> Any:
    return site.browser(who).post(f"/console/rolls/{roll}/minutes", FORM | changed)


def file(site: Site, roll: int, who: str = "secretary", seen: str = "2") -> Any:
    return site.browser(who).post(f"/console/rolls/{roll}/minutes/filing", {"seen": seen})


def send_back(site: Site, roll: int, who: str = "town", reason: str = "请补上责任人") -> Any:
    return site.browser(who).post(f"/console/rolls/{roll}/minutes/return", {"reason": reason})


def stored(site: Site, roll: int) -> Minutes | None:
    with site.sessions() as session:
        return session.get(Minutes, roll)


def filed(site: Site) -> int:
    roll = held(site)
    assert write(site, roll).status_code == 303
    assert file(site, roll).status_code == 303
    return roll


def wrongs(page: str) -> list[str]:
    return [unescape(text) for text in re.findall(r'<(?:span|p) class="wrong"[^>]*>(.*?)</', page)]


def test_opening_the_form_begins_nothing_and_shows_the_plan(site: Site) -> None:
    roll = held(site)
    page = site.browser("clerk").get(f"/console/rolls/{roll}/minutes").text
    assert stored(site, roll) is None
    assert "1. 学习粮食安全文件" in page
    assert 'name="began_at" type="time" value="15:00"' in page
    assert re.search(r'<textarea id="discussion"[^>]*></textarea>', page)


def test_clerk_writes_and_secretary_files(site: Site) -> None:
    roll = held(site)
    answer = write(site, roll)
    assert (answer.status_code, answer.location) == (303, f"/console/rolls/{roll}/record")
    assert "归档</button>" not in site.browser("clerk").get(answer.location).text
    assert file(site, roll, "clerk").status_code == 403
    assert "归档</button>" in site.browser("secretary").get(answer.location).text
    assert file(site, roll).status_code == 303
    minutes = stored(site, roll)
    assert minutes is not None
    assert (minutes.state, minutes.dues_fen, minutes.filed_by) == (
        MinutesState.FILED, 3650, site.staff["secretary"].id,
    )  # fmt: skip


def test_record_says_what_was_written_and_what_the_roll_says(site: Site) -> None:
    roll = filed(site)
    page = site.browser("secretary").get(f"/console/rolls/{roll}/record").text
    for said in (
        "青石村党支部主题党日会议记录", "15:00–16:30", "商议冬季沟渠清淤（改为：商量路灯）",
        "通报低保复核（临时增加）",
        "白玉珍：路灯先修桥头。\n陈春生：同意。", "桥头路灯月底前修好", "高长山", "2026年12月31日",
        "应到有表决权 40、实到 30、赞成 30、反对 0、弃权 1、书面意见 1", "当天收 36.50 元",
        "打扫村道，12 人，每人 1.5 小时", "1 人（家中有事 1）", "宋桂兰（家中有事）", "缺席：赵大有",
        "外出 1", "入党积极分子 2 人", "林小满起草", "周明远归档",
    ):  # fmt: skip
        assert said in page, said


def test_form_comes_back_with_everything_typed_and_the_reason_beside_the_field(site: Site) -> None:
    roll = held(site)
    answer = write(
        site, roll, began_at="三点", dues="三十", volunteers="几个", volunteer_hours="半天",
        d_base=["四十"], **{"to-2": ""},
    )  # fmt: skip
    assert answer.status_code == 400
    assert wrongs(answer.text) == [
        "请写时间，例如 15:00", "有表决的，应到、实到和赞成都要写，写整数",
        "请写金额，例如 36 或 36.50，不用写“元”",
        "人数请写整数", "时长请写小时数，例如 1.5",
    ]  # fmt: skip
    for typed in (
        'value="三十"',
        'value="通报低保复核"',
        "桥头路灯月底前修好",
        "陈春生：同意。",
        'value="30"',
    ):
        assert typed in answer.text
    assert stored(site, roll) is None
    answer = write(site, roll, **{"to-2": ""})
    assert wrongs(answer.text) == ["请写改成了什么，最多 80 个字"]


def test_rows_come_and_go_without_saving(site: Site) -> None:
    roll = held(site)
    page = write(site, roll, do="add-decision").text
    assert page.count('name="d_text"') == 2
    assert page.count("通报低保复核") == 1
    page = write(site, roll, do="add-item").text
    assert page.count('name="added_title"') == 2
    assert 'name="added_title"' not in write(site, roll, do="drop-item-0").text
    assert 'name="d_text"' not in write(site, roll, do="drop-decision-0").text
    assert write(site, roll, do="drop-decision-7").status_code == 200
    assert stored(site, roll) is None


def test_two_hands_never_overwrite_one_another_unseen(site: Site) -> None:
    roll = held(site)
    write(site, roll)
    answer = write(site, roll, "secretary", host="石大山")
    assert answer.status_code == 409
    assert "看已存的那一份" in answer.text
    assert 'value="石大山"' in answer.text
    minutes = stored(site, roll)
    assert minutes is not None
    assert minutes.host == "周明远"
    seen = re.search(r'name="seen" value="(\d+)"', answer.text)
    assert seen is not None
    assert write(site, roll, "secretary", host="石大山", seen=seen[1]).status_code == 303


def test_what_was_changed_after_the_look_is_looked_at_again(site: Site) -> None:
    roll = held(site)
    write(site, roll)
    write(site, roll, seen="2", host="石大山")
    answer = file(site, roll, seen="2")
    assert answer.status_code == 409
    assert "石大山" in answer.text
    assert 'name="seen" value="3"' in answer.text
    assert file(site, roll, seen="3").status_code == 303


def test_filing_asks_for_what_is_missing_in_the_form(site: Site) -> None:
    roll = held(site)
    write(site, roll, host="", discussion="", **{"how-1": "planned"})
    answer = file(site, roll)
    assert answer.status_code == 400
    assert "还差几处，补上再归档" in answer.text
    assert wrongs(answer.text) == [
        "请写主持人", "议程每一项都请写明：已进行、未进行，还是改为别的", "请写讨论要点",
    ]  # fmt: skip


def test_minutes_may_be_written_before_the_roll_is_confirmed_and_filed_only_after(site: Site) -> None:
    roll = held(site, confirmed=False)
    write(site, roll)
    assert "名册还没有确认" in site.browser("secretary").get(f"/console/rolls/{roll}/record").text
    assert file(site, roll).status_code == 409


def test_nothing_is_written_before_the_doors_open(site: Site) -> None:
    roll = publish_theme_day(site)["home"]
    site.clock[0] -= timedelta(hours=1)
    assert site.browser("clerk").get(f"/console/rolls/{roll}/minutes").status_code == 409
    assert "写会议记录" not in site.browser("clerk").get(f"/console/rolls/{roll}").text


def test_returned_record_is_mended_and_filed_again(site: Site) -> None:
    roll = filed(site)
    assert write(site, roll, seen="2").status_code == 409
    answer = send_back(site, roll, reason="短")
    assert (answer.status_code, wrongs(answer.text)) == (400, ["请写退回的原因，2 到 200 个字"])
    assert send_back(site, roll).status_code == 303
    assert send_back(site, roll).status_code == 409
    page = site.browser("clerk").get(f"/console/rolls/{roll}/minutes").text
    assert "请补上责任人" in page
    assert write(site, roll, seen="2", d_owner=["白玉珍"]).status_code == 303
    assert file(site, roll, seen="3").status_code == 303
    page = site.browser("town").get(f"/console/rolls/{roll}/record").text
    trail = [
        re.sub(r"<[^>]+>", "", text) for text in re.findall(r"<li>(.*?)</li>", page.partition("经过")[2])
    ]
    assert [text.split(" ", 3)[-1] for text in trail[1:]] == [
        "周明远归档", "程若兰退回：请补上责任人", "周明远归档",
    ]  # fmt: skip


def test_page_of_an_earlier_text_sends_no_later_one_back(site: Site) -> None:
    roll = filed(site)
    address = f"/console/rolls/{roll}/record"
    browser = site.browser("zone")
    shown = re.search(r'name="seen" value="(\d+)"', browser.get(address).text.partition("minutes/return")[2])
    assert shown
    send_back(site, roll)
    write(site, roll, seen="2", d_owner=["白玉珍"])
    file(site, roll, seen="3")
    stale = browser.post(
        f"/console/rolls/{roll}/minutes/return", {"reason": "请补上责任人", "seen": shown[1]}
    )
    assert stale.status_code == 409
    assert "支部刚刚改过" in stale.text
    assert ">请补上责任人</textarea>" in stale.text
    with site.sessions() as session:
        assert session.get_one(Minutes, roll).state is MinutesState.FILED


@pytest.mark.parametrize("who", ["town", "zone"])
def test_above_the_branch_nobody_reads_who_did_not_come(site: Site, who: str) -> None:
    roll = held(site)
    write(site, roll)
    assert site.browser(who).get(f"/console/rolls/{roll}/record").status_code == 404
    file(site, roll)
    page = site.browser(who).get(f"/console/rolls/{roll}/record").text
    assert "1 人（家中有事 1）" in page
    for name in ("宋桂兰", "赵大有"):
        assert name not in page
    assert site.browser(who).get(f"/console/rolls/{roll}/relay").status_code == 403


def test_delegate_writes_and_files_the_one_record(site: Site) -> None:
    roll = named(site, "leader")
    site.clock[0] += timedelta(hours=3)
    with site.sessions.begin() as session:
        settle_rest(session, roll, Status.UNCLEAR, by=site.staff["leader"].id, now=site.now)
        confirm_roll(session, roll, by=site.staff["leader"].id, now=site.now)
    assert write(site, roll, "leader").status_code == 303
    assert file(site, roll, "leader").status_code == 303
    assert site.browser("leader").get(f"/console/rolls/{roll}/relay").status_code == 200
    with site.sessions() as session:
        other = session.scalars(select(Roll.id).where(Roll.id != roll)).one()
    assert site.browser("leader").get(f"/console/rolls/{other}/minutes").status_code == 404


def test_group_leader_has_no_part_in_the_record(site: Site) -> None:
    roll = filed(site)
    for page in ("minutes", "record", "record.docx", "relay"):
        assert site.browser("leader").get(f"/console/rolls/{roll}/{page}").status_code == 403


def test_relay_has_every_field_in_the_order_of_the_handbook(site: Site) -> None:
    roll = held(site)
    write(site, roll)
    assert site.browser("clerk").get(f"/console/rolls/{roll}/relay").status_code == 409
    file(site, roll)
    page = site.browser("clerk").get(f"/console/rolls/{roll}/relay").text
    assert re.findall(r'<h2 id="\w+-name">(.*?)</h2>', page)[:-1] == [
        "类型", "日期", "时间", "地点", "主持人", "记录人", "应到", "实到", "请假", "缺席", "列席", "议程",
        "讨论要点", "表决", "决议", "责任人", "时限", "补学", "党费", "志愿服务",
    ]  # fmt: skip
    with site.sessions() as session:
        record = record_of(session, roll)
    assert record is not None
    assert re.findall(r'id="expected"[^>]*>(\d+)<', page) == [str(record.counts.expected)]
    for name in ("宋桂兰", "赵大有"):
        assert name not in page


def test_every_word_file_is_in_the_log(site: Site) -> None:
    roll = filed(site)
    answer = site.browser("town").get(f"/console/rolls/{roll}/record.docx")
    assert answer.status_code == 200
    assert "filename*=UTF-8''" in answer.headers["Content-Disposition"]
    with site.sessions() as session:
        query = select(func.count()).where(Audit.verb == "export", Audit.subject_id == roll)
        assert session.scalar(query) == 1


def test_today_asks_for_the_record_until_it_is_filed_and_first_for_one_sent_back(site: Site) -> None:
    roll = held(site)

    def records(who: str) -> list[tuple[str, str, str]]:
        return [line for line in lines(site, who) if "会议记录" in line[0]]

    title = "“学习粮食安全文件”的会议记录"
    assert records("clerk") == [(f"写{title}", "今天 15:00 开的，活动后三个工作日内归档", "写记录")]
    write(site, roll)
    assert [line[0] for line in records("clerk")] == [f"写{title}"]
    assert [line[0::2] for line in records("secretary")] == [(f"归档{title}", "看一遍再归档")]
    assert records("leader") == []
    file(site, roll)
    assert records("secretary") == records("clerk") == []
    send_back(site, roll)
    assert records("clerk") == [(f"补正{title}", "上级退回：请补上责任人", "去补正")]


def test_roll_gathering_and_list_lead_to_the_record(site: Site) -> None:
    roll = held(site)
    address = f"/console/rolls/{roll}/minutes"
    for page in (f"/console/rolls/{roll}", f"/console/gatherings/{site.gathering_id}", "/console/gatherings"):
        assert address in site.browser("clerk").get(page).text
        assert address not in site.browser("town").get(page).text
    write(site, roll)
    file(site, roll)
    for page in (f"/console/gatherings/{site.gathering_id}", "/console/gatherings"):
        for who in ("clerk", "town"):
            assert f"/console/rolls/{roll}/record" in site.browser(who).get(page).text


def test_only_a_draft_is_printed_as_a_draft(site: Site) -> None:
    # Control: with `not filed` instead, a returned record prints （草稿）.
    roll = held(site)
    write(site, roll)
    address = f"/console/rolls/{roll}/record"
    assert "（草稿）" in site.browser("clerk").get(address).text
    file(site, roll)
    assert "草稿" not in site.browser("clerk").get(address).text
    send_back(site, roll)
    for who in ("clerk", "town"):
        page = site.browser(who).get(address).text
        assert "草稿" not in page
        assert "退回补正</span>" in page


def test_officer_comes_from_held_and_filed_and_goes_back_there(site: Site) -> None:
    roll = filed(site)
    address, month = f"/console/rolls/{roll}/record", '<a href="/console/below?period=2026-11">'
    above, own = site.browser("town").get(address).text, site.browser("clerk").get(address).text
    assert f"{month}11月开展与归档</a> ›" in above
    assert month not in own
    assert '<a href="/console/gatherings">组织生活</a> ›' in own
    answer = send_back(site, roll)
    assert (
        'href="/console/below?period=2026-11">回11月开展与归档</a>'
        in site.browser("town").get(answer.location).text
    )
    assert "回11月开展与归档" not in site.browser("clerk").get(address).text
