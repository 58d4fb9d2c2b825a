"""What /api/v1/openapi.json says beyond the models: who may ask, and every refusal, in one error shape."""

import re
from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

from apiflask import APIFlask
from flask.blueprints import BlueprintSetupState

View = TypeVar("View", bound=Callable[..., Any])
Operation = dict[str, Any]

MARK = "may_answer"
# Asked by everybody; whoever sends a session is known by it, and told if it ended.
OPEN = ("api.show_home", "api.create_complaint")
WORDS = {
    201: "办成了，是新的",
    400: "填得不对，`fields` 里逐项说明",
    401: "没有登录，或者登录已经失效",
    403: "没有绑定，或者没有这一步的职务",
    404: "没有找到，或者不是本人的",
    409: "现在不能这样办，`message` 里有原因",
    413: "内容太大了",
    415: "没有写明是 JSON",
    429: "次数太多了，`Retry-After` 是要等的秒数",
    502: "微信没有答复",
    503: "这会儿打不开，过 `Retry-After` 秒再试",
}
REFUSAL = {
    "type": "object",
    "required": ["error"],
    "additionalProperties": False,
    "properties": {
        "error": {
            "type": "object",
            "required": ["code", "message"],
            "properties": {
                "code": {"type": "string", "pattern": "^[a-z_]+$", "description": "程序看的，不会改"},
                "message": {"type": "string", "minLength": 1, "description": "给人看的一句话"},
                "fields": {
                    "type": "object",
                    "additionalProperties": {"type": "string"},
                    "description": "哪一项、怎么不对；整个请求体不对的是 body",
                },
            },
        }
    },
}


def may_answer(*statuses: int) -> Callable[[View], View]:
    """Let the description name these statuses for a view; what wraps a marked view is marked too."""

    def mark(view: View) -> View:
        setattr(view, MARK, marked(view).union(statuses))
        return view

    return mark


def marked(view: object) -> frozenset[int]:
    """Return the statuses that a view and what guards it were marked with."""
    return getattr(view, MARK, frozenset())


def describe(state: BlueprintSetupState) -> None:
    """Have an application's description completed, once the API's blueprint is hung on it."""
    app: Any = state.app
    app.config["OPENAPI_VERSION"] = "3.1.0"  # the one in which a value may be null, as the models say it
    app.spec_processor(partial(_complete, app))


def _complete(app: APIFlask, spec: dict[str, Any]) -> dict[str, Any]:
    """Put the refusals of every operation into the description, and how a phone says who it is."""
    parts = spec["components"]
    for name in ("HTTPError", "ValidationError"):
        parts["schemas"].pop(name, None)
    parts["schemas"]["Refusal"] = REFUSAL
    parts["securitySchemes"] = {"phone": {"type": "http", "scheme": "bearer", "description": "会话令牌"}}
    for rule in app.url_map.iter_rules():
        operations = spec["paths"].get(re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule), {})
        for method in {name.lower() for name in rule.methods or ()} & set(operations):
            marks = marked(app.view_functions[rule.endpoint])
            _say_all(method, operations[method], marks)
            if 401 in marks and rule.endpoint != "api.log_in":
                nobody: list[dict[str, list[str]]] = [{}] if rule.endpoint in OPEN else []
                operations[method]["security"] = [{"phone": []}, *nobody]
    return spec


def _say_all(method: str, operation: Operation, marks: frozenset[int]) -> None:
    """Name all that an operation may answer: what was marked, and what its kind brings along."""
    statuses = {503, *marks, *(int(status) for status in operation["responses"])}
    if method != "get":
        statuses.add(409)  # two requests at once, of which the database lets one through
    if method == "post":
        statuses |= {400, 413, 415}  # whatever is posted is looked at, wanted or not
    if "requestBody" in operation:
        operation["requestBody"]["required"] = True
        statuses |= {400, 413}
    [kept] = [answer for status, answer in operation["responses"].items() if status < "300"]
    refused = {"application/json": {"schema": {"$ref": "#/components/schemas/Refusal"}}}
    answers = {status: {"description": WORDS.get(status, "办成了")} for status in sorted(statuses)}
    operation["responses"] = {
        str(status): words | ({"content": refused} if status >= 400 else {**kept, **words})
        for status, words in answers.items()
    }
