"""The plan of the rooms is kept by the source as it is, and each of its rules can fail."""

from pathlib import Path

import pytest

from tests.rooms import ARROWS, PACKAGES, violations

ROOT = Path(__file__).parents[1]
LONG = "def long() -> None:\n" + "    pass\n" * 40

# Why, file, source, what is said.
BREACHES = (
    ("handlers call jobs", "handlers/a.py", "from jobs.deliver import run", "must not import jobs"),
    ("jobs call handlers", "jobs/a.py", "import handlers.edge", "must not import handlers"),
    ("models talk to WeChat", "models/people/a.py", "import wechat", "must not import wechat"),
    ("models know a handler", "models/audit.py", "from handlers import edge", "must not import handlers"),
    ("wechat knows the Party", "wechat/a.py", "from models import people", "must not import models"),
    ("simulator knows us", "simulator/a.py", "from wechat.crypto import seal", "must not import wechat"),
    ("simulator's tests know us", "simulator/tests/a.py", "import models.base", "must not import models"),
    ("we know the simulator", "app.py", "import simulator", "must not import simulator"),
    ("tests know the simulator", "tests/a.py", "import simulator.state", "must not import simulator"),
    ("servers know a room", "servers.py", "import models.migrate", "must not import models"),
    ("embedded servers know a room", "embedded/a.py", "import models.migrate", "must not import models"),
    ("app starts embedded servers", "app.py", "import embedded", "must not import embedded"),
    ("app starts servers", "app.py", "import servers", "must not import servers"),
    ("a room reads the settings", "jobs/a.py", "import settings", "must not import settings"),
    ("settings know a room", "settings.py", "import models.clock", "must not import models"),
    ("a room knows the app", "handlers/a.py", "from app import App", "must not import app"),
    (
        "a late import",
        "jobs/a.py",
        "def f():\n    import handlers",
        "jobs/a.py:2: jobs must not import handlers",
    ),
    ("for types only", "jobs/a.py", "if TYPE_CHECKING:\n    import handlers", "must not import handlers"),
    ("by name", "jobs/a.py", "import_module('handlers.edge')", "must not import handlers"),
    ("by name of importlib", "jobs/a.py", "importlib.import_module('handlers')", "must not import handlers"),
    ("the second of a line", "jobs/a.py", "import os, handlers", "must not import handlers"),
    ("people know points", "models/people/a.py", "import models.points.entry", "to its right"),
    ("people know points, from", "models/people/a.py", "from models import points", "to its right"),
    ("people know points, by dots", "models/people/a.py", "from ..points import entry", "to its right"),
    ("points know notices", "models/points/a.py", "from models.notices.notice import X", "to its right"),
    ("ground knows people", "models/audit.py", "from models.people.org import Org", "to its right"),
    ("articles know all tables", "models/articles/a.py", "import models.tables", "to its right"),
    ("a package without a place", "models/people/a.py", "import models.ranking", "no place for ranking"),
    ("a module without a place", "models/ranking.py", "import models.base", "no place for ranking"),
    (
        "wechatpy outside its wall",
        "handlers/a.py",
        "from wechatpy.crypto import X",
        "only wechat imports wechatpy",
    ),
    ("wechatpy in a test", "tests/a.py", "import wechatpy", "only wechat imports wechatpy"),
    (
        "the phone knows a page",
        "handlers/mini_program/a.py",
        "from handlers.console.pages import go",
        "only the console",
    ),
    (
        "the console by its name",
        "handlers/mini_program/a.py",
        "from handlers import console",
        "only the console",
    ),
    ("what is to do knows a page", "handlers/todo/a.py", "import handlers.console", "only the console"),
    ("requests know a page", "handlers/requests/a.py", "from ..console import pages", "only the console"),
    ("a right knows a page", "handlers/a.py", "import handlers.console.pages", "only the console"),
    ("the chat knows a page", "handlers/chat/a.py", "import_module('handlers.console')", "only the console"),
    ("an unknown room", "billing/a.py", "", "no such room"),
    ("a drawer", "handlers/utils.py", "", "a drawer"),
    ("a folder as a drawer", "models/common/a.py", "", "a drawer"),
    ("a drawer of the client", "miniprogram/helpers/time.js", "", "a drawer"),
    ("a long file", "wechat/a.py", "x = 1\n" * 301, "more than 300 lines"),
    ("a long migration", "models/migrations/versions/0001_a.py", "x = 1\n" * 301, "more than 300 lines"),
    ("a long function", "jobs/a.py", LONG, "long has more than 40 lines"),
    ("a long method", "jobs/a.py", "class A:\n    " + LONG.replace("\n", "\n    "), "more than 40 lines"),
    ("a model commits", "models/people/a.py", "def f(session):\n    session.commit()", "a.py:2: commits"),
    ("a handler commits", "handlers/a.py", "edge.session.commit()", "commits"),
    ("wechat commits", "wechat/a.py", "session.commit()", "commits"),
)

