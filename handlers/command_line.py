"""The operator at the command line: imports, first accounts, the demonstration."""

import json
import sys
from pathlib import Path
from typing import Any

import click
from sqlalchemy.exc import DBAPIError, OperationalError

from handlers.account_menu import menu_lines, publish_menu
from handlers.backup.commands import backup, restore
from handlers.desk import FILE, ORG, Open
from handlers.doctor.visit import doctor
from handlers.migrate_command import migrate
from handlers.rating_commands import rating
from handlers.scheme_commands import scheme
from models.clock import day_of
from models.demo import demo_followers, demo_logins, load_demo
from models.gatherings.calendar.workday_import import import_workdays
from models.gatherings.setting import TYPED, set_setting
from models.notices.joiners import follow_roster
from models.people.account import Post, Role
from models.people.console import make_account
from models.people.imports.org_import import import_orgs
from models.people.imports.package import MOST_BYTES
from models.people.imports.report import Report
from models.people.imports.roster_import import import_roster
from models.people.org import Setting, org_by_code
from models.refused import Refused

DATABASE = "数据库的结构不对，请先运行 python app.py migrate"
FULL = "数据库写不进去，多半是磁盘满了，请腾出地方再做一次"
BUSY = "数据库正忙，可能有人正在升级结构，请过一会儿再做一次"
# By the beginning of what PostgreSQL calls its states; one that is not here has cut us off or never answered.
SENTENCES = {
    "42P01": DATABASE,
    "42703": DATABASE,
    "42501": "数据库的角色权限不够。DATABASE_OWNER_URL 要填表的主人，再运行 python app.py migrate",
    "25006": "数据库现在只能读，不能写，请等它恢复，或检查是不是连到了备用的那一台",
    "53100": FULL,
    "53300": "数据库的连接用完了，请过一会儿再做一次",
    "55P03": BUSY,
    "57014": BUSY,
    "XX": FULL,
}


def sentence_of(error: Exception) -> str:
    """Say why a command was not done; of what a database says only what kind it is, it may quote a row."""
    if not isinstance(error, DBAPIError):
        return getattr(error, "message", None) or str(error)
    state = getattr(error.orig, "sqlstate", None) or ""
    for beginning, sentence in SENTENCES.items():
        if state.startswith(beginning):
            return sentence
    if isinstance(error, OperationalError) or error.connection_invalidated:
        return "连不上数据库，请检查 DATABASE_URL 和 DATABASE_OWNER_URL，或先运行 make run"
    return f"数据库没有照办（{type(error.orig).__name__}），没有改动，请把这一行交给开发的人"


@click.group(help="示范区党建的命令。每条命令加 --help 可看用法。")
def commands() -> None:
    """Group the commands."""


@commands.command(help="装入演示数据（只装进空的数据库），或用 --show 列出演示账号。")
@click.option("--show", is_flag=True, help="只列出演示账号")
@click.pass_obj
def demo(open_desk: Open, show: bool) -> None:
    """Load the demonstration into an empty database, or list its log-ins. Refused: in_production."""
    desk = open_desk()
    if desk.production:
        raise Refused("in_production", "正式运行时不能装入演示数据")
    if show:
        with desk.sessions() as session:
            for login in demo_logins(session):
                click.echo(f"  {login.login:<10} {desk.demo_password}  {login.org} {login.role} {login.name}")
                click.echo(f"{'':<13}试一试：{login.sentence}")
        return
    try:
        with desk.sessions.begin() as session:
            load_demo(
                session,
                desk.keyring,
                password=desk.demo_password,
                channels=desk.channels,
                now=desk.clock(),
            )
    except Refused as refused:
        if refused.code != "not_empty":
            raise
        click.echo("数据库里已经有数据，没有改动。")
    else:
        click.echo("演示数据已装入。")


@commands.command("simulator-followers", hidden=True)
@click.pass_obj
def simulator_followers(open_desk: Open) -> None:
    """Print the demonstration's followers: a list with one body for the simulator's control API per app."""
    by_app: dict[str, list[dict[str, Any]]] = {}
    with open_desk().sessions() as session:
        for follower in demo_followers(session):
            by_app.setdefault(follower.pop("appid"), []).append(follower)
    bodies = [{"appid": appid, "followers": people} for appid, people in by_app.items()]
    click.echo(json.dumps(bodies, ensure_ascii=False))


