"""The operator's page, docs/operations.md, leaves out nothing that runs, that is set or has to be read."""

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

import app
from handlers.command_line import commands
from jobs.schedule import schedule
from models.notices.audience import Channels
from models.people.org import Setting, settings_of
from settings import Environment
from tests.factories import a_branch, a_township, a_zone

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "operations.md").read_text("utf-8")
ROOMS = ("handlers", "jobs", "models", "wechat")


assert app.serve  # whose import adds the commands that start processes


def words_of(group: click.Group, before: str = "") -> Iterator[str]:
    """Yield every command as it is typed, also those that --help does not list."""
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from words_of(command, f"{before}{name} ")
        else:
            yield before + name


@pytest.mark.parametrize("command", sorted(words_of(commands)))
def test_page_names_every_command(command: str) -> None:
    assert f"`{command}`" in PAGE


@pytest.mark.parametrize("kind", [planned.kind for planned in schedule(Channels(None, None, None))])
def test_page_says_when_every_job_runs(kind: str) -> None:
    assert re.search(rf"^\| `{kind}` \| .+ \| .+ \|$", PAGE, re.MULTILINE)


def test_page_lists_no_job_that_is_gone() -> None:
    table = PAGE[PAGE.index("| 任务 |") :].partition("\n\n")[0]
    planned = {planned.kind for planned in schedule(Channels(None, None, None))}
    assert set(re.findall(r"^\| `(\w+)`", table, re.MULTILINE)) == planned


def test_page_says_what_to_do_about_every_alert() -> None:
    sources = [path.read_text("utf-8") for room in ROOMS for path in (ROOT / room).rglob("*.py")]
    alerts = {found for source in sources for found in re.findall(r'"(alert: [a-z ]+)', source)}
    assert alerts
    assert [alert for alert in alerts if f"`{alert}" not in PAGE] == []


@pytest.mark.parametrize("setting", Setting)
def test_page_says_how_every_setting_is_set(setting: Setting) -> None:
    assert re.search(rf"^\| `{setting}` \| .+ \| .+ \| .+ \|$", PAGE, re.MULTILINE)


def test_sql_of_the_page_sets_what_it_says_for_everybody_below(session: Session) -> None:
    found = re.search(r"```sql\n(.+?)```", PAGE, re.DOTALL)
    assert found
    branch = a_branch(session, a_township(session, a_zone(session, code="ZONE")))
    for _ in range(2):
        session.execute(text(found[1]))
    assert settings_of(session, branch)[Setting.MONTH_LIMIT] == 5


def test_page_names_every_variable_of_the_environment() -> None:
    names = [name.upper() for name in Environment.__dataclass_fields__]
    told = set(re.findall(r"`([A-Z_]+)`", PAGE))
    told |= {f"WECHAT_{app}{rest}" for app in ("OA", "MINI") for rest in told if rest.startswith("_")}
    assert [name for name in names if name not in told] == []
