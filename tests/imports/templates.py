"""Writes the templates in docs/: `python -m tests.imports.templates`; a test compares them with the code."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import xlsxwriter

DOCS = Path(__file__).parents[2] / "docs"
# Title, whether it must be filled, what may stand there.
ROSTER = (
    ("支部", True, "支部的代码或全称，和平台上一致；只给一个支部导入时可以不要这一列"),
    ("姓名", True, "最多 40 个字；同一支部有同名的，请填手机号或入党时间区分"),
    ("手机号", False, "11 位手机号，一格一个；本人不用手机的空着"),
    ("家属电话", False, "手机号或带区号的固定电话，只用于打电话通知"),
    ("党小组", False, "党小组名称；平台上没有的会新建"),
    ("党员身份", False, "正式党员、预备党员、停止党籍、失联党员之一；新同志必填，填了转正时间的算正式党员"),
    ("入党时间", False, "例如 2011-07-01、2011年7月、201107"),
    ("转正时间", False, "同上；预备党员空着"),
    ("职务", False, "最多 40 个字，只作登记，不带来权限"),
    ("类别", False, "村组干部、无职、在职、流动、年老体弱之一，按积分办法需要才填"),
    ("流动", False, "是或否；填“是”从导入当天起登记为外出"),
    ("不用手机", False, "是或否"),
)
ORGS = (
    ("代码", True, "1 到 32 位数字、字母、横线或下划线，每个组织一个，以后不改"),
    ("名称", True, "组织全称，最多 60 个字"),
    ("类型", True, "党工委、党委、党总支、党支部、联合党支部、党小组之一"),
    ("上级代码", True, "上级组织的代码；最上面的党工委空着"),
    ("主题党日", False, "每月几日，1 到 28；空着就随上级"),
)
RULES = (
    "表头请不要改；上面可以另加标题行，空行没有关系。",
    "每一格请直接填写，不用公式，不合并单元格。",
    "空着的格子不改动平台上已有的内容；不在表里的同志只会列出来，不会删除。",
    "请不要填身份证号、性别、出生日期，平台不保存这些，填了也不会读入。",
    "可以先试导入，看看会新增、改动哪些；有一行不对，整份都不会导入，会逐行说明。",
)


def write_template(path: Path, sheet: str, columns: Sequence[tuple[str, bool, str]]) -> None:
    """Write a template: an empty sheet with its header, and a sheet that explains each column."""
    book = xlsxwriter.Workbook(str(path))
    book.set_properties({"created": datetime(2026, 1, 1)})  # noqa: DTZ001 (a workbook knows no zone)
    head = book.add_format({"bold": True, "bg_color": "#efeeeb", "border": 1})
    as_text = book.add_format({"num_format": "@"})  # long numbers stay as typed
    wrapped = book.add_format({"text_wrap": True, "valign": "top"})
    page, guide = book.add_worksheet(sheet), book.add_worksheet("填写说明")
    for column, (title, needed, _) in enumerate(columns):
        page.set_column(column, column, 16, as_text)
        page.write(0, column, f"{title}（必填）" if needed else title, head)
    page.freeze_panes(1, 0)
    guide.set_column(0, 1, 12)
    guide.set_column(2, 2, 70, wrapped)
    guide.write_row(0, 0, ["列", "是否必填", "怎样填"], head)
    for row, (title, needed, said) in enumerate(columns, 1):
        guide.write_row(row, 0, [title, "必填" if needed else "可空着", said])
    for row, rule in enumerate(RULES, len(columns) + 2):
        guide.write(row, 2, rule)
    book.close()


if __name__ == "__main__":
    write_template(DOCS / "名册模板.xlsx", "名册", ROSTER)
    write_template(DOCS / "组织模板.xlsx", "组织", ORGS)
