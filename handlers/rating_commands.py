"""Ratings at the command line: a result reckoned again from a scheme and facts, without a database."""

import json
from pathlib import Path

import click

from handlers.desk import tell_errors, text_of
from models.points.every_number import every_number
from models.points.facts import read_facts
from models.points.scheme_document import read_scheme
from models.refused import Refused

JSON_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group(help="积分评定。")
def rating() -> None:
    """Group the commands about ratings."""


@rating.command("explain", help="按一份积分办法和一份核算文件核算，逐个数打印（JSON），不连数据库，不写入。")
@click.argument("scheme", type=JSON_FILE)
@click.argument("facts", type=JSON_FILE)
def explain(scheme: Path, facts: Path) -> None:
    """Print every number between the entries and the stars; exit 1 with every fault of the two files."""
    try:
        content = every_number(read_scheme(text_of(scheme)), read_facts(text_of(facts)))
    except Refused as refused:
        tell_errors(refused)
    click.echo(json.dumps(content, ensure_ascii=False, indent=1))
