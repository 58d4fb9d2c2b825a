"""Template sends of the simulator on one core, without an artificial delay, beside a bare Flask route on it.

Server and wrk have a core each where there are two. Other work on the machine only ever takes away, so the
best of several short runs counts; sends in a second of the server's own time say the same under load.
"""

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests

from embedded.process import free_port
from tests.bench.ground import figure, rate, wrk
from tests.running import ROOT, until

CORES = sorted(os.sched_getaffinity(0))
RUNS, SENDS, LONG = 5, 6000, 100_000
ACCOUNT = {
    "kind": "official",
    "secret": "a-secret-of-the-bench",
    "original_id": "gh_bench",
    "token": "benchtoken",
    "templates": [{"id": "T1", "title": "活动通知", "keys": ["thing1", "time2"]}],
}
VALUES = {"thing1": {"value": "村委会二楼"}, "time2": {"value": "2026年11月25日 15:00"}}
SEND = "/cgi-bin/message/template/send"


def measure(folder: Path) -> dict[str, dict[str, Any]]:
    """Return the simulator's rates, its memory over many sends, and the bare route's rate."""
    asked = folder / "sends.txt"
    with _served("granian", "--interface", "wsgi", "--blocking-threads", "256", "--no-ws", "--log-level",
                 "error", "tests.bench.hello:app") as (base, _):  # fmt: skip
        asked.write_text("/api/v1/check-ins\t-\t{}\n" * SENDS)
        bare = max(rate(_run(base, asked, "first", SENDS)) for _ in range(RUNS))
    with _served("simulator") as (base, process):
        _write_sends(base, asked, "wx-bench", SENDS)
        runs, own = [], []
        for _ in range(RUNS):
            before = _seconds(process)
            runs.append(_run(base, asked, "again", SENDS))
            own.append(SENDS / (_seconds(process) - before))
        _write_sends(base, asked, "wx-bench-long", LONG)  # 100,000 are what an account may send a day
        before_kib = _kib(process)
        _run(base, asked, "again", LONG)
        grown = (_kib(process) - before_kib) / 1024
        kept = requests.get(f"{base}/_sim/ledger", timeout=60).json()["accepted"]
        assert kept == RUNS * SENDS + LONG, kept
    best = max(runs, key=rate)
    return {
        "simulator: bare Flask route, best of five": figure(bare, "/s"),
        "simulator: sends, best of five": figure(rate(best), "/s", ">= 1500", rate(best) >= 1500),
        "simulator: sends, median of five": figure(statistics.median(map(rate, runs)), "/s"),
        "simulator: sends, p99 of the best run": figure(best["p99_ms"], "ms"),
        "simulator: sends in a second of its own time": figure(max(own), "/s"),
        "simulator: sends / bare route": figure(rate(best) / bare, "x"),
        "simulator: memory after 100,000 more sends": figure(grown, "MiB", "< 40", grown < 40),
    }


@contextmanager
def _served(module: str, *arguments: str) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """Run a server on the first core from the moment it answers; yield its address and process."""
    port = free_port()
    with _on_core(0):
        process = subprocess.Popen(
            [sys.executable, "-m", module, "--port", str(port), *arguments],
            cwd=ROOT, stdout=subprocess.DEVNULL, env=os.environ | {"PYTHONPATH": str(ROOT)},
        )  # fmt: skip
    base = f"http://127.0.0.1:{port}"
    try:
        until(lambda: requests.get(f"{base}/nothing", timeout=1).status_code)
        yield base, process
    finally:
        process.terminate()
        process.wait(10)


@contextmanager
def _on_core(which: int) -> Iterator[None]:
    # What is started meanwhile stays on that core.
    os.sched_setaffinity(0, {CORES[which]})
    try:
        yield
    finally:
        os.sched_setaffinity(0, CORES)


def _run(base: str, asked: Path, name: str, count: int) -> dict[str, float]:
    with _on_core(-1):
        run = wrk(base, asked, seconds=max(6, count // 800))
    assert run["answered"] == run[name] == count, run
    return run


def _write_sends(base: str, asked: Path, appid: str, count: int) -> None:
    """Write sends to a thousand followers of a new account in turn, all accepted anew."""
    openids = [f"o_bench_{number:020}" for number in range(1000)]
    _order(base, "/_sim/accounts", ACCOUNT | {"appid": appid})
    _order(base, "/_sim/followers", {"appid": appid, "followers": [{"openid": one} for one in openids]})
    # A new account's 100,000 a day are too few for this.
    _order(base, "/_sim/quota", {"appid": "wx-bench", "path": SEND, "left": 10_000_000})
    body = {"grant_type": "client_credential", "appid": appid, "secret": ACCOUNT["secret"]}
    address = f"{SEND}?access_token={_order(base, '/cgi-bin/stable_token', body)['access_token']}"
    with asked.open("w") as rows:
        for number in range(count):
            sent = {"touser": openids[number % 1000], "template_id": "T1", "data": VALUES}
            rows.write(f"{address}\t-\t{json.dumps(sent, ensure_ascii=False)}\n")


def _order(base: str, path: str, body: dict[str, Any]) -> dict[str, Any]:
    answer: dict[str, Any] = requests.post(base + path, json=body, timeout=20).json()
    return answer


def _family(process: subprocess.Popen[bytes]) -> list[int]:
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    return [process.pid, *map(int, children)]


def _seconds(process: subprocess.Popen[bytes]) -> float:
    """Return the processor time that the server and its worker have used so far."""
    rows = [Path(f"/proc/{one}/stat").read_text().rsplit(")", 1)[1].split() for one in _family(process)]
    return sum(int(row[11]) + int(row[12]) for row in rows) / os.sysconf("SC_CLK_TCK")


def _kib(process: subprocess.Popen[bytes]) -> int:
    """Return the memory that the server's worker holds."""
    time.sleep(1)
    held = (Path(f"/proc/{one}/status").read_text() for one in _family(process)[1:])
    return sum(int(text.split("VmRSS:")[1].split()[0]) for text in held)
