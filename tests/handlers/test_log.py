"""The log: one line of JSON for each answer, with its request's id; no address and nothing that was typed."""

import json
import logging
from collections.abc import Callable, Iterator
from dataclasses import replace
from ipaddress import ip_network
from typing import Any

import pytest
from flask import g
from flask.testing import FlaskClient

from handlers.errors import answer
from handlers.log import HEADER, Lines, log_config
from tests.handlers.world import World, open_world
from wechat.metrics import read_metrics

Figures = Callable[[], dict[str, float]]


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    """The application over a database."""
    with open_world() as world:
        yield world


class Kept(logging.Handler):
    """Keeps every line as the processes write it."""

    def __init__(self) -> None:
        super().__init__()
        self.setFormatter(Lines("web"))
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the line."""
        self.lines.append(self.format(record))

    @property
    def told(self) -> list[dict[str, Any]]:
        """What the lines say."""
        return [json.loads(line) for line in self.lines]


@pytest.fixture
def kept() -> Iterator[Kept]:
    """Everything that is logged meanwhile."""
    root, kept = logging.getLogger(), Kept()
    level = root.level
    root.addHandler(kept)
    root.setLevel(logging.DEBUG)
    yield kept
    root.setLevel(level)
    root.removeHandler(kept)


@pytest.fixture
def figures() -> Figures:
    """What reads the figures of this process."""

    def read() -> dict[str, float]:
        lines = [line.rpartition(" ") for line in read_metrics().decode().splitlines() if line[0] != "#"]
        return {name: float(value) for name, _, value in lines}

    return read


def test_every_answer_is_one_line_with_its_rule_status_and_time(world: World, kept: Kept) -> None:
    world.app.test_client().get("/c/somebodys-code?name=王小明")
    (line,) = kept.told
    assert line.pop("ms") >= 0
    assert line.pop("at").endswith("+00:00")
    assert len(line.pop("request")) == 16
    assert line == {
        "level": "DEBUG",
        "logger": "handlers.log",
        "message": "answered",
        "part": "web",
        "method": "GET",
        "route": "/c/<token>",
        "status": 200,
    }
    assert "somebodys-code" not in kept.lines[0]


def test_only_what_was_refused_or_slow_is_written_where_a_proxy_writes_the_rest(
    world: World, kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    logging.getLogger().setLevel(log_config("web")["root"]["level"])
    world.app.test_client().get("/healthz")
    assert kept.told == []
    world.app.test_client().get("/api/v1/me/points")
    monkeypatch.setattr("handlers.log.SLOW", 0.0)
    world.app.test_client().get("/healthz")
    assert [(line["level"], line["status"]) for line in kept.told] == [("INFO", 401), ("INFO", 200)]


@pytest.mark.parametrize("address", ["/nowhere/13800000000", "/api/v1/nowhere/13800000000"])
def test_an_address_that_is_nowhere_is_not_written(world: World, kept: Kept, address: str) -> None:
    world.app.test_client().get(address)
    assert [(line["route"], line["status"]) for line in kept.told] == [("-", 404)]
    assert "13800000000" not in "".join(kept.lines)


@pytest.fixture
def proxy(world: World) -> Iterator[FlaskClient]:
    """A client whose requests come from where the installation's proxy is."""
    parts = world.app.parts
    world.app.parts = replace(parts, trusted_proxies=(ip_network("10.0.0.0/24"),))
    client = world.app.test_client()
    client.environ_base["REMOTE_ADDR"] = "10.0.0.7"
    yield client
    world.app.parts = parts


def test_nobody_but_a_trusted_proxy_gives_a_request_its_id(proxy: FlaskClient, kept: Kept) -> None:
    for address in ("10.0.1.7", "::1", "unix", ""):
        environ = {"REMOTE_ADDR": address}
        answer = proxy.get("/healthz", headers={HEADER: "4f1c9a2e-proxy-0001"}, environ_overrides=environ)
        assert len(answer.headers[HEADER]) == 16


def test_lines_of_one_request_carry_the_id_that_the_answer_carries(proxy: FlaskClient, kept: Kept) -> None:
    answer = proxy.get("/healthz", headers={HEADER: "4f1c9a2e-proxy-0001"})
    assert answer.headers[HEADER] == "4f1c9a2e-proxy-0001"
    assert [line["request"] for line in kept.told] == ["4f1c9a2e-proxy-0001"]


@pytest.mark.parametrize(
    "given", ["", "short", "a" * 65, "13800000000 王", 'x","level":"ERROR', "12345678\t"]
)
def test_an_id_that_could_not_stand_in_a_log_is_not_taken(proxy: FlaskClient, kept: Kept, given: str) -> None:
    answer = proxy.get("/healthz", headers={HEADER: given.encode().decode("latin-1")})
    assert answer.headers[HEADER] != given
    assert len(answer.headers[HEADER]) == 16
    assert [line["request"] for line in kept.told] == [answer.headers[HEADER]]


def test_a_traceback_tells_where_and_what_kind_and_not_what_was_typed(kept: Kept) -> None:
    def read(typed: str) -> int:
        try:
            return int(typed[:-1] + "x")
        except ValueError as error:
            raise RuntimeError(f"cannot read {typed}") from error

    number = "1380000" * 2
    try:
        read(number)
    except RuntimeError as error:
        logging.getLogger("a").error("unhandled", exc_info=error)
    (line,) = kept.told
    assert number not in kept.lines[0]
    trace = line["trace"]
    assert [kind for kind in trace if " " not in kind] == ["ValueError", "RuntimeError"]
    assert any(place.startswith(f"{__file__}:") and place.endswith(" read") for place in trace)


def test_outside_a_request_a_line_has_no_id(kept: Kept) -> None:
    logging.getLogger("jobs").warning("delivery waits for the database: %s", "OperationalError")
    (line,) = kept.told
    assert "request" not in line
    assert (line["level"], line["message"]) == (
        "WARNING",
        "delivery waits for the database: OperationalError",
    )


def test_requests_are_counted_by_rule_and_by_methods_that_exist(world: World, figures: Figures) -> None:
    client = world.app.test_client()
    before = figures()
    client.get("/healthz")
    client.open("/healthz", method="王小明")
    after = figures()
    grown = {name: value - before.get(name, 0.0) for name, value in after.items()}
    assert grown['http_requests_total{method="GET",route="/healthz",status="200"}'] == 1
    assert grown['http_requests_total{method="other",route="-",status="405"}'] == 1
    assert grown['http_request_seconds_count{route="/healthz"}'] == 1
    assert "王小明" not in "".join(after)


def test_a_page_that_failed_names_the_id_under_which_the_log_has_it(world: World, kept: Kept) -> None:
    with world.app.test_request_context("/console/"):
        world.app.preprocess_request()
        page = answer(500, "failed", "出错了，已经记下，请稍后再试", {}).get_data(as_text=True)
        assert f"编号 {g.request_id}" in page
