"""The folder can be installed alone: it names all it needs, and runs with nothing else of the repository."""

import ast
import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
import requests

from simulator.tests.conftest import free_port

FOLDER = Path(__file__).parents[1]
PROJECT = tomllib.loads((FOLDER / "pyproject.toml").read_text(encoding="utf-8"))
BUILD = "import setuptools; setuptools.setup()"
# Comes with another one, as its documentation promises.
WITHIN = {"werkzeug": "flask"}


def sources() -> list[Path]:
    """The Python files that are installed: all but the tests."""
    return [file for file in sorted(FOLDER.rglob("*.py")) if "tests" not in file.relative_to(FOLDER).parts]


def imported(file: Path) -> Iterator[str]:
    """Name the packages that a file imports."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0]


def test_dependencies_are_what_is_imported() -> None:
    names = {name for file in sources() for name in imported(file)} - sys.stdlib_module_names - {"simulator"}
    owners = packages_distributions()
    needed = {WITHIN.get(name) or owners[name][0].lower() for name in names}
    assert {one.partition(">")[0] for one in PROJECT["project"]["dependencies"]} == needed


def test_every_folder_of_code_is_a_package_to_install() -> None:
    folders = {
        ".".join(("simulator", *file.parent.relative_to(FOLDER).parts))
        for file in sources()
        if file.name == "__init__.py"
    }
    assert set(PROJECT["tool"]["setuptools"]["packages"]) == folders


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder as its build leaves it, made from a copy far from the repository."""
    here = tmp_path_factory.mktemp("package")
    shutil.copytree(FOLDER, here / "source", ignore=shutil.ignore_patterns("__pycache__", "tests"))
    command = [sys.executable, "-c", BUILD, "build", "--build-lib", str(here / "built")]
    done = subprocess.run(command, cwd=here / "source", capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return here / "built"


def test_build_holds_all_files_of_the_page_and_no_test(built: Path) -> None:
    page = {str(file.relative_to(FOLDER)) for file in (FOLDER / "page").rglob("*") if file.is_file()}
    wanted = {name for name in page if "__pycache__" not in name}
    held = {str(file.relative_to(built / "simulator")) for file in built.rglob("*") if file.is_file()}
    assert wanted <= held
    assert not [name for name in held if name.startswith("tests")]


def test_build_runs_alone(built: Path) -> None:
    port = free_port()
    alone = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    command = [sys.executable, "-m", "simulator", "--port", str(port)]
    with subprocess.Popen(command, cwd=built, env=alone, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            assert "listening" in process.stdout.readline()
            page = requests.get(f"http://127.0.0.1:{port}/", timeout=10)
            assert page.status_code == 200
            assert "<title>" in page.text
        finally:
            process.terminate()
