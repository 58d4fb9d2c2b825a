"""The clerk's workbook on the console: looked at first, then the same file once more for good."""

import re
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event, func, select
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from models.audit import Audit, Via
from models.gatherings.roll import RollLine
from models.people.imports.package import MOST_BYTES
from models.people.member import Member
from tests.handlers.console_site import Browser, Site, publish_theme_day
from tests.imports.sheets import a_workbook

FIXTURES = Path(__file__).parents[3] / "fixtures"
HEADER = ["姓名", "手机号", "党员身份", "入党时间"]
NEW: list[Any] = ["秦新来", "13712345678", "预备党员", "2026-06"]
PAGE = "/console/imports"


def send(
    site: Site,
    who: str,
    file: bytes,
    do: str = "look",
    *,
    org: str = "home",
    name: str = "名册.xlsx",
    **fields: str,
) -> TestResponse:
    """Send a workbook as one of the staff."""
    upload = {"file": (BytesIO(file), name), "org": str(site.orgs[org].id), "do": do}
    return site.browser(who).post(PAGE, upload | fields)


def roster(*rows: Sequence[Any], header: Sequence[str] = HEADER) -> bytes:
    return a_workbook([header, *rows])


def seen(answer: TestResponse) -> str:
    """Return what the page has the second form carry."""
    found = re.search(r'name="seen" value="([0-9a-f]{64})"', answer.text)
    assert found, answer.text
    return found[1]


def names(site: Site, org: str = "home") -> set[str]:
    with site.sessions() as session:
        return set(session.scalars(select(Member.name).where(Member.branch_id == site.orgs[org].id)))


def people(site: Site) -> int:
    with site.sessions() as session:
        return session.scalar(select(func.count()).select_from(Member)) or 0


def test_a_look_says_what_would_change_and_writes_nothing(site: Site) -> None:
    before = people(site)
    answer = send(site, "clerk", roster(NEW, ["白玉珍", None, None, "1999-07"], ["陈春生", None, None, None]))
    assert answer.status_code == 200
    sums = dict(re.findall(r"<dt>([^<]+)</dt><dd>(\d+) 人</dd>", answer.text))
    assert sums == {"新增": "1", "更新": "1", "没有变化": "1", "文件里一共": "3"}
    assert "秦新来" in answer.text
    assert re.search("白玉珍.*入党时间", answer.text)
    assert people(site) == before


def test_the_same_file_again_is_imported_and_the_log_knows_by_whom(site: Site) -> None:
    file = roster(NEW)
    look = send(site, "clerk", file)
    answer = send(site, "clerk", file, "import", seen=seen(look))
    assert answer.status_code == 200
    assert "已导入：新增 1 人" in answer.text
    assert "秦新来" in names(site)
    with site.sessions() as session:
        acts = session.execute(
            select(Audit.verb, Audit.via, Audit.account_id, Audit.org_id).order_by(Audit.id)
        ).all()
    clerk, home = site.staff["clerk"].id, site.orgs["home"].id
    assert [tuple(act) for act in acts if "roster" in act.verb or act.verb == "add"] == [
        ("preview_roster", Via.CONSOLE, clerk, home),
        ("add", Via.CONSOLE, clerk, home),
        ("import_roster", Via.CONSOLE, clerk, None),
    ]


def test_a_newcomer_comes_onto_the_roll_that_waits(site: Site) -> None:
    site.clock[0] = site.clock[0].replace(day=23)
    roll = publish_theme_day(site)["home"]
    file = roster(NEW)
    send(site, "clerk", file, "import", seen=seen(send(site, "clerk", file)))
    with site.sessions() as session:
        query = (
            select(Member.name)
            .join(RollLine, RollLine.member_id == Member.id)
            .where(RollLine.roll_id == roll)
        )
        assert "秦新来" in session.scalars(query).all()


def test_another_file_than_the_one_looked_at_is_refused_and_shown(site: Site) -> None:
    """The refusal import_changed comes back as the page, with what this other file would do."""
    mark = seen(send(site, "clerk", roster(NEW)))
    answer = send(site, "clerk", roster(NEW, ["谢外人", None, "正式党员", None]), "import", seen=mark)
    assert answer.status_code == 400
    assert "没有导入" in answer.text
    assert "谢外人" in answer.text
    assert seen(answer) != mark
    assert not {"秦新来", "谢外人"} & names(site)


