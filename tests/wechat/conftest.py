"""A bare HTTP server that plays whatever WeChat could answer, and this test's own corner of Redis."""

import json
import os
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from redis import Redis

from tests.simulated import running_simulator


class Stage:
    """Calls as they came in, and per path what to answer: an object, raw bytes with a status, or a deed."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, dict[str, str], dict[str, Any], dict[str, str]]] = []
        self.answers: dict[str, Callable[[int], Any]] = {"/cgi-bin/stable_token": self.new_token}
        self.url = ""
        self.lock = threading.Lock()
        self.here = threading.local()

    def new_token(self, turn: int) -> dict[str, Any]:
        """Answer another token each time, slowly enough for threads to meet."""
        time.sleep(0.05)
        return {"access_token": f"T{turn}", "expires_in": 7200}

    def always(self, path: str, answer: Any) -> None:
        """Answer every call of a path alike."""
        self.answers[path] = lambda _: answer

    def drip(self, path: str, part: str) -> None:
        """Answer a path byte by byte for 20 seconds, in the "head" or the "body" of the answer."""
        self.always(path, f"drip {part}")

    def answer_by_token(self, path: str, answers: dict[str, Any], otherwise: Any) -> None:
        """Answer calls of a path by the access token they carry."""

        self.answers[path] = lambda _: answers.get(self.here.query["access_token"], otherwise)

    def paths(self) -> list[str]:
        """The paths called, in order."""
        return [path for path, _, _, _ in self.calls]

    def bodies(self, path: str) -> list[dict[str, Any]]:
        """The JSON bodies of the calls of one path, in order."""
        return [body for called, _, body, _ in self.calls if called == path]


class Player(BaseHTTPRequestHandler):
    """One connection of the stage."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # else a head and a body written one after the other are 40 ms apart
    stage: Stage

    def do_GET(self) -> None:
        """Answer a read."""
        self._play({})

    def do_POST(self) -> None:
        """Answer a call with a JSON body, or with a form, which is kept as it came."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        is_form = self.headers["Content-Type"].startswith("multipart/")
        self._play({"form": body} if is_form else json.loads(body))

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""

    def _play(self, body: dict[str, Any]) -> None:
        address = urlsplit(self.path)
        with self.stage.lock:
            headers = dict(self.headers.items())
            self.stage.calls.append((address.path, dict(parse_qsl(address.query)), body, headers))
            turn = self.stage.paths().count(address.path)
        self.stage.here.query = dict(parse_qsl(address.query))
        answer = self.stage.answers[address.path](turn)
        if answer == "hang up":
            self.close_connection = True
            return
        if isinstance(answer, str):
            self._drip(answer)
            return
        status, content = answer if isinstance(answer, tuple) else (200, json.dumps(answer).encode())
        self.send_response(status)
        if status == 302:
            self.send_header("Location", "/elsewhere")
        self.send_header("Content-Length", str(len(content) + (20 if content.endswith(b"cut") else 0)))
        self.end_headers()
        self.wfile.write(content)
        if content.endswith(b"cut"):
            self.close_connection = True

    def _drip(self, answer: str) -> None:
        self.close_connection = True
        self.wfile.write(b"HTTP/1.1 200 OK\r\nX: " if answer == "drip head" else b"HTTP/1.1 200 OK\r\n\r\n{")
        with suppress(OSError):
            for _ in range(200):
                self.wfile.write(b" ")
                time.sleep(0.1)


class Crowd(ThreadingHTTPServer):
    """A server at whose door many may wait at once."""

    daemon_threads = True
    request_queue_size = 256

    def handle_error(self, *_: Any) -> None:
        """Say nothing of those who hang up."""


@pytest.fixture
def stage() -> Iterator[Stage]:
    """The stage, listening."""
    stage = Stage()
    player = type("OurPlayer", (Player,), {"stage": stage})
    server = Crowd(("127.0.0.1", 0), player)
    stage.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield stage
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="session")
def wechat() -> Iterator[str]:
    """The address of the worker's simulator."""
    with running_simulator() as url:
        yield url


@pytest.fixture
def redis() -> Iterator[Redis]:
    """A connection to the run's Valkey."""
    with Redis.from_url(os.environ["TEST_REDIS_URL"]) as redis:
        yield redis


@pytest.fixture
def appid() -> str:
    """An appid of this test's own, so that no other test's keys are met."""
    return f"wx{secrets.token_hex(8)}"
