"""WeChat's simulator as a process of its own, and one account on it, for the tests of rooms that send."""

import secrets
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import requests
from redis import Redis

from embedded.process import free_port
from jobs.deliver import Send
from jobs.template import template_sender
from tests.running import ROOT, until
from wechat.breaker import Breaker
from wechat.gateway import App, Gateway

SEND = "/cgi-bin/message/template/send"
FIELDS = {"thing1": "title", "time2": "time", "thing3": "place", "thing4": "note"}


@contextmanager
def running_simulator() -> Iterator[str]:
    """Run a simulator without accounts; its address."""
    url = f"http://127.0.0.1:{free_port()}"
    command = [sys.executable, "-m", "simulator", "--port", url.rpartition(":")[2]]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL)
    try:
        until(lambda: requests.get(f"{url}/_sim/ledger", timeout=1).ok)
        yield url
    finally:
        process.terminate()
        process.wait(10)


class Account:
    """One account of the simulator, by its control side; `alone` forgets every other one."""

    def __init__(self, url: str, *, alone: bool = True, **settings: Any) -> None:
        self.url = url
        self.settings: dict[str, Any] = {
            "kind": "official",
            "appid": f"wx{secrets.token_hex(8)}",
            "secret": secrets.token_hex(16),
            "original_id": f"gh_{secrets.token_hex(6)}",
            "token": secrets.token_hex(16),
            "aes_key": f"{secrets.token_hex(21)}0",
            "templates": [{"id": "T1", "title": "活动通知", "keys": list(FIELDS)}],
        } | settings
        self.appid: str = self.settings["appid"]
        if alone:
            self.order("reset", {})
        self.order("accounts", self.settings)

    def order(self, what: str, body: dict[str, Any]) -> Any:
        """Post to the control side."""
        answer = requests.post(f"{self.url}/_sim/{what}", json=body, timeout=20)
        answer.raise_for_status()
        return answer.json()

    def follow(self, openids: list[str]) -> None:
        """Let people follow the account."""
        rows = [{"openid": openid} for openid in openids]
        self.order("followers", {"appid": self.appid, "followers": rows})

    def fault(self, kind: str, **more: Any) -> None:
        """Order a fault for what this account sends."""
        self.order("faults", {"kind": kind, "path": SEND, "appid": self.appid} | more)

    def inbox(self) -> list[dict[str, Any]]:
        """Every message that WeChat accepted for this account."""
        answer = requests.get(f"{self.url}/_sim/messages", params={"appid": self.appid}, timeout=20)
        items: list[dict[str, Any]] = answer.json()["items"]
        return items

    def ledger(self) -> dict[str, Any]:
        """The simulator's own counters."""
        counters: dict[str, Any] = requests.get(f"{self.url}/_sim/ledger", timeout=20).json()
        return counters

    def gateway(
        self,
        redis: Redis | None = None,
        timeout: tuple[float, float] = (3, 10),
        breaker: Breaker | None = None,
    ) -> Gateway:
        """Our gateway for this account."""
        app = App(self.appid, self.settings["secret"])
        return Gateway(app, base_url=self.url, redis=redis, timeout=timeout, breaker=breaker)

    def sender(self, timeout: tuple[float, float] = (3, 10), breaker: Breaker | None = None) -> Send:
        """What the jobs process sends with."""
        gateway = self.gateway(timeout=timeout, breaker=breaker)
        return template_sender(gateway, "T1", FIELDS, url="https://example.cn", mini=None)
