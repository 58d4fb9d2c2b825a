"""The official account's chat over HTTP: pushes signed and sealed, and replies opened, as WeChat does."""

import json
import os
import secrets
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import Any
from urllib.parse import urlencode

import xmltodict
from redis import Redis
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from handlers.edge import App, Installation, Parts
from handlers.mini_program_push import mini_program_push
from handlers.official_account import official_account
from models.base import Sessions
from models.gatherings.gathering import Gathering, GatheringState
from models.gatherings.hall_code import hall_digits, qr_token
from models.notices.audience import Channels
from models.people.member import Member
from models.people.org import Org
from tests.conftest import NOON, REDIS
from tests.factories import KEYRING, a_binding, a_branch, a_gathering, a_member, a_roll
from wechat.callback import Callback
from wechat.crypto import new_salt, read_key, seal, sign, unseal
from wechat.log_in import OpenSession

OA, MINI = "wxaccount000001", "wxmini000001"
KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
ACCOUNT_ADDRESS, MINI_ADDRESS = "/wechat/official-account", "/wechat/mini-program"
MINI_TOKEN = "minitest"
NUMBERS = count(1000)


def nobody_logs_in(code: str) -> OpenSession:
    """The chat logs nobody in."""
    raise AssertionError(code)


@dataclass
class Chat:
    """The account's callback, in one of WeChat's modes, over a database of the test's own."""

    sessions: Sessions
    is_safe: bool = True
    now: datetime = NOON
    app: App = field(init=False)

    def __post_init__(self) -> None:
        self.app = App(__name__)
        self.app.parts = Parts(
            sessions=self.sessions,
            keyring=KEYRING,
            redis=Redis.from_url(os.environ[REDIS]),
            clock=lambda: self.now,
            log_in=nobody_logs_in,
            account_callback=Callback(OA, "pamtest", (KEY,), self.is_safe, "gh_account"),
            mini_callback=Callback(MINI, MINI_TOKEN, (KEY,), self.is_safe, "gh_mini"),
            installation=Installation(
                zone_name="青山示范区",
                owner="青山示范区党群工作部",
                filing_no="",
                complaint_phone="0000-0000000",
                base_url="https://dj.example.cn",
                demonstration=True,
                mini_appid=MINI,
                account_appid=OA,
                channels=Channels(OA, MINI, "S1"),
                publishes=True,
                public_articles=True,
                verification_files={},
            ),
        )
        self.app.register_blueprint(official_account)
        self.app.register_blueprint(mini_program_push)

    def post(self, query: dict[str, str], body: bytes, address: str = ACCOUNT_ADDRESS) -> TestResponse:
        """Post what a test has made up itself."""
        return self.app.test_client().post(
            f"{address}?{urlencode(query)}", data=body, content_type="text/xml"
        )

    def push(self, fields: dict[str, Any], *, sent_at: datetime | None = None) -> TestResponse:
        """Push elements as WeChat does in the account's mode."""
        query, body = self.packed(fields, sent_at or self.now)
        return self.post(query, body)

    def packed(self, fields: dict[str, Any], sent_at: datetime) -> tuple[dict[str, str], bytes]:
        """Return query and body of a push."""
        plain = xmltodict.unparse({"xml": fields}, full_document=False)
        query = {"timestamp": str(int(sent_at.timestamp())), "nonce": "n1"}
        query["signature"] = sign("pamtest", query["timestamp"], "n1")
        if not self.is_safe:
            return query, plain.encode()
        sealed = seal(plain, read_key(KEY), OA, salt=new_salt())
        query |= {"encrypt_type": "aes", "msg_signature": sign("pamtest", query["timestamp"], "n1", sealed)}
        envelope = {"ToUserName": "gh_account", "Encrypt": sealed}
        return query, xmltodict.unparse({"xml": envelope}, full_document=False).encode()

    def elements(self, openid: str, kind: str, **own: Any) -> dict[str, Any]:
        """Return the elements of a follower's push."""
        common = {"ToUserName": "gh_account", "FromUserName": openid}
        return common | {"CreateTime": int(self.now.timestamp()), "MsgType": kind} | own

    def typed(self, openid: str, text: str, msg_id: int | None = None) -> dict[str, Any]:
        """Return the elements of a text; without a number it is a message of its own."""
        return self.elements(openid, "text", Content=text, MsgId=msg_id or next(NUMBERS))

    def say(self, openid: str, text: str, msg_id: int | None = None) -> str:
        """Type something and return what the chat shows in answer."""
        return self.shown(self.push(self.typed(openid, text, msg_id)))

    def event(self, openid: str, event: str, **own: Any) -> str:
        """Let something happen on a follower's phone; return what the chat shows."""
        return self.shown(self.push(self.elements(openid, "event", Event=event, **own)))

    def scan(self, openid: str, result: str) -> str:
        """Scan a picture from the account's menu."""
        scanned = {"ScanType": "qrcode", "ScanResult": result}
        return self.event(openid, "scancode_waitmsg", EventKey="sign_in", ScanCodeInfo=scanned)

    def shown(self, response: TestResponse) -> str:
        """Open an answer as WeChat does; its text, or the bare body where nobody reads anything."""
        assert response.status_code == 200
        if response.text in ("", "success"):
            return response.text
        answer = xmltodict.parse(response.text)["xml"]
        if self.is_safe:
            signed = sign("pamtest", answer["TimeStamp"], answer["Nonce"], answer["Encrypt"])
            assert answer["MsgSignature"] == signed
            answer = xmltodict.parse(unseal(answer["Encrypt"], [read_key(KEY)], OA)[0])["xml"]
        assert (answer["FromUserName"], answer["MsgType"]) == ("gh_account", "text")
        return str(answer["Content"])

    def result(self, openid: str, msgid: str, status: str = "success") -> dict[str, Any]:
        """Return the elements of a result event."""
        own = {"Event": "TEMPLATESENDJOBFINISH", "MsgID": msgid, "Status": status}
        return self.elements(openid, "event", **own)

    def mini(self, fields: dict[str, Any], token: str = MINI_TOKEN) -> TestResponse:
        """Push JSON to the mini-program's address."""
        sealed = seal(json.dumps(fields), read_key(KEY), MINI, salt=new_salt())
        timestamp = str(int(self.now.timestamp()))
        query = {"timestamp": timestamp, "nonce": "n1", "msg_signature": sign(token, timestamp, "n1", sealed)}
        return self.post(
            query, json.dumps({"ToUserName": "gh_mini", "Encrypt": sealed}).encode(), MINI_ADDRESS
        )


