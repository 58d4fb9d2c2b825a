"""Reads the source of a tree and lists what breaks its plan: arrows, circles, drawers, sizes, commits."""

import ast
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

# Which rooms each room may import; its own name is understood.
ARROWS = {
    "app": {"handlers", "jobs", "models", "settings", "wechat"},
    "embedded": set(),
    "handlers": {"models", "wechat"},
    "jobs": {"models", "wechat"},
    "models": set(),
    "servers": {"embedded", "settings"},
    "settings": set(),
    "simulator": set(),
    "tests": {"app", "embedded", "handlers", "jobs", "models", "servers", "settings", "wechat"},
    "wechat": set(),
}
GROUND = ("base", "refused", "clock", "keyring", "planned_run", "audit")
PACKAGES = (
    "people",
    "gatherings",
    "points",
    "ratings",
    "duties",
    "notices",
    "articles",
    "demo",
    "tables",
    "migrations",
    "migrate",
    "contents",
    "standing",
)
DRAWERS = {"common", "core", "helper", "helpers", "manager", "managers", "misc"}
DRAWERS |= {"service", "services", "util", "utils"}
# Packages of others that live in one room.
WALLED = {"wechatpy": "wechat"}
MAY_COMMIT = {"models": "models/migrate.py", "wechat": "", "handlers": "handlers/edge.py"}
# The one module outside the console that knows its pages: it hangs every blueprint on the application.
CONSOLE, WHOLE = ["handlers", "console"], "handlers/web.py"
LINES_OF_A_FILE, LINES_OF_A_FUNCTION, FILES_OF_A_FOLDER = 300, 40, 40
# What is looked for by name: pictures, licences and papers are found through what shows them.
SOURCES = {".py", ".html", ".css", ".js", ".json", ".wxml", ".wxss"}
NOT_OURS = {"node_modules", "var", "__pycache__"}


class Source(NamedTuple):
    """One Python file, read and parsed once: its imports (line, dotted name), its commits, its functions."""

    path: Path
    lines: int
    imports: list[tuple[int, str]]
    commits: list[int]
    functions: list[tuple[int, str, int]]  # line, name, how many lines

    @property
    def module(self) -> str:
        """The dotted name by which it is imported."""
        return ".".join(self.path.with_suffix("").parts).removesuffix(".__init__")


def violations(root: Path) -> list[str]:
    """Return one sentence for each breach in the tree below `root`, none when the plan is kept."""
    paths = [path.relative_to(root) for path in _files(root)]
    sources = {path: _source(root, path) for path in paths if path.suffix == ".py" and _room(path) in ARROWS}
    breaches = [breach for path in paths for breach in _of_file(path, sources.get(path))]
    return [*breaches, *_circles(sources.values()), *_crowds(paths)]


def _files(root: Path) -> Iterator[Path]:
    for path in sorted(root.iterdir()):
        if path.name in NOT_OURS or path.name.startswith("."):
            continue
        if path.is_dir():
            yield from _files(path)
        else:
            yield path


def _room(path: Path) -> str:
    return Path(path.parts[0]).stem


def _source(root: Path, path: Path) -> Source:
    text = (root / path).read_text("utf-8")
    found = Source(path, len(text.splitlines()), [], [], [])
    for node in ast.walk(ast.parse(text)):
        found.imports.extend(_imported(node, path))
        match node:
            case ast.Call(func=ast.Attribute(attr="commit")):
                found.commits.append(node.lineno)
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                length = (node.end_lineno or node.lineno) - node.lineno + 1
                found.functions.append((node.lineno, node.name, length))
    return found


