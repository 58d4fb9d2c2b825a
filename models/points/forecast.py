"""What confirming a roll would post, said before it is done."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from models.clock import day_of
from models.gatherings.gathering import GatheringKind
from models.gatherings.roll import Status
from models.people.org import Org
from models.points.closing import is_closed
from models.points.cycle import cycle_of, cycle_words
from models.points.exact import show
from models.points.posting import rated_branch
from models.points.schemes.document import attendance_items
from models.points.schemes.published import Scheme, document_of
from models.points.schemes.use import scheme_for

NO_SCHEME = "本支部还没有定积分办法，这次不记分"


def attendance_told(
    session: Session, org: Org, kind: GatheringKind, period: str, statuses: Sequence[Status], *, now: datetime
) -> str:
    """Say which attendance items of the branch's scheme these lines would post, and how many of each.

    Where the branch has filed the cycle of `period` (YYYY-MM), it is said that they count in the running one.
    """
    scheme = scheme_for(session, org, period)
    if scheme is None:
        return NO_SCHEME
    cycle = _cycle(scheme, period)
    if not is_closed(session, rated_branch(org), cycle):
        return _posted_words(scheme, kind, statuses)
    running = f"{day_of(now):%Y-%m}"
    late, scheme = f"{cycle_words(cycle)}的评定已经备案", scheme_for(session, org, running)
    if scheme is None:
        return f"{late}，{NO_SCHEME}"
    later = _cycle(scheme, running)
    if is_closed(session, rated_branch(org), later):
        return f"{late}，{cycle_words(later)}的也备案了，这份名册要等下一期才能确认"
    return f"{late}，这次作为上期事项记入{cycle_words(later)}，{_posted_words(scheme, kind, statuses)}"


def _cycle(scheme: Scheme, month: str) -> str:
    return cycle_of(document_of(scheme.document).cycle, month)


def _posted_words(scheme: Scheme, kind: GatheringKind, statuses: Sequence[Status]) -> str:
    document = document_of(scheme.document)
    items = Counter(item for status in statuses for item in attendance_items(document, kind, status))
    said = [
        f"{item.title} {number} 人，每人{'加' if item.pts > 0 else '扣'} {show(abs(item.pts))} 分"
        for item, number in items.items()
    ]
    if not any(item.pts < 0 for item in items):
        said.append("没有扣分")
    return f"积分按“{document.title}”入账：{'；'.join(said)}"
