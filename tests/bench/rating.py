"""A full cycle of a zone: 10,000 members with 1,000,000 entries rated and stored, and read on the phone.

The rating runs in a process of its own, so that its memory is its own. Beside it the barest statement over
the same entries, and the same at a quarter and a sixteenth of the data.
"""

import json
import subprocess
import sys
import threading
import time
from contextlib import closing
from datetime import UTC, datetime
from http.client import HTTPConnection
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session

from models.base import connect
from models.keyring import Keyring
from models.people.account import Account
from models.people.org import org_by_code
from models.ratings.runs.zone_run import run_below
from tests.bench.ground import ROOT, figure, most_memory, platform
from tests.bench.ledger import begin, grow, log_in

SIZES = {"1/16": 31, "1/4": 125, "1": 500}  # branches
APPID = "wxdemomini000001"
RATE, WARM_UP, SECONDS, READERS = 100, 3, 10, 16


def measure(folder: Path) -> dict[str, dict[str, Any]]:
    """Return the figures of a zone's rating and of a member's points on the phone."""
    with platform(folder) as (owner, running):
        url = running.environment["DATABASE_URL"]
        engine, now = create_engine(url), datetime.now(UTC)
        told = begin(engine, now=now)
        low, runs = 0, {}
        for size, branches in SIZES.items():
            grow(owner, told, low=low, high=branches)
            low, runs[size] = branches, _rate(url, f"{told['cycle']}", keep=size == "1")
        env = running.environment
        tokens = log_in(engine, Keyring.read(env["SECRET_KEY"], None, env["FIELD_KEY"]), APPID, most=2000)
        engine.dispose()
        running.start(jobs=False)
        try:
            waits = sorted(_read(running.web, tokens))
        finally:
            running.stop()
    return _figures(runs, waits)


def _figures(runs: dict[str, dict[str, float]], waits: list[float]) -> dict[str, dict[str, Any]]:
    whole, quarter = runs["1"], runs["1/4"]
    assert whole["runs"] == SIZES["1"], whole
    p99 = waits[len(waits) * 99 // 100]
    figures = {
        "rating: 10,000 members, 1,000,000 entries": figure(
            whole["seconds"], "s", "< 8", whole["seconds"] < 8
        ),
        "rating: peak memory": figure(whole["memory"], "MB", "< 300", whole["memory"] < 300),
    }
    for size, run in runs.items():
        figures |= {
            f"rating at {size}: entries": figure(run["entries"], ""),
            f"rating at {size}: bare aggregate": figure(run["bare"], "s"),
            f"rating at {size}: run": figure(run["seconds"], "s"),
            f"rating at {size}: run / bare": figure(run["seconds"] / run["bare"], "x"),
            f"rating at {size}: memory": figure(run["memory"], "MB"),
        }
    growth = whole["seconds"] / quarter["seconds"]
    return figures | {
        "rating: whole / quarter": figure(growth, "x", "< 5", growth < 5),
        "points on the phone: p50 at 100/s": figure(waits[len(waits) // 2], "ms"),
        "points on the phone: p99 at 100/s": figure(p99, "ms", "< 60", p99 < 60),
    }


def _rate(url: str, cycle: str, *, keep: bool) -> dict[str, float]:
    command = [sys.executable, "-m", "tests.bench.rating", cycle, "keep" if keep else "try"]
    done = subprocess.run(command, cwd=ROOT, input=url, capture_output=True, text=True, check=True)
    found: dict[str, float] = json.loads(done.stdout)
    return found


def _read(web: str, tokens: list[str]) -> list[float]:
    """Ask for a member's points a hundred times a second; return the waits from when each was due, in ms.

    The first seconds warm up both workers and are not counted. The barest client there is: it shares the
    cores with the server.
    """
    waits: list[float] = []
    turns, begin, host = count(), time.monotonic() + 0.5, urlsplit(web).netloc

    def read() -> None:
        with closing(HTTPConnection(host, timeout=20)) as connection:
            while (turn := next(turns)) < RATE * (WARM_UP + SECONDS):
                due = begin + turn / RATE
                time.sleep(max(due - time.monotonic(), 0))
                head = {"Authorization": f"Bearer {tokens[turn % len(tokens)]}"}
                connection.request("GET", "/api/v1/me/points", headers=head)
                answer = connection.getresponse()
                said = answer.read()
                if turn >= RATE * WARM_UP:
                    waits.append((time.monotonic() - due) * 1000)
                assert answer.status == 200, said
                assert b'"occurred_on"' in said

    readers = [threading.Thread(target=read) for _ in range(READERS)]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()
    assert len(waits) == RATE * SECONDS, len(waits)
    return waits


def main(url: str, cycle: str, *, keep: bool) -> None:
    """Rate the zone in this process and print how long it took and the most memory it ever had."""
    with Session(connect(url, pool_size=1)) as session:
        begin = time.monotonic()
        bare = (
            "SELECT sum(n), max(points) FROM (SELECT count(*) AS n, sum(points) AS points FROM point_entry"
            " WHERE cycle = :cycle GROUP BY member_id, item) AS summed"
        )
        entries = int(session.execute(text(bare), {"cycle": cycle}).one()[0])
        bare_seconds = time.monotonic() - begin
        zone, by = org_by_code(session, "Z"), session.query(Account).filter_by(login="bench").one().id
        begin = time.monotonic()
        runs = run_below(session, zone, cycle, by=by, now=datetime.now(UTC)).changed
        session.commit() if keep else session.rollback()
        seconds = time.monotonic() - begin
    memory = most_memory()
    print(
        json.dumps(
            {"seconds": seconds, "bare": bare_seconds, "memory": memory, "runs": runs, "entries": entries}
        )
    )


if __name__ == "__main__":
    main(sys.stdin.read(), sys.argv[1], keep=sys.argv[2] == "keep")
