"""Years later a filed rating is reckoned again from its text alone, and what differs is named."""

import json
from collections.abc import Callable
from hashlib import sha256
from typing import Any

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from models.people.member import SpellKind
from models.points.facts import read_facts
from models.points.rating import rate
from models.points.schemes.document import sha
from models.points.schemes.reading import read_scheme
from models.ratings.archive.snapshot import RatingSnapshot
from models.ratings.archive.verify import verify_rating, verify_snapshot
from models.ratings.meeting.decision import GradeKind, RulingKind
from models.ratings.meeting.grades import Graded
from models.ratings.meeting.ruling import rule
from models.ratings.meeting.vetoing import record_veto
from models.ratings.procedure.beginning import rating_seen
from models.ratings.procedure.recheck import recheck_rating
from models.ratings.runs.facts_text import facts_json
from models.ratings.runs.run import reckon
from tests.factories import a_spell
from tests.ratings.walk import JANUARY, MEETING, Walk, a_walk, refused

pytestmark = pytest.mark.thorough


def frozen(session: Session) -> tuple[Walk, str]:
    """A filed rating in which something of everything happened, and its text."""
    vetoes = [{"id": "discipline", "title": "受党纪处分", "effect": "max_star", "max_star": 2}]
    walk = a_walk(session, full=9, probationary=1, vetoes=vetoes)
    first, second, third, *_ = walk.members
    for month in ("03", "04", "05", "06"):
        walk.earns(first, "volunteer", "1", times=3, month=f"2026-{month}")
    walk.earns(second, "late", "-0.5", times=3)
    walk.earns(second, "award_county", "5")
    a_spell(session, third, SpellKind.CATEGORY, code="veteran_or_ill")
    a_spell(session, walk.members[3], SpellKind.NOT_RATED)
    record_veto(
        session, walk.members[4].id, "discipline", document="河东纪〔2026〕9号", decided_by="河东镇纪委",
        decided_on=MEETING.replace(year=2026), by=walk.officer.id, now=JANUARY,
    )  # fmt: skip
    walk.begins().grades(walk.members[:2], {walk.members[5]: GradeKind.UNQUALIFIED})
    walk.writes({walk.members[6].id: Graded(GradeKind.QUALIFIED, votes=3, at_host=True)})
    rule(
        session, walk.id, walk.members[7].id, RulingKind.RAISE, reason="抗洪救灾表现突出",
        decided_on=MEETING, by=walk.secretary.id, now=JANUARY,
    )  # fmt: skip
    walk.meets()
    walk.posts()
    walk.earns(second, "volunteer", "1")
    recheck_rating(session, walk.id, reason="补记一次志愿服务", by=walk.secretary.id, now=JANUARY)
    walk.files()
    return walk, session.scalars(select(RatingSnapshot.document)).one()


@pytest.fixture(scope="module")
def filed(engine: Engine) -> str:
    """The text of such a rating, whose rows are gone again."""
    with Session(engine) as session:
        return frozen(session)[1]


def test_filed_rating_is_the_same_years_later(session: Session) -> None:
    walk, text = frozen(session)
    assert verify_snapshot(text) == []
    assert verify_rating(session, walk.id) == []


