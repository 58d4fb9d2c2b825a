"""How a database stands: its roles, what waits, what was not done, what is missing. Counts, never names."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, text

from models.clock import SHANGHAI
from models.planned_run import LATE
from models.tables import APPEND_ONLY


def revision_of(connection: Connection) -> str:
    """Return the revision of the database's shape."""
    return str(connection.scalar(text("SELECT version_num FROM alembic_version")))


def owns_tables(connection: Connection) -> bool:
    """Return whether the connection's role may alter the tables: their owner, one of its kind, or above."""
    query = """
        SELECT pg_has_role(current_user, relowner, 'MEMBER') FROM pg_class
        WHERE oid = 'point_entry'::regclass
    """
    return bool(connection.scalar(text(query)))


def open_ledgers(connection: Connection) -> Sequence[str]:
    """Return the append-only tables that the connection's role may change, or whose triggers are off."""
    query = """
        SELECT relname FROM pg_class
        WHERE relnamespace = 'public'::regnamespace AND relname = ANY(:names)
          AND (has_table_privilege(oid, 'UPDATE, DELETE, TRUNCATE, TRIGGER')
               OR has_any_column_privilege(oid, 'UPDATE')
               OR NOT EXISTS (SELECT FROM pg_trigger WHERE tgrelid = pg_class.oid AND NOT tgisinternal)
               OR EXISTS (SELECT FROM pg_trigger WHERE tgrelid = pg_class.oid AND NOT tgisinternal
                          AND tgenabled NOT IN ('O', 'A')))
        ORDER BY relname
    """
    names = [table.__tablename__ for table in APPEND_ONLY]
    return connection.scalars(text(query), {"names": names}).all()


def runs_not_done(connection: Connection, now: datetime) -> Sequence[str]:
    """Return the kinds of planned runs that are late, or were tried and failed."""
    query = """
        SELECT DISTINCT kind FROM planned_run WHERE done_at IS NULL
          AND (due_at < :now - make_interval(secs => :late)
               OR to_char(due_at AT TIME ZONE :zone, 'YYYY-MM-DD"T"HH24:MI') <> period)
        ORDER BY kind
    """
    return connection.scalars(
        text(query), {"now": now, "late": LATE.total_seconds(), "zone": str(SHANGHAI)}
    ).all()


def is_locked(connection: Connection, lock: int) -> bool:
    """Return whether somebody holds this advisory lock in this database."""
    query = """
        SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 1
            AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
            AND (CAST(classid AS bigint) << 32) + CAST(objid AS bigint) = :lock)
    """
    return bool(connection.scalar(text(query), {"lock": lock}))


def years_unknown(connection: Connection, years: Sequence[int]) -> Sequence[int]:
    """Return those of the years whose holidays were not entered."""
    known = set(connection.scalars(text("SELECT year FROM holiday_year")))
    return [year for year in years if year not in known]


def demo_accounts(connection: Connection) -> int:
    """Count the accounts of the demonstration."""
    return connection.scalar(text("SELECT count(*) FROM account WHERE demo")) or 0


def first_passwords(connection: Connection, before: datetime) -> int:
    """Count the accounts made before a moment whose first password still holds."""
    query = """
        SELECT count(*) FROM account
        WHERE must_change AND ended_at IS NULL AND NOT demo AND created_at < :before
    """
    return connection.scalar(text(query), {"before": before}) or 0


def size_of(connection: Connection) -> int:
    """Return how many bytes the database takes."""
    return connection.scalar(text("SELECT pg_database_size(current_database())")) or 0
