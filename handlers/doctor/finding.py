"""What the doctor looks at, and what it finds."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from handlers.edge import Parts
from wechat.gateway import Gateway


@dataclass(frozen=True)
class Subject:
    """One installation. Its gateways share nothing with the processes: a token is really fetched.

    `secrets` are the keys by variable, `samples` the variables whose key is no secret. `now` is the real
    clock, whatever clock the product was given.
    """

    parts: Parts
    app_url: str = field(repr=False)
    owner_url: str = field(repr=False)
    secrets: Mapping[str, tuple[str, ...]] = field(repr=False)
    samples: tuple[str, ...]
    env_file: Path
    wechat_url: str
    account: Gateway
    mini: Gateway
    leader_lock: int
    backups: Path | None = None
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    seconds: float = 25.0


@dataclass(frozen=True)
class Finding:
    """One line: what was looked at, how it is, and what to do where it is not well. Never a person's data."""

    what: str
    how: str
    fix: str = ""

    @property
    def is_well(self) -> bool:
        """Return whether nothing is to be done."""
        return not self.fix

    def __str__(self) -> str:
        return (
            f"好      {self.what}：{self.how}"
            if self.is_well
            else f"要处理  {self.what}：{self.how}。{self.fix}"
        )
