"""What to do about each errcode: one table, read by the gateway, by delivery and by publication.

Source: WeChat, "Global return codes", and the table of codes on each API's own page.
"""

from enum import StrEnum
from itertools import chain


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
    """Until 00:00 in Shanghai, for this path; tell the operator."""
    DONE = "done"
    """What was asked for is so already: the same was taken before, or what was to be read is empty."""
    GIVE_UP = "give_up"
    """This person, code or article cannot be served; says nothing about the others."""
    STOP = "stop"
    """Every further call would fail alike: stop the campaign, tell the operator."""
    BUG = "bug"
    """The request itself was wrong, or the code is unknown to us: a programmer must look."""


_CODES: dict[Advice, tuple[tuple[int, ...], ...]] = {
    Advice.REFRESH: ((40001, 40014, 42001),),
    Advice.RETRY: ((-1,),),
    Advice.WAIT_MOMENT: ((43108, 44990),),  # two sends to one person at once; per second
    Advice.WAIT_MINUTE: ((42010, 44991, 45011, 45066),),
    Advice.WAIT_MIDNIGHT: ((44993, 45009),),
    Advice.DONE: ((45065, 46003),),  # a clientmsgid known already; no menu to read
    Advice.GIVE_UP: (
        # The recipient. 43117, asked too often, would pass within hours: another way is sooner.
        (40003, 43004, 43019, 43101, 43104, 43117, 48002, 50002, 50005, 20004),
        (40029, 40030, 40163, 40226, 87009),  # a log-in code, its token or session
        (45015, 45047, 61010),  # the window since the person last wrote or visited
        (87014, 45168),  # a text that is risky, or has sensitive words
        (40004, 40005, 40006, 40007, 40009, 45001),  # a file, or the id of one
        (44003, 45002, 45003, 45004, 45005, 45008, 45110, 45166),  # the text of an article
        (53503, 53504, 53505, 53600),  # an article that is not to be published, or is no longer there
        (40152, 40165, 40212),  # a tag that is gone; a path or query of one link
        (76001, 76002, 76003, 76004, 76021, 76022),  # a look-up of a rid or of a path's quota
        tuple(range(200011, 200023)),  # a template to be added or taken away
        (200100,),
    ),
    Advice.STOP: (
        # The template with its fields and page, the campaign.
        (40036, 40037, 40039, 40246, 40247, 40249, 41030, 43107, 43116, 45028, 45064, 47003),
        # Appid, secret, address.
        (40002, 40013, 40125, 40164, 40243, 61004, 61007, 61024, 89503, 89504, 89505, 89506, 89507),
        (48001, 48003, 48004, 48006, 50004, 50007),  # the account's rights
    ),
    Advice.BUG: (
        (40008, 40031, 40032, 40066, 40097, 40129, 40130, 41001, 41002, 41004, 41008, 43002, 43003),
        (44002, 45067, 45109, 47001),
        # A menu that we built wrong.
        (40016, 40017, 40018, 40019, 40020, 40023, 40024, 40025, 40026, 40027, 40033, 40054, 40055, 65320),
    ),
}

ADVICE: dict[int, Advice] = {
    code: advice for advice, groups in _CODES.items() for code in chain.from_iterable(groups)
}


def advice_on(errcode: int | None) -> Advice:
    """Return the table's row: RETRY where there was no readable answer, BUG for a code it does not know."""
    return Advice.RETRY if errcode is None else ADVICE.get(errcode, Advice.BUG)
