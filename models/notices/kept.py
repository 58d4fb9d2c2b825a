"""All that is kept about one member, in words, for the member alone: what 下载我的全部记录 gives out.

Each section is one statement. Nobody else is named by a number; openids and keys are left out.
Source: the law on personal information, access and copy.
"""

from collections.abc import Callable
from typing import NamedTuple

from sqlalchemy.orm import Session

from models.keyring import Keyring
from models.notices import kept_rows
from models.people.member import MEMBER_STATUS_TEXT
from models.people.roster import member_seen


class Section(NamedTuple):
    """One part of it: a title, and lines of two columns, the newest first."""

    title: str
    rows: kept_rows.Rows


SECTIONS: dict[str, Callable[[Session, kept_rows.Whose], kept_rows.Rows]] = {
    "支部变动": kept_rows.moves,
    "外出、不作要求和类别": kept_rows.spells,
    "长期外出报备": kept_rows.reports,
    "在流入地参加": kept_rows.elsewhere,
    "到会": kept_rows.rolls,
    "请假": kept_rows.leaves,
    "补学": kept_rows.makeups,
    "党费登记": kept_rows.dues,
    "积分": kept_rows.entries,
    "星级": kept_rows.stars,
    "申报": kept_rows.proposals,
    "异议": kept_rows.objections,
    "投诉与建议": kept_rows.letters,
    "绑定": kept_rows.bindings,
    "绑定条": kept_rows.slips,
    "后台账号和岗位": kept_rows.posts,
    "通知": kept_rows.notices,
}


def kept_about(
    session: Session, keyring: Keyring, member_id: int, *, openid_hash: bytes, mini_appid: str
) -> list[Section]:
    """Return every section, also the empty ones; a fixed number of statements. Refused: not_found."""
    member, branch, group = member_seen(session, member_id)
    whose = kept_rows.Whose(member_id, branch.id, openid_hash, mini_appid)
    number = keyring.unseal(member.phone_box) if member.phone_box else ""
    roster = [
        ("姓名", member.name),
        ("支部", branch.name),
        ("党小组", group.name if group else ""),
        ("类别", MEMBER_STATUS_TEXT[member.status]),
        ("入党日期", kept_rows.day_said(member.joined_on)),
        ("转正日期", kept_rows.day_said(member.full_on)),
        ("职务", member.office or ""),
        ("转入日期", kept_rows.day_said(member.came_on)),
        ("手机号", f"尾号 {number[-4:]}" if number else ""),
        ("家人的电话", "有一个" if member.family_phone_box else ""),
        ("不用手机", "是" if member.no_phone else ""),
    ]
    own = [Section(title, rows(session, whose)) for title, rows in SECTIONS.items()]
    return [Section("名册", [(name, value or "没有记") for name, value in roster]), *own]
