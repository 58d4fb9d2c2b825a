"""The files of docs/deploy are what docs/部署.md says, and name only what exists."""

import re
from configparser import ConfigParser
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

import app
from handlers.command_line import commands
from settings import CLOCK, CONFIG_FILE, Environment

ROOT = Path(__file__).parent.parent
DEPLOY = ROOT / "docs" / "deploy"
PAGE = (ROOT / "docs" / "部署.md").read_text("utf-8")
# What a process is told beside its secrets and addresses.
TOLD = {"PROMETHEUS_MULTIPROC_DIR", "ZONE_CONFIG"}

assert app.serve  # whose import adds the commands that start processes


def unit(name: str) -> ConfigParser:
    """Read one of systemd's files."""
    parser = ConfigParser(interpolation=None, strict=True)
    parser.optionxform = str  # type: ignore[assignment, method-assign]
    parser.read_string((DEPLOY / name).read_text("utf-8"))
    return parser


def variables(text: str) -> set[str]:
    return set(re.findall(r"^([A-Z_]+)=", text, re.MULTILINE))


def typed(line: str) -> list[str]:
    """Return the words after `app.py`, of a command that has to exist with these options."""
    words = line.partition("app.py ")[2].split()
    command: Any = commands.commands[words[0]]
    known = {option for parameter in command.params for option in parameter.opts}
    assert {word for word in words if word.startswith("--")} <= known, line
    return words


@pytest.mark.parametrize("name", ["zone-web", "zone-jobs", "zone-backup"])
def test_unit_starts_a_command_that_exists_as_an_ordinary_user(name: str) -> None:
    service = unit(f"{name}.service")["Service"]
    assert name.removeprefix("zone-").replace("web", "serve") == typed(service["ExecStart"])[0]
    assert service["User"] == "zone"
    assert service["EnvironmentFile"] == "/etc/zone/env"
    assert service["UMask"] == "0077"


def test_what_has_to_stay_up_is_started_again() -> None:
    for name in ("zone-web", "zone-jobs"):
        assert unit(f"{name}.service")["Service"]["Restart"] == "always"


def test_web_and_jobs_keep_their_figures_in_the_folder_that_the_environment_names() -> None:
    folder = "/run/" + unit("zone-web.service")["Service"]["RuntimeDirectory"]
    assert f"PROMETHEUS_MULTIPROC_DIR={folder}\n" in (DEPLOY / "env.example").read_text("utf-8")
    assert unit("zone-jobs.service")["Service"]["RuntimeDirectory"] in folder


def test_backup_leaves_alone_the_folder_of_figures_which_it_may_not_write() -> None:
    assert unit("zone-backup.service")["Service"]["UnsetEnvironment"] == "PROMETHEUS_MULTIPROC_DIR"


def test_example_of_the_environment_has_every_variable_and_no_secret() -> None:
    text = (DEPLOY / "env.example").read_text("utf-8")
    wanted = {name.upper() for name in Environment.__dataclass_fields__} - {"SECRET_KEY_OLD"}
    assert variables(text) == wanted | TOLD
    secret = [line for line in text.splitlines() if re.match(r"[A-Z_]*(KEY|SECRET|TOKEN)[A-Z_]*=.", line)]
    assert secret == []
    assert CLOCK not in text


def test_nginx_hides_what_the_operators_page_says_it_hides_and_passes_the_id_of_a_request() -> None:
    text = (DEPLOY / "nginx.conf").read_text("utf-8")
    assert '"~^/[acns]/" "-"' in text
    assert "$request_uri" not in "".join(re.findall(r"log_format.*", text))
    assert "proxy_set_header X-Request-ID $request_id;" in text


def test_compose_starts_what_exists_with_variables_that_exist() -> None:
    services = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))["services"]
    known = {name.upper() for name in Environment.__dataclass_fields__} | TOLD
    for name in ("migrate", "jobs"):
        assert typed(" ".join(services[name]["command"])) == [name]
    for name in ("migrate", "web", "jobs"):
        assert set(services[name]["environment"]) <= known
    images = [services[name]["image"] for name in ("postgres", "valkey")]
    assert [image.partition(":")[0] for image in images] == ["postgres", "valkey/valkey"]
    assert typed(" ".join(re.findall(r'"([^"]+)"', (DEPLOY / "Dockerfile").read_text("utf-8"))))[0] == "serve"


@pytest.mark.parametrize("line", re.findall(r"^.*app\.py .*$", PAGE, re.MULTILINE))
def test_every_command_of_the_page_exists(line: str) -> None:
    assert typed(line.partition("    ")[0] if "  " in line.partition("app.py")[2] else line)


def test_page_leads_to_files_that_are_there() -> None:
    links = re.findall(r"\]\(([^)#]+)\)", PAGE)
    assert [link for link in links if not (ROOT / "docs" / link).exists()] == []
    assert CONFIG_FILE.name in PAGE
    assert isinstance(commands, click.Group)
