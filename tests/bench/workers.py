"""How many web processes and threads: `python -m tests.bench.workers`, for docs/decisions/0013.

Each pair of config.toml's `workers` and `threads` signs in 10,000 members by 64 clients, twice (the first
warms up), and once more while log-ins hang on a WeChat that does not answer.
"""

import socket
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import requests
from sqlalchemy import Engine, create_engine

from models.keyring import Keyring
from tests.bench.ground import ROOT, platform, rate, wrk
from tests.bench.zone import fill, reset, write_requests
from tests.running import Running

PAIRS = ((1, 4), (2, 1), (2, 2), (2, 4), (2, 8), (3, 4), (4, 2))
BRANCHES, EACH, HANGING = 500, 20, 4


def main() -> None:
    """Print a line for each pair."""
    with (
        tempfile.TemporaryDirectory(prefix="zone-workers-") as name,
        platform(Path(name)) as (owner, running),
    ):
        folder, env = Path(name), running.environment
        keyring = Keyring.read(env["SECRET_KEY"], None, env["FIELD_KEY"])
        engine = create_engine(env["DATABASE_URL"])
        phones = fill(engine, keyring, "wxdemomini000001", branches=BRANCHES, each=EACH)
        with _silent_wechat() as address:
            env["WECHAT_API_BASE"] = address
            print("workers x threads   first/s  p50 ms  p99 ms   hanging: first/s  p99 ms   memory MB")
            for workers, threads in PAIRS:
                env["ZONE_CONFIG"] = str(_config(folder, workers, threads))
                plain, hanging, memory = _measure(running, owner, engine, keyring, phones, folder)
                print(
                    f"{workers:>7} x {threads:<8}{rate(plain):>9,.0f}{plain['p50_ms']:>8.0f}"
                    f"{plain['p99_ms']:>8.0f}{rate(hanging):>18,.0f}{hanging['p99_ms']:>8.0f}{memory:>11.0f}",
                    flush=True,
                )


def _measure(
    running: Running,
    owner: str,
    engine: Engine,
    keyring: Keyring,
    phones: list[tuple[str, int]],
    folder: Path,
) -> tuple[dict[str, float], dict[str, float], float]:
    asked, runs = folder / "requests.txt", []
    running.start(jobs=False)
    try:
        for hang in (False, False, True):
            reset(owner)
            write_requests(engine, keyring, phones, asked)
            with _log_ins(running.web, HANGING if hang else 0):
                runs.append(wrk(running.web, asked, seconds=13))
        memory = _memory(running.children["web"].pid)
    finally:
        running.stop()
    return runs[1], runs[2], memory


def _config(folder: Path, workers: int, threads: int) -> Path:
    text = (ROOT / "config.toml").read_text("utf-8")
    path = folder / f"config-{workers}-{threads}.toml"
    path.write_text(
        text.replace("workers = 2", f"workers = {workers}").replace("threads = 4", f"threads = {threads}"),
        "utf-8",
    )
    return path


def _memory(pid: int) -> float:
    """Return the megabytes of a process and its children, what they share counted once for each."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()
    rows = [Path(f"/proc/{one}/status").read_text("ascii") for one in (str(pid), *children)]
    return sum(int(row.partition("VmRSS:")[2].split()[0]) for row in rows) / 1024


@contextmanager
def _silent_wechat() -> Iterator[str]:
    """Take connections and say nothing."""
    with socket.create_server(("127.0.0.1", 0), backlog=512) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


@contextmanager
def _log_ins(web: str, number: int) -> Iterator[None]:
    """Let so many phones at a time log in, again and again, with a code that nobody exchanges."""
    done = threading.Event()

    def log_in() -> None:
        while not done.is_set():
            with suppress(requests.RequestException):
                requests.post(f"{web}/api/v1/session", json={"code": "c"}, timeout=10)
            time.sleep(0.01)

    threads = [threading.Thread(target=log_in) for _ in range(number)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        done.set()
        for thread in threads:
            thread.join()


if __name__ == "__main__":
    main()