def test_a_roster_that_changed_meanwhile_is_looked_at_again(site: Site) -> None:
    file = roster(NEW)
    mark = seen(send(site, "clerk", file))
    with site.sessions.begin() as session:
        session.add(Member(name="秦新来", branch_id=site.orgs["home"].id, status="probationary"))
    answer = send(site, "clerk", file, "import", seen=mark)
    assert (answer.status_code, "没有导入" in answer.text) == (400, True)
    with site.sessions() as session:
        assert session.scalar(select(Member.phone_hash).where(Member.name == "秦新来")) is None


@pytest.mark.parametrize("mark", ["", "0" * 64, "é"])
def test_nothing_is_imported_that_nobody_looked_at(site: Site, mark: str) -> None:
    answer = send(site, "secretary", roster(NEW), "import", seen=mark)
    assert answer.status_code == 400
    assert "秦新来" not in names(site)


def test_every_fault_is_listed_by_its_cell_and_nothing_can_be_imported(site: Site) -> None:
    file = roster(NEW, ["白玉珍", "138", None, "1985-02-30"], [None, None, "正式党员", None])
    answer = send(site, "clerk", file)
    found = re.findall(r"<b>第 (\d+) 行 ([A-Z]) 列“([^”]+)”</b></td><td>([^<]+)</td>", answer.text)
    assert [fault[:3] for fault in found] == [
        ("3", "B", "手机号"),
        ("3", "D", "入党时间"),
        ("4", "A", "姓名"),
    ]
    assert 'name="seen"' not in answer.text
    assert 'value="import"' not in answer.text
    assert send(site, "clerk", file, "import").status_code == 400
    assert "秦新来" not in names(site)


def test_whoever_is_missing_is_listed_in_surname_order_and_stays(site: Site) -> None:
    before = names(site)
    file = roster(NEW)
    look = send(site, "clerk", file)
    listed = re.findall(r"<li>([^<]+)</li>", look.text.partition("没有改动")[2])
    assert set(listed) == before
    places = [listed.index(name) for name in ("白玉珍", "曹振海", "陈春生", "丁立民", "赵大有", "周明远")]
    assert places == sorted(places)
    send(site, "clerk", file, "import", seen=seen(look))
    assert names(site) == before | {"秦新来"}


def test_a_branch_imports_its_own_people_only(site: Site) -> None:
    header = ["支部", *HEADER]
    answer = send(site, "secretary", roster(["柳湾村党支部", *NEW], ["青石村党支部", *NEW], header=header))
    assert "没有“柳湾村党支部”这个支部，或不在导入范围内" in answer.text
    assert 'name="seen"' not in answer.text


def test_a_member_of_another_branch_stays_where_he_is(site: Site) -> None:
    file = roster(["冯小军", None, "正式党员", None])
    send(site, "clerk", file, "import", seen=seen(send(site, "clerk", file)))
    assert "冯小军" in names(site, "neighbour")
    assert "冯小军" in names(site, "home")


def test_a_township_imports_its_branches_and_no_others(site: Site) -> None:
    header = ["支部", *HEADER]
    file = roster(["柳湾村党支部", *NEW], ["青石村党支部", "谢二", None, "正式党员", None], header=header)
    look = send(site, "town", file, org="town")
    assert "新增 2 人" in look.text
    send(site, "town", file, "import", org="town", seen=seen(look))
    assert ("秦新来" in names(site, "neighbour"), "谢二" in names(site)) == (True, True)
    away = send(site, "town", roster(["远山村党支部", *NEW], header=header), org="town")
    assert "不在导入范围内" in away.text
    assert send(site, "town", file, org="far").status_code == 404


def test_the_page_never_shows_a_number_of_the_file_or_of_the_roster(site: Site) -> None:
    rows = [NEW, ["白玉珍", "13999990000", None, None], ["陈春生", "139-9999-000", None, None]]
    answer = send(site, "clerk", roster(*rows))
    assert not re.search(r"137\d{8}|139[-\d]{6,}|138\d{8}", answer.text)