def test_text_is_canonical_and_has_its_hash(session: Session) -> None:
    _, text = frozen(session)
    again = json.dumps(json.loads(text), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert text == again
    assert session.scalars(select(RatingSnapshot.sha)).one() == sha256(text.encode()).hexdigest()


def test_frozen_text_has_numbers_of_members_and_no_names(session: Session) -> None:
    walk, text = frozen(session)
    assert not any(member.name in text for member in walk.members)


def test_facts_in_it_are_what_the_calculation_reads_anywhere(filed: str) -> None:
    content = json.loads(filed)
    facts = read_facts(json.dumps(content["facts"]))
    results = rate(read_scheme(json.dumps(content["scheme"]["document"])), facts)
    assert {one.member_id: one.star_final for one in results} == {
        one["member_id"]: one["star_final"] for one in content["results"]
    }


def test_facts_are_written_as_they_are_read(session: Session) -> None:
    walk, _ = frozen(session)
    facts = reckon(session, rating_seen(session, walk.id)).facts
    read = read_facts(json.dumps(facts_json(facts)))
    assert read == facts


def change(path: str, value: Any) -> Callable[[dict[str, Any]], None]:
    """Return what puts `value` at "results.0.total"."""

    def put(content: Any) -> None:
        *steps, last = path.split(".")
        for step in steps:
            content = content[int(step)] if isinstance(content, list) else content[step]
        content[int(last) if isinstance(content, list) else last] = value

    return put


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        ("results.0.total", "99.0", "“total”：存档 99.0，重算"),
        ("results.0.star_final", 5, "“star_final”：存档 5，重算"),
        ("facts.members.0.entries.0.points", "0.5", ""),  # what was posted is not what counts
        ("facts.members.0.grade", "qualified", "“grade”：存档 excellent，重算 qualified"),
        ("facts.members.0.entries", [], "“total”：存档"),
        ("scheme.document.parts.0.initial", "70", "积分办法的全文与校验码不一致"),
        ("scheme.version", 2, "积分办法的代码或版本不一致"),
        ("facts.cycle", "2025", "周期不一致"),
        ("rating.results_sha", "0" * 64, "评定结果与校验码不一致"),
        ("acts.0.present", 3, "“党员大会通报评议”到会人数不够"),
        ("acts.0.held_on", "2027-01-20", "各步骤的日期先后不对"),
        ("acts.1.act", "recheck", "没有“公示”的记录"),
        ("acts.3.document", "", "“上级党委备案”没有文号"),
        ("acts.0.votes_for", 4, "“党员大会通报评议”赞成票没有过半"),
        ("sheets", [], "没有全支部公示的记录"),
        ("sheets.0.workdays", 2, "办法规定公示 5 个工作日，存档写 2 个"),
        ("sheets.0.ends_on", "2027-01-13", "应当到 2027-01-14，存档写 2027-01-13"),
        ("sheets.0.posted_on", "2027-01-15", "2027-01-15 张贴的公示"),
        ("special_days", {}, "张贴的公示"),
        ("format", 2, "不是定星存档"),
    ],
)
def test_what_was_changed_is_named(filed: str, path: str, value: Any, said: str) -> None:
    content = json.loads(filed)
    change(path, value)(content)
    problems = verify_snapshot(json.dumps(content))
    assert said in "；".join(problems)
    assert bool(problems) == bool(said)


def with_another_seat(content: Any) -> None:
    content["scheme"]["document"]["quotas"][0]["max_ratio"] = "1/4"
    content["scheme"]["sha"] = sha(read_scheme(json.dumps(content["scheme"]["document"])))


def without_recheck(content: Any) -> None:
    content["acts"] = [act for act in content["acts"] if act["act"] != "recheck"]


@pytest.mark.parametrize(
    ("alter", "what"),
    [
        (with_another_seat, "积分办法"),
        (without_recheck, "办理记录"),
        (change("rating.id", 10**6), "支部或周期"),
        (change("rating.run", 1), "支部或周期"),
        (change("sheets.0.contact", "别处"), "公示"),
        (change("facts.members.0.entries.0.points", "0.5"), "积分"),
        (change("facts.members.0.entries.0.occurred_on", "2026-03-30"), "积分"),
        (change("acts.0.reason", "改过"), "办理记录"),
    ],
)
def test_what_was_changed_so_that_it_reckons_the_same_differs_from_the_database(
    session: Session, alter: Callable[[Any], None], what: str
) -> None:
    """Whoever owns the database can change a text with its hash; the rows it was made from still tell."""
    walk, text = frozen(session)
    content = json.loads(text)
    alter(content)
    altered = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert verify_snapshot(altered) == []
    kept = session.scalars(select(RatingSnapshot)).one()
    set_committed_value(kept, "document", altered)
    set_committed_value(kept, "sha", sha256(altered.encode()).hexdigest())
    assert verify_rating(session, walk.id) == [f"数据库里的{what}与存档不一致"]


def test_bettered_words_are_no_difference(filed: str) -> None:
    content = json.loads(filed)
    content["results"][0]["reasons"][0]["text"] = "旧的说法"
    content["rating"]["results_sha"] = sha256(
        json.dumps(content["results"], ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    ).hexdigest()
    assert verify_snapshot(json.dumps(content)) == []


def test_more_than_a_third_excellent_is_named(filed: str) -> None:
    content = json.loads(filed)
    for member in content["facts"]["members"]:
        if member["status"] == "full":
            member["grade"] = "excellent"
    assert "正式党员 9 人，评为优秀的有 9 人，超过三分之一" in verify_snapshot(json.dumps(content))


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"format":1}', '{"format":1,"scheme":{"document":{}}}'])
def test_what_is_no_record_is_said_to_be_none(text: str) -> None:
    assert len(verify_snapshot(text)) == 1


def test_rating_not_filed_has_nothing_to_verify(session: Session) -> None:
    walk = a_walk(session).begins()
    with refused("not_found"):
        verify_rating(session, walk.id)
