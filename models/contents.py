"""What a database holds: its rows by table and its ledgers by hash, to be compared after a restore."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from sqlalchemy import Connection, create_engine, text
from sqlalchemy.pool import NullPool

from models.tables import APPEND_ONLY, TABLES


@dataclass(frozen=True)
class Contents:
    """The revision of a database, the rows of each table, and the SHA-256 over each append-only table."""

    revision: str
    rows: dict[str, int]
    ledgers: dict[str, str]


def owned(url: str) -> Connection:
    """Return the owner's connection for a long read: one snapshot of everything, and no time-outs.

    It waits a minute for whoever alters a table, not longer.
    """
    engine = create_engine(
        url,
        poolclass=NullPool,
        isolation_level="REPEATABLE READ",
        hide_parameters=True,
        connect_args={
            "connect_timeout": 10,
            "options": "-c statement_timeout=0 -c idle_in_transaction_session_timeout=0 -c lock_timeout=60s",
        },
    )
    return engine.connect()


def contents_of(connection: Connection) -> Contents:
    """Count and hash in the connection's transaction, by the columns that the database itself has."""
    # A value is written in one way only, whatever the server's own settings are.
    connection.exec_driver_sql(
        "SET LOCAL timezone = 'UTC'; SET LOCAL datestyle = 'ISO'; SET LOCAL intervalstyle = 'postgres';"
        "SET LOCAL bytea_output = 'hex'; SET LOCAL extra_float_digits = 1; SET LOCAL client_encoding = 'UTF8'"
    )
    query = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename"
    names = connection.scalars(text(query)).all()
    rows = {name: connection.scalar(text(f'SELECT count(*) FROM "{name}"')) or 0 for name in names}  # noqa: S608
    kept = [table.__tablename__ for table in APPEND_ONLY if table.__tablename__ in rows]
    return Contents(
        revision=str(connection.scalar(text("SELECT version_num FROM alembic_version"))),
        rows=rows,
        ledgers={name: _hash(connection, name) for name in kept},
    )


def _hash(connection: Connection, name: str) -> str:
    """Hash the columns' names and every row, in the order of the primary key."""
    columns = connection.scalars(
        text(
            "SELECT attname FROM pg_attribute WHERE attrelid = CAST(:name AS regclass)"
            " AND attnum > 0 AND NOT attisdropped ORDER BY attname"
        ),
        {"name": name},
    ).all()
    digest = sha256("\t".join(columns).encode() + b"\n")
    listed = ", ".join(f'"{column}"' for column in columns)
    key = ", ".join(f'"{column.name}"' for column in TABLES[name].primary_key)
    driver = connection.connection.driver_connection
    assert driver is not None  # noqa: S101 (a connection in use has its driver's)
    query = f'COPY (SELECT {listed} FROM "{name}" ORDER BY {key}) TO STDOUT'  # noqa: S608
    with driver.cursor() as cursor, cursor.copy(query) as rows:
        for row in rows:
            digest.update(row)
    return digest.hexdigest()


def is_empty(connection: Connection) -> bool:
    """Return whether nobody has put anything into this database yet."""
    query = """
        SELECT NOT EXISTS (SELECT FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
                           WHERE nspname !~ '^pg_' AND nspname <> 'information_schema')
           AND NOT EXISTS (SELECT FROM pg_proc WHERE pronamespace = 'public'::regnamespace)
    """
    return bool(connection.scalar(text(query)))


def has_role(connection: Connection, name: str) -> bool:
    """Return whether the server knows this role."""
    query = "SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = :name)"
    return bool(connection.scalar(text(query), {"name": name}))


def differences(told: Contents, found: Contents) -> Sequence[str]:
    """Return the tables whose rows are more, fewer or others than told, by name."""
    names = {*told.rows, *found.rows}
    return sorted(
        name
        for name in names
        if told.rows.get(name) != found.rows.get(name) or told.ledgers.get(name) != found.ledgers.get(name)
    )


def analyse(url: str) -> None:
    """Let the planner know the tables, as the owner: a restored database knows nothing of them."""
    with owned(url) as connection, connection.begin():
        connection.exec_driver_sql("ANALYZE")
