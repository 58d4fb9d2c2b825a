"""How something was said where no phone of the person's own was used: recorded beside every 代录."""

from enum import StrEnum


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
