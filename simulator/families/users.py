"""Followers as user/info shows them."""

from typing import Any

from simulator.calls import Call, Endpoint
from simulator.errcodes import Errcode
from simulator.state import State


def user_info(state: State, call: Call) -> dict[str, Any]:
    """Describe one follower, or say subscribe 0 of a former one. Raises 40003.

    Nickname and picture are no longer given. Source: WeChat, getUserInfo.
    """
    person = state.follower(call.owner().appid, call.query.get("openid"))
    if person is None:
        raise Errcode(40003)
    if not person.subscribed:
        return {"subscribe": 0, "openid": person.openid}
    answer: dict[str, Any] = {
        "subscribe": 1,
        "openid": person.openid,
        "nickname": "",
        "sex": 0,
        "language": call.query.get("lang", "zh_CN"),
        "city": "",
        "province": "",
        "country": "",
        "headimgurl": "",
        "subscribe_time": int(person.subscribed_at),
        "remark": "",
        "groupid": 0,
        "tagid_list": [],
        "subscribe_scene": "ADD_SCENE_QR_CODE",
        "qr_scene": 0,
        "qr_scene_str": "",
    }
    if person.unionid:
        answer["unionid"] = person.unionid
    return answer


ENDPOINTS = [Endpoint("GET", "/cgi-bin/user/info", user_info, kind="official")]