@dataclass
class Hall:
    """A branch with one bound member, 王建国, at an open gathering."""

    branch: Org
    member: Member
    gathering: Gathering
    openid: str

    def digits(self, now: datetime = NOON) -> str:
        """The six digits on its screen."""
        return hall_digits(KEYRING, self.gathering.id, self.gathering.hall_salt or b"", now=now)

    def wrong_digits(self) -> str:
        """Six digits that are not on its screen."""
        return f"{(int(self.digits()) + 1) % 1_000_000:06d}"

    def token(self, now: datetime = NOON) -> str:
        """The token in its QR code."""
        return qr_token(KEYRING, self.gathering.id, self.gathering.hall_salt or b"", now=now)


def a_hall(sessions: Sessions, state: GatheringState = GatheringState.OPEN, **columns: Any) -> Hall:
    """Add such a branch; the gathering stands as `state` says."""
    with sessions.begin() as session:
        branch = a_branch(session)
        member = a_member(session, branch)
        # Of its own: what Valkey remembers of a follower is shared by all tests.
        openid = f"oWang{secrets.token_hex(4)}"
        a_binding(session, member, OA, openid)
        gathering = a_gathering(session, branch, state=state, **columns)
        a_roll(session, gathering, branch, [member])
        for row in (branch, member, gathering):
            session.refresh(row)
    return Hall(branch, member, gathering, openid)


def another_gathering(session: Session, hall: Hall, **columns: Any) -> Gathering:
    """Add a second gathering with the same member on its roll."""
    gathering = a_gathering(session, hall.branch, **columns)
    a_roll(session, gathering, hall.branch, [hall.member])
    return gathering
