"""The mini-program's files keep what WeChat, its readers and the house ask: gates that only read and compile.

Each gate, a script of tests/mini_program_checks, prints `file:line message`, and nothing for a good tree.
tests/fixtures/mini_program_bad breaks every rule once; beside each fault stands what is said of it.
"""

import json
import re
from collections.abc import Callable, Iterator
from fcntl import LOCK_EX, flock
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.node import ROOT, run

pytestmark = pytest.mark.node

CHECKS = ROOT / "tests" / "mini_program_checks"
FIXTURES = ROOT / "tests" / "fixtures"
OURS, BAD = ROOT / "miniprogram", FIXTURES / "mini_program_bad"
GATES = {
    "types": "TypeScript takes the scripts",
    "compilers": "WeChat's compilers take templates and styles",
    "templates": "templates say only what WeChat understands",
    "handlers": "templates and scripts fit together, and reminders are asked for in the tap",
    "scripts": "scripts call only what may be called",
    "styles": "styles keep to the tokens",
    "words": "words stand in one place, all used, none forbidden",
    "pages": "app.json and the files belong together",
    "sizes": "small enough for a weak network",
    "render": "components draw in the second engine",
}


class Fault(NamedTuple):
    """What one gate says of one line."""

    gate: str
    file: str
    line: int
    message: str


Told = Callable[[str, Path], list[Fault]]

# JSON has no comments: gate, file, what the line contains ("" is the first), what is said.
IN_JSON = (
    ("pages", "app.json", '"pages/lacking/lacking"', "pages/lacking/lacking lacks .wxss"),
    ("pages", "app.json", '"tabBar"', "the tab pages/nowhere/nowhere is no page"),
    ("pages", "app.json", '"permission"', "permission is not asked for"),
    ("pages", "app.json", '"style"', "style is not v2"),
    ("pages", "app.json", "", "lazyCodeLoading is not requiredComponents"),
    ("pages", "app.json", "", "__usePrivacyCheck__ is not true"),
    ("pages", "pages/lacking/lacking.json", "", "in JSON"),
    ("pages", "pages/odd/odd.json", "", "a page says it is a component"),
    ("pages", "pages/styles/styles.json", "", "is longer than 7 characters"),
    ("pages", "project.config.json", '"appid"', "the appid of somebody"),
    ("pages", "project.config.json", '"libVersion"', "libVersion is below 2.32.3"),
    ("pages", "project.config.json", '"urlCheck"', "urlCheck is not true"),
    ("pages", "sitemap.json", "", "pages of members are left to the search"),
    ("styles", "pages/styles/styles.json", "", "#b5120f is for .button.primary"),
    ("templates", "pages/elements/elements.json", '"mark"', "mark is not used"),
    ("templates", "pages/elements/elements.json", '"gone"', "no component at components/gone/gone"),
    ("words", "pages/odd/odd.json", '"placeholder"', "Chinese outside words.js"),
)


def done(gate: str, root: Path, folder: Path) -> tuple[int, str, str]:
    """Run a gate on a tree, once: the first worker to ask keeps in `folder` what it said."""
    kept = folder / f"{gate}-{root.name}.json"
    with kept.with_suffix(".lock").open("w") as lock:
        flock(lock, LOCK_EX)
        if not kept.exists():
            drawn = [FIXTURES / "mini_program_bad_drawn.mjs"] if (gate, root) == ("render", BAD) else []
            ran = run(CHECKS / f"{gate}.mjs", root, *drawn)
            kept.write_text(json.dumps([ran.returncode, ran.stdout, ran.stderr]), "utf-8")
    code, said, wrong = json.loads(kept.read_text("utf-8"))
    return code, said, wrong


