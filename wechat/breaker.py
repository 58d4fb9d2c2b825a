"""A platform that is down is left alone for a while, so that nobody waits for it in vain."""

import threading
import time
from collections.abc import Callable

FAILURES = 10
"""So many calls in a row without any answer are no chance: at one in twenty, once in ten billion."""
PAUSE = 10.0
"""Seconds until one call may probe; a probe that never comes back counts as failed after as many."""


class Breaker:
    """The way to one host, for every thread of this process; `clock` gives seconds.

    It opens after ten calls in a row without a clear answer. After a pause one call goes through: its answer
    closes the breaker, its silence opens it for another pause. Whatever WeChat answers, a refusal included,
    shows that it is there.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._mutex = threading.Lock()
        self._failures = 0
        self._closed_again_at = 0.0

    def room(self, most: int) -> int:
        """Say how many calls of `most` have a chance now: none while open, one when a probe is due."""
        if self._failures < FAILURES:
            return most
        return min(most, 1) if self._clock() >= self._closed_again_at else 0

    def admits(self) -> bool:
        """Let a call through, or not; the first one after a pause is the probe."""
        if self._failures < FAILURES:
            return True
        with self._mutex:
            now = self._clock()
            if self._failures >= FAILURES and now < self._closed_again_at:
                return False
            self._closed_again_at = now + PAUSE
            return True

    def answered(self) -> bool:
        """Note a clear answer; return whether it closed the breaker."""
        if not self._failures:
            return False
        with self._mutex:
            was_open, self._failures = self._failures >= FAILURES, 0
            return was_open

    def failed(self) -> bool:
        """Note a call without a clear answer; return whether it opened the breaker."""
        with self._mutex:
            self._failures += 1
            if self._failures >= FAILURES:
                self._closed_again_at = self._clock() + PAUSE
            return self._failures == FAILURES
