"""The embedded servers and the runner: what they keep, what they refuse, and that nothing outlives them."""

import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest
import redis

from embedded.process import free_port
from servers import SECRETS, Postgres, Valkey

ROOT = Path(__file__).resolve().parent.parent
ADDRESSES = {"DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL", "PUBLIC_BASE_URL", "WECHAT_API_BASE"}
READY = "按 Ctrl-C 停止"

pytestmark = pytest.mark.processes

PARENT = """
import signal, sys
from pathlib import Path
from servers import Postgres, Valkey
folder = Path(sys.argv[1])
postgres, valkey = Postgres(folder / "postgres").start(), Valkey(folder / "valkey").start()
print(postgres.url("owner", "postgres"), valkey.url(), flush=True)
signal.pause()
"""

# The smallest platform that the runner can run: every part really serves, nothing in it is ours.
APP = """
import signal, sys
from granian import Granian

def web(environ, start_response):
    start_response("200 OK", [])
    return [b"ready"]

if __name__ == "__main__":
    if sys.argv[1] == "serve":
        Granian("app:web", port=int(sys.argv[3]), interface="wsgi", workers=2).serve()
    elif sys.argv[1] == "jobs":
        signal.pause()
    elif sys.argv[1] == "menu":
        open("menu", "w").close()
    elif sys.argv[1] == "simulator-followers":
        print("[]")
    elif "--show" in sys.argv:
        print("  secretary")
"""
SIMULATOR = """
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
class Page(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
    do_POST = do_GET
HTTPServer(("127.0.0.1", int(sys.argv[2])), Page).serve_forever()
"""


@pytest.fixture(scope="module")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    server = Postgres(tmp_path_factory.mktemp("servers") / "postgres", fast=True).start()
    yield server
    server.stop()


@pytest.fixture
def platform(tmp_path: Path) -> Path:
    """Lay the runner beside a platform of its own."""
    shutil.copy(ROOT / "servers.py", tmp_path)
    shutil.copytree(ROOT / "embedded", tmp_path / "embedded")
    (tmp_path / "app.py").write_text(APP)
    (tmp_path / "simulator").mkdir()
    (tmp_path / "simulator" / "__main__.py").write_text(SIMULATOR)
    return tmp_path


@pytest.fixture
def ports() -> dict[str, str]:
    return {"PORT": str(free_port()), "SIMULATOR_PORT": str(free_port())}


def connect(url: str) -> psycopg.Connection:
    return psycopg.connect(url.replace("+psycopg", ""), autocommit=True)


