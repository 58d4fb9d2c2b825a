"""Schemes around an organisation: which hold where and from when, which are published, what may come next."""

import re
from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from sqlalchemy import func, literal, or_, select
from sqlalchemy.orm import Session
from sqlalchemy.sql import ColumnElement

from models.people.org import COMMITTEES, Org, tree_order
from models.points.cycle import MONTHS, cycle_of, months_of
from models.points.schemes.document import SchemeDocument
from models.points.schemes.published import Scheme
from models.points.schemes.use import SchemeUse, scheme_for
from models.refused import Refused

STARTS_AHEAD = 4


class UseSeen(NamedTuple):
    """A scheme that holds for an organisation from a month on. `state`: now, later or before."""

    org: Org
    scheme: Scheme
    from_month: str
    state: str


class Published(NamedTuple):
    """A published scheme and who issued it."""

    scheme: Scheme
    issuer: Org


def uses_around(session: Session, org: Org, month: str) -> list[UseSeen]:
    """List what holds above, at and below `org`, in tree order, each organisation's latest first."""
    rows = session.execute(
        select(Org, Scheme, SchemeUse.from_month)
        .join(SchemeUse, SchemeUse.org_id == Org.id)
        .join(Scheme, Scheme.id == SchemeUse.scheme_id)
        .where(_around(org))
        .order_by(Org.path, SchemeUse.from_month.desc())
    )
    found: list[UseSeen] = []
    for at, scheme, from_month in rows:
        state = "later"
        if from_month <= month:
            held = any(one.org.id == at.id and one.state == "now" for one in found)
            state = "before" if held else "now"
        found.append(UseSeen(at, scheme, from_month, state))
    return found


def published_around(session: Session, org: Org) -> list[Published]:
    """List what was published above, at and below `org`, each code's latest version first."""
    rows = session.execute(
        select(Scheme, Org)
        .join(Org, Org.id == Scheme.issuer_id)
        .where(_around(org), Scheme.published_at.is_not(None))
        .order_by(Org.path, Scheme.code, Scheme.version.desc())
    )
    return [Published(scheme, issuer) for scheme, issuer in rows]


def published_seen(session: Session, scheme_id: int, paths: Sequence[str]) -> Published:
    """Return a published scheme issued above, at or below one of these paths. Refused: not_found."""
    row = session.execute(
        select(Scheme, Org)
        .join(Org, Org.id == Scheme.issuer_id)
        .where(Scheme.id == scheme_id, Scheme.published_at.is_not(None))
    ).one_or_none()
    if row is None or not any(path.startswith(row[1].path) or row[1].path.startswith(path) for path in paths):
        raise Refused("not_found", "没有找到这份办法")
    return Published(row[0], row[1])


def committees_below(session: Session, org: Org) -> list[Org]:
    """Return `org` and the committees below it, in tree order: for them schemes are kept."""
    query = select(Org).where(
        Org.path.startswith(org.path),
        or_(Org.id == org.id, Org.kind.in_(COMMITTEES)),
        Org.dissolved_on.is_(None),
    )
    return sorted(session.scalars(query), key=tree_order)


def check_narrows(session: Session, document: SchemeDocument, org: Org, month: str) -> None:
    """Hold an organisation below to the scheme from above: it may narrow it, and not replace it.

    Refused: scheme_not_narrowed.
    """
    above = session.get(Org, org.parent_id) if org.parent_id is not None else None
    held = scheme_for(session, above, month) if above is not None else None
    if held is None:
        return
    if document.parent is None or (document.parent.code, document.parent.version) != (
        held.code,
        held.version,
    ):
        message = f"上级用的是 {held.code} 第 {held.version} 版，这里只能在它允许的地方调低"
        raise Refused("scheme_not_narrowed", message)


def own_code(session: Session, document: SchemeDocument, org: Org) -> tuple[str, int]:
    """Return code and version under which `org` publishes its own scheme after `document`."""
    stem = re.sub(r"[^A-Z0-9]", "", org.code.upper()) or str(org.id)
    code = f"{document.code[: 23 - len(stem[:12])]}_{stem[:12]}"
    version = session.scalar(select(func.max(Scheme.version)).where(Scheme.code == code))
    return code, (version or 0) + 1


def next_starts(document: SchemeDocument, today: date) -> list[str]:
    """Return the first months (YYYY-MM) of the cycle that runs and of those after it."""
    first = months_of(cycle_of(document.cycle, f"{today:%Y-%m}"))[0]
    count = int(first[:4]) * 12 + int(first[5:]) - 1
    months = (count + MONTHS[document.cycle] * ahead for ahead in range(STARTS_AHEAD + 1))
    return [f"{number // 12}-{number % 12 + 1:02d}" for number in months]


def _around(org: Org) -> ColumnElement[bool]:
    return or_(literal(org.path).startswith(Org.path), Org.path.startswith(org.path))
