"""Every console page with data of the whole zone: 500 branches, 10,000 members, three years behind them.

The time is the server's own: the application answers in this process, without a socket. What the zone's
officer may not open is left out; a page that grows with the zone shows in the table of growth.
"""

import time
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import Engine, create_engine, event, text
from sqlalchemy.orm import Session

import settings as told
from app import parts_of
from handlers.web import create_app
from models.base import connect, sessions_of
from models.people.account import Account, Post, Role
from models.people.console import start_session
from tests.bench.ground import figure, platform, tidy
from tests.bench.ledger import begin, grow

SIZES = {"1/16": 31, "1/4": 125, "1": 500}  # branches
RUNS, MONTHS, MOST = 5, 36, 300  # MOST: milliseconds
PAGES = (
    "", "gatherings", "below", "makeups", "leaves", "articles", "required-items", "schemes", "members",
    "points", "proposals", "objections", "ratings", "ratings/below", "people", "imports", "slips", "ledgers",
    "complaints", "accounts", "accounts/batch", "handovers", "office-answers",
)  # fmt: skip
# Theme days of three years, of the last month one in five without a filed record; the ledger's branches have
# those of this year already. What waits for an answer: a complaint and an account a branch.
FILL = """
INSERT INTO gathering (org_id, kind, period, title, starts_at, ends_at, place, state, hall_salt)
SELECT b.id, 'theme_day', to_char(m.day, 'YYYY-MM'), to_char(m.day, 'FMMM月主题党日'), m.day,
    m.day + interval '2 hours', '村部会议室', 'confirmed', decode(repeat('ab', 16), 'hex')
FROM org b, (SELECT CAST(:now AS timestamptz) - interval '1 day' - n * interval '1 month' AS day
    FROM generate_series(0, :months - 1) n) m
WHERE b.kind = 'branch' AND b.id >= :newest ON CONFLICT DO NOTHING;

INSERT INTO roll (gathering_id, org_id, revision, confirmed_at, confirmed_by, heads)
SELECT id, org_id, 1, ends_at, :account, 18 FROM gathering WHERE org_id >= :newest;

INSERT INTO roll_line (gathering_id, member_id, roll_id, status, marked_at, marked_by)
SELECT r.gathering_id, m.id, r.id, CASE WHEN m.id % 10 = 0 THEN 'leave' ELSE 'present' END, r.confirmed_at,
    :account
FROM roll r JOIN member m ON m.branch_id = r.org_id WHERE r.org_id >= :newest;

INSERT INTO minutes (roll_id, drafted_by, state, host, recorder, began_at, ended_at, discussion,
    filed_at, filed_by, filed_revision)
SELECT r.id, :account, 'filed', '李书平', '周敏', g.starts_at, g.ends_at,
    repeat('大家议了清淤的分段和工期，定下由各组分头去做。', 40) || r.id % 17000, g.ends_at, :account, 1
FROM roll r JOIN gathering g ON g.id = r.gathering_id
WHERE r.org_id >= :newest
    AND (g.starts_at < CAST(:now AS timestamptz) - interval '40 days' OR r.org_id % 5 > 0);

INSERT INTO account (login, name, password_hash, must_change)
SELECT 'branch-' || id, '书记' || id, '-', false FROM org WHERE kind = 'branch' AND id >= :newest;

INSERT INTO post (account_id, org_id, role, from_on)
SELECT a.id, CAST(substr(a.login, 8) AS bigint), 'secretary', DATE '2024-01-01' FROM account a
WHERE a.login LIKE 'branch-%' AND CAST(substr(a.login, 8) AS bigint) >= :newest;
"""


def measure(folder: Path) -> dict[str, dict[str, Any]]:
    """Return the server's time and statements of each page at three sizes of the zone."""
    with platform(folder) as (owner, running):
        env = running.environment
        engine, now = connect(env["DATABASE_URL"], pool_size=1), datetime.now(UTC)
        filled = begin(engine, now=now)
        token = _zone_officer(engine, filled, now)
        browser = create_app(parts_of(told.load(env=env), sessions_of(engine))).test_client()
        browser.set_cookie("console", token)
        low, times, statements = 0, dict[str, dict[str, float]](), dict[str, dict[str, int]]()
        for size, branches in SIZES.items():
            grow(owner, filled, low=low, high=branches)
            _three_years(owner, filled, branches - low, now)
            low = branches
            times[size], statements[size] = _ask_all(browser, engine)
        engine.dispose()
    return _figures(times, statements)


def _figures(
    times: dict[str, dict[str, float]], statements: dict[str, dict[str, int]]
) -> dict[str, dict[str, Any]]:
    figures = {
        f"/console/{page} at {size}": figure(ms, "ms")
        for size, pages in times.items()
        for page, ms in pages.items()
    }
    whole, small = statements["1"], statements["1/16"]
    slow = [page for page, ms in times["1"].items() if ms >= MOST]
    more = [page for page in whole if whole[page] > small[page]]
    slowest = max(times["1"].values())
    names = f" ({', '.join(slow)})" if slow else ""
    figures[f"zone-wide pages: slowest of {len(whole)}{names}"] = figure(slowest, "ms", "< 300", not slow)
    names = f" ({', '.join(more)})" if more else ""
    figures[f"zone-wide pages: more statements at 16 x{names}"] = figure(len(more), "", "= 0", not more)
    figures["zone-wide pages: most statements"] = figure(max(whole.values()), "")
    return figures


def _zone_officer(engine: Engine, filled: dict[str, int | str], now: datetime) -> str:
    with Session(engine) as session:
        account = session.get_one(Account, filled["account"])
        session.add(
            Post(
                account_id=account.id, org_id=int(filled["zone"]), role=Role.ZONE_OFFICER, from_on=now.date()
            )
        )
        token = start_session(session, account, now=now)
        session.commit()
    return token


def _three_years(owner: str, filled: dict[str, int | str], branches: int, now: datetime) -> None:
    engine = create_engine(owner)
    with Session(engine) as session:
        newest = session.scalar(
            text("SELECT min(id) FROM (SELECT id FROM org ORDER BY id DESC LIMIT :branches) s"),
            {"branches": branches},
        )
        values = filled | {"months": MONTHS, "now": now, "newest": newest}
        for statement in FILL.split(";\n"):
            if statement.strip():
                session.execute(text(statement), values)
        session.commit()
    engine.dispose()
    tidy(owner)


def _ask_all(browser: FlaskClient, engine: Engine) -> tuple[dict[str, float], dict[str, int]]:
    """Return the median milliseconds of each page, and its statements; the first of the runs warms up."""
    seen: list[str] = []

    def note(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        seen.append(statement)

    times, statements = dict[str, float](), dict[str, int]()
    event.listen(engine, "before_cursor_execute", note)
    for page in PAGES:
        waits = []
        for _ in range(RUNS + 1):
            seen.clear()
            began = time.monotonic()
            answer = browser.get(f"/console/{page}")
            waits.append((time.monotonic() - began) * 1000)
            assert answer.status_code in (200, 303, 403), (page, answer.status_code)
        if answer.status_code == 200:
            times[page], statements[page] = median(waits[1:]), len(seen)
    event.remove(engine, "before_cursor_execute", note)
    return times, statements
