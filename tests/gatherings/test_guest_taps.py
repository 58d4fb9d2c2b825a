"""Two taps of one guest at once: both are told of the one line, whichever index the second comes upon."""

from sqlalchemy import create_engine, text

from models.base import Sessions
from models.gatherings.roll import RollLine
from tests.conftest import NOON, OWNER, url
from tests.gatherings.test_guests import a_guest, an_admitting_hall, scan
from tests.running import until
from tests.together import meanwhile

# Between the look for a line and the writing of one stands whatever index was made first: here, a gate.
GATED = """
CREATE FUNCTION gated(bigint) RETURNS bigint IMMUTABLE LANGUAGE plpgsql AS
$$ BEGIN PERFORM pg_advisory_xact_lock_shared(7); RETURN $1; END $$;
CREATE INDEX gate ON roll_line (gated(member_id));
ALTER TABLE roll_line DROP CONSTRAINT pk_roll_line;
ALTER TABLE roll_line ADD CONSTRAINT pk_roll_line PRIMARY KEY (gathering_id, member_id);
DROP INDEX uq_roll_line_openid;
CREATE UNIQUE INDEX uq_roll_line_openid ON roll_line (gathering_id, openid_hash)
    WHERE openid_hash IS NOT NULL;
"""
AT_GATE = text(
    "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = 7 AND NOT granted"
    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)


def test_two_taps_of_a_guest_at_once_get_one_line_and_one_receipt(sessions: Sessions, database: str) -> None:
    # Control: with the line's own key alone as the conflict, one of the two is told phone_used.
    with sessions.begin() as session:
        hall = an_admitting_hall(session)
        member, phone = a_guest(session)

    def tap() -> tuple[bool, object]:
        with sessions.begin() as session:
            receipt = scan(session, hall, phone)
            return receipt.is_new, receipt.at

    owner = create_engine(url(OWNER, database))
    with owner.connect() as gate:
        gate.exec_driver_sql(GATED)
        gate.commit()
        gate.execute(text("SELECT pg_advisory_lock(7)"))
        results = [meanwhile(tap), meanwhile(tap)]
        until(lambda: gate.scalar(AT_GATE) == 2)
        gate.execute(text("SELECT pg_advisory_unlock(7)"))
        gate.commit()
        assert sorted((result() for result in results), key=str) == [(False, NOON), (True, NOON)]
    owner.dispose()
    with sessions() as session:
        assert session.get(RollLine, (hall.gathering.id, member.id)) is not None
