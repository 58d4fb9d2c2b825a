"""Followers: their list, and each as user/info shows them."""

from typing import Any

from simulator.calls import OK, Call, Endpoint
from simulator.errcodes import Errcode
from simulator.families.tags import Tags, page_of
from simulator.state import State
from simulator.ties import seen_tie, tie_of

MOST_AT_ONCE = 100
REMARK_LENGTH = 29


def user_get(state: State, call: Call) -> dict[str, Any]:
    """List who follows, 10,000 a page; a full last page is followed by one of nobody.

    Raises 40003 for a next_openid that nobody ever had. Source: WeChat, getFans.
    """
    appid = call.owner().appid
    people = {openid: one.subscribed for (owner, openid), one in state.followers.items() if owner == appid}
    page = page_of(list(people), call.query.get("next_openid"), people.__getitem__)
    return {"total": sum(people.values()), **page}


def user_info(state: State, call: Call) -> dict[str, Any]:
    """Describe one follower, or say subscribe 0 of a former one. Raises 40003.

    Nickname and picture are no longer given. Source: WeChat, getUserInfo.
    """
    return _described(state, call, call.query.get("openid"), call.query.get("lang"))


def batchget(state: State, call: Call) -> dict[str, Any]:
    """Describe up to 100 persons in the order asked.

    Raises 40031, 40032, and 40003 for the whole list. Source: WeChat, batchUserInfo.
    """
    rows = call.json().get("user_list")
    if not isinstance(rows, list) or not rows or not all(isinstance(row, dict) for row in rows):
        raise Errcode(40031)
    if len(rows) > MOST_AT_ONCE:
        raise Errcode(40032)
    return {"user_info_list": [_described(state, call, row.get("openid"), row.get("lang")) for row in rows]}


def updateremark(state: State, call: Call) -> dict[str, Any]:
    """Keep a remark about a follower, fewer than 30 signs. Raises 40003, 40092, 50005."""
    asked, appid = call.json(), call.owner().appid
    person, remark = call.person(state, asked.get("openid")), asked.get("remark")
    if not person.subscribed:
        raise Errcode(50005)
    if not isinstance(remark, str) or len(remark) > REMARK_LENGTH:
        raise Errcode(40092)
    tie_of(state, appid, person.openid).remark = remark
    return OK


def _described(state: State, call: Call, openid: object, language: object) -> dict[str, Any]:
    appid, person = call.owner().appid, call.person(state, openid)
    if not person.subscribed:
        return {"subscribe": 0, "openid": person.openid}
    tie, tags = seen_tie(state, appid, person.openid), state.of(appid, Tags).of(person.openid)
    answer: dict[str, Any] = {
        "subscribe": 1,
        "openid": person.openid,
        "nickname": "",
        "sex": 0,
        "language": language if isinstance(language, str) and language else "zh_CN",
        "city": "",
        "province": "",
        "country": "",
        "headimgurl": "",
        "subscribe_time": int(person.subscribed_at),
        "remark": tie.remark,
        "groupid": tags[0] if tags else 0,
        "tagid_list": tags,
        "subscribe_scene": tie.subscribe_scene,
        "qr_scene": tie.qr_scene,
        "qr_scene_str": tie.qr_scene_str,
    }
    if person.unionid:
        answer["unionid"] = person.unionid
    return answer


ENDPOINTS = [
    Endpoint("GET", "/cgi-bin/user/get", user_get, kind="official"),
    Endpoint("GET", "/cgi-bin/user/info", user_info, kind="official"),
    Endpoint("POST", "/cgi-bin/user/info/batchget", batchget, kind="official"),
    Endpoint("POST", "/cgi-bin/user/info/updateremark", updateremark, kind="official"),
]
