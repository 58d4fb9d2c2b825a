"""A list of accounts: read as people write it, judged row by row, made whole or not at all."""

from collections import Counter
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy import Engine, event, select
from sqlalchemy.orm import Session

from models.audit import Audit
from models.base import Sessions
from models.people.account import Account, Post, Role
from models.people.account_batch import (
    Judged,
    Outcome,
    create_accounts,
    judge_accounts,
    mark_of,
)
from models.people.account_rows import MOST_ROWS, Wanted, text_of, wanted_in_text, wanted_in_workbook
from models.people.console import check_password
from models.people.org import Org
from models.people.posts import end_account
from models.people.rights import PostAt
from models.refused import Refused
from tests.conftest import NOON
from tests.factories import a_branch, a_group, a_post, a_township, a_zone, an_account
from tests.imports.sheets import a_merged_workbook, a_workbook
from tests.together import at_once, meanwhile

pytestmark = pytest.mark.thorough

TODAY = date(2026, 11, 25)


def officer_of(
    session: Session, org: Org, role: Role = Role.TOWNSHIP_OFFICER
) -> tuple[Account, list[PostAt]]:
    """Return an officer of an organisation with the post as a request sees it."""
    account = an_account(session, name="程若兰")
    a_post(session, account, org, role)
    return account, [PostAt(role, org.id, org.path, org.kind, org.name)]


def a_town(session: Session) -> tuple[Org, Org, list[PostAt], int]:
    """Return a township with one branch, and its officer's posts and id."""
    town = a_township(session, a_zone(session))
    branch = a_branch(session, town, code="QS01", name="青石村党支部")
    account, posts = officer_of(session, town)
    return town, branch, posts, account.id


def judged(session: Session, posts: list[PostAt], *lines: str) -> list[Judged]:
    return judge_accounts(session, posts, wanted_in_text("\n".join(lines)), now=NOON)


def made(session: Session, posts: list[PostAt], by: int, *lines: str) -> Any:
    rows = wanted_in_text("\n".join(lines))
    seen = mark_of(judge_accounts(session, posts, rows, now=NOON))
    return create_accounts(session, posts, rows, seen, by=by, now=NOON)


@pytest.mark.parametrize(
    "text",
    [
        "QS01\t白玉珍\tbaiyz\t党务专干",
        "QS01 白玉珍 baiyz 党务专干",
        "QS01，白玉珍，BaiYZ，党务专干",
        "QS01, 白玉珍, ｂａｉｙｚ, 党务专干",
        "\n组织代码\t姓名\t登录名\t岗位\nQS01\t白玉珍\tbaiyz\t党务专干\n\n",
        "登录名\t岗位\t所在支部\t姓名\nbaiyz\t党务专干\tQS01\t白玉珍".replace("所在支部", "支部"),
    ],
)
def test_list_is_read_as_people_paste_and_type_it(text: str) -> None:
    [row] = wanted_in_text(text)
    assert row[1:] == ("QS01", "白玉珍", "baiyz", "党务专干")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "请先粘贴名单"),
        ("组织\t姓名\t登录名\t岗位", "请先粘贴名单"),
        ("QS01\t白玉珍\tbaiyz", "第 1 行有 3 格，应是 4 格"),
        ("QS01\t白\t玉珍\tbaiyz\t党务专干", "第 1 行有 5 格"),
        ("\n".join(["QS01\t白玉珍\tbaiyz\t专干"] * (MOST_ROWS + 1)), f"一次最多 {MOST_ROWS} 行"),
        ("好" * 60_001, "名单太长"),
    ],
)
def test_list_that_cannot_be_read_says_what_is_allowed(text: str, said: str) -> None:
    with pytest.raises(Refused) as refused:
        wanted_in_text(text)
    assert refused.value.code == "bad_batch"
    assert said in refused.value.extra["fields"]["rows"]


