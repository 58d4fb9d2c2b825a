"""The events about an account itself: its verification, its customer service, and what has no name here."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from wechat.push import Push, Said, moment_in

Verified = Literal["qualification", "naming"]


@dataclass(frozen=True)
class VerificationPassed(Push):
    """The account's papers, or its name, were verified until `expires_at`."""

    what: Verified
    expires_at: datetime | None


@dataclass(frozen=True)
class VerificationFailed(Push):
    """The account's papers, or its name, were not verified; `reason` is WeChat's own."""

    what: Verified
    reason: str


@dataclass(frozen=True)
class VerificationDue(Push):
    """The verification must be renewed before `expires_at`."""

    expires_at: datetime | None


@dataclass(frozen=True)
class VerificationExpired(Push):
    """The verification ended at `expires_at`, and with it the right to most of WeChat's calls."""

    expires_at: datetime | None


@dataclass(frozen=True)
class ServiceSession(Push):
    """A conversation with customer service began, ended, or went from `account` to `to_account`."""

    act: Literal["create", "close", "switch"]
    account: str
    to_account: str


@dataclass(frozen=True)
class Unknown(Push):
    """An event that has no name here; `event` is WeChat's, in lower case."""

    event: str


def _passed(what: Verified) -> Callable[[Said], Push]:
    def read(said: Said) -> Push:
        return VerificationPassed(*said.whole(), what=what, expires_at=moment_in(said.fields, "ExpiredTime"))

    return read


def _failed(what: Verified) -> Callable[[Said], Push]:
    def read(said: Said) -> Push:
        return VerificationFailed(*said.whole(), what=what, reason=said.text("FailReason"))

    return read


def _due(said: Said) -> Push:
    return VerificationDue(*said.whole(), expires_at=moment_in(said.fields, "ExpiredTime"))


def _expired(said: Said) -> Push:
    return VerificationExpired(*said.whole(), expires_at=moment_in(said.fields, "ExpiredTime"))


def _session(act: Literal["create", "close", "switch"]) -> Callable[[Said], Push]:
    def read(said: Said) -> Push:
        # A switch names both ends, the other two only one.
        account = said.text("KfAccount") or said.text("FromKfAccount")
        return ServiceSession(*said.whole(), act=act, account=account, to_account=said.text("ToKfAccount"))

    return read


def unknown(said: Said) -> Push:
    """Return an event that has no name here; some carry what tells them apart in lists of their own."""
    return Unknown(*said.whole(), event=said.kind)


ACCOUNT_EVENTS: dict[str, Callable[[Said], Push]] = {
    "qualification_verify_success": _passed("qualification"),
    "qualification_verify_fail": _failed("qualification"),
    "naming_verify_success": _passed("naming"),
    "naming_verify_fail": _failed("naming"),
    "annual_renew": _due,
    "verify_expired": _expired,
    "kf_create_session": _session("create"),
    "kf_close_session": _session("close"),
    "kf_switch_session": _session("switch"),
}
