"""Accounts and posts of the level below, kept by the officers of a township or the zone."""

import re
from collections.abc import Sequence
from itertools import groupby

from flask import Response, request

from handlers.console.login import ask_password
from handlers.console.pages import console, go, page, refuse_form, staff_page
from handlers.edge import current
from handlers.identity import need_somewhere, staff
from models.audit import Via
from models.duties.handover_reading import HANDED
from models.people.account import LOGIN, ROLE_TEXT, Role
from models.people.account_member import link_by_name
from models.people.console import is_fresh
from models.people.org import Org, OrgKind
from models.people.posts import (
    account_below,
    end_account,
    give_post,
    held_by,
    new_first_password,
    orgs_below,
    posts_below,
    roles_given,
)
from models.people.rights import Verb
from models.refused import Refused

YEAR = re.compile(r"(19|20)[0-9]{2}")


@console.get("/console/accounts")
@staff_page
def accounts() -> Response:
    """List the posts below one's own with the forms to give and end them."""
    need_somewhere(Verb.GIVE_POSTS)
    return _page()


def _page(status: int = 200, errors: dict[str, str] | None = None) -> Response:
    edge, posts = current(), staff().posts
    orgs = orgs_below(edge.session, posts)
    towns = _towns_below(orgs)
    town = _town_asked(towns)
    held = [row for row in posts_below(edge.session, posts, now=edge.now) if _is_shown(row.org, town, towns)]
    return page(
        "office/accounts.html",
        status,
        held=[list(rows) for _, rows in groupby(held, key=lambda row: row.org.id)],
        orgs=orgs,
        towns=towns,
        town=town,
        roles=[(role.value, ROLE_TEXT[role]) for role in roles_given(posts)],
        role_text=ROLE_TEXT,
        handed=HANDED,
        typed=request.form,
        errors=errors or {},
        fresh=is_fresh(staff(), now=edge.now),
    )


def _towns_below(orgs: Sequence[Org]) -> list[Org]:
    """Return the townships whose accounts are looked at one township at a time: those of a zone's officer."""
    own = {post.org_id for post in staff().posts}
    return [org for org in orgs if org.kind is OrgKind.PARTY_COMMITTEE and org.id not in own]


def _town_asked(towns: Sequence[Org]) -> Org | None:
    """Return the township that the page is narrowed to, None for what is in none. Refused: not_found."""
    asked = request.values.get("under", "")
    if not asked:
        return None
    found = next((town for town in towns if str(town.id) == asked), None)
    if found is None:
        raise Refused("not_found", "没有找到")
    return found


def _is_shown(org: Org, town: Org | None, towns: Sequence[Org]) -> bool:
    if town is not None:
        return org.path.startswith(town.path)
    return not any(org.path.startswith(one.path) and org.id != one.id for one in towns)


def _again(error: Refused) -> Response:
    refuse_form(error)
    fields = {
        "password_needed": "password", "password_wrong": "password", "too_many_tries": "password",
        "login_taken": "login", "bad_login": "login", "name_missing": "name", "role_not_here": "role",
    }  # fmt: skip
    if error.code not in fields:
        raise error
    return _page(429 if error.code == "too_many_tries" else 400, {fields[error.code]: error.message})


@console.post("/console/accounts")
@staff_page
def create_account() -> Response:
    """Make an account with a post; its first password is in this answer and nowhere else."""
    edge, who = current(), staff()
    need_somewhere(Verb.GIVE_POSTS)
    form = request.form
    login, name = form.get("login", "").strip().lower(), form.get("name", "").strip()
    try:
        ask_password()
        if not LOGIN.fullmatch(login):
            raise Refused("bad_login", "登录名用小写字母和数字，3 到 32 位，例如 chenli")
        if not 1 <= len(name) <= 40:
            raise Refused("name_missing", "请写姓名")
        org_id = form.get("org", "")
        org = edge.session.get(Org, int(org_id)) if org_id.isdecimal() and len(org_id) < 18 else None
        if org is None or form.get("role") not in list(Role):
            raise Refused("role_not_here", "请选组织和岗位")
        account, password = give_post(
            edge.session, who.posts, org, Role(form["role"]), login, name, by=who.account_id, now=edge.now
        )
    except Refused as error:
        return _again(error)
    return page("console/first_password.html", account=account, password=password)


@console.post("/console/accounts/<int:account_id>/ending")
@staff_page
def create_ending(account_id: int) -> Response:
    """End an account at once; what it did stays in the records."""
    edge, who = current(), staff()
    need_somewhere(Verb.GIVE_POSTS)
    account = account_below(edge.session, who.posts, account_id, now=edge.now)
    try:
        ask_password()
    except Refused as error:
        return _again(error)
    end_account(edge.session, account, by=who.account_id, now=edge.now)
    return go("console.accounts", under=request.form.get("under") or None)


@console.post("/console/accounts/<int:account_id>/member")
@staff_page
def link_account(account_id: int) -> Response:
    """Note which member a log-in is, by the name and, of two, the year of joining."""
    edge, who = current(), staff()
    need_somewhere(Verb.GIVE_POSTS)
    account = account_below(edge.session, who.posts, account_id, now=edge.now)
    held = held_by(edge.session, [account.id], now=edge.now)[account.id]
    year = request.form.get("year", "").strip()
    try:
        link_by_name(
            edge.session, account, held[0].org, joined_year=int(year) if YEAR.fullmatch(year) else None,
            by=who.account_id, via=Via.CONSOLE,
        )  # fmt: skip
    except Refused as error:
        refuse_form(error)
        return _page(error.status, {f"member-{account_id}": error.message})
    return go("console.accounts", under=request.form.get("under") or None)


@console.post("/console/accounts/<int:account_id>/password")
@staff_page
def create_first_password(account_id: int) -> Response:
    """Give a new first password to somebody who lost theirs; shown once."""
    edge, who = current(), staff()
    need_somewhere(Verb.GIVE_POSTS)
    account = account_below(edge.session, who.posts, account_id, now=edge.now)
    try:
        ask_password()
    except Refused as error:
        return _again(error)
    password = new_first_password(edge.session, account, by=who.account_id)
    return page("console/first_password.html", account=account, password=password)
