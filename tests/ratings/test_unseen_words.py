"""What nobody can see is no reason, no answer and no number of a paper; it turns nothing round either."""

from typing import Any

import pytest
from sqlalchemy.orm import Session

from models.audit import Via
from models.people.account import Role
from models.people.member import MemberStatus
from models.people.membership import let_go
from models.people.said import readable
from models.points.approving import reject
from models.points.entry import PointEntry
from models.points.proposal import Proposal
from models.points.reversal import reverse_entry
from tests.conftest import NOON
from tests.points.proposers import a_village
from tests.points.test_proposing import refused
from tests.ratings.disputes import a_disputed_branch

UNSEEN = (
    "\u200b\u200b\u200b",
    "\u202e\u2066\u2069",
    "\x01\x02\x03",
    "\ufeff\ufeff",
    "\u2028 \u2029",
    "\t\r\n \v",
)
TURNED = "坐在\u202e后排\u200b\x07\u2066，没有点到"
PLAIN = "坐在后排，没有点到"


@pytest.mark.parametrize("text", UNSEEN)
def test_nothing_that_can_be_seen_is_nothing_said(session: Session, text: str) -> None:
    branch = a_disputed_branch(session)
    assert list(refused(branch.objects, said=text).extra["fields"]) == ["said"]
    objection = branch.objects()
    for uphold in (True, False):
        error = refused(branch.answers, objection, uphold=uphold, finding=text)
        assert list(error.extra["fields"]) == ["finding"]
    entry = branch.helped()
    told: dict[str, Any] = {"by": branch.hands[Role.SECRETARY].id, "via": Via.CONSOLE}
    assert refused(reverse_entry, session, entry.id, reason=text, **told).code == "reason_missing"
    village = a_village(session)
    made = village.propose()
    no = {"answer": text, "by": village.commissioner.id, "via": Via.CONSOLE, "now": NOON}
    assert refused(reject, session, made.id, **no).code == "reason_missing"
    gone: dict[str, Any] = {"left_on": NOON.date(), "document": text, "now": NOON} | told
    error = refused(let_go, session, branch.member.id, MemberStatus.REMOVED, **gone)
    assert list(error.extra["fields"]) == ["document"]


def test_words_are_kept_without_what_turns_them_round(session: Session) -> None:
    branch = a_disputed_branch(session)
    objection = branch.objects(said=f" {TURNED}\r\n我有照片 ")
    assert objection.said == f"{PLAIN}\n我有照片"
    assert branch.answers(objection, uphold=False, finding=TURNED).finding == PLAIN
    told: dict[str, Any] = {"by": branch.hands[Role.SECRETARY].id, "via": Via.CONSOLE}
    undo = reverse_entry(session, branch.helped().id, reason=TURNED, **told)
    assert session.get_one(PointEntry, undo.id).reason == PLAIN
    village = a_village(session)
    made = village.propose()
    reject(session, made.id, answer=TURNED, by=village.commissioner.id, via=Via.CONSOLE, now=NOON)
    assert session.get_one(Proposal, made.id).answer == PLAIN


@pytest.mark.parametrize(
    "text", ["שלום 张三", "مرحبا", "清淤👷‍♂️", "𠮷野", "é", "Ａ１", "张\u3000三", "\U0002ebf0\U000323b0"]
)
def test_other_scripts_and_signs_are_words_too(text: str) -> None:
    assert readable(text) == text.replace("\u200d", "")
