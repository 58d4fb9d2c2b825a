"""Checks of words and pictures; which words are risky, a test says."""

import re
import secrets
from dataclasses import dataclass, field
from typing import Any

from simulator.calls import OK, Call, Endpoint
from simulator.errcodes import Errcode
from simulator.library import MediaCheck
from simulator.state import State
from simulator.ties import Ties

VISIT = 7200.0
LONGEST = 2500
ADDRESS = re.compile(r"https?://([^/?#:\s]+)(?:[/?#:]\S*)?")


@dataclass
class Word:
    """A word that is "risky" or to "review", and WeChat's number for why."""

    suggest: str
    label: int


CLEAN = ("", Word("pass", 100))


@dataclass
class Words:
    """The words that the check of one mini-program finds; none in the beginning."""

    words: dict[str, Word] = field(default_factory=dict)

    def found(self, text: str) -> tuple[str, Word] | None:
        """Find the worst of them in a text."""
        hits = [(word, kind) for word, kind in self.words.items() if word in text]
        return min(hits, key=lambda hit: hit[1].suggest != "risky", default=None)


def msg_sec_check(state: State, call: Call) -> dict[str, Any]:
    """Check a text of up to 2,500 signs in the name of somebody who was there in the last two hours.

    errcode 0 does not mean clean: `result` says it. Raises 40097 for the old version, 40129, 40003, 43104,
    61010, 44004, 45002. Source: WeChat, msgSecCheck.
    """
    asked = call.json()
    _check_asked(state, call, asked)
    content = asked.get("content")
    if not isinstance(content, str) or not content:
        raise Errcode(44004)
    if len(content) > LONGEST:
        raise Errcode(45002)
    others = (asked.get(name) for name in ("title", "nickname", "signature"))
    text = "\n".join([content, *(other for other in others if isinstance(other, str))])
    found = state.of(call.owner().appid, Words).found(text)
    return OK | {**_verdict(found), "trace_id": secrets.token_hex(12)}


def media_check_async(state: State, call: Call) -> dict[str, Any]:
    """Take a picture or sound to be checked; wxa_media_check tells what came of it.

    The words are looked for in its address, and a host that ends in .invalid has nothing to fetch. Raises
    as msg_sec_check. Source: WeChat, mediaCheckAsync.
    """
    asked, appid = call.json(), call.owner().appid
    _check_asked(state, call, asked)
    address = ADDRESS.fullmatch(str(asked.get("media_url")))
    if address is None or asked.get("media_type") not in (1, 2):
        raise Errcode(40097)
    _, kind = state.of(appid, Words).found(address[0]) or CLEAN
    errcode = -1008 if address[1].endswith(".invalid") else 0
    trace_id, number = secrets.token_hex(12), next(state.push_ids)
    check = MediaCheck(appid, asked["openid"], number, trace_id, errcode, kind.suggest, kind.label)
    state.library(appid).media_checks[trace_id] = check
    call.accepted.append(check)
    return OK | {"trace_id": trace_id}


def _check_asked(state: State, call: Call, asked: dict[str, Any]) -> None:
    appid, openid = call.owner().appid, asked.get("openid")
    if asked.get("version") != 2:
        raise Errcode(40097)
    if type(asked.get("scene")) is not int or asked["scene"] not in range(1, 5):
        raise Errcode(40129)
    tie = state.of(appid, Ties).people.get(openid) if isinstance(openid, str) else None
    if tie is None and state.follower(appid, openid) is None:
        elsewhere = any(one == openid for _, one in state.followers)
        raise Errcode(43104 if elsewhere else 40003)
    if tie is None or call.now - tie.visited_at > VISIT:
        raise Errcode(61010)


def _verdict(found: tuple[str, Word] | None) -> dict[str, Any]:
    word, kind = found or CLEAN
    told: dict[str, Any] = {"suggest": kind.suggest, "label": kind.label}
    detail = [{"strategy": "content_model", "errcode": 0, **told, "prob": 90}]
    if found:
        detail.append({"strategy": "keyword", "errcode": 0, **told, "level": 20, "keyword": word})
    return {"detail": detail, "result": told}


ENDPOINTS = [
    Endpoint("POST", "/wxa/msg_sec_check", msg_sec_check, kind="mini_program"),
    Endpoint("POST", "/wxa/media_check_async", media_check_async, kind="mini_program"),
]
