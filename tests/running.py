"""The product's real processes on free ports: web, jobs and simulator, with a clock that can be set."""

import base64
import os
import secrets
import signal
import subprocess
import sys
import time
import tomllib
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any, TypeVar

import requests

from embedded.process import free_port

ROOT = Path(__file__).resolve().parent.parent
Found = TypeVar("Found")


def until(look: Callable[[], Found], *, seconds: float = 60.0) -> Found:
    """Wait for `look` to return something true; fail loudly after `seconds`."""
    end = time.monotonic() + seconds
    while True:
        found: Any = None
        with suppress(requests.ConnectionError, requests.Timeout):
            found = look()
        if found:
            return found  # type: ignore[no-any-return]
        assert time.monotonic() < end, f"waited {seconds} s in vain"
        # Another process's progress can only be looked for; nothing here depends on the length.
        time.sleep(0.05)


class Running:
    """One installation with processes of its own; `environment` is what they and the commands are told."""

    def __init__(self, folder: Path, *, database: str, owner: str, redis: str, at: datetime) -> None:
        self.folder, self.root, self.children = folder, ROOT, dict[str, subprocess.Popen[bytes]]()
        self._numbers = count(2)
        self.web_port, self.simulator_port = free_port(), free_port()
        self.web, self.simulator = (
            f"http://127.0.0.1:{port}" for port in (self.web_port, self.simulator_port)
        )
        aes = base64.b64encode(secrets.token_bytes(32)).decode().replace("+", "a").replace("/", "b")[:43]
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("TEST_")},
            "DATABASE_URL": database,
            "DATABASE_OWNER_URL": owner,
            "REDIS_URL": redis,
            "PUBLIC_BASE_URL": self.web,
            "SECRET_KEY": secrets.token_hex(32),
            "FIELD_KEY": f"k1:{secrets.token_hex(32)}",
            "WECHAT_OA_SECRET": secrets.token_hex(16),
            "WECHAT_OA_TOKEN": secrets.token_hex(8),
            "WECHAT_OA_AES_KEY": aes,
            "WECHAT_MINI_SECRET": secrets.token_hex(16),
            "WECHAT_MINI_TOKEN": secrets.token_hex(8),
            "WECHAT_MINI_AES_KEY": aes[::-1],
            "WECHAT_API_BASE": self.simulator,
            "DEMO_PASSWORD": secrets.token_hex(8),
        }
        self.set_clock(at)

    def set_clock(self, at: datetime) -> None:
        """Choose the moment at which processes started from now on begin."""
        self.ahead = round((at - datetime.now(UTC)).total_seconds())

    def now(self) -> datetime:
        """Return the moment on the product's clock."""
        return datetime.fromtimestamp(datetime.now(UTC).timestamp() + self.ahead, UTC)

    def command(self, *words: str, fails: bool = False, seconds: float = 120) -> str:
        """Run `python app.py …`; return what it printed (both streams)."""
        done = subprocess.run(
            [sys.executable, "app.py", *words],
            cwd=self.root, env=self.environment | {"ZONE_CLOCK": str(self.ahead)},
            capture_output=True, text=True, timeout=seconds, check=False,
        )  # fmt: skip
        said = done.stdout + done.stderr
        assert (done.returncode != 0) is fails, said
        assert "Traceback" not in said, said
        return said

    def _child(self, name: str, *words: str) -> None:
        with (self.folder / f"{name}.log").open("ab") as log:
            self.children[name] = subprocess.Popen(
                [sys.executable, *words], cwd=self.root, env=self.environment, stdout=log, stderr=log,
                start_new_session=True,
            )  # fmt: skip

    def start_simulator(self) -> None:
        """Start the simulator with this installation's two apps."""
        accounts = self.folder / "simulator.toml"
        if not accounts.exists():
            accounts.write_text(self.command("simulator-accounts"), "utf-8")
        self._child(
            "simulator", "-m", "simulator", "--port", str(self.simulator_port), "--accounts", str(accounts)
        )
        until(lambda: requests.get(f"{self.simulator}/_sim/clock", timeout=5).ok)
        self.sim("POST", "clock", offset_seconds=self.ahead)

    def start(self, *, jobs: bool = True) -> None:
        """Start web (two workers) and jobs at the clock's moment."""
        ahead = f"{self.ahead:+.0f}"
        self._child("web", "app.py", "serve", "--port", str(self.web_port), "--clock", ahead)
        if jobs:
            self._child("jobs", "app.py", "jobs", "--clock", ahead)
        until(lambda: requests.get(f"{self.web}/readyz", timeout=5).ok)
        if "simulator" in self.children:
            self.sim("POST", "clock", offset_seconds=self.ahead)

    def start_jobs(self) -> str:
        """Start one more process that sends and, if it leads, keeps the schedule; return its name."""
        name = f"jobs{next(self._numbers)}"
        self._child(name, "app.py", "jobs", "--clock", f"{self.ahead:+.0f}")
        return name

    def set_chat_mode(self, *, safe: bool) -> None:
        """Turn the official account's safe mode on or off, in WeChat and for web's next start."""
        self.environment["ZONE_CONFIG"] = str(self._config(safe=safe))
        for account in self.sim("GET", "accounts")["items"]:
            if account["kind"] == "official":
                mine = tomllib.loads((self.folder / "simulator.toml").read_text("utf-8"))["account"][0]
                self.sim("POST", "accounts", **mine | {"push_mode": "safe" if safe else "plain"})

    def _config(self, *, safe: bool) -> Path:
        path = self.folder / f"config-{safe}.toml"
        text = (ROOT / "config.toml").read_text("utf-8")
        path.write_text(text.replace("safe_mode = true", f"safe_mode = {str(safe).lower()}"), "utf-8")
        return path

    def stop(self, *names: str) -> None:
        """Stop these processes, or all."""
        for name in names or tuple(self.children):
            child = self.children.pop(name, None)
            if child is None:
                continue
            child.send_signal(signal.SIGTERM)
            try:
                child.wait(15)
            except subprocess.TimeoutExpired:
                os.killpg(child.pid, signal.SIGKILL)
                child.wait()

    def kill(self, *names: str) -> None:
        """End these processes without a moment for anything."""
        for name in names:
            child = self.children.pop(name)
            os.killpg(child.pid, signal.SIGKILL)
            child.wait()

    def jump(self, at: datetime) -> None:
        """Restart web and jobs at another moment; the simulator's clock follows."""
        self.stop(*(name for name in self.children if name != "simulator"))
        self.set_clock(at)
        self.start()

    def sim(self, method: str, path: str, /, **body: Any) -> Any:
        """Call the simulator's control API."""
        send: dict[str, Any] = {"params": body} if method == "GET" else {"json": body}
        answer = requests.request(method, f"{self.simulator}/_sim/{path}", timeout=20, **send)
        assert answer.ok, answer.text
        return answer.json() if answer.content else None

    def logs(self) -> str:
        """Return what all processes wrote."""
        return "\n".join(path.read_text("utf-8", "replace") for path in sorted(self.folder.glob("*.log")))
