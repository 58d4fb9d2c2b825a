"""Tags, who has them, and the blacklist."""

from typing import Any

import pytest

from simulator.accounts import Account
from simulator.calls import Call
from simulator.errcodes import Errcode
from simulator.families.tags import Tag, Tags, delete
from simulator.state import State
from simulator.tests.conftest import SECRET, TOKEN, Caller
from simulator.tests.rules import rule
from simulator.tests.shelf import Shelf

OK = {"errcode": 0, "errmsg": "ok"}
CREATE = 'WeChat, "createTag"'
TAGGING = 'WeChat, "batchTagging"'
BLACKLIST = 'WeChat, "batchBlacklist"'


@pytest.fixture
def oa(account: Caller) -> Shelf:
    """An official account with its token, followed by o_one."""
    return Shelf(account)


def made(oa: Shelf, name: str = "广东") -> int:
    return int(oa.post("tags/create", {"tag": {"name": name}})["tag"]["id"])


def tagged(oa: Shelf, tag: int, *openids: str) -> Any:
    return oa.post("tags/members/batchtagging", {"openid_list": openids, "tagid": tag})


def listed(oa: Shelf) -> dict[int, tuple[str, int]]:
    return {row["id"]: (row["name"], row["count"]) for row in oa.get("tags/get")["tags"]}


def add(oa: Shelf, *openids: str, **more: Any) -> None:
    oa.order("followers", followers=[{"openid": openid, **more} for openid in openids])


@rule("A tag is made, renamed and deleted by its id", CREATE)
def test_tag_is_made_renamed_and_deleted(oa: Shelf) -> None:
    tag = made(oa)
    assert listed(oa) == {2: ("星标组", 0), tag: ("广东", 0)}
    assert oa.post("tags/update", {"tag": {"id": tag, "name": "广东人"}}) == OK
    assert oa.post("tags/update", {"tag": {"id": tag, "name": "广东人"}}) == OK
    assert listed(oa)[tag] == ("广东人", 0)
    assert oa.post("tags/delete", {"tag": {"id": tag}}) == OK
    assert listed(oa) == {2: ("星标组", 0)}
    assert made(oa) != tag


@rule("A tag's name has 1 to 30 signs (45158) and is given once (45157)", CREATE)
def test_name_of_a_tag_is_short_and_its_own(oa: Shelf) -> None:
    first, second = made(oa, "字" * 30), made(oa)
    for name, errcode in (("字" * 31, 45158), ("", 45158), (7, 45158), ("字" * 30, 45157), ("星标组", 45157)):
        assert oa.post("tags/create", {"tag": {"name": name}})["errcode"] == errcode
        assert oa.post("tags/update", {"tag": {"id": second, "name": name}})["errcode"] == errcode
    assert sorted(listed(oa)) == [2, first, second]
    assert oa.post("tags/create", {"name": "广西"})["errcode"] == 47001


@rule("An account has at most 100 tags of its own (45056)", CREATE)
def test_hundred_tags_are_the_most(oa: Shelf) -> None:
    for number in range(100):
        made(oa, f"标签{number}")
    assert oa.post("tags/create", {"tag": {"name": "多一个"}})["errcode"] == 45056


@rule("Tags 0, 1 and 2 are reserved: neither renamed nor deleted (45058)", 'WeChat, "updateTag"')
@pytest.mark.parametrize("reserved", [0, 1, 2])
def test_reserved_tags_stay_as_they_are(oa: Shelf, reserved: int) -> None:
    assert oa.post("tags/update", {"tag": {"id": reserved, "name": "我的"}})["errcode"] == 45058
    assert oa.post("tags/delete", {"tag": {"id": reserved}})["errcode"] == 45058


@rule("A tag of more than 100,000 followers cannot be deleted (45057)", 'WeChat, "deleteTag"')
def test_tag_of_very_many_has_to_be_emptied_first() -> None:
    account = Account(kind="official", appid="wx1", secret=SECRET, original_id="gh_1", token=TOKEN)
    state = State([account], 0.0)
    tag = state.of("wx1", Tags).tags["100"] = Tag(100, "广东", dict.fromkeys(map(str, range(100_001)), 0.0))
    call = Call("POST", "/", {}, b'{"tag":{"id":100}}', "", 0.0, "", "", "", account)
    with pytest.raises(Errcode) as refused:
        delete(state, call)
    assert refused.value.code == 45057
    tag.members.popitem()
    assert delete(state, call) == OK


def test_tags_of_a_person_are_listed_and_taken_away(oa: Shelf) -> None:
    tag = made(oa)
    assert tagged(oa, tag, "o_one") == OK
    assert tagged(oa, 2, "o_one") == OK
    assert tagged(oa, tag, "o_one") == OK
    assert oa.post("tags/getidlist", {"openid": "o_one"}) == {"tagid_list": [2, tag]}
    assert oa.get("user/info", openid="o_one")["tagid_list"] == [2, tag]
    assert listed(oa)[tag] == ("广东", 1)
    taken = {"openid_list": ["o_one"], "tagid": tag}
    assert oa.post("tags/members/batchuntagging", taken) == OK
    assert oa.post("tags/members/batchuntagging", taken) == OK
    assert oa.post("tags/getidlist", {"openid": "o_one"}) == {"tagid_list": [2]}


