"""WeChat's own addresses, and its check of the callback."""

import ipaddress
from collections.abc import Callable
from typing import Any

import pytest

from simulator.tests.conftest import Caller
from simulator.tests.rules import rule

CHECK = 'WeChat, "callbackCheck"'


def check(account: Caller, **asked: str) -> Any:
    token = account.token()["access_token"]
    return account.sim.post("/cgi-bin/callback/check", asked, access_token=token)


@rule(
    "The addresses of the API and of pushes are a list of addresses and networks", 'WeChat, "getCallbackIp"'
)
@pytest.mark.parametrize("path", ["get_api_domain_ip", "getcallbackip"])
def test_addresses_are_listed(account: Caller, path: str) -> None:
    answer = account.sim.get(f"/cgi-bin/{path}", access_token=account.token()["access_token"])
    assert set(answer) == {"ip_list"}
    networks = [ipaddress.ip_network(one) for one in answer["ip_list"]]
    assert any(ipaddress.ip_address("127.0.0.1") in one for one in networks)


@rule("callback/check tells how the callback is found and reached", CHECK)
def test_callback_is_found_and_reached(make_account: Callable[..., Caller]) -> None:
    account = make_account(callback_url="http://203.0.113.9:8080/wechat")
    answer = check(account, action="all", check_operator="DEFAULT")
    assert answer["dns"] == [{"ip": "203.0.113.9", "real_operator": "UNICOM"}]
    (ping,) = answer["ping"]
    assert (ping["ip"], ping["package_loss"]) == ("203.0.113.9", "0%")
    assert set(ping) == {"ip", "from_operator", "package_loss", "time"}
    assert list(check(account, action="dns", check_operator="CAP")) == ["dns"]
    assert list(check(account, action="ping", check_operator="CHINANET")) == ["ping"]


@rule("callback/check names what is wrong: no callback 40201, action 40202, check_operator 40203", CHECK)
def test_check_that_cannot_be_is_named(make_account: Callable[..., Caller]) -> None:
    account = make_account(callback_url="https://example.org/wechat")
    assert check(account, action="look", check_operator="DEFAULT")["errcode"] == 40202
    assert check(account, action="all", check_operator="SOMEBODY")["errcode"] == 40203
    assert check(make_account(), action="all", check_operator="DEFAULT")["errcode"] == 40201
