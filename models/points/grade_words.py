"""Grades, voices and stars as people say them."""

from typing import get_args

from models.points.schemes.document import SchemeDocument
from models.points.schemes.stars import Grade, Voice

GRADE_WORDS: dict[Grade, str] = {
    "excellent": "优秀",
    "qualified": "合格",
    "basically_qualified": "基本合格",
    "unqualified": "不合格",
}
# From the best: what stands earlier is the higher grade.
GRADES: tuple[Grade, ...] = get_args(Grade)
VOICE_WORDS: dict[Voice, str] = {
    "self": "自评",
    "mutual": "互评",
    "mass": "群众评议",
    "organisation": "组织评价",
}
DIGITS = "零一二三四五六七八九十"


def grade_text(grade: str | None) -> str:
    """Say a grade; empty before it was decided."""
    return next((words for code, words in GRADE_WORDS.items() if code == grade), "")


def star_words(document: SchemeDocument, star: int) -> str:
    """Say a star as the town calls it: its label, or 五星."""
    labels = {band.star: band.label for band in (*document.bands, *document.year_bands)}
    return labels.get(star) or f"{DIGITS[star]}星"
