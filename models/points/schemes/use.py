"""Which scheme holds where, and from which month on."""

from sqlalchemy import String, bindparam, exists, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.audit import Via, record
from models.base import Base, Created, is_month, ref
from models.people.org import Org
from models.points.cycle import cycle_of, months_of
from models.points.entry import PointEntry
from models.points.schemes.published import Scheme, document_of
from models.refused import Refused


class SchemeUse(Base):
    """A scheme holds for an organisation and all below from a month on, until the next one does."""

    __tablename__ = "scheme_use"
    org_id: Mapped[int] = ref("org.id", primary_key=True)
    from_month: Mapped[str] = mapped_column(String(7), primary_key=True)
    scheme_id: Mapped[int] = ref("scheme.id")
    account_id: Mapped[int | None] = ref("account.id")  # None: at the command line
    created_at: Mapped[Created]

    __table_args__ = (is_month("from_month"),)


# Built once: every page of points asks it.
HOLDS = (
    select(Scheme)
    .join(SchemeUse, SchemeUse.scheme_id == Scheme.id)
    .join(Org, Org.id == SchemeUse.org_id)
    .where(
        bindparam("path", type_=String).startswith(Org.path),
        SchemeUse.from_month <= bindparam("month"),
        Scheme.published_at.is_not(None),
    )
    .order_by(Org.path.desc(), SchemeUse.from_month.desc())
    .limit(1)
)


def scheme_for(session: Session, org: Org, month: str) -> Scheme | None:
    """Return the published scheme that holds for `org` in `month` (YYYY-MM), its own or inherited, if any.

    Of the nearest organisation above that has one by then, the latest.
    """
    return session.scalar(HOLDS, {"path": org.path, "month": month})


def use_scheme(session: Session, org: Org, scheme: Scheme, *, from_month: str, by: int | None) -> SchemeUse:
    """Let a published scheme hold for `org` and below from the first month of one of its cycles on.

    A cycle that runs keeps its version: the old scheme's cycle must be over by then, and nothing may have
    been posted since under another. Refused: period_invalid, not_published, month_not_cycle_start,
    cycle_running.
    """
    if scheme.published_at is None:
        raise Refused("not_published", "这份积分办法还没有发布，不能使用")
    _check_first_month(scheme, from_month)
    before = scheme_for(session, org, _month_before(from_month))
    if before is not None and before.id != scheme.id:
        _check_first_month(before, from_month)
    posted = exists().where(
        PointEntry.branch_id == Org.id,
        Org.path.startswith(org.path),
        PointEntry.period >= from_month,
        PointEntry.scheme_id != scheme.id,
    )
    if session.scalar(select(posted)):
        raise Refused("cycle_running", f"{from_month} 以后已经按别的办法记过分，请从下一个评定周期开始用")
    use = session.merge(SchemeUse(org_id=org.id, from_month=from_month, scheme_id=scheme.id, account_id=by))
    session.flush()
    record(
        session, "use_scheme", "scheme", scheme.id, via=Via.CLI if by is None else Via.CONSOLE, account_id=by,
        org_id=org.id, after={"from_month": from_month},
    )  # fmt: skip
    return use


def _check_first_month(scheme: Scheme, month: str) -> None:
    cycle = cycle_of(document_of(scheme.document).cycle, month)
    if (first := months_of(cycle)[0]) != month:
        raise Refused(
            "month_not_cycle_start", f"要从一个评定周期的第一个月开始，{month} 所在的周期从 {first} 开始"
        )


def _month_before(month: str) -> str:
    year, number = int(month[:4]), int(month[5:])
    return f"{year - 1}-12" if number == 1 else f"{year}-{number - 1:02d}"
