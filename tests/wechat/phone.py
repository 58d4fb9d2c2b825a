"""One phone of one account of the simulator, and a receiver of that account's pushes."""

import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import requests
from redis import Redis

from wechat.callback import SILENCE, Callback, open_push, reply_text
from wechat.gateway import App, Gateway
from wechat.messages import TextMessage
from wechat.push import Push

SEND = "/cgi-bin/message/template/send"
TEMPLATE = {"id": "theme_day", "title": "活动通知", "keys": ["thing1", "time2", "phrase3", "name4"]}


class Phone:
    """One follower of one account of the simulator, and the account's own settings."""

    def __init__(self, url: str, kind: str = "official", **settings: Any) -> None:
        self.url = url
        self.openid = f"o{secrets.token_hex(13)}"
        self.account: dict[str, Any] = {
            "kind": kind,
            "appid": f"wx{secrets.token_hex(8)}",
            "secret": secrets.token_hex(16),
            "original_id": f"gh_{secrets.token_hex(6)}",
            "token": secrets.token_hex(16),
            "aes_key": f"{secrets.token_hex(21)}0",
            "templates": [TEMPLATE],
        } | settings
        self.appid = self.account["appid"]
        self.order("accounts", self.account)
        self.order("followers", {"appid": self.appid, "followers": [{"openid": self.openid}]})

    def order(self, what: str, body: dict[str, Any]) -> Any:
        """Post to the simulator's control side."""
        answer = requests.post(f"{self.url}/_sim/{what}", json=body, timeout=20)
        answer.raise_for_status()
        return answer.json()

    def act(self, what: str, **more: str) -> Any:
        """Do something on the phone; return how the push about it ended."""
        return self.order(what, {"appid": self.appid, "openid": self.openid} | more)

    def inbox(self) -> list[dict[str, Any]]:
        """The messages WeChat accepted for this account."""
        answer = requests.get(f"{self.url}/_sim/messages", params={"appid": self.appid}, timeout=5)
        items: list[dict[str, Any]] = answer.json()["items"]
        return items

    def token_fetches(self) -> int:
        """How often a token was asked for."""
        ledger = requests.get(f"{self.url}/_sim/ledger", timeout=5).json()
        return int(ledger["token_fetches"].get(self.appid, 0))

    def fault(self, kind: str, **more: Any) -> None:
        """Order a fault for this account's sends."""
        self.order("faults", {"kind": kind, "path": SEND, "openid": self.openid} | more)

    def kept(self, what: str) -> list[dict[str, Any]]:
        """What WeChat keeps for this account: media, drafts or articles."""
        answer = requests.get(f"{self.url}/_sim/{what}", params={"appid": self.appid}, timeout=5)
        items: list[dict[str, Any]] = answer.json()["items"]
        return items

    def gateway(self, redis: Redis | None, timeout: tuple[float, float] = (3, 10)) -> Gateway:
        """Our gateway for this account."""
        app = App(self.appid, self.account["secret"])
        return Gateway(app, base_url=self.url, redis=redis, timeout=timeout)


@contextmanager
def listening(phone: Phone, *, safe: bool) -> Iterator[list[Push]]:
    """Receive this account's pushes as our handlers will: texts are answered, the rest ends in silence."""
    keys = (phone.account["aes_key"],)
    callback = Callback(phone.appid, phone.account["token"], keys, safe, phone.account["original_id"])
    received: list[Push] = []

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            now = datetime.now(UTC)
            body = self.rfile.read(int(self.headers["Content-Length"]))
            push = open_push(callback, dict(parse_qsl(urlsplit(self.path).query)), body, now=now)
            received.append(push)
            said = push.content if isinstance(push, TextMessage) else None
            answer = SILENCE if said is None else reply_text(push, f"您说：{said}", now=now).body
            self.send_response(200)
            self.end_headers()
            self.wfile.write(answer.encode())

        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Receiver) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        phone.order("accounts", phone.account | {"callback_url": f"http://127.0.0.1:{server.server_port}/x"})
        yield received
        server.shutdown()
        thread.join()
