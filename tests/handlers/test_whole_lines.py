"""Lines in which no date, number or name breaks: marked up, and whatever people wrote in them stays text."""

import pytest

from handlers.console.pages import whole_filter

KEPT = '<span class="keep">{}</span>'


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        ("公示到 2026年11月27日，期满以后再办", ["2026年11月27日"]),
        ("应到 44 人，实到 39 人", ["应到 44 人，", "实到 39 人"]),
        ("还没有等次：方泽宇、欧阳春生、佘翀", ["方泽宇、", "欧阳春生、", "佘翀"]),
        ("结果封存。", []),
    ],
)
def test_dates_numbers_and_names_stay_whole(line: str, kept: list[str]) -> None:
    marked = str(whole_filter(line))
    for one in kept:
        assert KEPT.format(one) in marked
    assert marked.count("<span") == len(kept)
    assert marked.replace('<span class="keep">', "").replace("</span>", "") == line


def test_what_people_wrote_is_no_markup() -> None:
    # Control: without `escape` in whole_filter the browser would run it.
    assert "<script>" not in whole_filter("原因：<script>alert(1)</script>、2026年1月2日 <b>")
