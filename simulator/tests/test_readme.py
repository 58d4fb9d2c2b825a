"""What the README tells a stranger to do does work, and it names all there is."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import get_args

import pytest

from simulator.accounts import Account
from simulator.faults import Kind
from simulator.tests.conformance import README, calls_table, control_table, rules_table, written
from simulator.tests.conftest import Simulator, free_port, started
from simulator.undocumented import Undocumented

TEXT = README.read_text(encoding="utf-8")
WRITE = "python -m simulator.tests.conformance --write"


def section(title: str) -> str:
    """The text under a heading."""
    return TEXT.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def blocks(text: str, language: str) -> list[str]:
    """The code blocks of one language."""
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.DOTALL | re.MULTILINE)


# At the end of PATH, for machines without curl: what the README asks of it.
CURL = """\
import sys
from urllib.request import urlopen

_, _, _, body, address = sys.argv
print(urlopen(address, body.encode()).read().decode(), end="")
"""


def with_curl(folder: Path) -> dict[str, str]:
    """The environment, in which there is a curl."""
    (folder / "curl").write_text(f"#!{sys.executable}\n{CURL}", encoding="utf-8")
    (folder / "curl").chmod(0o755)
    return os.environ | {"PATH": f"{os.environ['PATH']}{os.pathsep}{folder}"}


def test_stranger_sends_a_first_template_message(tmp_path: Path) -> None:
    told = section("Your first template message")
    (accounts,) = blocks(told, "toml")
    start, calls = blocks(told, "sh")
    (tmp_path / "accounts.toml").write_text(accounts, encoding="utf-8")
    port = free_port()
    assert start.split()[:3] == ["python", "-m", "simulator"]
    options = [str(tmp_path / one) if one.endswith(".toml") else one for one in start.split()[3:]]
    with started("--port", str(port), *options):
        base = f"http://127.0.0.1:{port}"
        script = calls.replace("http://127.0.0.1:8001", base)
        assert script.count(base) == 3
        run = subprocess.run(
            ["bash", "-e"],
            input=script,
            env=with_curl(tmp_path),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        answer = json.loads(run.stdout[run.stdout.rindex('{"errcode"') :])
        assert (answer["errcode"], answer["errmsg"]) == (0, "ok"), run.stdout
        [sent] = Simulator(base).get("/_sim/messages", appid="wx-demo-oa")["items"]
        assert (sent["openid"], sent["data"]["time2"]) == ("o_li", "15:00")


@pytest.mark.parametrize(
    ("part", "table"), [("calls", calls_table), ("control", control_table), ("rules", rules_table)]
)
def test_table_is_that_of_the_code(part: str, table: Callable[[], str]) -> None:
    assert written(TEXT, part, table()) == TEXT, WRITE


def test_every_field_of_an_account_is_explained() -> None:
    told = section("The accounts file")
    assert [name for name in Account.model_fields if f"`{name}`" not in told] == []


def test_every_fault_is_explained() -> None:
    told = section("Faults")
    assert [kind for kind in get_args(Kind) if f"`{kind}`" not in told] == []


def test_every_open_question_is_explained() -> None:
    told = section("Chosen where nothing is documented")
    assert [name for name in Undocumented.model_fields if f"`{name}`" not in told] == []


def test_every_option_of_the_command_line_is_named() -> None:
    environment = os.environ | {"COLUMNS": "200"}
    command = [sys.executable, "-m", "simulator", "--help"]
    shown = subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout
    options = set(re.findall(r"(?<![\w-])--[a-z-]+", shown)) - {"--help"}
    assert len(options) > 3
    told = section("The command line")
    assert [one for one in sorted(options) if one not in told] == []


def test_pictures_of_the_page_are_there() -> None:
    pictures = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", TEXT)
    assert sorted(pictures) == ["page-1280.png", "page-360.png"]
    assert [name for name in pictures if not (README.parent / name).exists()] == []
