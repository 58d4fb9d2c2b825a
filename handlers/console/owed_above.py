"""What waits for an officer: filed records of the branches below that nobody there has read yet."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import groupby

from flask import url_for

from handlers.console.owed import Owed, names
from handlers.console.reach import own_orgs
from handlers.edge import current
from models.gatherings.record_look import unread_records
from models.people.rights import Verb

READ_WITHIN = timedelta(days=31)  # what is older waits on its month's page alone


def owed_above() -> Iterator[Owed]:
    """Yield a line for each month with records to read, the oldest month first."""
    edge, readers = current(), own_orgs(Verb.RETURN_RECORD)
    if not readers:
        return
    unread = unread_records(edge.session, readers, since=edge.now - READ_WITHIN)
    for period, found in groupby(sorted(unread, key=lambda one: one.period), key=lambda one: one.period):
        records = list(found)
        again = sum(one.again for one in records)
        why = names([one.org.name for one in records], "个支部")
        if again:
            why += f"。其中 {again} 份退回后再归档" if again < len(records) else "。退回后再归档"
        yield Owed(
            f"看 {len(records)} 份{int(period[5:])}月的会议记录",
            why,
            "去看",
            url_for("console.below", period=period, show="mine"),
        )
