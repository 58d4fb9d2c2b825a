"""Who did what to which record; rows are added and never changed."""

import json
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Index,
    String,
    Text,
    cast,
    column,
    func,
    insert,
    literal,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, Created, Key, coded


class Via(StrEnum):
    """The door by which somebody acted."""

    CONSOLE = "console"
    PHONE = "phone"
    CHAT = "chat"
    JOB = "job"
    CLI = "cli"


class Audit(Base):
    """One act. Holds ids, codes and numbers only, so that anonymising a person leaves it whole.

    `account_id`, `member_id` and `org_id` are plain numbers without a foreign key: this package stands
    left of people, and a row must outlive whatever it speaks of.
    """

    __tablename__ = "audit"
    id: Mapped[Key]
    account_id: Mapped[int | None] = mapped_column(BigInteger)
    member_id: Mapped[int | None] = mapped_column(BigInteger)
    via: Mapped[Via] = coded(Via, "via")
    verb: Mapped[str] = mapped_column(String(40))
    subject: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[int | None] = mapped_column(BigInteger)
    org_id: Mapped[int | None] = mapped_column(BigInteger)
    before: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    after: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    created_at: Mapped[Created]

    __table_args__ = (
        CheckConstraint(
            "via IN ('job', 'cli') OR account_id IS NOT NULL OR member_id IS NOT NULL", name="has_hand"
        ),
        Index("ix_audit_subject_subject_id", "subject", "subject_id"),
    )


def record(
    session: Session,
    verb: str,
    subject: str,
    subject_id: int | None,
    *,
    via: Via,
    account_id: int | None = None,
    member_id: int | None = None,
    org_id: int | None = None,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    """Add one act to the log. `before` and `after` hold ids, codes and numbers, never names or texts."""
    session.add(
        Audit(
            verb=verb,
            subject=subject,
            subject_id=subject_id,
            via=via,
            account_id=account_id,
            member_id=member_id,
            org_id=org_id,
            before=before,
            after=after,
        )
    )


def record_each(
    session: Session,
    verb: str,
    subject: str,
    changes: Mapping[int, tuple[dict[str, Any], dict[str, Any]]],
    *,
    via: Via,
    account_id: int,
    org_id: int,
) -> None:
    """Add one act for each subject, id -> (before, after), as `record` does; one statement for all."""
    texts = [[json.dumps(change[side]) for change in changes.values()] for side in (0, 1)]
    arrays = (cast(list(changes), ARRAY(BigInteger)), *(cast(one, ARRAY(Text)) for one in texts))
    each = func.unnest(*arrays).table_valued(column("id", BigInteger), column("before"), column("after"))
    each = each.render_derived()
    constant = {
        Audit.verb: verb, Audit.subject: subject, Audit.via: via,
        Audit.account_id: account_id, Audit.org_id: org_id,
    }  # fmt: skip
    rows = select(
        each.c.id, cast(each.c.before, JSONB), cast(each.c.after, JSONB),
        *(literal(value, col.type) for col, value in constant.items()),
    )  # fmt: skip
    columns = ("subject_id", "before", "after", *(col.key for col in constant))
    session.execute(insert(Audit).from_select(columns, rows))
