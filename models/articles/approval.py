"""From draft to approval: each step by a named person, none by whoever wrote or signed the article."""

from collections.abc import Collection
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy.orm import Session

from models.articles.act import Act, ArticleAct
from models.articles.article import Article, ArticleState
from models.articles.editing import blocks_of, plain_line, writers_of
from models.articles.trail import held, names_of, note, tidy_reason, to_draft
from models.clock import day_of
from models.refused import Refused

# What the secrecy review looks at: code -> words.
# Source: domain practice of publicity (提出、保密审核、审批、实施); classified matter never goes on line.
CHECKLIST = {
    "secret": "不涉密，没有内部资料的内容",
    "personnel": "没有未公开的人事、纪检内容",
    "people": "没有名册、身份信息和电话",
    "hardship": "困难情况不点名、不写细节",
    "pictures": "照片已征得同意，没有老人、孩子和困难群众的特写",
    "facts": "时间、地点、人数与记录一致",
}
LONGEST_SIGNER, LONGEST_NUMBER = 40, 40
# What may stand beside a name in a signature: 程若兰主任, 党工委副书记程若兰.
TITLES = ("主任", "书记", "部长", "委员", "组长", "局长", "科长", "处长", "镇长", "专干", "干事", "同志")
UNDER_WAY = ArticleState.PROPOSED, ArticleState.REVIEWED, ArticleState.APPROVED


class Paper(NamedTuple):
    """An approval signed on paper, as typed: who signed, on which day, under which number of the file."""

    signer: str
    signed_on: date | None
    number: str


def propose(session: Session, article: Article, *, seen: int, by: int, now: datetime) -> None:
    """Sign a draft (供稿): from here on nobody changes a word of it.

    `seen` is the version that was read. Refused: article_moved_on, article_empty.
    """
    held(session, article, ArticleState.DRAFT, seen=seen)
    if not blocks_of(session, article.id):
        raise Refused("article_empty", "正文还是空的，写好以后再供稿")
    article.state, article.came_back = ArticleState.PROPOSED, None
    article.proposed_at, article.proposed_by = now, by
    note(session, article, ArticleAct(act=Act.PROPOSED), before=ArticleState.DRAFT, by=by, now=now)


def take_back(session: Session, article: Article, *, by: int, now: datetime) -> None:
    """Make what was proposed, and not yet published, a draft again. Refused: article_moved_on."""
    held(session, article, *UNDER_WAY)
    before = article.state
    to_draft(article, None)
    note(session, article, ArticleAct(act=Act.TAKEN_BACK), before=before, by=by, now=now)


def pass_review(
    session: Session, article: Article, checklist: Collection[str], *, seen: int, by: int, now: datetime
) -> None:
    """Pass the secrecy review: every line of `CHECKLIST` looked at and ticked (`checklist`, its codes).

    Refused: article_moved_on, own_article, review_incomplete with `fields` checklist.
    """
    held(session, article, ArticleState.PROPOSED, seen=seen)
    _not_own(session, article, by)
    if left := [words for code, words in CHECKLIST.items() if code not in checklist]:
        words = f"还有 {len(left)} 项没有勾。六项都看过、都没有问题才能通过，有问题的请退回"
        raise Refused("review_incomplete", words, fields={"checklist": words})
    article.state = ArticleState.REVIEWED
    article.reviewed_at, article.reviewed_by = now, by
    act = ArticleAct(act=Act.REVIEW_PASSED, checklist=dict.fromkeys(CHECKLIST, True))
    note(session, article, act, before=ArticleState.PROPOSED, by=by, now=now)


def reject_review(
    session: Session, article: Article, reason: str, *, by: int, now: datetime, seen: int | None = None
) -> None:
    """Send an article back at the secrecy review, with the reason its writers read.

    Refused: article_moved_on, own_article, reason_missing.
    """
    _send_back(
        session, article, ArticleState.PROPOSED, Act.REVIEW_REJECTED, reason, seen=seen, by=by, now=now
    )


