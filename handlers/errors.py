"""Every failure becomes one answer: JSON of one shape under /api, a plain page elsewhere."""

import logging
from typing import Any

from apiflask import HTTPError
from flask import Response, jsonify, make_response, render_template, request
from pydantic import ValidationError
from redis.exceptions import RedisError
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, OperationalError, TimeoutError
from werkzeug.exceptions import HTTPException

from handlers.edge import App
from models.refused import Refused
from wechat.errors import WechatError

log = logging.getLogger(__name__)

# What the database guards even when two requests pass the same check at once.
BY_CONSTRAINT = {
    "uq_roll_line_openid": ("phone_used", "这部手机已为一位同志签到，另一位请找支部登记"),
    "uq_binding_openid": ("already_bound", "这个微信已经绑定了另一位同志，要换人请先解除"),
    "uq_binding_member": ("already_bound", "这位同志刚刚在另一个微信上绑定了"),
    "uq_bind_code_live": ("busy", "刚刚有人给这位同志打印了绑定条，请再试一次"),
    "uq_away_report_open": ("report_waiting", "上一次报备还在等支部答复，要改请先撤回"),
    "uq_host_attendance_month": ("attendance_reported", "这个月在流入地参加的情况已经报过了"),
    "uq_objection_entry_open": ("objection_open", "已经提过了，正在办理，不用再提"),
    "uq_objection_rating_open": ("objection_open", "已经提过了，正在办理，不用再提"),
    "uq_objection_appeals": ("appealed", "已经申请过复核了，不用再申请"),
    "ex_spell_no_overlap": ("spell_overlaps", "这段时间已经登记过了，不用再登记一次"),
    "uq_account_login": ("login_taken", "这个登录名已经有人用了"),
}
TOO_LARGE = "22003"  # PostgreSQL: numeric_value_out_of_range
# What PostgreSQL counts among a program's faults and is none of ours: its files cannot be written (a quota
# is used up), it is a standby or was made read-only, we sat still for too long and were cut off.
NOT_OURS = ("XX", "25006", "25P03", "25P04")
PLAIN = {
    400: ("bad_input", "请求的内容不对"),
    401: ("not_logged_in", "请先登录"),
    403: ("not_yours", "这一页要有相应的职务才能看"),
    404: ("not_found", "没有找到，可能已经撤下"),
    405: ("not_found", "没有找到，可能已经撤下"),
    413: ("too_large", "内容太大了"),
    415: ("not_json", "请用 JSON 提交"),
}


def answer(status: int, code: str, message: str, extra: dict[str, Any]) -> Response:
    """Build the one error shape, or the page that says the same."""
    if request.path.startswith(("/console", "/n/", "/s/", "/a/")) and not request.path.endswith("/code"):
        text = render_template("console/refused.html", code=code, message=message, status=status)
        response = make_response(text, status)
    else:
        shown = {key: value for key, value in extra.items() if key != "retry_after"}
        response = jsonify({"error": {"code": code, "message": message, **shown}})
        response.status_code = status
    if "retry_after" in extra:
        response.headers["Retry-After"] = str(extra["retry_after"])
    return response


def _refused(error: Refused) -> Response:
    return answer(error.status, error.code, error.message, error.extra)


def _wechat(error: WechatError) -> Response:
    # 40029 and 40163: the phone's log-in code was bad or used, which a new one mends.
    if error.errcode in (40029, 40163):
        return answer(401, "login_again", "请再点一次", {})
    log.warning("wechat answered %s on %s", error.errcode, error.path)
    return answer(502, "wechat_failed", "微信没有答复，请过一会儿再试", {"retry_after": 5})


def _constraint(error: IntegrityError) -> Response:
    name = getattr(getattr(error.orig, "diag", None), "constraint_name", None) or ""
    if name in BY_CONSTRAINT:
        code, message = BY_CONSTRAINT[name]
        return answer(409, code, message, {})
    # The name of the constraint only: the message would repeat the row.
    log.error("constraint %s refused a request to %s", name, request.endpoint)
    return answer(409, "conflict", "刚刚有人改过这里，请刷新再试", {})


def _data(error: DataError) -> Response:
    """Answer for what no column can hold: a number too large for any key is nobody's, a NUL is no text."""
    if getattr(error.orig, "sqlstate", None) == TOO_LARGE:
        return answer(404, *PLAIN[404], {})
    log.warning("no column holds what was sent to %s", request.endpoint)
    return answer(400, *PLAIN[400], {})


def _too_deep(_: RecursionError) -> Response:
    """Answer for JSON that is nested deeper than anybody means."""
    return answer(400, *PLAIN[400], {})


def _is_down(error: DBAPIError) -> bool:
    """Say whether the database is away, full or busy: the same request may go well in a moment."""
    sqlstate = getattr(error.orig, "sqlstate", None) or ""
    passing = isinstance(error, OperationalError) or error.connection_invalidated
    return passing or sqlstate.startswith(NOT_OURS)


def _database(error: DBAPIError) -> Response:
    return _down(error) if _is_down(error) else _crash(error)


def _down(error: Exception) -> Response:
    # By the name of the driver's exception: DiskFull, LockNotAvailable, AdminShutdown, DeadlockDetected.
    log.error("a part is down: %s", type(getattr(error, "orig", None) or error).__name__)
    return answer(503, "unavailable", "这会儿人多，没打开，请过一会儿再试", {"retry_after": 5})


def _http(error: HTTPException) -> Response:
    status = error.code or 500
    code, message = PLAIN.get(status, ("failed", "出错了，请稍后再试"))
    return answer(status, code, message, {})


def _crash(error: Exception) -> Response:
    # The type and the endpoint; what was typed stays out of the log.
    log.error("unhandled %s at %s", type(error).__name__, request.endpoint, exc_info=error)
    return answer(500, "failed", "出错了，已经记下，请稍后再试", {})


FIELD_TEXT = {
    "missing": "没有填",
    "extra_forbidden": "不认识这一项",
    "string_type": "应当是文字",
    "string_too_short": "太短",
    "string_too_long": "太长",
    "string_pattern_mismatch": "格式不对",
    "int_type": "应当是整数",
    "int_parsing": "应当是整数",
    "bool_type": "应当是 true 或 false",
    "literal_error": "不在允许的值里",
}


def bad_fields(found: ValidationError) -> dict[str, str]:
    """Return {field: what is wrong with it}, without what was typed; `body` is all of it."""
    return {
        ".".join(str(step) for step in item["loc"]) or "body": FIELD_TEXT.get(item["type"], "格式不对")
        for item in found.errors(include_url=False, include_context=False, include_input=False)
    }


def _api(error: HTTPError) -> Response:
    """Answer for APIFlask's own findings: bad bodies and unknown addresses."""
    status = error.status_code or 500
    if isinstance(error.__cause__, ValidationError):
        return answer(status, "bad_input", "有几处填得不对", {"fields": bad_fields(error.__cause__)})
    return answer(status, *PLAIN.get(status, ("failed", "出错了，请稍后再试")), {})


def register(app: App) -> None:
    """Hang every failure on its answer."""
    app.register_error_handler(Refused, _refused)
    app.register_error_handler(WechatError, _wechat)
    app.register_error_handler(IntegrityError, _constraint)
    app.register_error_handler(DataError, _data)
    app.register_error_handler(RecursionError, _too_deep)
    app.register_error_handler(DBAPIError, _database)
    for down in (TimeoutError, RedisError):
        app.register_error_handler(down, _down)
    app.register_error_handler(HTTPError, _api)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _crash)