def test_workbook_becomes_the_text_that_would_be_pasted() -> None:
    sheet = [["2026年账号"], ["组织代码", "姓名", "登录名", "岗位", "手机"]]
    sheet += [["QS01", "白玉珍", "BaiYZ", "专干", "1"], ["QS01", "陈 春生", "chen.cs", "书记", "2"]]
    rows, report = wanted_in_workbook(a_workbook(sheet))
    assert [row[1:] for row in rows] == [
        ("QS01", "白玉珍", "baiyz", "专干"), ("QS01", "陈春生", "chen.cs", "书记"),
    ]  # fmt: skip
    assert report.notices == ["没有用到的列：手机"]
    assert [row[1:] for row in wanted_in_text(text_of(rows))] == [row[1:] for row in rows]
    assert [row.number for row in wanted_in_text(text_of(rows))] == [row.number for row in rows]


def test_organisation_merged_downwards_holds_for_each_row() -> None:
    sheet: list[list[str | None]] = [
        ["组织", "姓名", "登录名", "岗位"],
        ["QS01", "白玉珍", "baiyz", "专干"],
        [None, "陈春生", "chen", "委员"],
    ]
    rows, _ = wanted_in_workbook(a_merged_workbook(sheet, "A2:A3"))
    assert [row.org for row in rows] == ["QS01", "QS01"]


def test_formula_in_a_workbook_is_no_row() -> None:
    sheet = [["组织", "姓名", "登录名", "岗位"], ["QS01", "=1+1", "baiyz", "专干"]]
    rows, report = wanted_in_workbook(a_workbook(sheet))
    assert rows == []
    assert [report.place(one) for one in report.problems] == ["第 2 行 B 列“姓名”"]


def test_rows_become_accounts_with_posts_and_passwords_that_work_once_changed(session: Session) -> None:
    _, branch, posts, by = a_town(session)
    group = a_group(session, branch, code="QS01-1")
    found = made(
        session, posts, by,
        "QS01\t白玉珍\tbaiyz\t书记", "青石村党支部\t陈春生\tchen\t组织委员", "QS01-1\t何桂芳\thegf\t小组长",
    )  # fmt: skip
    assert [(one.account.login, one.posts) for one in found] == [
        ("baiyz", ((branch, Role.SECRETARY),)),
        ("chen", ((branch, Role.COMMISSIONER),)),
        ("hegf", ((group, Role.GROUP_LEADER),)),
    ]
    for one in found:
        account = check_password(session, one.account.login, one.password)
        assert account.must_change
    rows = session.execute(
        select(Post.from_on, Post.granted_by).where(Post.account_id == found[0].account.id)
    )
    assert [tuple(row) for row in rows] == [(TODAY, by)]
    acts = session.execute(
        select(Audit.verb, Audit.account_id, Audit.org_id).where(Audit.verb == "give_post")
    )
    assert Counter(map(tuple, acts)) == {("give_post", by, branch.id): 2, ("give_post", by, group.id): 1}


def test_one_log_in_named_twice_is_one_account_with_two_posts(session: Session) -> None:
    town, _, posts, by = a_town(session)
    a_branch(session, town, code="LW01", name="柳湾村党支部")
    found = made(session, posts, by, "QS01\t白玉珍\tbaiyz\t专干", "LW01\t白玉珍\tbaiyz\t专干")
    assert [(one.account.login, len(one.posts), bool(one.password)) for one in found] == [("baiyz", 2, True)]


def test_account_that_is_there_gets_the_post_and_keeps_its_password(session: Session) -> None:
    _, branch, posts, by = a_town(session)
    clerk = an_account(session, "baiyz", "白玉珍")
    a_post(session, clerk, branch, Role.CLERK)
    [one] = judged(session, posts, "QS01\t白玉珍\tbaiyz\t委员")
    assert (one.outcome, one.account_id) == (Outcome.NEW_POST, clerk.id)
    [row] = made(session, posts, by, "QS01\t白玉珍\tbaiyz\t委员")
    assert (row.account.id, row.password, row.account.password_hash) == (clerk.id, None, "-")


