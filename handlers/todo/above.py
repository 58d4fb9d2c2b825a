"""What waits for an officer: own drafts that call branches together, and filed records nobody has read."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import groupby

from handlers.edge import current
from handlers.identity import staff
from handlers.reach import own_orgs
from handlers.todo.todo import Todo, names, when
from models.gatherings.convened import convened_below
from models.gatherings.gathering import GatheringState
from models.gatherings.minutes.review import unread_records
from models.people.rights import Verb, may

READ_WITHIN = timedelta(days=31)  # what is older waits on its month's page alone


def above() -> Iterator[Todo]:
    """Yield drafts to publish, the nearest first, then each month with records to read, the oldest first."""
    edge, readers = current(), own_orgs(Verb.RETURN_RECORD)
    if not readers:
        return
    yield from _to_publish()
    unread = unread_records(edge.session, readers, since=edge.now - READ_WITHIN)
    for period, found in groupby(sorted(unread, key=lambda one: one.period), key=lambda one: one.period):
        records = list(found)
        again = sum(one.again for one in records)
        why = names([one.org.name for one in records], "个支部")
        if again:
            why += f"。其中 {again} 份退回后再归档" if again < len(records) else "。退回后再归档"
        yield Todo(
            f"看 {len(records)} 份{int(period[5:])}月的会议记录",
            why,
            "去看",
            "below",
            {"period": period, "show": "mine"},
        )


def _to_publish() -> Iterator[Todo]:
    """Yield the drafts by which the officer's own committee calls branches together."""
    edge, posts = current(), staff().posts
    for one in reversed(convened_below(edge.session, posts, periods=(), now=edge.now)):
        it = one.gathering
        if one.state is GatheringState.DRAFT and may(posts, Verb.PUBLISH, one.host.path):
            yield Todo(
                f"发布“{it.title}”的通知",
                f"{when(it.starts_at)} 开，召集 {one.branches} 个支部，草稿已存",
                "看草稿",
                "gathering",
                {"gathering_id": it.id},
            )
