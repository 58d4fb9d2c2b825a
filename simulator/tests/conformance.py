"""The README's tables: rules from the tests that prove them, calls and routes from the code that answers.

python -m simulator.tests.conformance [--write]: prints the rules, or writes the tables into the README.
"""

import sys
from collections.abc import Iterator, Sequence
from importlib import import_module
from pathlib import Path
from types import FunctionType
from typing import NamedTuple

from simulator.app import create_app
from simulator.control.openapi import routes
from simulator.families import FAMILIES
from simulator.state import State

TESTS = Path(__file__).parent
README = TESTS.parent / "README.md"


class Proof(NamedTuple):
    """One rule of WeChat's and the test that holds the simulator to it."""

    family: str
    says: str
    source: str
    test: str


def proofs() -> list[Proof]:
    """List every rule that a test is marked with: by the file's name, then as they stand in it."""
    files = sorted(TESTS.rglob("test_*.py"), key=lambda file: file.stem)
    return [proof for file in files for proof in _proofs_of(file)]


def _proofs_of(file: Path) -> Iterator[Proof]:
    folder = file.parent.relative_to(TESTS).parts
    module = import_module(".".join((str(__package__), *folder, file.stem)))
    family = file.stem.removeprefix("test_").replace("_", " ")
    for test, function in vars(module).items():
        if isinstance(function, FunctionType) and test.startswith("test_"):
            # Decorators apply from below; the rules read from above.
            marks = [mark for mark in getattr(function, "pytestmark", []) if mark.name == "rule"]
            for mark in reversed(marks):
                says, source = mark.args
                yield Proof(family, says, source, test)


def rules_table() -> str:
    """Write the rules as a Markdown table."""
    rows = [
        (proof.family, proof.says, proof.source, f"`{proof.test.removeprefix('test_')}`")
        for proof in proofs()
    ]
    return _table(("family", "rule", "source", "test"), rows)


def calls_table() -> str:
    """Write the families of the API and their calls as a Markdown table."""
    rows = [
        (
            family.__name__.rpartition(".")[2].replace("_", " "),
            (family.__doc__ or "").partition("\n")[0],
            ", ".join(f"`{one.method} {one.path}`" for one in family.ENDPOINTS),
        )
        for family in FAMILIES
    ]
    return _table(("family", "what it is", "calls"), rows)


def control_table() -> str:
    """Write the control API's routes as a Markdown table."""
    described = routes(create_app(State([], 0)))
    rows = [
        (
            f"`{one.method} {one.path.removeprefix('/_sim/')}`",
            f"`{one.asked()}`" if one.asked() else "",
            one.says,
        )
        for one in described
    ]
    return _table(("under `/_sim/`", "takes", "does"), rows)


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    cells = ((cell.replace("|", "\\|") for cell in line) for line in lines)
    return "\n".join(f"| {' | '.join(line)} |" for line in cells)


def written(readme: str, part: str, table: str) -> str:
    """Put a table between a README's two markers of that name. Raises ValueError where they are missing."""
    start, end = f"<!-- {part} -->\n", f"<!-- /{part} -->"
    before, found, rest = readme.partition(start)
    _, closed, after = rest.partition(end)
    if not found or not closed:
        raise ValueError(f"the README has no place for {part}")
    return f"{before}{start}{table}\n{end}{after}"


def complete(readme: str) -> str:
    """Put the tables into a README's text."""
    for part, table in (("calls", calls_table), ("control", control_table), ("rules", rules_table)):
        readme = written(readme, part, table())
    return readme


def main() -> int:
    """Print the rules, or write the README."""
    if "--write" in sys.argv[1:]:
        README.write_text(complete(README.read_text(encoding="utf-8")), encoding="utf-8")
    else:
        print(rules_table())
    return 0


if __name__ == "__main__":
    sys.exit(main())
