"""Whoever is on the roster, and whatever number, is in no draft, wherever in the record it was typed."""

from itertools import product
from typing import Any

import pytest
from sqlalchemy.orm import Session

from models.articles.drafting import draft_from_records
from models.articles.editing import blocks_of
from models.articles.html import article_html
from tests.articles.records import HELD, PEOPLE, a_record
from tests.conftest import NOON

pytestmark = pytest.mark.thorough

PHONES = (
    "13800001111", "138 0000 1111", "138-0000-1111", "１３８００００１１１１", "+8613800001111",
    "138·0000·1111", "0391-6666666", "电话（0391）6666666", "410881198607010017", "41088119860701001X",
    "138\u200b0000\u200b1111",
)  # fmt: skip
NAMES = tuple(PEOPLE)
SPELLED = (*NAMES, *(" ".join(name) for name in NAMES), *(f"请{name}同志" for name in NAMES), "王\u200b建国")
PLACES = ("item", "changed", "decision", "volunteering", "place", "title")


def drafted(session: Session, place: str, text: str) -> str:
    """Return a draft from a record in which this stands at one place, without any blanks."""
    items = [("学习全会精神", HELD, None)]
    if place == "item":
        items.append((f"商量{text}的事", HELD, None))
    more: dict[str, Any] = {"volunteering": f"打扫{text}门前"} if place == "volunteering" else {}
    gathering = {place: f"村部{text}"} if place in ("place", "title") else {}
    decisions = [f"由{text}牵头"] if place in ("decision", "changed") else []
    filed = a_record(session, items=items, decisions=decisions, gathering=gathering, **more)
    article = draft_from_records(session, filed.branch, [filed.roll.id], by=filed.by.id, now=NOON)
    body = article_html(blocks_of(session, article.id), str)
    return "".join(f"{article.title}{article.digest}{article.byline}{body}".split())


@pytest.mark.parametrize("place", PLACES)
def test_nobody_of_the_roster_and_no_number_is_in_a_draft(session: Session, place: str) -> None:
    told = {text: drafted(session, place, text) for text in (*SPELLED, *PHONES)}
    bare = {text: "".join(filter(str.isalnum, text)) for text in told}
    leaked = [text for text, draft in told.items() if bare[text] in "".join(filter(str.isalnum, draft))]
    assert leaked == []
    assert [text for text, name in product(told, NAMES) if name in told[text]] == []


def test_record_without_a_name_is_told(session: Session) -> None:
    assert "路灯" in drafted(session, "item", "路灯")
    assert "路灯" in drafted(session, "decision", "路灯")
    assert "路灯" in drafted(session, "volunteering", "路灯")
