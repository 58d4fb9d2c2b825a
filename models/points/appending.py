"""Adding entries to the ledger: one statement, however many rows."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import cast, column, func, literal, select
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.orm import Session

from models.points.entry import PointEntry


def append_entries(
    session: Session, rows: Sequence[tuple[str, int, str, Decimal]], constant: dict[str, Any]
) -> int:
    """Append entries that differ in about, member, item and points alone; return how many were new.

    A few parameters, however many rows. Whose `about` stands already is left as it is.
    """
    if not rows:
        return 0
    columns = PointEntry.__table__.c
    varying = [columns[name] for name in ("about", "member_id", "item", "points")]
    arrays = [
        cast(list(values), ARRAY(of.type))
        for of, values in zip(varying, zip(*rows, strict=True), strict=True)
    ]
    each = func.unnest(*arrays).table_valued(*(column(one.name, one.type) for one in varying))
    each = each.render_derived()
    chosen = select(*each.c, *(literal(value, columns[name].type) for name, value in constant.items()))
    entries = insert(PointEntry).from_select([one.name for one in varying] + list(constant), chosen)
    added = session.execute(entries.on_conflict_do_nothing(index_elements=["about"]).returning(PointEntry.id))
    return len(added.all())
