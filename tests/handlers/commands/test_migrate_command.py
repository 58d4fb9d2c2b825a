"""The operator at the command line brings the database up, and back only where what is lost was said."""

from collections.abc import Callable

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from handlers.command_line import commands
from handlers.desk import Desk
from models.base import Sessions
from models.migrate import newest
from models.notices.audience import Channels
from models.refused import Refused
from tests.backup.conftest import owned
from tests.conftest import APP, NOON, OWNER, url
from tests.factories import KEYRING, a_zone

OLDER = "0021"
Run = Callable[..., Result]


def revision(database: str) -> str:
    engine = create_engine(url(OWNER, database), poolclass=NullPool)
    with engine.connect() as connection:
        return str(connection.scalar(text("SELECT version_num FROM alembic_version")))


@pytest.fixture
def run(database: str, sessions: Sessions) -> Run:
    """What runs `migrate` with words on this test's database, with one organisation in it."""
    with sessions.begin() as session:
        a_zone(session, code="ZONE")
    desk = Desk(
        sessions, KEYRING, lambda: NOON, Channels(None, None, None), False, "",
        app_url=url(APP, database), owner_url=url(OWNER, database),
    )  # fmt: skip
    return lambda *words: CliRunner().invoke(commands, ["migrate", *words], obj=lambda: desk)


def test_going_back_first_says_each_step_and_changes_nothing(run: Run, database: str) -> None:
    done = run("--back-to", OLDER)
    assert isinstance(done.exception, Refused)
    assert done.exception.code == "loss_not_confirmed"
    assert "要退回 2 步：0023、0022。" in done.output
    assert revision(database) == newest()


def test_it_goes_back_when_told_and_up_again_with_the_records(
    run: Run, database: str, sessions: Sessions
) -> None:
    assert f"已退回到 {OLDER}" in run("--back-to", OLDER, "--yes").output
    assert revision(database) == OLDER
    assert "没有改动" in run("--back-to", OLDER, "--yes").output
    assert run().output == "数据库已是最新。\n"
    assert revision(database) == newest()
    with sessions() as session:
        assert session.scalar(text("SELECT count(*) FROM org WHERE code = 'ZONE'")) == 1


def test_database_of_a_newer_version_is_left_alone_and_the_way_back_is_said(run: Run, database: str) -> None:
    # Control: without the look at the revision, alembic's traceback comes.
    with owned(database) as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    done = run()
    assert isinstance(done.exception, Refused)
    assert f"--back-to {newest()}" in done.exception.message
    assert revision(database) == "9999"


@pytest.mark.parametrize("typed", ["0099", "22", "base", "head", "-1", "", "0022; DROP TABLE org"])
def test_a_step_that_is_none_is_refused_and_those_that_are_named(run: Run, database: str, typed: str) -> None:
    done = run("--back-to", typed, "--yes")
    assert isinstance(done.exception, Refused)
    assert done.exception.code == "unknown_revision"
    assert "0001、0002" in done.exception.message
    assert revision(database) == newest()
