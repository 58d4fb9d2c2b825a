"""我的星级: a word, its reasons, how it was counted, and the days in which it may be objected to."""

from datetime import timedelta
from decimal import Decimal
from hashlib import sha256

import pytest
from sqlalchemy import select

from models.people.member import Member, SpellKind
from models.points.schemes.published import Scheme
from models.points.schemes.use import use_scheme
from models.ratings.archive.snapshot import RatingSnapshot
from models.ratings.procedure.rating import RatingState
from models.ratings.runs.results import RatingResult
from tests.conftest import NOON
from tests.factories import a_rating, a_run, a_spell
from tests.handlers.console.ratings.rated_site import DECEMBER, add_deed, begin, meet, put_up, rate_by
from tests.mini_program.conftest import PhoneOf, Zone

pytestmark = pytest.mark.browser

STAR = "pages/star/star"
WHO, EXEMPT, WAITS = "何桂芳", "陈春生", "葛秀兰"
LAST_DAY = timedelta(days=7)  # 21 December


@pytest.fixture(scope="module", autouse=True)
def up(zone: Zone) -> None:
    """Let the stars hang on the board; one member is exempt, WHO had a star the year before, others wait."""
    site = zone.site
    rate_by(site)
    add_deed(site, WHO, "volunteer", 1)
    with site.sessions.begin() as session:
        exempt = session.get_one(Member, site.members[EXEMPT].id)
        a_spell(session, exempt, SpellKind.CATEGORY, code="veteran_or_ill")
        scheme = session.scalars(select(Scheme).where(Scheme.code == "ZONE")).one()
        by = site.staff["secretary"]
        state = {"cycle": "2025", "state": RatingState.ARCHIVED}
        rating = a_rating(session, site.orgs["home"], scheme, by, **state)
        run = a_run(session, rating, by)
        reasons = [{"code": "band", "text": "总分 70 分，在 70 到 75 分之间；民主评议合格"}]
        session.add(
            RatingResult(
                run_id=run.id, member_id=site.members[WHO].id, standing="rated", total=Decimal(70),
                grade="qualified", star_final=3, detail={"reasons": reasons},
            )
        )  # fmt: skip
        told = {"document": "{}", "sha": sha256(b"{}").hexdigest(), "account_id": by.id, "made_at": NOON}
        session.add(RatingSnapshot(rating_id=rating.id, run_id=run.id, **told))
        use_scheme(session, site.orgs["neighbour"], scheme, from_month="2026-01", by=None)
    begin(site, "neighbour", "neighbour")
    place = begin(site)
    meet(site, place)
    put_up(site, place)


def test_no_star_is_told_before_it_is_on_the_board(phone_of: PhoneOf) -> None:
    phone = phone_of(WAITS).open(STAR)
    phone.see("未评定")
    phone.see("支部大会评定、公示以后，写在这一页。现在还没有结果。")
    phone.not_see("四星")
    phone.not_see("对星级有异议")


def test_a_star_is_a_word_with_its_reasons_and_its_days(zone: Zone, phone_of: PhoneOf) -> None:
    phone = phone_of(WHO).open(STAR)
    star = zone.ask(WHO).get("me/ratings")["items"][0]
    phone.see("合计 76")
    page = phone.words()
    assert "基础分 60，履职 1，民主评议 15，加分 0，合计 76" in page.replace("\n", "")
    assert f"\n{star['label']}\n" in page
    assert "为什么是四星" in page
    reasons = [one.inner_text().split("\n") for one in phone.page.locator(".reason").all()]
    assert reasons == [
        ["1", "总分 76 分，在 75 到 78 分之间"],
        ["2", "民主评议合格"],
        ["3", "五星要 78 分以上"],
    ]
    assert "；".join(text for _, text in reasons) == "；".join(star["reasons"])
    assert "12月14日至12月21日" in page
    assert "12月21日以前，可以对星级提异议。" in page
    for words in ("%", "名次", "前三", "平均"):
        assert words not in page


def test_the_years_before_are_below_and_open_by_a_tap(phone_of: PhoneOf) -> None:
    phone = phone_of(WHO).open(STAR)
    phone.tap("2025年度三星")
    phone.see("为什么是三星")
    phone.see("已归档")
    phone.not_see("对星级有异议")


def test_who_is_not_rated_reads_why_and_no_number(phone_of: PhoneOf) -> None:
    phone = phone_of(EXEMPT).open(STAR)
    phone.see("为什么不参评")
    assert "总分" not in phone.words()
    assert not phone.page.locator(".fact", has_text="0 分").count()


def test_what_was_read_stays_without_network(phone_of: PhoneOf) -> None:
    phone = phone_of(WHO).open(STAR)
    phone.see("合计 76")
    phone.offline()
    phone.open(STAR)
    phone.see("现在没有网络。下面是 10:00 的内容。")
    phone.see("合计 76")


def test_an_objection_to_the_star_is_two_taps_and_stays_beside_it(phone_of: PhoneOf) -> None:
    phone = phone_of(WHO).open(STAR)
    phone.tap("对星级有异议")
    phone.see("2026年度的星级：四星")
    phone.tap("评议的等次不对")
    phone.tap("提交异议")
    phone.see("异议已收到")
    phone.see("由沈秀英办理")
    phone.see("2027年1月4日以前答复" if phone.page.get_by_text("2027年").count() else "1月4日以前答复")
    phone.tap("好的")
    phone.see("我提的异议")
    phone.not_see("对星级有异议")
    phone.tap("我提的异议")
    phone.tap("撤回异议")
    phone.tap("撤回异议", within="撤回以后，支部不再核实")
    phone.see("您已撤回这件异议")


def test_after_the_last_day_the_page_says_that_it_is_over(zone: Zone, phone_of: PhoneOf) -> None:
    phone = phone_of(WHO).open(STAR)
    phone.tap("对星级有异议")
    phone.type("哪里不对", "评议的等次不对")
    zone.site.clock[0] += LAST_DAY + timedelta(days=1)  # the form was left open
    phone.tap("提交异议")
    phone.see("公示已经结束，提异议最后一天是2026年12月21日")
    phone.see("您写的话还在这里。")
    phone.open(STAR)
    phone.see("公示12月21日已经结束，不能再提异议。")
    assert not phone.page.get_by_role("button", name="对星级有异议").count()
    zone.site.clock[0] = DECEMBER
