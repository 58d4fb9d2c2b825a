"""Scheme files that cannot be read at all, or are larger than any town can mean."""

import json

import pytest

from models.points.schemes.reading import read_scheme
from models.refused import Refused
from tests.points.strategies import a_scheme


def refusal(text: str | bytes) -> Refused:
    with pytest.raises(Refused) as refused:
        read_scheme(text)
    assert refused.value.code == "scheme_invalid"
    return refused.value


def nested(depth: int) -> str:
    return "[" * depth + "]" * depth


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "第 1 行第 1 列"),
        ('{"code": ', "不是完整的 JSON"),
        ("{'code': 1}", "不是完整的 JSON"),
        (b"\xff\xfe", "UTF-8"),
        (nested(100_000), "层次太深"),
        ('{"code": NaN}', "NaN 不是可用的数"),
        ('{"code": -Infinity}', "不是可用的数"),
        ('{"code": 1e400000000}', "普通小数"),
        (f'{{"code": {"9" * 5000}}}', "太长"),
        (f'{{"code": 0.{"9" * 5000}}}', "太长"),
        ('{"code": 1, "code": 2}', "“code”在同一处写了两次"),
        ('{"\\ud800": 1}', "读不了的字符"),
        (" " * 500_001, "文件太大"),
    ],
    ids=lambda value: str(value)[:20],
)
def test_unreadable_text_is_refused_with_its_reason(text: str | bytes, message: str) -> None:
    refused = refusal(text)
    assert message in refused.message
    assert refused.extra["fields"][0]["path"] == ""


@pytest.mark.parametrize("text", ["1", "null", "[]", '"办法"', "true"])
def test_anything_but_an_object_is_refused(text: str) -> None:
    assert refusal(text).extra["fields"] == [{"path": "", "message": "应当是一组“名称: 值”"}]


def test_text_with_a_byte_order_mark_is_read() -> None:
    assert read_scheme(b"\xef\xbb\xbf" + json.dumps(a_scheme()).encode()).code == "SMALL"


def test_more_items_than_a_town_can_mean_are_refused() -> None:
    items = [{"id": f"help{at}", "title": "帮扶", "part": "task", "pts": 1} for at in range(10_000)]
    refused = refusal(json.dumps(a_scheme(items=items[:5000])))
    assert refused.extra["fields"] == [{"path": "items", "message": "最多 500 项，现在有 5000 项"}]
    assert "文件太大" in refusal(json.dumps(a_scheme(items=items))).message