DRY_RUN = click.option("--dry-run", is_flag=True, help="只看会改什么，不写入")


def bytes_of(file: Path) -> bytes:
    """Read a workbook, never more of it than what is too much already."""
    with file.open("rb") as source:
        return source.read(MOST_BYTES + 1)


def tell(report: Report, *, dry_run: bool) -> None:
    """Print what an import found; exit 1 with every bad row when nothing was written."""
    for line in report.sentences(dry_run=dry_run):
        click.echo(line, err=bool(report.problems))
    if report.problems:
        sys.exit(1)


@commands.command("import-orgs", help="从 .xlsx 导入组织：代码、名称、类型、上级代码、主题党日。")
@FILE
@DRY_RUN
@click.pass_obj
def import_orgs_file(open_desk: Open, file: Path, dry_run: bool) -> None:
    """Import organisations, all or nothing."""
    with open_desk().sessions.begin() as session:
        report = import_orgs(session, bytes_of(file), dry_run=dry_run, by=None)
    tell(report, dry_run=dry_run)


@commands.command("import-roster", help="从 .xlsx 导入党员名册，表头见 docs 里的模板。")
@FILE
@click.option("--org", "org_code", help="只导入这个组织（代码）及以下")
@DRY_RUN
@click.pass_obj
def import_roster_file(open_desk: Open, file: Path, org_code: str | None, dry_run: bool) -> None:
    """Import a roster, all or nothing; rolls that are not open yet follow it."""
    desk = open_desk()
    with desk.sessions.begin() as session:
        report = import_roster(
            session,
            desk.keyring,
            bytes_of(file),
            org_code=org_code,
            dry_run=dry_run,
            now=desk.clock(),
            by=None,
        )
        follow_roster(session, report.branch_ids, now=desk.clock())
    tell(report, dry_run=dry_run)


@commands.command("import-workdays", help="从 .xlsx 导入一年的放假和调休：日期、类别（休或班），整年一次。")
@FILE
@DRY_RUN
@click.pass_obj
def import_workdays_file(open_desk: Open, file: Path, dry_run: bool) -> None:
    """Import the holidays and swapped workdays of one year, all or nothing."""
    with open_desk().sessions.begin() as session:
        report = import_workdays(session, bytes_of(file), dry_run=dry_run, by=None)
    tell(report, dry_run=dry_run)


@commands.command("setting", help="给一个组织和以下各级定一项设置，例如 month_limit 5。")
@click.argument("key", type=click.Choice([key.value for key in TYPED]))
@click.argument("value")
@ORG
@click.pass_obj
def put_org_setting(open_desk: Open, key: str, value: str, org_code: str) -> None:
    """Set one setting of an organisation; those below inherit it unless they have their own."""
    with open_desk().sessions.begin() as session:
        org = org_by_code(session, org_code)
        set_setting(session, org, Setting(key), value)
    click.echo(f"“{org.name}”和以下各级的 {key} 已定为 {value}。")


@commands.command("create-admin", help="建第一个管理账号，打印初始密码（登录后必须更换）。")
@click.option("--login", required=True, help="登录名")
@click.option("--name", required=True, help="姓名")
@ORG
@click.option("--role", type=click.Choice([role.value for role in Role]), default="zone_officer", help="职务")
@click.pass_obj
def create_admin(open_desk: Open, login: str, name: str, org_code: str, role: str) -> None:
    """Add an account with one post; its first password is shown once."""
    desk = open_desk()
    with desk.sessions.begin() as session:
        org = org_by_code(session, org_code)
        account, password = make_account(session, login, name)
        today = day_of(desk.clock())
        session.add(Post(account_id=account.id, org_id=org.id, role=Role(role), from_on=today))
    click.echo(f"登录名 {login}，初始密码 {password}，登录后必须更换。")


@commands.command(help="把公众号的菜单发布到微信，替换原来的菜单。")
@click.option("--dry-run", is_flag=True, help="只打印菜单，不发布")
@click.pass_obj
def menu(open_desk: Open, dry_run: bool) -> None:
    """Publish the account's menu, or print it. ClickException where WeChat did not take it."""
    if dry_run:
        click.echo("\n".join(menu_lines()))
    else:
        publish_menu(open_desk().account())
        click.echo("菜单已发布，手机上五分钟内可以看到。")


for command in (migrate, backup, doctor, restore, rating, scheme):
    commands.add_command(command)
