"""The one way in which the domain says no."""

from typing import Any


class Refused(Exception):
    """A request the rules do not allow.

    `code` is a permanent snake_case word of the public contract, `message` is what the person reads
    (polite Chinese), `extra` goes into the answer beside them, e.g. `ticket` or `opens_at`.
    Not a frozen dataclass: context managers must be able to set `__traceback__`.
    """

    def __init__(self, code: str, message: str, **extra: Any) -> None:
        super().__init__(code, message)
        self.code = code
        self.message = message
        self.extra = extra
