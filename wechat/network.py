"""Is WeChat there, and are we for it: its clock, what is left of a day's calls, its look at our callback."""

from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import requests

from wechat.errors import NoClearAnswer
from wechat.gateway import Gateway

QUOTA, CHECK = "/cgi-bin/openapi/quota/get", "/cgi-bin/callback/check"


@dataclass(frozen=True)
class Quota:
    """One path's calls of today; `most` 0 where WeChat sets no limit."""

    most: int
    left: int


def quota_of(gateway: Gateway, path: str) -> Quota:
    """Return what is left today of the calls of one path. WechatError. Source: WeChat, "getApiQuota"."""
    answer = gateway.ask(QUOTA, {"cgi_path": path})
    try:
        return Quota(int(answer["quota"]["daily_limit"]), int(answer["quota"]["remain"]))
    except (KeyError, TypeError, ValueError):
        raise NoClearAnswer(None, "an answer without a quota", path=QUOTA) from None


def losses(gateway: Gateway) -> list[str]:
    """Have WeChat ping our callback's host; return the share of packages lost on each way, as it says it.

    WechatError. Source: WeChat, "callbackCheck".
    """
    answer = gateway.ask(CHECK, {"action": "all", "check_operator": "DEFAULT"})
    try:
        return [str(ping["package_loss"]) for ping in answer["ping"]]
    except (KeyError, TypeError):
        raise NoClearAnswer(None, "an answer without a ping", path=CHECK) from None


def moment_at(base_url: str) -> datetime | None:
    """Return the moment by the Date of WeChat's answer to nothing in particular, None where it has none."""
    with requests.Session() as session:
        session.trust_env = base_url.startswith("https:")  # a proxy is not for a stand-in next door
        try:
            answer = session.get(base_url, timeout=(3, 5), allow_redirects=False, stream=True)
            return parsedate_to_datetime(answer.headers["Date"]).astimezone(UTC)
        except (requests.RequestException, KeyError, ValueError):
            return None
