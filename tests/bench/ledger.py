"""A zone with a year's ledger: per member a hundred entries, from rolls and proposals as it would grow."""

import secrets
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import Engine, create_engine, insert, text
from sqlalchemy.orm import Session

import models.points.schemes.published as scheme_room
from models.keyring import Keyring, token_hash
from models.people.account import Account
from models.people.binding import Binding, BoundBy, PhoneSession
from models.people.org import Org, OrgKind
from models.points.schemes.published import publish_scheme
from models.points.schemes.use import use_scheme
from tests.bench.ground import tidy

SCHEME = Path(scheme_room.__file__).parent / "ZONE.json"
PEOPLE = 20
# For the branches from :newest on. Each month eight proposals for the whole branch, each quarter a deduction
# from a roll, a hundred entries a member; one in a hundred is taken back.
FILL = """
INSERT INTO member (name, branch_id, status)
SELECT '党员' || n, b.id, 'full' FROM org b, generate_series(1, :people) n WHERE b.id >= :newest;

INSERT INTO spell (member_id, kind, code, from_on)
SELECT m.id, 'category', (ARRAY['cadre', 'resident', 'floating'])[1 + m.id % 3], DATE '2020-01-01'
FROM member m JOIN org b ON b.id = m.branch_id WHERE b.id >= :newest;

INSERT INTO gathering (org_id, kind, period, title, starts_at, ends_at, place, state, hall_salt)
SELECT b.id, 'theme_day', to_char(make_date(:year, n, 1), 'YYYY-MM'), '主题党日', make_date(:year, n, 25),
    make_date(:year, n, 25) + interval '2 hours', '村部会议室', 'confirmed', decode(repeat('ab', 16), 'hex')
FROM org b, generate_series(1, 12) n WHERE b.id >= :newest;

INSERT INTO proposal (branch_id, scheme_id, item, cycle, period, occurred_on, quantity, title, account_id,
    submitted_at, state, decided_by, decided_at)
SELECT b.id, :scheme, i.item, :cycle, to_char(make_date(:year, n, 1), 'YYYY-MM'),
    make_date(:year, n, 1 + i.place::integer), 1, '河道清淤', :clerk, now(),
    'approved', :account, now()
FROM org b, generate_series(1, 12) n, unnest(ARRAY['post_duty', 'volunteer', 'volunteer', 'volunteer',
    'mediation', 'led_project', 'innovation', 'award_town']) WITH ORDINALITY i (item, place)
WHERE b.id >= :newest ORDER BY n, b.id;

INSERT INTO point_entry (about, member_id, branch_id, scheme_id, item, cycle, period, occurred_on, quantity,
    points, source, proposal_id, account_id)
SELECT 'proposal:' || p.id || ':' || m.id, m.id, m.branch_id, :scheme, p.item, p.cycle, p.period,
    p.occurred_on, 1, 1, 'manual', p.id, :account
FROM proposal p JOIN org b ON b.id = p.branch_id JOIN member m ON m.branch_id = b.id
WHERE b.id >= :newest ORDER BY p.id, m.id;

INSERT INTO point_entry (about, member_id, branch_id, scheme_id, item, cycle, period, occurred_on, quantity,
    points, source, gathering_id, revision, account_id)
SELECT 'roll:' || g.id || ':1:' || m.id, m.id, m.branch_id, :scheme,
    CASE WHEN m.id % 2 = 0 THEN 'absent_theme' ELSE 'late' END, :cycle, g.period, g.starts_at, 1,
    CASE WHEN m.id % 2 = 0 THEN -2 ELSE -0.5 END, 'attendance', g.id, 1, :account
FROM gathering g JOIN org b ON b.id = g.org_id JOIN member m ON m.branch_id = b.id
WHERE b.id >= :newest AND right(g.period, 2) IN ('03', '06', '09', '12') ORDER BY g.id, m.id;

INSERT INTO point_entry (about, member_id, branch_id, scheme_id, item, cycle, period, occurred_on, quantity,
    points, source, proposal_id, reverses, reason, account_id)
SELECT 'reverse:' || e.id, e.member_id, e.branch_id, e.scheme_id, e.item, e.cycle, e.period, e.occurred_on,
    e.quantity, -e.points, e.source, e.proposal_id, e.id, '录错人', :account
FROM point_entry e JOIN org b ON b.id = e.branch_id
WHERE b.id >= :newest AND e.proposal_id IS NOT NULL AND e.id % 100 = 0;

INSERT INTO rating (branch_id, cycle, scheme_id, begun_at, begun_by)
SELECT b.id, :cycle, :scheme, now(), :account FROM org b WHERE b.id >= :newest;

INSERT INTO member_grade (rating_id, member_id, grade, votes, decided_on, account_id, written_at)
SELECT r.id, m.id, CASE WHEN m.id % 4 = 0 THEN 'excellent' WHEN m.id % 19 = 0 THEN 'basically_qualified'
    ELSE 'qualified' END, m.id % 15, now(), :account, now()
FROM rating r JOIN org b ON b.id = r.branch_id JOIN member m ON m.branch_id = b.id WHERE b.id >= :newest;
"""


