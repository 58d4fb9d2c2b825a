"""A zone of 10,000 members in 500 gatherings that are all open now, every phone logged in."""

import secrets
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import Engine, create_engine, insert, text
from sqlalchemy.orm import Session

from models.gatherings.gathering import Gathering, GatheringKind, GatheringState
from models.gatherings.hall_code import qr_token
from models.gatherings.roll import Roll, RollLine
from models.keyring import Keyring, token_hash
from models.people.binding import Binding, BoundBy, PhoneSession
from models.people.member import Member, MemberStatus
from models.people.org import Org, OrgKind


def fill(engine: Engine, keyring: Keyring, appid: str, *, branches: int, each: int) -> list[tuple[str, int]]:
    """Fill an empty database; return (session token, gathering id) of every member, mixed over gatherings."""
    now = datetime.now(UTC)
    phones: list[tuple[str, int]] = []
    with Session(engine) as session:
        zone = Org(kind=OrgKind.WORKING_COMMITTEE, code="Z", name="示范区党工委")
        session.add(zone)
        session.flush()
        orgs = [
            Org(kind=OrgKind.BRANCH, code=f"B{n}", name=f"第{n}党支部", parent_id=zone.id)
            for n in range(branches)
        ]
        session.add_all(orgs)
        session.flush()
        gatherings = [
            Gathering(
                org_id=org.id, kind=GatheringKind.THEME_DAY, period="2026-11", title="主题党日",
                place="会议室", starts_at=now, ends_at=now + timedelta(hours=2), state=GatheringState.OPEN,
                opened_at=now, hall_salt=secrets.token_bytes(16),
            )
            for org in orgs
        ]  # fmt: skip
        members = [
            Member(name=f"党员{n}", branch_id=orgs[n % branches].id, status=MemberStatus.FULL)
            for n in range(branches * each)
        ]
        session.add_all([*gatherings, *members])
        session.flush()
        rolls = [Roll(gathering_id=gathering.id, org_id=gathering.org_id) for gathering in gatherings]
        session.add_all(rolls)
        session.flush()
        lines, bindings, sessions = [], [], []
        for n, member in enumerate(members):
            roll, openid, token = rolls[n % branches], f"o{n:08d}", secrets.token_urlsafe(32)
            who = {"appid": appid, "openid": openid, "openid_hash": keyring.openid_hash(appid, openid)}
            lines.append({"gathering_id": roll.gathering_id, "member_id": member.id, "roll_id": roll.id})
            bindings.append(who | {"member_id": member.id, "bound_at": now, "how": BoundBy.SLIP})
            lives = {"started_at": now, "expires_at": now + timedelta(days=7)}
            sessions.append(who | lives | {"token_hash": token_hash(token)})
            phones.append((token, roll.gathering_id))
        for table, its_rows in ((RollLine, lines), (Binding, bindings), (PhoneSession, sessions)):
            session.execute(insert(table), its_rows)
        session.commit()
    return phones


def write_requests(engine: Engine, keyring: Keyring, phones: list[tuple[str, int]], path: Path) -> None:
    """Write each member's request with a token that is fresh now."""
    now = datetime.now(UTC)
    with Session(engine) as session:
        salts = {gathering.id: gathering.hall_salt or b"" for gathering in session.query(Gathering)}
    tokens = {gathering: qr_token(keyring, gathering, salt, now=now) for gathering, salt in salts.items()}
    path.write_text(
        "".join(
            f'/api/v1/check-ins\t{phone}\t{{"token":"{tokens[gathering]}"}}\n' for phone, gathering in phones
        )
    )


def reset(owner_url: str) -> None:
    """Make every line unrecorded again and leave the tables as tidy as before the first run."""
    engine = create_engine(owner_url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(
            text(
                "UPDATE roll_line SET status = 'unrecorded', checked_in_at = NULL, checked_in_via = NULL,"
                " openid_hash = NULL"
            )
        )
        connection.execute(text("VACUUM ANALYZE"))
        connection.execute(text("CHECKPOINT"))
    engine.dispose()
