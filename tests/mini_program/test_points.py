"""积分与星级 and 积分记录: the API's numbers, each with its reason, and a sum done by hand."""

import pytest

from models.people.member import Member, MemberStatus, SpellKind
from tests.factories import a_branch, a_member, a_spell, a_township, a_zone
from tests.handlers.console.points.a_year_of_points import WHO, count_by_the_zone, live_the_year
from tests.mini_program.conftest import PhoneOf, Zone
from tests.mini_program.phone import Phone

pytestmark = pytest.mark.browser

POINTS, ENTRIES = "pages/points/points", "pages/entries/entries"
SUM = "基础分 58 + 履职 17 + 加分 5 = 80"
PLAIN, EXEMPT, NOT_RATED, PROBATIONARY = "白玉珍", "陈春生", "方国栋", "高长山"


@pytest.fixture(scope="module", autouse=True)
def year(zone: Zone) -> Zone:
    """Count by the zone's scheme; one member had a year, three are no ordinary members."""
    live_the_year(zone.site, count_by_the_zone(zone.site))
    with zone.site.sessions.begin() as session:
        members = {name: session.get_one(Member, one.id) for name, one in zone.site.members.items()}
        a_spell(session, members[EXEMPT], SpellKind.CATEGORY, code="veteran_or_ill")
        a_spell(session, members[NOT_RATED], SpellKind.NOT_RATED, code="own_wish")
        members[PROBATIONARY].status = MemberStatus.PROBATIONARY
    return zone


def short(points: str) -> str:
    """Write points as people do: no zeros at the end, a real minus."""
    return (points.rstrip("0").rstrip(".") if "." in points else points).replace("-", "−")


def signed(points: str) -> str:
    """Write what an entry counts: +1, −2, 0."""
    read = short(points)
    return read if read == "0" or read.startswith("−") else f"+{read}"


def rows(phone: Phone) -> list[str]:
    """Return the texts of the entries on the screen."""
    return [one.inner_text() for one in phone.page.locator(".entry").all()]


def test_the_sum_on_the_page_is_the_apis_and_every_part_says_why(zone: Zone, phone_of: PhoneOf) -> None:
    phone = phone_of(WHO).open(POINTS)
    phone.see("2026年度，到今天")
    api = zone.ask(WHO).get("me/points")
    page = phone.words()
    assert f"{short(api['total'])}分" in page.replace("\n", "")
    assert SUM in page.replace("\n", " ")
    for part in api["parts"]:
        assert part["why"] in page, part
    assert "58 / 上限 60" in page
    assert "还没评 / 上限 20" in page
    assert "志愿服务 10 次，按上限计 8 分" in page  # what a cap cut
    assert "星级由年底的支部大会定。" in page
    for words in ("%", "名次", "排名", "第一"):
        assert words not in page


def test_lines_of_a_part_open_by_a_tap_and_add_up(zone: Zone, phone_of: PhoneOf) -> None:
    phone = phone_of(WHO).open(POINTS)
    phone.see("履职")
    task = zone.ask(WHO).get("me/points")["parts"][1]
    phone.not_see("10 次 × 1")
    phone.tap("履职 看怎么算的")
    phone.see("10 次 × 1，按上限计 8")
    lines = [one.inner_text().split("\n") for one in phone.page.locator(".line").all()]
    assert [line[0] for line in lines[:-1]] == [line["title"] for line in task["lines"]]
    assert [line[-1] for line in lines[:-1]] == [short(line["counted"]) for line in task["lines"]]
    assert lines[-1] == ["合计", "17"]
    phone.tap("履职 收起")
    phone.not_see("10 次 × 1")


def test_subtotals_of_the_running_year_are_shown_apart(zone: Zone, phone_of: PhoneOf) -> None:
    phone = phone_of(WHO).open(POINTS)
    phone.see("中间公布的小计")
    for one in zone.ask(WHO).get("me/points")["subtotals"]:
        phone.see(f"到{int(one['month'][5:])}月底")
        phone.see(f"{short(one['total'])} 分")


