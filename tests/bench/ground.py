"""What every benchmark needs: a platform of its own, the load generator, and the shape of a figure."""

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, text

from models.migrate import migrate
from servers import Postgres, Valkey
from tests.running import Running

ROOT = Path(__file__).resolve().parents[2]
CLIENTS = 64
# How much of the data that the bars are for: the table of growth shows each work at all three.
SIZES = {"1/16": 16, "1/4": 4, "1": 1}


def figure(value: float, unit: str, bar: str = "", ok: bool | None = None) -> dict[str, Any]:
    """Return one figure as var/bench.json keeps it."""
    return {"value": round(value, 3), "unit": unit, "bar": bar, "ok": ok}


@contextmanager
def platform(folder: Path) -> Iterator[tuple[str, Running]]:
    """Start a durable database and a cache; yield the owner's address and processes not yet started."""
    postgres, valkey = Postgres(folder / "postgres").start(), Valkey(folder / "valkey").start()
    try:
        postgres.create_database("zone")
        owner, app = postgres.url("owner", "zone"), postgres.url("app", "zone")
        migrate(owner, app)
        yield owner, Running(folder, database=app, owner=owner, redis=valkey.url(), at=datetime.now(UTC))
    finally:
        valkey.stop()
        postgres.stop()


def tidy(owner: str) -> None:
    """Leave the tables as the database itself would after a while: cleaned up, and their sizes known."""
    engine = create_engine(owner, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text("VACUUM ANALYZE"))
    engine.dispose()


def rate(run: dict[str, float]) -> float:
    """Return requests per second as timed inside the generator."""
    return run["answered"] / run["seconds"]


def most_memory() -> float:
    """Return the most memory this process ever held, in MB; getrusage would tell that of its parent."""
    status = Path("/proc/self/status").read_text("ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def wrk(base: str, asked: Path, *, seconds: int) -> dict[str, float]:
    """Send every request of the file once, 64 connections in one thread; `seconds` must be enough.

    wrk sleeps that long whatever happens, so it is no measure of anything.
    """
    script = ROOT / "tests" / "bench" / "posts.lua"
    done = subprocess.run(
        ["wrk", "-t1", f"-c{CLIENTS}", f"-d{seconds}s", "--timeout", "20s", "-s", str(script), base, "--",
         str(asked), "1"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    found: dict[str, float] = json.loads(done.stdout.strip().splitlines()[-1])
    return found
