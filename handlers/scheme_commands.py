"""The operator's schemes at the command line: check a document, publish it for an organisation."""

from pathlib import Path

import click
from sqlalchemy.exc import OperationalError

from handlers.desk import FILE, ORG, Open, tell_errors, text_of
from models.clock import day_of
from models.people.org import org_by_code
from models.points.cycle import cycle_of, months_of
from models.points.problem import Problem
from models.points.schemes.checks import is_open, warnings
from models.points.schemes.document import SchemeDocument
from models.points.schemes.published import check_scheme, document_of, publish_scheme
from models.points.schemes.reading import read_scheme
from models.points.schemes.use import use_scheme
from models.refused import Refused


@click.group(help="积分办法。")
def scheme() -> None:
    """Group the commands about schemes."""


@scheme.command("check", help="核对一份积分办法，逐处说明要改的和要看的，不写入。")
@FILE
@click.pass_obj
def check(open_desk: Open, file: Path) -> None:
    """Print every error and every warning; exit 1 with errors, 0 with warnings."""
    text = text_of(file)
    try:
        document, found = _held_against_published(open_desk, text)
    except Refused as refused:
        tell_errors(refused)
    click.echo(f"{document.title}（{document.code} 第 {document.version} 版）没有写错的地方。")
    _tell_warnings(found)
    click.echo("还有没写明的地方，补齐后才能发布。" if is_open(document) else "可以发布。")


@scheme.command("publish", help="发布一份积分办法，并定为某个组织及以下从某月起使用的办法。")
@FILE
@ORG
@click.option("--from", "from_month", help="从哪个月起，例如 2027-01；不写就从现在这一期的第一个月起")
@click.pass_obj
def publish(open_desk: Open, file: Path, org_code: str, from_month: str | None) -> None:
    """Publish a scheme file and let it hold for an organisation from a month on."""
    desk, text = open_desk(), text_of(file)
    with desk.sessions.begin() as session:
        org, now = org_by_code(session, org_code), desk.clock()
        try:
            _, found = check_scheme(session, text, issuer=org)
            published = publish_scheme(session, text, issuer=org, by=None, now=now)
        except Refused as refused:
            tell_errors(refused)
        if from_month is None:
            cycle = cycle_of(document_of(published.document).cycle, f"{day_of(now):%Y-%m}")
            from_month = months_of(cycle)[0]
        use_scheme(session, org, published, from_month=from_month, by=None)
        _tell_warnings(found)
        click.echo(
            f"{published.code} 第 {published.version} 版已定为“{org.name}”的积分办法，从 {from_month} 起。"
        )


def _held_against_published(open_desk: Open, text: bytes) -> tuple[SchemeDocument, list[Problem]]:
    """Read the document first by itself: that takes no database."""
    document = read_scheme(text)
    try:
        with open_desk().sessions() as session:
            return check_scheme(session, text)
    except OperationalError:
        click.echo("连不上数据库，没有与已经发布的办法比较。")
        return document, warnings(document)


def _tell_warnings(found: list[Problem]) -> None:
    for warning in found:
        click.echo(f"请看 {warning.path}：{warning.message}")
