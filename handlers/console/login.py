"""Logging in and out, and changing one's password."""

from datetime import timedelta
from hashlib import sha256

from flask import Response, request

from handlers.console.pages import console, go, page, refuse_form, staff_page, take_no_nul
from handlers.edge import current
from handlers.identity import cookie_name, staff
from models.clock import clock_text
from models.people.account import Account
from models.people.console import (
    LONGEST,
    change_password,
    check_password,
    end_session,
    is_fresh,
    start_session,
    type_password_again,
)
from models.people.tries import LIMITS, Guess, give_back_try, next_try_at
from models.refused import Refused


def who_hash(login: str) -> bytes:
    """Return the key under which wrong passwords for a log-in are counted, known or not."""
    return sha256(b"console:" + login.strip().lower().encode()).digest()


def count_password_try(key: bytes) -> None:
    """Count one password before it is judged. Refused: too_many_tries, saying when to try again."""
    edge = current()
    if edge.spend(Guess.PASSWORD, key, *LIMITS) < 0:
        free_at = next_try_at(edge.session, key, now=edge.now)
        wait = max(free_at - edge.now, timedelta(seconds=1))
        raise Refused(
            "too_many_tries",
            f"密码试得太多了，{clock_text(free_at)} 以后可以再试。账号没有锁",
            retry_after=int(wait.total_seconds()),
        )


def next_page() -> str:
    """Return where to go after logging in: only ever an address of the console."""
    wanted = request.values.get("next", "")
    fits = (
        wanted.startswith("/console/") and "\\" not in wanted and "//" not in wanted and wanted.isprintable()
    )
    return wanted if fits and len(wanted) < 200 else ""


def judge_password_again(password: str) -> None:
    """Judge the password that somebody logged in typed once more, at the price of a try if it is wrong.

    Refused: password_wrong, too_many_tries.
    """
    edge, who = current(), staff()
    key = who_hash(edge.session.get_one(Account, who.account_id).login)
    count_password_try(key)
    type_password_again(edge.session, request.cookies[cookie_name()], who.account_id, password, now=edge.now)
    give_back_try(edge.session, Guess.PASSWORD, key, now=edge.now)


def ask_password() -> None:
    """Let the request go on only with the password typed within ten minutes, or in this very form.

    Refused: password_needed, password_wrong, too_many_tries.
    """
    password = request.form.get("password", "")[:200]
    if not password and is_fresh(staff(), now=current().now):
        return
    if not password:
        raise Refused("password_needed", "请再输一次您的密码")
    judge_password_again(password)


@console.get("/console/login")
def login_form() -> Response:
    """Show the log-in form."""
    return page("console/login.html", next=next_page())


@console.post("/console/login")
def login() -> Response:
    """Log in. The same answer for an unknown log-in and a wrong password; 429 after too many.

    Another site's page may not log anybody in, for then they would write under a name that is not theirs.
    """
    edge = current()
    if request.headers.get("Sec-Fetch-Site", "none") not in ("none", "same-origin"):
        raise Refused("csrf", "请从本站的登录页登录")
    take_no_nul()
    typed = request.form.get("login", "")[:64]
    key = who_hash(typed)
    try:
        count_password_try(key)
        account = check_password(edge.session, typed, request.form.get("password", "")[:200])
    except Refused as error:
        status = 429 if error.code == "too_many_tries" else 401
        answer = page("console/login.html", status, next=next_page(), login=typed, error=error.message)
        if "retry_after" in error.extra:
            answer.headers["Retry-After"] = str(error.extra["retry_after"])
        return answer
    give_back_try(edge.session, Guess.PASSWORD, key, now=edge.now)
    answer = go("console.password" if account.must_change else "console.today")
    if not account.must_change and next_page():
        answer.headers["Location"] = next_page()
    return logged_in(answer, account)


def _is_secure() -> bool:
    return current().parts.installation.base_url.startswith("https://")


def logged_in(answer: Response, account: Account) -> Response:
    """Start a session and put its token into the browser's cookie; whatever it held before ends."""
    edge = current()
    end_session(edge.session, request.cookies.get(cookie_name(), ""))
    token = start_session(edge.session, account, now=edge.now)
    answer.set_cookie(
        cookie_name(),
        token,
        max_age=LONGEST,
        path="/",
        httponly=True,
        samesite="Lax",
        secure=_is_secure(),
    )
    return answer


@console.post("/console/logout")
@staff_page
def logout() -> Response:
    """End this browser's session."""
    end_session(current().session, request.cookies[cookie_name()])
    answer = go("console.login_form")
    # A browser lets nothing touch a __Host- cookie that is not itself secure.
    answer.delete_cookie(cookie_name(), path="/", httponly=True, samesite="Lax", secure=_is_secure())
    return answer


@console.route("/console/password", methods=["GET", "POST"])
@staff_page
def password() -> Response:
    """Change one's password; whoever was logged in with the old one is not any longer."""
    if request.method == "GET":
        return page("console/password.html", errors={})
    edge, who = current(), staff()
    old, new = request.form.get("old", "")[:200], request.form.get("new", "")[:200]
    if new != request.form.get("again", ""):
        return page("console/password.html", 400, errors={"again": "两次输入的新密码不一样"})
    account = edge.session.get_one(Account, who.account_id)
    key = who_hash(account.login)
    try:
        count_password_try(key)
        change_password(edge.session, who.account_id, old, new)
    except Refused as error:
        refuse_form(error)
        field = "old" if error.code in ("password_wrong", "too_many_tries") else "new"
        status = 429 if error.code == "too_many_tries" else 400
        return page("console/password.html", status, errors={field: error.message})
    give_back_try(edge.session, Guess.PASSWORD, key, now=edge.now)
    return logged_in(go("console.today"), account)
