"""Accounts by a list on the console: looked at, made, printed once; the accounts page by organisation."""

import re
from datetime import timedelta
from io import BytesIO

from sqlalchemy import func, select, update

from models.audit import Audit
from models.people.account import Account, Post, Role
from models.people.console import HASHER
from tests.factories import a_branch, a_post, an_account
from tests.handlers.console_site import Browser, Site
from tests.imports.sheets import a_workbook

PASSWORD = "river-stone-42"
PAGE = "/console/accounts/batch"
XSS = "<img src=x onerror=alert(1)>"


def with_password(site: Site, who: str) -> Browser:
    """Return a browser of somebody whose password is known."""
    with site.sessions.begin() as session:
        session.execute(
            update(Account).where(Account.login == who).values(password_hash=HASHER.hash(PASSWORD))
        )
    return site.browser(who)


def a_list(site: Site, *names: str, org: str = "home", role: str = "党务专干") -> str:
    code = site.orgs[org].code
    return "\n".join(f"{code}\t{name}\tnew.{n}\t{role}" for n, name in enumerate(names, start=1))


def seen(page: str) -> str:
    found = re.search(r'name="seen" value="([0-9a-f]{64})"', page)
    assert found, page
    return found[1]


def accounts(site: Site) -> int:
    with site.sessions() as session:
        return session.scalar(select(func.count()).select_from(Account)) or 0


def test_look_says_what_each_row_comes_to_and_makes_nothing(site: Site) -> None:
    before, town = accounts(site), site.browser("town")
    text = a_list(site, "白玉珍") + f"\n{site.orgs['home'].code}\t林小满\tclerk\t支部委员"
    text += f"\n{site.orgs['home'].code}\t林小满\tclerk\t党务专干"
    page = town.post(PAGE, {"rows": text, "do": "look"})
    assert page.status_code == 200
    for said in ("新设账号", "账号已有，加这个岗位", "已经有了，不变", "新设 1 个账号，一共定 2 个岗位"):
        assert said in page.text
    assert accounts(site) == before


def test_list_that_was_looked_at_is_made_and_its_passwords_are_shown_once(site: Site) -> None:
    town = site.browser("town")
    text = a_list(site, "白玉珍", "陈春生")
    mark = seen(town.post(PAGE, {"rows": text, "do": "look"}).text)
    sheet = town.post(PAGE, {"rows": text, "do": "create", "seen": mark})
    assert sheet.status_code == 200
    assert sheet.headers["Cache-Control"] == "no-store"
    passwords = re.findall(r'<p class="code">([a-z0-9-]{14})</p>', sheet.text)
    assert len(passwords) == 2
    logged = site.browser().client.post("/console/login", data={"login": "new.1", "password": passwords[0]})
    assert logged.headers["Location"] == "/console/password"
    assert passwords[1] not in town.get("/console/accounts").text
    with site.sessions() as session:
        told = "".join(repr(vars(row)) for row in session.scalars(select(Audit)))
        assert passwords[0] not in told
        assert "白玉珍" not in told


def test_one_wrong_row_makes_none_and_everything_typed_stays(site: Site) -> None:
    before = accounts(site)
    text = a_list(site, "白玉珍", XSS) + f"\n{site.orgs['far'].code}\t远山人\tfar.new\t党务专干"
    for do in ("look", "create"):
        page = site.browser("town").post(PAGE, {"rows": text, "do": do, "seen": "0" * 64})
        assert page.status_code == 400
        assert "有 2 行要改，一个也没有设" in page.text
        assert "您管的组织里没有这个代码或名称" in page.text
        assert XSS not in page.text
        assert "&lt;img src=x" in page.text
    assert accounts(site) == before


def test_list_changed_after_the_look_is_looked_at_again(site: Site) -> None:
    before, town = accounts(site), site.browser("town")
    mark = seen(town.post(PAGE, {"rows": a_list(site, "白玉珍"), "do": "look"}).text)
    page = town.post(PAGE, {"rows": a_list(site, "陈春生"), "do": "create", "seen": mark})
    assert page.status_code == 400
    assert "和刚才看的不一样" in page.text
    assert "陈春生" in page.text
    assert accounts(site) == before


