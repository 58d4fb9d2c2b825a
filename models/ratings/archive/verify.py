"""Reckoning a frozen rating again from its text alone, years later, and naming what differs."""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from hashlib import sha256
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.gatherings.calendar.calendar import DayKind, is_workday
from models.people.member import Member
from models.points.facts import Facts, facts_of
from models.points.rating import rate
from models.points.result import result_json
from models.points.schemes.document import SchemeDocument, sha
from models.points.schemes.reading import read_scheme
from models.points.strict_json import UnreadableJSON, parse_json
from models.ratings.archive.freeze import FORMAT, act_json, sheet_json
from models.ratings.archive.snapshot import RatingSnapshot
from models.ratings.meeting.quorum import needed
from models.ratings.procedure.beginning import rating_seen
from models.ratings.procedure.procedure import AGAIN, BACK, procedure_of, quorum_of, step_of
from models.ratings.procedure.rating import ACT_TEXT, Act, RatingAct
from models.ratings.publicity.publicity import RatingPublicity
from models.ratings.runs.branch_facts import entries_of
from models.ratings.runs.results import RatingResult, RatingRun
from models.refused import Refused

LARGEST = 50_000_000
# What only explains a number: the words may have been bettered since, the numbers may not move.
WORDS = ("text", "title", "why")


def verify_rating(session: Session, rating_id: int) -> list[str]:
    """Verify the latest snapshot of a rating, and that the database still says what it says.

    Return what differs, in words; empty for nothing. Refused: not_found (nothing was frozen).
    """
    snapshot = snapshot_of(session, rating_id)
    problems = verify_snapshot(snapshot.document)
    if sha256(snapshot.document.encode()).hexdigest() != snapshot.sha:
        problems.append("存档的校验码与全文不一致")
    try:
        content = json.loads(snapshot.document)
        return problems + [f"数据库里的{what}与存档不一致" for what in _differing(session, snapshot, content)]
    except (KeyError, TypeError, Refused):
        return problems  # what cannot be read has been named


def _differing(session: Session, snapshot: RatingSnapshot, content: Mapping[str, Any]) -> Iterator[str]:
    """Yield what the database has kept otherwise than the text says."""
    seen = rating_seen(session, snapshot.rating_id)
    run = session.get_one(RatingRun, snapshot.run_id)
    head, scheme = content["rating"], content["scheme"]
    told = (head["id"], head["branch"], head["cycle"], head["run"])
    if told != (seen.rating.id, seen.branch.id, seen.rating.cycle, run.number):
        yield "支部或周期"
    if (scheme["code"], scheme["version"], scheme["sha"]) != (
        seen.scheme.code, seen.scheme.version, seen.scheme.sha,
    ):  # fmt: skip
        yield "积分办法"
    rows = session.scalars(
        select(RatingResult).where(RatingResult.run_id == run.id).order_by(RatingResult.member_id)
    )
    if head["results_sha"] != run.sha or content["results"] != [row.detail for row in rows]:
        yield "评定结果"
    last = max((act["id"] for act in content["acts"]), default=0)
    acts = select(RatingAct).where(RatingAct.rating_id == seen.rating.id, RatingAct.id <= last)
    if content["acts"] != [act_json(act) for act in session.scalars(acts.order_by(RatingAct.id))]:
        yield "办理记录"
    if content["sheets"] != [sheet_json(one) for one in _sheets_between(session, content["acts"], run)]:
        yield "公示"
    if not _are_in_ledger(session, facts_of(content["facts"])):
        yield "积分"


def _sheets_between(
    session: Session, acts: list[dict[str, Any]], run: RatingRun
) -> Sequence[RatingPublicity]:
    """Return the sheets that were put up from the last meeting in `acts` to the run that was filed."""
    meetings = [act["run_id"] for act in acts if act["act"] == Act.ASSEMBLY_APPRAISAL]
    query = select(RatingPublicity).where(
        RatingPublicity.rating_id == run.rating_id,
        RatingPublicity.run_id.between(max(meetings, default=run.id), run.id),
    )
    return session.scalars(query.order_by(RatingPublicity.id)).all()


def _are_in_ledger(session: Session, facts: Facts) -> bool:
    """Say whether each entry stands in the ledger as it was frozen; others may have come since."""
    people = select(Member.id).where(Member.id.in_([member.id for member in facts.members]))
    ledger = entries_of(session, facts.cycle, people)
    return all(set(member.entries) <= set(ledger[member.id]) for member in facts.members)


def snapshot_of(session: Session, rating_id: int) -> RatingSnapshot:
    """Return the latest frozen record of a rating. Refused: not_found."""
    query = select(RatingSnapshot).where(RatingSnapshot.rating_id == rating_id)
    snapshot = session.scalar(query.order_by(RatingSnapshot.id.desc()).limit(1))
    if snapshot is None:
        raise Refused("not_found", "这次定星还没有备案，没有存档可以核对")
    return snapshot


def verify_snapshot(text: str | bytes) -> list[str]:
    """Reckon a snapshot again from its text and return what differs, in words; empty for nothing.

    Looked at are the scheme's hash, every number of every member, the acts with their quorums, votes and
    papers, the sheets with their workdays, and that no more than a third of the full members are 优秀.
    """
    try:
        content = parse_json(text, largest=LARGEST)
        if not isinstance(content, dict) or content.get("format") != FORMAT:
            return ["不是定星存档，或者版本不认识"]
        document = read_scheme(_text(content["scheme"]["document"]))
        facts = facts_of(content["facts"])
        found = [
            *_scheme(content["scheme"], document),
            *_results(content, document, facts),
            *_excellent(content, facts),
            *_acts(content["acts"], document),
            *_sheets(content, document),
        ]
        return [_printable(problem) for problem in found]
    except UnreadableJSON as error:
        return [f"存档读不了：{error}"]
    except Refused as error:
        return [f"存档读不了：{error.message}"]
    except RecursionError:
        return ["存档读不了：层次太深"]
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
        return ["存档不完整，有内容缺了或写法不对"]


