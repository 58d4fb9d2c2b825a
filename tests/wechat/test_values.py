"""The value rules of template keys."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wechat.values import fit

KINDS = ["thing1", "number2", "letter3", "symbol4", "character_string5", "phone_number6", "car_number7"]
KINDS += ["name8", "phrase9", "time10", "date11", "amount12", "const13", "short_thing14", "whatever"]


@pytest.mark.parametrize(
    ("key", "given_text", "fitted"),
    [
        ("thing1", "主题党日", "主题党日"),
        ("thing2", "一" * 20, "一" * 20),
        ("thing3", "一" * 21, "一" * 19 + "…"),
        ("thing4", "第一行\n第二行\t完\x07", "第一行 第二行 完"),
        ("thing5", "", "无"),
        ("thing6", " \r\n", "无"),
        ("thing01", "二" * 30, "二" * 19 + "…"),
        ("phrase3", "准时参加活动吧", "准时参加活"),
        ("phrase3", "已 通过!", "已通过"),
        ("phrase3", "OK", "无"),
        ("number1", "-0.5 分", "-0.5"),
        ("number1", "１２.50", "12.50"),
        ("letter1", "abc 123", "abc"),
        ("symbol1", "******", "*****"),
        ("character_string5", "编号 2026-11/25", "2026-11/25"),
        ("character_string5", "无", "-"),
        ("phone_number1", "电话 0570-1234567", "0570-1234567"),
        ("car_number1", "浙H12345", "浙H12345"),
        ("name1", "王建国", "王建国"),
        ("name1", "一二三四五六七八九十甲", "一二三四五六七八九十"),
        ("name1", "Abcdefghij Klmnopqrstuv", "Abcdefghij Klmnopqrs"),
        ("time2", "2026年11月25日 15:00", "2026年11月25日 15:00"),
        ("date2", "2026年11月25日~2026年11月27日", "2026年11月25日~2026年11月27日"),
        ("amount1", "￥12.50元", "￥12.50元"),
    ],
)
def test_value_obeys_its_key(key: str, given_text: str, fitted: str) -> None:
    assert fit(given_text, key) == fitted


@given(st.text(), st.sampled_from(KINDS))
def test_any_text_becomes_one_clean_line_and_stays_so(text: str, key: str) -> None:
    fitted = fit(text, key)
    assert fitted
    assert not re.search(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]", fitted)
    assert fit(fitted, key) == fitted
    if key == "thing1":
        assert len(fitted) <= 20
