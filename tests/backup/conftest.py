"""A backup of the demonstration, made once by each worker that asks, and empty databases to restore it to."""

import secrets
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.pool import NullPool

from handlers.command_line import commands
from handlers.desk import Desk
from models.base import connect, sessions_of
from models.keyring import Keyring
from models.notices.audience import Channels
from tests.conftest import APP, NOON, OWNER, database_for_all, drop_database, url
from tests.demo.conftest import fill
from tests.factories import KEYRING

Command = Callable[..., Result]


def at_desk(database: str, *words: str, keyring: Keyring = KEYRING, owner_url: str = "") -> Result:
    """Run a command against a database, in this process."""
    engine = connect(url(APP, database), pool_size=1)
    desk = Desk(
        sessions_of(engine), keyring, lambda: NOON, Channels(None, None, None), False, "",
        app_url=url(APP, database), owner_url=owner_url or url(OWNER, database),
    )  # fmt: skip
    done = CliRunner().invoke(commands, [*words], obj=lambda: desk)
    engine.dispose()
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done


def owned(database: str) -> Connection:
    """The owner's connection; each statement commits."""
    engine = create_engine(url(OWNER, database), poolclass=NullPool, isolation_level="AUTOCOMMIT")
    return engine.connect()


def is_bare(database: str) -> bool:
    """Look whether a database has not a single table."""
    with owned(database) as connection:
        query = "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace"
        return bool(connection.scalar(text(query)) == 0)


@pytest.fixture
def empty() -> Iterator[str]:
    """The name of a database with nothing in it."""
    name = f"zone_{secrets.token_hex(6)}"
    with owned("postgres") as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    yield name
    drop_database(name)


@pytest.fixture(scope="session")
def original() -> str:
    """The demonstration's database, which nobody changes."""
    return database_for_all("demonstration", fill)


@pytest.fixture(scope="session")
def made(original: str, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The folder of a backup of the demonstration, and what the command said."""
    parent = tmp_path_factory.mktemp("kept") / "backups"
    done = at_desk(original, "backup", str(parent))
    assert done.exit_code == 0, done.output
    [folder] = parent.iterdir()
    return folder, done.stdout


@pytest.fixture
def kept(made: tuple[Path, str], tmp_path: Path) -> Path:
    """A copy of the backup, to be spoilt."""
    return Path(shutil.copytree(made[0], tmp_path / "copy"))
