"""Changes of somebody's membership are not dated back into a cycle that is filed: its stars stand."""

from collections.abc import Collection
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.clock import long_day
from models.points.closing import CLOSED, RATING
from models.points.cycle import cycle_words, last_day_of
from models.refused import Refused


def check_not_filed(session: Session, branch_ids: Collection[int], day: date, *, field: str) -> None:
    """Refuse a day that lies in a cycle, or before one, which any of these branches has filed.

    A member who moved back into it would be rated twice, or nowhere; a category would change caps that
    count already. Nobody files such a cycle before the commit. Refused: bad_change with `fields`.
    """
    query = select(RATING.c.cycle, RATING.c.state).where(RATING.c.branch_id.in_(branch_ids))
    rows = session.execute(query.order_by(RATING.c.id).with_for_update(read=True)).all()
    filed = {last_day_of(cycle): cycle for cycle, state in rows if state in CLOSED}
    last = max(filed, default=None)
    if last is None or day > last:
        return
    first = last + timedelta(days=1)
    words = f"{cycle_words(filed[last])}的星级已经备案，请写 {long_day(first)}以后的日期"
    raise Refused("bad_change", words, fields={field: words})