def _imported(node: ast.AST, path: Path) -> Iterator[tuple[int, str]]:
    """Yield line and dotted name of what a node imports, import_module("…") included."""
    match node:
        case ast.Import(names=names):
            yield from ((node.lineno, name.name) for name in names)
        case ast.ImportFrom(module=module, names=names, level=level):
            above = path.parent.parts[: len(path.parent.parts) - level + 1] if level else ()
            start = [*above, *([module] if module else [])]
            yield from ((node.lineno, ".".join([*start, name.name])) for name in names)
        case ast.Call(func=ast.Attribute(attr="import_module") | ast.Name(id="import_module" | "__import__")):
            for argument in node.args[:1]:
                yield node.lineno, str(getattr(argument, "value", ""))


def _of_file(path: Path, source: Source | None) -> Iterator[str]:
    if DRAWERS & {*path.parts[:-1], path.stem}:
        yield f"{path}: a drawer; name the noun it is about"
    if path.suffix != ".py":
        return
    if source is None:
        yield f"{path}: no such room"
        return
    room = _room(path)
    for line, name in source.imports:
        yield from (f"{path}:{line}: {breach}" for breach in _arrow(path, room, name))
    if room in MAY_COMMIT and path.as_posix() != MAY_COMMIT[room]:
        yield from (f"{path}:{line}: commits; only the edge does" for line in source.commits)
    if "tests" not in path.parts:
        yield from (f"{path}:{breach}" for breach in _sizes(source))


def _arrow(path: Path, room: str, name: str) -> Iterator[str]:
    target, *rest = name.split(".")
    if target in WALLED and room != WALLED[target]:
        yield f"only {WALLED[target]} imports {target}"
    if target in ARROWS and target not in (room, *ARROWS[room]):
        yield f"{room} must not import {target}"
    if room == "handlers" and [target, *rest][:2] == CONSOLE and not _knows_pages(path):
        yield "only the console imports handlers.console"
    if room == target == "models" and rest:
        own, other = path.with_suffix("").parts[1], rest[0]
        here, there = _place(own), _place(other)
        if here is None or there is None:
            yield f"models has no place for {own if here is None else other}"
        elif there > here:
            yield f"models.{own} must not import models.{other}, which stands to its right"


def _knows_pages(path: Path) -> bool:
    return list(path.parts[:2]) == CONSOLE or path.as_posix() == WHOLE


def _place(package: str) -> int | None:
    """Return how far right a part of models stands; None for one that has no place."""
    if package in GROUND or package == "__init__":
        return 0
    return PACKAGES.index(package) + 1 if package in PACKAGES else None


def _sizes(source: Source) -> Iterator[str]:
    if source.lines > LINES_OF_A_FILE:
        yield f"{source.lines}: a file of more than {LINES_OF_A_FILE} lines"
    for line, name, length in source.functions:
        if length > LINES_OF_A_FUNCTION:
            yield f"{line}: {name} has more than {LINES_OF_A_FUNCTION} lines"


def _circles(sources: Iterable[Source]) -> Iterator[str]:
    """Yield each module of the product that knows itself by way of what it imports."""
    ours = {one.module: one for one in sources if "tests" not in one.path.parts}
    known = {name: {_module(wanted, ours) for _, wanted in ours[name].imports} - {name, ""} for name in ours}
    for name in ours:
        reached: set[str] = set()
        ahead = set(known[name])
        while ahead:
            reached |= ahead
            ahead = set().union(*(known[one] for one in ahead)) - reached
        if name in reached:
            yield f"{ours[name].path}: imports itself by way of what it imports"


def _module(wanted: str, ours: Mapping[str, Source]) -> str:
    """Return the module that holds an imported name; empty where it is none of ours."""
    while wanted and wanted not in ours:
        wanted = wanted.rpartition(".")[0]
    return wanted


def _crowds(paths: Iterable[Path]) -> Iterator[str]:
    """Yield each folder in which a reader looks for a source among too many."""
    folders = Counter(path.parent for path in paths if path.suffix in SOURCES)
    for folder, number in folders.items():
        if number > FILES_OF_A_FOLDER:
            yield f"{folder}: {number} files; a folder has at most {FILES_OF_A_FOLDER}"