def test_workbook_is_read_into_the_list_and_made_without_sending_it_again(site: Site) -> None:
    town = site.browser("town")
    sheet = [["组织代码", "姓名", "登录名", "岗位"], [site.orgs["home"].code, "白玉珍", "new.1", "书记"]]
    look = town.post(PAGE, {"file": (BytesIO(a_workbook(sheet)), "账号.xlsx"), "do": "look"})
    assert look.status_code == 200
    found = re.search(r"<textarea[^>]*>([^<]*)</textarea>", look.text)
    assert found
    made = town.post(PAGE, {"rows": found[1], "do": "create", "seen": seen(look.text)})
    assert "初始密码 1 张" in made.text


def test_workbook_that_is_none_is_said_beside_the_file_and_the_list_stays(site: Site) -> None:
    form = {"rows": "还没写完", "file": (BytesIO(b"%PDF-1.7"), "../../账号.xlsx"), "do": "create"}
    page = site.browser("town").post(PAGE, form)
    assert page.status_code == 400
    assert "这是 PDF，读不出格子" in page.text
    assert "还没写完" in page.text


def test_cells_that_cannot_be_read_are_named(site: Site) -> None:
    sheet = [["组织", "姓名", "登录名", "岗位"], [site.orgs["home"].code, "=1+1", "new.1", "书记"]]
    page = site.browser("town").post(PAGE, {"file": (BytesIO(a_workbook(sheet)), "a.xlsx"), "do": "look"})
    assert page.status_code == 400
    assert "第 2 行 B 列“姓名”" in page.text


def test_password_is_asked_again_after_ten_minutes_and_the_list_stays(site: Site) -> None:
    before, town = accounts(site), with_password(site, "town")
    text = a_list(site, "白玉珍")
    site.clock[0] += timedelta(minutes=11)
    look = town.post(PAGE, {"rows": text, "do": "look"}).text
    assert "您的密码" in look
    form = {"rows": text, "do": "create", "seen": seen(look)}
    for password, said in (("", "请再输一次您的密码"), ("wrong", "密码不对")):
        page = town.post(PAGE, form | {"password": password})
        assert page.status_code == 400
        assert said in page.text
        assert "白玉珍" in page.text
    assert accounts(site) == before
    assert town.post(PAGE, form | {"password": PASSWORD}).status_code == 200
    assert accounts(site) == before + 1


def test_empty_list_is_said(site: Site) -> None:
    page = site.browser("town").post(PAGE, {"rows": " \n", "do": "look"})
    assert page.status_code == 400
    assert "请先粘贴名单" in page.text


def test_zone_sees_its_own_level_first_and_each_township_when_asked(site: Site) -> None:
    # A zone of 500 organisations is not one page.
    zone, town = site.browser("zone"), site.orgs["town"].id
    first = zone.get("/console/accounts").text
    assert "程若兰" in first
    assert "林小满" not in first
    narrowed = zone.get(f"/console/accounts?under={town}").text
    assert "林小满" in narrowed
    assert "远山人" not in narrowed
    for wrong in ("x", "999999", str(site.orgs["home"].id)):
        assert zone.get(f"/console/accounts?under={wrong}").status_code == 404


def test_accounts_stand_under_their_organisation_once(site: Site) -> None:
    with site.sessions.begin() as session:
        for name in ("甲", "乙"):
            branch = a_branch(session, site.orgs["town"], name=f"{name}村党支部")
            a_post(session, an_account(session, name=name), branch, Role.CLERK)
    page = site.browser("town").get("/console/accounts").text
    assert page.count("<b>青石村党支部</b>") == 1
    assert page.index("青石村") < page.index("柳湾村") < page.index("甲村") < page.index("乙村")


def test_office_of_an_account_that_gets_a_second_post_is_in_the_log(site: Site) -> None:
    town = site.browser("town")
    text = f"{site.orgs['neighbour'].code}\t林小满\tclerk\t党务专干"
    mark = seen(town.post(PAGE, {"rows": text, "do": "look"}).text)
    page = town.post(PAGE, {"rows": text, "do": "create", "seen": mark})
    assert "原有的账号，加了岗位" in page.text
    assert "初始密码 " not in page.text
    with site.sessions() as session:
        act = session.scalars(select(Audit).where(Audit.verb == "give_post")).one()
        assert (act.subject_id, act.org_id) == (site.staff["clerk"].id, site.orgs["neighbour"].id)
        posts = select(Post.org_id).where(Post.account_id == site.staff["clerk"].id)
        assert set(session.scalars(posts)) == {site.orgs["home"].id, site.orgs["neighbour"].id}
