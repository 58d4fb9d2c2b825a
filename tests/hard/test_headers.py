"""The security headers stand on every answer of every route, whoever asks and whatever goes wrong."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import TestResponse

import handlers.console
from handlers.headers import HEADERS
from tests.handlers.asking import asked
from tests.handlers.routes import ROUTES
from tests.handlers.world import PASSWORD, WHO, World, open_world

TEMPLATES = Path(handlers.console.__file__).parent
STATIC = "/console/static/"
# What the policy forbids, so that it must stand in no page: script, style or handler inside it.
INSIDE = re.compile(r"<style|\sstyle\s*=|\son[a-z]{3,}=|javascript:|hx-on|<script(?![^>]*\ssrc=)", re.I)
# What no page asks a person's browser for.
UNSAFE = re.compile(r"unsafe-|\*|data:|http:")


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    """One world for all questions; each of them is undone."""
    with open_world() as world:
        yield world


@contextmanager
def https(world: World) -> Iterator[None]:
    """Let the installation be where people reach it by https."""
    installation = replace(world.app.parts.installation, base_url="https://dj.example.cn")
    with world.rolled_back(installation=installation):
        yield


def missing(answer: TestResponse, *, secure: bool = True) -> list[str]:
    """Return which headers an answer lacks, has twice or has with another value."""
    kept = answer.request.path.startswith(STATIC) and answer.status_code < 400
    wanted = HEADERS | {"Cache-Control": "public, max-age=604800" if kept else "no-store"}
    wanted |= {"Strict-Transport-Security": "max-age=31536000"} if secure else {}
    return [name for name, value in wanted.items() if answer.headers.getlist(name) != [value]]


def asks(route: str) -> Iterator[tuple[str, str]]:
    """Yield whom and about what a route is asked: nobody, and whoever gets something, then a refusal."""
    row, statuses = next(iter(ROUTES[route].items()))
    of = dict(zip(WHO, statuses.split(), strict=True))
    yield row, "anonymous"
    for good in (True, False):
        found = [who for who, status in of.items() if (status < "400") is good and who != "anonymous"]
        if found:
            yield row, found[-1]


def test_every_answer_of_every_route_has_every_header(world: World) -> None:
    # Control: with `register` left out of create_app, or guard hung on one blueprint, this is red.
    wrong, statuses = {}, set()
    with https(world):
        for route in ROUTES:
            for row, who in asks(route):
                with asked(world, route, row, who) as answer:
                    statuses.add(answer.status_code)
                    if lacks := missing(answer):
                        wrong[f"{route}, {row}, {who}: {answer.status_code}"] = lacks
    assert wrong == {}
    assert statuses >= {200, 201, 204, 303, 401, 403, 404}


def broken() -> datetime:
    """Stand for a fault that nobody thought of."""
    raise LookupError("王建国 13800000000")


ERRORS: tuple[tuple[int, str, str, dict[str, Any]], ...] = (
    (404, "GET", "/nothing-here", {}),
    (404, "GET", "/api/v1/nothing-here", {}),
    (404, "GET", "/console/nothing-here", {}),
    (404, "GET", "/console/static/nothing.js", {}),
    (405, "DELETE", "/console/login", {}),
    (405, "PUT", "/api/v1/check-ins", {}),
    (200, "OPTIONS", "/console/login", {}),
    (200, "HEAD", "/console/login", {}),
    (400, "POST", "/api/v1/check-ins", {"data": b"{", "content_type": "application/json"}),
    (415, "POST", "/api/v1/check-ins", {"data": b"{}", "content_type": "text/plain"}),
    (413, "POST", "/console/login", {"data": {"login": "x" * 2_000_000}}),
    (403, "POST", "/wechat/official-account", {"data": b"<xml/>"}),
    (403, "GET", "/wechat/mini-program", {}),
    (404, "GET", "/metrics", {}),
    (308, "GET", "/console", {}),
)


@pytest.mark.parametrize(("status", "method", "address", "more"), ERRORS)
def test_refusals_before_any_view_have_them_too(
    world: World, status: int, method: str, address: str, more: dict[str, Any]
) -> None:
    with https(world):
        answer = world.app.test_client().open(address, method=method, **more)
        assert (answer.status_code, missing(answer)) == (status, [])


@pytest.mark.parametrize(
    "address", ["/console/login", "/api/v1/home", "/healthz", "/c/x", "/wechat/mini-program"]
)
def test_crash_has_them_and_says_nothing_of_what_broke(world: World, address: str) -> None:
    with https(world), world.rolled_back(clock=broken):
        answer = world.app.test_client().get(address)
    assert (answer.status_code, missing(answer)) == (500, [])
    assert "王建国" not in answer.text
    assert "LookupError" not in answer.text


def test_plain_http_of_a_trial_is_not_told_to_use_https(world: World) -> None:
    with world.rolled_back():
        answer = world.app.test_client().get("/console/login")
    assert missing(answer, secure=False) == []
    assert "Strict-Transport-Security" not in answer.headers


def test_policy_allows_nothing_from_elsewhere_and_nothing_inside_a_page() -> None:
    assert not UNSAFE.search(HEADERS["Content-Security-Policy"])
    for part in ("default-src 'self'", "base-uri 'none'", "form-action 'self'", "frame-ancestors 'none'"):
        assert part in HEADERS["Content-Security-Policy"]


def test_no_template_has_script_or_style_inside() -> None:
    found = {
        str(path.relative_to(TEMPLATES)): INSIDE.findall(path.read_text("utf-8"))
        for path in TEMPLATES.rglob("*.html")
    }
    assert len(found) > 50
    assert {name: faults for name, faults in found.items() if faults} == {}


def test_every_cookie_is_secure_bound_to_the_host_and_out_of_reach_of_scripts(world: World) -> None:
    # Control: without secure=, httponly= or samesite= in any of these, this is red.
    with https(world):
        client = world.app.test_client()
        client.set_cookie("__Host-console", world.sessions["deputy"])
        answers = [
            client.post("/console/logout", data={"csrf": world.csrf["deputy"]}),
            client.post("/console/login", data={"login": "secretary", "password": PASSWORD}),
            client.get(f"/s/{world.screens['own']}"),
        ]
    cookies = [cookie for answer in answers for cookie in answer.headers.getlist("Set-Cookie")]
    assert len(cookies) >= len(answers)
    for cookie in cookies:
        assert cookie.startswith("__Host-"), cookie
        assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= set(cookie.split("; ")), cookie
        assert "Domain" not in cookie
