"""Faults on demand: which calls go wrong, and how, chosen by a person or a test."""

import itertools
import random
import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, model_validator

# In the order in which the faults of one call take effect. Where one says "nothing done", those after it do
# not come to pass; of several of one kind the first that was ordered counts.
Kind = Literal[
    "clock_skew",  # the clock is off by `seconds`: lifetimes, CreateTime, timestamp; path "push": any push
    "token_invalid",  # the call's access_token dies before the work: 40001 from now on
    "slow",  # waits `seconds`, then works and answers
    "timeout_before",  # nothing done, no answer: after `seconds` the connection closes
    "reset_before",  # nothing done, the connection closes at once
    "html_502",  # nothing done, answers a gateway's HTML page
    "errcode",  # nothing done, answers `errcode`
    "publish_status",  # a publication ends with `status`; 1: it stays under way until it is told to end
    "event_lost",  # the result event is never pushed
    "event_withheld",  # the result event waits until it is released
    "event_before_response",  # pushes the result event and awaits its answer before answering the call
    "event_late",  # the result event is pushed `seconds` later on the simulator's clock
    "event_twice",  # the result event is pushed twice; a withheld or early one once more at once
    "event_msgid_zero",  # the result event carries MsgID 0
    "timeout_after",  # works, no answer: after `seconds` the connection closes
    "reset_after",  # works, the connection closes at once
    "empty_body",  # works, answers HTTP 200 without a body
    "truncated_body",  # works, breaks off in the middle of the answer's body
]
ORDER = get_args(Kind)
SUBMIT = "/cgi-bin/freepublish/submit"
PUSH = "push"
"""The path under which pushes may be struck."""
SECONDS = {
    "slow": 0.03,
    "timeout_before": 15.0,
    "timeout_after": 15.0,
    "event_late": 60.0,
    "clock_skew": 600.0,
}


class FaultOrder(BaseModel):
    """A fault as ordered: where it strikes (path, openid, appid) and how often.

    `nth`: only the n-th matching call; `count`: the first so many; `share`: that part of them, drawn
    from `seed`, the same of the same calls in the same order; none of the three: every matching call.
    """

    model_config = ConfigDict(extra="forbid")

    kind: Kind
    path: str | None = None
    openid: str | None = None
    appid: str | None = None
    nth: int | None = Field(default=None, ge=1)
    count: int | None = Field(default=None, ge=1)
    share: float | None = Field(default=None, ge=0, le=1)
    seed: int = 0
    seconds: float | None = Field(default=None, ge=-8_000_000, le=8_000_000)
    errcode: int | None = None
    status: int | None = Field(default=None, ge=0, le=6)

    @model_validator(mode="after")
    def _must_make_sense(self) -> "FaultOrder":
        if (self.kind == "errcode") != (self.errcode is not None):
            raise ValueError("errcode belongs to the kind errcode, and only there")
        if (self.kind == "publish_status") != (self.status is not None):
            raise ValueError("status belongs to the kind publish_status, and only there")
        if self.kind == "publish_status":
            self.path = self.path or SUBMIT
        if self.path == PUSH and self.kind != "clock_skew":
            raise ValueError(f"{self.kind} strikes calls, not pushes")
        self._seconds_must_make_sense()
        if sum(one is not None for one in (self.nth, self.count, self.share)) > 1:
            raise ValueError("give one of nth, count, share")
        return self

    def _seconds_must_make_sense(self) -> None:
        if self.seconds is None:
            return
        if self.kind not in SECONDS:
            raise ValueError(f"seconds means nothing for {self.kind}")
        if self.seconds < 0 and self.kind != "clock_skew":
            raise ValueError(f"{self.kind} does not end before it begins")
        if self.seconds > 600 and self.kind in ("slow", "timeout_before", "timeout_after"):
            raise ValueError("nobody waits longer than 600 seconds")


_ids = itertools.count(1)


@dataclass
class Fault:
    """A fault in force: its order, how many calls matched, how many it struck."""

    order: FaultOrder
    id: int = field(default_factory=lambda: next(_ids))
    matched: int = 0
    fired: int = 0
    lifted: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self._random = random.Random(self.order.seed)  # noqa: S311  repeatable, not secret

    @property
    def seconds(self) -> float:
        """How long this fault waits, in seconds."""
        return self.order.seconds if self.order.seconds is not None else SECONDS.get(self.order.kind, 0.0)

    def wait(self) -> None:
        """Wait as long as the fault says, or until it is lifted."""
        self.lifted.wait(self.seconds)

    def strikes(self, path: str, openid: str | None, appid: str | None) -> bool:
        """Say whether this call is struck; counts it, so ask once a call and under the state's lock."""
        order = self.order
        if order.path not in (None, path) or order.openid not in (None, openid):
            return False
        if order.appid not in (None, appid):
            return False
        self.matched += 1
        if order.nth is not None:
            struck = self.matched == order.nth
        elif order.count is not None:
            struck = self.matched <= order.count
        elif order.share is not None:
            struck = self._random.random() < order.share
        else:
            struck = True
        self.fired += struck
        return struck

    def json(self) -> dict[str, Any]:
        """Show the fault to the control API."""
        shown = self.order.model_dump(exclude_none=True)
        return {"id": self.id, **shown, "matched": self.matched, "fired": self.fired}


def struck_by(faults: Iterable[Fault], path: str, openid: str | None, appid: str | None) -> dict[str, Fault]:
    """Ask every fault about one call; return those that strike by kind, in ORDER."""
    struck: dict[str, Fault] = {}
    for fault in faults:
        if fault.strikes(path, openid, appid):
            struck.setdefault(fault.order.kind, fault)
    return {kind: struck[kind] for kind in ORDER if kind in struck}
