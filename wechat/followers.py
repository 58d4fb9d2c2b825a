"""The list of who follows the official account: their openids and nothing else."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from wechat.errors import NoClearAnswer
from wechat.gateway import Gateway

FOLLOWERS = "/cgi-bin/user/get"
# A million followers; WeChat answers this 500 times a day.
MOST_PAGES = 100
# More than one in so many do not leave while the pages are read.
LEAVE_MEANWHILE = 100


class _Page(NamedTuple):
    total: int
    openids: list[str]
    next_openid: str


def list_followers(gateway: Gateway) -> frozenset[str]:
    """Return the openids of all who follow the account now; one call for each 10,000 and one more.

    NoClearAnswer: a page cannot be read, the pages turn in a circle or have no end, they hold fewer than
    WeChat itself counts, or its count sinks by more than can have left. WechatError, 48001 where the account
    may not ask. Source: WeChat, "Get follower list".
    """
    found: set[str] = set()
    turned: set[str] = set()
    totals: list[int] = []
    place = ""
    for _ in range(MOST_PAGES):
        page = _read(gateway.get(FOLLOWERS, {"next_openid": place} if place else {}))
        found.update(page.openids)
        # Who comes or leaves meanwhile changes WeChat's count: the smallest one is surely on the list.
        totals.append(page.total)
        total = min(totals)
        if totals[0] - total > max(1, totals[0] // LEAVE_MEANWHILE):
            raise _unclear(f"a count that sinks from {totals[0]} to {total}")
        if not page.openids or not page.next_openid:
            if len(found) < total:
                raise _unclear(f"{len(found)} followers on a list of {total}")
            return frozenset(found)
        if page.next_openid in turned:
            raise _unclear("pages that turn in a circle")
        turned.add(page.next_openid)
        place = page.next_openid
    raise _unclear("a list without an end")


def _read(answer: Mapping[str, Any]) -> _Page:
    """Return what one page tells. The last one is without `data`, or a next one, or both."""
    total, place = answer.get("total"), answer.get("next_openid") or ""
    inside = answer.get("data") or {}
    openids = (inside.get("openid") or []) if isinstance(inside, Mapping) else None
    if (
        not isinstance(total, int)
        or not isinstance(place, str)
        or not isinstance(openids, list)
        or not all(isinstance(one, str) and one for one in openids)
        or answer.get("count", 0) != len(openids)
    ):
        raise _unclear("an answer without a list of followers")
    return _Page(total, openids, place)


def _unclear(why: str) -> NoClearAnswer:
    return NoClearAnswer(None, why, path=FOLLOWERS)
