"""What WeChat accepts as the value of a template's field, by the kind its key begins with."""

import re
import unicodedata

_HANZI = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"
_NOT_HANZI = re.compile(f"[^{_HANZI}]")
_DROPPED = {
    "number": re.compile(r"[^0-9.+-]"),
    "letter": re.compile(r"[^A-Za-z]"),
    "symbol": re.compile(r"[^!-/:-@\[-`{-~]"),
    "character_string": re.compile(r"[^!-~]"),
    "phone_number": re.compile(r"[^!-@\[-`{-~]"),
    "phrase": _NOT_HANZI,
    "name": re.compile(r"[0-9]"),
}
_LONGEST = {
    "thing": 20,
    "number": 32,
    "letter": 32,
    "symbol": 5,
    "character_string": 32,
    "phone_number": 17,
    "car_number": 8,
    "phrase": 5,
}
# Where 无 itself would break the rule and a sign says the same.
_NOTHING = {"character_string": "-", "symbol": "-"}


def fit(value: str, key: str) -> str:
    """Make a text obey the rule of its template key, e.g. "thing1"; an empty one becomes 无.

    No value keeps a control character or line break. A `thing` that is too long ends in …; kinds with a
    narrower alphabet lose what it lacks. Dates, times, amounts and fixed choices cannot be shortened and
    are only cleaned. Fitting twice changes nothing. Source: WeChat, "Subscription message parameters".
    """
    kind = key.rstrip("0123456789")
    text = "".join(" " if unicodedata.category(sign)[0] in "CZ" else sign for sign in value)
    if kind in _DROPPED:
        text = _DROPPED[kind].sub("", unicodedata.normalize("NFKC", text))
    text = " ".join(text.split())
    longest = _longest_name(text) if kind == "name" else _LONGEST.get(kind)
    if longest is not None and len(text) > longest:
        text = text[: longest - 1] + "…" if kind == "thing" else text[:longest].rstrip()
    return text or _NOTHING.get(kind, "无")


def _longest_name(text: str) -> int:
    """Ten signs once there is a hanzi among them, else twenty."""
    return 20 if text.isascii() else 10
