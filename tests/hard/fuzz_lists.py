"""Every list and page with hostile words behind its question mark; none becomes part of a statement."""

import random
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import Engine, event

from tests.handlers.asking import address
from tests.handlers.routes import ROUTES
from tests.handlers.world import POSTS, WHO, World
from tests.hard.fuzz_run import Fuzzed

HANDLERS = Path(__file__).parents[2] / "handlers"
MARK = "zzmark"
VALUES = (
    f"{MARK}", f"1 OR {MARK}", f"{MARK}) DESC --", f"CASE WHEN {MARK} THEN 1 END", f"'; DROP TABLE {MARK}",
    f"\0{MARK}", f"{MARK}\ufffd\u202e", f"{MARK}" * 2000, f"2026-11 {MARK}", f"-1 {MARK}", f"%27{MARK}",
    f"１{MARK}",
)  # fmt: skip
# What others sort and page by; here nothing may come of it.
USUAL = (
    "sort",
    "order",
    "order_by",
    "direction",
    "page",
    "per_page",
    "limit",
    "offset",
    "filter",
    "q",
    "before",
)


def names() -> list[str]:
    """Return every parameter that a view reads, and those that lists usually have."""
    read = re.compile(r"(?:args|values)(?:\.get|\.getlist)?[\[(]\s*\"(\w+)\"")
    found = {name for file in HANDLERS.rglob("*.py") for name in read.findall(file.read_text("utf-8"))}
    return sorted(found.union(USUAL, ("cycle", "period")))


@contextmanager
def statements(engine: Engine) -> Iterator[list[str]]:
    """Collect the text of every statement that runs."""
    texts: list[str] = []

    def keep(_: Any, __: Any, statement: str, *___: Any) -> None:
        texts.append(statement)

    event.listen(engine, "before_cursor_execute", keep)
    try:
        yield texts
    finally:
        event.remove(engine, "before_cursor_execute", keep)


def fuzz(world: World, run: Fuzzed, number: int) -> int:
    """Ask every page and list so often, each time with other words; return how many statements ran."""
    chance, known, ran = random.Random(run.seed), names(), 0
    run.settle()
    for route, rows in ROUTES.items():
        if not route.startswith(("GET /console/", "GET /api/")):
            continue
        for _ in range(number):
            row, statuses = chance.choice([*rows.items()])
            may = [who for who, status in zip(WHO, statuses.split(), strict=True) if status == "200"]
            typed = {name: chance.choice(VALUES) for name in chance.sample(known, chance.randint(1, 3))}
            who = chance.choice(may or ["secretary"])
            place = address(world, route, row)
            ran += _ask(world, run, route, who, f"{place}{'&' if '?' in place else '?'}{urlencode(typed)}")
    return ran


def _ask(world: World, run: Fuzzed, route: str, who: str, place: str) -> int:
    """Ask once; return how many statements ran."""
    client = world.app.test_client()
    client.set_cookie("console", world.sessions.get(who, ""))
    at_work = who in POSTS and "/api/" in place
    token = world.phones[who] if at_work else world.sessions.get(who)
    headers = {"Authorization": f"Bearer {token}"} if token and "/api/" in place else {}
    with run.timed(f"{who} {place[:300]}"), world.rolled_back(), statements(world.engine) as texts:
        answer = client.get(place, headers=headers)
        run.answers[route, answer.status_code] += 1
        if answer.status_code >= 500:
            run.wrong.append(f"{answer.status_code} {who} {place[:500]}")
        run.wrong += [f"{who} {place[:300]} ran {text[:300]}" for text in texts if MARK in text.lower()]
        answer.close()
    return len(texts)
