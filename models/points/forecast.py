"""What confirming a roll would post, said before it is done."""

from collections import Counter
from collections.abc import Sequence

from sqlalchemy.orm import Session

from models.gatherings.gathering import GatheringKind
from models.gatherings.roll import Status
from models.people.org import Org
from models.points.exact import show
from models.points.scheme import document_of
from models.points.scheme_document import attendance_items
from models.points.scheme_use import scheme_for


def attendance_told(
    session: Session, org: Org, kind: GatheringKind, period: str, statuses: Sequence[Status]
) -> str:
    """Say which attendance items of the branch's scheme these lines would post, and how many of each."""
    scheme = scheme_for(session, org, period)
    if scheme is None:
        return "本支部还没有定积分办法，这次不记分"
    document = document_of(scheme.document)
    items = Counter(item for status in statuses for item in attendance_items(document, kind, status))
    said = [
        f"{item.title} {number} 人，每人{'加' if item.pts > 0 else '扣'} {show(abs(item.pts))} 分"
        for item, number in items.items()
    ]
    if not any(item.pts < 0 for item in items):
        said.append("没有扣分")
    return f"积分按“{document.title}”入账：{'；'.join(said)}"
