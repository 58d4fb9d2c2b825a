"""`doctor`: nothing to be said where all is well, and one line with its remedy for each real fault."""

import os
import socket
import stat
import tomllib
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
from click.testing import CliRunner
from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from handlers.command_line import commands
from handlers.desk import Desk
from handlers.doctor.finding import Subject
from handlers.doctor.machine import look_at_backups
from handlers.doctor.visit import examine
from handlers.edge import VERSION
from models.notices.audience import Channels
from settings import ROOT
from tests.backup.conftest import at_desk
from tests.conftest import NOON
from tests.doctor.conftest import again, ill
from tests.factories import KEYRING
from wechat.gateway import App, Gateway

pytestmark = pytest.mark.thorough

TEMPLATE, SUBSCRIBE = "/cgi-bin/message/template/send", "/cgi-bin/message/subscribe/send"
NOWHERE = "http://127.0.0.1:9"


def told(subject: Subject, *words: str) -> tuple[int, str]:
    """Run the command; return its exit code and what it printed."""
    assert subject.parts.sessions
    desk = Desk(
        subject.parts.sessions, KEYRING, lambda: NOON, Channels(None, None, None), False, "",
        subject=lambda: subject,
    )  # fmt: skip
    done = CliRunner().invoke(commands, ["doctor", *words], obj=lambda: desk)
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, done.output


def in_production(subject: Subject, **changed: Any) -> Subject:
    installation = replace(subject.parts.installation, demonstration=False, **changed)
    return replace(subject, parts=replace(subject.parts, installation=installation))


def address_of(subject: Subject, base_url: str) -> Subject:
    installation = replace(subject.parts.installation, base_url=base_url)
    return replace(subject, parts=replace(subject.parts, installation=installation))


def order(simulator: str, what: str, **body: Any) -> None:
    requests.post(f"{simulator}/_sim/{what}", json=body, timeout=20).raise_for_status()


def change(simulator: str, subject: Subject, installation: Any, **changed: Any) -> None:
    """Change the official account in the simulator."""
    [account] = [one for one in installation[1] if one["appid"] == subject.account.app.appid]
    order(simulator, "accounts", **{**account, **changed})


def test_version_is_the_packages() -> None:
    assert tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"] == VERSION


def test_well_installation_is_well_in_every_line(well: Subject, tmp_path: Path) -> None:
    database = well.app_url.rpartition("/")[2]
    assert at_desk(database, "backup", str(tmp_path)).exit_code == 0
    env = tmp_path / "env"
    env.touch(mode=0o600)
    code, said = told(replace(well, env_file=env), "--backups", str(tmp_path))
    lines = said.splitlines()
    assert (code, [line for line in lines if line.startswith("要处理")]) == (0, [])
    assert [line.split("：")[0].removeprefix("好").strip() for line in lines] == [
        "程序", "Python", "密钥", "密钥文件", "数据库", "结构", "程序的角色", "数据库的时钟", "消息队列",
        "定时任务", "jobs", "放假安排", "演示账号", "初始密码", "升级用的角色", "Redis", "Redis 的时钟",
        "备份", "备份的磁盘", "对外的网址", "公众号的服务器地址", "小程序的服务器地址", "微信的时钟",
        "公众号的微信接口", "公众号发消息", "微信看公众号的网址", "小程序的微信接口", "小程序发消息",
        "都好。",
    ]  # fmt: skip


def test_everything_down_is_said_line_by_line(well: Subject) -> None:
    redis = Redis(port=9, retry=Retry(NoBackoff(), 0))
    nowhere = "postgresql+psycopg://nobody@127.0.0.1:9/none"
    down = address_of(well, NOWHERE)
    down = replace(
        down, parts=replace(down.parts, redis=redis), app_url=nowhere, owner_url=f"{nowhere}1",
        wechat_url=NOWHERE, account=Gateway(well.account.app, base_url=NOWHERE, redis=None),
        mini=Gateway(well.mini.app, base_url=NOWHERE, redis=None),
    )  # fmt: skip
    code, said = told(down)
    assert code == 1
    assert [line.split("：")[0][3:].strip() for line in said.splitlines() if "处理  " in line] == [
        "数据库", "升级用的角色", "Redis", "对外的网址", "公众号的服务器地址", "小程序的服务器地址",
        "公众号的微信接口", "小程序的微信接口",
    ]  # fmt: skip
    assert said.splitlines()[-1] == "要处理 8 项。"


