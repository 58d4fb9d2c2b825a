"""What people read of points: the page, the book, the paper and the phone say the same numbers."""

import re
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Engine, event, select

from models.people.member import Member, SpellKind
from models.people.phone import start_phone_session
from models.points.entry import PointEntry
from models.points.month_recorded import month_recorded
from models.points.schemes.published import Scheme
from models.ratings.objections.objection import Objection
from models.ratings.procedure.rating import RatingState
from tests.conftest import NOON
from tests.factories import KEYRING, a_binding, a_member, a_rating, a_spell
from tests.handlers.console.ledgers.test_ledgers import ask, head_of, rows_of, sheet_of
from tests.handlers.console.points.a_year_of_points import (
    WHO,
    be_absent,
    count_by_the_zone,
    fill_the_book,
    live_the_year,
)
from tests.handlers.console_site import MINI, Site

CARD = re.compile(r'<article class="point-card.*?</article>', re.DOTALL)
ROW = re.compile(r'<td>(.*?)</td><td class="limit">(.*?)</td><td class="num">(.*?)</td>')
TOTAL = re.compile(r'<tr class="total">.*?<td class="num">(.*?)</td>', re.DOTALL)


@pytest.fixture
def year(site: Site) -> Site:
    """The branch counts by the zone's scheme, and one member lived a full year."""
    live_the_year(site, count_by_the_zone(site))
    return site