def test_same_list_again_changes_nothing(session: Session) -> None:
    _, _, posts, by = a_town(session)
    lines = ("QS01\t白玉珍\tbaiyz\t书记", "QS01\t陈春生\tchen\t专干")
    made(session, posts, by, *lines)
    assert [one.outcome for one in judged(session, posts, *lines)] == [Outcome.HELD] * 2
    with pytest.raises(Refused) as refused:
        made(session, posts, by, *lines)
    assert refused.value.code == "nothing_changed"


def test_second_secretary_is_remarked_and_the_election_named(session: Session) -> None:
    _, branch, posts, _ = a_town(session)
    a_post(session, an_account(session, name="周明远"), branch, Role.SECRETARY)
    [one] = judged(session, posts, "QS01\t白玉珍\tbaiyz\t书记")
    assert one.outcome is Outcome.NEW_ACCOUNT
    assert one.remark == "这里已有支部书记周明远，换届请用“换届交接”"


FAULTS = (
    ("NONE\t白玉珍\tbaiyz\t书记", "您管的组织里没有这个代码或名称"),
    ("FAR01\t白玉珍\tbaiyz\t书记", "您管的组织里没有这个代码或名称"),
    ("TOWN\t白玉珍\tbaiyz\t书记", "您管的组织里没有这个代码或名称"),
    ("QS01\t白玉珍\tbaiyz\t乡镇党建干部", "这个岗位不在这个组织，或不由您来定"),
    ("QS01\t白玉珍\tbaiyz\t党小组长", "这个岗位不在这个组织，或不由您来定"),
    ("QS01\t白玉珍\tbaiyz\t村长", "岗位请填党小组长、党务专干"),
    ("QS01\t\tbaiyz\t书记", "请写姓名"),
    ("QS01\t=1+1\tbaiyz\t书记", "姓名里不应有数字"),
    ("QS01\t@白\tbaiyz\t书记", "姓名前面有符号"),
    ("QS01\t110101199003077758\tbaiyz\t书记", "像是身份证号"),
    ("QS01\t白玉珍\t白\t书记", "登录名用小写字母和数字"),
    ("QS01\t白玉珍\ttaken\t书记", "这个登录名已经有人用了"),
    ("QS01\t远山人\ttaken\t书记", "这个登录名已经有人用了"),  # of another township, though the name is right
    ("QS01\t旧同志\tended\t书记", "这个登录名已经有人用了"),
    (
        "第一党小组\t白玉珍\tbaiyz\t党小组长",
        "有 2 个组织叫这个名称，请填代码：G1（青石村党支部）、G2（柳湾村党支部）",
    ),
)


@pytest.mark.parametrize(("line", "said"), FAULTS)
def test_row_that_cannot_be_says_why_and_nothing_is_made(session: Session, line: str, said: str) -> None:
    town = a_township(session, a_zone(session), code="TOWN")
    branch = a_branch(session, town, code="QS01", name="青石村党支部")
    other = a_branch(session, town, code="LW01", name="柳湾村党支部")
    far = a_branch(session, code="FAR01", name="远山村党支部")
    a_group(session, branch, code="G1")
    a_group(session, other, code="G2")
    a_post(session, an_account(session, "taken", "远山人"), far, Role.CLERK)
    a_post(session, an_account(session, "ended", "旧同志", ended_at=NOON), branch, Role.CLERK)
    account, posts = officer_of(session, town)
    one, good = judged(session, posts, line, "QS01\t陈春生\tchen\t专干")
    assert said in "；".join(one.faults)
    assert good.outcome is Outcome.NEW_ACCOUNT
    with pytest.raises(Refused) as refused:
        made(session, posts, account.id, line, "QS01\t陈春生\tchen\t专干")
    assert refused.value.code == "bad_batch"
    assert session.scalar(select(Account.id).where(Account.login == "chen")) is None