@rule("Up to 50 followers are tagged at once (40032), all of them or none", TAGGING)
def test_fifty_are_tagged_at_once(oa: Shelf) -> None:
    tag, many = made(oa), [f"o_{n}" for n in range(51)]
    add(oa, *many)
    assert tagged(oa, tag, *many)["errcode"] == 40032
    assert tagged(oa, tag, *many[:49], "o_nobody")["errcode"] == 49003
    assert listed(oa)[tag] == ("广东", 0)
    assert tagged(oa, tag, *many[:50]) == OK
    assert listed(oa)[tag] == ("广东", 50)


@rule("One follower has at most 20 tags (45059)", TAGGING)
def test_one_person_has_twenty_tags(oa: Shelf) -> None:
    tags = [made(oa, f"标签{number}") for number in range(21)]
    assert {tagged(oa, tag, "o_one")["errcode"] for tag in tags[:20]} == {0}
    assert tagged(oa, tags[20], "o_one")["errcode"] == 45059
    assert tagged(oa, tags[0], "o_one") == OK


@rule("What is wrong with a tagging is named: 45159, 40031, 49003, 50005", TAGGING)
@pytest.mark.parametrize(
    ("tag", "openids", "errcode"),
    [
        (999, ["o_one"], 45159),
        (None, ["o_one"], 45159),
        (1, ["o_one"], 45159),
        (2, [], 40031),
        (2, "o_one", 40031),
        (2, ["o_elsewhere"], 49003),
        (2, ["o_gone"], 50005),
    ],
)
def test_tagging_is_refused(oa: Shelf, tag: Any, openids: Any, errcode: int) -> None:
    add(oa, "o_gone", subscribed=False)
    asked = {"openid_list": openids, "tagid": tag}
    assert oa.post("tags/members/batchtagging", asked)["errcode"] == errcode


def test_tags_of_a_stranger_are_not_told(oa: Shelf) -> None:
    add(oa, "o_gone", subscribed=False)
    assert oa.post("tags/getidlist", {"openid": "o_nobody"})["errcode"] == 49003
    assert oa.post("tags/getidlist", {"openid": "o_gone"})["errcode"] == 50005


@rule("user/tag/get pages through a tag's followers as user/get does", 'WeChat, "getTagFans"')
def test_followers_of_a_tag_are_listed_in_the_order_of_tagging(oa: Shelf) -> None:
    tag = made(oa)
    add(oa, "o_two", "o_gone")
    tagged(oa, tag, "o_two", "o_gone")
    tagged(oa, tag, "o_one")
    add(oa, "o_gone", subscribed=False)
    answer = oa.post("user/tag/get", {"tagid": tag, "next_openid": ""})
    assert answer == {"count": 2, "data": {"openid": ["o_two", "o_one"]}, "next_openid": "o_one"}
    assert oa.post("user/tag/get", {"tagid": tag, "next_openid": "o_two"})["data"]["openid"] == ["o_one"]
    assert oa.post("user/tag/get", {"tagid": tag, "next_openid": "o_one"}) == {"count": 0, "next_openid": ""}
    assert oa.post("user/tag/get", {"tagid": tag, "next_openid": "o_nobody"})["errcode"] == 40003
    assert oa.post("user/tag/get", {"tagid": 999})["errcode"] == 45159
    assert listed(oa)[tag] == ("广东", 2)


@rule("A blacklisted follower still follows and cannot be sent to (43019)", BLACKLIST)
def test_blacklisted_person_follows_and_gets_nothing(oa: Shelf) -> None:
    oa.caller.do("say", text="在吗")
    assert oa.post("tags/members/batchblacklist", {"openid_list": ["o_one"]}) == OK
    assert oa.post("tags/members/getblacklist", {"begin_openid": ""}) == {
        "total": 1,
        "count": 1,
        "data": {"openid": ["o_one"]},
        "next_openid": "o_one",
    }
    assert oa.get("user/info", openid="o_one")["subscribe"] == 1
    text = {"touser": "o_one", "msgtype": "text", "text": {"content": "您好"}}
    assert oa.post("message/custom/send", text)["errcode"] == 43019
    assert oa.caller.send()["errcode"] == 43019
    assert oa.post("tags/members/batchunblacklist", {"openid_list": ["o_one"]}) == OK
    assert oa.post("tags/members/getblacklist", {})["total"] == 0
    assert oa.post("message/custom/send", text)["errcode"] == 0
    assert oa.caller.send()["errcode"] == 0


def test_what_a_blacklisted_person_says_does_not_arrive(oa: Shelf) -> None:
    oa.post("tags/members/batchblacklist", {"openid_list": ["o_one"]})
    assert oa.caller.do("say", text="在吗")["verdict"] == "not_pushed"
    oa.post("tags/members/batchunblacklist", {"openid_list": ["o_one"]})
    assert oa.caller.do("say", text="在吗")["verdict"] == "no_callback"


@rule("Up to 20 persons are put on the blacklist at once (40032)", BLACKLIST)
def test_twenty_are_blacklisted_at_once(oa: Shelf) -> None:
    many = [f"o_{n}" for n in range(21)]
    add(oa, *many)
    for what in ("batchblacklist", "batchunblacklist"):
        assert oa.post(f"tags/members/{what}", {"openid_list": many})["errcode"] == 40032
        assert oa.post(f"tags/members/{what}", {"openid_list": [*many[:19], "o_nobody"]})["errcode"] == 49003
        assert oa.post(f"tags/members/{what}", {"openid_list": many[:20]}) == OK
