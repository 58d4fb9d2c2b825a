"""Start child processes that never outlive this one, and keep their passwords in private files."""

import os
import secrets
import shutil
import signal
import socket
import subprocess
import sysconfig
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

HOST = "127.0.0.1"
# Where wheels are unpacked. Only their binaries are used: their own starters make system users, open up
# parent folders and leave orphans.
WHEELS = Path(sysconfig.get_path("purelib"))

Process = subprocess.Popen[bytes]


class Failed(Exception):
    """A part did not start or stopped by itself; the text is for the person who gave the command."""


def spawn(
    command: Sequence[str | Path],
    log: Path,
    *,
    death: str = "TERM",
    user: tuple[int, int] | None = None,
    env: Mapping[str, str] | None = None,
) -> Process:
    """Start a child that gets the signal `death` when this process dies, in whatever way.

    Its output is appended to `log`. A session of its own keeps a terminal's Ctrl-C for us. Call it from
    the main thread: Linux sends the signal when the thread that started the child ends.
    """
    with log.open("ab") as output:
        return subprocess.Popen(
            [*tied(death, user), *command],
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )


def tied(death: str, user: tuple[int, int] | None = None) -> list[str]:
    """Build the prefix of a command that gets the signal `death` with us, as `user` (uid, gid), not root."""
    if not shutil.which("setpriv"):
        if user:
            raise Failed("以 root 启动数据库需要 setpriv（属于 util-linux），请安装，或改用普通用户")
        return []  # Not Linux: what a killed parent leaves behind is joined at the next start.
    prefix = ["setpriv", f"--pdeathsig={death}"]
    if user:
        prefix += [f"--reuid={user[0]}", f"--regid={user[1]}", "--clear-groups"]
        # The right to walk through a closed home, so that no folder need be opened up; without
        # no_setuid_fixup access(2) would ignore it.
        prefix += [
            "--securebits=+no_setuid_fixup",
            "--inh-caps=+dac_override",
            "--ambient-caps=+dac_override",
        ]
    return prefix


def launch(start: Callable[[], Process], answers: Callable[[], bool], log: Path) -> Process:
    """Start a server and wait up to a minute for its first answer. Raises Failed.

    One that exits is tried again for ten seconds: the children of a killed PostgreSQL hold its memory
    for a moment, and the port found free may be somebody else's by now.
    """
    began, process = time.monotonic(), start()
    while not answers():
        age, dead = time.monotonic() - began, process.poll() is not None
        if age > (10 if dead else 60):
            finish(process, seconds=0)
            raise Failed(f"没有启动成功，原因见 {log}")
        if dead:
            process = start()
        time.sleep(0.03)
    return process


def finish(process: Process, *, seconds: float) -> None:
    """Wait for the end of a child that was told to stop; after the seconds kill it and what it started."""
    with suppress(subprocess.TimeoutExpired):
        process.wait(seconds)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def free_port() -> int:
    """Ask the system for a port that nobody listens on."""
    with socket.create_server((HOST, 0)) as server:
        return int(server.getsockname()[1])


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner can read, whole or not at all."""
    fresh = path.with_name(f"{path.name}.new")
    fresh.unlink(missing_ok=True)
    with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
    fresh.replace(path)


def kept_password(path: Path) -> str:
    """Read the password in a private file, making it the first time."""
    if not path.exists():
        write_private(path, secrets.token_hex(16))
    return path.read_text()
