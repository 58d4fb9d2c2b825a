"""/console: the pages of branch staff and officers; every form works without a script."""

from importlib import import_module
from pkgutil import walk_packages

from handlers.console.pages import console

__all__ = ["console"]

# Every module hangs its views on the blueprint: the folders are the list.
for module in walk_packages(__path__, f"{__name__}."):
    import_module(module.name)
