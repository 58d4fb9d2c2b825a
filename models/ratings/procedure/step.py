"""Taking a step of a rating that the branch takes: declarations closed, reviews, the meeting."""

from datetime import date, datetime

from sqlalchemy.orm import Session

from models.audit import Via, record
from models.clock import day_of, long_day
from models.points.schemes.procedure import Quorum, Step
from models.ratings.meeting.quorum import Votes, needed, quorum_words
from models.ratings.meeting.undecided import check_decided
from models.ratings.procedure.beginning import RatingSeen, rating_seen
from models.ratings.procedure.procedure import LEADS_TO, check_next, quorum_of, step_of
from models.ratings.procedure.rating import Act, RatingAct
from models.ratings.procedure.reviewers import check_body
from models.ratings.procedure.wording import short_text
from models.ratings.runs.branch_facts import on_roster, status_on
from models.ratings.runs.run import keep_run, reckon
from models.refused import Refused

# The other steps are taken by post_sheet, file_rating and archive_rating.
BY_BRANCH = (Act.SELF_DECLARE, Act.GROUP_REVIEW, Act.COMMITTEE_REVIEW, Act.ASSEMBLY_APPRAISAL)
LONGEST_DOCUMENT = 80


def take_step(
    session: Session,
    rating_id: int,
    act: Act,
    *,
    held_on: date,
    base: int | None = None,
    present: int | None = None,
    votes: Votes | None = None,
    body: str | None = None,
    document: str | None = None,
    by: int,
    now: datetime,
) -> RatingAct:
    """Take the next step, held on a day, by so many (`present`) of so many (`base`); the rating moves on.

    The meeting's step runs the calculation and keeps the run. `body` None: the usual one. `document` is
    the number of a paper, if any. Refused: not_found, wrong_step, bad_step with `fields` held_on, base,
    present, votes, document; no_quorum, vote_not_passed, body_missing, and at the meeting previous_open,
    excellent_over_limit, grade_missing, tie_open.
    """
    seen = rating_seen(session, rating_id, lock=True)
    done = check_next(session, seen, act)
    step = step_of(seen.document, act)
    if act not in BY_BRANCH or step is None:
        raise Refused("wrong_step", "这一步不在这里办")
    earliest = max((one.held_on for one in done.values()), default=seen.first_day)
    number = _checked(session, seen, step, held_on, earliest, (base, present, votes, document), now=now)
    row = RatingAct(
        rating_id=rating_id, act=act, held_on=held_on, base=base, present=present,
        body=check_body(session, seen, step, body, now=now), document=number, account_id=by, acted_at=now,
    )  # fmt: skip
    if votes is not None:
        row.votes_for, row.votes_against, row.abstained = votes
    if act is Act.ASSEMBLY_APPRAISAL:
        reckoned = reckon(session, seen)
        check_decided(session, seen, reckoned)
        row.run_id = keep_run(session, seen, reckoned, by=by, now=now).id
    move_on(session, seen, row)
    return row


def move_on(session: Session, seen: RatingSeen, act: RatingAct) -> None:
    """Write an act down and let the rating be what the act leads to."""
    before, after = seen.rating.state, LEADS_TO.get(act.act, seen.rating.state)
    session.add(act)
    # First the act: the database lets no filed rating go back without one.
    session.flush()
    seen.rating.state = after
    session.flush()
    record(
        session, act.act, "rating", seen.rating.id, via=Via.CONSOLE, account_id=act.account_id,
        org_id=seen.branch.id, before={"state": before}, after={"state": after, "act": act.id},
    )  # fmt: skip


def _checked(
    session: Session,
    seen: RatingSeen,
    step: Step,
    held_on: date,
    earliest: date,
    told: tuple[int | None, int | None, Votes | None, str | None],
    *,
    now: datetime,
) -> str | None:
    """Check what was typed about a step; return its document's number as it is kept."""
    base, present, votes, document = told
    wrong = {}
    if held_on > day_of(now):
        wrong["held_on"] = "日期还没有到，请核对"
    elif held_on < earliest:
        wrong["held_on"] = f"应当不早于 {long_day(earliest)}"
    # Who is called to a meeting belongs to the branch on its day, not on the last one of the cycle.
    members = on_roster(session, [seen.branch.id], held_on)
    full = sum(status_on(member, held_on) == "full" for member in members)
    quorum = quorum_of(step)
    wrong |= _numbers(quorum, base, present, votes, full=full, everybody=len(members))
    number = short_text(document or "")
    if len(number) > LONGEST_DOCUMENT:
        wrong["document"] = f"最多 {LONGEST_DOCUMENT} 个字"
    if wrong:
        raise Refused("bad_step", "有几处要改：" + "；".join(wrong.values()), fields=wrong)
    if quorum is not None and base is not None and present is not None:
        _check_quorum(quorum, base, present)
    if votes is not None and base is not None:
        _check_passed(votes, base - (len(members) - full if quorum and quorum.base == "expected" else 0))
    return number or None


def _numbers(
    quorum: Quorum | None,
    base: int | None,
    present: int | None,
    votes: Votes | None,
    *,
    full: int,
    everybody: int,
) -> dict[str, str]:
    """Say what does not fit among the numbers of a meeting, field -> sentence."""
    of_members = quorum is not None and quorum.base == "full_members"
    most = full if of_members else everybody
    wrong = {}
    if base is None and (quorum is not None or present is not None or votes is not None):
        wrong["base"] = "请写应到人数"
    elif base is not None and not 1 <= base <= most:
        whom = "正式党员" if of_members else "党员"
        wrong["base"] = f"应到人数是 1 到 {most}，支部当天有{whom} {most} 人"
    if present is None and base is not None:
        wrong["present"] = "请写实到人数"
    elif present is not None and base is not None and not 0 <= present <= base:
        wrong["present"] = "实到人数不能超过应到人数"
    if votes is None or present is None:
        return wrong
    if min(votes) < 0 or sum(votes) > present or (of_members and sum(votes) != present):
        wrong["votes"] = f"赞成、反对、弃权合计是 {sum(votes)} 票，实到 {present} 人，请核对"
    return wrong


def _check_quorum(quorum: Quorum, base: int, present: int) -> None:
    least = needed(quorum, base)
    if present < least:
        words = (
            f"{quorum_words(quorum)}，应到 {base} 人至少要到 {least} 人，实到 {present} 人，会议不能作决定"
        )
        raise Refused("no_quorum", words, needed=least)


def _check_passed(votes: Votes, voters: int) -> None:
    """More than half of those expected must be for it. Source: as for a decision of the members' meeting."""
    if 2 * votes.votes_for <= voters:
        raise Refused("vote_not_passed", f"赞成 {votes.votes_for} 票，没有超过应到有表决权党员的半数")
