"""What WeChat can refuse, and what to do about each refusal."""

from enum import StrEnum


class Advice(StrEnum):
    """What a caller does after a refusal; the table below gives one per errcode."""

    REFRESH = "refresh"
    """The access token is no longer good; the gateway has already renewed it once and tried again."""
    RETRY = "retry"
    """WeChat is busy: the same call again, a few times, with growing pauses."""
    WAIT_MOMENT = "wait_moment"
    """About a second, for this person or this path."""
    WAIT_MINUTE = "wait_minute"
    """Until the next minute, for this path."""
    WAIT_MIDNIGHT = "wait_midnight"
    """Until 00:00 in Shanghai, for this path."""
    GIVE_UP = "give_up"
    """This person, code or article cannot be served; says nothing about the others."""
    STOP = "stop"
    """Every further call would fail alike: stop the campaign, tell the operator."""
    BUG = "bug"
    """The request itself was wrong, or the code is unknown to us: a programmer must look."""


_CODES: dict[Advice, tuple[int, ...]] = {
    Advice.REFRESH: (40001, 40014, 42001),
    Advice.RETRY: (-1,),
    Advice.WAIT_MOMENT: (43108, 44990),
    Advice.WAIT_MINUTE: (42010, 44991, 45011, 45066),
    Advice.WAIT_MIDNIGHT: (44993, 45009),
    Advice.GIVE_UP: (
        *(40003, 43004, 43019, 43101, 43104, 43117, 48002, 50002, 50005),  # the recipient
        *(40029, 40163, 40226, 87009),  # a log-in code or session
        *(45015, 45047, 61010),  # the window since the person last wrote or visited
        45168,  # sensitive words in one text
        *(40004, 40005, 40006, 40007, 40009, 45001),  # a file, or the id of one
        *(44003, 45002, 45003, 45004, 45005, 45008, 45110, 45166),  # the text of an article
        *(53503, 53504, 53505, 53600),  # an article that is not to be published, or is no longer there
        20004,  # who has switched off every subscription message
    ),
    Advice.STOP: (
        *(
            40036,
            40037,
            40039,
            40246,
            40247,
            40249,
            41030,
            43107,
            43116,
            45028,
            45064,
            47003,
        ),  # template with its fields, page, campaign
        *(
            40002,
            40013,
            40125,
            40164,
            40243,
            61004,
            61007,
            61024,
            89503,
            89506,
            89507,
        ),  # appid, secret, address
        *(48001, 48003, 48004, 48006, 50004, 50007),  # the account's rights
    ),
    Advice.BUG: (
        *(40008, 40066, 40097, 40129, 41001, 41002, 41004, 41008, 43002, 43003),
        *(44002, 45067, 45109, 47001),
    ),
}

ADVICE: dict[int, Advice] = {code: advice for advice, codes in _CODES.items() for code in codes}


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
        self.advice = advice or (Advice.RETRY if errcode is None else ADVICE.get(errcode, Advice.BUG))

    def __str__(self) -> str:
        code = "" if self.errcode is None else f"{self.errcode} "
        return f"{self.path}: {code}{self.errmsg}"


class NotSent(WechatError):
    """Certainly nothing of this call reached WeChat: it may be repeated without any guard."""


class NoClearAnswer(WechatError):
    """Time-out, reset, 5xx, HTML or cut JSON: WeChat may or may not have acted.

    A read may be repeated; a send only under an idempotency key that WeChat still remembers.
    """
