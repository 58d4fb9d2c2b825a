"""docs/api.md is true: every route, field and error code stands in it, and nothing else does."""

import ast
import json
import re
from functools import cache
from pathlib import Path

from handlers.errors import BY_CONSTRAINT, PLAIN, STATUS_OF
from tests.handlers.fields import FIELDS, PROJECTOR
from tests.handlers.routes import ROUTES

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "api.md").read_text("utf-8")
# The state says no: 409 wherever it is not a form that comes back.
CONFLICTS = {
    "answer_final", "appeal_closed", "appealed", "not_publicised", "objection_answered", "objection_closed",
    "objection_open",
    "adjust_not_allowed", "body_missing", "cycle_overlaps", "excellent_over_limit", "grade_missing",
    "grades_not_asked", "holidays_unknown", "low_grades_missing", "no_quorum", "no_tie",
    "not_changed", "objections_open",
    "pool_open", "previous_open", "publicity_running", "rating_begun", "results_changed", "sheet_missing",
    "tie_open", "veto_lifted", "veto_stands", "vote_not_passed", "wrong_step",
    "cycle_closed", "declarations_waiting", "from_roll", "is_reversal", "late_fact", "no_scheme",
    "not_decided", "proposed_already", "reversed_already",
    "minutes_changed", "minutes_filed", "not_filed",
    "link_code_used", "post_ended",
    "article_empty", "article_moved_on", "article_not_approved", "article_publishing", "cannot_publish",
    "article_changed", "record_not_filed",
    "complaint_answered",
    "holds_post", "member_has_account", "no_namesake", "several_namesakes",
    "already_signed_in", "attendance_reported", "leave_asked", "leave_closed", "not_answered", "not_required",
    "not_waiting", "report_waiting", "spell_ended", "spell_overlaps",
    "delegate_named", "delegate_over", "makeup_done", "no_makeup",
    "agenda_changed", "already_overridden", "nothing_held", "too_late_to_move",
    "cycle_running",
    "already_bound", "already_published", "audience_changed", "bind_code_used", "busy", "cancelled", "closed",
    "code_expired", "gathering_past", "login_taken", "not_a_draft", "not_confirmed", "not_on_phone_list",
    "not_open", "not_published", "nothing_changed", "phone_used", "roll_confirmed", "roll_incomplete",
    "not_a_branch", "scan_off", "theme_day_taken", "too_early", "too_late_to_cancel",
}  # fmt: skip
COMMANDS = {
    "bad_setting", "facts_invalid", "in_production", "loss_not_confirmed", "not_empty", "unknown_org",
    "unknown_revision", "veto_without_document",
}  # fmt: skip
# Answered by handlers/errors.py itself.
ANSWERED = {
    "bad_input": 400, "login_again": 401, "conflict": 409, "failed": 500, "wechat_failed": 502,
    "unavailable": 503,
}  # fmt: skip


@cache
def refused_codes() -> frozenset[str]:
    """Return the code of every `Refused(…)` in models and handlers; each must be a literal."""
    codes = set()
    for path in (*(ROOT / "models").rglob("*.py"), *(ROOT / "handlers").rglob("*.py")):
        text = path.read_text("utf-8")
        for node in ast.walk(ast.parse(text)) if "Refused(" in text else ():
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Refused":
                code = node.args[0]
                assert isinstance(code, ast.Constant), f"{path}:{node.lineno} hides its code"
                codes.add(str(code.value))
    return frozenset(codes)


def tabled(heading: str) -> list[list[str]]:
    """Return the cells of the table under a heading, without its head."""
    section = PAGE.partition(f"\n{heading}\n")[2]
    section = re.split(r"\n#+ ", section)[0]
    rows = [line.strip("|").split("|") for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in row] for row in rows[2:]]


def test_every_code_is_listed_with_its_status_or_meant_as_a_conflict() -> None:
    others = {code for code, _ in (*BY_CONSTRAINT.values(), *PLAIN.values())} | set(ANSWERED)
    said = refused_codes()
    assert said - set(STATUS_OF) - CONFLICTS - COMMANDS == set(), "new codes without a status"
    assert set(STATUS_OF) - said == set(), "statuses of codes that nobody says"
    assert (CONFLICTS | COMMANDS) - said - others == set()
    assert CONFLICTS & set(STATUS_OF) == set()


def test_page_names_every_code_with_its_status() -> None:
    by_http = tabled("### 接口和公众号会说的") + tabled("### 后台网页会说的")
    page = {code.strip("`"): int(status) for code, status, _ in by_http}
    expected = dict.fromkeys(CONFLICTS, 409) | STATUS_OF | ANSWERED
    expected |= {code: status for status, (code, _) in PLAIN.items() if code not in expected}
    assert page == {code: status for code, status in expected.items() if code not in COMMANDS}
    assert {code.strip("`") for code, _ in tabled("### 命令行会说的")} == COMMANDS


def test_every_code_is_brought_about_by_some_test() -> None:
    told: set[str] = set()
    for path in (ROOT / "tests").rglob("*.py"):
        if path != Path(__file__):
            told.update(re.findall(r"\w+", path.read_text("utf-8")))
    assert refused_codes() - told == set()


def test_page_names_every_route_and_no_other() -> None:
    routes = {
        re.sub(r"<(?:\w+(?:\([^)]*\))?:)?(\w+)>", r"{\1}", route.removesuffix(" draft")) for route in ROUTES
    }
    named = set(re.findall(r"`((?:GET|POST|PUT|DELETE) /[^`?]*)`", PAGE.partition("\n### 登录\n")[0]))
    for heading in ("## 其他地址", "## 后台网页"):
        for row in tabled(heading):
            named |= set(re.findall(r"`((?:GET|POST) /[^`]*)`", row[0]))
    assert {re.sub(r"<(\w+)\.<any\(txt, html\):kind>", r"{\1}", route) for route in routes} == named


def test_page_names_every_field() -> None:
    fields = {path.rpartition(".")[2] for paths in (*FIELDS.values(), PROJECTOR) for path in paths}
    assert {field for field in fields if not re.search(rf'[`"]{field}[`"]', PAGE)} == set()


def test_every_example_of_an_answer_has_the_fields_that_some_answer_has() -> None:
    answers = [{path for path in paths if "." not in path and "[" not in path} for paths in FIELDS.values()]
    examples = [set(json.loads(told)) for told in re.findall(r"```json\n(.+?)```", PAGE, re.DOTALL)]
    assert [example for example in examples if example not in (*answers, {"error"})] == []
