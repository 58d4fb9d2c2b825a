"""A notice to 10,000 against the simulator, which fails one call in twenty; and what one send costs."""

import json
import secrets
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests
from redis import Redis

from embedded.process import free_port
from jobs.deliver import THREADS
from jobs.run import CONNECTIONS
from models.base import connect, sessions_of
from tests.bench.campaign import send_to_all
from tests.bench.ground import SIZES, figure, platform
from tests.running import ROOT, until
from tests.simulated import SEND, running_simulator
from wechat.gateway import App, Gateway
from wechat.template import send_template

PEOPLE, PHONES = 9_000, 1_000
WARM, CALLS = 500, 6_000
VALUES = {"thing1": "青石村党支部十一月主题党日", "time2": "2026年11月25日 15:00"}


def measure(folder: Path) -> dict[str, dict[str, Any]]:
    """Return how many messages a second went out, that each arrived once, and how fast calls can be made."""
    with platform(folder) as (_, running), Redis.from_url(running.environment["REDIS_URL"]) as redis:
        calls = _calls(redis)
        sessions = sessions_of(connect(running.environment["DATABASE_URL"], pool_size=CONNECTIONS + 1))
        growth = {}
        with running_simulator() as simulator:
            for size, parts in SIZES.items():
                told = send_to_all(sessions, redis, simulator, PEOPLE // parts, PHONES // parts)
                growth[f"messages at {size}: until 95 % were out"] = figure(told.nearly, "s")
    # What went wrong is tried again after 1, 4 and 16 s by rule: a wait, and no measure of the sending.
    speed = (PEOPLE + PHONES) * 0.95 / told.nearly
    lost, unexplained = len(told.lost_or_doubled), len(told.unexplained)
    return (
        calls
        | growth
        | {
            "messages, 5% faults, until 9,500 were out": figure(speed, "1/s", ">= 500", speed >= 500),
            "messages, 5% faults, until the last one": figure(told.wholly, "s"),
            "messages lost or doubled": figure(lost, "", "= 0", lost == 0),
            "messages in doubt without a fault": figure(unexplained, "", "= 0", unexplained == 0),
        }
    )


def _calls(redis: Redis) -> dict[str, dict[str, Any]]:
    """Return how many sends of 30 ms 32 threads make in a second, and how many with requests alone."""
    with _bare_server() as url:
        gateway = Gateway(App(f"wx{secrets.token_hex(8)}", "s"), base_url=url, redis=redis)
        mine = threading.local()

        def send(number: int) -> None:
            send_template(gateway, f"o{number}", "T1", VALUES, client_msg_id=f"d{number}")

        def post(number: int) -> None:
            if not hasattr(mine, "http"):
                mine.http = requests.Session()
                mine.http.trust_env = False
            data = {key: {"value": value} for key, value in VALUES.items()}
            body = {"touser": f"o{number}", "template_id": "T1", "client_msg_id": f"d{number}", "data": data}
            content = json.dumps(body, ensure_ascii=False).encode()
            answer = mine.http.post(f"{url}{SEND}?access_token=T", data=content, timeout=(3, 10))
            assert answer.json()["errcode"] == 0

        ours, alone = _rate(send), _rate(post)
    return {
        "sends of 30 ms, 32 threads": figure(ours, "1/s", ">= 700", ours >= 700),
        "sends of 30 ms, 32 threads, requests alone": figure(alone, "1/s"),
    }


@contextmanager
def _bare_server() -> Iterator[str]:
    url = f"http://127.0.0.1:{free_port()}"
    server = subprocess.Popen([sys.executable, "-m", "tests.bench.bare", url.rpartition(":")[2]], cwd=ROOT)
    try:
        until(lambda: requests.post(f"{url}/", data=b"{}", timeout=1).ok)
        yield url
    finally:
        server.kill()
        server.wait()


def _rate(call: Callable[[int], None]) -> float:
    with ThreadPoolExecutor(THREADS) as threads:
        list(threads.map(call, range(WARM)))
        began = time.monotonic()
        list(threads.map(call, range(CALLS)))
        return CALLS / (time.monotonic() - began)
