"""Bring a database to the newest shape and give the app's role no more than it needs."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, make_url, text
from sqlalchemy.pool import NullPool

from models.tables import APPEND_ONLY, TABLES


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def newest() -> str:
    """Return the revision that the code expects."""
    return str(ScriptDirectory.from_config(_config()).get_current_head())


def migrate(owner_url: str, app_url: str, *, revision: str = "head") -> None:
    """Migrate as the owner, up or down to `revision`, then grant the role of `app_url` its rights."""
    role = make_url(app_url).username
    engine = create_engine(owner_url, poolclass=NullPool)
    with engine.connect() as connection:
        current = connection.scalar(text("SELECT to_regclass('alembic_version')"))
        before = connection.scalar(text("SELECT version_num FROM alembic_version")) if current else None
        connection.commit()
        config = _config(connection)
        if revision in ("base", before) or revision.startswith("-"):
            command.downgrade(config, revision)
        else:
            command.upgrade(config, revision)
        if role and role != make_url(owner_url).username and revision == "head":
            grant(connection, role)
            connection.commit()


def grant(connection: Connection, role: str) -> None:
    """Grant `role` what the product does and nothing else.

    Nobody but the owner alters a table, switches off a trigger, sets `created_at`, or touches an
    append-only row again.
    """
    quoted = '"' + role.replace('"', '""') + '"'
    kept = {table.__tablename__ for table in APPEND_ONLY}
    run = connection.exec_driver_sql
    run(f"GRANT USAGE ON SCHEMA public TO {quoted}")
    run(f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {quoted}")
    run(f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {quoted}")
    for name, table in TABLES.items():
        columns = ", ".join(f'"{column.name}"' for column in table.columns if column.name != "created_at")
        run(f'GRANT INSERT ({columns}) ON "{name}" TO {quoted}')
        if name not in kept:
            run(f'GRANT UPDATE ({columns}) ON "{name}" TO {quoted}')
            run(f'GRANT DELETE ON "{name}" TO {quoted}')
