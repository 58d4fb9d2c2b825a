"""One app's access token, fetched once for all threads and processes."""

import logging
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from redis import Redis
from redis.exceptions import LockError, RedisError

from wechat.errors import Advice, WechatError

FETCH_WITHIN = 5.0
"""Seconds in which a token call has to end, sooner than the lease of whoever makes it."""
LEASE = 6.0
"""Seconds after which the lock of a dead process is free again."""
OVERLAP = 300
"""In a token's last 300 seconds WeChat hands out the next one and both are good: renew then."""
LONGEST_LIFE = 7200
CONFIRMED = 30
"""Seconds in which a token that WeChat has just called current is not asked about again."""
FORCE_PAUSE = 35
"""WeChat takes a forced refresh 30 seconds after the last one; some more for calls that travelled slowly."""
FORCES_A_DAY = 20
DAY, SHANGHAI = 86_400, 8 * 3600
RECENT = 1.0
"""Seconds in which a process believes what it last read: at hundreds of sends a second Redis costs most."""
REDIS_PAUSE = 5.0
"""Seconds without asking a Redis that has just failed, so that senders do not wait for it at each call."""
STOP_PAUSE = 60.0
"""Seconds in which a refused secret or address is not tried again: repeated calls risk a block."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Held:
    """A token as it was taken; `confirmed`: WeChat has lately called it current though it refused it."""

    token: str = field(repr=False)
    confirmed: bool = False


@dataclass(frozen=True)
class _Local:
    token: str = field(repr=False)
    good_until: float


class AccessToken:
    """The app's stable token, shared through Redis under a lock with a lease.

    `fetch(force_refresh)` asks WeChat and returns (token, seconds it lives). Redis may be None or down:
    then each process keeps its own copy, which costs a few fetches more, because an unforced fetch gives
    every process the same token; and nobody forces, because nobody counts. Source: WeChat, "Get stable
    access token".
    """

    def __init__(self, appid: str, redis: Redis | None, fetch: Callable[[bool], tuple[str, int]]) -> None:
        self._redis = redis
        self._fetch = fetch
        self._key = f"wx:{appid}:token"
        self._mutex = threading.Lock()
        self._local: _Local | None = None
        self._confirmed: _Local | None = None
        self._recent: tuple[Held, float] | None = None
        self._redis_away_until = 0.0
        self._failure: tuple[WechatError, float] | None = None

    def get(self) -> Held:
        """Return a token believed good. WechatError: what the token call raised."""
        recent = self._recent
        if recent is not None and time.monotonic() < recent[1]:
            return recent[0]
        held = self._read() or self._renew(None)
        self._recent = held, time.monotonic() + RECENT
        return held

    def refresh(self, refused: Held) -> Held:
        """Return what to repeat a call with that WeChat refused for its token; `refused` if nothing helps.

        Asks without force: usually somebody else's refresh is already there. Where WeChat calls the refused
        token current, its own machines may disagree for a moment: the same one is returned, once. One that
        was `confirmed` when it was taken is refreshed by force, if the day and these seconds allow it.
        """
        self._recent = None
        return self._renew(refused)

    def _renew(self, refused: Held | None) -> Held:
        # Threads queue on the mutex, processes on the lock: whoever comes second finds the first one's token.
        began = time.monotonic()
        with self._mutex:
            self._share_failure(began)
            lock = self._acquire()
            try:
                current = self._read()
                if current is not None and (refused is None or current.token != refused.token):
                    return current
                if current is not None and current.confirmed and refused and not refused.confirmed:
                    return current
                return self._fetch_and_keep(refused)
            finally:
                if lock is not None:
                    self._release(lock)

    def _share_failure(self, began: float) -> None:
        """Raise what the token call raised while this thread was waiting for it, or shortly before a stop."""
        if self._failure is None:
            return
        told, ended = self._failure
        stops = told.advice is Advice.STOP and time.monotonic() < ended + STOP_PAUSE
        if stops or began < ended:
            raise type(told)(told.errcode, told.errmsg, path=told.path, rid=told.rid, advice=told.advice)

    def _acquire(self) -> Any:
        """Take the lock shared by processes; None when Redis is away or the wait outlasts a lease.

        Going on without it is safe: it only saves fetches.
        """

        def acquire(redis: Redis) -> Any:
            lock = redis.lock(
                f"{self._key}:lock", timeout=LEASE, sleep=0.05, blocking_timeout=LEASE + 1, thread_local=False
            )
            return lock if lock.acquire() else None

        return self._ask(acquire)

    def _release(self, lock: Any) -> None:
        with suppress(LockError):  # the lease ran out, and the lock may be another's by now
            self._ask(lambda _: lock.release())

    def _fetch_and_keep(self, refused: Held | None) -> Held:
        force = refused is not None and refused.confirmed
        if refused and force and not self._may_force():
            return refused
        try:
            token, lives = self._fetch(force)
        except WechatError as failure:
            self._failure = (failure, time.monotonic())
            raise
        self._failure = None
        lives = min(lives, LONGEST_LIFE)
        keep = max(lives - OVERLAP, min(60, lives // 2), 1)
        self._local = _Local(token, time.monotonic() + keep)
        self._ask(lambda redis: redis.set(self._key, token, ex=keep))
        if refused is None or refused.token != token or force:
            return Held(token)
        self._confirmed = _Local(token, time.monotonic() + CONFIRMED)
        self._ask(lambda redis: redis.set(f"{self._key}:confirmed", token, ex=CONFIRMED))
        return Held(token, confirmed=True)

    def _may_force(self) -> bool:
        """Claim the one forced refresh of these seconds, and one of the day's, for all processes."""

        def claim(redis: Redis) -> bool:
            if not redis.set(f"{self._key}:forced", 1, nx=True, ex=FORCE_PAUSE):
                return False
            day = f"{self._key}:forced:{int(time.time() + SHANGHAI) // DAY}"
            number = redis.incr(day)
            redis.expire(day, 2 * DAY)
            return int(number) <= FORCES_A_DAY

        return self._ask(claim) is True

    def _read(self) -> Held | None:
        found = self._ask(lambda redis: redis.mget(self._key, f"{self._key}:confirmed"))
        if found is not None:
            token, confirmed = (one.decode() if isinstance(one, bytes) else one for one in found)
            return Held(token, confirmed == token) if token else None
        # Redis is away: what this process knows itself.
        now, local, confirmed = time.monotonic(), self._local, self._confirmed
        if local is None or now >= local.good_until:
            return None
        return Held(
            local.token, bool(confirmed and confirmed.token == local.token and now < confirmed.good_until)
        )

    def _ask(self, question: Callable[[Redis], Any]) -> Any:
        """Return Redis's answer, or None while it is away."""
        if self._redis is None or time.monotonic() < self._redis_away_until:
            return None
        try:
            return question(self._redis)
        except LockError:
            raise
        except (RedisError, OSError) as failure:
            self._redis_away_until = time.monotonic() + REDIS_PAUSE
            log.warning("redis is away, the access token is kept in this process: %s", type(failure).__name__)
            return None
