"""One app's access token, fetched once for all threads and processes."""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from redis import Redis
from redis.exceptions import RedisError

from wechat.errors import Advice, WechatError

LEASE = 10.0
"""Seconds after which the lock of a dead process is free again."""
OVERLAP = 300
"""In a token's last 300 seconds WeChat hands out the next one and both are good: renew then."""
FORCE_PAUSE = 30
"""WeChat: a forced refresh less than 30 seconds after the last one does nothing; 20 a day are allowed."""
REDIS_PAUSE = 5.0
"""Seconds without asking a Redis that has just failed, so that senders do not wait for it at each call."""
STOP_PAUSE = 60.0
"""Seconds in which a refused secret or address is not tried again: repeated calls risk a block."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Local:
    token: str
    good_until: float


class AccessToken:
    """The app's stable token, shared through Redis under a lock with a lease.

    `fetch(force_refresh)` asks WeChat and returns (token, seconds it lives). Redis may be None or down:
    then each process keeps its own copy, which costs a few fetches more and nothing else, because an
    unforced fetch gives every process the same token. Source: WeChat, "Get stable access token".
    """

    def __init__(self, appid: str, redis: Redis | None, fetch: Callable[[bool], tuple[str, int]]) -> None:
        self._redis = redis
        self._fetch = fetch
        self._key = f"wx:{appid}:token"
        self._mutex = threading.Lock()
        self._local: _Local | None = None
        self._redis_away_until = 0.0
        self._forced_at = float("-inf")
        self._refusal: tuple[WechatError, float] | None = None

    def get(self) -> str:
        """Return a token believed good. WechatError: what the token call raised."""
        return self._read() or self._renew(None)

    def refresh(self, stale: str) -> str:
        """Return another token than `stale`, or `stale` itself if WeChat still calls it current.

        Asks without force first: usually somebody else's refresh is already there. Forces only when the
        same token comes back, and not within 30 seconds of the last time anybody did.
        """
        return self._renew(stale)

    def _renew(self, stale: str | None) -> str:
        # Threads queue on the mutex, processes on the lock: whoever comes second finds the first one's token.
        with self._mutex:
            lock = self._acquire()
            try:
                current = self._read()
                if current and current != stale:
                    return current
                return self._fetch_and_keep(stale)
            finally:
                if lock is not None:
                    self._ask(lambda _: lock.release())

    def _acquire(self) -> Any:
        """Take the lock shared by processes; None when Redis is away or the wait outlasts a lease.

        Going on without it is safe: it only saves fetches.
        """

        def acquire(redis: Redis) -> Any:
            lock = redis.lock(
                f"{self._key}:lock", timeout=LEASE, sleep=0.05, blocking_timeout=LEASE + 2, thread_local=False
            )
            return lock if lock.acquire() else None

        return self._ask(acquire)

    def _fetch_and_keep(self, stale: str | None) -> str:
        if self._refusal and time.monotonic() < self._refusal[1]:
            told = self._refusal[0]
            raise WechatError(told.errcode, told.errmsg, path=told.path, rid=told.rid, advice=told.advice)
        try:
            token, lives = self._fetch(False)
            if token == stale and self._may_force():
                token, lives = self._fetch(True)
        except WechatError as refused:
            if refused.advice is Advice.STOP:
                self._refusal = (refused, time.monotonic() + STOP_PAUSE)
            raise
        self._refusal = None
        keep = max(lives - OVERLAP, min(60, lives // 2), 1)
        self._local = _Local(token, time.monotonic() + keep)
        self._ask(lambda redis: redis.set(self._key, token, ex=keep))
        return token

    def _may_force(self) -> bool:
        """Claim the one forced refresh of these 30 seconds, for all processes."""
        now = time.monotonic()
        if now - self._forced_at < FORCE_PAUSE:
            return False
        if (
            self._ask(lambda redis: bool(redis.set(f"{self._key}:forced", 1, nx=True, ex=FORCE_PAUSE)))
            is False
        ):
            return False
        self._forced_at = now
        return True

    def _read(self) -> str | None:
        found = self._ask(lambda redis: redis.get(self._key) or "")
        if found is None:  # Redis is away: what this process knows itself
            local = self._local
            return local.token if local and time.monotonic() < local.good_until else None
        return found.decode() if isinstance(found, bytes) else found or None

    def _ask(self, question: Callable[[Redis], Any]) -> Any:
        """Return Redis's answer, or None while it is away."""
        if self._redis is None or time.monotonic() < self._redis_away_until:
            return None
        try:
            return question(self._redis)
        except (RedisError, OSError) as failure:
            self._redis_away_until = time.monotonic() + REDIS_PAUSE
            log.warning("redis is away, the access token is kept in this process: %s", type(failure).__name__)
            return None
