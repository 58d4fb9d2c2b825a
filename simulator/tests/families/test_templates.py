"""An account's own templates: added from the public library, listed, deleted, sent with."""

from collections.abc import Callable
from typing import Any

import pytest

from simulator.tests.conftest import Caller
from simulator.tests.rules import rule
from simulator.tests.shelf import Shelf

PAGE = 'WeChat, "addTemplate"'
ADD = "template/api_add_template"


@pytest.fixture
def office(make_account: Callable[..., Caller]) -> Shelf:
    return Shelf(make_account())


def listed(office: Shelf) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = office.get("template/get_all_private_template")["template_list"]
    return rows


@rule("A template added by keywords can be sent with at once, its keys are type and number", PAGE)
def test_added_template_is_listed_sent_with_and_deleted(office: Shelf) -> None:
    answer = office.post(ADD, {"template_id_short": "43216", "keyword_name_list": ["时间", "单号"]})
    template_id = answer["template_id"]
    assert (answer["errcode"], answer["errmsg"], len(template_id)) == (0, "ok", 43)
    row = next(row for row in listed(office) if row["template_id"] == template_id)
    assert row == {
        "template_id": template_id,
        "title": "事项办理通知",
        "primary_industry": "",
        "deputy_industry": "",
        "content": "时间:{{time2.DATA}}\n单号:{{character_string1.DATA}}\n",
        "example": "时间:2026年11月25日 15:01\n单号:A-2026-11\n",
    }
    data = {"time2": {"value": "15:01"}, "character_string1": {"value": "A-1"}}
    assert office.caller.send(template_id=template_id, data=data)["errcode"] == 0
    assert office.caller.messages()[0]["title"] == "事项办理通知"
    deleted = {"template_id": template_id}
    assert office.post("template/del_private_template", deleted) == {"errcode": 0, "errmsg": "ok"}
    assert office.post("template/del_private_template", deleted)["errcode"] == 40037
    assert office.caller.send(template_id=template_id, data=data)["errcode"] == 40037


@rule("A template of an industry comes without keywords and names its industry in the list", PAGE)
def test_template_of_an_industry_has_keys_of_its_own(office: Shelf) -> None:
    template_id = office.post(ADD, {"template_id_short": "TM00015"})["template_id"]
    row = listed(office)[-1]
    assert (row["primary_industry"], row["deputy_industry"]) == ("IT科技", "互联网|电子商务")
    assert row["content"].startswith("{{result.DATA}}\n领奖金额:{{withdrawMoney.DATA}}\n")
    data = {name: {"value": "x"} for name in ("result", "withdrawMoney", "withdrawTime")}
    assert office.caller.send(template_id=template_id, data=data)["errcode"] == 0


@rule("api_add_template: 40037, 40246 keywords, 40247 keywords of an old template, 45027 industry", PAGE)
@pytest.mark.parametrize(
    ("short", "names", "errcode"),
    [
        ("43216", ["单号", "时间", "事项", "地点", "状态"], 0),
        ("43216", ["单号"], 40246),
        ("43216", None, 40246),
        ("43216", ["单号", "没有的"], 40246),
        ("43216", ["单号", "单号"], 40246),
        ("43216", "单号", 40246),
        ("TM00015", ["单号", "时间"], 40247),
        ("TM00351", None, 45027),
        ("99999", ["单号", "时间"], 40037),
        (None, None, 40037),
    ],
)
def test_only_what_the_library_has_is_added(
    office: Shelf, short: str | None, names: object, errcode: int
) -> None:
    assert office.post(ADD, {"template_id_short": short, "keyword_name_list": names})["errcode"] == errcode
    assert len(listed(office)) == (2 if errcode == 0 else 1)


@rule("An account has at most 25 templates", 'WeChat, "template message guide"')
def test_twenty_sixth_template_is_refused(make_account: Callable[..., Caller]) -> None:
    held = [{"id": f"T{number}", "title": "t", "keys": ["thing1"]} for number in range(24)]
    office = Shelf(make_account(templates=held))
    asked = {"template_id_short": "43217", "keyword_name_list": ["会议地点", "会议时间"]}
    assert [office.post(ADD, asked)["errcode"] for _ in range(2)] == [0, 45026]


@rule("The industry changes once a month; get_industry names both", 'WeChat, "setIndustry"')
def test_industry_changes_once_a_month(office: Shelf) -> None:
    chosen = {"industry_id1": "13", "industry_id2": "1"}
    assert office.post("template/api_set_industry", chosen) == {"errcode": 0, "errmsg": "ok"}
    assert office.get("template/get_industry") == {
        "primary_industry": {"first_class": "运输与仓储", "second_class": "快递"},
        "secondary_industry": {"first_class": "IT科技", "second_class": "互联网|电子商务"},
    }
    assert office.post(ADD, {"template_id_short": "TM00351"})["errcode"] == 0
    assert office.post("template/api_set_industry", chosen)["errcode"] == 43100
    office.caller.sim.post("/_sim/clock", {"offset_seconds": 31 * 86_400})
    office.token = str(office.caller.token()["access_token"])
    assert office.post("template/api_set_industry", chosen | {"industry_id1": "x"})["errcode"] == 40097
    assert office.post("template/api_set_industry", chosen | {"industry_id1": 18})["errcode"] == 0


def test_template_of_the_accounts_file_is_listed_by_its_keys(office: Shelf) -> None:
    (row,) = listed(office)
    assert row["content"] == "事项:{{thing1.DATA}}\n时间:{{time2.DATA}}\n"
    assert row["example"].startswith("事项:")


@rule("Templates belong to a verified 服务号", 'WeChat, "template message guide"')
@pytest.mark.parametrize("changes", [{"type": "subscription"}, {"kind": "mini_program"}])
def test_other_accounts_have_no_templates(
    make_account: Callable[..., Caller], changes: dict[str, Any]
) -> None:
    office = Shelf(make_account(**changes))
    assert office.get("template/get_all_private_template")["errcode"] == 48001
    assert office.caller.send()["errcode"] == 48001
