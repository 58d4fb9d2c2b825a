"""The state file: what comes back after a stop, after a kill, and what is no state file."""

import ast
import json
import socket
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from simulator.accounts import Account
from simulator.app import create_app
from simulator.keeping import Unreadable, _adapter, _kind, open_state
from simulator.state import State
from simulator.tests.conftest import (
    AES_KEY,
    SECRET,
    TEMPLATE,
    TOKEN,
    Caller,
    Simulator,
    free_port,
    started,
    wait_until,
)

ACCOUNT = {
    "kind": "official",
    "appid": "wx-kept",
    "secret": SECRET,
    "original_id": "gh_10f6c3c3ac5a",
    "token": TOKEN,
    "aes_key": AES_KEY,
    "templates": [TEMPLATE],
}
ROOT = Path(__file__).parents[1]


@contextmanager
def kept(path: Path, *more: str) -> Iterator[tuple[Caller, "subprocess.Popen[str]"]]:
    """Run a simulator that keeps its state in a file, with one account and one follower."""
    port = free_port()
    with started("--port", str(port), "--state", str(path), *more) as process:
        sim = Simulator(f"http://127.0.0.1:{port}")
        yield Caller(sim, "wx-kept", "o_one"), process
        sim.http.close()


def fill(account: Caller) -> None:
    """Let everything happen once."""
    sim, person = account.sim, {"openid": "o_one", "name": "甲"}
    sim.post("/_sim/accounts", ACCOUNT)
    mini = {"kind": "mini_program", "appid": "wx-mini", "templates": []}
    sim.post("/_sim/accounts", ACCOUNT | mini | {"subscribe_templates": [TEMPLATE | {"id": "S1"}]})
    for appid in ("wx-kept", "wx-mini"):
        sim.post("/_sim/followers", {"appid": appid, "followers": [person | {"grants": {"S1": 2}}]})
    sim.post("/_sim/clock", {"offset_seconds": 60})
    order = {"kind": "event_withheld", "appid": "wx-kept"}
    sim.post("/_sim/faults", order)
    account.send(client_msg_id="d-1")
    sim.post("/_sim/ban", {"appid": "wx-mini", "template_id": "S1"})
    token = {"access_token": account.access_token}
    button = {"name": "积分", "type": "click", "key": "points"}
    assert sim.post("/cgi-bin/menu/create", {"button": [button]}, **token)["errcode"] == 0
    picture = {"media": ("a.png", b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "image/png")}
    url = f"{sim.base}/cgi-bin/material/add_material?type=image&access_token={account.access_token}"
    cover = sim.http.post(url, files=picture, timeout=20).json()["media_id"]
    article = {"title": "题", "content": "文", "thumb_media_id": cover}
    draft = sim.post("/cgi-bin/draft/add", {"articles": [article]}, **token)
    assert sim.post("/cgi-bin/freepublish/submit", draft, **token)["errcode"] == 0


def seen(account: Caller) -> dict[str, Any]:
    """Look at everything that a restart must not change."""
    sim, found = account.sim, dict[str, Any]()
    for path in ("accounts", "followers", "messages", "ledger"):
        found[path] = sim.get(f"/_sim/{path}")
    found["ledger"].pop("not_simulated")
    for path in ("media", "drafts", "articles"):
        found[path] = sim.get(f"/_sim/{path}", appid="wx-kept")
    found["grants"] = sim.get("/_sim/grants", appid="wx-mini", openid="o_one")
    found["offset"] = sim.get("/_sim/clock")["offset_seconds"]
    wall = sim.get("/_sim/wall", appid="wx-kept")
    found["phones"], found["menu"] = [one["chat"] for one in wall["phones"]], wall["menu"]
    return found


def wait_for_the_call(account: Caller) -> dict[str, Any]:
    """Look at everything once the call that hangs has been counted."""
    wait_until(lambda: account.sim.get("/_sim/faults")["items"][-1]["matched"] == 1)
    return seen(account)


def test_everything_comes_back_after_a_stop(tmp_path: Path) -> None:
    file = tmp_path / "state.json"
    with kept(file) as (account, process):
        fill(account)
        code = account.sim.post("/_sim/login-code", {"appid": "wx-mini", "openid": "o_one"})["code"]
        account.sim.post("/_sim/faults", {"kind": "timeout_before", "seconds": 600, "path": "/hangs"})
        hanging = socket.create_connection(("127.0.0.1", int(account.sim.base.rsplit(":", 1)[1])), 5)
        hanging.sendall(b"GET /hangs HTTP/1.1\r\nHost: x\r\n\r\n")
        before = wait_for_the_call(account)
        process.terminate()
        assert process.wait(8) == 0
        hanging.close()
    assert len(before["messages"]["items"]) == 1
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with kept(file) as (again, _):
        assert seen(again) == before
        assert again.sim.get("/_sim/faults")["items"] == []
        # The token, the code, the client_msg_id and the withheld event are as good as they were.
        again.access_token = account.access_token
        assert again.send(client_msg_id="d-1")["msgid"] == before["messages"]["items"][0]["msgid"]
        query = {"appid": "wx-mini", "secret": SECRET, "js_code": code, "grant_type": "authorization_code"}
        assert again.sim.get("/sns/jscode2session", **query)["openid"] == "o_one"
        assert again.sim.post("/_sim/release", {})["released"] == 2
        (phone,) = again.sim.get("/_sim/wall", appid="wx-kept")["phones"]
        assert phone["chat"][0]["card"]["event_withheld"] is False
        assert again.token()["access_token"] == account.access_token


