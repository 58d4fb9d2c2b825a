"""WeChat's published samples, posted to web processes that have the samples' own account and clock."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
import requests
import xmltodict

from tests.conftest import APP, OWNER, url
from tests.hard.pushes import spoilt
from tests.running import ROOT, Running
from tests.wechat import vectors as v
from wechat.crypto import read_key, sign, unseal

# The samples name these accounts in what they seal.
V1_ACCOUNT, V3_ACCOUNT = "gh_97417a04a28d", "gh_10f6c3c3ac5a"
OFFICIAL, MINI = "/wechat/official-account", "/wechat/mini-program"


@contextmanager
def web_of(
    folder: Path, database: str, at: str, *, token: str, key: str, appid: str, account: str, safe: bool
) -> Iterator[str]:
    """Run web for one sample's account, as either app, half a minute after `at`; yield its address."""
    running = Running(
        folder,
        database=url(APP, database),
        owner=url(OWNER, database),
        # Nobody listens there, and nothing here needs it.
        redis="redis://127.0.0.1:9/0",
        at=datetime.fromtimestamp(int(at) + 30, UTC),
    )
    config = (ROOT / "config.toml").read_text("utf-8")
    for ours, theirs in (
        ("wxdemooa00000001", appid),
        ("gh_demooa000001", account),
        ("wxdemomini000001", appid),
        ("gh_demomini0001", account),
        ("safe_mode = true", f"safe_mode = {str(safe).lower()}"),
    ):
        assert ours in config
        config = config.replace(ours, theirs)
    (folder / "config.toml").write_text(config, "utf-8")
    running.environment |= {"ZONE_CONFIG": str(folder / "config.toml")}
    for app in ("OA", "MINI"):
        running.environment |= {f"WECHAT_{app}_TOKEN": token, f"WECHAT_{app}_AES_KEY": key}
    try:
        running.start(jobs=False)
        yield running.web
    finally:
        running.stop()


def ask(address: str, query: dict[str, str], body: bytes | None = None) -> requests.Response:
    """Ask as WeChat does: a check of the address without a body, a push with one."""
    return requests.request("GET" if body is None else "POST", address, params=query, data=body, timeout=20)


@pytest.fixture
def plain_web(tmp_path: Path, database: str) -> Iterator[str]:
    """Web in plain mode as V1's account, at the time of its plain push."""
    with web_of(
        tmp_path, database, v.V1_PLAIN["timestamp"],
        token=v.V1_TOKEN, key=v.V1_KEY, appid=v.V1_APPID, account=V1_ACCOUNT, safe=False,
    ) as address:  # fmt: skip
        yield address


def test_v1_check_and_plain_push_are_taken_and_each_spoilt_sign_is_not(plain_web: str) -> None:
    # Control: with _is_signed always true every spoilt one is taken.
    answer = ask(plain_web + OFFICIAL, v.V1_GET)
    assert (answer.status_code, answer.text) == (200, v.V1_GET["echostr"])
    fields = {"ToUserName": V1_ACCOUNT, "FromUserName": "oA", "CreateTime": v.V1_PLAIN["timestamp"]}
    fields |= {"MsgType": "text", "Content": "帮助", "MsgId": "1"}
    body = xmltodict.unparse({"xml": fields}, full_document=False).encode()
    for name, signed in v.V1_PLAIN.items():
        for wrong in spoilt(signed):
            assert ask(plain_web + OFFICIAL, v.V1_PLAIN | {name: wrong}, body).status_code == 403
            assert ask(plain_web + OFFICIAL, v.V1_GET | {name: wrong}).status_code == 403
    answer = ask(plain_web + OFFICIAL, v.V1_PLAIN, body)
    assert answer.status_code == 200
    assert "签到" in xmltodict.parse(answer.content)["xml"]["Content"]


def test_v1_safe_json_push_is_taken_on_the_mini_programs_address(tmp_path: Path, database: str) -> None:
    # Control: with the key of another app it is turned away as undecipherable.
    body = f'{{"ToUserName":"{V1_ACCOUNT}","Encrypt":"{v.V1.sealed}"}}'.encode()
    with web_of(
        tmp_path, database, v.V1.timestamp,
        token=v.V1.token, key=v.V1.key, appid=v.V1.appid, account=V1_ACCOUNT, safe=True,
    ) as address:  # fmt: skip
        answer = ask(address + MINI, v.V1.query, body)
        assert (answer.status_code, answer.text) == (200, "success")
        assert ask(address + MINI, v.V1.query | {"nonce": "415670742"}, body).status_code == 403


def test_v3_safe_xml_push_is_answered_sealed_on_the_accounts_address(tmp_path: Path, database: str) -> None:
    # Control: with the reply written in plain, it has no Encrypt to open.
    outside = {"ToUserName": V3_ACCOUNT, "Encrypt": v.V3.sealed}
    body = xmltodict.unparse({"xml": outside}, full_document=False).encode()
    with web_of(
        tmp_path, database, v.V3.timestamp,
        token=v.V3.token, key=v.V3.key, appid=v.V3.appid, account=V3_ACCOUNT, safe=True,
    ) as address:  # fmt: skip
        answer = ask(address + OFFICIAL, v.V3.query, body)
    assert answer.status_code == 200
    told = xmltodict.parse(answer.content)["xml"]
    assert told["MsgSignature"] == sign(v.V3.token, told["TimeStamp"], told["Nonce"], told["Encrypt"])
    reply = xmltodict.parse(unseal(told["Encrypt"], [read_key(v.V3.key)], v.V3.appid)[0])["xml"]
    assert (reply["ToUserName"], reply["FromUserName"]) == ("oyORnuP8q7ou2gfYjqLzSIWZf0rs", V3_ACCOUNT)
    assert reply["Content"].startswith("您可以发：")
