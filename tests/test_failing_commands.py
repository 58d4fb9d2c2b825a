"""What goes wrong in a command is one Chinese sentence that helps, and never a traceback or a row."""

import gc
import os
import signal
import socket
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError

import app
from handlers.command_line import BUSY, DATABASE, FULL, sentence_of
from tests.backup.conftest import empty as empty
from tests.backup.conftest import owned
from tests.conftest import APP, OWNER, REDIS, url
from tests.running import ROOT, Running

pytestmark = pytest.mark.processes


def running(folder: Path, database: str, owner: str) -> Running:
    """An installation that is told of these databases; nothing of it runs."""
    return Running(folder, database=database, owner=owner, redis=os.environ[REDIS], at=datetime.now(UTC))


def test_command_before_migrate_says_to_migrate(tmp_path: Path, empty: str) -> None:
    # Control: with OperationalError alone caught in main, this is a traceback.
    installation = running(tmp_path, url(APP, empty), url(OWNER, empty))
    words = ("create-admin", "--login", "a", "--name", "何桂芳", "--org", "ZONE")
    assert installation.command(*words, fails=True) == f"{DATABASE}\n"


def test_migrate_by_a_role_that_may_not_says_whose_work_it_is(tmp_path: Path, empty: str) -> None:
    said = running(tmp_path, url(APP, empty), url(APP, empty)).command("migrate", fails=True)
    assert (said.count("\n"), "要填表的主人" in said) == (1, True)


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ("XX000", FULL), ("53100", FULL), ("55P03", BUSY), ("57014", BUSY), ("42P01", DATABASE),
        ("25006", "只能读"), ("53300", "连接用完了"), ("57P01", "连不上数据库"), ("22012", "DivisionByZero"),
    ],
)  # fmt: skip
def test_every_state_of_a_database_has_its_sentence(database: str, state: str, said: str) -> None:
    raised = f"DO $$ BEGIN RAISE EXCEPTION 'of 何桂芳' USING ERRCODE = '{state}'; END $$"
    with owned(database) as connection, pytest.raises(DBAPIError) as caught:
        connection.exec_driver_sql(raised)
    sentence = sentence_of(caught.value)
    assert said in sentence
    assert "何桂芳" not in sentence


def test_row_that_a_database_refuses_is_not_repeated(database: str) -> None:
    with owned(database) as connection, pytest.raises(IntegrityError) as caught:
        connection.execute(
            text("INSERT INTO account (login, name, password_hash) VALUES ('何桂芳', NULL, '')")
        )
    assert "何桂芳" not in sentence_of(caught.value)


def test_ctrl_c_ends_a_command_without_a_word_and_leaves_nothing_half_done(tmp_path: Path) -> None:
    # Control: without the except for click.Abort, its traceback comes.
    # Begun in the background of a script, the tests ignore Ctrl-C, and so would every command of theirs.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        silent.settimeout(60)
        nowhere = f"postgresql+psycopg://nobody@127.0.0.1:{silent.getsockname()[1]}/none"
        backup = subprocess.Popen(
            [sys.executable, "app.py", "backup", str(tmp_path / "backups")],
            cwd=ROOT, env=running(tmp_path, nowhere, nowhere).environment, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        asking, _ = silent.accept()
        with asking:
            asking.recv(1)  # it has asked, and waits
            backup.send_signal(signal.SIGINT)
            _, said = backup.communicate(timeout=60)
    assert (backup.returncode, said.strip()) == (130, "")
    assert list((tmp_path / "backups").iterdir()) == []


def test_garbage_collector_that_rests_while_a_command_starts_works_afterwards() -> None:
    # Control: without gc.enable() after the imports of app.py it rests for good, in web and jobs too.
    assert app.serve
    assert gc.isenabled()
