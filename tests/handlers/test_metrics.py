"""/metrics: the figures of the calls to WeChat, for whoever has the token and for nobody else."""

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from handlers.edge import App
from tests.handlers.world import World, open_world

TOKEN = "d4c9a1b28e7f4f0c"
ROOT = Path(__file__).parents[2]
# A process of its own, with a folder: it refuses, fails and succeeds, and shows what it counted.
COUNTED = """
from embedded.process import free_port
from wechat.breaker import FAILURES
from wechat.errors import WechatError
from wechat.gateway import App, Gateway
from wechat.metrics import read_metrics
from wechat.template import send_template

gateway = Gateway(App("wx1", "s"), base_url=f"http://127.0.0.1:{free_port()}", redis=None)
for _ in range(FAILURES):
    try:
        send_template(gateway, "o_secret_person", "T", {"thing1": "主题党日"}, client_msg_id="d1")
    except WechatError:
        pass
print(read_metrics().decode())
"""
READ = "from wechat.metrics import read_metrics\nprint(read_metrics().decode())"


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    """The application over a database."""
    with open_world() as world:
        yield world


@pytest.fixture
def app(world: World) -> Iterator[App]:
    """The application, told a token."""
    kept = world.app.parts
    world.app.parts = replace(kept, metrics_token=TOKEN)
    yield world.app
    world.app.parts = kept


@pytest.mark.parametrize(
    "given", ["", TOKEN, f"Bearer {TOKEN} ", f"bearer {TOKEN}", "Bearer ", f"Bearer {TOKEN}x", "Bearer é中"]
)
def test_figures_are_not_shown_without_the_token(app: App, given: str) -> None:
    headers = {"Authorization": given.encode().decode("latin-1")} if given else {}
    assert app.test_client().get("/metrics", headers=headers).status_code == 404


def test_figures_are_shown_with_the_token(app: App) -> None:
    answer = app.test_client().get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert answer.status_code == 200
    assert answer.content_type.startswith("text/plain")
    assert "# TYPE wechat_calls_total counter" in answer.text
    assert "# TYPE wechat_call_seconds histogram" in answer.text


@pytest.mark.parametrize("given", ["Bearer None", "Bearer ", ""])
def test_nobody_sees_figures_where_no_token_is_set(world: World, given: str) -> None:
    answer = world.app.test_client().get("/metrics", headers={"Authorization": given})
    assert answer.status_code == 404


@pytest.mark.processes
def test_processes_that_share_a_folder_show_one_account_of_the_calls(tmp_path: Path) -> None:
    folder = tmp_path / "not yet there"

    def run(source: str) -> str:
        env = os.environ | {"PROMETHEUS_MULTIPROC_DIR": str(folder)}
        done = subprocess.run(
            [sys.executable, "-c", source], cwd=ROOT, env=env, capture_output=True, check=True
        )
        return done.stdout.decode()

    first, second = run(COUNTED), run(COUNTED)
    line = 'wechat_calls_total{errcode="not_sent",path="/cgi-bin/stable_token"}'
    assert f"{line} 10.0" in first
    assert f"{line} 20.0" in second
    assert "wechat_token_fetches_total 20.0" in second
    assert "wechat_breaker_open 1.0" in second
    last = run(READ)
    assert f"{line} 20.0" in last
    assert "wechat_breaker_open 1.0" not in last  # whoever thought so is gone
    assert "o_secret_person" not in second
