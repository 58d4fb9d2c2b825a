"""The phone list: whose number is whose, who was told by whom, sums that add up, and a tick taken back."""

import re
from datetime import timedelta

from sqlalchemy import select, update

from models.audit import Audit
from models.notices.delivery import Delivery, DeliveryState
from models.notices.notice import Notice
from models.people.member import Member
from tests.factories import a_delivery, a_group, a_member
from tests.handlers.console.notices.test_notices import change_form, statements
from tests.handlers.console_site import Browser, Site, publish_theme_day


def told(site: Site) -> tuple[Browser, str]:
    """Publish, let thirty messages arrive; return the secretary's browser and the list's address."""
    publish_theme_day(site)
    with site.sessions.begin() as session:
        sent = select(Delivery.id).where(Delivery.channel.is_not(None)).order_by(Delivery.id).limit(30)
        arrived = {"state": DeliveryState.DELIVERED, "attempt_no": 1, "first_sent_at": site.now}
        session.execute(update(Delivery).where(Delivery.id.in_(sent)).values(arrived))
    return site.browser("secretary"), f"/console/gatherings/{site.gathering_id}/phone-list"


def row_of(site: Site, name: str) -> int:
    """Return the newest delivery of a member on the phone list."""
    with site.sessions() as session:
        query = select(Delivery.id).where(Delivery.member_id == site.members[name].id)
        return session.scalars(query.order_by(Delivery.id.desc()).limit(1)).one()


def sums(page: str) -> list[int]:
    """Return the numbers of the page's sums: delivered, phoned, on their way, to phone, all."""
    part = page[page.index('<dl class="sums">') :]
    return [int(number) for number in re.findall(r"<dd>(\d+)</dd>", part[: part.index("</dl>")])]


def test_sums_add_up_before_and_after_each_tick(site: Site) -> None:
    browser, address = told(site)
    # Own people only: the partner's three are its own list.
    assert sums(browser.get(address).text) == [30, 0, 6, 10, 46]
    browser.post(f"{address}/{row_of(site, '白玉珍')}")
    browser.post(f"{address}/{row_of(site, '丁立民')}")
    page = browser.get(address).text
    assert sums(page) == [30, 2, 6, 8, 46]
    assert '还要打 <span class="to-phone">3</span> · 共 4' in page
    whole = browser.get(address.removesuffix("/phone-list")).text
    assert sums(whole[whole.index("<h2>通知</h2>") :]) == [30, 2, 6, 11, 49]


def test_told_says_when_and_by_whom_and_is_taken_back(site: Site) -> None:
    browser, address = told(site)
    row = row_of(site, "白玉珍")
    site.browser("leader").post(f"{address}/{row}")
    page = browser.get(address).text
    assert "14:50 何桂芳" in page
    assert f"{address}/{row}/undoing" in page
    assert browser.post(f"{address}/{row}/undoing").status_code == 303
    assert "14:50 何桂芳" not in browser.get(address).text
    assert browser.post(f"{address}/{row}/undoing").status_code == 303
    with site.sessions() as session:
        assert session.get_one(Delivery, row).state is DeliveryState.PHONE_LIST
        verbs = session.scalars(
            select(Audit.verb).where(Audit.subject == "delivery").order_by(Audit.id)
        ).all()
    assert verbs == ["phoned", "not_phoned"]


def test_script_swaps_one_tick_and_the_counts_and_opens_no_list(site: Site) -> None:
    browser, address = told(site)
    row = row_of(site, "白玉珍")
    part = browser.post(f"{address}/{row}", None, **{"HX-Request": "true"})
    assert "已告知" in part.text
    assert "撤销" in part.text
    assert 'hx-swap-oob="true"' in part.text
    assert "138 0000" not in part.text
    back = browser.post(f"{address}/{row}/undoing", None, **{"HX-Request": "true"})
    assert '<button class="tick">' in back.text
    with site.sessions() as session:
        assert session.scalar(select(Audit.id).where(Audit.verb == "open_phone_list")) is None


