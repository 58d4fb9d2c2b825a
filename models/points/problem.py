"""What is wrong in a JSON text that was read strictly: where it stands, why, and what a refusal says."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple, TypedDict

from pydantic import ValidationError
from pydantic_core import ErrorDetails

# pydantic lists what is allowed as 'a', 'b' or 'c', and members of an enum as <Status.LATE: 'late'>.
ALLOWED = re.compile(r"(?:'|: )(\w+)(?:'|>)")

REASONS = {
    "missing": "缺少这一项",
    "extra_forbidden": "不认识这一项，请核对写法",
    "unexpected_keyword_argument": "不认识这一项，请核对写法",
    "literal_error": "只能是 {expected}",
    "enum": "只能是 {expected}",
    "string_type": "应当是文字",
    "string_unicode": "有读不了的字符",
    "string_too_short": "不能为空",
    "string_too_long": "最多 {max_length} 个字",
    "string_pattern_mismatch": "代码只用英文字母、数字和下划线，以字母开头，大小写和长度照样例",
    "int_type": "应当是整数",
    "bool_type": "应当是 true 或 false",
    "greater_than_equal": "最小是 {ge}",
    "less_than_equal": "最大是 {le}",
    "tuple_type": "应当是列表",
    "too_short": "至少要有 {min_length} 项",
    "dict_type": "应当是一组“名称: 值”",
    "mapping_type": "应当是一组“名称: 值”",
    "too_long": "最多 {max_length} 项",
    "model_type": "应当是一组“名称: 值”",
    "dataclass_type": "应当是一组“名称: 值”",
    "value_error": "{error}",
}


class Problem(NamedTuple):
    """One thing to correct: where it stands in the JSON, and why, in Chinese."""

    path: str
    message: str


def repeated(values: Iterable[object], path: str, what: str) -> Iterator[Problem]:
    """Complain of each value that stands a second time; `path` has a place for its number."""
    seen: set[object] = set()
    for at, value in enumerate(values):
        if value in seen:
            yield Problem(path.format(at), f"{what}“{value}”重复")
        seen.add(value)


def misshapen(error: ValidationError) -> list[Problem]:
    """List what pydantic found: each place with a plain Chinese reason."""
    errors = error.errors(include_url=False, include_input=False)
    inside = {found["loc"][:length] for found in errors for length in range(len(found["loc"]))}
    # Where something inside a list is wrong, nothing is missing there: what is wrong has its own line.
    return [
        Problem(path_of(found["loc"]), _say(found))
        for found in errors
        if found["type"] != "too_short" or found["loc"] not in inside
    ]


class InWords(TypedDict):
    """What a refusal says of a text: a sentence, and each place with its reason."""

    message: str
    fields: list[dict[str, Any]]


def in_words(what: str, found: Sequence[Problem], *, most: int | None = None) -> InWords:
    """Say what is wrong in a text: how many places, the first of them in words, `most` of them by path."""
    message = f"{what}有 {len(found)} 处要改：{found[0].path or '全文'}：{found[0].message}。"
    return {"message": message, "fields": [one._asdict() for one in found[:most]]}


def path_of(loc: tuple[int | str, ...]) -> str:
    """Write a place in the document as `items[2].when.kinds[0]`; the document itself is empty."""
    path = ""
    for step in loc:
        if step == "[key]":  # the name itself is wrong, and stands already
            continue
        path += f"[{step}]" if isinstance(step, int) else f".{step[:40]}"
    return path.removeprefix(".")


def _say(error: ErrorDetails) -> str:
    """Say in Chinese what one pydantic error means, without repeating the value that was given."""
    context = {key: str(value) for key, value in error.get("ctx", {}).items()}
    if "expected" in context:
        context["expected"] = "、".join(ALLOWED.findall(context["expected"]))
    return REASONS.get(error["type"], "这里填写有误").format_map(context)
