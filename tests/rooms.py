"""Reads the source of a tree and lists what breaks its plan: arrows, drawers, sizes, commits."""

import ast
from collections.abc import Iterator
from pathlib import Path

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
LINES_OF_A_FILE, LINES_OF_A_FUNCTION = 300, 40
NOT_OURS = {"node_modules", "var", "__pycache__"}


def violations(root: Path) -> list[str]:
    """Return one sentence for each breach in the tree below `root`, none when the plan is kept."""
    return [breach for path in _files(root) for breach in _of_file(root, path.relative_to(root))]


def _files(root: Path) -> Iterator[Path]:
    for path in sorted(root.iterdir()):
        if path.name in NOT_OURS or path.name.startswith("."):
            continue
        if path.is_dir():
            yield from _files(path)
        else:
            yield path


def _of_file(root: Path, path: Path) -> Iterator[str]:
    if DRAWERS & {*path.parts[:-1], path.stem}:
        yield f"{path}: a drawer; name the noun it is about"
    if path.suffix != ".py":
        return
    room = Path(path.parts[0]).stem
    if room not in ARROWS:
        yield f"{path}: no such room"
        return
    source = (root / path).read_text("utf-8")
    tree = ast.parse(source)
    for line, name in _imports(tree, path):
        yield from (f"{path}:{line}: {breach}" for breach in _arrow(path, room, name))
    yield from (f"{path}:{breach}" for breach in _commits(tree, path, room))
    if "tests" not in path.parts:
        yield from (f"{path}:{breach}" for breach in _sizes(tree, source))


def _imports(tree: ast.Module, path: Path) -> Iterator[tuple[int, str]]:
    """Yield line and dotted name of every import, late ones and import_module("…") included."""
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                yield from ((node.lineno, name.name) for name in names)
            case ast.ImportFrom(module=module, names=names, level=level):
                above = path.parent.parts[: len(path.parent.parts) - level + 1] if level else ()
                start = [*above, *([module] if module else [])]
                yield from ((node.lineno, ".".join([*start, name.name])) for name in names)
            case ast.Call(
                func=ast.Attribute(attr="import_module") | ast.Name(id="import_module" | "__import__")
            ):
                for argument in node.args[:1]:
                    yield node.lineno, str(getattr(argument, "value", ""))


def _arrow(path: Path, room: str, name: str) -> Iterator[str]:
    target, *rest = name.split(".")
    if target in WALLED and room != WALLED[target]:
        yield f"only {WALLED[target]} imports {target}"
    if target in ARROWS and target not in (room, *ARROWS[room]):
        yield f"{room} must not import {target}"
    if room == target == "models" and rest:
        own, other = path.with_suffix("").parts[1], rest[0]
        here, there = _place(own), _place(other)
        if here is None or there is None:
            yield f"models has no place for {own if here is None else other}"
        elif there > here:
            yield f"models.{own} must not import models.{other}, which stands to its right"


def _place(package: str) -> int | None:
    """Return how far right a part of models stands; None for one that has no place."""
    if package in GROUND or package == "__init__":
        return 0
    return PACKAGES.index(package) + 1 if package in PACKAGES else None


def _commits(tree: ast.Module, path: Path, room: str) -> Iterator[str]:
    if room not in MAY_COMMIT or path.as_posix() == MAY_COMMIT[room]:
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "commit":
            yield f"{node.lineno}: commits; only the edge does"


def _sizes(tree: ast.Module, source: str) -> Iterator[str]:
    lines = len(source.splitlines())
    if lines > LINES_OF_A_FILE:
        yield f"{lines}: a file of more than {LINES_OF_A_FILE} lines"
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            if length > LINES_OF_A_FUNCTION:
                yield f"{node.lineno}: {node.name} has more than {LINES_OF_A_FUNCTION} lines"
