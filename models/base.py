"""The ground under every table: naming, shared column types, sessions."""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any, Final

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ColumnElement,
    Date,
    DateTime,
    Engine,
    Enum,
    ForeignKey,
    Identity,
    MetaData,
    and_,
    create_engine,
    func,
    or_,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, configure_mappers, mapped_column, sessionmaker

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """All tables; every constraint has a name, so that a violation can be told from another."""

    metadata = MetaData(naming_convention=NAMES)


# GENERATED ALWAYS: no statement of ours, and none of an intruder's, chooses a key.
Key = Annotated[int, mapped_column(BigInteger, Identity(always=True), primary_key=True)]
Moment = Annotated[datetime, mapped_column(DateTime(timezone=True))]
# The database's own clock, apart from `occurred_on`: nothing can be back-dated.
Created = Annotated[datetime, mapped_column(DateTime(timezone=True), server_default=func.now())]


def ref(target: str, **kwargs: Any) -> Any:
    """Return a column that refers to `target` (`table.column`); RESTRICT, because records outlive people."""
    return mapped_column(BigInteger, ForeignKey(target, ondelete="RESTRICT"), **kwargs)


def coded(kind: type[StrEnum], name: str, **kwargs: Any) -> Any:
    """Return a text column that holds one value of `kind`, checked by the database."""
    column = Enum(
        kind,
        name=name,
        native_enum=False,
        create_constraint=True,
        length=24,
        values_callable=lambda values: [value.value for value in values],
    )
    return mapped_column(column, **kwargs)


def one_of(column: str, *values: StrEnum) -> str:
    """Return the SQL of a CHECK or index that a column holds one of these: no code is written out in SQL."""
    codes = ", ".join(f"'{value.value}'" for value in values)
    return f"{column} IN ({codes})" if len(values) > 1 else f"{column} = {codes}"


MONTH = "0[1-9]|1[0-2]"


def is_month(column: str) -> CheckConstraint:
    """Return the CHECK that a column holds a month: 2026-11."""
    return CheckConstraint(f"{column} ~ '^[0-9]{{4}}-({MONTH})$'", name=column)


def is_cycle(column: str) -> CheckConstraint:
    """Return the CHECK that a column holds a cycle of a scheme: 2026, 2026H1, 2026Q4, 2026-11."""
    return CheckConstraint(f"{column} ~ '^[0-9]{{4}}(H[12]|Q[1-4]|-({MONTH}))?$'", name=column)


class Lasting:
    """A row that holds from one day to another, both included; without an end it goes on."""

    from_on: Mapped[date] = mapped_column(Date)
    to_on: Mapped[date | None] = mapped_column(Date)

    @classmethod
    def on(cls, day: date | ColumnElement[date]) -> ColumnElement[bool]:
        """Select what holds on a day."""
        return and_(cls.from_on <= day, cls.not_over(day))

    @classmethod
    def not_over(cls, day: Any) -> ColumnElement[bool]:
        """Select what holds on a day or will."""
        return or_(cls.to_on.is_(None), cls.to_on >= day)


Sessions = sessionmaker[Session]

# For libpq, in seconds and milliseconds: a database whose machine is gone says nothing at all, and without
# these a thread would wait a quarter of an hour for its next word.
GIVING_UP: Final = {
    "connect_timeout": 5,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,
}
# The same at the other end: what a machine of ours that is gone had locked is free within half a minute.
GIVEN_UP = "-c tcp_keepalives_idle=10 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3"


def connect(url: str, *, pool_size: int, statement_seconds: int = 30) -> Engine:
    """Return an engine whose connections give up rather than wait for ever.

    `pool_size` connections and no overflow: one for each thread that may hold a transaction.
    """
    return create_engine(
        url,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=5,
        # No pre-ping: after a restart one request of a process finds out for the whole pool and is told 503.
        # To ask before each transaction costs 65-130 µs of CPU, a tenth of a check-in repeated.
        # An error's text goes into the log: without the names, hashes and numbers of its statement.
        hide_parameters=True,
        connect_args={
            **GIVING_UP,
            "options": f"-c lock_timeout=5s -c statement_timeout={statement_seconds}s -c timezone=UTC"
            f" -c idle_in_transaction_session_timeout=30s {GIVEN_UP}",
        },
    )


def sessions_of(engine: Engine) -> Sessions:
    """Return the session factory used at every edge; objects stay readable after the commit."""
    # Of all tables that are known by now; not while the first reply waits.
    configure_mappers()
    return sessionmaker(engine, expire_on_commit=False)
