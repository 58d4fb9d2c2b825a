"""Bring a database to the newest shape and give the app's role no more than it needs."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, make_url
from sqlalchemy.pool import NullPool

from models.refused import Refused
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


def is_known(revision: str) -> bool:
    """Return whether the code can bring a database of this revision to the newest."""
    known = ScriptDirectory.from_config(_config()).walk_revisions()
    return any(script.revision == revision for script in known)


def migrate(owner_url: str, app_url: str) -> None:
    """Migrate to the newest revision as the owner, then grant the role of `app_url` its rights.

    Where both addresses name one role there is nothing to grant: the triggers alone still guard.
    Refused: unknown_revision, where a newer version of the product was here.
    """
    owner, app = make_url(owner_url).username, make_url(app_url).username
    current = _revision_of(owner_url)
    if current and not is_known(current):
        way = f"请换上做它的那个版本，用它的 migrate --back-to {newest()} 退回来，再用这个版本"
        raise Refused("unknown_revision", f"数据库的结构（{current}）比这个程序新，没有改动。{way}")
    with _owned(owner_url) as connection:
        command.upgrade(_config(connection), "head")
        if app and app != owner:
            grant(connection, app)
            connection.commit()


def steps_back(owner_url: str, revision: str) -> list[str]:
    """Return what `downgrade` to `revision` would take back, newest first.

    Refused: unknown_revision, also for one that this database has not reached.
    """
    current = _revision_of(owner_url)
    scripts = ScriptDirectory.from_config(_config())
    way = [script for script in scripts.walk_revisions() if current and script.revision <= current]
    if revision not in {script.revision for script in way}:
        reached = "、".join(sorted(script.revision for script in way))
        raise Refused("unknown_revision", f"没有 {revision} 这一步，数据库到过的有：{reached or '没有'}")
    return [script.revision for script in way if script.revision > revision]


def downgrade(owner_url: str, revision: str) -> None:
    """Go back to `revision` (`0003`, `base`) as the owner; what the later revisions hold is lost."""
    with _owned(owner_url) as connection:
        command.downgrade(_config(connection), revision)


def _revision_of(owner_url: str) -> str | None:
    with _owned(owner_url) as connection:
        return MigrationContext.configure(connection).get_current_revision()


@contextmanager
def _owned(owner_url: str) -> Iterator[Connection]:
    engine = create_engine(owner_url, poolclass=NullPool)
    with engine.connect() as connection:
        yield connection


# What a running product takes away: drafts, edited texts, sessions, counters and what has had its time.
# Organisations, people, notices and everything else stay, ended or anonymised.
DELETED = {
    "agenda_item", "article_block", "article_source", "bind_code_use", "console_session", "decision",
    "dues_tick", "gathering_tag", "inbound_message", "link_code", "member_grade", "minutes_item",
    "office_answer", "org_setting", "phone_session", "picture", "planned_run", "roll", "roll_line",
    "ruling", "scheme", "screen_link", "tries", "wechat_event", "workday",
}  # fmt: skip


def grant(connection: Connection, role: str) -> None:
    """Grant `role` what the product does and nothing else.

    Nobody but the owner alters a table, switches off a trigger, chooses a key (OVERRIDING SYSTEM VALUE
    would), sets `created_at`, or touches an append-only row again.
    """
    quoted = '"' + role.replace('"', '""') + '"'
    kept = {table.__tablename__ for table in APPEND_ONLY}
    run = connection.exec_driver_sql
    run(f"GRANT USAGE ON SCHEMA public TO {quoted}")
    run(f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {quoted}")
    run(f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {quoted}")
    for name, table in TABLES.items():
        written = (column for column in table.columns if not column.identity and column.name != "created_at")
        columns = ", ".join(f'"{column.name}"' for column in written)
        run(f'GRANT INSERT ({columns}) ON "{name}" TO {quoted}')
        if name not in kept:
            run(f'GRANT UPDATE ({columns}) ON "{name}" TO {quoted}')
        if name in DELETED:
            run(f'GRANT DELETE ON "{name}" TO {quoted}')
