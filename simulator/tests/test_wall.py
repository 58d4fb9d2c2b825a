"""What the page reads: one account's wall, sent in parts, and only what changed since the last look."""

from typing import Any

import pytest

from simulator.tests.conftest import Caller


def look(account: Caller, **query: Any) -> Any:
    return account.sim.get("/_sim/wall", appid=account.appid, **query)


def marks(wall: Any) -> str:
    return ",".join([*wall["marks"].values(), *(phone["mark"] for phone in wall["phones"])])


def calls(account: Caller, **query: Any) -> list[Any]:
    rows: list[Any] = look(account, after=0, filter=account.openid, **query)["log"]["rows"]
    return rows


def test_second_look_is_told_only_what_changed(account: Caller) -> None:
    account.send()
    first = look(account)
    assert [row["kind"] for row in first["phones"][0]["chat"]] == ["card"]
    again = look(account, have=marks(first))
    assert [*again["phones"][0]] == ["openid", "mark"]
    assert "library" not in again
    account.do("say", text="在吗")
    later = look(account, have=marks(first))
    assert [row["kind"] for row in later["phones"][0]["chat"]] == ["card", "said"]
    assert "menu" not in later


def test_released_event_changes_the_phone_that_waited(account: Caller) -> None:
    account.sim.post("/_sim/faults", {"kind": "event_withheld", "openid": account.openid})
    msgid = account.send()["msgid"]
    before = look(account)
    assert before["phones"][0]["chat"][0]["card"]["event_withheld"]
    account.sim.post("/_sim/release", {"msgid": msgid})
    after = look(account, have=marks(before))
    assert not after["phones"][0]["chat"][0]["card"]["event_withheld"]


def test_who_has_something_new_comes_first_and_who_is_typed_to_before_all(account: Caller) -> None:
    rows = [{"openid": f"o_{number}"} for number in range(60)]
    account.sim.post("/_sim/followers", {"appid": account.appid, "followers": rows})
    account.sim.post("/_sim/say", {"appid": account.appid, "openid": "o_57", "text": "在吗"})
    assert look(account)["phones"][0]["openid"] == "o_57"
    shown = [phone["openid"] for phone in look(account, focus="o_3")["phones"]]
    assert shown[:2] == ["o_3", "o_57"]
    found = [phone["openid"] for phone in look(account, q="o_59", focus="o_3")["phones"]]
    assert found == ["o_3", "o_59"]


def test_rows_of_the_log_are_short_and_come_once(account: Caller) -> None:
    account.send(data={"thing1": {"value": "长" * 2000}})
    log = look(account, after=0, filter=account.openid)["log"]
    (row,) = log["rows"]
    assert (row["path"], row["about"], row["errcode"]) == (
        "/cgi-bin/message/template/send",
        account.openid,
        47003,
    )
    assert "request" not in row
    assert look(account, after=log["newest"], filter=account.openid)["log"]["rows"] == []
    whole = account.sim.get(f"/_sim/log/{row['number']}")
    assert "长" * 300 in whole["request"]
    assert account.access_token not in str(whole)


@pytest.mark.parametrize(("only", "found"), [("", 2), ("in", 2), ("errors", 1), ("faults", 1), ("push", 0)])
def test_log_is_sifted_by_kind(account: Caller, only: str, found: int) -> None:
    account.send()
    account.sim.post("/_sim/faults", {"kind": "errcode", "errcode": -1, "openid": account.openid, "count": 1})
    account.send()
    assert len(calls(account, only=only)) == found


def test_no_secret_is_found_by_filtering(account: Caller) -> None:
    account.send()
    assert look(account, after=0, filter=account.access_token)["log"]["rows"] == []


def test_call_that_is_not_in_the_log_is_unknown(account: Caller) -> None:
    assert account.sim.get("/_sim/log/987654321")["error"]["code"] == "unknown_call"
