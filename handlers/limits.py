"""How much one person may ask for: calls a minute and files an hour, far beyond what anybody works.

Counted by person, never by address: a whole hall shares one. The check-in is not counted, it has limits of
its own. The counts are in Redis and may be lost; while Redis is away nobody is counted and nobody refused.
"""

import logging
import time
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from redis import Redis
from redis.exceptions import RedisError

PAUSE = 10.0  # seconds without a question to a Redis that did not answer

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Limit:
    """So many at most in so many seconds, and what the person is told beyond."""

    name: str
    most: int
    seconds: int
    message: str

    @property
    def figures(self) -> tuple[int, str, int]:
        """What the log says of it."""
        return self.most, self.name, self.seconds


# A secretary who ticks two lines a second makes 120 calls in a minute.
CALLS = Limit("calls", 600, 60, "这一分钟里打开得太多了，请过一分钟再来")
FILES = Limit("files", 120, 3600, "这一小时里导出的文件太多了，请过一会儿再导")


@dataclass
class Counter:
    """Counts what one person asks for."""

    redis: Redis
    silent_until: float = 0.0  # on this process's own clock

    def beyond(self, limit: Limit, who: str, *, now: datetime) -> int:
        """Count one more; return by how many the person is beyond the limit: 1 the first time."""
        if time.monotonic() < self.silent_until:
            return 0
        key = f"limit:{limit.name}:{who}:{int(now.timestamp()) // limit.seconds}"
        try:
            count, _ = self._ask(key, limit.seconds)
        except RedisError as error:
            self.silent_until = time.monotonic() + PAUSE
            log.warning("nobody is counted for %d seconds: %s", PAUSE, type(error).__name__)
            return 0
        return max(0, int(count) - limit.most)

    def _ask(self, key: str, seconds: int) -> list[Any]:
        """Count in one round trip; a key never stays without its end."""
        asked = self.redis.pipeline(transaction=False)
        asked.incr(key)
        asked.expire(key, seconds)
        return asked.execute()


def wait_of(limit: Limit, now: datetime) -> int:
    """Return in how many seconds the count begins anew."""
    return limit.seconds - int(now.timestamp()) % limit.seconds
