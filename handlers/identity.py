"""Who is asking: a phone by its token, a person of the console by a cookie; whether they may, and how often.

Posts give the same rights at the console and on a phone: `require` is the one place that asks for them.
"""

import logging
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from flask import g, request

from handlers.description import may_answer
from handlers.edge import current
from handlers.limits import CALLS, Limit, wait_of
from models.audit import Via, record
from models.people.console import Staff, staff_behind
from models.people.org import Org
from models.people.phone import Phone, branch_phone_behind, phone_behind
from models.people.rights import RIGHTS, Verb, may, sees
from models.refused import Refused

View = TypeVar("View", bound=Callable[..., Any])

log = logging.getLogger(__name__)


def bearer() -> str:
    """Return the session token of the Authorization header. Refused: not_logged_in."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not 20 <= len(token) <= 100:
        raise Refused("not_logged_in", "请重新进入小程序")
    return token


def phone_needed(view: View) -> View:
    """Run the view only for a phone that is logged in, bound or not."""

    @may_answer(401, 429)
    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        edge = current()
        g.phone = phone_behind(edge.session, bearer(), now=edge.now)
        count(CALLS)
        return view(*args, **kwargs)

    return cast(View, guarded)


def member_needed(view: View) -> View:
    """Run the view only for a phone bound to a member; an ended binding acts at the next request."""

    @may_answer(403)
    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        if phone().member_id is None:
            raise Refused("not_bound", "请先绑定")
        return view(*args, **kwargs)

    return phone_needed(cast(View, guarded))


def phone() -> Phone:
    """Return the phone behind this request."""
    return cast(Phone, g.phone)


def member_id() -> int:
    """Return the member behind this request."""
    return cast(int, phone().member_id)


def cookie_name() -> str:
    """Return the console cookie's name; the prefix binds it to this host where there is https."""
    https = current().parts.installation.base_url.startswith("https://")
    return "__Host-console" if https else "console"


def staff_needed(view: View) -> View:
    """Run the view only for a person logged in to the console whose first password is changed."""

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        edge = current()
        g.staff = staff_behind(edge.session, request.cookies.get(cookie_name(), ""), now=edge.now)
        count(CALLS)
        if g.staff.must_change and request.endpoint not in ("console.password", "console.logout"):
            raise Refused("must_change_password", "请先换掉初始密码")
        return view(*args, **kwargs)

    return cast(View, guarded)


def branch_phone_needed(view: View) -> View:
    """Run the view only for a bound phone that acts for an account with posts in force.

    Refused: not_logged_in, not_bound, branch_code_needed.
    """

    @may_answer(401, 403, 429)
    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        edge = current()
        g.phone, hand = branch_phone_behind(edge.session, bearer(), now=edge.now)
        if g.phone.member_id is None:
            raise Refused("not_bound", "请先绑定")
        if hand is None:
            raise Refused("branch_code_needed", "请先输入电脑上的八位数字")
        g.staff = hand
        count(CALLS)
        return view(*args, **kwargs)

    return cast(View, guarded)


def staff() -> Staff:
    """Return the person with posts behind this request, at the console or on a phone."""
    return cast(Staff, g.staff)


def require(verb: Verb, org: Org) -> None:
    """Let the request go on only if the person's posts carry `verb` at `org`.

    Refused: not_found for a row outside the subtree (it need not be known to exist), not_yours inside it.
    """
    posts = staff().posts
    if not sees(posts, org.path):
        raise Refused("not_found", "没有找到")
    if not may(posts, verb, org.path):
        raise Refused("not_yours", "这一步要有相应的职务才能办")


def holds(*verbs: Verb) -> bool:
    """Return whether one of the person's posts carries one of the verbs anywhere."""
    return any(post.role in RIGHTS[verb] for verb in verbs for post in staff().posts)


def need_somewhere(*verbs: Verb) -> None:
    """Let the request go on only if the person holds one of the verbs at all. Refused: not_yours."""
    if not holds(*verbs):
        raise Refused("not_yours", "这一页要有相应的职务才能看")


def count(limit: Limit) -> None:
    """Count one call or one file of the person behind this request. Refused: too_many_requests."""
    edge = current()
    if edge.parts.counter is None:
        return
    account_id = staff().account_id if "staff" in g else None
    who = f"account-{account_id}" if account_id else phone().openid_hash.hex()
    beyond = edge.parts.counter.beyond(limit, who, now=edge.now)
    if not beyond:
        return
    if beyond == 1:
        _tell(limit, account_id)
    raise Refused("too_many_requests", limit.message, retry_after=wait_of(limit, edge.now))


def _tell(limit: Limit, account_id: int | None) -> None:
    """Write down once who went beyond a limit: the log names nobody, the audit has the account's id."""
    log.warning("alert: somebody went beyond the limit of %d %s in %d seconds", *limit.figures)
    member = None if account_id else phone().member_id
    if account_id or member:
        edge = current()
        record(
            edge.session, "go_beyond", "limit", None, via=Via.CONSOLE if account_id else Via.PHONE,
            account_id=account_id, member_id=member, after={"limit": limit.name, "most": limit.most},
        )  # fmt: skip
        edge.keep()  # although this request is refused
