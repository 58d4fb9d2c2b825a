"""What a kind of account may call, by its type and whether it is verified."""

from collections.abc import Callable
from typing import Any

import pytest

from simulator.tests.conftest import Caller
from simulator.tests.rules import rule

TABLE = 'WeChat, "接口权限说明"'
ACCOUNTS: dict[str, dict[str, Any]] = {
    "verified service": {"kind": "official"},
    "service": {"kind": "official", "verified": False},
    "verified subscription": {"kind": "official", "type": "subscription"},
    "subscription": {"kind": "official", "type": "subscription", "verified": False},
    "verified mini-program": {"kind": "mini_program"},
    "mini-program": {"kind": "mini_program", "verified": False},
}
OFFICIAL = {name for name, account in ACCOUNTS.items() if account["kind"] == "official"}
VERIFIED = {"verified service", "verified subscription"}


@pytest.fixture
def who_may(make_account: Callable[..., Caller]) -> Callable[[str], set[str]]:
    """Ask one path as an account of each kind; name those that are not refused 48001."""
    callers = {name: make_account(**changes) for name, changes in ACCOUNTS.items()}
    tokens = {name: caller.token()["access_token"] for name, caller in callers.items()}

    def ask(path: str) -> set[str]:
        sim = callers["service"].sim
        answers = {name: sim.post(path, {}, access_token=token) for name, token in tokens.items()}
        if all(one.get("errcode") == 43001 for one in answers.values()):
            answers = {name: sim.get(path, access_token=token) for name, token in tokens.items()}
        assert 40066 not in [one.get("errcode") for one in answers.values()]
        return {name for name, one in answers.items() if one.get("errcode") != 48001}

    return ask


@rule(
    "Template messages, bizsend, mass/send by openid and scene codes need a verified service account", TABLE
)
def test_some_paths_are_for_verified_service_accounts(who_may: Callable[[str], set[str]]) -> None:
    for path in (
        "/cgi-bin/message/template/send",
        "/cgi-bin/template/get_all_private_template",
        "/cgi-bin/message/subscribe/bizsend",
        "/cgi-bin/message/mass/send",
        "/cgi-bin/qrcode/create",
    ):
        assert (path, who_may(path)) == (path, {"verified service"})


@rule(
    "Menu, mass/sendall, freepublish, users and tags need a verified official account of either type", TABLE
)
def test_some_paths_are_for_verified_official_accounts(who_may: Callable[[str], set[str]]) -> None:
    for path in (
        "/cgi-bin/menu/create",
        "/cgi-bin/message/mass/sendall",
        "/cgi-bin/message/mass/preview",
        "/cgi-bin/freepublish/submit",
        "/cgi-bin/user/get",
        "/cgi-bin/tags/create",
    ):
        assert (path, who_may(path)) == (path, VERIFIED)


@rule("Customer messages are for verified official accounts and for mini-programs", TABLE)
def test_customer_messages_are_for_both_kinds(who_may: Callable[[str], set[str]]) -> None:
    assert who_may("/cgi-bin/message/custom/send") == VERIFIED | {"verified mini-program", "mini-program"}


@rule("Telephone numbers are for verified mini-programs", 'WeChat, "getPhoneNumber"')
def test_telephone_numbers_are_for_verified_mini_programs(who_may: Callable[[str], set[str]]) -> None:
    assert who_may("/wxa/business/getuserphonenumber") == {"verified mini-program"}


@rule("Quotas are for all accounts; the current menu and drafts for unverified official ones too", TABLE)
def test_what_is_not_listed_is_for_all_of_its_kind(who_may: Callable[[str], set[str]]) -> None:
    assert who_may("/cgi-bin/openapi/quota/get") == set(ACCOUNTS)
    assert who_may("/cgi-bin/get_current_selfmenu_info") == OFFICIAL
    assert who_may("/cgi-bin/draft/add") == OFFICIAL


@rule("A call without the right to it is answered 48001", 'WeChat, "global return codes"')
@pytest.mark.parametrize("changes", [{"type": "subscription"}, {"verified": False}])
def test_account_without_the_right_is_refused(
    make_account: Callable[..., Caller], changes: dict[str, Any]
) -> None:
    account = make_account(**changes)
    refused = account.send()
    assert refused["errcode"] == 48001
    assert refused["errmsg"].startswith("api unauthorized rid: ")
    assert account.messages() == []


def test_account_is_a_verified_service_account_unless_it_says_otherwise(account: Caller) -> None:
    items = account.sim.get("/_sim/accounts")["items"]
    shown = next(one for one in items if one["appid"] == account.appid)
    assert (shown["kind"], shown["type"], shown["verified"]) == ("official", "service", True)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"kind": "mini_program", "type": "service"}, "only an official account has a type"),
        ({"ip_whitelist": ["300.1.1.1"]}, "300.1.1.1"),
        ({"open_platform": ""}, "at least 1 character"),
    ],
)
def test_account_that_cannot_be_is_refused(account: Caller, changes: dict[str, Any], says: str) -> None:
    common = {"kind": "official", "appid": "wx1", "secret": "s", "original_id": "gh_1", "token": "abc"}
    (wrong,) = account.sim.post("/_sim/accounts", common | changes)["error"]["fields"]
    assert says in wrong["message"]
