"""Check-in over HTTP: 10,000 first check-ins in 500 gatherings by 64 clients, database durable.

Load generator: wrk (C, one thread), measured alone first against the bare route. Beside it pgbench with the
statements that the engine logged.
"""

import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import requests
from sqlalchemy import Engine, create_engine, text

from embedded.process import free_port
from models.keyring import Keyring
from tests.bench.ground import SIZES, figure, platform, rate, wrk
from tests.bench.statements import pgbench
from tests.bench.zone import fill, reset, write_requests
from tests.running import Running

ROOT = Path(__file__).resolve().parents[2]
BRANCHES, EACH, RUNS = 500, 20, 3


def measure(folder: Path) -> dict[str, dict[str, Any]]:
    """Return the figures of check-in with their baselines."""
    growth = {}
    for size, parts in SIZES.items():
        place = folder / f"{parts}"
        place.mkdir()
        if parts > 1:
            growth[f"check-in at {size}: one"] = figure(_at_size(place, BRANCHES // parts), "ms")
    with platform(folder) as (owner, running):
        figures = _measure(folder, owner, running)
    growth["check-in at 1: one"] = figure(1000 / figures["check-in: first, median of three"]["value"], "ms")
    return growth | figures


def _at_size(folder: Path, branches: int) -> float:
    """Return the milliseconds that one check-in costs in a zone of so many branches."""
    with platform(folder) as (owner, running):
        env = running.environment
        keyring = Keyring.read(env["SECRET_KEY"], None, env["FIELD_KEY"])
        engine, asked = create_engine(env["DATABASE_URL"]), folder / "requests.txt"
        phones = fill(engine, keyring, "wxdemomini000001", branches=branches, each=EACH)
        running.start(jobs=False)
        try:
            for _ in range(2):  # the first warms the workers up
                reset(owner)
                write_requests(engine, keyring, phones, asked)
                run = wrk(running.web, asked, seconds=2 + len(phones) // 800)
        finally:
            running.stop()
        engine.dispose()
    assert run["first"] == len(phones), run
    return 1000 / rate(run)


def _measure(folder: Path, owner: str, running: Running) -> dict[str, dict[str, Any]]:
    env = running.environment
    keyring = Keyring.read(env["SECRET_KEY"], None, env["FIELD_KEY"])
    engine = create_engine(env["DATABASE_URL"])
    phones = fill(engine, keyring, "wxdemomini000001", branches=BRANCHES, each=EACH)
    asked = folder / "requests.txt"
    write_requests(engine, keyring, phones, asked)
    bare = _bare(asked, env)
    firsts, repeats = [], []
    running.start(jobs=False)
    try:
        for _ in range(RUNS):
            reset(owner)
            write_requests(engine, keyring, phones, asked)
            firsts.append(wrk(running.web, asked, seconds=14))
            assert signed(engine) == firsts[-1]["first"] == BRANCHES * EACH, (signed(engine), firsts[-1])
            repeats.append(wrk(running.web, asked, seconds=9))
    finally:
        running.stop()
    reset(owner)
    tps = pgbench(folder, owner, engine, keyring, phones)
    assert all(run["first"] == BRANCHES * EACH for run in firsts), firsts
    assert all(run["again"] == BRANCHES * EACH for run in repeats), repeats
    return _figures(bare, firsts, repeats, tps)


def signed(engine: Engine) -> int:
    """Return the lines that a phone signed."""
    with engine.connect() as connection:
        query = text("SELECT count(*) FROM roll_line WHERE checked_in_at IS NOT NULL")
        return int(connection.scalar(query) or 0)


def _figures(
    bare: dict[str, float], firsts: list[dict[str, float]], repeats: list[dict[str, float]], tps: float
) -> dict[str, dict[str, Any]]:
    first, again = statistics.median(map(rate, firsts)), statistics.median(map(rate, repeats))
    p99 = statistics.median(run["p99_ms"] for run in firsts)
    slowest, worst = min(map(rate, firsts)), max(run["p99_ms"] for run in firsts)
    return {
        "check-in: bare Flask route": figure(rate(bare), "/s"),
        "check-in: pgbench, the two statements": figure(tps, "tps"),
        "check-in: first, median of three": figure(first, "/s", ">= 1000", first >= 1000),
        "check-in: first, slowest run": figure(slowest, "/s", ">= 850", slowest >= 850),
        "check-in: first, p50": figure(statistics.median(run["p50_ms"] for run in firsts), "ms"),
        "check-in: first, p99": figure(p99, "ms", "< 100", p99 < 100),
        "check-in: first, p99 of the worst run": figure(worst, "ms", "< 125", worst < 125),
        "check-in: repeat, median of three": figure(again, "/s"),
        "check-in: repeat / first": figure(again / first, "x", ">= 1.3", again >= 1.3 * first),
        "check-in: first / bare route": figure(first / rate(bare), "x"),
        "check-in: first / pgbench": figure(first / tps, "x"),
    }


def _bare(asked: Path, env: dict[str, str]) -> dict[str, float]:
    port = free_port()
    command = ["-m", "granian", "--interface", "wsgi", "--workers", "2", "--blocking-threads", "4", "--no-ws"]
    server = subprocess.Popen(
        [sys.executable, *command, "--port", str(port), "--log-level", "error", "tests.bench.hello:app"],
        cwd=ROOT, env=env | {"PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    try:
        _until_answers(f"http://127.0.0.1:{port}/")
        return wrk(f"http://127.0.0.1:{port}", asked, seconds=3)
    finally:
        server.terminate()
        server.wait(10)


def _until_answers(address: str) -> None:
    for _ in range(200):
        try:
            requests.get(address, timeout=1)
            return
        except requests.ConnectionError:
            time.sleep(0.05)
    raise AssertionError("the bare server did not start")
