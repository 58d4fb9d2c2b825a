"""Tags of followers, their members, and the blacklist that WeChat keeps among them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from simulator.calls import OK, Call, Endpoint
from simulator.errcodes import Errcode
from simulator.state import State
from simulator.ties import Ties, seen_tie, tie_of

PAGE = 10_000
MOST_TAGS = 100
MOST_OF_ONE = 20
MOST_AT_ONCE = 50
MOST_BLACKLISTED_AT_ONCE = 20
MOST_MEMBERS_TO_DELETE = 100_000
NAME_LENGTH = 30
STARRED = 2
RESERVED = (0, 1, STARRED)
FIRST_ID = 100


@dataclass
class Tag:
    """One tag; `members` are openids in the order in which they were tagged, each with the moment."""

    id: int
    name: str
    members: dict[str, float] = field(default_factory=dict)


@dataclass
class Tags:
    """All tags of one account by their id, as text; the starred group is there from the beginning."""

    tags: dict[str, Tag] = field(default_factory=lambda: {str(STARRED): Tag(STARRED, "星标组")})
    next_id: int = FIRST_ID

    def of(self, openid: str) -> list[int]:
        """List the ids of one person's tags."""
        return [tag.id for tag in self.tags.values() if openid in tag.members]

    def forget(self, openid: str) -> None:
        """Take a person out of every tag."""
        for tag in self.tags.values():
            tag.members.pop(openid, None)


def create(state: State, call: Call) -> dict[str, Any]:
    """Make a tag. Raises 45056 beyond 100 of them, 45157, 45158. Source: WeChat, create tag."""
    asked, kept = _asked_tag(call), state.of(call.owner().appid, Tags)
    name = _checked_name(kept, asked.get("name"))
    if len(kept.tags) > MOST_TAGS:  # the starred group is none of the 100
        raise Errcode(45056)
    tag = kept.tags[str(kept.next_id)] = Tag(kept.next_id, name)
    kept.next_id += 1
    return {"tag": {"id": tag.id, "name": tag.name}}


def get(state: State, call: Call) -> dict[str, Any]:
    """List the tags with the number of followers in each. Source: WeChat, get tags."""
    appid = call.owner().appid
    rows = state.of(appid, Tags).tags.values()
    follows = _follows(state, appid)
    return {
        "tags": [{"id": tag.id, "name": tag.name, "count": sum(map(follows, tag.members))} for tag in rows]
    }


def update(state: State, call: Call) -> dict[str, Any]:
    """Give a tag another name. Raises 45058 for a reserved one, 45157, 45158, 45159."""
    asked, kept = _asked_tag(call), state.of(call.owner().appid, Tags)
    tag = _own_tag(kept, asked.get("id"))
    if asked.get("name") != tag.name:
        tag.name = _checked_name(kept, asked.get("name"))
    return OK


def delete(state: State, call: Call) -> dict[str, Any]:
    """Delete a tag. Raises 45058 for a reserved one, 45057 for more than 100,000 members, 45159."""
    kept = state.of(call.owner().appid, Tags)
    tag = _own_tag(kept, _asked_tag(call).get("id"))
    if len(tag.members) > MOST_MEMBERS_TO_DELETE:
        raise Errcode(45057)
    del kept.tags[str(tag.id)]
    return OK


def batchtagging(state: State, call: Call) -> dict[str, Any]:
    """Tag up to 50 followers, all or none. Raises 40032, 45059 beyond 20 tags of one, 45159, 49003, 50005."""
    asked, appid = call.json(), call.owner().appid
    kept = state.of(appid, Tags)
    tag = _tag(kept, asked.get("tagid"))
    openids = _asked_openids(state, call, asked, MOST_AT_ONCE)
    for openid in openids:
        _check_follows(state, appid, openid)
        if openid not in tag.members and len(kept.of(openid)) >= MOST_OF_ONE:
            raise Errcode(45059)
    tag.members |= {openid: call.now for openid in openids if openid not in tag.members}
    return OK


def batchuntagging(state: State, call: Call) -> dict[str, Any]:
    """Take a tag from up to 50 followers; who has it not loses nothing. Raises 40032, 45159, 49003."""
    asked = call.json()
    tag = _tag(state.of(call.owner().appid, Tags), asked.get("tagid"))
    for openid in _asked_openids(state, call, asked, MOST_AT_ONCE):
        tag.members.pop(openid, None)
    return OK


def getidlist(state: State, call: Call) -> dict[str, Any]:
    """List the tags of one follower. Raises 49003, 50005. Source: WeChat, get tags of a follower."""
    openid, appid = call.json().get("openid"), call.owner().appid
    _check_follows(state, appid, openid)
    return {"tagid_list": state.of(appid, Tags).of(str(openid))}


