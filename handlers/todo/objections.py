"""What waits of objections: those that this person may answer, with the day until when."""

from collections.abc import Iterator

from flask import url_for

from handlers.edge import current
from handlers.identity import holds, staff
from handlers.todo.lines import Owed, on_day
from models.people.rights import Verb
from models.ratings.objections.raising import ANSWER_WORKDAYS
from models.ratings.objections.reading import objections_for


def owed_objections() -> Iterator[Owed]:
    """Yield a line for one objection with a link to it, or one for all of them with the nearest day."""
    edge, who = current(), staff()
    if not holds(Verb.ANSWER_OBJECTION):
        return
    found = objections_for(edge.session, who.posts, since=edge.now, now=edge.now)
    mine = [one for one in found.waiting if one.waits_for(who.account_id)]
    if not mine:
        return
    until, about = f"{on_day(mine[0].objection.due_on)}以前", mine[0].disputed
    if not mine[0].due_known:
        until = f"收到后 {ANSWER_WORKDAYS} 个工作日以内"
    if len(mine) == 1:
        day = f"{about.occurred_on.month}月{about.occurred_on.day}日 " if about.occurred_on else ""
        address = url_for("console.objection", objection_id=mine[0].objection.id)
        yield Owed("答复一件异议", f"{day}{about.title}，{until}答复", "去答复", address)
    else:
        yield Owed(
            f"答复 {len(mine)} 件异议", f"最早的一件{until}答复", "去答复", url_for("console.objections")
        )
