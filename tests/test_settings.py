"""What this installation is told: right values load, wrong ones stop the start and say what is allowed."""

import secrets
import tomllib
from collections.abc import Mapping
from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest

from settings import CONFIG_FILE, BadSettings, load, simulator_accounts

SECRETS = {
    "SECRET_KEY": secrets.token_hex(32),
    "FIELD_KEY": f"k2:{secrets.token_hex(32)},k1:{secrets.token_hex(32)}",
    "WECHAT_OA_SECRET": secrets.token_hex(16),
    "WECHAT_OA_TOKEN": secrets.token_hex(8),
    "WECHAT_OA_AES_KEY": (secrets.token_hex(22))[:43],
    "WECHAT_MINI_SECRET": secrets.token_hex(16),
    "WECHAT_MINI_TOKEN": secrets.token_hex(8),
    "WECHAT_MINI_AES_KEY": (secrets.token_hex(22))[:43],
}
ENV = SECRETS | {
    "DATABASE_URL": "postgresql+psycopg://zone_app@db.example/zone",
    "REDIS_URL": "redis://cache.example:6379/0",
    "PUBLIC_BASE_URL": "https://dj.example.cn",
    "WECHAT_API_BASE": "https://api.weixin.qq.com",
}
CONFIG = CONFIG_FILE.read_text("utf-8")


def told(tmp_path: Path, *swaps: tuple[str, str], env: Mapping[str, str] = ENV) -> str:
    """Load a changed config.toml; return what the refusal says."""
    text = CONFIG
    for old, new in swaps:
        assert old in text
        text = text.replace(old, new, 1)
    path = tmp_path / "config.toml"
    path.write_text(text, "utf-8")
    with pytest.raises(BadSettings) as caught:
        load(path, env)
    return str(caught.value)


def test_config_that_comes_with_the_product_loads() -> None:
    settings = load(CONFIG_FILE, ENV)
    assert settings.config.mode == "demonstration"
    assert settings.env.database_owner_url == settings.env.database_url
    with pytest.raises(FrozenInstanceError):
        settings.config.web.workers = 9  # type: ignore[misc]


