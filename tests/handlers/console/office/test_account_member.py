"""Which member a log-in is: found by the name where it leaves no doubt, else by a person."""

from datetime import date

import pytest
from sqlalchemy import select

from models.audit import Via
from models.people.account import Account
from models.people.account_member import link_by_name
from models.refused import Refused
from tests.factories import a_member
from tests.handlers.console_site import Site


def linked(site: Site, login: str) -> int | None:
    with site.sessions() as session:
        return session.scalars(select(Account.member_id).where(Account.login == login)).one()


def opened(site: Site, name: str, login: str = "new.hand") -> None:
    sent = {
        "name": name, "login": login, "org": f"{site.orgs['home'].id}", "role": "commissioner",
    }  # fmt: skip
    assert site.browser("town").post("/console/accounts", sent).status_code == 200


def account_id(site: Site, login: str = "new.hand") -> int:
    with site.sessions() as session:
        return session.scalars(select(Account.id).where(Account.login == login)).one()


def test_new_log_in_is_the_one_member_of_that_name_in_the_branch(site: Site) -> None:
    opened(site, "王丽娟")
    assert linked(site, "new.hand") == site.members["王丽娟"].id


@pytest.mark.parametrize("name", ["没有这个人", "冯小军"])
def test_name_of_nobody_here_links_nobody(site: Site, name: str) -> None:
    opened(site, name)
    assert linked(site, "new.hand") is None
    answer = site.browser("town").post(f"/console/accounts/{account_id(site)}/member", {})
    assert (answer.status_code, "名册上没有找到" in answer.text) == (409, True)


def test_of_two_with_one_name_the_year_of_joining_tells(site: Site) -> None:
    with site.sessions.begin() as session:
        made = [
            a_member(session, site.orgs["home"], "石大山", joined_on=date(year, 7, 1)).id
            for year in (1988, 2011)
        ]
    opened(site, "石大山")
    assert linked(site, "new.hand") is None
    address, browser = f"/console/accounts/{account_id(site)}/member", site.browser("town")
    assert "请写入党的年份" in browser.post(address, {}).text
    assert browser.post(address, {"year": "2011"}).status_code == 303
    assert linked(site, "new.hand") == made[1]


def test_one_member_has_one_log_in(site: Site) -> None:
    opened(site, "王丽娟")
    opened(site, "王丽娟", "second.hand")
    assert linked(site, "second.hand") is None
    address = f"/console/accounts/{account_id(site, 'second.hand')}/member"
    assert "已经有一个账号" in site.browser("town").post(address, {}).text


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("没有这个人", "no_namesake"),
        ("张建国", "several_namesakes"),
        ("王丽娟", "member_has_account"),
    ],
)
def test_name_that_leaves_a_doubt_is_refused_by_a_code_of_its_own(site: Site, name: str, code: str) -> None:
    opened(site, "王丽娟")
    with site.sessions() as session:
        other = Account(login="third.hand", name=name, password_hash="")
        with pytest.raises(Refused) as refused:
            link_by_name(session, other, site.orgs["home"], by=None, via=Via.CONSOLE)
    assert refused.value.code == code
