"""会议记录 as a Word file: the record put into the template beside this file."""

import re
from io import BytesIO
from pathlib import Path
from typing import Any

from docxtpl import DocxTemplate

from handlers.console.minutes import words
from models.clock import day_text
from models.gatherings.minutes.minutes import MinutesState
from models.gatherings.minutes.reading import Record
from models.gatherings.roll import Status

TEMPLATE = Path(__file__).parent / "会议记录.docx"
# What XML does not hold; the rest of a text is escaped.
NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def word_of(record: Record, *, named: bool) -> BytesIO:
    """Return the Word file of a record; members' names of the roll only if `named`."""
    document = DocxTemplate(TEMPLATE)
    document.render(_plain(shown(record, named=named)), autoescape=True)
    file = BytesIO()
    document.save(file)
    file.seek(0)
    return file


def shown(record: Record, *, named: bool) -> dict[str, Any]:
    """Return what the template speaks of, all of it text."""
    told = record.minutes
    due = f"，{day_text(record.due_on)}前归档" if record.due_known else ""
    return {
        "heading": words.heading_of(record),
        "org": record.org.name,
        "period": f"{record.gathering.period[:4]}年{int(record.gathering.period[5:])}月",
        "draft": f"草稿{due}" if told.state is MinutesState.DRAFT else "",
        "title": words.subject_of(record),
        "kind": words.kind_words(record),
        "time": f"{words.day_words(record)} {words.time_words(record)}",
        "place": record.gathering.place,
        "host": told.host or "",
        "recorder": told.recorder or "",
        **_people(record, named=named),
        "items": [words.item_words(item) for item in record.items],
        "discussion": told.discussion.split("\n"),
        "decisions": [
            {
                "number": str(one.position),
                "text": one.text,
                "owner": one.owner or "",
                "due": words.due_words(one),
                "vote": words.vote_words(one),
            }
            for one in record.decisions
        ],
        "makeups": words.makeup_words(record),
        "dues": words.dues_words(record),
        "volunteering": words.volunteering_words(record),
    }


def _people(record: Record, *, named: bool) -> dict[str, str]:
    """Return who came and who did not, in numbers; the latter by name if `named`."""
    leave = words.missed_words(record, Status.LEAVE) if named else ""
    absent = [
        f"{word}：{names}"
        for status, word in ((Status.ABSENT, "缺席"), (Status.UNCLEAR, "未查明"))
        if named and (names := words.missed_words(record, status))
    ]
    return {
        "expected": words.expected_words(record),
        "came": words.came_words(record),
        "leave": words.leave_words(record) + (f"：{leave}" if leave else ""),
        "absent": words.absent_words(record),
        "absent_names": "；".join(absent),
        "apart": words.apart_words(record) or words.NONE,
        "observers": words.observer_words(record),
    }


def _plain(value: Any) -> Any:
    """Return the same without characters that would break the file."""
    if isinstance(value, str):
        return NOT_XML.sub("", value)
    if isinstance(value, list):
        return [_plain(one) for one in value]
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items()}
    return value
