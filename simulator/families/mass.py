"""Messages to many followers at once: to all or by tag, by list, and what becomes of them."""

import hashlib
import json
from typing import Any

from simulator.calls import OK, Call, Endpoint
from simulator.campaigns import (
    Desk,
    Known,
    check_quota,
    end_of,
    finish,
    give_up_waiting,
    media_ids,
    shown_rows,
)
from simulator.errcodes import Errcode
from simulator.families.mass_content import Content, named_content, read_content
from simulator.families.tags import Tags
from simulator.library import Library, MassSend
from simulator.state import State, day_of

CLIENT_ID_BYTES, CLIENT_ID_LIFE, AGAIN_AFTER = 32, 86_400.0, 60.0
MEDIA_AGAIN_AFTER = 60.0
LEAST, MOST = 2, 10_000
MOST_PREVIEWS = 100  # by name of the person, a day
SPEEDS = (80, 60, 45, 30, 10)  # ten thousands a minute
DELETABLE = ("mpnews", "mpvideo")
STATUS = {"": "SENDING", "send success": "SEND_SUCCESS"}


def sendall(state: State, call: Call) -> dict[str, Any]:
    """Send to all followers or to those of one tag. Raises as send, 40152. Source: WeChat, mass sendall."""
    asked, appid = call.json(), call.owner().appid
    scope = asked.get("filter")
    if not isinstance(scope, dict):
        raise Errcode(47001)
    to_all = scope.get("is_to_all") in (True, 1, "true")
    follows = [one.openid for (of, _), one in state.followers.items() if of == appid and one.subscribed]
    if not to_all:
        tag = state.of(appid, Tags).tags.get(str(scope.get("tag_id")))
        if tag is None:
            raise Errcode(40152)
        follows = [openid for openid in follows if openid in tag.members]
    return _ordered(state, call, follows, scope, to_all=to_all)


def send(state: State, call: Call) -> dict[str, Any]:
    """Send to 2 to 10,000 people of a list; MASSSENDJOBFINISH follows.

    Raises 40130, 40031, 40032, 40003 for the list; 45065 with the msg_id, 45066, 45067 for a clientmsgid
    of the last 24 hours; 45028, 42010, and what content may not be. Source: WeChat, mass send.
    """
    listed, appid = call.json().get("touser"), call.owner().appid
    if not isinstance(listed, list) or not all(isinstance(one, str) and one for one in listed):
        raise Errcode(40031)
    if len(listed) > MOST:
        raise Errcode(40032)
    openids = list(dict.fromkeys(listed))
    if len(openids) < LEAST:
        raise Errcode(40130)
    if any(state.follower(appid, one) is None for one in openids):
        raise Errcode(40003)
    return _ordered(state, call, openids, openids, to_all=False)


def preview(state: State, call: Call) -> dict[str, Any]:
    """Show a message on one phone. Raises 40003, 40132, 45009. Source: WeChat, mass preview."""
    asked, appid = call.json(), call.owner().appid
    person = state.follower(appid, asked.get("touser"))
    if asked.get("towxname"):
        people = [one for (of, _), one in state.followers.items() if of == appid]
        person = next((one for one in people if one.name == asked["towxname"]), None)
    if person is None or not person.subscribed:
        raise Errcode(40132 if asked.get("towxname") else 40003)
    library = state.library(appid)
    content = read_content(library, asked, call.now)
    if asked.get("towxname"):
        made, today = state.of(appid, Desk).previews, day_of(call.now)
        if made.get(today, 0) >= MOST_PREVIEWS:
            raise Errcode(45009)
        made[today] = made.get(today, 0) + 1
    state.show(person, "note", "预览 preview")
    for kind, text in shown_rows(library, content.msgtype, content.fields, content.articles):
        state.show(person, kind, text)
    return {"errcode": 0, "errmsg": "preview success"}


def get(state: State, call: Call) -> dict[str, Any]:
    """Tell how a send stands. Raises 40059. Source: WeChat, mass get."""
    call.accepted.extend(give_up_waiting(state, call.owner().appid))
    order = _known(state.library(call.owner().appid), call.json().get("msg_id"))
    status = "DELETE" if order.is_deleted else STATUS.get(order.status, "SEND_FAIL")
    return {"msg_id": order.msg_id, "msg_status": status}


def delete(state: State, call: Call) -> dict[str, Any]:
    """Take away the content of a send that has ended, one article of it (from 1) or all (0).

    Raises 40059, 40060, 40065, 40204. Source: WeChat, mass delete.
    """
    asked, library = call.json(), state.library(call.owner().appid)
    if asked.get("url"):
        order, index = _by_address(library, asked["url"])
    else:
        order, index = _known(library, asked.get("msg_id")), asked.get("article_idx", 0)
    if order.msgtype not in DELETABLE or STATUS.get(order.status) != "SEND_SUCCESS":
        raise Errcode(40059)
    if type(index) is not int or not 0 <= index <= max(1, len(order.articles)):
        raise Errcode(40060)
    gone = order.articles[index - 1 : index] if index else order.articles
    if order.is_deleted or (gone and all(article["is_deleted"] for article in gone)):
        raise Errcode(40204)
    for article in gone:
        article["is_deleted"] = True
    order.is_deleted = all(article["is_deleted"] for article in order.articles)
    return OK


