"""The zone's page of what is held and filed: 500 branches with three years of theme days behind them."""

import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import requests
from sqlalchemy import Engine, create_engine, event, text
from sqlalchemy.orm import Session

from models.gatherings.minutes.below import records_below
from models.people.account import Account, Post, Role
from models.people.console import start_session
from models.people.org import Org, OrgKind
from tests.bench.ground import figure, platform, tidy

TOWNSHIPS, EACH, PEOPLE, MONTHS, RUNS = 10, 50, 20, 36, 20
# Each branch's theme days, newest in the month of the clock; of the last month one in five is not filed yet.
FILL = """
INSERT INTO member (name, branch_id, status)
SELECT '党员' || n, b.id, 'full' FROM org b, generate_series(1, :people) n WHERE b.kind = 'branch';

INSERT INTO gathering (org_id, kind, period, title, starts_at, ends_at, place, state, hall_salt)
SELECT b.id, 'theme_day', to_char(m.day, 'YYYY-MM'), to_char(m.day, 'FMMM月主题党日'), m.day,
    m.day + interval '2 hours', '村部会议室', 'confirmed', decode(repeat('ab', 16), 'hex')
FROM org b, (SELECT CAST(:now AS timestamptz) - interval '1 day' - n * interval '1 month' AS day
    FROM generate_series(0, :months - 1) n) m
WHERE b.kind = 'branch';

INSERT INTO roll (gathering_id, org_id, revision, confirmed_at, confirmed_by, heads)
SELECT id, org_id, 1, ends_at, :account, :people - 2 FROM gathering;

INSERT INTO roll_line (gathering_id, member_id, roll_id, status, marked_at, marked_by)
SELECT r.gathering_id, m.id, r.id, CASE WHEN m.id % 10 = 0 THEN 'leave' ELSE 'present' END, r.confirmed_at,
    :account
FROM roll r JOIN member m ON m.branch_id = r.org_id;

INSERT INTO leave (gathering_id, member_id, reason, state, asked_at, decided_by, decided_at)
SELECT gathering_id, member_id, 'family', 'approved', marked_at, :account, marked_at
FROM roll_line WHERE status = 'leave' AND member_id % 20 = 0;

INSERT INTO minutes (roll_id, drafted_by, state, host, recorder, began_at, ended_at, discussion,
    filed_at, filed_by, filed_revision)
SELECT r.id, :account, 'filed', '李书平', '周敏', g.starts_at, g.ends_at,
    repeat('大家议了清淤的分段和工期，定下由各组分头去做。', 40) || r.id % 17000, g.ends_at, :account, 1
FROM roll r JOIN gathering g ON g.id = r.gathering_id
WHERE g.starts_at < CAST(:now AS timestamptz) - interval '2 days' OR r.org_id % 5 > 0;
"""


def measure(folder: Path) -> dict[str, dict[str, Any]]:
    """Return how long the page of the whole zone takes over HTTP, and its statements."""
    with platform(folder) as (owner, running):
        engine = create_engine(running.environment["DATABASE_URL"])
        token = _fill(engine)
        tidy(owner)
        statements = _statements(engine)
        running.start(jobs=False)
        try:
            waits = sorted(_page(running.web, token) for _ in range(RUNS))
        finally:
            running.stop()
        engine.dispose()
    median = waits[len(waits) // 2]
    return {
        "township page: 500 branches, 3 years, median": figure(median, "ms", "< 300", median < 300),
        "township page: slowest of twenty": figure(waits[-1], "ms"),
        "township page: statements of its rows": figure(statements, "", "<= 9", statements <= 9),
    }


def _page(web: str, token: str) -> float:
    begin = time.monotonic()
    answer = requests.get(f"{web}/console/below", cookies={"console": token}, timeout=20)
    assert answer.text.count("<tr ") >= TOWNSHIPS * EACH, answer.status_code
    return (time.monotonic() - begin) * 1000


def _fill(engine: Engine) -> str:
    """Fill an empty database; return the token of the zone officer's session."""
    now = datetime.now(UTC)
    with Session(engine) as session:
        zone = Org(kind=OrgKind.WORKING_COMMITTEE, code="Z", name="示范区党工委")
        account = Account(login="bench", name="程若兰", password_hash="-", must_change=False)
        session.add_all([zone, account])
        session.flush()
        for number in range(TOWNSHIPS):
            town = Org(
                kind=OrgKind.PARTY_COMMITTEE, code=f"T{number}", name=f"第{number}镇党委", parent_id=zone.id
            )
            session.add(town)
            session.flush()
            session.add_all(
                Org(kind=OrgKind.BRANCH, code=f"B{number}-{n}", name=f"第{n}村党支部", parent_id=town.id)
                for n in range(EACH)
            )
        session.add(Post(account_id=account.id, org_id=zone.id, role=Role.ZONE_OFFICER, from_on=now.date()))
        session.flush()
        values = {"people": PEOPLE, "months": MONTHS, "now": now, "account": account.id}
        for statement in FILL.split(";\n"):
            if statement.strip():
                session.execute(text(statement), values)
        token = start_session(session, account, now=now)
        session.commit()
    return token


def _statements(engine: Engine) -> int:
    seen: list[str] = []

    def note(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        seen.append(statement)

    now = datetime.now(UTC)
    with Session(engine) as session:
        zone = session.query(Org).filter_by(code="Z").one()
        event.listen(engine, "before_cursor_execute", note)
        records_below(session, zone, period=f"{now:%Y-%m}", now=now)
        event.remove(engine, "before_cursor_execute", note)
    return len(seen)