def _printable(problem: str) -> str:
    """Return a line that no terminal takes for a command, whatever the text it quotes holds."""
    return "".join(sign if sign.isprintable() else "�" for sign in problem)


def _text(content: Any) -> str:
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)


def _scheme(told: Mapping[str, Any], document: SchemeDocument) -> Iterator[str]:
    if sha(document) != told["sha"]:
        yield "积分办法的全文与校验码不一致"
    if (document.code, document.version) != (told["code"], told["version"]):
        yield "积分办法的代码或版本不一致"


def _results(content: Mapping[str, Any], document: SchemeDocument, facts: Facts) -> Iterator[str]:
    head, kept = content["rating"], content["results"]
    if sha256(_text(kept).encode()).hexdigest() != head["results_sha"]:
        yield "评定结果与校验码不一致"
    if facts.cycle != head["cycle"]:
        yield "周期不一致"
    reckoned = {one.member_id: one for one in rate(document, facts) if one.branch == head["branch"]}
    for one in kept:
        again = reckoned.pop(one["member_id"], None)
        if again is None:
            yield f"编号 {one['member_id']} 的同志不在材料里"
            continue
        fresh = result_json(again)
        for name in sorted({*fresh, *one}):
            if _numbers(fresh.get(name)) != _numbers(one.get(name)):
                told = f"存档 {_short(one.get(name))}，重算 {_short(fresh.get(name))}"
                yield f"编号 {one['member_id']} 的“{name}”：{told}"
    for member_id in reckoned:
        yield f"编号 {member_id} 的同志在材料里，没有评定结果"


def _numbers(value: Any) -> Any:
    """Return a value without the words that only explain it."""
    if isinstance(value, dict):
        return {name: _numbers(one) for name, one in value.items() if name not in WORDS}
    return [_numbers(one) for one in value] if isinstance(value, list) else value


def _short(value: Any) -> str:
    told = "无" if value is None else value if isinstance(value, str) else _text(_numbers(value))
    return told if len(told) <= 120 else f"{told[:120]}…"


def _excellent(content: Mapping[str, Any], facts: Facts) -> Iterator[str]:
    own = [one for one in facts.members if one.branch == content["rating"]["branch"] and one.status == "full"]
    excellent = sum(one.grade == "excellent" for one in own)
    if excellent > len(own) // 3:
        yield f"正式党员 {len(own)} 人，评为优秀的有 {excellent} 人，超过三分之一"


def _acts(acts: list[dict[str, Any]], document: SchemeDocument) -> Iterator[str]:
    done: dict[str, dict[str, Any]] = {}
    for act in acts:
        if act["act"] in BACK:
            for again in AGAIN:
                done.pop(again, None)
        else:
            done[act["act"]] = act
    days = []
    for step in procedure_of(document):
        if step.step == "archive":
            continue
        title = ACT_TEXT[Act(step.step)]
        if step.step not in done:
            yield f"没有“{title}”的记录"
            continue
        taken = done[step.step]
        days.append(date.fromisoformat(taken["held_on"]))
        quorum = quorum_of(step)
        if quorum is not None and taken.get("present", 0) < needed(quorum, taken.get("base", 1)):
            yield f"“{title}”到会人数不够"
        if quorum is not None and quorum.base == "full_members" and not _passed(taken):
            yield f"“{title}”赞成票没有过半"
        if step.step == "upper_review" and not taken.get("document"):
            yield f"“{title}”没有文号"
    if days != sorted(days):
        yield "各步骤的日期先后不对"


def _passed(act: Mapping[str, Any]) -> bool:
    """Say whether more than half of the voters were for it, where votes were counted."""
    return "votes_for" not in act or 2 * int(act["votes_for"]) > int(act["base"])


def _sheets(content: Mapping[str, Any], document: SchemeDocument) -> Iterator[str]:
    special = {date.fromisoformat(day): DayKind(kind) for day, kind in content["special_days"].items()}
    filed = [date.fromisoformat(act["held_on"]) for act in content["acts"] if act["act"] == "upper_review"]
    if step_of(document, Act.PUBLICITY) is not None and all(
        "member_id" in sheet for sheet in content["sheets"]
    ):
        yield "没有全支部公示的记录"
    for sheet in content["sheets"]:
        if sheet["workdays"] != document.publicity_workdays:
            told = f"办法规定公示 {document.publicity_workdays} 个工作日，存档写 {sheet['workdays']} 个"
            yield f"{sheet['posted_on']} 张贴的公示，{told}"
            continue
        day, left = date.fromisoformat(sheet["posted_on"]), sheet["workdays"]
        while left > 0:
            day += timedelta(days=1)
            left -= is_workday(day, special)
        if day.isoformat() != sheet["ends_on"]:
            told = f"满 {sheet['workdays']} 个工作日应当到 {day}，存档写 {sheet['ends_on']}"
            yield f"{sheet['posted_on']} 张贴的公示，{told}"
        if filed and filed[-1] <= day:
            yield f"备案的日期 {filed[-1]} 早于公示期满"
