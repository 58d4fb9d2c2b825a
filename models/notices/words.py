"""The words of a WeChat message, frozen when it is published."""

from collections.abc import Sequence

from models.clock import SHANGHAI, long_day
from models.gatherings.gathering import GATHERING_KIND_TEXT, Gathering

# WeChat takes at most 20 characters in a field; what is longer would end in the middle of a word.
LONGEST = 20

Words = dict[str, str]


def notice_words(gathering: Gathering, host: str) -> dict[str, Words]:
    """Return the four values of the message for those expected, and for those who stay at home.

    Keys: title, time, place, note.
    """
    usual = facts(gathering, host)
    bring = f"带{gathering.bring}" if gathering.bring else ""
    note = joined(bring, "不能来请告诉支部", "不用回复")
    return {
        "member": usual | {"note": note},
        "at_home": usual | {"note": "可不到会，在家学习，有事请联系支部"},
    }


def change_words(gathering: Gathering, host: str, changed: Sequence[str]) -> dict[str, Words]:
    """Return the values of the message that a gathering was moved; `changed` are 日期, 地点 …"""
    told = facts(gathering, host, before="有变动：")
    what = f"改了{changed[0]}等" if len(changed) > 2 else f"改了{'、'.join(changed)}"
    return {
        "member": told | {"note": joined(what, gathering.reason or "", "以这次为准")},
        "at_home": told | {"note": joined(what, "仍可不到会，在家学习")},
    }


def cancellation_words(gathering: Gathering, host: str, reason: str) -> dict[str, Words]:
    """Return the values of the message that a gathering does not take place; alike for everybody."""
    told = facts(gathering, host, before="已取消：") | {"note": f"已取消。{reason}"}
    return {"member": told, "at_home": told}


def facts(gathering: Gathering, host: str, *, before: str = "") -> Words:
    """Return title, time and place; the title names the host, and the matter where both fit."""
    starts_at = gathering.starts_at.astimezone(SHANGHAI)
    day = long_day(starts_at)
    titles = (gathering.title, GATHERING_KIND_TEXT[gathering.kind], "")
    fitting = next((title for title in titles if len(f"{before}{host}{title}") <= LONGEST), "")
    return {"title": f"{before}{host}{fitting}", "time": f"{day} {starts_at:%H:%M}", "place": gathering.place}


def joined(*parts: str) -> str:
    """Join as many parts as fit, the first ones first."""
    said = ""
    for part in parts:
        longer = f"{said}，{part}" if said and part else said or part
        if len(longer) <= LONGEST:
            said = longer
    return said or parts[0]
