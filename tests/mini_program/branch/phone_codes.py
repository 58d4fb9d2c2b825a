"""Every `error.code` that a phone can be answered, read off the source.

From each view of handlers/mini_program through whatever it names, along the imports, in handlers and models:
the codes of the `Refused("…")` on the way. Whoever names a class may call each of its methods. To them comes
what handlers/errors.py answers on any address, and the constraints of the tables that the way writes into.
"""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

from handlers.errors import BY_CONSTRAINT, PLAIN
from models.base import Base
from models.tables import METADATA
from tests.node import ROOT

ROOMS, VIEWS = ("handlers", "models"), "handlers.mini_program"
WRITES = ("insert", "update", "delete", "merge")


class Place(NamedTuple):
    """A name at the top of a module."""

    module: str
    name: str


@cache
def module(name: str) -> ast.Module | None:
    """Return the source of a module of ours; None for anybody else's."""
    if name.split(".")[0] not in ROOMS:
        return None
    path = ROOT / Path(*name.split("."))
    for file in (path.with_suffix(".py"), path / "__init__.py"):
        if file.is_file():
            return ast.parse(file.read_text("utf-8"))
    return None


@cache
def names(name: str) -> dict[str, Place]:
    """Return what the names of a module stand for: its own, and those that it imports; "" is a module."""
    tree = module(name)
    found: dict[str, Place] = {}
    for node in tree.body if tree else ():
        if isinstance(node, ast.ImportFrom) and node.module:
            for one in node.names:
                whole = f"{node.module}.{one.name}"
                place = Place(whole, "") if module(whole) else Place(node.module, one.name)
                found[one.asname or one.name] = place
        else:
            found |= {own: Place(name, own) for own in defined(node)}
    return found


def defined(node: ast.stmt) -> list[str]:
    """Return the names that a statement at the top of a module defines."""
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return [node.name]
    targets = node.targets if isinstance(node, ast.Assign) else []
    targets = [node.target] if isinstance(node, ast.AnnAssign) else targets
    return [one.id for target in targets for one in ast.walk(target) if isinstance(one, ast.Name)]


@cache
def definition(place: Place) -> ast.stmt | None:
    """Return the statement that defines a name, and not one that only imports it."""
    tree = module(place.module)
    return next((node for node in tree.body if place.name in defined(node)), None) if tree else None


def meant(here: str, node: ast.AST) -> Place | None:
    """Return what a name, or a name of a module, stands for."""
    if isinstance(node, ast.Name):
        return names(here).get(node.id)
    if isinstance(node, ast.Attribute):
        place = meant(here, node.value)
        return names(place.module).get(node.attr) if place and place.name == "" else None
    return None


def views() -> Iterator[Place]:
    """Yield the functions that answer an address of the mini-program."""
    for file in sorted((ROOT / Path(*VIEWS.split("."))).rglob("*.py")):
        name = ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        tree = module(name)
        for node in tree.body if tree else ():
            if isinstance(node, ast.FunctionDef) and any(on_api(one) for one in node.decorator_list):
                yield Place(name, node.name)


def on_api(decorator: ast.expr) -> bool:
    """Say whether a decorator is one of the blueprint's own, as @api.get("/home") is."""
    called = decorator.func if isinstance(decorator, ast.Call) else decorator
    return isinstance(called, ast.Attribute) and getattr(called.value, "id", "") == "api"


@cache
def reached() -> dict[Place, ast.stmt]:
    """Return every definition on the way from the views."""
    found: dict[Place, ast.stmt] = {}
    waiting = list(views())
    while waiting:
        place = waiting.pop()
        node = definition(place)
        if place in found or node is None:
            continue
        found[place] = node
        waiting += [named for one in ast.walk(node) if (named := meant(place.module, one))]
    return found


def refused(node: ast.AST) -> Iterator[str]:
    """Yield the codes of the refusals in a definition, each written out where it is raised."""
    for call in ast.walk(node):
        if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "Refused":
            words = [one.value for one in ast.walk(call.args[0]) if isinstance(one, ast.Constant)]
            assert words, f"a refusal without a code of its own: {ast.unparse(call)}"
            yield from (word for word in words if isinstance(word, str))


def written() -> set[str]:
    """Return the tables that the way writes into: a row is made, or a statement changes them."""
    tables = {mapper.class_.__name__: mapper.class_.__tablename__ for mapper in Base.registry.mappers}
    found: set[str] = set()
    for node in reached().values():
        for call in (one for one in ast.walk(node) if isinstance(one, ast.Call)):
            changed = call.args[:1] if getattr(call.func, "id", "") in WRITES else []
            found |= {name for one in (call.func, *changed) if (name := getattr(one, "id", "")) in tables}
    return {tables[name] for name in found}


def constrained() -> Iterator[str]:
    """Yield the codes of the constraints that a row of a phone's can break."""
    for table in (METADATA.tables[name] for name in written()):
        names_of_rules = {rule.name for rule in table.constraints} | {rule.name for rule in table.indexes}
        yield from (code for rule, (code, _) in BY_CONSTRAINT.items() if rule in names_of_rules)


def anywhere() -> Iterator[str]:
    """Yield the codes that any address of ours may answer, whatever stands behind it."""
    yield from (code for code, _ in PLAIN.values())
    tree = module("handlers.errors")
    for call in (one for one in ast.walk(tree or ast.Module([], [])) if isinstance(one, ast.Call)):
        # answer(status, code, …), and what PLAIN.get(status, (code, …)) has for the rest.
        if ast.unparse(call.func) in ("answer", "PLAIN.get") and len(call.args) > 1:
            code = call.args[1].elts[0] if isinstance(call.args[1], ast.Tuple) else call.args[1]
            if isinstance(code, ast.Constant):
                yield str(code.value)


def phone_codes() -> set[str]:
    """Return every code that a phone can get."""
    found = {code for node in reached().values() for code in refused(node)}
    return found | set(constrained()) | set(anywhere())


if __name__ == "__main__":
    print("\n".join(sorted(phone_codes())))