def start_run(folder: Path, **settings: str) -> subprocess.Popen[str]:
    """Start the runner without the settings that these tests themselves were given."""
    own = {name: value for name, value in os.environ.items() if name not in ADDRESSES | SECRETS.keys()}
    return subprocess.Popen(
        [sys.executable, "servers.py", "run"],
        cwd=folder,
        env={**own, **settings},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def read_until_ready(runner: subprocess.Popen[str]) -> str:
    assert runner.stdout is not None
    said = ""
    for line in runner.stdout:
        said += line
        if READY in line:
            return said
    raise AssertionError(said)


def settings_of(folder: Path) -> dict[str, str]:
    return dict(line.split("=", 1) for line in (folder / "var" / "env").read_text().splitlines())


def left_running(processes: list[psutil.Process], seconds: float = 10) -> list[psutil.Process]:
    """Wait for the processes to end and return those that did not; a zombie has ended."""
    end = time.monotonic() + seconds
    while processes and time.monotonic() < end:
        _, processes = psutil.wait_procs(processes, timeout=0.1)
        processes = [p for p in processes if p.is_running() and p.status() != psutil.STATUS_ZOMBIE]
    return processes


def test_app_role_creates_no_role_and_no_database(postgres: Postgres) -> None:
    with connect(postgres.url("app", "postgres")) as connection:
        for forbidden in ("CREATE ROLE intruder", "CREATE DATABASE intruder"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(forbidden)


def test_owner_role_is_the_superuser(postgres: Postgres) -> None:
    with connect(postgres.url("owner", "postgres")) as connection:
        row = connection.execute(
            "SELECT usename, usesuper FROM pg_user WHERE usename = current_user"
        ).fetchone()
    assert row == ("zone_owner", True)


def test_wrong_password_is_refused(postgres: Postgres) -> None:
    url = postgres.url("app", "postgres")
    password = url.split(":")[2].split("@")[0]
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        connect(url.replace(password, "0" * len(password)))


def test_database_is_copied_from_a_template_and_dropped_under_its_users(postgres: Postgres) -> None:
    postgres.create_database("mould")
    with connect(postgres.url("owner", "mould")) as connection:
        connection.execute("CREATE TABLE shape AS SELECT 7 AS sides")
    postgres.create_database("cast", template="mould")
    with connect(postgres.url("owner", "cast")) as connection:
        assert connection.execute("SELECT sides FROM shape").fetchone() == (7,)
        postgres.drop_database("cast")
        with pytest.raises(psycopg.OperationalError):
            connection.execute("SELECT sides FROM shape")


def test_creating_a_database_again_keeps_its_rows(postgres: Postgres) -> None:
    postgres.create_database("kept")
    with connect(postgres.url("owner", "kept")) as connection:
        connection.execute("CREATE TABLE shape AS SELECT 7 AS sides")
    postgres.create_database("kept")
    with connect(postgres.url("owner", "kept")) as connection:
        assert connection.execute("SELECT sides FROM shape").fetchone() == (7,)


def test_joining_object_never_stops_the_server(postgres: Postgres) -> None:
    joined = Postgres(postgres.data).start()
    assert joined.url("app", "postgres") == postgres.url("app", "postgres")
    joined.stop()
    with connect(joined.url("app", "postgres")) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_killed_database_comes_back_where_its_clients_know_it_with_every_row(tmp_path: Path) -> None:
    # Control: with free_port() at each start, the address changes.
    killed = Postgres(tmp_path / "postgres").start()
    address = killed.url("owner", "postgres")
    with connect(address) as connection:
        connection.execute("CREATE TABLE shape AS SELECT 7 AS sides")
    assert killed.process
    killed.process.kill()
    killed.process.wait()
    killed.start()
    assert killed.url("owner", "postgres") == address
    with connect(address) as connection:
        assert connection.execute("SELECT sides FROM shape").fetchone() == (7,)
    killed.stop()


def test_stopped_cache_comes_back_where_its_clients_know_it(tmp_path: Path) -> None:
    # Control: as above.
    stopped = Valkey(tmp_path / "valkey").start()
    address = stopped.url()
    stopped.stop()
    stopped.start()
    assert stopped.url() == address
    stopped.stop()


def test_folders_above_the_data_stay_closed_and_passwords_private(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    postgres, valkey = Postgres(home / "postgres", fast=True).start(), Valkey(home / "valkey").start()
    postgres.stop()
    valkey.stop()
    secret = [
        home / "postgres.owner-password",
        home / "postgres.app-password",
        home / "valkey" / "valkey.conf",
    ]
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    assert [stat.S_IMODE(path.stat().st_mode) for path in [*secret, home / "valkey" / "password"]] == [
        0o600
    ] * 4


def test_killed_parent_leaves_no_process_and_every_row(tmp_path: Path) -> None:
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, tmp_path], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    with parent:
        assert parent.stdout is not None
        database, cache = parent.stdout.readline().split()
        family = psutil.Process(parent.pid).children(recursive=True)
        names = {process.info["name"] for process in psutil.process_iter(["name"]) if process in family}
        with connect(database) as connection, redis.Redis.from_url(cache) as client:
            connection.execute("CREATE TABLE shape AS SELECT 7 AS sides")
            client.set("sides", 7)
        parent.kill()
    assert names >= {"postgres", "valkey-server"}
    assert left_running(family) == []
    postgres, valkey = Postgres(tmp_path / "postgres"), Valkey(tmp_path / "valkey").start()
    began = time.monotonic()
    postgres.start()
    assert time.monotonic() - began < 3
    with (
        connect(postgres.url("owner", "postgres")) as connection,
        redis.Redis.from_url(valkey.url()) as client,
    ):
        assert connection.execute("SELECT sides FROM shape").fetchone() == (7,)
        assert client.get("sides") == b"7"
    postgres.stop()
    valkey.stop()


def test_killed_database_starts_again_with_its_rows(tmp_path: Path) -> None:
    first, again = Postgres(tmp_path / "postgres").start(), Postgres(tmp_path / "postgres")
    assert first.process is not None
    with connect(first.url("owner", "postgres")) as connection:
        connection.execute("CREATE TABLE shape AS SELECT 7 AS sides")
    first.process.kill()
    first.process.wait()
    again.start()
    with connect(again.url("owner", "postgres")) as connection:
        assert connection.execute("SELECT sides FROM shape").fetchone() == (7,)
    again.stop()


def test_ctrl_c_stops_everything_and_a_second_run_finds_it_again(
    platform: Path, ports: dict[str, str]
) -> None:
    with start_run(platform, **ports, FIELD_KEY="k9:given") as runner:
        said = read_until_ready(runner)
        family = psutil.Process(runner.pid).children(recursive=True)
        first = settings_of(platform)
        with connect(first["DATABASE_OWNER_URL"]) as connection:
            connection.execute("CREATE TABLE shape AS SELECT 7 AS sides")
        runner.send_signal(signal.SIGINT)
        assert runner.wait(10) == 0
    assert f"http://127.0.0.1:{ports['PORT']}/console" in said
    assert (platform / "menu").exists()
    assert "secretary" in said
    assert left_running(family, seconds=0.5) == []
    with start_run(platform, **ports) as runner:
        read_until_ready(runner)
        second = settings_of(platform)
        with connect(second["DATABASE_OWNER_URL"]) as connection:
            assert connection.execute("SELECT sides FROM shape").fetchone() == (7,)
        runner.terminate()
        assert runner.wait(10) == 0
    assert {name: first[name] for name in SECRETS} == {name: second[name] for name in SECRETS}
    assert second["FIELD_KEY"] == "k9:given"
    assert stat.S_IMODE((platform / "var" / "env").stat().st_mode) == 0o600


def test_account_that_is_not_the_simulators_keeps_its_menu(platform: Path, ports: dict[str, str]) -> None:
    with start_run(platform, **ports, WECHAT_API_BASE="http://127.0.0.1:9") as runner:
        read_until_ready(runner)
        runner.send_signal(signal.SIGINT)
        assert runner.wait(10) == 0
    assert not (platform / "menu").exists()


def test_killed_runner_leaves_nothing_running(platform: Path, ports: dict[str, str]) -> None:
    with start_run(platform, **ports) as runner:
        read_until_ready(runner)
        family = psutil.Process(runner.pid).children(recursive=True)
        runner.kill()
    # Three servers of ours, two workers of the web, the database with its own and the cache.
    assert len(family) >= 8
    assert left_running(family) == []


def test_part_that_dies_is_named_and_stops_the_rest(platform: Path, ports: dict[str, str]) -> None:
    with start_run(platform, **ports) as runner:
        read_until_ready(runner)
        family = psutil.Process(runner.pid).children(recursive=True)
        next(process for process in family if process.cmdline()[-1] == "jobs").kill()
        said, _ = runner.communicate(timeout=15)
    assert runner.returncode == 1
    assert said.startswith("jobs 意外停止")
    assert left_running(family, seconds=0.5) == []


def test_taken_port_is_said_in_one_line(platform: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as holder:
        port = holder.getsockname()[1]
        with start_run(platform, PORT=str(port)) as runner:
            said, _ = runner.communicate(timeout=15)
    assert (runner.returncode, said.count("\n")) == (1, 1)
    assert said.startswith(f"端口 {port} 已被占用")


def test_impossible_port_is_said_in_one_line(platform: Path, ports: dict[str, str]) -> None:
    with start_run(platform, PORT=ports["PORT"], SIMULATOR_PORT="70000") as runner:
        said, _ = runner.communicate(timeout=15)
    assert (runner.returncode, said.count("\n")) == (1, 1)
    assert said.startswith("SIMULATOR_PORT 应为")
