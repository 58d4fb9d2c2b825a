"""The simulator as a process of its own, a client for it, and a callback that answers as a test wishes."""

import json
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from uuid import uuid4

import pytest
import requests

AES_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
TOKEN = "pamtest"
SECRET = "a-secret-of-the-tests"
TEMPLATE = {"id": "T1", "title": "活动通知", "keys": ["thing1", "time2"]}
VALUES = {"thing1": {"value": "村委会二楼"}, "time2": {"value": "2026年11月25日 15:00"}}


def free_port() -> int:
    """Find a port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def started(*arguments: str) -> Iterator[subprocess.Popen[str]]:
    """Run a simulator from the moment it says that it listens; nothing of it is left afterwards."""
    command = [sys.executable, "-m", "simulator", *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert "listening" in process.stdout.readline()
        try:
            yield process
        finally:
            process.terminate()


@dataclass
class Simulator:
    """A client of the running process."""

    base: str
    http: requests.Session = field(default_factory=requests.Session)

    def get(self, path: str, **query: Any) -> Any:
        """GET a path and read its JSON."""
        return self.http.get(self.base + path, params=query, timeout=20).json()

    def post(self, path: str, body: Any = None, **query: Any) -> Any:
        """POST JSON without a Content-Type and read the answer's."""
        content = json.dumps(body, ensure_ascii=False).encode() if body is not None else b""
        return self.http.post(self.base + path, content, params=query, timeout=20).json()

    def ledger(self) -> Any:
        """Read the counters."""
        return self.get("/_sim/ledger")


@dataclass
class Caller:
    """An account of the simulator with one follower, and what its owner does."""

    sim: Simulator
    appid: str
    openid: str
    access_token: str = ""

    def token(self, **more: Any) -> Any:
        """Ask for a stable token."""
        asked = {"grant_type": "client_credential", "appid": self.appid, "secret": SECRET}
        return self.sim.post("/cgi-bin/stable_token", asked | more)

    def send(self, **changes: Any) -> Any:
        """Send a template message to the follower."""
        self.access_token = self.access_token or self.token()["access_token"]
        body = {"touser": self.openid, "template_id": "T1", "data": VALUES} | changes
        path = "/cgi-bin/message/template/send"
        return self.sim.post(path, body, access_token=self.access_token)

    def messages(self) -> list[dict[str, Any]]:
        """List what was accepted for the account."""
        items: list[dict[str, Any]] = self.sim.get("/_sim/messages", appid=self.appid)["items"]
        return items

    def do(self, what: str, **more: Any) -> Any:
        """Let the follower do something with the phone."""
        return self.sim.post(f"/_sim/{what}", {"appid": self.appid, "openid": self.openid, **more})


def say_success(*_push: object) -> tuple[int, bytes]:
    """Answer a push with HTTP 200 and `success`."""
    return 200, b"success"


@dataclass
class Callback:
    """A server that receives pushes: (query, body) rows, answered by `reply`."""

    url: str
    received: list[tuple[dict[str, str], str]] = field(default_factory=list)
    reply: Callable[[dict[str, str], str], tuple[int, bytes]] = say_success

    def wait_for(self, count: int) -> None:
        """Wait until so many pushes have come; fail after five seconds."""
        wait_until(lambda: len(self.received) >= count)


def wait_until(holds: Callable[[], bool]) -> None:
    """Look again until something holds; fail after five seconds."""
    end = time.monotonic() + 5
    while not holds():
        assert time.monotonic() < end, "it did not come to pass within 5 s"
        time.sleep(0.01)


@pytest.fixture(scope="session")
def process() -> Iterator[Simulator]:
    """One process for all tests of a worker."""
    port = free_port()
    with started("--port", str(port)):
        yield Simulator(f"http://127.0.0.1:{port}")


@pytest.fixture
def sim(process: Simulator) -> Iterator[Simulator]:
    """The process with an empty memory."""
    process.post("/_sim/reset", {})
    fresh = Simulator(process.base)
    yield fresh
    fresh.http.close()


@pytest.fixture
def callback() -> Iterator[Callback]:
    """A callback on a port of its own."""
    record: Callback

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self.do_POST()

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
            query = dict(parse_qsl(urlsplit(self.path).query))
            record.received.append((query, body))
            status, answer = record.reply(query, body)
            self.send_response(status)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    record = Callback(f"http://127.0.0.1:{server.server_port}/wechat")
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield record
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def make_account(sim: Simulator) -> Callable[..., Caller]:
    """Make an account of its own appid with the follower o_one."""

    def make(**changes: Any) -> Caller:
        appid = f"wx{uuid4().hex[:16]}"
        account = {
            "kind": "official",
            "appid": appid,
            "secret": SECRET,
            "original_id": "gh_10f6c3c3ac5a",
            "token": TOKEN,
            "aes_key": AES_KEY,
            "templates": [TEMPLATE],
        }
        answer = sim.post("/_sim/accounts", account | changes)
        assert answer["appid"] == appid, answer
        sim.post("/_sim/followers", {"appid": appid, "followers": [{"openid": "o_one", "name": "甲"}]})
        return Caller(sim, appid, "o_one")

    return make


@pytest.fixture
def account(make_account: Callable[..., Caller]) -> Caller:
    """An official account without a callback."""
    return make_account()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark everything in this folder: each test asks a process of the simulator."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.processes)
