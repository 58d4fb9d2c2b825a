"""The rating's pages as a secretary and an officer use them: what they say, and what stays when they err."""

import re
from decimal import Decimal

from sqlalchemy import Engine, event

from models.people.account import Role
from models.people.member import Member, MemberStatus
from tests.factories import a_branch, a_member, a_post
from tests.handlers.console.gatherings.test_today import lines
from tests.handlers.console.ratings.rated_site import (
    HUNG,
    add_deed,
    begin,
    grades,
    meet,
    put_up,
    rate_by,
    review,
)
from tests.handlers.console_site import Site


def words(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def part(html: str, start: str, end: str = "</section>") -> str:
    """The words between two places of a page."""
    return words(html.partition(start)[2].partition(end)[0])


def test_before_its_last_month_the_page_says_from_when_on(site: Site) -> None:
    rate_by(site)
    site.clock[0] = site.clock[0].replace(month=11)
    page = words(site.browser("secretary").get("/console/ratings").text)
    assert "2026年12月1日起可以开始" in page
    assert "开始评定" not in page
    asked = {"org": site.orgs["home"].id, "cycle": "2026"}
    refused = site.browser("secretary").post("/console/ratings", asked)
    assert refused.status_code == 409
    assert "2026年12月1日起可以开始这一期的定星" in refused.text


def test_next_step_tells_what_who_until_when_and_has_one_red_button(site: Site) -> None:
    rate_by(site)
    page = site.browser("secretary").get(begin(site)).text
    assert "下一步 个人申报 谁来办 党员本人，不用手机的由支部代录 什么时候以前 12月28日 周一以前" in words(
        page
    )
    assert page.count('class="button red"') == 1
    assert "去登记申报截止" in page
    # The township reads how far it is, and has nothing to press.
    above = site.browser("town").get(begin_again(page)).text
    assert "下一步 个人申报" in words(above)
    assert 'class="button red"' not in above


def begin_again(page: str) -> str:
    found = re.search(r"/console/ratings/\d+", page)
    assert found is not None
    return found[0]


def test_grades_are_asked_of_full_members_with_the_limit_in_words(site: Site) -> None:
    rate_by(site)
    place = begin(site)
    with site.sessions.begin() as session:
        young = session.get_one(Member, site.members["欧阳静"].id)
        young.status, young.full_on = MemberStatus.PROBATIONARY, None
    page = site.browser("secretary").get(f"{place}/grades").text
    assert "优秀最多 15 人：正式党员 45 人的三分之一" in page
    assert f"g-{site.members['欧阳静'].id}" not in page
    first = re.findall(r'<h3 id="n\d+"><span class="keep">(.*?)</span>', page)[:4]
    assert first == ["白玉珍", "陈春生", "段文斌", "方国栋"]


def test_grades_are_kept_as_far_as_they_are_filled(site: Site) -> None:
    rate_by(site)
    place, secretary = begin(site), site.browser("secretary")
    one = site.members["白玉珍"].id
    answer = secretary.post(f"{place}/grades", {f"g-{one}": "excellent", "decided_on": "2026-12-14"})
    assert answer.status_code == 303
    page = secretary.get(f"{place}/grades").text
    assert f'id="g{one}-excellent" name="g-{one}" value="excellent" checked' in page
    assert "还有 45 人没有填" in page


def test_typed_grades_stay_where_the_day_is_wrong(site: Site) -> None:
    rate_by(site)
    place, secretary = begin(site), site.browser("secretary")
    refused = secretary.post(f"{place}/grades", grades(site, "白玉珍", decided_on="2025-01-01"))
    assert refused.status_code == 400
    assert "填过的都在，还没有存" in refused.text
    one = site.members["白玉珍"].id
    assert f'id="g{one}-excellent" name="g-{one}" value="excellent" checked' in refused.text
    assert "还有 46 人没有填" in secretary.get(f"{place}/grades").text


def test_too_many_excellent_are_told_at_the_trial_and_stop_the_meeting(site: Site) -> None:
    rate_by(site)
    place, secretary = begin(site), site.browser("secretary")
    review(site, place)
    many = list(site.members)[:16]
    assert secretary.post(f"{place}/grades", grades(site, *many)).status_code == 303
    page = secretary.get(f"{place}/results").text
    assert page.count("优秀最多 15 人；请支部会议先更正") == 1
    held = {"held_on": "2026-12-14", "base": "46", "present": "40"}
    refused = secretary.post(f"{place}/steps/assembly_appraisal", held)
    assert refused.status_code == 409
    assert "优秀最多 15 人" in refused.text
    assert 'name="present" type="number" value="40"' in refused.text


def test_trial_run_names_first_who_changed_and_why(site: Site) -> None:
    rate_by(site)
    place, secretary = begin(site), site.browser("secretary")
    secretary.post(f"{place}/grades", grades(site))
    assert 'id="differs"' not in secretary.get(f"{place}/results").text
    add_deed(site, "方国栋", "volunteer", 1)
    add_deed(site, "方国栋", "volunteer", 1)
    again = grades(site, "白玉珍")
    secretary.post(f"{place}/grades", again)
    page = secretary.get(f"{place}/results").text
    assert part(page, 'id="differs"').endswith(
        "和上次不一样的 2 人 白玉珍 ：上次 75.0 分，这次 80.0 分：等次由合格改为优秀，星级由四星变为五星"
        " 方国栋 ：上次 75.0 分，这次 77.0 分：新增志愿服务 2 次"
    )
    assert page.index('id="differs"') < page.index("第一党小组")


def test_tie_names_the_seats_and_the_equal_without_any_place(site: Site) -> None:
    rate_by(site)
    place, secretary = begin(site), site.browser("secretary")
    for name in ("赵大有", "白玉珍", "唐开运", "吴长河", "丁立民"):
        add_deed(site, name, "led_project", 3)
    add_deed(site, "唐开运", "volunteer", 1)
    secretary.post(f"{place}/grades", grades(site))
    page = secretary.get(f"{place}/results").text
    told = part(page, 'id="ties"', "</fieldset>")
    assert told.endswith(
        "五星名额 4 个，1 个已定，下面 4 位条件相同，请会议定 3 位 白玉珍 丁立民 吴长河 赵大有"
    )
    assert re.search(r"第\s*\d+\s*名|排名|并列|%", words(page)) is None


def test_meeting_moves_a_star_only_where_the_scheme_lets_it(site: Site) -> None:
    rate_by(site)
    place, secretary = begin(site), site.browser("secretary")
    secretary.post(f"{place}/grades", grades(site))
    one = site.members["丁立民"].id
    asked = {"member": one, "kind": "lower", "decided_on": "2026-12-14"}
    refused = secretary.post(f"{place}/rulings", asked)
    assert refused.status_code == 400
    assert f'<option value="{one}" selected>' in refused.text
    assert secretary.post(f"{place}/rulings", asked | {"reason": "群众反映较多"}).status_code == 303
    page = secretary.get(f"{place}/results").text
    assert "会议决定下调一级 ， 2026年12月14日 ：群众反映较多" in part(page, f'id="m{one}"', "</form>")
    assert secretary.post(f"{place}/rulings/ending", {"member": one}).status_code == 303
    assert "群众反映较多" not in secretary.get(f"{place}/results").text


def test_without_such_a_rule_nobody_is_asked_for_one(site: Site) -> None:
    rate_by(site, meeting_adjust=0)
    place, secretary = begin(site), site.browser("secretary")
    secretary.post(f"{place}/grades", grades(site))
    assert "上调" not in secretary.get(f"{place}/results").text


def test_veto_is_noted_by_its_paper_and_told_in_the_results(site: Site) -> None:
    rate_by(site, vetoes=[{"id": "punished", "title": "受到党纪处分", "effect": "max_star", "max_star": 2}])
    place, secretary = begin(site), site.browser("secretary")
    one = site.members["丁立民"].id
    asked = {"member": one, "code": "punished", "decided_by": "河东镇纪委", "decided_on": "2026-11-02"}
    refused = secretary.post(f"{place}/vetoes", asked)
    assert refused.status_code == 400
    assert f'<option value="{one}" selected>' in refused.text
    assert secretary.post(f"{place}/vetoes", asked | {"document": "河东纪〔2026〕8号"}).status_code == 303
    secretary.post(f"{place}/grades", grades(site))
    told = part(secretary.get(f"{place}/results").text, f'id="m{one}"', "</ul>")
    assert "二星" in told
    assert "“受到党纪处分”，按 河东纪〔2026〕8号 最高二星" in told


def test_board_names_people_under_their_star_and_no_numbers(site: Site) -> None:
    rate_by(site)
    add_deed(site, "唐开运", "led_project", 3)
    add_deed(site, "白玉珍", "led_project", 3)
    place = begin(site)
    secretary = site.browser("secretary")
    secretary.post(f"{place}/grades", grades(site))
    assert "不得张贴" not in secretary.get(f"{place}/results").text
    secretary.post(f"{place}/runs")
    assert "试算，未经大会评议，不得张贴" in secretary.get(f"{place}/board").text
    meet(site, place)
    put_up(site, place)
    page = site.browser("secretary").get(f"{place}/board").text
    board = part(page, '<article class="board">', "</article>")
    assert "五星 白玉珍 唐开运 四星 陈春生" in board
    assert "2026年12月14日 至 2026年12月21日 ，从贴出的第二天起算 5 个工作日" in board
    assert "联系人： 沈秀英 联系电话： 0391-3550123 河东镇党委监督电话： 0391-3550100" in board
    assert re.search(r"\d+\.\d", board) is None
    assert "不得张贴" not in board


def test_every_row_of_the_sheet_adds_up(site: Site) -> None:
    rate_by(site)
    add_deed(site, "唐开运", "led_project", 3)
    place = begin(site)
    meet(site, place)
    page = site.browser("secretary").get(f"{place}/sheet").text
    rows = re.findall(r"<tr><td>(?!<)(.*?)</tr>", page)
    assert len(rows) == 46
    for row in rows:
        cell = dict(re.findall(r'data-label="(.*?)">(.*?)</td>', row))
        told = {name: Decimal(text) for name, text in cell.items() if re.fullmatch(r"\d+(\.\d)?", text)}
        assert told["初始分"] + told["加分"] - told["扣分"] + told["民主评议小计"] == told["总分"]
    for column in (
        "姓名",
        "类别",
        "初始分",
        "加分",
        "扣分",
        "测评等次",
        "总分",
        "建议星级",
        "评定星级",
        "备注",
    ):
        assert f'<th scope="col">{column}</th>' in page


def test_township_reads_states_in_tree_order_and_no_trial(site: Site) -> None:
    rate_by(site)
    place, town = begin(site), site.browser("town")
    site.browser("secretary").post(f"{place}/grades", grades(site))
    listed = words(town.get("/console/ratings/below?cycle=2026").text)
    assert "青石村党支部 会前准备 已开始 查看 ：青石村党支部 柳湾村党支部 还没有开始" in listed
    assert town.get(f"{place}/results").status_code == 404
    assert "75.0" not in town.get(place).text
    meet(site, place)
    assert "75.0" in town.get(place).text
    assert "已评议" in words(town.get("/console/ratings/below?cycle=2026").text)


def test_returned_rating_tells_its_secretary_why(site: Site) -> None:
    rate_by(site)
    place = begin(site)
    meet(site, place)
    town = site.browser("town")
    refused = town.post(f"{place}/return", {"reason": ""})
    assert refused.status_code == 400
    assert '<details class="card" open>' in refused.text
    assert town.post(f"{place}/return", {"reason": "请核对表决票数"}).status_code == 303
    page = words(site.browser("secretary").get(place).text)
    assert "下一步 党员大会通报评议 上级退回，2026年12月14日：请核对表决票数" in page
    assert any("请核对表决票数" in why for _, why, _ in lines(site))


def test_filed_rating_is_done_again_only_with_reason_and_paper(site: Site) -> None:
    rate_by(site)
    place = begin(site)
    meet(site, place)
    put_up(site, place)
    site.clock[0] += HUNG
    town = site.browser("town")
    early = town.post(f"{place}/filing", {"document": "河东党〔2027〕3号", "filed_on": "2026-12-21"})
    assert early.status_code == 409
    assert 'value="河东党〔2027〕3号"' in early.text
    filed = {"document": "河东党〔2027〕3号", "filed_on": "2027-01-07"}
    assert town.post(f"{place}/filing", filed).status_code == 303
    refused = town.post(f"{place}/reopening", {"reason": "有一位同志的星级有误"})
    assert refused.status_code == 400
    assert "有一位同志的星级有误</textarea>" in refused.text
    again = {"reason": "有一位同志的星级有误", "document": "河东党〔2027〕4号"}
    assert town.post(f"{place}/reopening", again).status_code == 303
    page = words(site.browser("secretary").get(place).text)
    assert "上级决定重新评定，2027年1月7日：有一位同志的星级有误" in page


def test_officer_who_led_the_rating_reads_that_another_one_files_it(site: Site) -> None:
    rate_by(site)
    place = begin(site)
    meet(site, place)
    put_up(site, place)
    site.clock[0] += HUNG
    with site.sessions.begin() as session:
        a_post(session, site.staff["secretary"], site.orgs["town"], Role.TOWNSHIP_OFFICER)
    page = site.browser("secretary").get(f"{place}/filing").text
    assert "这一期的定星是您在支部经手的，请另一位同志备案" in page
    assert 'name="document"' not in page
    assert 'name="document"' in site.browser("town").get(f"{place}/filing").text


def test_officer_reads_on_today_what_has_hung_long_enough(site: Site) -> None:
    rate_by(site)
    place = begin(site)
    meet(site, place)
    put_up(site, place)
    assert not any("备案" in title for title, _, _ in lines(site, "town"))
    site.clock[0] += HUNG
    assert ("备案2026年星级评定", "青石村党支部，公示期满", "去备案") in lines(site, "town")


def test_pages_send_as_many_statements_for_many_as_for_few(site: Site) -> None:
    rate_by(site)
    place, secretary = begin(site), site.browser("secretary")
    secretary.post(f"{place}/grades", grades(site))
    add_deed(site, "方国栋", "volunteer", 1)
    secretary.post(f"{place}/runs")
    few = [statements(site, *asked) for asked in pages(place)]
    with site.sessions.begin() as session:
        home, town = (session.merge(site.orgs[name]) for name in ("home", "town"))
        for number in range(12):
            a_member(session, home, f"黄新{number}")
            a_branch(session, town, name=f"新村{number}党支部")
    secretary.post(f"{place}/grades", grades(site))
    assert [statements(site, *asked) for asked in pages(place)] == few


def pages(place: str) -> list[tuple[str, str]]:
    own = [("secretary", f"{place}{end}") for end in ("", "/grades", "/sheet", "/results")]
    return [*own, ("town", "/console/ratings/below")]


def statements(site: Site, who: str, address: str) -> int:
    """Return how many statements a page sends."""
    browser, sent = site.browser(who), 0

    def count(*_: object) -> None:
        nonlocal sent
        sent += 1

    event.listen(Engine, "before_cursor_execute", count)
    try:
        assert browser.get(address).status_code == 200
    finally:
        event.remove(Engine, "before_cursor_execute", count)
    return sent