def get_speed(state: State, call: Call) -> dict[str, Any]:
    """Tell how fast mass sends go out, in ten thousands a minute. Source: WeChat, mass speed get."""
    speed = state.of(call.owner().appid, Desk).speed
    return OK | {"speed": speed, "realspeed": SPEEDS[speed]}


def set_speed(state: State, call: Call) -> dict[str, Any]:
    """Set one of five speeds. Raises 45084 without one, 45083. Source: WeChat, mass speed set."""
    speed = call.json().get("speed")
    if speed is None:
        raise Errcode(45084)
    if type(speed) is not int or not 0 <= speed < len(SPEEDS):
        raise Errcode(45083)
    state.of(call.owner().appid, Desk).speed = speed
    return OK


def _ordered(state: State, call: Call, openids: list[str], scope: object, *, to_all: bool) -> dict[str, Any]:
    asked, account = call.json(), call.owner()
    library, desk = state.library(account.appid), state.of(account.appid, Desk)
    client_id = _client_id(asked, [scope, asked.get("msgtype"), named_content(asked)])
    _check_repeated(desk, client_id, call.now)
    content = read_content(library, asked, call.now)
    check_quota(account, library, call.now, to_all=to_all)
    _check_pace(library, content, call.now)
    order = MassSend(
        appid=account.appid,
        msg_id=next(state.msgids),
        msgtype=content.msgtype,
        content=content.fields,
        articles=content.articles,
        openids=openids,
        to_all=to_all,
        ignores_reprint=asked.get("send_ignore_reprint") == 1,
        at=call.now,
        host=call.host,
    )
    library.mass_sends[str(order.msg_id)] = order
    desk.client_ids[client_id] = Known(order.msg_id, call.now, call.now)
    call.note = f"mass send {order.msg_id} to {len(openids)}"
    if not (to_all and desk.protected):
        finish(state, order, end_of(desk, order))
        call.accepted.append(order)
    answer = {"errcode": 0, "errmsg": "send job submission success", "msg_id": order.msg_id}
    return answer | ({"msg_data_id": next(state.msgids)} if order.articles else {})


def _client_id(asked: dict[str, Any], said: object) -> str:
    """Read the clientmsgid; where there is none, it is a digest of scope and content. Raises 45067."""
    given = asked.get("clientmsgid")
    if given in (None, ""):
        return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:CLIENT_ID_BYTES]
    if len(str(given).encode()) > CLIENT_ID_BYTES:
        raise Errcode(45067)
    return str(given)


def _check_repeated(desk: Desk, client_id: str, now: float) -> None:
    known = desk.client_ids.get(client_id)
    if known is None or now - known.at >= CLIENT_ID_LIFE:
        return
    asked_at, known.asked_at = known.asked_at, now
    if now - asked_at < AGAIN_AFTER:
        raise Errcode(45066)
    raise Errcode(45065, more={"msg_id": known.msg_id})


def _check_pace(library: Library, content: Content, now: float) -> None:
    """Refuse a media_id that was sent within the last minute. Raises 42010."""
    for order in library.mass_sends.values():
        again = set(media_ids(content.fields)) & set(media_ids(order.content))
        if again and now - order.at < MEDIA_AGAIN_AFTER and STATUS.get(order.status):
            raise Errcode(42010)


def _known(library: Library, msg_id: object) -> MassSend:
    order = library.mass_sends.get(str(msg_id))
    if order is None:
        raise Errcode(40059)
    return order


def _by_address(library: Library, url: object) -> tuple[MassSend, int]:
    found = library.opened(str(url).rpartition("/s/")[2])
    if found is None or not isinstance(found[0], MassSend):
        raise Errcode(40065)
    return found[0], found[1] + 1


ENDPOINTS = [
    Endpoint("POST", "/cgi-bin/message/mass/sendall", sendall, kind="official"),
    Endpoint("POST", "/cgi-bin/message/mass/send", send, kind="official"),
    Endpoint("POST", "/cgi-bin/message/mass/preview", preview, kind="official"),
    Endpoint("POST", "/cgi-bin/message/mass/get", get, kind="official"),
    Endpoint("POST", "/cgi-bin/message/mass/delete", delete, kind="official"),
    Endpoint("POST", "/cgi-bin/message/mass/speed/get", get_speed, kind="official"),
    Endpoint("POST", "/cgi-bin/message/mass/speed/set", set_speed, kind="official"),
]
