"""The operator's page, docs/operations.md, leaves out nothing that runs, that is set or has to be read."""

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from sqlalchemy.orm import Session

import app
from handlers.command_line import commands
from handlers.desk import Desk
from jobs.schedule import schedule
from models.base import Sessions
from models.gatherings.setting import set_setting
from models.notices.audience import Channels
from models.people.account import ROLE_TEXT
from models.people.org import Org, Setting, settings_of
from models.refused import Refused
from settings import Environment
from tests.conftest import NOON
from tests.factories import KEYRING, a_branch, a_township, a_zone

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


@pytest.mark.parametrize(
    "kind", [planned.kind for planned in schedule(Channels(None, None, None), lambda *_: 0, lambda *_: 0)]
)
def test_page_says_when_every_job_runs(kind: str) -> None:
    assert re.search(rf"^\| `{kind}` \| .+ \| .+ \|$", PAGE, re.MULTILINE)


def test_page_lists_no_job_that_is_gone() -> None:
    table = PAGE[PAGE.index("| 任务 |") :].partition("\n\n")[0]
    planned = {planned.kind for planned in schedule(Channels(None, None, None), lambda *_: 0, lambda *_: 0)}
    assert set(re.findall(r"^\| `(\w+)`", table, re.MULTILINE)) == planned


def test_page_says_what_to_do_about_every_alert() -> None:
    sources = [path.read_text("utf-8") for room in ROOMS for path in (ROOT / room).rglob("*.py")]
    alerts = {found for source in sources for found in re.findall(r'"(alert: [a-z ]+)', source)}
    assert alerts
    assert [alert for alert in alerts if f"`{alert}" not in PAGE] == []


def test_page_says_what_each_post_does_and_lists_no_other() -> None:
    table = PAGE[PAGE.index("| 岗位 |") :].partition("\n\n")[0]
    named = re.findall(r"^\| (\w+) \| .+ \| .+ \|$", table, re.MULTILINE)
    assert sorted(named) == sorted(["岗位", *ROLE_TEXT.values()])


@pytest.mark.parametrize("setting", Setting)
def test_page_says_how_every_setting_is_set(setting: Setting) -> None:
    assert re.search(rf"^\| `{setting}` \| .+ \| .+ \| .+ \|$", PAGE, re.MULTILINE)


def test_command_of_the_page_sets_what_it_says_for_everybody_below(sessions: Sessions) -> None:
    found = re.search(r"python app\.py setting (\S+) (\S+) --org (\S+)", PAGE)
    assert found
    with sessions.begin() as session:
        branch_id = a_branch(session, a_township(session, a_zone(session, code=found[3]))).id
    desk = Desk(sessions, KEYRING, lambda: NOON, Channels(None, None, None), False, "")
    done = CliRunner().invoke(commands, ["setting", found[1], found[2], "--org", found[3]], obj=lambda: desk)
    assert done.exit_code == 0, done.output
    with sessions() as session:
        assert settings_of(session, session.get_one(Org, branch_id))[Setting(found[1])] == int(found[2])


@pytest.mark.parametrize(
    ("key", "typed"),
    [
        ("theme_day", "29"),
        ("leave_hours", "-1"),
        ("month_limit", "十"),
        ("scan", "是"),
        ("holiday_rule", "skip"),
    ],
)
def test_setting_says_what_is_allowed(session: Session, key: str, typed: str) -> None:
    with pytest.raises(Refused, match=key) as refused:
        set_setting(session, a_zone(session), Setting(key), typed)
    assert refused.value.code == "bad_setting"


def test_page_names_every_variable_of_the_environment() -> None:
    names = [name.upper() for name in Environment.__dataclass_fields__]
    told = set(re.findall(r"`([A-Z_]+)`", PAGE))
    told |= {f"WECHAT_{app}{rest}" for app in ("OA", "MINI") for rest in told if rest.startswith("_")}
    assert [name for name in names if name not in told] == []
