"""The agenda of gatherings: lines in their order, written for one or for many at once."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from models.gatherings.gathering import AgendaItem, AgendaKind, GatheringKind, GatheringTag

# An agenda item of one of these kinds also fulfils the duty of the same name.
FULFILS = {
    AgendaKind.LECTURE: GatheringKind.LECTURE,
    AgendaKind.STUDY: GatheringKind.STUDY,
    AgendaKind.VOLUNTEERING: GatheringKind.VOLUNTEERING,
}


class Line(NamedTuple):
    """One line of a plan; `required_id` names the item of the level above that it fulfils."""

    kind: AgendaKind
    title: str
    required_id: int | None = None


def agenda_of(session: Session, gathering_id: int) -> list[AgendaItem]:
    """Return the agenda in its order."""
    query = select(AgendaItem).where(AgendaItem.gathering_id == gathering_id)
    return list(session.scalars(query.order_by(AgendaItem.position)))


def agendas_of(session: Session, gathering_ids: Sequence[int]) -> dict[int, list[Line]]:
    """Return gathering id -> its lines in order, an empty list where there are none; one statement."""
    found: dict[int, list[Line]] = {gathering_id: [] for gathering_id in gathering_ids}
    query = select(AgendaItem.gathering_id, AgendaItem.kind, AgendaItem.title, AgendaItem.required_id)
    rows = session.execute(
        query.where(AgendaItem.gathering_id.in_(gathering_ids)).order_by(
            AgendaItem.gathering_id, AgendaItem.position
        )
    )
    for gathering_id, kind, title, required_id in rows:
        found[gathering_id].append(Line(kind, title, required_id))
    return found


def write_agendas(session: Session, agendas: Mapping[int, Sequence[Line]]) -> None:
    """Write gathering id -> lines anew, and what each fulfils beside its kind.

    Call it with the gatherings locked. Four statements, whatever their number.
    """
    for part in (AgendaItem, GatheringTag):
        # Fetched, not evaluated: a session may have thousands of rows that have nothing to do with these.
        gone = delete(part).where(part.gathering_id.in_(agendas))
        session.execute(gone.execution_options(synchronize_session="fetch"))
    items = [
        {"gathering_id": gathering_id, "position": position} | line._asdict()
        for gathering_id, lines in agendas.items()
        for position, line in enumerate(lines, start=1)
    ]
    tags = [
        {"gathering_id": gathering_id, "tag": tag}
        for gathering_id, lines in agendas.items()
        for tag in sorted({FULFILS[line.kind] for line in lines if line.kind in FULFILS})
    ]
    if items:
        # Else lines with and without `required_id` go out one by one.
        session.execute(insert(AgendaItem).execution_options(render_nulls=True), items)
    if tags:
        session.execute(insert(GatheringTag), tags)
