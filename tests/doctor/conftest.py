"""An installation with which everything is well: a database, a cache, WeChat, a website, a leader."""

import base64
import os
import secrets
import threading
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import requests
from werkzeug.serving import make_server

import app
import settings
from handlers.doctor.finding import Subject
from handlers.doctor.visit import examine
from handlers.edge import Parts
from jobs.leader import lead
from models.base import connect, sessions_of
from tests.backup.conftest import owned
from tests.conftest import APP, NOON, OWNER, REDIS, clone_database, drop_database, url
from tests.handlers.one_app import app_with
from tests.simulated import running_simulator


def environment(database: str, web: str, simulator: str) -> dict[str, str]:
    """What the processes are told; every key is good."""
    aes = base64.b64encode(secrets.token_bytes(64)).decode().replace("+", "a").replace("/", "b")
    return {
        "DATABASE_URL": url(APP, database),
        "DATABASE_OWNER_URL": url(OWNER, database),
        "REDIS_URL": os.environ[REDIS],
        "PUBLIC_BASE_URL": web,
        "SECRET_KEY": secrets.token_hex(32),
        "FIELD_KEY": f"k1:{secrets.token_hex(32)}",
        "WECHAT_OA_SECRET": secrets.token_hex(16),
        "WECHAT_OA_TOKEN": secrets.token_hex(8),
        "WECHAT_OA_AES_KEY": aes[:43],
        "WECHAT_MINI_SECRET": secrets.token_hex(16),
        "WECHAT_MINI_TOKEN": secrets.token_hex(8),
        "WECHAT_MINI_AES_KEY": aes[43:86],
        "WECHAT_API_BASE": simulator,
    }


@contextmanager
def website() -> Iterator[tuple[str, list[Parts]]]:
    """Serve the product on a free port, with the parts that are put into the list."""
    parts: list[Parts] = []
    served: list[Any] = []

    def answer(environ: Any, start_response: Any) -> Any:
        if not served:
            served.append(app_with(parts[0]))
        return served[0](environ, start_response)

    server = make_server("127.0.0.1", 0, answer, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", parts
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def leader(database: str) -> Iterator[None]:
    """Keep the schedule's lock, as a jobs process does."""
    stopping, leads = threading.Event(), threading.Event()

    @contextmanager
    def leading(*_: object) -> Iterator[None]:
        leads.set()
        yield

    thread = threading.Thread(target=lead, args=(url(APP, database), stopping, leading), daemon=True)
    thread.start()
    try:
        assert leads.wait(20)
        yield
    finally:
        stopping.set()
        thread.join()


def prepare(database: str) -> None:
    """Enter what a database has after its first week."""
    with owned(database) as connection:
        connection.exec_driver_sql("INSERT INTO holiday_year (year) VALUES (2026), (2027)")


def about(database: str, subject: Subject) -> Subject:
    """Return the subject with another database."""
    return replace(subject, app_url=url(APP, database), owner_url=url(OWNER, database))


def ill(subject: Subject) -> list[str]:
    """Examine; return the lines of what is to be seen to."""
    return [str(finding) for finding in examine(subject) if not finding.is_well]


@pytest.fixture(scope="module")
def simulator() -> Iterator[str]:
    with running_simulator() as address:
        yield address


@pytest.fixture(scope="module")
def installation(simulator: str) -> Iterator[tuple[Subject, list[dict[str, Any]]]]:
    """The subject, and the simulator's two accounts."""
    database = clone_database()
    prepare(database)
    with website() as (web, served), leader(database):
        told = settings.load(env=environment(database, web, simulator))
        subject = app.subject_of(told)
        engine = connect(url(APP, database), pool_size=3)
        parts = replace(subject.parts, clock=lambda: NOON, sessions=sessions_of(engine))
        served.append(parts)
        accounts = tomllib.loads(settings.simulator_accounts(told))["account"]
        yield replace(subject, parts=parts, env_file=Path("/none")), accounts
        engine.dispose()
    drop_database(database)


@pytest.fixture
def well(installation: tuple[Subject, list[dict[str, Any]]], simulator: str) -> Subject:
    """The subject; nothing ordered by another test is left in WeChat."""
    subject, accounts = installation
    requests.post(f"{simulator}/_sim/reset", json={}, timeout=20).raise_for_status()
    for account in accounts:
        requests.post(f"{simulator}/_sim/accounts", json=account, timeout=20).raise_for_status()
    return replace(subject, account=again(subject.account), mini=again(subject.mini))


def again(gateway: Any) -> Any:
    """Return a gateway of the same app that knows nothing yet."""
    return type(gateway)(gateway.app, base_url=gateway._base_url, redis=None, timeout=(3, 5))
