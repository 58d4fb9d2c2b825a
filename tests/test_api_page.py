"""docs/api.md is true: every route, field and error code stands in it, and nothing else does."""

import ast
import json
import re
from functools import cache
from pathlib import Path

import pytest

from handlers.errors import BY_CONSTRAINT, PLAIN
from models.refused import COMMANDS, REGISTER, STATUS_OF, Refused
from tests.handlers.fields import FIELDS, PROJECTOR
from tests.handlers.routes import ROUTES

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "api.md").read_text("utf-8")


@cache
def refused_codes() -> frozenset[str]:
    """Return the code of every `Refused(…)` in models and handlers; each must be a literal."""
    codes = set()
    for path in (*(ROOT / "models").rglob("*.py"), *(ROOT / "handlers").rglob("*.py")):
        text = path.read_text("utf-8")
        for node in ast.walk(ast.parse(text)) if "Refused(" in text else ():
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Refused":
                code = node.args[0]
                assert isinstance(code, ast.Constant), f"{path}:{node.lineno} hides its code"
                codes.add(str(code.value))
    return frozenset(codes)


def tabled(heading: str) -> list[list[str]]:
    """Return the cells of the table under a heading, without its head."""
    section = PAGE.partition(f"\n{heading}\n")[2]
    section = re.split(r"\n#+ ", section)[0]
    rows = [line.strip("|").split("|") for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in row] for row in rows[2:]]


def answered() -> dict[str, int]:
    """Return {code: status} of what handlers/errors.py answers without anybody's having raised it."""
    found = dict.fromkeys((code for code, _ in BY_CONSTRAINT.values()), 409)
    found |= {code: status for status, (code, _) in PLAIN.items() if status != 405}
    for node in ast.walk(ast.parse((ROOT / "handlers" / "errors.py").read_text("utf-8"))):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "answer":
            status, code = (getattr(one, "value", None) for one in node.args[:2])
            found |= {code: status} if isinstance(code, str) and isinstance(status, int) else {}
    return found


def test_every_code_that_is_said_is_in_the_register_and_no_other_once() -> None:
    said = refused_codes()
    assert said - set(STATUS_OF) == set(), "new codes: give them a status in models/refused.py"
    assert set(STATUS_OF) - said - set(answered()) == set(), "codes that nobody says any more"
    assert set(COMMANDS) <= said
    assert sum(len(codes.split()) for codes in REGISTER.values()) == len(STATUS_OF)


def test_answer_that_nobody_raised_has_the_status_of_the_register() -> None:
    assert {code: STATUS_OF.get(code) for code in answered()} == answered()


def test_code_that_is_not_in_the_register_cannot_be_raised() -> None:
    with pytest.raises(KeyError):
        Refused("no_such_code", "没有")


def test_page_names_every_code_with_its_status() -> None:
    by_http = tabled("### 接口和公众号会说的") + tabled("### 后台网页会说的")
    page = {code.strip("`"): int(status) for code, status, _ in by_http}
    assert page == {code: status for code, status in STATUS_OF.items() if code not in COMMANDS}
    assert {code.strip("`") for code, _ in tabled("### 命令行会说的")} == set(COMMANDS)


def test_every_code_is_brought_about_by_some_test() -> None:
    told: set[str] = set()
    for path in (ROOT / "tests").rglob("*.py"):
        if path != Path(__file__):
            told.update(re.findall(r"\w+", path.read_text("utf-8")))
    assert refused_codes() - told == set()


def test_page_names_every_route_and_no_other() -> None:
    routes = {
        re.sub(r"<(?:\w+(?:\([^)]*\))?:)?(\w+)>", r"{\1}", route.removesuffix(" draft")) for route in ROUTES
    }
    named = set(re.findall(r"`((?:GET|POST|PUT|DELETE) /[^`?]*)`", PAGE.partition("\n### 登录\n")[0]))
    for heading in ("## 其他地址", "## 后台网页"):
        for row in tabled(heading):
            named |= set(re.findall(r"`((?:GET|POST) /[^`]*)`", row[0]))
    assert {re.sub(r"<(\w+)\.<any\(txt, html\):kind>", r"{\1}", route) for route in routes} == named


def test_page_names_every_field() -> None:
    fields = {path.rpartition(".")[2] for paths in (*FIELDS.values(), PROJECTOR) for path in paths}
    assert {field for field in fields if not re.search(rf'[`"]{field}[`"]', PAGE)} == set()


def test_every_example_of_an_answer_has_the_fields_that_some_answer_has() -> None:
    answers = [{path for path in paths if "." not in path and "[" not in path} for paths in FIELDS.values()]
    examples = [set(json.loads(told)) for told in re.findall(r"```json\n(.+?)```", PAGE, re.DOTALL)]
    assert [example for example in examples if example not in (*answers, {"error"})] == []
