"""What a run of fuzzing keeps: answers by operation, what must not be, the slowest, and the memory."""

import logging
import secrets
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import psutil
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.strategies import SearchStrategy

MB = 1024 * 1024
HANGS = 20  # seconds after which a request is one that never ends
CHINESE = range(0x4E00, 0x9FFF)


@dataclass
class Fuzzed:
    """What became of so many requests; `of` is the operation or the form that was asked."""

    seed: int = field(default_factory=lambda: secrets.randbelow(2**32))
    answers: Counter[tuple[str, int]] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    slowest: tuple[float, str] = (0.0, "")
    settled: int = 0

    @contextmanager
    def timed(self, what: str, *, most: float = HANGS) -> Iterator[None]:
        """Time one request; one that does not end is ended, and wrong."""
        signal.signal(signal.SIGALRM, _never_ends)
        signal.setitimer(signal.ITIMER_REAL, most)
        started = time.perf_counter()
        try:
            yield
        except TimeoutError:
            self.wrong.append(f"no end: {what}")
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            self.slowest = max(self.slowest, (time.perf_counter() - started, what))

    @property
    def asked(self) -> int:
        """How many were asked."""
        return self.answers.total()

    def succeeded(self, of: str) -> int:
        """Return how many of one operation did what was asked."""
        return sum(number for (asked, status), number in self.answers.items() if asked == of and status < 400)

    def settle(self) -> None:
        """Remember the memory from here on, where all is built that is built once."""
        self.settled = psutil.Process().memory_info().rss

    def growth(self) -> float:
        """Return by how many megabytes the process grew since."""
        return (psutil.Process().memory_info().rss - self.settled) / MB

    def shown(self) -> str:
        """Return it for reading."""
        statuses = Counter[int]()
        for (_, status), number in self.answers.items():
            statuses[status] += number
        took, what = self.slowest
        lines = [", ".join(f"{status}: {number}" for status, number in sorted(statuses.items()))]
        lines.append(f"slowest {took * 1000:.0f} ms ({what[:160]}), memory {self.growth():+.1f} MB")
        lines.append(f"seed {self.seed}: {self.asked} requests, {len(self.wrong)} wrong")
        return "\n".join([*self.wrong[:20], *lines])


def _never_ends(*_: object) -> None:
    raise TimeoutError


def drawn(run: Fuzzed, strategy: SearchStrategy[Any], number: int, act: Callable[[Any], None]) -> None:
    """Act on so many examples of a strategy, from the run's own seed; none is kept or made smaller."""

    @seed(run.seed)
    @settings(
        max_examples=number,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def each(example: Any) -> None:
        act(example)

    logging.getLogger("handlers").setLevel(logging.CRITICAL)
    try:
        each()
    finally:
        logging.getLogger("handlers").setLevel(logging.NOTSET)


def is_chinese(text: object) -> bool:
    """Say whether a text says something in Chinese."""
    return isinstance(text, str) and any(ord(sign) in CHINESE for sign in text)