def begin(engine: Engine, *, now: datetime) -> dict[str, int | str]:
    """Make the zone with its scheme and no branch yet; return what filling it is told."""
    with Session(engine) as session:
        zone = Org(kind=OrgKind.WORKING_COMMITTEE, code="Z", name="示范区党工委")
        account, clerk = (
            Account(login=login, name=name, password_hash="-", must_change=False)
            for login, name in (("bench", "程若兰"), ("clerk", "周敏"))
        )
        session.add_all([zone, account, clerk])
        session.flush()
        scheme = publish_scheme(session, SCHEME.read_text("utf-8"), issuer=zone, by=None, now=now)
        use_scheme(session, zone, scheme, from_month=f"{now.year}-01", by=None)
        session.commit()
        return {
            "zone": zone.id, "scheme": scheme.id, "account": account.id, "clerk": clerk.id,
            "cycle": f"{now.year}", "year": now.year, "people": PEOPLE,
        }  # fmt: skip


def grow(owner: str, told: dict[str, int | str], *, low: int, high: int) -> None:
    """Add the branches numbered `low` to `high` with all that a year brings, and tidy the tables."""
    engine = create_engine(owner)
    with Session(engine) as session:
        branches = [
            Org(kind=OrgKind.BRANCH, code=f"B{n}", name=f"第{n}党支部", parent_id=told["zone"])
            for n in range(low, high)
        ]
        session.add_all(branches)
        session.flush()
        values = told | {"newest": min(branch.id for branch in branches)}
        for statement in FILL.split(";\n"):
            if statement.strip():
                session.execute(text(statement), values)
        session.commit()
    engine.dispose()
    tidy(owner)


def log_in(engine: Engine, keyring: Keyring, appid: str, *, most: int) -> list[str]:
    """Bind so many members to phones; return the token of each."""
    now = datetime.now(UTC)
    with Session(engine) as session:
        members = session.scalars(text("SELECT id FROM member ORDER BY id % 97, id")).all()[:most]
        tokens = [secrets.token_urlsafe(32) for _ in members]
        phones = [
            {"appid": appid, "openid": f"o{n:08d}", "openid_hash": keyring.openid_hash(appid, f"o{n:08d}")}
            for n in range(len(members))
        ]
        session.execute(
            insert(Binding),
            [
                phone | {"member_id": member, "bound_at": now, "how": BoundBy.SLIP}
                for phone, member in zip(phones, members, strict=True)
            ],
        )
        session.execute(
            insert(PhoneSession),
            [
                phone
                | {"token_hash": token_hash(token), "started_at": now, "expires_at": now + timedelta(days=7)}
                for phone, token in zip(phones, tokens, strict=True)
            ],
        )
        session.commit()
    return tokens
