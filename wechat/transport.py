"""wechatpy's client on a leash: every call ends in time, every answer is small and plain JSON."""

import json
import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from requests.utils import get_environ_proxies
from urllib3 import HTTPConnectionPool, HTTPResponse, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from wechatpy.client.base import BaseWeChatClient

LONGEST_ANSWER = 1024 * 1024
CHUNK = 64 * 1024
TICK = 0.1
"""Seconds by which a call may outlast its time."""


@dataclass(slots=True)
class Flight:
    """A call under way in one thread: when it must be over, and where its answer is awaited.

    `left`: some of the request may have been written.
    """

    until: float
    left: bool = False
    sock: socket.socket | None = None


_flights: dict[int, Flight] = {}
_changing = threading.Lock()
_watched = False


@contextmanager
def ending_within(seconds: float) -> Iterator[Flight]:
    """Break off what this thread asks of WeChat after so many seconds, however slowly bytes still come.

    A time-out of a socket counts from byte to byte, and an answer can come by single bytes for hours.
    """
    _watch()
    mine = threading.get_ident()
    flight = _flights[mine] = Flight(time.monotonic() + seconds)
    try:
        yield flight
    finally:
        with _changing:  # from here on the connection may be the next call's
            flight.sock = None
        del _flights[mine]


def _watch() -> None:
    """See to it that this process has one thread that ends calls."""
    global _watched
    if not _watched:
        with _changing:
            if not _watched:
                threading.Thread(target=_end_late_calls, name="late-calls", daemon=True).start()
                _watched = True


def _end_late_calls() -> None:
    while True:
        time.sleep(TICK)
        now = time.monotonic()
        for flight in list(_flights.values()):
            if now > flight.until:
                with _changing, suppress(OSError):
                    if flight.sock is not None:  # by the plain socket: TLS must stay whole for its reader
                        socket.socket.shutdown(flight.sock, socket.SHUT_RDWR)


def _start_anew() -> None:
    """Leave a fork its parent's sockets, but none of the calls on them, nor a lock that nobody will open."""
    global _changing, _watched
    _flights.clear()
    _changing, _watched = threading.Lock(), False


os.register_at_fork(after_in_child=_start_anew)


class _Plain(HTTPConnection):
    def request(self, *args: Any, **more: Any) -> None:
        flight = _flights.get(threading.get_ident())
        if self.sock is None:
            self.connect()
        if flight is not None:
            flight.left = True
        super().request(*args, **more)

    def getresponse(self) -> HTTPResponse:  # type: ignore[override]
        # Until here each step has an end of its own: connecting, the handshake, sending.
        flight = _flights.get(threading.get_ident())
        if flight is not None:  # within an HTTPS proxy's TLS there is a socket inside
            flight.sock = getattr(self.sock, "socket", self.sock)
        return super().getresponse()


class _Sealed(_Plain, HTTPSConnection):
    pass


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _Plain


class _SealedPool(HTTPSConnectionPool):
    ConnectionCls = _Sealed


_POOLS = {"http": _PlainPool, "https": _SealedPool}


class _Adapter(HTTPAdapter):
    def init_poolmanager(self, *args: Any, **more: Any) -> None:
        super().init_poolmanager(*args, **more)
        self.poolmanager.pool_classes_by_scheme = _POOLS

    def proxy_manager_for(self, *args: Any, **more: Any) -> Any:
        manager = super().proxy_manager_for(*args, **more)
        manager.pool_classes_by_scheme = _POOLS
        return manager


class _Session(requests.Session):
    def get_redirect_target(self, resp: requests.Response) -> None:
        """Follow nobody: WeChat moves nowhere, and the address has the token in it."""


class Client(BaseWeChatClient):  # type: ignore[misc]
    """One thread's way to `base_url`; what it returns is a JSON object, or the answer that is none."""

    def __init__(self, appid: str, base_url: str) -> None:
        # auto_retry would call itself without end on a token that stays bad.
        super().__init__(appid, auto_retry=False)
        http = self._http = _Session()
        # Looked up once, not at each call; and a proxy is for the way to WeChat, not to a stand-in next door.
        if base_url.startswith("https:"):
            http.proxies = get_environ_proxies(base_url)
            http.verify = os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE") or True
        http.trust_env = False
        http.mount("https://", _Adapter())
        http.mount("http://", _Adapter())

    def _decode_result(self, res: requests.Response) -> Any:
        if res.status_code != 200:  # what is refused comes with 200 too
            res.close()
            return res
        told = bytearray()
        for chunk in res.iter_content(CHUNK):
            told += chunk
            if len(told) > LONGEST_ANSWER:
                res.close()
                return res
        answer = read_answer(bytes(told))
        return res if answer is None else answer


def read_answer(told: bytes) -> dict[str, Any] | None:
    """Return the JSON object of an answer with `errcode` as a number, None for anything else.

    Names said twice and numbers that are none make it unclear what was meant. People's names and cut
    digests hold bytes and signs that JSON forbids: those pass.
    """
    try:
        answer = json.loads(
            told.decode("utf-8-sig", "replace"),
            strict=False,
            object_pairs_hook=_once,
            parse_constant=_no_number,
        )
    except (ValueError, RecursionError):
        return None
    if not isinstance(answer, dict):
        return None
    answer.pop("base_resp", None)  # of calls for devices: wechatpy would let it speak for the whole
    if "errcode" in answer:
        errcode = whole_number(answer["errcode"])
        if errcode is None:
            return None
        answer["errcode"] = errcode
    return answer


def whole_number(value: object) -> int | None:
    """Return a number that WeChat wrote as one or as text, None for anything else."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value if abs(value) < 10**15 else None
    if isinstance(value, str) and value.isascii() and value.removeprefix("-").isdigit() and len(value) < 16:
        return int(value)
    return None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        raise ValueError("a name twice")
    return made


def _no_number(name: str) -> float:
    raise ValueError(name)
