"""What comes back in place of an answer: refused, certainly not sent, or nobody knows."""

from wechat.errcodes import ADVICE, Advice, advice_on

__all__ = ["ADVICE", "Advice", "NoClearAnswer", "NotSent", "WechatError"]


class WechatError(Exception):
    """A call that WeChat refused.

    `errcode` is WeChat's number, None where there was no readable answer. `errmsg` is for logs and never
    holds a token or secret. `path` is the API path without its query. `rid` is WeChat's own request id,
    which its console can look up for seven days. Not a dataclass: context managers set `__traceback__`.
    """

    def __init__(
        self,
        errcode: int | None,
        errmsg: str,
        *,
        path: str,
        rid: str | None = None,
        advice: Advice | None = None,
    ) -> None:
        super().__init__(errcode, errmsg)
        self.errcode = errcode
        self.errmsg = errmsg
        self.path = path
        self.rid = rid
        self.advice = advice or advice_on(errcode)

    def __str__(self) -> str:
        code = "" if self.errcode is None else f"{self.errcode} "
        return f"{self.path}: {code}{self.errmsg}"


class NotSent(WechatError):
    """Certainly nothing of this call reached WeChat: it may be repeated without any guard."""


class NoClearAnswer(WechatError):
    """Time-out, reset, 5xx, HTML or cut JSON: WeChat may or may not have acted.

    A read may be repeated; a send only under an idempotency key that WeChat still remembers.
    """
