"""Words typed beside a rating as they are kept: numbers of papers, reasons."""

from models.gatherings.minutes.writing import UNSEEN
from models.people.said import check_reason
from models.refused import Refused

LONGEST_NUMBER = 80


def short_text(text: str) -> str:
    """Return text on one line, without unseen characters and blanks around it."""
    return " ".join(UNSEEN.sub("", text).split())


def reason_of(text: str, what: str) -> str:
    """Return a reason of 2 to 200 characters; `what` says whose: 退回. Refused: reason_missing."""
    return check_reason(short_text(text), what)


def paper_of(text: str) -> str:
    """Return the number of a paper, 2 to 80 characters. Refused: document_missing."""
    number = short_text(text)
    if not 2 <= len(number) <= LONGEST_NUMBER:
        words = f"请写文件的文号，2 到 {LONGEST_NUMBER} 个字"
        raise Refused("document_missing", words, fields={"document": words})
    return number
