"""Habits of WeChat's HTTP, log-in codes, user info, and the process itself."""

import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import requests

from simulator.tests.conftest import SECRET, Caller, Simulator, free_port, started, wait_until
from simulator.tests.rules import rule

SEND = "/cgi-bin/message/template/send"
CODES, CODE2SESSION = 'WeChat, "global return codes"', 'WeChat, "code2Session"'


@rule("An error is HTTP 200 with errcode, errmsg and a rid at the end of its text", CODES)
def test_errors_are_http_200_with_a_rid(sim: Simulator) -> None:
    answer = requests.get(sim.base + "/cgi-bin/no/such/path", timeout=5)
    assert answer.status_code == 200
    assert answer.json()["errcode"] == 40066
    assert re.fullmatch(r"invalid url rid: [0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{8}", answer.json()["errmsg"])


@rule(
    "A rid begins with the time of the call, in seconds as eight hexadecimal digits", "seen in its examples"
)
def test_rid_tells_the_time_of_the_call(sim: Simulator) -> None:
    sim.post("/_sim/clock", {"offset_seconds": -3600})
    rid = sim.get("/cgi-bin/no/such/path")["errmsg"].rsplit(" ", 1)[1]
    assert abs(int(rid[:8], 16) - (time.time() - 3600)) < 60


@rule("Successful reads carry no errcode, successful orders errcode 0 and errmsg ok", CODES)
def test_success_of_reads_has_no_errcode(account: Caller) -> None:
    assert account.send()["errcode"] == 0
    token = {"access_token": account.access_token}
    for path in ("get_api_domain_ip", "user/info", "draft/count"):
        assert "errcode" not in account.sim.get(f"/cgi-bin/{path}", openid="o_one", **token)


def test_unknown_path_is_logged_as_not_simulated(sim: Simulator) -> None:
    sim.post("/cgi-bin/no/such/path", {})
    assert sim.ledger()["not_simulated"] == 1
    assert sim.get("/_sim/log")["items"][-1]["note"] == "not simulated"


@rule("An empty body is 44002, one that is no JSON object in UTF-8 is 47001", CODES)
@pytest.mark.parametrize(
    ("body", "errcode"), [(b"", 44002), (b"{", 47001), (b"[1]", 47001), (b'"\xff"', 47001)]
)
def test_bodies_that_are_no_json_object_are_named(account: Caller, body: bytes, errcode: int) -> None:
    token = account.token()["access_token"]
    answer = requests.post(f"{account.sim.base}{SEND}?access_token={token}", body, timeout=5)
    assert answer.json()["errcode"] == errcode


@rule("The wrong method is named: 43002 where POST is wanted, 43001 where GET is", CODES)
def test_wrong_method_is_refused(sim: Simulator) -> None:
    assert sim.get(SEND)["errcode"] == 43002
    assert sim.post("/cgi-bin/user/info", {})["errcode"] == 43001


@rule("JSON is read whatever its Content-Type", CODES)
@pytest.mark.parametrize("content_type", ["", "text/plain", "application/x-www-form-urlencoded"])
def test_content_type_does_not_matter(account: Caller, content_type: str) -> None:
    asked = f'{{"grant_type":"client_credential","appid":"{account.appid}","secret":"{SECRET}"}}'
    headers = {"Content-Type": content_type}
    answer = requests.post(f"{account.sim.base}/cgi-bin/stable_token", asked, headers=headers, timeout=5)
    assert "access_token" in answer.json()


def test_log_shows_no_secret_and_no_token(account: Caller) -> None:
    account.send()
    shown = str(account.sim.get("/_sim/log"))
    assert account.openid in shown
    assert SECRET not in shown
    assert account.access_token not in shown


@pytest.fixture
def phone(make_account: Callable[..., Caller]) -> Caller:
    return make_account(kind="mini_program")


def exchange(phone: Caller, code: str, **changes: str) -> dict[str, Any]:
    query = {"appid": phone.appid, "secret": SECRET, "js_code": code, "grant_type": "authorization_code"}
    answer: dict[str, Any] = phone.sim.get("/sns/jscode2session", **(query | changes))
    return answer


@rule("A code from wx.login is good once; used again it is 40163", CODE2SESSION)
def test_login_code_is_good_once(phone: Caller) -> None:
    code = phone.do("login-code", unionid="u_one")["code"]
    answer = exchange(phone, code)
    assert (answer["openid"], answer["unionid"]) == ("o_one", "u_one")
    assert len(answer["session_key"]) == 24
    assert exchange(phone, code)["errcode"] == 40163


@rule("A code from wx.login is good for five minutes; then it is 40029", CODE2SESSION)
def test_login_code_is_good_for_five_minutes(phone: Caller) -> None:
    code = phone.do("login-code")["code"]
    phone.sim.post("/_sim/clock", {"offset_seconds": 301})
    assert exchange(phone, code)["errcode"] == 40029