def test_production_loads_with_real_secrets(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text(CONFIG.replace('"demonstration"', '"production"', 1), "utf-8")
    assert load(path, ENV).config.mode == "production"


WRONG_CONFIG = [
    ("a key nobody knows", ("workers = 2", "workers = 2\nworker = 3"), "web.worker"),
    ("a text for a number", ("workers = 2", 'workers = "2"'), "web.workers"),
    ("no process at all", ("workers = 2", "workers = 0"), "web.workers"),
    ("a mode that is none", ('mode = "demonstration"', 'mode = "test"'), "mode"),
    ("a key left out", ("safe_mode = true", ""), "official_account.safe_mode"),
    ("a word that no notice has", ('thing1 = "title"', 'thing1 = "name"'), "theme_day_template.fields"),
    ("no word on how long a tap counts", ('kind = "once"', ""), "mini_program.theme_day_template.kind"),
    (
        "a kind that no template has",
        ('kind = "once"', 'kind = "twice"'),
        "mini_program.theme_day_template.kind",
    ),
    ("an appid that is none", ('appid = "wxdemooa00000001"', 'appid = "demo"'), "official_account.appid"),
    (
        "a proxy that is no address",
        ('trusted_proxies = ["127.0.0.1"]', 'trusted_proxies = ["proxy"]'),
        "web.trusted_proxies.0",
    ),
    ("not TOML at all", ("[zone]", "[zone"), "config.toml"),
]


@pytest.mark.parametrize(
    ("swap", "named"), [case[1:] for case in WRONG_CONFIG], ids=[case[0] for case in WRONG_CONFIG]
)
def test_wrong_config_stops_the_start_and_names_the_key(
    tmp_path: Path, swap: tuple[str, str], named: str
) -> None:
    said = told(tmp_path, swap)
    assert "config.toml" in said
    assert named in said


IN_WORDS = [
    ("workers = 2", 'workers = "2"', "web.workers：应当是整数"),
    ("workers = 2", "workers = 65", "web.workers：太大（64）"),
    ("safe_mode = true", "safe_mode = 1", "official_account.safe_mode：应当是 true 或 false"),
    ('name = "示范区"', "name = nan", "zone.name：应当是引号里的文字"),
    ("[zone]\n", "zone = 1\n", "zone：应当是几行“名字 = 值”"),
    ("workers = 2", "workers = 2026-02-30", "行第 11 个字起写得不对"),
    ("workers = 2", f"workers = {'[' * 5000}", "config.toml 读不出来：不完整"),
]


@pytest.mark.parametrize(("old", "new", "words"), IN_WORDS, ids=[case[2] for case in IN_WORDS])
def test_what_is_wrong_is_said_in_the_operators_language(
    tmp_path: Path, old: str, new: str, words: str
) -> None:
    said = told(tmp_path, (old, new))
    assert words in said
    assert "Input" not in said


def test_file_that_is_not_there_is_said_to_be_missing(tmp_path: Path) -> None:
    with pytest.raises(BadSettings, match="没有这个文件，或者不能打开"):
        load(tmp_path / "config.toml", ENV)


@pytest.mark.parametrize("name", sorted(ENV))
def test_missing_variable_is_named_and_no_secret_is_repeated(tmp_path: Path, name: str) -> None:
    said = told(tmp_path, env={key: value for key, value in ENV.items() if key != name})
    assert name in said
    assert not any(secret in said for secret in SECRETS.values())


WRONG_ENV = [
    ("DATABASE_URL", "postgresql://zone_app:hidden-word@db.example/zone"),
    ("DATABASE_OWNER_URL", "db.example"),
    ("REDIS_URL", "cache.example:6379"),
    ("SECRET_KEY", "short"),
    ("SECRET_KEY_OLD", "short"),
    ("FIELD_KEY", "no-id-before-the-key-at-all-0123456789abcdef"),
    ("WECHAT_OA_AES_KEY", "too-short"),
    ("PUBLIC_BASE_URL", "https://dj.example.cn/path"),
    ("WECHAT_API_BASE", "api.weixin.qq.com"),
]


@pytest.mark.parametrize(("name", "value"), WRONG_ENV, ids=[name for name, _ in WRONG_ENV])
def test_wrong_variable_is_named_without_its_value(tmp_path: Path, name: str, value: str) -> None:
    said = told(tmp_path, env=ENV | {name: value})
    assert name in said
    assert value not in said or name.endswith(("URL", "BASE"))


UNSAFE = [
    ("PUBLIC_BASE_URL", "http://dj.example.cn"),
    ("WECHAT_API_BASE", "http://127.0.0.1:8001"),
    ("SECRET_KEY", "a" * 64),
    ("SECRET_KEY", "change-me-change-me-change-me-change-me"),
    ("FIELD_KEY", "k1:" + "demo" * 16),
    ("FIELD_KEY", f"k2:{'demo' * 16},k1:{'0123456789abcdef' * 4}"),
    ("SECRET_KEY_OLD", "change-me-change-me-change-me-change-me"),
    ("WECHAT_OA_SECRET", "testtest1234"),
    ("WECHAT_OA_AES_KEY", "A" * 43),
    ("WECHAT_MINI_TOKEN", "demotoken"),
    ("WECHAT_MINI_AES_KEY", f"{'0123456789' * 4}abc,{'A' * 43}"),
]


@pytest.mark.parametrize(("name", "value"), UNSAFE)
def test_production_refuses_plain_http_and_sample_secrets(tmp_path: Path, name: str, value: str) -> None:
    production = ('"demonstration"', '"production"')
    assert name in told(tmp_path, production, env=ENV | {name: value})


def test_production_refuses_to_stand_without_a_proxy_it_trusts(tmp_path: Path) -> None:
    open_to_all = ('trusted_proxies = ["127.0.0.1"]', "trusted_proxies = []")
    assert "web.trusted_proxies" in told(tmp_path, ('"demonstration"', '"production"'), open_to_all)


def test_no_secret_shows_in_a_repr() -> None:
    shown = repr(load(CONFIG_FILE, ENV))
    assert not any(secret in shown for secret in SECRETS.values())


def test_accounts_for_the_simulator_are_toml_with_both_apps() -> None:
    accounts = tomllib.loads(simulator_accounts(load(CONFIG_FILE, ENV)))["account"]
    assert [(account["kind"], account["push_mode"]) for account in accounts] == [
        ("official", "safe"),
        ("mini_program", "safe"),
    ]
    assert accounts[0]["publishes"] is load(CONFIG_FILE, ENV).config.official_account.publishes
    assert accounts[0]["templates"][0]["keys"] == ["thing1", "time2", "thing3", "thing4"]
    assert accounts[1]["subscribe_templates"] == [
        {
            "id": "SUB_THEME_DAY",
            "title": "主题党日通知",
            "kind": "once",
            "keys": ["thing1", "time2", "thing3", "thing4"],
        }
    ]