@pytest.fixture(scope="session")
def told(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Told:
    """Ask what a gate says of a tree; what it cannot say in its form is a failure of the gate."""
    mine = tmp_path_factory.getbasetemp()
    folder = (mine if worker_id == "master" else mine.parent) / "gates"
    folder.mkdir(exist_ok=True)

    def told(gate: str, root: Path) -> list[Fault]:
        code, said, wrong = done(gate, root, folder)
        faults = [re.fullmatch(r"(\S+):(\d+) (.*)", line) for line in said.splitlines()]
        assert all(faults), said
        assert code == (1 if faults else 0), wrong
        return [Fault(gate, found[1], int(found[2]), found[3]) for found in faults if found]

    return told


def line_of(file: str, contains: str) -> int:
    lines = (BAD / file).read_text("utf-8").splitlines()
    return next(number for number, line in enumerate(lines, 1) if contains in line)


def planted() -> Iterator[Fault]:
    """Yield every fault of the bad tree: those its comments name, and those of JSON."""
    for path in sorted(path for path in BAD.rglob("*.*") if path.is_file()):
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
            for gate, message in re.findall(r"fault (\w+): (.*?)(?= \*/| -->)", line):
                yield Fault(gate, path.relative_to(BAD).as_posix(), number, message)
    for gate, file, contains, message in IN_JSON:
        yield Fault(gate, file, line_of(file, contains), message)


PLANTED = list(planted())


@pytest.mark.parametrize("gate", GATES, ids=GATES.get)
def test_our_mini_program_passes(told: Told, gate: str) -> None:
    faults = [f"{fault.file}:{fault.line} {fault.message}" for fault in told(gate, OURS)]
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("fault", PLANTED, ids=lambda fault: f"{fault.gate}-{fault.message}")
def test_planted_fault_is_found_where_it_is(told: Told, fault: Fault) -> None:
    there = [said.message for said in told(fault.gate, BAD) if (said.file, said.line) == fault[1:3]]
    assert any(fault.message in message for message in there), there


@pytest.mark.parametrize("gate", GATES)
def test_gate_blames_nothing_that_is_right(told: Told, gate: str) -> None:
    marked = {fault[:3] for fault in PLANTED}
    assert [fault for fault in told(gate, BAD) if fault[:3] not in marked] == []


def test_every_gate_but_the_sizes_has_a_planted_fault() -> None:
    assert {fault.gate for fault in PLANTED} == GATES.keys() - {"sizes"}


MAIN, BRANCH = [f"{n}.js" for n in range(4)], [f"branch/{n}.js" for n in range(4)]
MORE = [name.replace(".js", "_more.js") for name in MAIN]
SHORT = {"minified": True}


def written(*names: str, each: int = 38, code: bool = False) -> dict[str, str]:
    """Return files of so many kilobytes, all comment or all code."""
    text = 'a="{}"' if code else "// {}"
    return dict.fromkeys(names, text.format("x" * (1024 * each - len(text) + 2)))


@pytest.mark.parametrize(
    ("files", "settings", "said"),
    [
        pytest.param(written("a.js", each=41), SHORT, ["a.js:1 41.0 KB, of 40.0 KB"], id="a large file"),
        pytest.param(written("words.js", each=41), SHORT, [], id="words may be more"),
        pytest.param(written(*MAIN, *BRANCH), SHORT, [], id="two packages of a size that is allowed"),
        pytest.param(written(*MAIN, *MORE), SHORT, ["app.json:1 the main package"], id="the main package"),
        pytest.param(
            written(*BRANCH, *(f"branch/{name}" for name in MORE)),
            SHORT,
            ["app.json:1 the subpackage branch/"],
            id="a subpackage",
        ),
        pytest.param(
            written(*MAIN, *BRANCH, code=True), SHORT, ["app.json:1 the whole as uploaded"], id="the whole"
        ),
        pytest.param(
            written(*MAIN, *BRANCH), {}, ["app.json:1 the whole as uploaded"], id="nothing is shortened"
        ),
    ],
)
def test_size_is_limited(
    tmp_path: Path, files: dict[str, str], settings: dict[str, bool], said: list[str]
) -> None:
    (tmp_path / "branch").mkdir()
    (tmp_path / "app.json").write_text('{"subPackages": [{"root": "branch", "pages": []}]}', "utf-8")
    (tmp_path / "project.config.json").write_text(json.dumps({"setting": settings}), "utf-8")
    for name, text in files.items():
        (tmp_path / name).write_text(text, "utf-8")
    lines = run(CHECKS / "sizes.mjs", tmp_path).stdout.splitlines()
    assert [line.partition(" has ")[0] for line in lines] == said


def test_list_of_interfaces_names_only_those_in_use() -> None:
    # It is what docs/小程序.md and the privacy guide answer for.
    listed = set(re.findall(r"^  '(\w+)',$", (CHECKS / "interfaces.mjs").read_text("utf-8"), re.MULTILINE))
    scripts = [path.read_text("utf-8") for path in OURS.rglob("*.js")]
    assert listed == {name for script in scripts for name in re.findall(r"\bwx\.(\w+)", script)}
