"""The tree of organisations and the settings that are inherited down it."""

from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, Date, FetchedValue, Index, String, false, literal, or_, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, Key, coded, ref
from models.refused import Refused


class OrgKind(StrEnum):
    """What an organisation is; the list is the Party's, not ours."""

    WORKING_COMMITTEE = "working_committee"
    PARTY_COMMITTEE = "party_committee"
    GENERAL_BRANCH = "general_branch"
    BRANCH = "branch"
    JOINT_BRANCH = "joint_branch"
    PARTY_GROUP = "party_group"


BRANCHES = (OrgKind.BRANCH, OrgKind.JOINT_BRANCH)
# These have no roster of their own: their gatherings are held by the branches below.
COMMITTEES = (OrgKind.WORKING_COMMITTEE, OrgKind.PARTY_COMMITTEE)

ORG_KIND_TEXT = {
    OrgKind.WORKING_COMMITTEE: "党工委",
    OrgKind.PARTY_COMMITTEE: "党委",
    OrgKind.GENERAL_BRANCH: "党总支",
    OrgKind.BRANCH: "党支部",
    OrgKind.JOINT_BRANCH: "联合党支部",
    OrgKind.PARTY_GROUP: "党小组",
}


class Org(Base):
    """One organisation. `path` is written by the database from the parents' ids (`1/7/31/`)."""

    __tablename__ = "org"
    id: Mapped[Key]
    kind: Mapped[OrgKind] = coded(OrgKind, "kind")
    code: Mapped[str] = mapped_column(String(32), unique=True)
    name: Mapped[str] = mapped_column(String(60))
    parent_id: Mapped[int | None] = ref("org.id", index=True)
    path: Mapped[str] = mapped_column(
        String(200), server_default=FetchedValue(), server_onupdate=FetchedValue()
    )
    set_up_on: Mapped[date | None] = mapped_column(Date)
    set_up_doc: Mapped[str | None] = mapped_column(String(80))
    dissolved_on: Mapped[date | None] = mapped_column(Date)
    dissolved_doc: Mapped[str | None] = mapped_column(String(80))

    __table_args__ = (
        CheckConstraint("code ~ '^[0-9A-Za-z_-]+$'", name="code"),
        CheckConstraint("name <> '' AND name = btrim(name)", name="name"),
        CheckConstraint("path ~ '^([0-9]+/)+$'", name="path"),
        CheckConstraint("dissolved_on >= set_up_on", name="dissolved_after_set_up"),
        CheckConstraint("(dissolved_on IS NULL) = (dissolved_doc IS NULL)", name="dissolved_with_document"),
        # A subtree is one indexed prefix, whatever the database's collation.
        Index("ix_org_path", "path", unique=True, postgresql_ops={"path": "text_pattern_ops"}),
    )


class Setting(StrEnum):
    """What an organisation may set for itself and everything below it."""

    THEME_DAY = "theme_day"  # day of the month, 1..28
    HOLIDAY_RULE = "holiday_rule"  # a HolidayRule of the calendar
    SCAN = "scan"  # true | false: may phones sign in
    LEAVE_HOURS = "leave_hours"  # 0..72: how long after the start leave may still be asked
    MONTH_LIMIT = "month_limit"  # 1..10: messages a month for one person


class OrgSetting(Base):
    """One setting of one organisation; those below inherit it from the nearest ancestor."""

    __tablename__ = "org_setting"
    org_id: Mapped[int] = ref("org.id", primary_key=True)
    key: Mapped[Setting] = coded(Setting, "key", primary_key=True)
    value: Mapped[Any] = mapped_column(JSONB)

    __table_args__ = (
        CheckConstraint(
            "CASE key WHEN 'theme_day' THEN value::text ~ '^([1-9]|1[0-9]|2[0-8])$'"
            " WHEN 'scan' THEN jsonb_typeof(value) = 'boolean'"
            " WHEN 'leave_hours' THEN value::text ~ '^([0-9]|[1-6][0-9]|7[0-2])$'"
            " WHEN 'month_limit' THEN value::text ~ '^([1-9]|10)$'"
            " ELSE jsonb_typeof(value) = 'string' END",
            name="value_fits_key",
        ),
    )


DEFAULTS: dict[Setting, Any] = {
    Setting.THEME_DAY: 25,
    Setting.HOLIDAY_RULE: "keep",
    Setting.SCAN: True,
    Setting.LEAVE_HOURS: 24,
    Setting.MONTH_LIMIT: 4,
}


def settings_of(session: Session, org: Org) -> dict[Setting, Any]:
    """Return every setting in force for `org`: its own, else the nearest ancestor's, else the default."""
    rows = session.execute(
        select(OrgSetting.key, OrgSetting.value)
        .join(Org, Org.id == OrgSetting.org_id)
        .where(literal(org.path).startswith(Org.path))
        .order_by(Org.path)
    )
    return DEFAULTS | dict(rows.all())


def put_setting(session: Session, org_id: int, key: Setting, value: Any) -> None:
    """Set one setting of one organisation."""
    session.merge(OrgSetting(org_id=org_id, key=key, value=value))


def org_by_code(session: Session, org_code: str) -> Org:
    """Return the organisation with this code. Refused: unknown_org."""
    org = session.scalar(select(Org).where(Org.code == org_code))
    if org is None:
        raise Refused("unknown_org", f"没有代码为“{org_code}”的组织")
    return org


def branches_below(session: Session, org: Org) -> list[Org]:
    """Return the branches in the subtree of `org`, itself included, in the order of the tree."""
    return branches_among(session, [org])


def branches_among(session: Session, orgs: Sequence[Org]) -> list[Org]:
    """Return the branches in the subtrees of these organisations in the order of the tree, each once."""
    query = select(Org).where(
        or_(false(), *(Org.path.startswith(org.path) for org in orgs)),
        Org.kind.in_(BRANCHES),
        Org.dissolved_on.is_(None),
    )
    return sorted(session.scalars(query), key=tree_order)


def tree_order(org: Org) -> list[int]:
    """Return the key that sorts organisations in the order of the tree."""
    return [int(step) for step in org.path.split("/") if step]