def test_secret_is_in_no_line(well: Subject) -> None:
    said = told(well)[1] + told(replace(well, samples=("SECRET_KEY",)))[1] + repr(well)
    keys = [key for keys in well.secrets.values() for key in keys]
    assert len(keys) == 8
    assert [key for key in keys if key in said] == []


def test_clocks_that_go_apart_are_told_each_by_itself(well: Subject) -> None:
    late = replace(well, now=lambda: well.now() - timedelta(seconds=7))
    lines = ill(late)
    assert [line.split("：")[0][3:].strip() for line in lines] == [
        "数据库的时钟",
        "Redis 的时钟",
        "微信的时钟",
    ]
    assert all("自动对时" in line for line in lines)


def test_key_that_anybody_could_guess_is_named(well: Subject) -> None:
    [line] = ill(replace(well, samples=("FIELD_KEY",)))
    assert "FIELD_KEY 像示例值" in line


def test_key_used_twice_is_named_by_its_variables(well: Subject) -> None:
    [key] = well.secrets["SECRET_KEY"]
    [line] = ill(replace(well, secrets={**well.secrets, "FIELD_KEY": ("0" * 40, key)}))
    assert "FIELD_KEY、SECRET_KEY 用了同一个" in line


@pytest.mark.parametrize("mode", [0o640, 0o604])
def test_file_of_keys_that_others_can_read_is_named(well: Subject, tmp_path: Path, mode: int) -> None:
    file = tmp_path / "env"
    file.touch()
    file.chmod(mode)
    [line] = ill(replace(well, env_file=file))
    assert f"chmod 600 {file}" in line
    file.chmod(stat.S_IRUSR | stat.S_IWUSR)
    assert ill(replace(well, env_file=file)) == []


def test_address_without_tls_is_for_demonstrations_only(well: Subject) -> None:
    [line] = ill(in_production(well))
    assert "PUBLIC_BASE_URL 要以 https:// 开头" in line


def test_address_of_something_else_is_told_from_ours(well: Subject, simulator: str) -> None:
    lines = ill(address_of(well, simulator))
    assert [line.split("：")[0][3:].strip() for line in lines] == [
        "对外的网址",
        "公众号的服务器地址",
        "小程序的服务器地址",
    ]
    assert "打开的不是本平台" in lines[0]


@pytest.mark.parametrize(("callback", "what"), [("account_callback", "公众号"), ("mini_callback", "小程序")])
def test_callback_that_does_not_know_our_token_is_named(well: Subject, callback: str, what: str) -> None:
    other = replace(getattr(well.parts, callback), token="another")
    [line] = ill(replace(well, parts=replace(well.parts, **{callback: other})))
    assert line.startswith(f"要处理  {what}的服务器地址：答得不对（403）")


def test_address_that_wechat_does_not_admit_is_named(
    well: Subject, simulator: str, installation: Any
) -> None:
    change(simulator, well, installation, ip_whitelist=["10.1.2.3"])
    [line] = ill(well)
    assert line.startswith("要处理  公众号的微信接口：微信不答应（40164）")
    assert "“IP 白名单”里加上 127.0.0.1" in line


@pytest.mark.parametrize(
    ("which", "secret", "what"),
    [("account", "WECHAT_OA_SECRET", "公众号"), ("mini", "WECHAT_MINI_SECRET", "小程序")],
)
def test_wrong_secret_is_named_by_its_variable(well: Subject, which: str, secret: str, what: str) -> None:
    right = getattr(well, which)
    wrong = Gateway(App(right.app.appid, "f" * 32), base_url=well.wechat_url, redis=None)
    [line] = ill(replace(well, account=wrong) if which == "account" else replace(well, mini=wrong))
    assert line.startswith(f"要处理  {what}的微信接口：微信不答应（40125）。{secret} 不对")


@pytest.mark.parametrize(("which", "path"), [("account", TEMPLATE), ("mini", SUBSCRIBE)])
def test_messages_that_run_out_are_told(well: Subject, simulator: str, which: str, path: str) -> None:
    order(simulator, "quota", appid=getattr(well, which).app.appid, path=path, left=12)
    [line] = ill(well)
    assert "今天还能发 12 条" in line