@rule("A code of another mini-program, or none at all, is 40029", CODE2SESSION)
def test_login_code_of_another_appid_is_unknown(phone: Caller, make_account: Callable[..., Caller]) -> None:
    code = make_account(kind="mini_program").do("login-code")["code"]
    assert exchange(phone, code)["errcode"] == 40029
    assert exchange(phone, "nonsense")["errcode"] == 40029


@rule("Outside of an open platform there is no unionid", CODE2SESSION)
def test_login_without_unionid_answers_none(phone: Caller) -> None:
    assert "unionid" not in exchange(phone, phone.do("login-code")["code"])


@rule("A wrong secret (40125) does not use the code up", CODE2SESSION)
def test_login_with_wrong_secret_keeps_the_code(phone: Caller) -> None:
    code = phone.do("login-code")["code"]
    assert exchange(phone, code, secret="wrong")["errcode"] == 40125
    assert exchange(phone, code)["openid"] == "o_one"


@rule("user/info says subscribe 0 and the openid alone of whoever left", 'WeChat, "getUserInfo"')
def test_user_info_tells_followers_from_those_who_left(account: Caller) -> None:
    token = account.token()["access_token"]
    present = account.sim.get("/cgi-bin/user/info", access_token=token, openid="o_one")
    assert (present["subscribe"], present["openid"]) == (1, "o_one")
    account.do("unfollow")
    gone = account.sim.get("/cgi-bin/user/info", access_token=token, openid="o_one")
    assert gone == {"subscribe": 0, "openid": "o_one"}
    assert account.sim.get("/cgi-bin/user/info", access_token=token, openid="o_x")["errcode"] == 40003


def test_control_api_names_the_wrong_field(sim: Simulator) -> None:
    answer = requests.post(sim.base + "/_sim/faults", '{"kind":"explode"}', timeout=5)
    assert answer.status_code == 400
    assert answer.json()["error"]["fields"][0]["field"] == "kind"


def test_page_is_whole_and_needs_nothing_from_elsewhere(sim: Simulator) -> None:
    page = requests.get(sim.base + "/", timeout=5)
    assert page.status_code == 200
    linked = re.findall(r'(?:src|href)="([^#"]+)"', page.text)
    assert "/_sim/page/page.js" in linked
    assert [one for one in linked if not one.startswith(("/_sim/", "data:"))] == []
    for path in linked:
        if path.startswith("/"):
            assert requests.get(sim.base + path, timeout=5).status_code == 200


def test_wall_shows_at_most_24_phones_and_finds_any(account: Caller) -> None:
    rows = [{"openid": f"o_{number}", "name": f"第{number}人"} for number in range(60)]
    account.sim.post("/_sim/followers", {"appid": account.appid, "followers": rows})
    wall = account.sim.get("/_sim/wall", appid=account.appid)
    assert (wall["total"], len(wall["phones"])) == (61, 24)
    (found,) = account.sim.get("/_sim/wall", appid=account.appid, q="第57人")["phones"]
    assert found["openid"] == "o_57"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_process_ends_at_once_and_leaves_nothing(number: signal.Signals, tmp_path: Path) -> None:
    port, accounts = free_port(), tmp_path / "accounts.toml"
    accounts.write_text(
        '[[account]]\nkind="official"\nappid="wx1"\nsecret="s"\noriginal_id="gh_1"\ntoken="abc"\n'
        'templates=[{id="T", title="t", keys=["thing1"]}]\n'
    )
    options = ("--port", str(port), "--accounts", str(accounts), "--clock-offset", "3600")
    base = f"http://127.0.0.1:{port}"
    with started(*options) as process:
        assert requests.get(base + "/_sim/clock", timeout=5).json()["offset_seconds"] == 3600
        assert requests.get(base + "/_sim/accounts", timeout=5).json()["items"][0]["appid"] == "wx1"
        process.send_signal(number)
        assert process.wait(4) == 0
        assert process.communicate() == ("", "")
    with pytest.raises(requests.ConnectionError):
        requests.get(base, timeout=1)


def test_worker_does_not_outlive_a_killed_parent() -> None:
    port = free_port()
    with started("--port", str(port)) as process:
        process.kill()

    def is_free() -> bool:
        try:
            requests.get(f"http://127.0.0.1:{port}/", timeout=1)
        except requests.ConnectionError:
            return True
        return False

    wait_until(is_free)


def test_taken_port_and_bad_accounts_are_said_in_one_line(sim: Simulator, tmp_path: Path) -> None:
    port = sim.base.rsplit(":", 1)[1]
    (tmp_path / "bad.toml").write_text('[[account]]\nkind="bank"\n')
    command = [sys.executable, "-m", "simulator"]
    taken = subprocess.run([*command, "--port", port], capture_output=True, text=True)
    bad = subprocess.run(
        [*command, "--port", "1", "--accounts", str(tmp_path / "bad.toml")], capture_output=True, text=True
    )
    assert (taken.returncode, bad.returncode) == (2, 2)
    assert taken.stderr == f"simulator: 127.0.0.1:{port} is taken\n"
    assert "account.0.kind" in bad.stderr
    assert "Traceback" not in bad.stderr
