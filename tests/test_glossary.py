"""docs/glossary.md is true: names stand where it says, each table has its word, no word is used twice."""

import ast
import re
from pathlib import Path

import pytest

from models.tables import METADATA

ROOT = Path(__file__).parents[1]
ROWS = re.findall(
    r"^\| (.+?) \| `(\w+)` \| `([\w/.]+)` \|$", (ROOT / "docs" / "glossary.md").read_text("utf-8"), re.M
)


@pytest.mark.parametrize(("name", "where"), [pytest.param(name, where, id=name) for _, name, where in ROWS])
def test_name_stands_where_the_page_says(name: str, where: str) -> None:
    tree = ast.parse((ROOT / where).read_text("utf-8"))
    assert name in {node.name for node in tree.body if isinstance(node, ast.ClassDef | ast.FunctionDef)}


def test_every_table_has_its_word() -> None:
    tables = {re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower() for _, name, _ in ROWS}
    assert set(METADATA.tables) - tables == set()


def test_no_word_and_no_name_has_two_rows() -> None:
    for column in (0, 1):
        words = [row[column] for row in ROWS]
        assert len(words) == len(set(words)), sorted({word for word in words if words.count(word) > 1})
