"""Several hands at the same moment."""

import threading
from collections.abc import Callable, Sequence
from typing import Any

from models.refused import Refused


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


def meanwhile(doing: Callable[[], Any]) -> Callable[[], Any]:
    """Begin something that has to wait for the caller's transaction; return what gives its result."""
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
    thread.join(0.5)
    assert results == []

    def result() -> Any:
        thread.join(20)
        return results[0]

    return result