KEPT = {
    "app.py": "import settings, handlers.edge, jobs.schedule, models.migrate, wechat.gateway",
    "servers.py": "import settings, embedded.postgres",
    "handlers/edge.py": "from models.refused import Refused\nfrom wechat import errors\nsession.commit()",
    "handlers/console/rolls/rolls.py": "import handlers.edge, models.gatherings.roll, handlers.console.pages",
    "handlers/web.py": "from handlers.console import console",
    "jobs/schedule.py": "import models.planned_run, wechat.gateway, jobs.deliver\nsession.commit()",
    "models/audit.py": "from models.base import Base",
    "models/articles/article.py": "import models.notices.notice, models.people.org, models.clock",
    "models/people/rights.py": "from models.people import org\nfrom . import member",
    "models/tables.py": "import models.articles.article",
    "models/migrations/env.py": "from models.tables import METADATA",
    "models/migrate.py": "import models.tables\nconnection.commit()",
    "wechat/gateway.py": "import wechatpy.client, requests\nfrom wechat.errors import WechatError",
    "simulator/tests/test_state.py": "import simulator.state",
    "tests/test_road.py": "import app, servers, settings, models.base\n" + LONG + "x = 1\n" * 300,
    "var/copy/utils.py": "import anything",
    ".venv/lib/utils.py": "import anything",
}


def lay(root: Path, files: dict[str, str]) -> None:
    for name, source in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(source, "utf-8")


def test_source_keeps_the_plan() -> None:
    assert violations(ROOT) == []


def test_tree_that_keeps_the_plan_is_not_blamed(tmp_path: Path) -> None:
    lay(tmp_path, KEPT)
    assert violations(tmp_path) == []


@pytest.mark.parametrize(
    ("file", "source", "said"), [pytest.param(*breach, id=why) for why, *breach in BREACHES]
)
def test_breach_is_named(tmp_path: Path, file: str, source: str, said: str) -> None:
    lay(tmp_path, KEPT | {file: source})
    [breach] = violations(tmp_path)
    assert breach.startswith(file)
    assert said in breach


CIRCLES = (
    ("of two", {"jobs/a.py": "import jobs.b", "jobs/b.py": "from jobs.a import x"}),
    (
        "of three",
        {
            "wechat/a.py": "import wechat.b",
            "wechat/b.py": "import wechat.c",
            "wechat/c.py": "import wechat.a",
        },
    ),
    ("by dots", {"models/people/a.py": "from . import b", "models/people/b.py": "from .a import X"}),
    (
        "with the folder itself",
        {
            "simulator/x/__init__.py": "from simulator.x.a import f",
            "simulator/x/a.py": "from simulator.x import y",
        },
    ),
    ("with a late import", {"jobs/a.py": "import jobs.b", "jobs/b.py": "def f():\n    import jobs.a"}),
)


@pytest.mark.parametrize("files", [pytest.param(files, id=why) for why, files in CIRCLES])
def test_modules_that_know_each_other_are_named(tmp_path: Path, files: dict[str, str]) -> None:
    lay(tmp_path, KEPT | files)
    assert violations(tmp_path) == [f"{file}: imports itself by way of what it imports" for file in files]


def test_module_that_only_looks_at_a_circle_is_not_blamed(tmp_path: Path) -> None:
    lay(tmp_path, CIRCLES[0][1] | {"jobs/c.py": "import jobs.a"})
    assert not [breach for breach in violations(tmp_path) if breach.startswith("jobs/c.py")]


@pytest.mark.parametrize("kind", ["py", "html", "wxml"])
def test_folder_with_more_than_forty_files_is_named(tmp_path: Path, kind: str) -> None:
    lay(
        tmp_path,
        {f"handlers/crowd/a{number}.{kind}": "" for number in range(40)} | {"handlers/crowd/a.png": ""},
    )
    assert violations(tmp_path) == []
    lay(tmp_path, {"handlers/crowd/one_more.css": ""})
    assert violations(tmp_path) == ["handlers/crowd: 41 files; a folder has at most 40"]


@pytest.mark.parametrize("target", ARROWS)
@pytest.mark.parametrize("room", ARROWS)
def test_every_arrow_that_is_not_drawn_is_refused(tmp_path: Path, room: str, target: str) -> None:
    file = f"{room}.py" if room in ("app", "servers", "settings") else f"{room}/a.py"
    lay(tmp_path, {file: f"import {target}"})
    assert bool(violations(tmp_path)) == (target not in ARROWS[room] | {room})


def test_packages_of_models_import_only_to_the_left(tmp_path: Path) -> None:
    for here, package in enumerate(PACKAGES):
        for there, target in enumerate(PACKAGES):
            lay(tmp_path, {f"models/{package}/a.py": f"import models.{target}"})
            assert bool(violations(tmp_path)) == (there > here), f"{package} -> {target}"
            lay(tmp_path, {f"models/{package}/a.py": ""})
