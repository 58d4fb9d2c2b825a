"""How something was said where no phone of the person's own was used: recorded beside every 代录."""

from enum import StrEnum
from typing import Any, NamedTuple
from unicodedata import category

from models.refused import Refused

LONGEST_REASON = 200
# Control, format, line and paragraph signs, halves of signs. Rare characters of names are none of these,
# even if Python does not know them yet.
UNSEEN = ("Cc", "Cf", "Zl", "Zp", "Cs")


class Said(StrEnum):
    """By what a wish reached the branch, or an answer reached the person."""

    IN_PERSON = "in_person"
    PHONE_CALL = "phone_call"
    MESSAGE = "message"
    FAMILY = "family"
    PAPER = "paper"


SAID_TEXT = {
    Said.IN_PERSON: "当面",
    Said.PHONE_CALL: "电话",
    Said.MESSAGE: "微信或短信",
    Said.FAMILY: "家属转告",
    Said.PAPER: "纸条",
}


class Filing(NamedTuple):
    """代录: whose account wrote down what somebody else wished, and how that was said."""

    account_id: int
    how: Said


def check_reason(reason: str, what: str) -> str:
    """Return a tidy reason of 2 to 200 characters; `what` it is for is said. Refused: reason_missing."""
    if not 2 <= len(reason) <= LONGEST_REASON:
        words = f"请写{what}的原因，2 到 {LONGEST_REASON} 个字"
        raise Refused("reason_missing", words, fields={"reason": words})
    return reason


def hand_of(filing: Filing | None, member_id: int) -> dict[str, Any]:
    """Return whose hand the log names: the account that filed, else the member."""
    return {"account_id": filing.account_id} if filing else {"member_id": member_id}


def readable(text: str) -> str:
    """Return a text without what nobody sees (control signs, marks that turn the direction), stripped.

    Else a reason could be two signs that show nothing. Line breaks stay.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    return "".join(sign for sign in lines if sign == "\n" or category(sign) not in UNSEEN).strip()


def readable_line(text: str) -> str:
    """Return a readable text on one line."""
    return " ".join(readable(text).split())
