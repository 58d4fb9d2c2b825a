"""What the commands work with: the database, the keys, the clock, and the words they share."""

import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import NoReturn

import click

from handlers.doctor.finding import Subject
from models.base import Sessions
from models.keyring import Keyring
from models.notices.audience import Channels
from models.points.strict_json import LARGEST_TEXT
from models.refused import Refused
from wechat.gateway import Gateway


def nobody() -> NoReturn:
    """Stand for what a desk was not given."""
    raise LookupError("this desk was not given one")


@dataclass(frozen=True)
class Desk:
    """What app.py built for the commands."""

    sessions: Sessions = field(repr=False)
    keyring: Keyring
    clock: Callable[[], datetime]
    channels: Channels
    production: bool
    demo_password: str = field(repr=False)
    app_url: str = field(default="", repr=False)
    owner_url: str = field(default="", repr=False)
    account: Callable[[], Gateway] = nobody
    subject: Callable[[], Subject] = nobody


# The desk is built when a command runs, so that --help needs no database.
Open = Callable[[], Desk]

FILE = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
ORG = click.option("--org", "org_code", required=True, help="组织代码")


def text_of(file: Path) -> bytes:
    """Read a document, never more of it than what is too much already."""
    with file.open("rb") as source:
        return source.read(LARGEST_TEXT + 1)


def tell_errors(refused: Refused) -> NoReturn:
    """Print each place and reason on the error stream, and end with 1."""
    faults = refused.fields
    for fault in faults:
        click.echo(f"{fault['path'] or '全文'}：{fault['message']}", err=True)
    click.echo(f"要改，共 {len(faults)} 处。" if faults else refused.message, err=True)
    sys.exit(1)
