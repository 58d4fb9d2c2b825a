"""What the commands work with: the database, the keys, the clock, and the words they share."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import click

from models.base import Sessions
from models.keyring import Keyring
from models.notices.audience import Channels


@dataclass(frozen=True)
class Desk:
    """What app.py built for the commands."""

    sessions: Sessions = field(repr=False)
    keyring: Keyring
    clock: Callable[[], datetime]
    channels: Channels
    production: bool
    demo_password: str = field(repr=False)


# The desk is built when a command runs, so that --help needs no database.
Open = Callable[[], Desk]

FILE = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
ORG = click.option("--org", "org_code", required=True, help="组织代码")
