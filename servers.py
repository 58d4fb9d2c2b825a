"""Run the whole platform on one machine, with an embedded PostgreSQL and Valkey where none are given."""

import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

import requests

from embedded.postgres import Postgres
from embedded.process import HOST, Failed, Process, finish, spawn, tied, write_private
from embedded.valkey import Valkey

__all__ = ["Failed", "Postgres", "Valkey", "run"]

ROOT = Path(__file__).resolve().parent
VAR = ROOT / "var"
STOPS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

# WeChat's AES keys are 43 letters and digits: 32 bytes in base64, whose last letter carries four bits.
SECRETS: dict[str, Callable[[], str]] = {
    "SECRET_KEY": lambda: secrets.token_hex(32),
    "FIELD_KEY": lambda: f"k1:{secrets.token_hex(32)}",
    "WECHAT_OA_SECRET": lambda: secrets.token_hex(16),
    "WECHAT_OA_TOKEN": lambda: secrets.token_hex(16),
    "WECHAT_OA_AES_KEY": lambda: f"{secrets.token_hex(21)}0",
    "WECHAT_MINI_SECRET": lambda: secrets.token_hex(16),
    "WECHAT_MINI_TOKEN": lambda: secrets.token_hex(16),
    "WECHAT_MINI_AES_KEY": lambda: f"{secrets.token_hex(21)}0",
    "METRICS_TOKEN": lambda: secrets.token_hex(16),
    "DEMO_PASSWORD": lambda: secrets.token_hex(6),
}


def run() -> int:
    """Run until Ctrl-C (0) or until a part fails (1), then stop everything; return the exit code."""
    os.chdir(ROOT)
    for number in STOPS:
        signal.signal(number, signal.default_int_handler)
    postgres, valkey = Postgres(VAR / "postgres"), Valkey(VAR / "valkey")
    parts: dict[str, Process] = {}
    message = ""
    try:
        ports = _port("PORT", 8000), _port("SIMULATOR_PORT", 8001)
        print("正在启动，首次运行请稍候……", flush=True)
        settings = _settings(postgres, valkey, *ports)
        own = {"PYTHONUTF8": "1", "PYTHONUNBUFFERED": "1", "PROMETHEUS_MULTIPROC_DIR": str(_metrics_folder())}
        _start_parts(parts, {**os.environ, **settings, **own}, *ports)
        _watch(parts, postgres, valkey)
    except KeyboardInterrupt:
        pass
    except (Failed, OSError) as failure:
        message = str(failure)
    finally:
        for number in STOPS:
            signal.signal(number, signal.SIG_IGN)
        _stop(parts, postgres, valkey)
    print(message or "已全部停止。", file=sys.stderr if message else sys.stdout)
    return 1 if message else 0


def _metrics_folder() -> Path:
    """Return where the processes put their figures together, empty: they count from their start."""
    folder = VAR / "metrics"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    return folder


def _port(variable: str, usual: int) -> int:
    """Read a port from the environment and see that it is free. Raises Failed."""
    value = os.environ.get(variable) or str(usual)
    if not value.isdecimal() or not 0 < (port := int(value)) < 65536:
        raise Failed(f"{variable} 应为 1 到 65535 之间的端口号，现为 {value}")

    def is_free() -> bool:
        with suppress(OSError), socket.create_server((HOST, port)):
            return True
        return False

    # The parts of a runner that was killed give their ports back a moment later.
    if not _wait_until(is_free, seconds=3):
        raise Failed(
            f"端口 {port} 已被占用，请先停下占用它的程序，或换一个端口：{variable}={port + 10} make run"
        )
    return port


def _settings(postgres: Postgres, valkey: Valkey, web: int, simulator: int) -> dict[str, str]:
    """Settle addresses and secrets and keep them in var/env, starting the servers whose address is not given.

    What the environment says wins; a secret is made once and kept, an address is settled at every start.
    """
    path = VAR / "env"
    path.parent.mkdir(exist_ok=True)
    given = {name: value for name, value in os.environ.items() if value}
    kept = dict(line.split("=", 1) for line in path.read_text().splitlines()) if path.exists() else {}
    settings = {name: kept.get(name) or make() for name, make in SECRETS.items()}
    settings |= {"PUBLIC_BASE_URL": f"http://{HOST}:{web}", "WECHAT_API_BASE": f"http://{HOST}:{simulator}"}
    if url := given.get("DATABASE_URL"):
        settings |= {"DATABASE_URL": url, "DATABASE_OWNER_URL": url}
    else:
        postgres.start().create_database("zone")
        settings["DATABASE_URL"] = postgres.url("app", "zone")
        settings["DATABASE_OWNER_URL"] = postgres.url("owner", "zone")
    settings["REDIS_URL"] = given.get("REDIS_URL") or valkey.start().url()
    settings |= {name: given[name] for name in settings.keys() & given.keys()}
    write_private(path, "".join(f"{name}={value}\n" for name, value in settings.items()))
    return settings


