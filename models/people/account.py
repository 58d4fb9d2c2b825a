"""Console log-ins and the posts that give them rights."""

import re
from datetime import date
from enum import StrEnum

from sqlalchemy import Boolean, CheckConstraint, ColumnElement, Index, LargeBinary, String, and_, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Created, Key, Lasting, Moment, coded, ref

LOGIN = re.compile(r"[a-z0-9][a-z0-9._-]{2,31}")


class Account(Base):
    """One person's log-in to the console, perhaps linked to a member."""

    __tablename__ = "account"
    id: Mapped[Key]
    member_id: Mapped[int | None] = ref("member.id", unique=True)
    login: Mapped[str] = mapped_column(String(32), unique=True)
    name: Mapped[str] = mapped_column(String(40))
    password_hash: Mapped[str] = mapped_column(String(200))
    must_change: Mapped[bool] = mapped_column(Boolean, server_default="true")
    demo: Mapped[bool] = mapped_column(Boolean, server_default="false")
    ended_at: Mapped[Moment | None]
    created_at: Mapped[Created]

    __table_args__ = (CheckConstraint("login ~ '^[a-z0-9][a-z0-9._-]{2,31}$'", name="login"),)


class Role(StrEnum):
    """What a post is; rights follow from role and subtree (models.people.rights)."""

    GROUP_LEADER = "group_leader"
    CLERK = "clerk"
    COMMISSIONER = "commissioner"
    SECRETARY = "secretary"
    DEPUTY = "deputy"
    TOWNSHIP_OFFICER = "township_officer"
    ZONE_OFFICER = "zone_officer"
    AUDITOR = "auditor"
    POINTS_GROUP = "points_group"


ROLE_TEXT = {
    Role.GROUP_LEADER: "党小组长",
    Role.CLERK: "党务专干",
    Role.COMMISSIONER: "支部委员",
    Role.SECRETARY: "支部书记",
    Role.DEPUTY: "支部副书记",
    Role.TOWNSHIP_OFFICER: "乡镇党建干部",
    Role.ZONE_OFFICER: "示范区党建干部",
    Role.AUDITOR: "审计员",
    Role.POINTS_GROUP: "积分小组成员",
}


class Post(Base, Lasting):
    """An account holds a role at an organisation from one day to another."""

    __tablename__ = "post"
    id: Mapped[Key]
    account_id: Mapped[int] = ref("account.id", index=True)
    org_id: Mapped[int] = ref("org.id", index=True)
    role: Mapped[Role] = coded(Role, "role")
    granted_by: Mapped[int | None] = ref("account.id")
    created_at: Mapped[Created]

    __table_args__ = (
        CheckConstraint("to_on >= from_on", name="ends_after_start"),
        Index(
            "uq_post_open",
            "account_id",
            "org_id",
            "role",
            unique=True,
            postgresql_where=text("to_on IS NULL"),
        ),
    )


def in_office(day: date) -> ColumnElement[bool]:
    """Select posts of a day whose account has not ended."""
    return and_(Post.on(day), Account.ended_at.is_(None))


class ConsoleSession(Base):
    """A browser that logged in; only the token's hash is kept."""

    __tablename__ = "console_session"
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    account_id: Mapped[int] = ref("account.id", index=True)
    csrf: Mapped[str] = mapped_column(String(43))
    started_at: Mapped[Moment]
    seen_at: Mapped[Moment]
    password_at: Mapped[Moment]  # when the password was last typed; some acts ask for it again
