"""How often an account may call a path: by day (45009 as a rule) and by minute (45011) or second."""

from dataclasses import dataclass, field
from typing import NamedTuple

from simulator.calls import Call
from simulator.errcodes import Errcode
from simulator.state import State, day_of

UNPUBLISHED = 1_000_000
LOG_IN = "/sns/jscode2session"


class Limit(NamedTuple):
    """Calls of one account to one path: in a day of Shanghai's, and in `per` seconds; None: no such limit.

    `too_many` and `too_fast` are what the calls beyond either are answered.
    """

    day: int | None = UNPUBLISHED
    often: int | None = None
    per: int = 60
    too_many: int = 45009
    too_fast: int = 45011


# Source: WeChat, 接口调用频次限制 (a new account's), and the pages of single calls.
LIMITS = {
    "/cgi-bin/token": Limit(2_000),
    "/cgi-bin/stable_token": Limit(500_000, 10_000),
    LOG_IN: Limit(None, 100),  # of each user
    "/cgi-bin/menu/create": Limit(1_000),
    "/cgi-bin/menu/get": Limit(10_000),
    "/cgi-bin/menu/delete": Limit(1_000),
    "/cgi-bin/media/upload": Limit(100_000),
    "/cgi-bin/media/get": Limit(200_000),
    "/cgi-bin/message/custom/send": Limit(500_000),
    "/cgi-bin/message/template/send": Limit(100_000),
    "/cgi-bin/message/mass/sendall": Limit(100, 60),
    "/cgi-bin/message/mass/send": Limit(100, 60),
    "/cgi-bin/message/mass/delete": Limit(10),
    "/cgi-bin/qrcode/create": Limit(100_000),
    "/cgi-bin/user/get": Limit(500),
    "/cgi-bin/user/info": Limit(5_000_000),
    "/cgi-bin/user/info/updateremark": Limit(10_000),
    "/cgi-bin/draft/add": Limit(1_000),
    "/cgi-bin/draft/get": Limit(500),
    "/cgi-bin/draft/update": Limit(1_000),
    "/cgi-bin/draft/delete": Limit(1_000),
    "/cgi-bin/draft/count": Limit(1_000),
    "/cgi-bin/draft/batchget": Limit(1_000),
    "/cgi-bin/freepublish/submit": Limit(100),
    "/cgi-bin/freepublish/get": Limit(100),
    "/cgi-bin/freepublish/getarticle": Limit(100),
    "/cgi-bin/freepublish/batchget": Limit(100),
    "/cgi-bin/freepublish/delete": Limit(10),
    "/cgi-bin/message/subscribe/send": Limit(10_000_000),
    "/wxa/msg_sec_check": Limit(2_000_000, 4_000, too_fast=44991),
    "/wxa/media_check_async": Limit(200_000, 2_000, too_fast=44991),
    "/wxa/getwxacodeunlimit": Limit(often=5_000),
    "/wxa/generate_urllink": Limit(500_000, 100, 1, too_many=44993, too_fast=44990),
    "/wxa/generatescheme": Limit(500_000, 100, 1, too_many=44993, too_fast=44990),
}
ANY = Limit()


@dataclass
class Window:
    """Calls by path in the present minute or second, which is counted from 1970.

    Those of one user stand under path and openid.
    """

    number: int = 0
    calls: dict[str, int] = field(default_factory=dict)


@dataclass
class Usage:
    """Calls of one account by path: `used` in the day, and in windows by their seconds.

    `granted` is the day's limit where it is not the usual one.
    """

    day: str = ""
    used: dict[str, int] = field(default_factory=dict)
    granted: dict[str, int] = field(default_factory=dict)
    windows: dict[str, Window] = field(default_factory=dict)

    def most_a_day(self, path: str) -> int | None:
        """Tell the day's limit of a path, None where there is none."""
        return self.granted.get(path, LIMITS.get(path, ANY).day)

    def lately(self, per: int, now: float) -> dict[str, int]:
        """Find the calls in the minute or second that it is."""
        window = self.windows.setdefault(str(per), Window())
        number = int(now // per)
        if window.number != number:
            window.number, window.calls = number, {}
        return window.calls

    def leave(self, path: str, left: int) -> None:
        """Let so many more calls of a path through until midnight."""
        self.granted[path] = self.used.get(path, 0) + left

    def clear(self, path: str) -> None:
        """Give a path its whole day again."""
        self.used.pop(path, None)
        self.granted.pop(path, None)


def usage(state: State, appid: str, now: float) -> Usage:
    """Find what an account has called; a day ends at midnight in Shanghai."""
    found = state.of(appid, Usage)
    day = day_of(now)
    if found.day != day:
        found.day, found.used, found.granted = day, {}, {}
    return found


def count_call(state: State, call: Call) -> None:
    """Count a call against its account's limits. Raises 45009, 45011; a refused call counts for nothing."""
    if call.account is not None:
        count(state, call.account.appid, call.path, call.now)
    elif call.path == LOG_IN and (code := state.codes.get(call.query.get("js_code", ""))):
        count(state, code.appid, call.path, call.now, of=code.openid)


def count(state: State, appid: str, path: str, now: float, of: str = "") -> None:
    """Count a call of an account, or of one user of it. Raises 45009, 45011 and their like."""
    found, limit = usage(state, appid, now), LIMITS.get(path, ANY)
    used, most = found.used.get(path, 0), found.most_a_day(path)
    if most is not None and used >= most:
        raise Errcode(limit.too_many)
    if limit.often is not None:
        key, calls = f"{path} {of}" if of else path, found.lately(limit.per, now)
        if calls.get(key, 0) >= limit.often:
            raise Errcode(limit.too_fast)
        calls[key] = calls.get(key, 0) + 1
    found.used[path] = used + 1
