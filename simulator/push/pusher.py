"""Pushing to callbacks: five seconds, three tries, and a lane per account for what nobody waits for."""

import heapq
import itertools
import queue
import threading
import time
import traceback
from dataclasses import dataclass, field, replace

import urllib3

from simulator.accounts import Account
from simulator.faults import PUSH, struck_by
from simulator.push.payloads import Push, push_request, result_event, signed_url, verification
from simulator.push.replies import REPLY_LIMIT, Malformed, Outcome, judge
from simulator.state import Reported, State

TRIES = 3
TIMEOUT = 5.0
THREADS = 32  # for one account: its callback may be slow, others' pushes do not wait for it
IDLE = 10.0
QUEUE = 50_000


@dataclass(frozen=True)
class Waiting:
    """A result event that is to be pushed; one of before a reset has another generation and is not."""

    generation: int
    about: Reported
    msgid_zero: bool
    skew: float


@dataclass
class Lane:
    """The events of one account that wait, and the threads that push them; these end when idle."""

    queue: "queue.Queue[Waiting]" = field(default_factory=lambda: queue.Queue(QUEUE))
    lock: threading.Lock = field(default_factory=threading.Lock)
    threads: int = 0
    idle: int = 0


class Pusher:
    """All pushing to callbacks, and the events that wait for their time on the simulator's clock."""

    def __init__(self, state: State) -> None:
        self.state = state
        self.http = urllib3.PoolManager(num_pools=64, maxsize=1024, retries=False)
        self.lanes: dict[str, Lane] = {}
        self.late: list[tuple[float, int, Waiting]] = []
        self.numbers = itertools.count()
        self.clock = threading.Condition()
        threading.Thread(target=self._watch_clock, daemon=True).start()

    def queue_event(
        self, about: Reported, *, msgid_zero: bool = False, seconds: float = 0.0, skew: float = 0.0
    ) -> None:
        """Queue a result event, at once or for `seconds` later; a full queue loses it and counts that."""
        waiting = Waiting(self.state.generation, about, msgid_zero, skew)
        if seconds:
            with self.clock:
                heapq.heappush(self.late, (self.state.now() + seconds, next(self.numbers), waiting))
                self.clock.notify()
        else:
            self._queue(waiting)

    def push_event(self, about: Reported, *, msgid_zero: bool = False, skew: float = 0.0) -> Outcome:
        """Push a result event now and wait for the callback's answer; `skew` is as a Push has it."""
        account = self.state.accounts[about.appid]
        event = result_event(account, about, self.state.now() + skew, msgid_zero=msgid_zero)
        outcome = self.push(replace(event, skew=skew))
        if outcome.verdict in ("ok", "reply"):
            about.event_sent = True
            self.state.note(about)
        return outcome

    def push(self, push: Push) -> Outcome:
        """Push up to three times with the same MsgId and CreateTime; judge the first answer of HTTP 200."""
        if not push.account.callback_url:
            return Outcome("no_callback", detail="the account has no callback_url")
        push = self._skewed(push)
        outcome = Outcome("unanswered")
        for number in range(1, TRIES + 1):
            with self.state.lock:
                self.state.counters["pushes" if number == 1 else "push_retries"] += 1
            outcome = self._try(push, number)
            if outcome.verdict != "unanswered":
                break
        return outcome

    def verify(self, account: Account) -> Outcome:
        """Ask a callback whether it is the owner's, as saving its address in the console does.

        It has to answer echostr and nothing else. Source: WeChat, access overview.
        """
        query, echo = verification(account, self.state.now())
        if not account.callback_url:
            return Outcome("no_callback", detail="the account has no callback_url")
        started = time.monotonic()
        try:
            status, said = self._ask(
                "GET", signed_url(account.callback_url, query), b"", {}, started + TIMEOUT
            )
        except (urllib3.exceptions.HTTPError, TimeoutError) as error:
            return Outcome("unanswered", 1, None, [], type(error).__name__)
        if status != 200:
            return Outcome("unanswered", 1, status, [], f"HTTP {status}")
        return Outcome("ok" if said == echo.encode() else "malformed", 1, status)

    def clock_moved(self) -> None:
        """Look again which events' time has come."""
        with self.clock:
            self.clock.notify()

    def _skewed(self, push: Push) -> Push:
        with self.state.lock:
            faults = [one for one in self.state.faults if one.order.path == PUSH]
            struck = struck_by(faults, PUSH, push.openid, push.account.appid)
        return push.at_another_time(struck["clock_skew"].seconds) if struck else push

    def _try(self, push: Push, number: int) -> Outcome:
        started = time.monotonic()
        query, body, content_type = push_request(push, self.state.now() + push.skew)
        url = push.account.callback_url or ""
        headers = {"Content-Type": content_type, "User-Agent": "Mozilla/4.0", "Accept": "*/*"}
        try:
            status, said = self._ask("POST", signed_url(url, query), body, headers, started + TIMEOUT)
        except (urllib3.exceptions.HTTPError, TimeoutError) as error:
            outcome = Outcome("unanswered", number, None, [], type(error).__name__)
        else:
            outcome = _outcome(push, number, status, said)
        self._log(push, outcome, url, int(1000 * (time.monotonic() - started)))
        return outcome

    def _ask(
        self, method: str, url: str, body: bytes, headers: dict[str, str], end: float
    ) -> tuple[int, bytes]:
        timeout = urllib3.Timeout(total=TIMEOUT)
        answer = self.http.request(
            method,
            url,
            body=body or None,
            headers=headers,
            redirect=False,
            timeout=timeout,
            preload_content=False,
        )
        said = b""
        try:
            for part in answer.stream(REPLY_LIMIT + 1):
                said += part
                if time.monotonic() > end:
                    raise TimeoutError
                if len(said) > REPLY_LIMIT:
                    answer.close()
                    break
        except BaseException:
            answer.close()  # what comes late must not stand before the next answer
            raise
        answer.release_conn()
        return answer.status, said

    def _log(self, push: Push, outcome: Outcome, url: str, ms: int) -> None:
        said = "; ".join(str(reply.get("content", reply["type"])) for reply in outcome.replies)
        self.state.write_log(
            "push",
            "POST",
            urllib3.util.parse_url(url).path or "/",
            query="",
            request=f"{push.label} {push.openid} {_about(push)}".encode(),
            answer=" · ".join(filter(None, (outcome.verdict, said, outcome.detail))),
            status=outcome.status,
            ms=ms,
            faults=["clock_skew"] if push.skew else [],
            note=f"try {outcome.tries}" if outcome.tries > 1 else "",
        )

    def _queue(self, waiting: Waiting) -> None:
        account = self.state.accounts.get(waiting.about.appid)
        if account is None or not account.callback_url:
            return
        lane = self.lanes.setdefault(account.appid, Lane())
        try:
            lane.queue.put_nowait(waiting)
        except queue.Full:
            with self.state.lock:
                self.state.counters["push_lost"] += 1
        with lane.lock:
            self._start_if_needed(lane)

    def _work_off(self, lane: Lane) -> None:
        while waiting := self._next(lane):
            if waiting.generation != self.state.generation or waiting.about.appid not in self.state.accounts:
                continue
            try:
                self.push_event(waiting.about, msgid_zero=waiting.msgid_zero, skew=waiting.skew)
            except Exception:
                traceback.print_exc()  # one event that cannot be written does not end the lane

    def _next(self, lane: Lane) -> Waiting | None:
        """Wait for an event; None after a while: the thread that asked has to end then."""
        with lane.lock:
            lane.idle += 1
        try:
            waiting = lane.queue.get(timeout=IDLE)
        except queue.Empty:
            waiting = None
        with lane.lock:
            lane.idle -= 1
            if waiting is None:
                lane.threads -= 1
                self._start_if_needed(lane)
        return waiting

    def _start_if_needed(self, lane: Lane) -> None:
        if lane.queue.qsize() > lane.idle and lane.threads < THREADS:
            lane.threads += 1
            threading.Thread(target=self._work_off, args=(lane,), daemon=True).start()

    def _watch_clock(self) -> None:
        while True:
            with self.clock:
                if not self.late:
                    self.clock.wait()
                elif (ahead := self.late[0][0] - self.state.now()) > 0:
                    self.clock.wait(min(ahead, threading.TIMEOUT_MAX))
                else:
                    self._queue(heapq.heappop(self.late)[2])


def _about(push: Push) -> str:
    return push.about if push.msg_id is None else f"MsgId {push.msg_id}"


def _outcome(push: Push, tries: int, status: int, body: bytes) -> Outcome:
    if status != 200:
        return Outcome("unanswered", tries, status, [], f"HTTP {status}")
    try:
        replies = judge(push, body)
    except Malformed as error:
        return Outcome("malformed", tries, status, [], str(error))
    return Outcome("reply" if replies else "ok", tries, status, replies)