def _start_parts(parts: dict[str, Process], env: Mapping[str, str], web: int, simulator: int) -> None:
    logs, accounts = VAR / "log", VAR / "simulator.toml"
    logs.mkdir(exist_ok=True)
    simulator_url = f"http://{HOST}:{simulator}"

    def start(name: str, *command: str) -> None:
        parts[name] = spawn([sys.executable, *command], logs / f"{name}.log", env=env)

    _app(env, "migrate")
    _app(env, "demo")
    write_private(accounts, _app(env, "simulator-accounts"))
    start("simulator", "-m", "simulator", "--port", str(simulator), "--accounts", str(accounts))
    _await_page(f"{simulator_url}/", parts)
    with _local() as session:
        for followers in json.loads(_app(env, "simulator-followers")):
            session.post(f"{simulator_url}/_sim/followers", json=followers, timeout=30).raise_for_status()
    if env["WECHAT_API_BASE"] == simulator_url:  # a real account keeps the menu it has
        _app(env, "menu")
    start("web", "app.py", "serve", "--port", str(web))
    start("jobs", "app.py", "jobs")
    _await_page(f"http://{HOST}:{web}/readyz", parts)
    print("示范区党建已启动：")
    print(f"  工作台      {env['PUBLIC_BASE_URL']}/console")
    print(f"  微信模拟器  {simulator_url}/")
    print("演示账号：")
    print(_app(env, "demo", "--show").rstrip())
    print("运行日志在 var/log。按 Ctrl-C 停止。", flush=True)


def _app(env: Mapping[str, str], *command: str) -> str:
    """Run one command of app.py to its end and return what it printed. Raises Failed."""
    log = VAR / "log" / "setup.log"
    argv = [*tied("KILL"), sys.executable, "app.py", *command]
    with log.open("ab") as errors:
        done = subprocess.run(argv, env=env, stdout=subprocess.PIPE, stderr=errors, check=False)
    if done.returncode:
        raise Failed(f"命令 app.py {' '.join(command)} 没有成功，原因见 {log}")
    return done.stdout.decode()


def _await_page(url: str, parts: Mapping[str, Process]) -> None:
    """Wait up to a minute until a page answers well. Raises Failed, at once where a part has stopped."""

    def answers() -> bool:
        for name, part in parts.items():
            if part.poll() is not None:
                raise _stopped(name)
        with suppress(requests.RequestException), _local() as session:
            return session.get(url, timeout=5).ok
        return False

    if not _wait_until(answers, seconds=60):
        raise Failed(f"{url} 一分钟内没有准备好，日志在 {VAR / 'log'}")


def _local() -> requests.Session:
    # A proxy that the machine's environment names has no business between its own processes.
    session = requests.Session()
    session.trust_env = False
    return session


def _wait_until(ready: Callable[[], bool], *, seconds: float) -> bool:
    end = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


def _watch(parts: Mapping[str, Process], postgres: Postgres, valkey: Valkey) -> None:
    """Wait until one of our processes ends, which none should. Raises Failed with its name."""
    names = {part.pid: name for name, part in parts.items()}
    names |= {server.pid: "postgres" for server in [postgres.process] if server}
    names |= {server.pid: "valkey" for server in [valkey.process] if server}
    while (ended := os.wait()[0]) not in names:
        pass
    raise _stopped(names[ended])


def _stopped(name: str) -> Failed:
    return Failed(f"{name} 意外停止，其余部分已随之停下。日志在 {VAR / 'log'}")


def _stop(parts: Mapping[str, Process], postgres: Postgres, valkey: Valkey) -> None:
    for part in parts.values():
        part.terminate()
    for part in parts.values():
        finish(part, seconds=5)
    valkey.stop()
    postgres.stop()


if __name__ == "__main__":
    sys.exit(run() if sys.argv[1:] == ["run"] else "用法：python servers.py run")
