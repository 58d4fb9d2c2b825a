"""What every console page shares: the blueprint, the frame, who may post a form."""

import hmac
import re
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import cache, wraps
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple, TypeVar, cast

from apiflask import APIBlueprint
from flask import Response, current_app, g, make_response, redirect, render_template, request, url_for
from jinja2 import FileSystemLoader, PrefixLoader
from markupsafe import Markup, escape

from handlers.edge import App, current
from handlers.identity import holds, staff, staff_needed
from models.clock import clock_text, day_of, day_text, long_day, moment_text
from models.people.console import Staff
from models.people.rights import Verb
from models.refused import Refused

ROOM = Path(__file__).parent
# A date, a number with what it counts, a name in a list.
UNBROKEN = re.compile(
    r"(?:\d{4}年)?\d{1,2}月\d{1,2}日|(?:[应实]到 )?\d+(?:\.\d+)? [人分个位条次件][，。；）]?"
    r"|[一-龥]{2,4}、|(?<=、)[一-龥]{2,4}$"
)
SECRET = ("password", "old", "new", "again")  # fields that no page repeats
View = TypeVar("View", bound=Callable[..., Any])

console = APIBlueprint(
    "console",
    __name__,
    static_folder="static",
    static_url_path="/console/static",
    enable_openapi=False,
)

# Each folder keeps its pages beside its code: ratings/step.html is ratings/templates/step.html.
console.jinja_loader = PrefixLoader(
    {
        path.parent.name: FileSystemLoader(path)
        for path in (*ROOM.glob("templates"), *ROOM.glob("*/templates"))
    }
)

# Style sheet and scripts are asked for by their content, so that an upgrade reaches every browser.
VERSION = sha256(b"".join(path.read_bytes() for path in sorted(ROOM.glob("static/*.*")))).hexdigest()[:12]


class Entry(NamedTuple):
    """One entry of the menu, shown to whoever holds one of the verbs somewhere."""

    title: str
    endpoint: str
    verbs: tuple[Verb, ...]


MENU = (
    Entry("今天", "console.today", ()),
    Entry("组织生活", "console.gatherings", (Verb.TICK, Verb.SEE_FILED)),
    Entry("开展与归档", "console.below", (Verb.RETURN_RECORD,)),
    Entry("补学", "console.makeups", (Verb.TICK,)),
    Entry("请假与报备", "console.leaves", (Verb.TICK, Verb.DECIDE)),
    Entry("活动宣传", "console.articles", (Verb.DRAFT, Verb.REVIEW_ARTICLE)),
    Entry("规定内容", "console.required_items", (Verb.REQUIRE_ITEMS,)),
    Entry("积分办法", "console.schemes", (Verb.SEE_FILED,)),
    Entry("党员名册", "console.members", (Verb.SEE_ROSTER,)),
    Entry("积分账本", "console.points_book", (Verb.SEE_ROSTER,)),
    Entry("申报与异议", "console.proposals", (Verb.PROPOSE_ENTRY, Verb.APPROVE_ENTRY)),
    Entry("星级评定", "console.ratings", (Verb.SEE_ROSTER, Verb.FILE_RATING)),
    Entry("查看党员情况", "console.people", (Verb.SEE_PERSON,)),
    Entry("名册导入", "console.imports", (Verb.IMPORT_ROSTER,)),
    Entry("绑定条", "console.slips", (Verb.ISSUE_SLIPS,)),
    Entry("报表导出", "console.ledgers", (Verb.SEE_FILED,)),
    Entry("手机办公", "console.phone_code", (Verb.TICK, Verb.PUBLISH)),
    Entry("投诉与建议", "console.complaints", (Verb.ANSWER_PUBLIC,)),
    Entry("公众号答复", "console.office_answers_page", (Verb.ANSWER_PUBLIC,)),
    Entry("账号与岗位", "console.accounts", (Verb.GIVE_POSTS,)),
    Entry("换届交接", "console.handovers", (Verb.GIVE_POSTS,)),
)


