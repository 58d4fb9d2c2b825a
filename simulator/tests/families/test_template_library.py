"""The public library of templates for subscription messages, and what an account takes from it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from simulator.accounts import Account
from simulator.keeping import open_state
from simulator.state import State
from simulator.tests.conftest import SECRET, Caller
from simulator.tests.rules import rule

FOLDER = "/wxaapi/newtmpl/"
ADD = 'WeChat, "addMessageTemplate"'
TITLES = 'WeChat, "getPubTemplateTitles"'


class Reader:
    """The calls about the library for one account."""

    def __init__(self, caller: Caller) -> None:
        self.caller = caller
        self.token = str(caller.token()["access_token"])

    def get(self, path: str, **query: Any) -> Any:
        """Read something."""
        return self.caller.sim.get(FOLDER + path, access_token=self.token, **query)

    def post(self, path: str, **body: Any) -> Any:
        """Post JSON."""
        return self.caller.sim.post(FOLDER + path, body, access_token=self.token)


@pytest.fixture
def reader(make_account: Callable[..., Caller]) -> Reader:
    return Reader(make_account(kind="mini_program", templates=[]))


@rule("The library is read by category, title and keyword", TITLES)
def test_library_is_read_from_category_to_keyword(reader: Reader) -> None:
    assert {"id": 616, "name": "公交"} in reader.get("getcategory")["data"]
    titles = reader.get("getpubtemplatetitles", ids="2,616", start=0, limit=30)
    assert (titles["errcode"], titles["count"]) == (0, len(titles["data"]))
    assert {"tid": 99, "title": "付款成功通知", "type": 2, "categoryId": "616"} in titles["data"]
    assert all(row["categoryId"] in ("2", "616") for row in titles["data"])
    second = reader.get("getpubtemplatetitles", ids="2,616", start=1, limit=1)
    assert second["data"] == titles["data"][1:2]
    assert reader.get("getpubtemplatetitles", ids="670", start=0, limit=1)["data"][0]["type"] == 3
    keywords = reader.get("getpubtemplatekeywords", tid="99")
    assert keywords["data"][0] == {"kid": 1, "name": "物品名称", "example": "名称", "rule": "thing"}


@rule("getpubtemplatetitles: 200016 start, 200017 limit, 200018 ids missing, 200019 ids", TITLES)
@pytest.mark.parametrize(
    ("query", "errcode"),
    [
        ({"ids": "2", "start": "-1", "limit": "1"}, 200016),
        ({"ids": "2", "limit": "1"}, 200016),
        ({"ids": "2", "start": "0", "limit": "31"}, 200017),
        ({"ids": "2", "start": "0", "limit": "0"}, 200017),
        ({"start": "0", "limit": "1"}, 200018),
        ({"ids": "2,x", "start": "0", "limit": "1"}, 200019),
        ({"ids": "5", "start": "0", "limit": "1"}, 200019),
    ],
)
def test_titles_are_asked_for_properly(reader: Reader, query: dict[str, str], errcode: int) -> None:
    assert reader.get("getpubtemplatetitles", **query)["errcode"] == errcode
    assert reader.get("getpubtemplatekeywords", tid="x")["errcode"] == 200014


@rule("A template added from the library may be allowed and sent with at once", ADD)
def test_added_template_is_allowed_sent_with_and_deleted(reader: Reader) -> None:
    answer = reader.post("addtemplate", tid="401", kidList=[2, 1], sceneDesc="测试数据")
    template_id = answer["priTmplId"]
    assert (answer["errcode"], answer["errmsg"]) == (0, "ok")
    assert reader.get("gettemplate")["data"] == [
        {
            "priTmplId": template_id,
            "title": "会议通知",
            "content": "会议时间:{{date2.DATA}}\n会议地点:{{thing1.DATA}}\n",
            "example": "会议时间:2026年11月25日\n会议地点:村委会二楼\n",
            "type": 2,
        }
    ]
    phone, path = reader.caller, "/cgi-bin/message/subscribe/send"
    assert phone.do("subscribe", choices={template_id: "accept"})["results"] == {template_id: "accept"}
    data = {"date2": {"value": "2026年11月25日"}, "thing1": {"value": "二楼"}}
    body = {"touser": phone.openid, "template_id": template_id, "data": data}
    assert phone.sim.post(path, body, access_token=reader.token)["errcode"] == 0
    assert reader.post("deltemplate", priTmplId=template_id)["errcode"] == 0
    assert reader.post("deltemplate", priTmplId=template_id)["errcode"] == 40037
    assert phone.sim.post(path, body, access_token=reader.token)["errcode"] == 40037


@rule("gettemplate lists what an enum may say, and only that may be sent", 'WeChat, "getMessageTemplateList"')
def test_enum_of_an_added_template_is_listed_and_enforced(reader: Reader) -> None:
    template_id = reader.post("addtemplate", tid=402, kidList=[1, 2])["priTmplId"]
    (row,) = reader.get("gettemplate")["data"]
    rooms = ["客厅", "书房", "会议室"]
    assert row["keywordEnumValueList"] == [{"enumValueList": rooms, "keywordCode": "enum_string2.DATA"}]
    phone = reader.caller
    phone.do("subscribe", choices={template_id: "accept"})
    for room, errcode in (("厨房", 47003), ("客厅", 0)):
        data = {"thing1": {"value": "投影仪"}, "enum_string2": {"value": room}}
        body = {"touser": phone.openid, "template_id": template_id, "data": data}
        answer = phone.sim.post("/cgi-bin/message/subscribe/send", body, access_token=reader.token)
        assert answer["errcode"] == errcode


@rule("A long-term template of the library is allowed once for any number", ADD)
def test_long_template_is_of_type_three(reader: Reader) -> None:
    reader.post("addtemplate", tid="901", kidList=[1, 2])
    assert reader.get("gettemplate")["data"][0]["type"] == 3


@rule("addtemplate: 200013 banned, 200014 tid, 200020 kidList, 200021 sceneDesc", ADD)
@pytest.mark.parametrize(
    ("asked", "errcode"),
    [
        ({"tid": "7", "kidList": [1, 2]}, 200014),
        ({"tid": "902", "kidList": [1, 2]}, 200013),
        ({"tid": "401", "kidList": [1]}, 200020),
        ({"tid": "401", "kidList": [1, 1]}, 200020),
        ({"tid": "401", "kidList": [1, 9]}, 200020),
        ({"tid": "401", "kidList": "1,2"}, 200020),
        ({"tid": "401", "kidList": [1, 2], "sceneDesc": "景" * 16}, 200021),
    ],
)
def test_only_what_the_library_has_is_added(reader: Reader, asked: dict[str, Any], errcode: int) -> None:
    assert reader.post("addtemplate", **asked)["errcode"] == errcode
    assert reader.get("gettemplate")["data"] == []


@rule("The same keywords of the same template once only, and 25 templates: 200022, 200012", ADD)
def test_library_gives_each_once_and_twenty_five(make_account: Callable[..., Caller]) -> None:
    held = [{"id": f"S{number}", "title": "t", "keys": ["thing1"]} for number in range(24)]
    reader = Reader(make_account(kind="mini_program", templates=[], subscribe_templates=held))
    asked: dict[str, Any] = {"tid": "401", "kidList": [1, 2]}
    assert [reader.post("addtemplate", **asked)["errcode"] for _ in range(2)] == [0, 200022]
    assert reader.post("addtemplate", tid="401", kidList=[2, 1])["errcode"] == 200012


@rule("The library is there for mini-programs and verified 服务号, not for 公众号", ADD)
def test_official_account_takes_from_the_same_library(make_account: Callable[..., Caller]) -> None:
    service, subscription = Reader(make_account()), Reader(make_account(type="subscription"))
    assert service.post("addtemplate", tid="401", kidList=[1, 2])["errcode"] == 0
    assert len(service.get("gettemplate")["data"]) == 1
    assert subscription.get("getcategory")["errcode"] == 48001


def test_added_templates_stay_over_a_reset(reader: Reader) -> None:
    reader.post("addtemplate", tid="401", kidList=[1, 2])
    reader.caller.sim.post("/_sim/reset", {})
    asked = {"grant_type": "client_credential", "appid": reader.caller.appid, "secret": SECRET}
    reader.token = reader.caller.sim.post("/cgi-bin/stable_token", asked)["access_token"]
    assert len(reader.get("gettemplate")["data"]) == 1


def test_added_templates_come_back_beside_an_accounts_file(tmp_path: Path) -> None:
    def played(**more: Any) -> State:
        told = {"kind": "official", "appid": "wx-a", "secret": "s", "original_id": "gh_1", "token": "abc"}
        return State([Account.model_validate(told | more)], 0.0)

    added = [{"id": "added", "title": "t", "keys": ["thing1"]}]
    filed = [{"id": "filed", "title": "t", "keys": ["thing1"]}]
    open_state(played(templates=added, subscribe_templates=added), tmp_path / "state.json")
    again = played(templates=filed)
    open_state(again, tmp_path / "state.json")
    account = again.accounts["wx-a"]
    assert [one.id for one in account.templates] == ["filed", "added"]
    assert [one.id for one in account.subscribe_templates] == ["added"]
