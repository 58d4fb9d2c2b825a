"""One installation on a bad day: web workers killed, the database and the cache taken away under it."""

import os
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import psutil
import requests
from redis import Redis
from sqlalchemy import Engine, create_engine
from sqlalchemy.pool import NullPool

from models.keyring import Keyring
from models.migrate import migrate
from servers import Postgres, Valkey
from tests.running import ROOT, Running, until

WORKERS = 4
BETWEEN_KILLS = 2.0  # seconds
NICE = 10
KILLED = "workers killed"
# What is done to the installation, once this share of the work is done.
Blow = tuple[float, Callable[[], None]]


@dataclass
class BadDay:
    """The processes, the doors to what they share, and how often each of them was struck."""

    postgres: Postgres
    valkey: Valkey
    running: Running
    engine: Engine
    keyring: Keyring
    struck: Counter[str] = field(default_factory=Counter)

    def give_way(self) -> None:
        """Let other tests go first, which fifty thousand taps would hold up for a minute."""
        for root in (self.postgres.process, self.running.children["web"]):
            assert root
            whole = psutil.Process(root.pid)
            for process in (whole, *whole.children(recursive=True)):
                with suppress(psutil.NoSuchProcess):
                    process.nice(NICE)

    def workers(self) -> list[psutil.Process]:
        """Return the web's worker processes, the oldest first."""
        web = psutil.Process(self.running.children["web"].pid)
        return sorted(web.children(), key=lambda worker: worker.create_time())

    def kill_worker(self) -> None:
        """Kill the oldest web worker that serves; never the last, which a slow machine may be left with."""
        serving = [worker for worker in self.workers() if _listens(worker)]
        if len(serving) > 1:
            serving[0].kill()
            self.struck[KILLED] += 1

    def stop_database(self) -> None:
        """Shut the database down under its clients and start it again."""
        self.postgres.stop()
        self.postgres.start()
        self.give_way()
        self.struck["database restarted"] += 1

    def kill_database(self) -> None:
        """Kill the postmaster and start it again, which recovers from its log."""
        assert self.postgres.process
        os.kill(self.postgres.process.pid, signal.SIGKILL)
        self.postgres.process.wait()
        self.postgres.start()
        self.give_way()
        self.struck["database killed"] += 1

    def flush_cache(self) -> None:
        """Forget all that the cache knew."""
        with Redis.from_url(self.valkey.url()) as client:
            client.flushall()
        self.struck["cache flushed"] += 1

    def stop_cache(self) -> None:
        """Stop the cache."""
        self.valkey.stop()
        self.struck["cache stopped"] += 1

    def start_cache(self) -> None:
        """Start the cache that was stopped."""
        self.valkey.start()

    def strike(self, blows: Sequence[Blow], kills: int, done: Callable[[], float]) -> None:
        """Kill a worker every two seconds, and deal each blow once `done` (0 to 1) has come to its share.

        `kills` is the most: a machine too slow for them would do nothing but start workers. Call it from the
        main thread: the servers die with the thread that started them.
        """
        self.give_way()
        waiting, next_kill = sorted(blows, key=lambda blow: blow[0]), time.monotonic() + BETWEEN_KILLS
        while (share := done()) < 1:
            if waiting and share >= waiting[0][0]:
                waiting.pop(0)[1]()
            if time.monotonic() >= next_kill and self.struck[KILLED] < kills:
                self.kill_worker()
                next_kill = time.monotonic() + BETWEEN_KILLS
            time.sleep(0.05)  # the clients' progress can only be looked for

    def stands_again(self) -> bool:
        """Return whether within a while all workers are there and ready, by themselves."""
        try:
            until(lambda: len(self.workers()) == WORKERS)
            return until(lambda: requests.get(f"{self.running.web}/readyz", timeout=5).ok)
        except (AssertionError, psutil.NoSuchProcess):
            return False


def _listens(worker: psutil.Process) -> bool:
    """Return whether this worker has got so far that it takes calls."""
    try:
        return any(line.status == psutil.CONN_LISTEN for line in worker.net_connections("tcp"))
    except psutil.NoSuchProcess:
        return False


@contextmanager
def bad_day(folder: Path, *, root: Path = ROOT) -> Iterator[BadDay]:
    """Start a durable database, a cache, and the web of the product in `root` with four workers."""
    postgres, valkey = Postgres(folder / "postgres").start(), Valkey(folder / "valkey").start()
    postgres.create_database("zone")
    owner, app = postgres.url("owner", "zone"), postgres.url("app", "zone")
    migrate(owner, app)
    running = Running(folder, database=app, owner=owner, redis=valkey.url(), at=datetime.now(UTC))
    running.root = root
    config = folder / "config.toml"
    usual = (root / "config.toml").read_text("utf-8")
    config.write_text(usual.replace("workers = 2", f"workers = {WORKERS}"), "utf-8")
    running.environment["ZONE_CONFIG"] = str(config)
    engine, told = create_engine(app, poolclass=NullPool), running.environment
    try:
        keyring = Keyring.read(told["SECRET_KEY"], None, told["FIELD_KEY"])
        yield BadDay(postgres, valkey, running, engine, keyring)
    finally:
        running.stop()
        engine.dispose()
        valkey.stop()
        postgres.stop()
