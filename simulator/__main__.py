"""The command line: python -m simulator, and what serves when it says so."""

import argparse
import contextlib
import functools
import multiprocessing.util
import os
import signal
import socket
import sys
import threading
import time
from pathlib import Path
from typing import Any

from granian import Granian
from granian.constants import Interfaces
from pydantic import ValidationError

from simulator.accounts import Account, read_accounts
from simulator.app import create_app
from simulator.keeping import Keeper, Unreadable, open_state
from simulator.state import State

THREADS = 1024  # most of them only wait: for a withheld answer, for a callback
STOP_SECONDS = 1


def main() -> int:
    """Serve until SIGTERM or SIGINT; return 0 then, 2 when a file or the port is no good."""
    options = _options()
    try:
        accounts = read_accounts(options.accounts) if options.accounts else []
    except (OSError, ValueError) as error:
        reason = _plain(error) if isinstance(error, ValidationError) else error
        print(f"simulator: {options.accounts}: {reason}", file=sys.stderr)
        return 2
    try:
        _state(accounts, options)
    except (OSError, Unreadable) as error:
        print(f"simulator: {options.state}: {getattr(error, 'strerror', None) or error}", file=sys.stderr)
        return 2
    if not _is_free(options.host, options.port):
        print(f"simulator: {options.host}:{options.port} is taken", file=sys.stderr)
        return 2
    server = Granian(
        "simulator",
        address=options.host,
        port=options.port,
        interface=Interfaces.WSGI,
        workers=1,
        blocking_threads=THREADS,
        log_enabled=False,
        workers_kill_timeout=10 * STOP_SECONDS if options.state else STOP_SECONDS,
    )
    start = functools.partial(_start, accounts, options, os.getpid())
    server.serve(target_loader=start, wrap_loader=False)
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m simulator", description="A simulator of WeChat's servers."
    )
    parser.add_argument("--port", type=int, default=8001)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--accounts", type=Path, metavar="FILE.toml", help="the accounts to play")
    parser.add_argument("--clock-offset", type=float, metavar="SECONDS", help="clock ahead by")
    parser.add_argument("--state", type=Path, metavar="FILE", help="keep everything here over a restart")
    return parser.parse_args()


def _plain(error: ValidationError) -> str:
    rows = error.errors(include_url=False, include_input=False, include_context=False)
    return "; ".join(f"{'.'.join(str(part) for part in row['loc'])}: {row['msg']}" for row in rows)


def _is_free(host: str, port: int) -> bool:
    # The server shares its port with whoever asks, so a second simulator would halve the first one's calls.
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def _state(accounts: list[Account], options: argparse.Namespace) -> State:
    state = State(accounts, options.clock_offset or 0.0)
    if options.state:
        open_state(state, options.state)
    if options.clock_offset is not None:
        state.offset = options.clock_offset
    return state


def _start(accounts: list[Account], options: argparse.Namespace, parent: int) -> Any:
    """Build the application in the worker process, which must not outlive its parent."""
    state = _state(accounts, options)
    if options.state:
        # The worker is no process that runs what atexit was told.
        multiprocessing.util.Finalize(None, Keeper(state, options.state).stop, exitpriority=1)
    told, tell = os.pipe()
    os.set_blocking(tell, False)
    signal.set_wakeup_fd(tell)
    threading.Thread(target=_let_go, args=(told, state), daemon=True).start()
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    threading.Thread(target=_announce, args=(options.host, options.port), daemon=True).start()
    return create_app(state)


def _let_go(told: int, state: State) -> None:
    """At a signal lift every fault: the server stops when the calls that wait have ended."""
    os.read(told, 1)
    with state.lock:
        for fault in state.faults:
            fault.lifted.set()


def _announce(host: str, port: int) -> None:
    # The server opens its port after this function's caller has returned: ask until it answers.
    while True:
        with contextlib.suppress(OSError), socket.create_connection((host, port), 1):
            break
        time.sleep(0.01)
    print(f"simulator: listening on http://{host}:{port}", flush=True)


def _end_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(0.2)
    os._exit(1)


if __name__ == "__main__":
    sys.exit(main())
