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
    said = [line.split()[0] for line in done.output.splitlines() if line.startswith("  ")]
    assert said == ["0023", "0022"]
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


@pytest.mark.parametrize("typed", ["0099", "22", "base", "head", "-1", "", "0022; DROP TABLE org"])
def test_a_step_that_is_none_is_refused_and_those_that_are_named(run: Run, database: str, typed: str) -> None:
    done = run("--back-to", typed, "--yes")
    assert isinstance(done.exception, Refused)
    assert done.exception.code == "unknown_revision"
    assert "0001、0002" in done.exception.message
    assert revision(database) == newest()
