"""Several hands at the same moment."""

import threading
from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from models.refused import Refused
from tests.running import until

WAIT_FOR_ME = text(
    "SELECT count(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid))"
)


def at_once(doings: Sequence[Callable[[], Any]]) -> list[Any]:
    """Start all at a barrier; return each one's result or its refusal's code; raise anything else."""
    barrier = threading.Barrier(len(doings))
    results: list[Any] = [None] * len(doings)

    def run(n: int) -> None:
        barrier.wait()
        try:
            results[n] = doings[n]()
        except Refused as refused:
            results[n] = refused.code
        except Exception as error:
            results[n] = error

    threads = [threading.Thread(target=run, args=(n,)) for n in range(len(doings))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    for result in results:
        if isinstance(result, Exception):
            raise result
    return results


def meanwhile(doing: Callable[[], Any], of: Session | None = None) -> Callable[[], Any]:
    """Begin something that has to wait for the caller's transaction; return what gives its result.

    With `of`, the caller's session, it goes on once somebody waits for it, however slow the machine is.
    """
    results: list[Any] = []

    def run() -> None:
        try:
            results.append(doing())
        except Refused as refused:
            results.append(refused.code)
        except Exception as error:
            results.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    if of is None:
        thread.join(0.5)
    else:
        until(lambda: results or of.scalar(WAIT_FOR_ME))
    assert results == []

    def result() -> Any:
        thread.join(20)
        return results[0]

    return result
