"""The operator brings the database to the newest shape, or back to an older one before an older version."""

import click

from handlers.desk import Open
from models.migrate import downgrade, steps_back
from models.migrate import migrate as migrate_database
from models.refused import Refused


@click.command(help="把数据库升到最新的结构，或退回旧的结构。")
@click.option("--back-to", metavar="编号", help="退回到这一步的结构，例如 0023；先备份")
@click.option("--yes", is_flag=True, help="退回时：知道会丢掉什么，照做")
@click.pass_obj
def migrate(open_desk: Open, back_to: str | None, yes: bool) -> None:
    """Migrate as the owner and grant the app's role; or say what going back loses, and go back with --yes.

    Refused: unknown_revision, loss_not_confirmed.
    """
    desk = open_desk()
    if back_to is None:
        migrate_database(desk.owner_url, desk.app_url)
        click.echo("数据库已是最新。")
        return
    steps = steps_back(desk.owner_url, back_to)
    if not steps:
        click.echo(f"数据库已经是 {back_to} 的结构，没有改动。")
        return
    click.echo(f"要退回 {len(steps)} 步：{'、'.join(steps)}。这几步才有的表和栏目，连同内容都会删掉。")
    if not yes:
        raise Refused(
            "loss_not_confirmed", "没有改动。先备份（backup），停下 serve 和 jobs，再加上 --yes 执行"
        )
    downgrade(desk.owner_url, back_to)
    click.echo(f"已退回到 {back_to}。现在请换上旧版本的程序，再执行它的 migrate。")