def menu_of() -> Iterator[Entry]:
    """Yield the entries that work for the person behind this request."""
    return (entry for entry in MENU if not entry.verbs or holds(*entry.verbs))


def staff_page(view: View) -> View:
    """Run the view for a person logged in; a form must carry the session's own csrf.

    Refused: not_logged_in, must_change_password, csrf.
    """

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        if request.method == "POST":
            sent = request.form.get("csrf", "")
            if not hmac.compare_digest(sent.encode(), staff().csrf.encode()):
                raise Refused("csrf", "这一页放得太久了，请刷新以后再提交一次")
            take_no_nul()
        return view(*args, **kwargs)

    return staff_needed(cast(View, guarded))


def take_no_nul() -> None:
    """Turn away a form with the one sign that no column holds, naming its field. Refused: bad_input."""
    for name, values in request.form.lists():
        typed = "\n".join(values)
        if "\0" in typed:
            shown = typed.replace("\0", "").strip()[:20]
            field = "密码那一栏" if name in SECRET else f"填着“{shown}”的那一栏" if shown else "有一栏"
            raise Refused("bad_input", f"{field}里有看不见的字符，请删去以后再提交")


def page(template: str, status: int = 200, **shown: Any) -> Response:
    """Render one page of this room."""
    return make_response(render_template(template, **shown), status)


def form_page(template: str, error: Refused | None, **shown: Any) -> Response:
    """Render a page with a form; where it was refused with its status, what is wrong and what was typed."""
    back = {"errors": error.fields, "typed": request.form} if error else {"errors": {}, "typed": {}}
    return page(template, error.status if error else 200, **{"error": error} | back | shown)


def go(endpoint: str, **values: Any) -> Response:
    """Send the browser to a page after a form did its work."""
    return cast(Response, redirect(url_for(endpoint, **values), code=303))


def refuse_form(error: Refused) -> None:
    """Undo whatever the refused form had begun, so that its page can be shown again."""
    current().session.rollback()
    if error.code in ("not_found", "not_yours"):
        raise error


def is_part() -> bool:
    """Return whether the page's script asks for a part of the page only."""
    return request.headers.get("HX-Request") == "true"


@console.app_context_processor
def frame() -> dict[str, Any]:
    """Give every template the frame; a refusal may be shown before anybody is known."""
    who = cast(Staff | None, g.get("staff"))
    return {
        "installation": cast(App, current_app).parts.installation,
        "who": who,
        "menu": list(menu_of()) if who else [],
        "page_address": page_address,
        "asset": asset,
        "csrf": csrf_field,
    }


@cache
def page_address(endpoint: str) -> str:
    """Return the address of a page that takes no values: the same for all, and twenty stand in each menu."""
    return url_for(endpoint)


@cache
def asset(name: str) -> str:
    """Return the address of a style sheet or script."""
    return url_for("console.static", filename=name, v=VERSION)


def csrf_field() -> Markup:
    """Return the hidden field that each form of a logged-in person carries."""
    return Markup('<input type="hidden" name="csrf" value="{}">').format(staff().csrf)


@console.app_template_filter("day")
def day_filter(moment: datetime) -> str:
    """Show the day of a moment: 11月25日 周三."""
    return day_text(day_of(moment))


console.app_template_filter("date")(long_day)
console.app_template_filter("clock")(clock_text)
console.app_template_filter("moment")(moment_text)


@console.app_template_filter("moment_of")
def moment_of_filter(moment: datetime) -> str:
    """Show a moment of the past, with the year where it is another one: 2025年12月12日 周五 17:00."""
    year = day_of(moment).year
    return f"{'' if year == day_of(current().now).year else f'{year}年'}{moment_text(moment)}"


@console.app_template_filter("whole")
def whole_filter(line: str) -> Markup:
    """Mark up a line so that no date, number or name breaks in it: 2026年11月20日, 实到 9 人."""
    said, end = Markup(), 0
    for found in UNBROKEN.finditer(line):
        said += escape(line[end : found.start()]) + Markup('<span class="keep">{}</span>').format(found[0])
        end = found.end()
    return said + escape(line[end:])