def tag_get(state: State, call: Call) -> dict[str, Any]:
    """List who has a tag, 10,000 a page. Raises 40003, 45159. Source: WeChat, get followers under a tag."""
    asked, appid = call.json(), call.owner().appid
    tag = _tag(state.of(appid, Tags), asked.get("tagid"))
    return page_of(list(tag.members), asked.get("next_openid"), _follows(state, appid))


def getblacklist(state: State, call: Call) -> dict[str, Any]:
    """List the blacklist, 10,000 a page. Raises 40003. Source: WeChat, get blacklist."""
    after = call.json().get("begin_openid")
    openids = [openid for openid, tie in state.of(call.owner().appid, Ties).people.items() if tie.blacklisted]
    return {"total": len(openids), **page_of(openids, after, bool)}


def batchblacklist(state: State, call: Call) -> dict[str, Any]:
    """Refuse up to 20 followers, who go on following. Raises 40032, 49003, 50005."""
    appid, openids = call.owner().appid, _asked_openids(state, call, call.json(), MOST_BLACKLISTED_AT_ONCE)
    for openid in openids:
        _check_follows(state, appid, openid)
    for openid in openids:
        tie_of(state, appid, openid).blacklisted = True
    return OK


def batchunblacklist(state: State, call: Call) -> dict[str, Any]:
    """Refuse up to 20 persons no longer. Raises 40032, 49003. Source: WeChat, cancel blacklist."""
    for openid in _asked_openids(state, call, call.json(), MOST_BLACKLISTED_AT_ONCE):
        if seen_tie(state, call.owner().appid, openid).blacklisted:
            tie_of(state, call.owner().appid, openid).blacklisted = False
    return OK


def page_of(openids: Sequence[str], after: object, shows: Callable[[str], bool]) -> dict[str, Any]:
    """List up to 10,000 of those that `shows` lets through, after one of the openids. Raises 40003.

    Who comes at the end of a page may be no longer shown when the next one is asked for.
    """
    try:
        start = openids.index(str(after)) + 1 if after else 0
    except ValueError as error:
        raise Errcode(40003) from error
    page = list(islice(filter(shows, islice(openids, start, None)), PAGE))
    answer: dict[str, Any] = {"count": len(page)}
    return answer | ({"data": {"openid": page}, "next_openid": page[-1]} if page else {"next_openid": ""})


def _asked_tag(call: Call) -> dict[str, Any]:
    tag = call.json().get("tag")
    if not isinstance(tag, dict):
        raise Errcode(47001)
    return tag


def _checked_name(kept: Tags, name: object) -> str:
    if not isinstance(name, str) or not 1 <= len(name) <= NAME_LENGTH:
        raise Errcode(45158)
    if any(tag.name == name for tag in kept.tags.values()):
        raise Errcode(45157)
    return name


def _tag(kept: Tags, tagid: object) -> Tag:
    tag = kept.tags.get(str(tagid)) if type(tagid) in (int, str) else None
    if tag is None:
        raise Errcode(45159)
    return tag


def _own_tag(kept: Tags, tagid: object) -> Tag:
    if tagid in RESERVED:
        raise Errcode(45058)
    return _tag(kept, tagid)


def _asked_openids(state: State, call: Call, asked: dict[str, Any], most: int) -> list[str]:
    openids = asked.get("openid_list")
    if not isinstance(openids, list) or not openids:
        raise Errcode(40031)
    if len(openids) > most:
        raise Errcode(40032)
    for openid in openids:
        if state.follower(call.owner().appid, openid) is None:
            raise Errcode(49003)
    return openids


def _check_follows(state: State, appid: str, openid: object) -> None:
    person = state.follower(appid, openid)
    if person is None:
        raise Errcode(49003)
    if not person.subscribed:
        raise Errcode(50005)


def _follows(state: State, appid: str) -> Callable[[str], bool]:
    def follows(openid: str) -> bool:
        person = state.follower(appid, openid)
        return person is not None and person.subscribed

    return follows


ENDPOINTS = [
    Endpoint("POST", "/cgi-bin/tags/create", create, kind="official"),
    Endpoint("GET", "/cgi-bin/tags/get", get, kind="official"),
    Endpoint("POST", "/cgi-bin/tags/update", update, kind="official"),
    Endpoint("POST", "/cgi-bin/tags/delete", delete, kind="official"),
    Endpoint("POST", "/cgi-bin/tags/members/batchtagging", batchtagging, kind="official"),
    Endpoint("POST", "/cgi-bin/tags/members/batchuntagging", batchuntagging, kind="official"),
    Endpoint("POST", "/cgi-bin/tags/getidlist", getidlist, kind="official"),
    Endpoint("POST", "/cgi-bin/user/tag/get", tag_get, kind="official"),
    Endpoint("POST", "/cgi-bin/tags/members/getblacklist", getblacklist, kind="official"),
    Endpoint("POST", "/cgi-bin/tags/members/batchblacklist", batchblacklist, kind="official"),
    Endpoint("POST", "/cgi-bin/tags/members/batchunblacklist", batchunblacklist, kind="official"),
]
