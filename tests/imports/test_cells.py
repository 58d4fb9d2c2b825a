"""What people type into cells."""

from collections.abc import Callable
from datetime import date, datetime

import pytest

from models.people.imports.cells import (
    BadCell,
    day_in,
    mobile_in,
    name_in,
    phone_in,
    short_text_in,
    text_in,
    yes_in,
)

TODAY = date(2026, 11, 25)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        (datetime(2011, 7, 1), date(2011, 7, 1)),  # noqa: DTZ001 (a spreadsheet knows no zone)
        ("2011-07", date(2011, 7, 1)),
        ("2011.7.1", date(2011, 7, 1)),
        ("2011/7/15", date(2011, 7, 15)),
        ("2011年7月1日", date(2011, 7, 1)),
        ("2011年7月", date(2011, 7, 1)),
        ("２０１１年１０月", date(2011, 10, 1)),
        ("2011-07-01 00:00:00", date(2011, 7, 1)),
        ("201107", date(2011, 7, 1)),
        (201107, date(2011, 7, 1)),
        (20110701.0, date(2011, 7, 1)),
        (2011.7, date(2011, 7, 1)),
        (2011.12, date(2011, 12, 1)),
        ("2011.10", date(2011, 10, 1)),
        (1985.1200000000003, date(1985, 12, 1)),
        ("1985-07-01", date(1985, 7, 1)),
        ("19850701", date(1985, 7, 1)),
        ("１９８５．７．１", date(1985, 7, 1)),
        ("１９８５／０７", date(1985, 7, 1)),
        ("1985－7－1", date(1985, 7, 1)),
        ("1985。7", date(1985, 7, 1)),
        ("1985、7、1", date(1985, 7, 1)),
        ("1985 年 7 月 1 日", date(1985, 7, 1)),
        ("1985年7月1号", date(1985, 7, 1)),
        ("2024-02-29", date(2024, 2, 29)),
        ("2026-11-25", TODAY),
        (None, None),
        ("  ", None),
    ],
)
def test_a_day_is_read_in_many_shapes(typed: object, meant: date | None) -> None:
    assert day_in(typed, today=TODAY) == meant


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (2011.1, "2011-10"),
        ("2011", "补上月份"),
        ("2011年", "补上月份"),
        ("2011-13", "没有这一天"),
        ("2011-02-30", "没有这一天"),
        ("2025-02-29", "没有这一天"),
        ("20110231", "没有这一天"),
        ("0000-00", "没有这一天"),
        ("去年", "看不懂"),
        ("11.7.1", "四位"),
        ("85年7月", "四位"),
        ("'85-07", "四位"),
        (85.7, "四位"),
        ("8５．7", "四位"),
        ("1985071", "看不懂"),
        ("2026-11-26", "今天以前"),
        ("1921-06-30", "1921"),
        ("410881199001011234", "看不懂"),
    ],
)
def test_a_day_that_cannot_be_meant_is_refused(typed: object, said: str) -> None:
    with pytest.raises(BadCell, match=said) as bad:
        day_in(typed, today=TODAY)
    assert "4108811990" not in str(bad.value)


@pytest.mark.parametrize(
    "typed",
    [
        "13800000001",
        13800000001,
        13800000001.0,
        "１３８０００００００１",
        "138 0000 0001",
        "+8613800000001",
        "１３８　００００　０００１",
        "138－0000－0001",
        "\u200b13800000001 ",
        "138\u00a00000\u00a00001",
    ],
)
def test_a_mobile_number_is_read_in_many_shapes(typed: object) -> None:
    assert mobile_in(typed) == "13800000001"


@pytest.mark.parametrize(
    "typed", ["1380000000", "23800000001", "1.38E+10", "13800000001/13800000002", "0391-1"]
)
def test_a_wrong_mobile_number_is_refused_without_repeating_it(typed: str) -> None:
    with pytest.raises(BadCell) as bad:
        mobile_in(typed)
    assert "11 位" in str(bad.value)
    assert "0000000" not in str(bad.value)


def test_the_family_may_have_a_landline() -> None:
    assert phone_in("0391-3550000") == "03913550000"
    assert phone_in("（0391）3550000") == "03913550000"
    assert phone_in("3550000") == "3550000"


@pytest.mark.parametrize(
    ("reader", "typed", "meant"),
    [
        (name_in, " 张　三 ", "张三"),
        (name_in, "\u3000张\u00a0 三\u200b", "张三"),
        (name_in, "阿依古丽•买买提", "阿依古丽·买买提"),
        (name_in, "𬭚𫖯", "𬭚𫖯"),
        (text_in, "河东镇（街道）党委", "河东镇（街道）党委"),
        (text_in, 3001.0, "3001"),
        (yes_in, "√", True),
        (yes_in, "是", True),
        (yes_in, True, True),
        (yes_in, "否", False),
        (yes_in, None, None),
    ],
)
def test_text_is_tidied_and_otherwise_kept(
    reader: Callable[[object], object], typed: object, meant: object
) -> None:
    assert reader(typed) == meant


@pytest.mark.parametrize(
    ("reader", "typed"),
    [
        (yes_in, "也许"),
        (name_in, "张建国2"),
        (name_in, "王" * 41),
        (name_in, "王\x07建国"),
        (name_in, "=王建国"),
        (name_in, "@王建国"),
    ],
)
def test_what_is_not_allowed_is_refused(reader: Callable[[object], object], typed: str) -> None:
    with pytest.raises(BadCell):
        reader(typed)


@pytest.mark.parametrize("typed", ["410881199001011234", "支委41088119900101123X", "410881900101123"])
def test_an_identity_number_is_taken_in_no_column_and_never_repeated(typed: str) -> None:
    with pytest.raises(BadCell, match="身份证号") as bad:
        short_text_in(typed, 40)
    assert "4108819" not in str(bad.value)
