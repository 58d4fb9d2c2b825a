"""Pushing to callbacks: five seconds, three tries, and a small pool for what nobody waits for."""

import queue
import threading
import time

import urllib3

from simulator.library import Publication
from simulator.payloads import Push, push_request, result_event, signed_url
from simulator.replies import Malformed, Outcome, judge
from simulator.state import Message, State

TRIES = 3
TIMEOUT = 5.0
THREADS = 32
QUEUE = 50_000


class Pusher:
    """The threads that push, with the queue of result events they work off."""

    def __init__(self, state: State) -> None:
        self.state = state
        self.http = urllib3.PoolManager(
            num_pools=8, maxsize=4 * THREADS, retries=False, timeout=urllib3.Timeout(total=TIMEOUT)
        )
        self.queue: queue.Queue[tuple[int, Message | Publication, bool]] = queue.Queue(QUEUE)
        for _ in range(THREADS):
            threading.Thread(target=self._work_off, daemon=True).start()

    def queue_event(self, message: Message | Publication, *, msgid_zero: bool = False) -> None:
        """Queue the result event of a message or publication; a full queue loses it and counts that."""
        try:
            self.queue.put_nowait((self.state.generation, message, msgid_zero))
        except queue.Full:
            with self.state.lock:
                self.state.counters["push_lost"] += 1

    def push_event(self, message: Message | Publication, *, msgid_zero: bool = False) -> Outcome:
        """Push a result event now and wait for the callback's answer."""
        account = self.state.accounts[message.appid]
        event = result_event(account, message, self.state.now(), msgid_zero=msgid_zero)
        outcome = self.push(event)
        if outcome.verdict in ("ok", "reply"):
            message.event_sent = True
        return outcome

    def push(self, push: Push) -> Outcome:
        """Push up to three times with the same MsgId and CreateTime; judge the first answer of HTTP 200."""
        if not push.account.callback_url:
            return Outcome("no_callback", detail="the account has no callback_url")
        outcome = Outcome("unanswered")
        for number in range(1, TRIES + 1):
            with self.state.lock:
                self.state.counters["pushes" if number == 1 else "push_retries"] += 1
            outcome = self._try(push, number)
            if outcome.verdict != "unanswered":
                break
        return outcome

    def _try(self, push: Push, number: int) -> Outcome:
        started = time.monotonic()
        query, body, content_type = push_request(push, self.state.now())
        url = push.account.callback_url or ""
        headers = {"Content-Type": content_type, "User-Agent": "Mozilla/4.0", "Accept": "*/*"}
        try:
            answer = self.http.request(
                "POST", signed_url(url, query), body=body, headers=headers, redirect=False
            )
        except urllib3.exceptions.HTTPError as error:
            outcome = Outcome("unanswered", number, None, [], type(error).__name__)
        else:
            outcome = _outcome(push, number, answer.status, answer.data)
        self._log(push, outcome, url, int(1000 * (time.monotonic() - started)))
        return outcome

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
            note=f"try {outcome.tries}" if outcome.tries > 1 else "",
        )

    def _work_off(self) -> None:
        while True:
            generation, message, msgid_zero = self.queue.get()
            if generation == self.state.generation and message.appid in self.state.accounts:
                self.push_event(message, msgid_zero=msgid_zero)


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
