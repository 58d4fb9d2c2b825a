"""What people type into a cell, read as text, day, phone number or yes and no."""

import re
import unicodedata
from datetime import date, datetime

FIRST_DAY = date(1921, 7, 1)  # nobody joined earlier
WIDE = {code: code - 0xFEE0 for span in ("０９", "Ａｚ") for code in range(ord(span[0]), ord(span[1]) + 1)}
BLANKS = dict.fromkeys((0x00A0, 0x3000), " ") | dict.fromkeys((0x200B, 0x200C, 0x200D, 0xFEFF))
# Minority names carry a middle dot, for which input methods offer several characters.
DOTS = dict.fromkeys(map(ord, "•‧・．"), "·")
BETWEEN_CHINESE = re.compile(r"(?<=[^\x00-\x7f]) (?=[^\x00-\x7f])")
DAY = re.compile(r"(\d{4})[-./年、](\d{1,2})(?:[-./月、](\d{1,2})[日号]?|月)?")
SHORT_YEAR = re.compile(r"'?\d{2}[-./年、]\d{1,2}([-./月、].*)?")
AROUND = re.compile(r"\s*([-./年月、])\s*")
RUN_TOGETHER = re.compile(r"(\d{4})(\d{2})(\d{2})?")
MOBILE = re.compile(r"1[3-9]\d{9}")
LANDLINE = re.compile(r"0\d{9,11}|[2-9]\d{6,7}")
YES = {"是", "有", "对", "√", "✓", "✔", "1", "Y", "YES", "TRUE", "流动"}
NO = {"否", "无", "不是", "没有", "×", "✗", "0", "N", "NO", "FALSE"}

NO_DAY = "日期看不懂，请写成 2011-07-01、2011年7月 或 201107 这样"
ONLY_YEAR = "只有年份，请补上月份，例如 2011-07"
FOUR_DIGITS = "年份只有两位，分不清是哪一年，请写四位，例如 1985-07"
NO_SUCH_DAY = "日历上没有这一天，请核对年、月、日"
ID_NUMBER = re.compile(r"(?<!\d)[1-9]\d{16}[\dXx](?!\d)|(?<!\d)[1-9]\d{14}(?!\d)")


class BadCell(ValueError):
    """A cell that cannot be taken; the message says what is allowed and never repeats a number."""


def tidy(text: str) -> str:
    """Return text with full-width digits and letters made plain and needless blanks removed."""
    plain = text.translate(WIDE).translate(BLANKS)
    return BETWEEN_CHINESE.sub("", " ".join(plain.split()))


def text_in(value: object) -> str:
    """Return any cell as tidy text; whole numbers without a point, days as 2011-07-01, empty as ''."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, float):
        return f"{value:.15g}"  # what was worked out is 1985.1200000000003 and shown as 1985.12
    return tidy(str(value))


def short_text_in(value: object, most: int) -> str:
    """Return text of at most `most` characters. Raises BadCell."""
    text = text_in(value)
    if len(text) > most:
        raise BadCell(f"太长了，最多 {most} 个字")
    if not text.isprintable():
        raise BadCell("有看不见的特殊符号，请重新输入这一格")
    if ID_NUMBER.search(text):
        raise BadCell("像是身份证号，本平台不收，请从表里删去")
    return text


def name_in(value: object) -> str:
    """Return a person's name, at most 40 characters, without a digit. Raises BadCell."""
    text = short_text_in(value, 40).translate(DOTS)
    if any(letter.isdigit() for letter in text):
        raise BadCell("姓名里不应有数字；同名同志请用手机号或入党时间区分")
    # Such a text becomes a formula in whatever sheet it is ever copied into.
    if text.startswith(("=", "+", "-", "@")):
        raise BadCell("姓名前面有符号，请只写姓名")
    return text


def day_in(value: object, *, today: date) -> date | None:
    """Return a day from an Excel date, 2011-07, 2011.7.1, 2011年7月1日 or 201107; None when empty.

    A month stands for its first day. Raises BadCell, also for days before July 1921 or after `today`.
    """
    if isinstance(value, datetime):
        return _possible(value.date(), today)
    # Full-width points and strokes are typed as often as digits; a time of day may stand behind.
    plain = unicodedata.normalize("NFKC", text_in(value)).replace("。", ".")
    text = AROUND.sub(r"\1", plain).split(" ")[0]
    if not text:
        return None
    if isinstance(value, float) and re.fullmatch(r"\d{4}\.1", text):
        raise BadCell("表格把 2011.10 和 2011.1 存成了同一个数，请改写成 2011-01 或 2011-10 这样")
    found = DAY.fullmatch(text) or RUN_TOGETHER.fullmatch(text)
    if found is None and SHORT_YEAR.fullmatch(text):
        raise BadCell(FOUR_DIGITS)
    if found is None:
        raise BadCell(ONLY_YEAR if re.fullmatch(r"\d{4}年?", text) else NO_DAY)
    try:
        day = date(int(found[1]), int(found[2]), int(found[3] or 1))
    except ValueError:
        raise BadCell(NO_SUCH_DAY) from None
    return _possible(day, today)


def _possible(day: date, today: date) -> date:
    if not FIRST_DAY <= day <= today:
        raise BadCell("日期应在 1921 年 7 月以后、今天以前")
    return day


def mobile_in(value: object) -> str | None:
    """Return an eleven-digit mobile number, None when empty. Raises BadCell."""
    digits = _digits(value)
    if digits and not MOBILE.fullmatch(digits):
        raise BadCell("应是 1 开头的 11 位手机号，一格一个；如果显示成 1.38E+10，请把这一列设成文本再填")
    return digits or None


def phone_in(value: object) -> str | None:
    """Return a mobile or landline number as digits, None when empty. Raises BadCell."""
    digits = _digits(value)
    if digits and not MOBILE.fullmatch(digits) and not LANDLINE.fullmatch(digits):
        raise BadCell("应是 11 位手机号，或带区号的固定电话，一格一个")
    return digits or None


def _digits(value: object) -> str:
    text = re.sub(r"[\s()（）－-]", "", text_in(value))
    return re.sub(r"^(\+86|86(?=\d{11}$))", "", text)


def yes_in(value: object) -> bool | None:
    """Return whether 是 or 否 stands there, None when empty. Raises BadCell."""
    text = text_in(value).upper()
    if text in YES:
        return True
    if text in NO:
        return False
    if text:
        raise BadCell("请填“是”或“否”，也可以空着")
    return None
