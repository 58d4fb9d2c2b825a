"""Links that open a mini-program from outside of WeChat: addresses for pages and messages, and schemes."""

import re
import secrets
from dataclasses import dataclass, field
from typing import Any

from simulator.calls import OK, Call, Endpoint
from simulator.errcodes import Errcode
from simulator.families.wxacode import VERSIONS
from simulator.state import State

DAY = 86_400
LONGEST_DAYS = 30
QUERY = re.compile(r"[0-9A-Za-z!#$&'()*+,/:;=?@\-._~%]{0,1024}")
OPENS_A_DAY = 3_000_000


@dataclass
class MiniLink:
    """One link: where it leads, and until when."""

    path: str
    query: str
    env_version: str
    made_at: int
    until: int

    def told(self, appid: str) -> dict[str, Any]:
        """Tell it as the queries do."""
        return {
            "appid": appid,
            "path": self.path,
            "query": self.query,
            "create_time": self.made_at,
            "expire_time": self.until,
            "env_version": self.env_version,
        }


@dataclass
class MiniLinks:
    """All links of one mini-program, by what is opened."""

    links: dict[str, MiniLink] = field(default_factory=dict)


def generate_urllink(state: State, call: Call) -> dict[str, Any]:
    """Make a link for web pages, at most 30 days good.

    Raises 40165, 40212, 40097, 85079, 85401, 85402. Source: WeChat, generateUrlLink.
    """
    asked = call.json()
    url = _kept(state, call, asked, asked, "https://wxaurl.cn/")
    return OK | {"url_link": url}


def generatescheme(state: State, call: Call) -> dict[str, Any]:
    """Make a scheme, at most 30 days good. Raises as generate_urllink. Source: WeChat, generateScheme."""
    asked = call.json()
    leads = asked.get("jump_wxa") or {}
    if not isinstance(leads, dict):
        raise Errcode(47001)
    url = _kept(state, call, leads, asked, "weixin://dl/business/?t=")
    return OK | {"openlink": url}


def query_urllink(state: State, call: Call) -> dict[str, Any]:
    """Tell where a link leads, and how many opens are left. Raises 40097. Source: WeChat, queryUrlLink."""
    return _told(state, call, "url_link", "url_link_info") | {"visit_openid": ""}


def queryscheme(state: State, call: Call) -> dict[str, Any]:
    """Tell where a scheme leads, and how many opens are left. Raises 40097. Source: WeChat, queryScheme."""
    return _told(state, call, "scheme", "scheme_info")


def _kept(state: State, call: Call, leads: dict[str, Any], asked: dict[str, Any], start: str) -> str:
    account = call.owner()
    path, query = leads.get("path") or "", leads.get("query") or ""
    version = leads.get("env_version") or "release"
    if account.pages == []:
        raise Errcode(85079)
    if not isinstance(path, str) or "?" in path:
        raise Errcode(40165)
    if path and not account.has_page(path.lstrip("/")):
        raise Errcode(40165)
    if not isinstance(query, str) or not QUERY.fullmatch(query):
        raise Errcode(40212)
    if version not in VERSIONS:
        raise Errcode(40097)
    url = f"{start}{secrets.token_urlsafe(8)}"
    link = MiniLink(path, query, version, int(call.now), _until(asked, int(call.now)))
    state.of(account.appid, MiniLinks).links[url] = link
    return url


def _until(asked: dict[str, Any], now: int) -> int:
    """Read until when the link is to be good; 30 days where nothing is said. Raises 40097, 85401, 85402."""
    kind, moment, days = (asked.get(name) for name in ("expire_type", "expire_time", "expire_interval"))
    if kind not in (None, 0, 1):
        raise Errcode(40097)
    if kind == 1:
        if type(days) is not int or not 1 <= days <= LONGEST_DAYS:
            raise Errcode(85402)
        return now + days * DAY
    if moment is None:
        return now + LONGEST_DAYS * DAY
    if type(moment) is not int or not now < moment <= now + LONGEST_DAYS * DAY:
        raise Errcode(85401)
    return moment


def _told(state: State, call: Call, asked_by: str, told_as: str) -> dict[str, Any]:
    asked, appid = call.json(), call.owner().appid
    link = state.of(appid, MiniLinks).links.get(str(asked.get(asked_by)))
    answer = dict(OK)
    if asked.get("query_type") != 1:
        if link is None:
            raise Errcode(40097)
        answer[told_as] = link.told(appid)
    return answer | {"quota_info": {"remain_visit_quota": OPENS_A_DAY}}


ENDPOINTS = [
    Endpoint("POST", "/wxa/generate_urllink", generate_urllink, kind="mini_program"),
    Endpoint("POST", "/wxa/query_urllink", query_urllink, kind="mini_program"),
    Endpoint("POST", "/wxa/generatescheme", generatescheme, kind="mini_program"),
    Endpoint("POST", "/wxa/queryscheme", queryscheme, kind="mini_program"),
]
