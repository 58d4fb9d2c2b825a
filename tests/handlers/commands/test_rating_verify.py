"""A filed rating reckoned again at the command line, from the database or from a saved record alone."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from handlers.command_line import commands
from handlers.desk import Desk
from models.base import Sessions
from models.notices.audience import Channels
from tests.conftest import NOON
from tests.factories import KEYRING
from tests.ratings.walk import a_walk


def rating(sessions: Sessions | None, *words: str | Path) -> Result:
    """Run a command of ratings; without sessions there is no database at all."""

    def desk() -> Desk:
        assert sessions is not None
        return Desk(sessions, KEYRING, lambda: NOON, Channels("wxoa", "wxmini", None), False, "")

    return CliRunner().invoke(commands, ["rating", *(str(word) for word in words)], obj=desk)


@pytest.fixture
def filed(sessions: Sessions) -> str:
    """The number of a filed rating."""
    with sessions.begin() as session:
        return str(a_walk(session, full=6).confirmed().id)


def test_filed_rating_holds(sessions: Sessions, filed: str) -> None:
    done = rating(sessions, "verify", filed)
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout.startswith("重算结果与存档一致。校验码 ")


def test_saved_record_holds_without_any_database(sessions: Sessions, filed: str, tmp_path: Path) -> None:
    record = tmp_path / "存档.json"
    record.write_text(rating(sessions, "snapshot", filed).stdout, "utf-8")
    done = rating(None, "verify", "--file", record)
    assert (done.exit_code, done.stdout) == (0, rating(sessions, "verify", filed).stdout)


def test_changed_record_is_told_place_by_place(sessions: Sessions, filed: str, tmp_path: Path) -> None:
    record = tmp_path / "存档.json"
    text = rating(sessions, "snapshot", filed).stdout
    record.write_text(text.replace('"star_final":3', '"star_final":4', 1), "utf-8")
    done = rating(None, "verify", "--file", record)
    assert (done.exit_code, done.stdout) == (1, "")
    assert "“star_final”：存档 4，重算 3\n" in done.stderr
    assert done.stderr.endswith("与存档不一致，共 2 处。\n")


def test_rating_that_is_not_filed_has_no_record(sessions: Sessions) -> None:
    with sessions.begin() as session:
        number = str(a_walk(session, full=3).begins().id)
    for word in ("verify", "snapshot"):
        done = rating(sessions, word, number)
        assert (done.exit_code, done.stdout) == (1, "")
        assert done.stderr == "这次定星还没有备案，没有存档可以核对\n"


def test_one_record_is_named_and_not_two(tmp_path: Path) -> None:
    record = tmp_path / "存档.json"
    record.write_text("{}", "utf-8")
    assert rating(None, "verify").exit_code == 2
    assert rating(None, "verify", "1", "--file", record).exit_code == 2