def of_phone(site: Site, who: str, address: str) -> Any:
    """What the member's own phone is told."""
    with site.sessions.begin() as session:
        openid = f"mini-{who}"
        a_binding(session, session.merge(site.members[who]), MINI, openid)
        token = start_phone_session(session, KEYRING, MINI, openid, now=site.now)
    answer = site.app.test_client().get(address, headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 200, answer.text
    return answer.json


def page_of(site: Site, who: str, query: str = "") -> str:
    return site.browser("secretary").get(f"/console/members/{site.members[who].id}/points{query}").text


def card_of(site: Site, who: str) -> str:
    address = f"/console/points/cards/print?member={site.members[who].id}"
    found = CARD.findall(site.browser("secretary").get(address).text)
    assert len(found) == 1
    return str(found[0])


def number(shown: str) -> Decimal | None:
    return None if shown == "待评" else Decimal(shown.replace("−", "-"))


def lines_told(told: dict[str, Any]) -> Iterator[tuple[str, Decimal | None]]:
    """The lines of all parts as the phone has them: own limit, points; a part without lines is one."""
    for part in told["parts"]:
        for line in part["lines"]:
            yield line["limit"], None if line["counted"] is None else Decimal(line["counted"])
        if not part["lines"]:
            yield "", Decimal(part["subtotal"])


def test_every_number_on_the_card_is_the_one_on_the_phone(year: Site) -> None:
    told, card = of_phone(year, WHO, "/api/v1/me/points"), card_of(year, WHO)
    rows = [(limit, number(counted)) for _, limit, counted in ROW.findall(card)]
    expected = list(lines_told(told))
    assert [counted for _, counted in rows] == [counted for _, counted in expected]
    # A line's own limit, else on a part's first line the part's.
    assert all(limit == own for (limit, _), (own, _) in zip(rows, expected, strict=True) if own)
    total = TOTAL.search(card)
    assert total is not None
    assert number(total[1]) == Decimal(told["total"]) == Decimal("80.0")
    assert sum(counted for _, counted in rows if counted is not None) == Decimal(told["total"])


def test_page_can_be_added_up_by_hand_and_foretells_no_star(year: Site) -> None:
    page, told = page_of(year, WHO), of_phone(year, WHO, "/api/v1/me/points")
    assert [part["subtotal"] for part in told["parts"]] == ["58.0", "17.0", "0.0", "5.0"]
    assert "58.0 + 17.0 + 待评 + 5.0 = 80.0" in as_text(page, 'class="sum"')
    assert "这里不预测" in page
    assert not re.search("[一二三四五]星", page)


def as_text(page: str, mark: str) -> str:
    """The text of one element, its numbers with single spaces."""
    part = page[page.index(mark) :]
    words = re.sub(r"<[^>]*>", " ", part[part.index(">") + 1 : part.index("</section>")])
    return re.sub(r"\s+", " ", re.sub("基础分|履职|民主评议|加分|到今天", "", words))


def test_entry_says_who_proposed_and_who_approved_and_what_a_cap_cut(year: Site) -> None:
    page = page_of(year, WHO)
    assert "本人申报 · 周明远审" in page
    assert "林小满 · 周明远审" in page
    assert "名册 · 周明远确认" in page
    assert page.count("已到上限 8，合计时不计") == 2
    assert "10 次 × 1，按上限计 8" in page


def test_mistake_and_its_reversal_both_stand_with_the_reason(year: Site) -> None:
    page = page_of(year, WHO)
    assert "已由另一条冲回，两条都不计" in page
    assert "冲回：主题党日缺席" in page
    assert "原因：因病请假，已批" in page
    # The absence that stands is the only one that costs.
    assert "1 次 × 2" in page


def test_deed_of_the_year_before_is_marked_and_counts_in_this_one(year: Site) -> None:
    assert "上期事项，计入本期" in page_of(year, WHO, "?all=1")
    late = [one for one in of_phone(year, WHO, "/api/v1/me/points")["entries"] if one["is_late"]]
    assert [(one["occurred_on"], one["points"], one["evidence"]) for one in late] == [
        ("2025-12-20", "5.0", "县委〔2025〕31号")
    ]


def test_entry_can_be_disputed_until_it_is_or_the_cycle_is_confirmed(year: Site) -> None:
    with year.sessions.begin() as session:
        member = session.merge(year.members[WHO])
        entry = session.scalars(
            select(PointEntry).where(PointEntry.member_id == member.id, PointEntry.item == "led_project")
        ).one()
        link = f"/console/objections/new?member={member.id}&amp;entry={entry.id}"
        assert link in page_of(year, WHO)
        session.add(
            Objection(
                branch_id=member.branch_id, member_id=member.id, entry_id=entry.id, said="是我记的日子不对",
                asked_at=NOON, due_on=NOON.date() + timedelta(days=21),
            )
        )  # fmt: skip
    page = page_of(year, WHO)
    assert link not in page
    assert page.count("异议办理中") == 1
    told = of_phone(year, WHO, "/api/v1/me/points")["entries"]
    assert [(one["objection"], one["contestable"]) for one in told if one["id"] == entry.id] == [
        ("submitted", False)
    ]
    with year.sessions.begin() as session:
        rating = a_rating(session, year.orgs["home"], _scheme(year), year.staff["secretary"])
        rating.state = RatingState.CONFIRMED
    assert "/console/objections/new" not in page_of(year, WHO)


def test_page_shows_the_first_entries_and_all_of_them_if_asked(year: Site) -> None:
    assert page_of(year, WHO).count('class="keep">') > 0
    few, every = page_of(year, WHO), page_of(year, WHO, "?all=1")
    assert few.count("周明远") < every.count("周明远")
    assert "看全部" in few
    assert "看全部" not in every


def test_book_is_in_surname_order_within_groups_whatever_the_points(year: Site) -> None:
    before = _names(year)
    assert before == _names(year, "/console/members")
    scheme = _scheme(year)
    fill_the_book(year, scheme)
    assert _names(year) == before
    page = year.browser("secretary").get("/console/points").text
    assert "80.0" in page
    assert not re.search("名次|排名|第[一二三123]名", page)


def _names(site: Site, address: str = "/console/points") -> list[str]:
    page = site.browser("secretary").get(address).text
    known = "|".join(map(re.escape, site.members))
    return re.findall(rf'<tr><td>(?:<a class="keep"[^>]*>|<b class="keep">)({known})<', page)


def _scheme(site: Site) -> Scheme:
    with site.sessions() as session:
        return session.scalars(select(Scheme).where(Scheme.code == "ZONE")).one()


def test_book_names_who_is_outside_the_rating_and_gives_no_total(year: Site) -> None:
    with year.sessions.begin() as session:
        member = session.merge(year.members[WHO])
        a_spell(session, member, SpellKind.NOT_RATED, code="own_wish")
    page = year.browser("secretary").get("/console/points").text
    row = page[page.index(f">{WHO}<") :].split("</tr>")[0]
    assert row.endswith('<td class="num">不参评</td>')
    assert of_phone(year, WHO, "/api/v1/me/points")["standing"] == "not_rated"


@pytest.mark.parametrize("address", ["/console/points", "/console/points/cards/print?who=all"])
def test_number_of_statements_does_not_grow_with_members(year: Site, address: str) -> None:
    fill_the_book(year, _scheme(year))
    few = _statements(year, address)
    with year.sessions.begin() as session:
        for place in range(100):
            a_member(session, year.orgs["home"], f"陈新{place}", year.orgs["group1"])
    assert _statements(year, address) == few < 25


def _statements(site: Site, address: str) -> int:
    browser, told = site.browser("secretary"), []
    with site.sessions() as session:
        engine = session.get_bind()
    assert isinstance(engine, Engine)

    def note(*args: object) -> None:
        told.append(args[2])

    event.listen(engine, "before_cursor_execute", note)
    assert browser.get(address).status_code == 200
    event.remove(engine, "before_cursor_execute", note)
    return len(told)


def test_cards_are_printed_for_all_or_for_who_uses_no_phone_or_for_the_chosen(year: Site) -> None:
    browser = year.browser("secretary")
    with year.sessions() as session:
        home = select(Member).where(Member.branch_id == year.orgs["home"].id)
        members = session.scalars(home).all()
    without = [one for one in members if one.no_phone or one.phone_hash is None]
    everybody = browser.get("/console/points/cards/print?who=all").text
    assert len(CARD.findall(everybody)) == len(members)
    some = browser.get("/console/points/cards/print?who=no_phone").text
    assert len(CARD.findall(some)) == len(without)
    assert all(one.name in some for one in without)
    nobody = browser.get("/console/points/cards/print")
    assert nobody.status_code == 400
    assert "请先选要打印的同志" in nobody.text


def test_month_sheet_names_deeds_and_nobody_absent_and_no_points(year: Site) -> None:
    scheme = _scheme(year)
    fill_the_book(year, scheme)
    with year.sessions.begin() as session:
        be_absent(session, year, scheme, "丁立民", 11)
    page = year.browser("secretary").get("/console/points/month?month=2026-11").text
    sheet = page[page.index('<article class="board">') :]
    assert "丁立民" not in sheet
    assert "扣分事项 1 条" in sheet
    assert WHO in sheet
    assert not re.search(r"[0-9.]+ ?分[^别]", sheet.replace("积分", "").replace("扣分", ""))
    with year.sessions() as session:
        recorded = month_recorded(session, [year.orgs["home"].id], "2026-11")
    for deed in recorded.deeds:
        names = [one.name.encode("gbk") for one in deed.people]
        assert names == sorted(names)


def test_month_sheet_leaves_out_what_was_taken_back(year: Site) -> None:
    with year.sessions() as session:
        august = month_recorded(session, [year.orgs["home"].id], "2026-08")
        september = month_recorded(session, [year.orgs["home"].id], "2026-09")
    assert (august.deductions, september.deductions) == (0, 1)


def test_quarters_are_shown_as_not_rated(year: Site) -> None:
    page = page_of(year, WHO)
    assert "各季度末小计" in page
    assert "未评定" in page
    stages = of_phone(year, WHO, "/api/v1/me/points")["subtotals"]
    assert [one["month"] for one in stages] == ["2026-03", "2026-06", "2026-09"]
    assert all(part["code"] != "assess" for one in stages for part in one["parts"])


def test_last_cycle_is_one_tap_away_and_a_wrong_one_is_refused(year: Site) -> None:
    browser, member = year.browser("secretary"), year.members[WHO].id
    assert "2025年" in browser.get("/console/points").text
    assert "还没有记录" in browser.get(f"/console/members/{member}/points?cycle=2025").text
    assert browser.get("/console/points?cycle=2026Q4").status_code == 400
    assert browser.get("/console/points/month?month=2026-13").status_code == 400


def test_phone_is_told_its_own_stars_only_and_home_in_words(year: Site) -> None:
    assert of_phone(year, WHO, "/api/v1/me/ratings") == {"items": []}
    with year.sessions.begin() as session:
        a_rating(session, year.orgs["home"], _scheme(year), year.staff["secretary"])
    other = "丁立民"
    [item] = of_phone(year, other, "/api/v1/me/ratings")["items"]
    assert (item["label"], item["star"], item["total"], item["reasons"]) == ("未评定", None, None, [])
    assert of_phone(year, "高长山", "/api/v1/home")["star"] == "未评定"


def test_workbook_holds_the_numbers_of_the_page_and_no_star_before_there_is_one(year: Site) -> None:
    answer = ask(year, "points", "since=2026-01&until=2026-11")
    sheet = sheet_of(answer)
    heads = [cell.value for cell in sheet[head_of(sheet)]]
    rows = {row[0]: dict(zip(heads, row, strict=True)) for row in rows_of(sheet)}
    told = of_phone(year, WHO, "/api/v1/me/points")
    row = rows[WHO]
    parts = ("基础分", "履职", "民主评议", "加分")
    assert [row[f"{part}小计"] for part in parts] == [58, 17, None, 5]
    assert (row["初始分"], row["加分"], row["扣分"], row["总分"]) == (60, 22, -2, 80)
    assert row["总分"] == Decimal(told["total"])
    assert (row["建议星级"], row["评定星级"]) == (None, None)
    assert [name.partition("（")[0] for name in rows] == _names(year)


def test_officer_above_reads_the_same_statement_and_cannot_object_from_there(year: Site) -> None:
    page = year.browser("town").post(
        f"/console/people/{year.members[WHO].id}", {"purpose": "objection"}
    ).text  # fmt: skip
    assert "10 次 × 1，按上限计 8" in page
    assert "/console/objections/new" not in page
