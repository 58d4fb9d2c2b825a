"""Phones that act for an account: how a test gets one, and asks with it."""

from dataclasses import dataclass
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from models.people.account import Account
from models.people.link_code import LinkKind, issue_link_code
from models.people.member import Member
from models.people.phone import phone_behind, start_branch_work, start_phone_session
from tests.conftest import NOON
from tests.factories import KEYRING, a_binding, a_member
from tests.handlers.console_site import MINI, Site


@dataclass
class Phone:
    """A phone that is logged in to the mini-program."""

    client: FlaskClient
    token: str

    def ask(self, method: str, address: str, body: dict[str, Any] | None = None) -> TestResponse:
        """Ask /api/v1 with the session token."""
        headers = {"Authorization": f"Bearer {self.token}"}
        sent = body or {} if method == "POST" else None
        return self.client.open(f"/api/v1/{address}", method=method, headers=headers, json=sent)

    def get(self, address: str) -> Any:
        """Return the JSON of a successful GET."""
        answer = self.ask("GET", address)
        assert answer.status_code == 200, answer.text
        return answer.json

    def refusal(self, method: str, address: str, body: dict[str, Any] | None = None) -> tuple[int, str]:
        """Return status and code of a refusal."""
        answer = self.ask(method, address, body)
        assert answer.json is not None, answer.text
        return answer.status_code, answer.json["error"]["code"]


def bound_phone(site: Site, member: Member | None = None) -> Phone:
    """Return a phone bound to a member, by default to one of a branch far away."""
    with site.sessions.begin() as session:
        member = member or a_member(session, site.orgs["far"], "石大山")
        openid = a_binding(session, member, MINI).openid or ""
        token = start_phone_session(session, KEYRING, MINI, openid, now=site.now)
    return Phone(site.app.test_client(), token)


def digits_for(site: Site, who: str) -> str:
    """Return the eight digits that the console would show to one of the staff."""
    with site.sessions.begin() as session:
        return issue_link_code(session, KEYRING, LinkKind.BRANCH, account_id=site.staff[who].id, now=site.now)


def phone_at_work(site: Site, who: str, member: Member | None = None) -> Phone:
    """Return a bound phone into which one of the staff typed the digits."""
    phone = bound_phone(site, member)
    assert phone.ask("POST", "branch/session", {"code": digits_for(site, who)}).status_code == 201
    return phone


def put_to_work(session: Session, account: Account, member: Member) -> str:
    """Bind a new phone of a member, let it act for an account since NOON; return its session token."""
    openid = a_binding(session, member, MINI).openid or ""
    token = start_phone_session(session, KEYRING, MINI, openid, now=NOON)
    digits = issue_link_code(session, KEYRING, LinkKind.BRANCH, account_id=account.id, now=NOON)
    phone = phone_behind(session, token, now=NOON)
    start_branch_work(session, KEYRING, token, phone, digits, now=NOON)
    return token