def test_account_without_template_messages_is_not_asked_how_many_are_left(well: Subject) -> None:
    channels = well.parts.installation.channels._replace(account_appid=None)
    installation = replace(well.parts.installation, channels=channels)
    found = examine(replace(well, parts=replace(well.parts, installation=installation)))
    assert [finding.what for finding in found if finding.what.startswith("公众号")] == [
        "公众号的服务器地址",
        "公众号的微信接口",
    ]


def test_account_that_was_told_no_address_is_named(well: Subject, simulator: str, installation: Any) -> None:
    order(simulator, "reset")
    for account in installation[1]:
        order(simulator, "accounts", **{key: account[key] for key in account if key != "callback_url"})
    [line] = ill(replace(well, account=again(well.account), mini=again(well.mini)))
    assert "后台没有填服务器地址" in line


def _none(folder: Path) -> None:
    for file in folder.rglob("*.json"):
        file.unlink()


def _cut(folder: Path) -> None:
    for file in folder.rglob("*.dump"):
        os.truncate(file, 10)


@pytest.mark.parametrize("spoil", [_none, _cut], ids=["no manifest", "cut short"])
def test_folder_without_a_whole_backup_is_named(
    well: Subject, tmp_path: Path, spoil: Callable[[Path], None]
) -> None:
    assert at_desk(well.app_url.rpartition("/")[2], "backup", str(tmp_path)).exit_code == 0
    assert ill(replace(well, backups=tmp_path)) == []
    spoil(tmp_path)
    [line] = ill(replace(well, backups=tmp_path))
    assert "没有完整的备份" in line


def test_old_backup_is_named(well: Subject, tmp_path: Path) -> None:
    assert at_desk(well.app_url.rpartition("/")[2], "backup", str(tmp_path)).exit_code == 0
    later = replace(well, parts=replace(well.parts, clock=lambda: NOON + timedelta(hours=50)))
    [line] = ill(replace(later, backups=tmp_path))
    assert "最近一份是 50 小时以前的" in line


def test_backup_from_the_future_is_not_the_newest_for_ever(well: Subject, tmp_path: Path) -> None:
    # Control: counted along, it is minus some hours old, and that is well.
    assert at_desk(well.app_url.rpartition("/")[2], "backup", str(tmp_path)).exit_code == 0
    earlier = replace(well, parts=replace(well.parts, clock=lambda: NOON - timedelta(hours=2)))
    [finding] = look_at_backups(replace(earlier, backups=tmp_path))
    assert "没有完整的备份" in finding.how


def test_folder_of_backups_that_cannot_be_read_says_what_to_do(well: Subject, tmp_path: Path) -> None:
    folder = tmp_path / ("x" * 300)  # longer than a name may be: root, too, cannot look there
    [finding] = look_at_backups(replace(well, backups=folder))
    assert (finding.is_well, finding.fix) == (False, "用做备份的那个用户来查")


def test_disk_without_room_for_the_next_backup_is_named(well: Subject, tmp_path: Path) -> None:
    """A dump, full of holes, that says it is as large as the disk."""
    assert at_desk(well.app_url.rpartition("/")[2], "backup", str(tmp_path)).exit_code == 0
    [dump] = tmp_path.rglob("*.dump")
    manifest = dump.with_name("manifest.json")
    there = os.statvfs(tmp_path)
    large = there.f_bavail * there.f_frsize
    manifest.write_text(
        manifest.read_text().replace(f'"dump_bytes": {dump.stat().st_size}', f'"dump_bytes": {large}')
    )
    os.truncate(dump, large)
    [line] = ill(replace(well, backups=tmp_path))
    assert "放不下两份了" in line


def test_look_that_stumbles_is_one_line_and_stops_no_other(well: Subject) -> None:
    [line] = ill(replace(well, env_file=None))  # type: ignore[arg-type]
    assert line == "要处理  密钥：查不了（AttributeError）。把这一行交给开发的人"


def test_host_that_never_answers_does_not_hold_up_the_others(well: Subject) -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute:
        slow = address_of(well, f"http://127.0.0.1:{mute.getsockname()[1]}")
        lines = ill(replace(slow, seconds=1.0))
    assert [line.split("：")[1] for line in lines] == ["1 秒里没有查完。看是不是网络不通，再查一次"] * 2