def test_every_entry_says_where_it_comes_from(zone: Zone, phone_of: PhoneOf) -> None:
    phone = phone_of(WHO).open(POINTS)
    entries = zone.ask(WHO).get("me/points")["entries"]
    phone.see(f"{len(entries)} 条")
    phone.tap("看每一条记录")
    phone.see("2025年度")
    # Not tapped: on the way to it the end of the page shows the rest by itself, and takes the button away.
    more = phone.page.get_by_role("button", name=f"还有 {len(entries) - 20} 条，往下滑")
    more.evaluate("one => one.scrollIntoView()")
    phone.see("县级先进个人")
    shown = rows(phone)
    assert len(shown) == len(entries)
    for row, entry in zip(shown, entries, strict=True):
        in_pair = entry["reverses"] or entry["reversed_by"]
        assert row.startswith(signed(entry["points"] if in_pair else entry["counted"])), row
        for words in (entry["title"], entry["about"], entry["by"], entry["evidence"], entry["reason"]):
            assert words in row, (words, row)
        assert in_pair or entry["why"] in row
        assert ("有异议" in row) == entry["contestable"]
    assert "记 +1 分。已到上限 8，合计时不计" in shown[0]
    assert "上期事项，计入本期。" in shown[-1]


def test_an_entry_taken_back_stays_beside_what_takes_it_back(phone_of: PhoneOf) -> None:
    phone = phone_of(WHO).open(ENTRIES)
    phone.see("冲回：主题党日缺席")
    undo, undone = (row for row in rows(phone) if "是一对" in row)
    assert undo.startswith("+2")
    assert "原因：因病请假，已批" in undo
    assert "与 8月25日 的 −2 是一对，两条都留着，都不计。" in undo
    assert undone.startswith("−2")
    assert "有异议" not in undone


def test_minus_points_are_plain_ink(phone_of: PhoneOf) -> None:
    phone = phone_of(WHO).open(ENTRIES)
    phone.see("主题党日缺席")
    colours = phone.page.eval_on_selector_all(".points", "all => all.map(one => getComputedStyle(one).color)")
    assert set(colours) == {"rgb(33, 28, 24)", "rgb(91, 82, 74)"}  # ink, and muted in a pair


def test_the_year_before_is_one_tap_away_and_empty(phone_of: PhoneOf) -> None:
    phone = phone_of(WHO).open(ENTRIES)
    phone.tap("2025年度")
    phone.see("本年度还没有记录")
    phone.tap("2026年度")
    phone.see("清扫村道")


@pytest.mark.parametrize(
    ("who", "ground"),
    [(EXEMPT, "按积分办法，您的类别不参评。"), (NOT_RATED, "支部大会决定，这一期不参评。")],
)
def test_who_is_not_rated_reads_the_ground_and_never_a_nought(
    phone_of: PhoneOf, who: str, ground: str
) -> None:
    phone = phone_of(who).open(POINTS)
    phone.see(ground)
    head = phone.page.locator(".card").first.inner_text().split("\n")
    assert head[1] == "不参评"
    assert not any("0" in line for line in head[1:])
    phone.see("60 / 上限 60")  # what is kept
    phone.not_see("加起来")


def test_a_probationary_member_has_points_and_is_told_of_no_star(phone_of: PhoneOf) -> None:
    phone = phone_of(PROBATIONARY).open(POINTS)
    phone.see("预备党员记分，不评星级。")
    phone.see("基础分 60")


def test_nothing_was_posted_yet(phone_of: PhoneOf) -> None:
    phone = phone_of(PLAIN).open(ENTRIES)
    phone.see("本年度还没有记录")


def test_old_content_stays_when_there_is_no_network(phone_of: PhoneOf) -> None:
    phone = phone_of(WHO).open(POINTS)
    phone.see("2026年度，到今天")
    phone.offline()
    phone.open(POINTS)
    phone.see("现在没有网络。下面是 14:50 的内容。")
    phone.see("+ 履职 17")
    phone.online()
    phone.tap("重试")
    phone.not_see("现在没有网络。")


def test_without_network_and_old_content_a_second_try_is_offered(phone_of: PhoneOf) -> None:
    phone = phone_of(PLAIN)
    phone.offline()
    phone.open(POINTS)
    phone.see("现在没有网络")
    phone.online()
    phone.tap("重试")
    phone.see("基础分 60")


@pytest.mark.parametrize("path", [POINTS, ENTRIES, "pages/star/star", "pages/objections/objections"])
def test_a_stranger_is_asked_to_bind_and_sees_no_number(phone_of: PhoneOf, path: str) -> None:
    phone = phone_of(None).open(path)
    phone.see("绑定以后才看得到")
    assert phone.requests == []


def test_a_branch_without_a_scheme_says_so(zone: Zone, phone_of: PhoneOf) -> None:
    with zone.site.sessions.begin() as session:
        elsewhere = a_branch(session, a_township(session, a_zone(session, "白水示范区"), "白水镇党委"))
        zone.site.members["石大山"] = a_member(session, elsewhere, "石大山")
    phone = phone_of("石大山").open(POINTS)
    phone.see("支部还没有积分办法")
    phone.not_see("看每一条记录")
    phone.tap("我的星级")
    phone.see("还没有评定过星级")
