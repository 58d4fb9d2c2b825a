"""`backup DIR` and `restore DIR` at the command line."""

import sys
from pathlib import Path

import click

from handlers.backup.keeping import keep_backup
from handlers.backup.manifest import Manifest, read_manifest
from handlers.backup.restoring import restore_backup
from handlers.desk import Open
from models.clock import SHANGHAI
from models.contents import Contents

FOLDER = click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))

LEDGERS = {
    "amendment": "名册更正",
    "article_act": "宣传稿经手",
    "audit": "操作记录",
    "handover": "交接",
    "member_move": "党员变动",
    "minutes_act": "会议记录经手",
    "night_override": "夜间发送",
    "point_entry": "积分流水",
    "rating_act": "定星经手",
    "rating_publicity": "星级公示",
    "rating_result": "评定结果",
    "rating_run": "评定试算",
    "rating_snapshot": "定星存档",
    "record_look": "查看记录",
}

KEYS_APART = (
    "备份里没有密钥。FIELD_KEY 和 SECRET_KEY 要另外存好，不要和备份放在一起：没有 FIELD_KEY，手机号解不开。"
)
AFTER = """\
备份以后的事，平台不知道。照下面的次序办：
1. 先只启动 serve，不要启动 jobs：备份时还排着队的通知，可能已经发过了，一启动就会再发。
2. 看还没开的活动：备份以后发布、变动、取消的，照电话名单告知；备份以后的签到、确认、积分，请支部补登记。
3. 看“活动宣传”：写着正在发布、公众号里其实已经有的，撤稿。
4. 备份以后停用的账号、解除的绑定又有效了，请再办一次；备份以后改的密码要再改。
5. 都看过了，运行 python app.py doctor，再启动 jobs。"""


@click.command(help="把数据库备份到 DIR 下面一个新的文件夹，带清单，做完自己核对。")
@FOLDER
@click.pass_obj
def backup(open_desk: Open, folder: Path) -> None:
    """Keep a backup and say where it is; the keys are not in it."""
    desk = open_desk()
    kept = keep_backup(folder, owner_url=desk.owner_url, keys=desk.keyring.proofs(), now=desk.clock())
    manifest = read_manifest(kept)
    rows = manifest.contents.rows
    held = f"{len(rows)} 张表，{sum(rows.values())} 行，{manifest.dump_bytes} 字节"
    click.echo(f"已备份到 {kept}：{held}，已核对。")
    click.echo(KEYS_APART)


@click.command(help="把 DIR 里的一份备份恢复到一个空的数据库，核对，升到最新的结构。")
@FOLDER
@click.pass_obj
def restore(open_desk: Open, folder: Path) -> None:
    """Restore and print what was found beside what was kept; exit 1 where they differ."""
    desk = open_desk()
    manifest, found, differing = restore_backup(
        folder, owner_url=desk.owner_url, app_url=desk.app_url, keys=desk.keyring.proofs()
    )
    at = manifest.at.astimezone(SHANGHAI)
    click.echo(f"备份做于 {at:%Y-%m-%d %H:%M}（北京时间），程序 {manifest.version}，结构 {found.revision}。")
    for line in table(manifest, found, differing):
        click.echo(line)
    if differing:
        click.echo(
            f"和清单不一致，共 {len(differing)} 张表。这个数据库不要用，请换一份备份再恢复。", err=True
        )
        sys.exit(1)
    click.echo("全部一致，已升到最新的结构。\n")
    click.echo(AFTER)


def table(manifest: Manifest, found: Contents, differing: list[str]) -> list[str]:
    """Return a line for each ledger, one for all other tables, and one for each table that differs."""
    told = manifest.contents
    lines = ["表 | 备份时的行数 | 恢复后的行数 | 核对"]
    others = [name for name in told.rows if name not in told.ledgers and name not in differing]
    for name in [*told.ledgers, *(name for name in differing if name not in told.ledgers)]:
        said = "不一致" if name in differing else "逐行一致"
        title = f"{LEDGERS[name]}（{name}）" if name in LEDGERS else name
        lines.append(f"{title} | {told.rows.get(name, 0)} | {found.rows.get(name, 0)} | {said}")
    kept, back = (sum(rows[name] for name in others) for rows in (told.rows, found.rows))
    lines.append(f"其余 {len(others)} 张表 | {kept} | {back} | 行数一致")
    return lines
