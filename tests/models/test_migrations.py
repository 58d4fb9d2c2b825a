"""Migrations: up from nothing, down on data and up again, the models' own shape, few rights."""

import re
import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.script import Script, ScriptDirectory
from sqlalchemy import Connection, create_engine, make_url, text
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from models.base import connect
from models.migrate import downgrade, migrate, newest
from models.tables import METADATA, TABLES
from tests.conftest import APP, OWNER, clone_database, database_for_all, drop_database, url
from tests.factories import a_zone
from tests.models.nevers import VALID, row, world

pytestmark = pytest.mark.thorough

STEPS = list(ScriptDirectory(Path(__file__).parents[2] / "models" / "migrations").walk_revisions())
KEPT = {
    "amendment",
    "article_act",
    "audit",
    "handover",
    "member_move",
    "minutes_act",
    "night_override",
    "point_entry",
    "rating_act",
    "rating_publicity",
    "rating_result",
    "rating_run",
    "rating_snapshot",
    "record_look",
}


@pytest.fixture
def empty() -> Iterator[str]:
    """The name of a database with nothing in it."""
    name = f"zone_{secrets.token_hex(6)}"
    server = create_engine(url(OWNER, "postgres"), poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    yield name
    drop_database(name)


@pytest.fixture
def owner(database: str) -> Iterator[Connection]:
    """The owner's connection to a migrated database of this test's own; each statement commits."""
    with owned(database) as connection:
        yield connection


def owned(name: str) -> Connection:
    server = create_engine(url(OWNER, name), poolclass=NullPool, isolation_level="AUTOCOMMIT")
    return server.connect()


def tables(connection: Connection) -> set[str]:
    query = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version'"
    return set(connection.scalars(text(query)))


Rows = list[dict[str, object]]


def contents(connection: Connection) -> dict[str, Rows]:
    """Return every row of every table, column by column."""
    return {
        table: list(connection.scalars(text(f"SELECT to_jsonb(t) FROM {table} t ORDER BY t::text")))
        for table in tables(connection)
    }


def narrowed(rows: Rows, like: Rows) -> Rows:
    """Return rows with those columns only that `like` has."""
    return [{column: row[column] for column in like[0]} for row in rows]


def fill(name: str) -> None:
    """Commit at least one row into every table."""
    engine = create_engine(url(OWNER, name), poolclass=NullPool)
    with Session(engine) as session, session.begin():
        known = world(session)
        for table in VALID:
            session.execute(text(row(table)), known)


@pytest.fixture
def full() -> Iterator[str]:
    """The name of a migrated database of this test's own with rows in every table."""
    name = clone_database(database_for_all("a_row_each", fill))
    yield name
    drop_database(name)


def test_newest_shape_is_reached_from_nothing(empty: str) -> None:
    migrate(url(OWNER, empty), url(APP, empty))
    with owned(empty) as connection:
        assert tables(connection) == set(TABLES)
        assert connection.scalar(text("SELECT version_num FROM alembic_version")) == newest()


@pytest.mark.parametrize("step", STEPS, ids=lambda step: str(step.revision))
def test_step_down_takes_its_own_tables_and_leaves_all_other_rows(full: str, step: Script) -> None:
    with owned(full) as owner:
        before = contents(owner)
        assert all(before.values())
        if step.revision != newest():
            downgrade(url(OWNER, full), step.revision)
        above = tables(owner)
        downgrade(url(OWNER, full), str(step.down_revision or "base"))
        below = contents(owner)
        assert above - set(below) == set(re.findall(r"CREATE TABLE (\w+)", step.module.UP))
        assert below == {table: narrowed(before[table], rows) for table, rows in below.items()}
        migrate(url(OWNER, full), url(APP, full))
        after = contents(owner)
    assert {table for table in after if after[table]} == set(below)
    assert below == {table: narrowed(after[table], rows) for table, rows in below.items()}


def test_nothing_is_left_at_the_bottom_and_the_app_works_after_coming_up_again(full: str) -> None:
    with owned(full) as owner:
        downgrade(url(OWNER, full), "base")
        assert tables(owner) == set()
        left = "SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace"
        assert owner.scalars(text(left)).all() == []
    migrate(url(OWNER, full), url(APP, full))
    app = connect(url(APP, full), pool_size=1)
    with Session(app) as session, session.begin():
        zone = a_zone(session)
        assert zone.path == f"{zone.id}/"
    app.dispose()


def shape(connection: Connection) -> dict[str, set[tuple[object, ...]]]:
    """Return columns, constraints and indexes as PostgreSQL itself writes them."""
    ours = "relnamespace = 'public'::regnamespace AND relname <> 'alembic_version'"
    queries = {
        "columns": "SELECT relname, attname, format_type(atttypid, atttypmod), attnotnull, attidentity,"
        " pg_get_expr(adbin, adrelid) FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid"
        " LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum"
        f" WHERE relkind = 'r' AND attnum > 0 AND NOT attisdropped AND {ours}",
        # A rule that older rows need not meet holds for every new row all the same.
        "constraints": "SELECT relname, conname, replace(pg_get_constraintdef(pg_constraint.oid),"
        " ' NOT VALID', '') FROM pg_constraint"
        f" JOIN pg_class ON pg_class.oid = conrelid WHERE {ours}",
        "indexes": "SELECT relname, pg_get_indexdef(indexrelid) FROM pg_index"
        f" JOIN pg_class ON pg_class.oid = indrelid WHERE {ours}",
    }
    return {name: {tuple(line) for line in connection.execute(text(sql))} for name, sql in queries.items()}


def test_migrated_shape_is_the_shape_of_the_models(empty: str, owner: Connection) -> None:
    with owned(empty) as modelled:
        METADATA.create_all(modelled)
        wanted = shape(modelled)
    migrated = shape(owner)
    for what, lines in wanted.items():
        assert len(lines) >= len(TABLES)
        assert sorted(lines - migrated[what], key=str) == []
        assert sorted(migrated[what] - lines, key=str) == []


# By hand, beside the code's own list: whoever lets the app delete more says so twice.
DELETED = {
    "agenda_item", "article_block", "article_source", "bind_code_use", "console_session", "decision",
    "dues_tick", "gathering_tag", "inbound_message", "link_code", "member_grade", "minutes_item",
    "office_answer", "org_setting", "phone_session", "picture", "planned_run", "roll", "roll_line",
    "ruling", "scheme", "screen_link", "tries", "wechat_event", "workday",
}  # fmt: skip


def privileges(connection: Connection) -> set[tuple[str, str | None, str]]:
    """Return (table, column or None, privilege) of all that the app's role was granted."""
    query = """
        SELECT relname, NULL, privilege_type FROM pg_class, aclexplode(relacl)
        WHERE relnamespace = 'public'::regnamespace AND grantee = CAST(:role AS regrole)
        UNION ALL
        SELECT relname, attname, privilege_type
        FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid, aclexplode(attacl)
        WHERE relnamespace = 'public'::regnamespace AND grantee = CAST(:role AS regrole)
    """
    role = make_url(url(APP, "postgres")).username
    return {(table, column, what) for table, column, what in connection.execute(text(query), {"role": role})}


def test_app_is_granted_no_more_than_it_needs(owner: Connection) -> None:
    written = "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'"
    written += " AND table_name <> 'alembic_version' AND column_name <> 'created_at' AND is_identity = 'NO'"
    wanted: set[tuple[str, str | None, str]] = {(table, None, "SELECT") for table in TABLES}
    wanted |= {("alembic_version", None, "SELECT")}
    wanted |= {(table, None, "DELETE") for table in DELETED}
    for table, column in owner.execute(text(written)):
        wanted |= {(table, column, "INSERT")}
        wanted |= {(table, column, "UPDATE")} if table not in KEPT else set()
    assert privileges(owner) == wanted
    role = {"role": make_url(url(APP, "postgres")).username}
    assert not owner.scalar(text("SELECT has_schema_privilege(:role, 'public', 'CREATE')"), role)
    assert not owner.scalar(text("SELECT has_database_privilege(:role, current_database(), 'CREATE')"), role)


def test_migrating_again_changes_nothing_but_takes_back_what_was_granted_by_hand(
    database: str, owner: Connection
) -> None:
    fill(database)
    rows, granted = contents(owner), privileges(owner)
    role = make_url(url(APP, "postgres")).username
    owner.exec_driver_sql(f'GRANT UPDATE, TRUNCATE ON point_entry TO "{role}"')
    owner.exec_driver_sql(f'GRANT UPDATE (points) ON point_entry TO "{role}"')
    assert privileges(owner) != granted
    migrate(url(OWNER, database), url(APP, database))
    assert (contents(owner), privileges(owner)) == (rows, granted)


def test_one_role_for_everything_is_migrated_without_grants(empty: str) -> None:
    migrate(url(OWNER, empty), url(OWNER, empty))
    with owned(empty) as connection:
        assert tables(connection) == set(TABLES)
        assert privileges(connection) == set()