def approve(
    session: Session, article: Article, *, seen: int, by: int, now: datetime, paper: Paper | None
) -> None:
    """Approve on screen, or enter an approval signed on paper.

    On screen nobody approves what they reviewed; on paper the signer approves, and is neither whoever enters
    it nor one of the writers, the proposer and the reviewer: their names are compared.

    Refused: article_moved_on, own_article, bad_paper with `fields` signer, signed_on, number.
    """
    held(session, article, ArticleState.REVIEWED, seen=seen)
    _not_own(session, article, by)
    act = ArticleAct(act=Act.APPROVED)
    if paper is None and article.reviewed_by == by:
        raise Refused("own_article", "保密审核是您办的，审批请另一位同志办，或者录入纸质审批")
    if paper is not None:
        tidy = _checked(session, article, paper, by=by, today=day_of(now))
        act.paper_signer, act.paper_signed_on, act.paper_number = tidy
        article.paper_signer = tidy.signer
    article.state = ArticleState.APPROVED
    article.approved_at, article.approved_by = now, by
    note(session, article, act, before=ArticleState.REVIEWED, by=by, now=now)


def reject_approval(
    session: Session, article: Article, reason: str, *, by: int, now: datetime, seen: int | None = None
) -> None:
    """Send an article back at the approval, with the reason its writers read.

    Refused: article_moved_on, own_article, reason_missing.
    """
    _send_back(
        session, article, ArticleState.REVIEWED, Act.APPROVAL_REJECTED, reason, seen=seen, by=by, now=now
    )


def is_own(session: Session, article: Article, account_id: int) -> bool:
    """Say whether an account wrote on an article or signed it."""
    return account_id in (article.drafted_by, article.proposed_by) or account_id in writers_of(
        session, article.id
    )


def _not_own(session: Session, article: Article, by: int) -> None:
    if is_own(session, article, by):
        raise Refused("own_article", "您写过或供过这篇稿件，这一步请另一位同志办")


def _send_back(
    session: Session,
    article: Article,
    state: ArticleState,
    act: Act,
    reason: str,
    *,
    seen: int | None,
    by: int,
    now: datetime,
) -> None:
    held(session, article, state, seen=seen)
    _not_own(session, article, by)
    reason = tidy_reason(reason)
    to_draft(article, reason)
    note(session, article, ArticleAct(act=act, reason=reason), before=state, by=by, now=now)


def _checked(session: Session, article: Article, paper: Paper, *, by: int, today: date) -> Paper:
    """Return a paper as it is stored. Refused: bad_paper."""
    signer, number = "".join(plain_line(paper.signer).split()), plain_line(paper.number)
    hands = {by, article.drafted_by, article.proposed_by, article.reviewed_by}
    hands |= writers_of(session, article.id)
    wrong = {}
    if not 2 <= len(signer) <= LONGEST_SIGNER:
        wrong["signer"] = f"请写纸上签字的人，2 到 {LONGEST_SIGNER} 个字"
    elif any(_signed_by(name, signer) for name in names_of(session, [hand for hand in hands if hand])):
        wrong["signer"] = "签字的人不能是录入的人，也不能是起草、供稿、审核的人"
    if paper.signed_on is None:
        wrong["signed_on"] = "请写纸上签字的日期"
    elif article.proposed_at is not None and paper.signed_on < day_of(article.proposed_at):
        wrong["signed_on"] = "签字的日期早于供稿，请核对"
    elif paper.signed_on > today:
        wrong["signed_on"] = "签字的日期还没有到，请核对"
    if not 1 <= len(number) <= LONGEST_NUMBER:
        wrong["number"] = f"请写审批单的编号或存放的卷号，最多 {LONGEST_NUMBER} 个字"
    if wrong:
        raise Refused("bad_paper", "纸质审批有几处要改", fields=wrong)
    return Paper(signer, paper.signed_on, number)


def _signed_by(name: str, signer: str) -> bool:
    """Say whether a signature is this person's, with or without a title."""
    name = "".join(name.split())
    beside = signer.replace(name, "", 1)
    return name in signer and (not beside or beside.endswith(TITLES))
