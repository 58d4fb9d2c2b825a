"""The sums of many members' entries in one statement: the numbers that models.points makes of the entries."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from operator import attrgetter
from typing import Any

from sqlalchemy import BigInteger, Boolean, Integer, Numeric, Row, String, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session
from sqlalchemy.types import TypeEngine

from models.points.cycle import span_of
from models.points.explanation import Share, Sums
from models.points.schemes.document import Item, SchemeDocument

ROWS_AT_ONCE = 2000
ONCE_A_PERIOD = ("month", "quarter", "once")

# What the statement is told of the scheme: a row for each item, or for each level of an item.
RULE: dict[str, TypeEngine[Any]] = {
    **dict.fromkeys(("item", "level", "once"), String()),
    **dict.fromkeys(("points", "per_event", "per_month", "cap"), Numeric()),
    **dict.fromkeys(("place", "bucket"), Integer()),
    **dict.fromkeys(("grouped", "largest", "limited", "monthly", "by_month"), Boolean()),
}
APPLIES: dict[str, TypeEngine[Any]] = {"limited_item": String(), "category": String()}

# Member by member, so that memory is that of one member's entries, however many members are asked for.
# `weight` tells which of several entries is the one that counts, and carries what it counts: size, points,
# the place of its item (for deductions of one gathering only), then month, day and id, negated so that of
# equals the earliest stays, then quantity and rule. Months are numbers here: 202611.
# LEAST and GREATEST pass over NULL, which is a limit that is not there.
STATEMENT = """
WITH rule AS (
    SELECT * FROM unnest(:item, :level, :points, :place, :bucket, :grouped, :once, :largest,
        :limited, :monthly, :by_month, :per_event, :per_month, :cap
    ) WITH ORDINALITY AS r (item, level, points, place, bucket, grouped, once, largest,
        limited, monthly, by_month, per_event, per_month, cap, number)
), applies AS (
    SELECT * FROM unnest(:limited_item, :category) AS a (item, category)
), undone AS MATERIALIZED (
    SELECT reverses AS id FROM point_entry
    WHERE reverses IS NOT NULL AND period BETWEEN :first AND :last AND member_id = ANY(:members)
)
SELECT person.id, share.*
FROM unnest(:members) WITH ORDINALITY AS person (id, turn)
LEFT JOIN LATERAL (
    WITH entry AS (
        SELECT e.id, replace(e.period, '-', '')::integer AS month, e.occurred_on, e.quantity,
            rule.points * e.quantity AS points,
            GREATEST(LEAST(rule.points * e.quantity, rule.per_event), -rule.per_event) AS capped,
            CASE WHEN e.source = 'attendance' AND rule.points < 0 THEN e.gathering_id END AS missed,
            rule.number, rule.place, rule.monthly, rule.once IS NOT NULL OR rule.largest AS weighed
        FROM point_entry e
        JOIN rule ON rule.item = e.item AND (rule.level IS NULL OR rule.level = e.level)
        WHERE e.member_id = person.id AND e.period BETWEEN :first AND :last
            AND e.reverses IS NULL AND e.id NOT IN (SELECT id FROM undone)
            AND (NOT rule.limited OR EXISTS (
                SELECT FROM applies a
                JOIN spell s ON s.member_id = e.member_id AND s.kind = 'category' AND s.code = a.category
                WHERE a.item = e.item AND s.from_on <= e.occurred_on
                    AND (s.to_on IS NULL OR s.to_on >= e.occurred_on)))
    ), together AS (
        SELECT missed, CASE WHEN missed IS NULL THEN number END AS number,
            CASE WHEN missed IS NULL AND monthly THEN month END AS month,
            count(*) AS n, sum(quantity) AS times, sum(capped) AS points,
            max(CASE WHEN missed IS NOT NULL THEN ARRAY[
                abs(points), points, -place, -month, DATE '1970-01-01' - occurred_on, -id, quantity, number
            ] WHEN weighed THEN ARRAY[
                abs(capped), capped, 0, -month, DATE '1970-01-01' - occurred_on, -id, quantity, number
            ] END) AS weight
        FROM entry GROUP BY 1, 2, 3
    ), counted AS (
        SELECT number, month, n, times, points, weight FROM together WHERE missed IS NULL
        UNION ALL
        SELECT rule.number, -weight[4]::integer, 1, weight[7], one.capped,
            ARRAY[abs(one.capped), one.capped, 0, weight[4], weight[5], weight[6], weight[7], weight[8]]
        FROM together JOIN rule ON rule.number = weight[8]
        CROSS JOIN LATERAL (
            SELECT GREATEST(LEAST(weight[2], rule.per_event), -rule.per_event) AS capped
        ) one
        WHERE missed IS NOT NULL
    ), slot AS (
        SELECT bucket, largest, by_month, per_month, cap,
            CASE once WHEN 'month' THEN month WHEN 'quarter' THEN month / 100 * 10 + (month % 100 + 2) / 3
                WHEN 'once' THEN 0 ELSE CASE WHEN monthly THEN month END END AS month,
            CASE WHEN once IS NULL THEN sum(n) ELSE 1 END AS n,
            CASE WHEN once IS NULL THEN sum(times) ELSE (max(weight))[7] END AS times,
            CASE WHEN once IS NULL THEN sum(counted.points) ELSE (max(weight))[2] END AS points,
            max(weight) AS weight, string_agg(place::text, ' ') FILTER (WHERE grouped) AS places
        FROM counted JOIN rule USING (number)
        GROUP BY 1, 2, 3, 4, 5, 6, once
    ), held AS (
        SELECT *, GREATEST(LEAST(points, per_month), -per_month) AS counted FROM slot
    )
    SELECT bucket, string_agg(places, ' ') AS places, largest AND sum(n) > 1 AS several,
        CASE WHEN largest THEN (max(weight))[7] ELSE sum(times) END AS times, sum(points) AS uncapped,
        CASE WHEN largest THEN GREATEST(LEAST((max(weight))[2], per_month, cap), -per_month, -cap)
            ELSE GREATEST(LEAST(sum(counted), cap), -cap) END AS counted,
        array_agg(month ORDER BY month) FILTER (WHERE by_month) AS months,
        array_agg(counted ORDER BY month) FILTER (WHERE by_month) AS by_month
    FROM held GROUP BY bucket, largest, per_month, cap
) share ON TRUE
ORDER BY person.turn, share.bucket
"""
ARRAYS = RULE | APPLIES | {"members": BigInteger()}
QUERY = text(STATEMENT).bindparams(*(bindparam(name, type_=ARRAY(kind)) for name, kind in ARRAYS.items()))


def stream_sums(
    session: Session, document: SchemeDocument, cycle: str, members: Sequence[int]
) -> Iterator[tuple[int, Sums]]:
    """Yield what the entries of `cycle` come to for each of these members, in their order.

    One statement, read as a stream. Refused: cycle_invalid.
    """
    buckets = _buckets(document)
    months = span_of(document.cycle, cycle).months
    told = {"members": list(members), "first": months[0], "last": months[-1]}
    told |= _rules(document, buckets) | _limits(document)
    rows = session.execute(QUERY, told, execution_options={"yield_per": ROWS_AT_ONCE})
    for member_id, shares in groupby(rows, key=attrgetter("id")):
        yield member_id, _sums(document, buckets, shares)


def _buckets(document: SchemeDocument) -> list[list[Item]]:
    """Put together what is counted as one: the items of a group, or an item by itself."""
    buckets: dict[tuple[str, str], list[Item]] = {}
    for item in document.items:
        key = ("group", item.group) if item.group else ("item", item.id)
        buckets.setdefault(key, []).append(item)
    return list(buckets.values())


def _rules(document: SchemeDocument, buckets: Sequence[Sequence[Item]]) -> dict[str, list[Any]]:
    places = {item.id: place for place, item in enumerate(document.items)}
    by_month = {part.code for part in document.parts if part.by_month}
    rows = [
        {
            "item": item.id,
            "level": level,
            "points": points,
            "place": places[item.id],
            "bucket": number,
            "grouped": item.group is not None,
            "once": item.unit if item.unit in ONCE_A_PERIOD else None,
            "largest": item.aggregate == "max",
            "limited": item.applies_to is not None,
            "monthly": item.unit in ("month", "quarter")
            or item.cap_per_month is not None
            or item.part in by_month,
            "by_month": item.part in by_month,
            "per_event": item.cap_per_event,
            "per_month": item.cap_per_month,
            "cap": item.cap,
        }
        for number, items in enumerate(buckets)
        for item in items
        for level, points in (item.levels.items() if item.levels is not None else [(None, item.pts)])
    ]
    return {name: [row[name] for row in rows] for name in RULE}


def _limits(document: SchemeDocument) -> dict[str, list[Any]]:
    pairs = [(item.id, code) for item in document.items for code in item.applies_to or ()]
    return {name: [pair[at] for pair in pairs] for at, name in enumerate(APPLIES)}


def _sums(document: SchemeDocument, buckets: Sequence[Sequence[Item]], rows: Iterable[Row[Any]]) -> Sums:
    sums: dict[str, list[Share]] = defaultdict(list)
    for row in rows:
        if row.bucket is None:  # the one row of a member without entries
            continue
        items = buckets[row.bucket]
        if row.places is None:
            titles: tuple[str, ...] = (items[0].title,)
        else:
            titles = tuple(document.items[place].title for place in sorted({*map(int, row.places.split())}))
        months = zip(
            (f"{month // 100}-{month % 100:02}" for month in row.months or ()),
            row.by_month or (),
            strict=True,
        )
        share = Share(titles, items[0].unit, row.times, row.uncapped, row.counted, row.several, tuple(months))
        sums[items[0].part].append(share)
    return {part: tuple(shares) for part, shares in sums.items()}
