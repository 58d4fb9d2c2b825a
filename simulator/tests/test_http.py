"""Habits of HTTP: content types, methods nobody should use, bodies nobody should send."""

from collections.abc import Callable
from typing import Any

import pytest
import requests

from simulator.tests.conftest import SECRET, Caller, Simulator
from simulator.tests.rules import rule

SEND = "/cgi-bin/message/template/send"
DRAFT = "/cgi-bin/draft/add"
UNKNOWN = "/cgi-bin/no/such/path"
SEEN = "seen in the field"


@rule("Calls of cgi-bin answer application/json; encoding=utf-8", SEEN)
@pytest.mark.parametrize("path", [UNKNOWN, SEND, "/cgi-bin/token"])
def test_json_is_named_as_wechat_names_it(sim: Simulator, path: str) -> None:
    answer = requests.get(sim.base + path, timeout=5)
    assert answer.headers["Content-Type"] == "application/json; encoding=utf-8"


@rule("Calls of sns answer JSON under text/plain", SEEN)
def test_log_in_calls_say_plain_text(sim: Simulator) -> None:
    answer = requests.get(f"{sim.base}/sns/jscode2session", {"appid": "wx", "secret": SECRET}, timeout=5)
    assert answer.headers["Content-Type"].startswith("text/plain")
    assert answer.json()["errcode"] == 40013


@rule("Errors of the method come before those of the token and the body", "chosen: no page says it")
@pytest.mark.parametrize(
    ("method", "path", "errcode"),
    [
        ("PUT", SEND, 43002),
        ("DELETE", SEND, 43002),
        ("PUT", "/cgi-bin/menu/get", 43001),
        ("PATCH", UNKNOWN, 40066),
        ("OPTIONS", UNKNOWN, 40066),
    ],
)
def test_other_methods_are_refused(sim: Simulator, method: str, path: str, errcode: int) -> None:
    answer = requests.request(method, sim.base + path, timeout=5)
    assert (answer.status_code, answer.json()["errcode"]) == (200, errcode)


@pytest.mark.parametrize("path", [SEND, "/cgi-bin/menu/get", UNKNOWN])
def test_head_is_answered_without_a_body(sim: Simulator, path: str) -> None:
    answer = requests.head(sim.base + path, timeout=5)
    assert (answer.status_code, answer.content) == (200, b"")


@rule("A body that no text can be is 47001", 'WeChat, "global return codes"')
@pytest.mark.parametrize(
    "body",
    [
        b"[" * 100_000,
        b'{"touser":' * 20_000,
        '{"touser":"o_one"}'.encode("utf-16"),
        b'{"touser":"\\ud83d"}',
        b'{"touser":"\xff"}',
        b'{"touser":"o_one"',
        b'{"touser":NaN}',
        b'{"touser":1e999}',
        b'{"touser":' + b"[" * 64 + b"]" * 64 + b"}",
        b"touser=o_one",
    ],
)
def test_bodies_that_are_no_text_are_refused(account: Caller, body: bytes) -> None:
    token = account.token()["access_token"]
    answer = requests.post(f"{account.sim.base}{SEND}?access_token={token}", body, timeout=5)
    assert answer.json()["errcode"] == 47001
    if b"\\u" not in body:
        answer = requests.post(f"{account.sim.base}{DRAFT}?access_token={token}", body, timeout=5)
        assert answer.json()["errcode"] == 47001


LONG = "9" * 5000
MINI, LIBRARY = "/cgi-bin/wxaapp/createwxaqrcode", "/wxaapi/newtmpl/"


@pytest.mark.parametrize(
    ("path", "body", "errcode"),
    [
        ("/wxa/getwxacodeunlimit", {"scene": "a", "page": LONG}, 40097),
        (MINI, {"path": "p", "line_color": {"r": LONG}}, 40097),
        (MINI, {"path": "p", "line_color": {"r": -1}}, 40097),
        (MINI, {"path": "字" * 341}, 40097),
        (f"{LIBRARY}addtemplate", {"tid": LONG}, 200014),
        ("/cgi-bin/template/api_set_industry", {"industry_id1": LONG, "industry_id2": 1}, 40097),
        (
            "/cgi-bin/message/template/subscribe",
            {"touser": "o_one", "template_id": "S", "scene": LONG},
            40129,
        ),
    ],
)
def test_endless_numbers_and_texts_are_refused(
    make_account: Callable[..., Caller], path: str, body: dict[str, Any], errcode: int
) -> None:
    template = {"id": "S", "title": "通知", "keys": ["content"]}
    kind = "mini_program" if path.startswith("/wxa") or path == MINI else "official"
    account = make_account(kind=kind, templates=[], subscribe_templates=[template])
    token = account.token()["access_token"]
    assert account.sim.post(path, body, access_token=token)["errcode"] == errcode


@pytest.mark.parametrize(("name", "errcode"), [("start", 200016), ("limit", 200017), ("ids", 200019)])
def test_endless_numbers_of_a_query_are_refused(account: Caller, name: str, errcode: int) -> None:
    query = {"ids": "2", "start": "0", "limit": "1", "access_token": account.token()["access_token"]}
    answer = account.sim.get(f"{LIBRARY}getpubtemplatetitles", **query | {name: LONG})
    assert answer["errcode"] == errcode


@rule("An answer is UTF-8 as it is, without \\uXXXX", SEEN)
def test_answer_is_not_escaped(account: Caller) -> None:
    token = account.token()["access_token"]
    button = {"button": [{"name": "积分", "type": "click", "key": "points"}]}
    account.sim.post("/cgi-bin/menu/create", button, access_token=token)
    answer = requests.get(f"{account.sim.base}/cgi-bin/menu/get?access_token={token}", timeout=5)
    assert "积分".encode() in answer.content
    assert b" " not in answer.content
