"""The operator's schemes at the command line: what is checked, what is published, what is refused."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import create_engine, func, select
from sqlalchemy.orm import sessionmaker

from handlers.command_line import commands
from handlers.desk import Desk
from models.base import Sessions
from models.notices.audience import Channels
from models.people.org import Org
from models.points.schemes.published import Scheme
from models.points.schemes.use import scheme_for
from models.refused import Refused
from tests.conftest import NOON
from tests.factories import KEYRING, a_branch, a_member, a_township, a_zone, an_account, an_entry
from tests.points.test_scheme_document import changed
from tests.points.test_scheme_sources import FROM_ELSEWHERE

SHIPPED = Path(__file__).parents[3] / "models" / "points" / "schemes"


def command(sessions: Sessions, *words: str | Path) -> Result:
    """Run a command in this process, against this database."""
    desk = Desk(sessions, KEYRING, lambda: NOON, Channels("wxoa", "wxmini", None), False, "")
    return CliRunner().invoke(commands, ["scheme", *(str(word) for word in words)], obj=lambda: desk)


def saved(folder: Path, content: dict[str, Any]) -> Path:
    file = folder / "办法.json"
    file.write_text(json.dumps(content, ensure_ascii=False), "utf-8")
    return file


@pytest.fixture
def branch(sessions: Sessions) -> Org:
    """One branch of one township."""
    with sessions.begin() as session:
        return a_branch(session, a_township(session, a_zone(session), code="JF"), code="QS")


def test_good_document_may_be_published(sessions: Sessions) -> None:
    done = command(sessions, "check", SHIPPED / "ZONE.json")
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout == "示范区积分办法（2026年版）（ZONE 第 1 版）没有写错的地方。\n可以发布。\n"


def test_every_error_is_printed_with_its_place_and_ends_with_one(sessions: Sessions, tmp_path: Path) -> None:
    content = changed("parts.1.cap", -1)
    content["items"][3]["part"] = "nowhere"
    done = command(sessions, "check", saved(tmp_path, content))
    assert (done.exit_code, done.stdout) == (1, "")
    assert "parts[1].cap：上限不能是负数\n" in done.stderr
    assert "items[3].part：没有“nowhere”这一部分\n" in done.stderr
    assert done.stderr.endswith("要改，共 2 处。\n")


def test_warnings_alone_end_with_zero(sessions: Sessions) -> None:
    done = command(sessions, "check", FROM_ELSEWHERE / "huguan.json")
    assert done.exit_code == 0
    assert "请看 open[2]：全年合计怎样分为四个等次没有说明（补齐前不能发布）" in done.stdout
    assert done.stdout.endswith("还有没写明的地方，补齐后才能发布。\n")


def test_check_works_where_no_database_answers() -> None:
    nowhere: Sessions = sessionmaker(create_engine("postgresql+psycopg://x@127.0.0.1:1/x"))
    done = command(nowhere, "check", SHIPPED / "DEMO.json")
    assert done.exit_code == 0
    assert "连不上数据库，没有与已经发布的办法比较。" in done.stdout


def test_next_version_is_compared_with_the_one_before(
    sessions: Sessions, branch: Org, tmp_path: Path
) -> None:
    command(sessions, "publish", SHIPPED / "DEMO.json", "--org", "QS")
    content = json.loads((SHIPPED / "DEMO.json").read_text("utf-8"), parse_float=str)
    content |= {"version": 2, "cycle": "year", "aggregate_up": None}
    done = command(sessions, "check", saved(tmp_path, content))
    assert "请看 cycle：第 1 版每季度评定，这一版每年评定" in done.stdout


def test_published_scheme_holds_from_the_month_on(sessions: Sessions, branch: Org) -> None:
    done = command(sessions, "publish", SHIPPED / "ZONE.json", "--org", "JF", "--from", "2027-01")
    assert done.exit_code == 0, done.output
    assert "ZONE 第 1 版已定为" in done.stdout
    assert "从 2027-01 起" in done.stdout
    with sessions() as session:
        assert scheme_for(session, branch, "2026-12") is None
        found = scheme_for(session, branch, "2027-01")
        assert found is not None
        assert found.code == "ZONE"


def test_without_a_month_it_holds_from_the_cycle_that_runs(sessions: Sessions, branch: Org) -> None:
    command(sessions, "publish", SHIPPED / "DEMO.json", "--org", "JF")
    with sessions() as session:
        assert scheme_for(session, branch, "2026-10") is not None
        assert scheme_for(session, branch, "2026-09") is None


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--from", "2027-02"), "month_not_cycle_start"),
        (("--from", "2027"), "period_invalid"),
    ],
)
def test_month_that_starts_no_cycle_publishes_nothing(
    sessions: Sessions, branch: Org, words: tuple[str, ...], code: str
) -> None:
    done = command(sessions, "publish", SHIPPED / "ZONE.json", "--org", "JF", *words)
    assert isinstance(done.exception, Refused)
    assert done.exception.code == code
    with sessions() as session:
        assert session.scalar(select(func.count()).select_from(Scheme)) == 0


def test_same_version_is_not_published_twice(sessions: Sessions, branch: Org) -> None:
    command(sessions, "publish", SHIPPED / "ZONE.json", "--org", "JF")
    again = command(sessions, "publish", SHIPPED / "ZONE.json", "--org", "JF")
    assert (again.exit_code, again.stdout) == (1, "")
    assert "ZONE 第 1 版已经发布过，不能再改" in again.stderr


def test_file_of_gigabytes_is_not_read(sessions: Sessions, tmp_path: Path) -> None:
    file = tmp_path / "办法.json"
    with file.open("wb") as out:
        out.truncate(8 * 1024**3)  # it takes no room on the disk
    done = command(sessions, "check", file)
    assert done.exit_code == 1
    assert done.stderr == "全文：文件太大，最多 500 KB\n要改，共 1 处。\n"


def test_month_that_was_posted_under_another_scheme_keeps_it(sessions: Sessions, branch: Org) -> None:
    command(sessions, "publish", SHIPPED / "DEMO.json", "--org", "JF", "--from", "2026-01")
    with sessions.begin() as session:
        scheme = session.scalars(select(Scheme)).one()
        an_entry(session, a_member(session, branch), scheme, an_account(session))
    done = command(sessions, "publish", SHIPPED / "ZONE.json", "--org", "JF", "--from", "2026-01")
    assert isinstance(done.exception, Refused)
    assert done.exception.code == "cycle_running"