def test_what_the_file_says_is_text_on_the_page(site: Site) -> None:
    answer = send(site, "clerk", roster(["<b>秦</b>", None, "正式党员", None]))
    assert "&lt;b&gt;秦&lt;/b&gt;" in answer.text


@pytest.mark.parametrize(
    ("file", "name", "said"),
    [
        ((FIXTURES / "roster-old-excel.xls").read_bytes(), "名册.xls", "老格式"),
        ((FIXTURES / "roster-old-excel.xls").read_bytes(), "名册.xlsx", "老格式"),
        ((FIXTURES / "roster-with-password.xlsx").read_bytes(), "名册.xlsx", "密码"),
        ("姓名\n王建国".encode(), "名册.csv", "文本文件"),
        (b"", "名册.xlsx", "空文件"),
        (b"", "", "请先选名册文件"),
    ],
)
def test_a_file_that_cannot_be_read_is_told_beside_its_field(
    site: Site, file: bytes, name: str, said: str
) -> None:
    answer = send(site, "clerk", file, name=name)
    assert answer.status_code == 400
    found = re.search(r'id="file-said" role="alert">([^<]+)<', answer.text)
    assert found
    assert said in found[1]


def upload(browser: Browser, size: int, csrf: str, where: str = PAGE) -> tuple[TestResponse, int]:
    """Send the beginning of a workbook of so many bytes; return the answer and how many were read."""
    file = FileStorage(BytesIO(b"PK" + bytes(size)), "名册.xlsx", "file")
    boundary, body = encode_multipart({"csrf": csrf, "file": file})
    wire = BytesIO(body)
    kind = f"multipart/form-data; boundary={boundary}"
    answer = browser.client.post(where, input_stream=wire, content_length=len(body), content_type=kind)
    return answer, wire.tell()


def test_fifty_megabytes_are_refused_unread(site: Site) -> None:
    browser = site.browser("clerk")
    answer, taken = upload(browser, 50_000_000, browser.csrf())
    assert (answer.status_code, taken) == (413, 0)
    assert f"超过 {MOST_BYTES // 1_000_000} MB" in answer.text
    assert "分成几个文件" in answer.text


def test_this_form_alone_takes_more_than_a_megabyte(site: Site) -> None:
    browser = site.browser("secretary")
    large, _ = upload(browser, 15_000_000, browser.csrf())
    assert (large.status_code, "不完整" in large.text) == (400, True)
    for where in ("/console/password", "/console/slips", "/console/accounts"):
        answer, taken = upload(browser, 2_000_000, browser.csrf(), where)
        assert (answer.status_code, taken) == (413, 0)


def test_nobody_unknown_has_a_file_read(site: Site) -> None:
    answer, taken = upload(site.browser(), 15_000_000, "")
    assert (answer.status_code, taken) == (401, 0)


@pytest.mark.parametrize(
    ("who", "sees"),
    [
        ("secretary", True),
        ("clerk", True),
        ("town", True),
        ("zone", True),
        ("leader", False),
        ("auditor", False),
    ],
)
def test_the_menu_shows_it_to_whoever_may(site: Site, who: str, sees: bool) -> None:
    assert (PAGE in site.browser(who).get("/console/").text) is sees


def test_an_officer_chooses_among_the_own_branches(site: Site) -> None:
    options = re.findall(r'<option value="\d+"[^>]*>([^<]+)<', site.browser("town").get(PAGE).text)
    assert options == ["河东镇党委和下级各支部", "青石村党支部", "柳湾村党支部"]
    assert "<select" not in site.browser("clerk").get(PAGE).text


def test_number_of_statements_does_not_grow_with_the_file(site: Site) -> None:
    spent = []
    with site.sessions() as session:
        engine = session.get_bind()
    assert isinstance(engine, Engine)
    for size in (5, 200):
        file = roster(*([f"秦{chr(0x4E00 + n)}", f"137{n:08d}", "正式党员", None] for n in range(size)))
        told: list[str] = []

        def note(*args: object, told: list[str] = told) -> None:
            told.append(str(args[2]))

        event.listen(engine, "before_cursor_execute", note)
        assert send(site, "clerk", file).status_code == 200
        event.remove(engine, "before_cursor_execute", note)
        spent.append(len(told))
    assert spent[0] == spent[1]
