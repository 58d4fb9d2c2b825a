"""The operator's imports at the command line: what they print, where, and how they end."""

import tracemalloc
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import func, select

from handlers.command_line import commands
from handlers.desk import Desk
from models.base import Sessions
from models.gatherings.calendar.calendar import HolidayYear
from models.notices.audience import Channels
from models.people.member import Member
from models.refused import Refused
from tests.conftest import NOON
from tests.factories import KEYRING, a_branch
from tests.gatherings.test_workday_import import notice
from tests.imports.sheets import a_workbook

FIXTURES = Path(__file__).parents[2] / "fixtures"
HEADER = ["支部", "姓名", "党员身份", "入党时间"]
GOOD = ["QS", "王建国", "正式党员", "1985-07"]
BAD = ["QS", "李秀英", "正式党员", "1985-02-30"]


def command(sessions: Sessions, *words: str | Path) -> Result:
    """Run a command in this process, against this database."""
    desk = Desk(sessions, KEYRING, lambda: NOON, Channels("wxoa", "wxmini", None), False, "")
    return CliRunner().invoke(commands, [str(word) for word in words], obj=lambda: desk)


def saved(folder: Path, *rows: list[str]) -> Path:
    file = folder / "名册.xlsx"
    file.write_bytes(a_workbook([HEADER, *rows]))
    return file


@pytest.fixture(autouse=True)
def branch(sessions: Sessions) -> None:
    """One branch."""
    with sessions.begin() as session:
        a_branch(session, code="QS")


def test_bad_row_is_said_on_the_error_stream_with_its_cell(sessions: Sessions, tmp_path: Path) -> None:
    done = command(sessions, "import-roster", saved(tmp_path, GOOD, BAD))
    assert (done.exit_code, done.stdout) == (1, "")
    assert "第 3 行 D 列“入党时间”：日历上没有这一天" in done.stderr
    with sessions() as session:
        assert session.scalar(select(func.count()).select_from(Member)) == 0


def test_good_file_is_imported_once(sessions: Sessions, tmp_path: Path) -> None:
    file = saved(tmp_path, GOOD)
    assert "试运行" in command(sessions, "import-roster", file, "--dry-run").stdout
    assert "已新增 1 行" in command(sessions, "import-roster", file, "--org", "QS").stdout
    assert "已新增 0 行，更新 0 行，1 行没有变化" in command(sessions, "import-roster", file).stdout


@pytest.mark.parametrize(
    ("file", "said"),
    [("roster-old-excel.xls", "老格式"), ("roster-with-password.xlsx", "密码")],
)
@pytest.mark.parametrize("name", ["import-roster", "import-orgs", "import-workdays"])
def test_file_that_is_no_workbook_is_refused_by_every_import(
    sessions: Sessions, name: str, file: str, said: str
) -> None:
    refused = command(sessions, name, FIXTURES / file).exception
    assert isinstance(refused, Refused)
    assert said in refused.message


def test_file_of_gigabytes_is_not_read(sessions: Sessions, tmp_path: Path) -> None:
    file = tmp_path / "名册.xlsx"
    with file.open("wb") as out:
        out.write(b"PK\x03\x04")
        out.truncate(8 * 1024**3)  # it takes no room on the disk
    tracemalloc.start()
    try:
        refused = command(sessions, "import-roster", file).exception
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert isinstance(refused, Refused)
    assert refused.code == "workbook_too_large"
    assert most < 60_000_000


def test_holidays_of_a_year_are_entered(sessions: Sessions, tmp_path: Path) -> None:
    file = tmp_path / "放假.xlsx"
    file.write_bytes(a_workbook([["国务院办公厅"], ["日期", "类别"], *notice()]))
    assert "将会新增 39 行" in command(sessions, "import-workdays", file, "--dry-run").stdout
    assert "已新增 39 行" in command(sessions, "import-workdays", file).stdout
    with sessions() as session:
        assert session.scalars(select(HolidayYear.year)).all() == [2026]