def test_kill_loses_at_most_a_few_seconds_and_breaks_nothing(tmp_path: Path) -> None:
    file = tmp_path / "state.json"
    with kept(file) as (account, process):
        account.sim.post("/_sim/accounts", ACCOUNT)
        account.sim.post("/_sim/followers", {"appid": "wx-kept", "followers": [{"openid": "o_one"}]})
        msgid = account.send()["msgid"]
        wait_until(lambda: str(msgid) in file.read_text())
        account.send()
        process.kill()
    with kept(file) as (again, _):
        assert again.messages()[0]["msgid"] == msgid


def test_accounts_and_clock_of_the_command_line_win_over_what_was_kept(tmp_path: Path) -> None:
    file, accounts = tmp_path / "state.json", tmp_path / "accounts.toml"
    open_state(
        State([Account.model_validate(ACCOUNT | {"appid": one}) for one in ("wx-kept", "wx-b")], 5), file
    )
    accounts.write_text(
        '[[account]]\nkind="official"\nappid="wx-kept"\nsecret="new"\noriginal_id="gh_1"\ntoken="abc"\n'
    )
    with kept(file, "--accounts", str(accounts), "--clock-offset", "7") as (again, _):
        assert [one["appid"] for one in again.sim.get("/_sim/accounts")["items"]] == ["wx-kept", "wx-b"]
        assert again.token()["errcode"] == 40125
        assert again.sim.get("/_sim/clock")["offset_seconds"] == 7


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "all of it"),
        ("{", "all of it"),
        ("[]", "all of it"),
        ("\x80\x04pickle", "all of it"),
        ({"format": "another"}, "format"),
        ({"version": 2}, "version"),
        ({"more": 1}, "more"),
        ({"tokens": {"t": {}}}, "tokens.t.appid"),
        ({"shelves": [{"appid": "a", "kind": "os.PathLike", "content": {}}]}, "os.PathLike"),
        ({"shelves": [{"appid": "a", "kind": "simulator.state.State", "content": {}}]}, "State"),
        ({"shelves": [{"appid": "a", "kind": "simulator.library.Library", "content": {"x": 1}}]}, "0.x"),
        ({"ledger": {"blocks": [{"appids": [], "packed": "eA=="}]}}, "no state"),
    ],
)
def test_broken_or_foreign_file_is_refused(tmp_path: Path, content: str | dict[str, Any], said: str) -> None:
    file = tmp_path / "state.json"
    if isinstance(content, dict):
        open_state(State([], 0.0), file)
        content = json.dumps(json.loads(file.read_text()) | content)
    file.write_text(content, "latin-1")
    with pytest.raises(Unreadable, match=said):
        open_state(State([], 0.0), file)
    assert file.read_text("latin-1") == content


def test_bad_file_stops_the_start_with_one_line(tmp_path: Path) -> None:
    (tmp_path / "bad.json").write_text("{")
    for name, said in (("bad.json", "no state of this simulator"), ("no/there.json", "No such file")):
        command = [sys.executable, "-m", "simulator", "--port", "1", "--state", str(tmp_path / name)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=20)
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr.startswith(f"simulator: {tmp_path / name}: {said}")
        assert done.stderr.count("\n") == 1


def kinds_in_use() -> set[str]:
    """Name every dataclass that some file fetches with state.of or state.all_of."""
    found = set()
    for file in (one for one in ROOT.rglob("*.py") if "tests" not in one.parts):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args:
                kind = node.args[-1]
                if node.func.attr in ("of", "all_of") and isinstance(kind, ast.Name) and kind.id[0].isupper():
                    module = ".".join(file.relative_to(ROOT.parent).with_suffix("").parts)
                    found.add(f"{module}:{kind.id}")
    return found


def test_every_kind_of_memory_can_be_kept() -> None:
    create_app(State([], 0.0))
    names = kinds_in_use()
    assert len(names) > 3
    for name in names:
        module, _, kind_name = name.partition(":")
        kind: Callable[[], Any] = getattr(sys.modules[module], kind_name)
        adapter = _adapter(_kind(f"{kind.__module__}.{kind_name}"))
        assert adapter.validate_json(adapter.dump_json([kind()])) == [kind()], name