def test_what_is_on_its_way_has_no_tick_to_take_back(site: Site) -> None:
    browser, address = told(site)
    with site.sessions() as session:
        row = session.scalars(
            select(Delivery.id).where(Delivery.state == DeliveryState.QUEUED).limit(1)
        ).one()
    assert browser.post(f"{address}/{row}/undoing").status_code == 409


def test_who_was_told_while_wechat_was_silent_is_in_doubt_again(site: Site) -> None:
    browser, address = told(site)
    with site.sessions.begin() as session:
        row = session.scalars(select(Delivery).where(Delivery.state == DeliveryState.QUEUED).limit(1)).one()
        row.state, row.first_sent_at = DeliveryState.UNKNOWN, site.now
        number = row.id
    browser.post(f"{address}/{number}")
    browser.post(f"{address}/{number}/undoing")
    assert "可能未收到" in browser.get(address).text


def test_leader_sees_the_own_group_and_the_secretary_each_with_its_leader(site: Site) -> None:
    browser, address = told(site)
    page = browser.get(address).text
    assert [name for name in ("第一党小组", "第二党小组", "第三党小组") if name in page] == [
        "第一党小组", "第二党小组", "第三党小组",
    ]  # fmt: skip
    assert "组长 何桂芳" in page
    own = site.browser("leader").get(address).text
    assert "第一党小组" in own
    assert "第二党小组" not in own
    assert sums(own) == [12, 0, 4, 16]


def test_two_of_one_name_on_the_list_are_told_apart(site: Site) -> None:
    with site.sessions.begin() as session:
        session.execute(update(Member).where(Member.name == "白玉珍").values(name="丁立民"))
    browser, address = told(site)
    page = browser.get(address).text
    assert "1986年" in page
    assert "1987年" in page


def test_list_says_which_message_it_is_for(site: Site) -> None:
    browser, address = told(site)
    assert "11月20日 周五</span> 发的活动通知" in browser.get(address).text
    browser.post(f"{address}/{row_of(site, '白玉珍')}")
    site.clock[0] = site.now - timedelta(days=1)
    browser = site.browser("secretary")
    it = address.removesuffix("/phone-list")
    browser.post(f"{it}/change", change_form(place="老祠堂"))
    page = browser.get(address).text
    assert "11月24日 周二</span> 发的变动的消息" in page
    assert "安排有变动，请按上面的时间、地点告诉他们" in page
    # Everybody is to be told anew; the overtaken list is not offered any more.
    assert sums(page) == [0, 0, 36, 10, 46]
    assert "打开那份名单" not in page
    browser.post(f"{it}/cancellation", {"reason": "大雪封路"})
    page = browser.get(address).text
    assert "这次活动取消了，请告诉他们不用来" in page
    assert "发的取消的消息" in page


def test_opening_a_list_is_logged_with_its_purpose(site: Site) -> None:
    browser, address = told(site)
    browser.get(address)
    with site.sessions() as session:
        act = session.scalars(select(Audit).where(Audit.verb == "open_phone_list")).one()
    assert act.after is not None
    assert (act.after["purpose"], act.after["rows"]) == ("notice", 10)


def test_pages_of_a_notice_take_the_same_statements_for_few_and_for_many(site: Site) -> None:
    browser, address = told(site)
    it = address.removesuffix("/phone-list")
    pages = (address, it, f"{it}/change", f"{it}/sheet", "/console/gatherings/new")
    few = [statements(site, browser, page) for page in pages]
    with site.sessions.begin() as session:
        notice = session.scalars(select(Notice)).one()
        for number in range(6):
            group = a_group(session, site.orgs["home"], f"{number}号楼党小组")
            for place in range(5):
                a_delivery(session, notice, a_member(session, site.orgs["home"], f"余{number}{place}", group))
    assert [statements(site, browser, page) for page in pages] == few
    assert max(few) < 30