def test_rows_that_contradict_one_another_are_told(session: Session) -> None:
    _, _, posts, _ = a_town(session)
    faults = [one.faults for one in judged(
        session, posts, "QS01\t白玉珍\tbaiyz\t书记", "QS01\t白玉珍\tbaiyz\t书记", "QS01\t陈春生\tbaiyz\t专干",
    )]  # fmt: skip
    assert faults == [(), ("和第 1 行一样",), ("第 1 行也是这个登录名，姓名不一样",)]


def test_list_is_made_only_as_it_was_looked_at(session: Session) -> None:
    # Control: without the comparison of marks, the second list is made unseen.
    _, branch, posts, by = a_town(session)
    rows = wanted_in_text("QS01\t白玉珍\tbaiyz\t书记")
    seen = mark_of(judge_accounts(session, posts, rows, now=NOON))
    a_post(session, an_account(session, "baiyz", "白玉珍"), branch, Role.CLERK)
    with pytest.raises(Refused) as refused:
        create_accounts(session, posts, rows, seen, by=by, now=NOON)
    assert refused.value.code == "import_changed"


def test_judging_asks_the_same_number_of_times_for_one_row_and_for_many(
    session: Session, engine: Engine
) -> None:
    _, _, posts, _ = a_town(session)
    asked: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *args: asked.append(args[2]))
    judged(session, posts, "QS01\t白玉珍\tbaiyz\t书记")
    one = len(asked)
    asked.clear()
    judged(session, posts, *(f"QS01\t白玉珍\tbaiyz{n}\t委员" for n in range(200)))
    assert len(asked) == one <= 4


def a_real_town(sessions: Sessions) -> tuple[list[PostAt], int]:
    with sessions.begin() as session:
        _, _, posts, by = a_town(session)
        return posts, by


def making(
    sessions: Sessions, posts: list[PostAt], by: int, rows: list[Wanted], seen: str
) -> Callable[[], Any]:
    def make() -> int:
        with sessions.begin() as session:
            return len(create_accounts(session, posts, rows, seen, by=by, now=NOON))

    return make


def test_same_list_sent_by_four_hands_at_once_is_made_once(sessions: Sessions) -> None:
    # Control: without the advisory lock the others end in the constraint of the log-ins, not in words.
    posts, by = a_real_town(sessions)
    rows = wanted_in_text("QS01\t白玉珍\tbaiyz\t书记\nQS01\t陈春生\tchen\t专干")
    with sessions() as session:
        seen = mark_of(judge_accounts(session, posts, rows, now=NOON))
    done = at_once([making(sessions, posts, by, rows, seen)] * 4)
    assert Counter(done) == {2: 1, "import_changed": 3}
    with sessions() as session:
        assert len(session.scalars(select(Account).where(Account.login.in_(["baiyz", "chen"]))).all()) == 2


def test_account_ended_at_that_moment_gets_no_post(sessions: Sessions) -> None:
    # Control: without the lock on the accounts that are there, an ended account is given a post in force.
    posts, by = a_real_town(sessions)
    with sessions.begin() as session:
        branch = session.scalars(select(Org).where(Org.code == "QS01")).one()
        clerk = an_account(session, "baiyz", "白玉珍")
        a_post(session, clerk, branch, Role.CLERK)
    rows = wanted_in_text("QS01\t白玉珍\tbaiyz\t委员")
    with sessions() as session:
        seen = mark_of(judge_accounts(session, posts, rows, now=NOON))
    with sessions.begin() as session:
        end_account(session, session.get_one(Account, clerk.id), by=by, now=NOON)
        session.flush()
        result = meanwhile(making(sessions, posts, by, rows, seen))
    assert result() == "import_changed"
    with sessions() as session:
        assert session.scalars(select(Post.role).where(Post.account_id == clerk.id)).all() == [Role.CLERK]
