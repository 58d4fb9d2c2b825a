"""One installation on a PostgreSQL of its own, whose disk, connections and tables can be taken from it."""

import os
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from models.migrate import migrate
from servers import Postgres
from tests.hard.zones import Zone, open_zone
from tests.jobs.leaders import HELD
from tests.running import until


@dataclass(frozen=True)
class Installation:
    """Web, jobs and the simulator; what an operator or a broken machine does to their parts."""

    zone: Zone
    postgres: Postgres

    def get(self, path: str) -> requests.Response:
        """Ask the web as anybody."""
        return requests.get(f"{self.zone.running.web}{path}", timeout=20)

    def write(self, words: str) -> requests.Response:
        """Write a complaint as anybody: a few rows in tables that have none."""
        return requests.post(f"{self.zone.running.web}/api/v1/complaints", json={"text": words}, timeout=20)

    def readiness(self) -> tuple[int, Mapping[str, Any]]:
        """Return what /readyz says."""
        answer = self.get("/readyz")
        return answer.status_code, answer.json()

    def ready(self) -> bool:
        """Return whether both workers are: each keeps connections of its own."""
        return all(self.get("/readyz").ok for _ in range(8))

    def sql(self, *statements: str) -> list[Any]:
        """Do something in the database as its owner; return the last statement's column."""
        engine = create_engine(self.postgres.url("owner", "zone"), poolclass=NullPool)
        with engine.begin() as connection:
            results = [connection.execute(text(statement)) for statement in statements]
            return list(results[-1].scalars()) if results[-1].returns_rows else []

    @contextmanager
    def full_disk(self) -> Iterator[None]:
        """Let nothing that serves the product write a file: for root and for anybody, without a mount."""
        backends = self.sql("SELECT pid FROM pg_stat_activity WHERE usename = 'zone_app'")
        self._limit(backends, "0")
        try:
            yield
        finally:
            self._limit(backends, "unlimited")

    def _limit(self, pids: list[int], size: str) -> None:
        user = self.postgres.data.stat()
        # Root's server runs as another user, who alone may do this without a right over all processes.
        prefix = ["setpriv", f"--reuid={user.st_uid}", f"--regid={user.st_gid}", "--clear-groups"]
        for pid in pids:
            command = [
                *(prefix if os.geteuid() == 0 else []),
                "prlimit",
                f"--fsize={size}:",
                "--pid",
                str(pid),
            ]
            subprocess.run(command, check=True)

    @contextmanager
    def without_platform(self) -> Iterator[None]:
        """Let WeChat be away; it comes back knowing nothing of who follows the account."""
        self.zone.running.stop("simulator")
        try:
            yield
        finally:
            self.zone.running.start_simulator()

    def start_database(self) -> None:
        """Start the server that was stopped; this test's own connections to it are of no use any more."""
        self.postgres.start()
        self.zone.sessions.kw["bind"].dispose()

    def restart_jobs(self) -> None:
        """Start jobs anew, as what watches over it does, once it has ended by itself."""
        children = self.zone.running.children
        (name,) = [name for name in children if name.startswith("jobs")]
        assert until(lambda: children[name].poll()) == 1
        children.pop(name)
        self.start_jobs()

    def start_jobs(self) -> None:
        """Start the process that sends and keeps the schedule; wait until it does."""
        self.zone.running.start_jobs()
        until(lambda: self.sql(f"SELECT 1 {HELD}"))


@contextmanager
def open_installation(folder: Path) -> Iterator[Installation]:
    """Start all of it."""
    postgres = Postgres(folder / "postgres", fast=True).start()
    postgres.create_database("zone")
    migrate(postgres.url("owner", "zone"), postgres.url("app", "zone"))
    try:
        with open_zone(folder, on=postgres) as zone:
            it = Installation(zone, postgres)
            it.start_jobs()
            yield it
    finally:
        postgres.stop()
