"""/console: the pages of branch staff and officers; every form works without a script."""

from handlers.console import (
    accounts,
    confirmations,
    gatherings,
    imports,
    leaves,
    login,
    members,
    phone_codes,
    phone_lists,
    projector,
    public,
    publication,
    reports,
    rolls,
    screens,
    slips,
    today,
)
from handlers.console.pages import console

__all__ = [
    "accounts",
    "confirmations",
    "console",
    "gatherings",
    "imports",
    "leaves",
    "login",
    "members",
    "phone_codes",
    "phone_lists",
    "projector",
    "public",
    "publication",
    "reports",
    "rolls",
    "screens",
    "slips",
    "today",
]
