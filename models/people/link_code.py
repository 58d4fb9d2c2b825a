"""Eight digits that tie one device to what another already is; only their keyed hash is stored."""

import secrets
import unicodedata
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index, LargeBinary, delete, func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, Created, Key, Moment, coded, ref
from models.keyring import Keyring
from models.refused import Refused

LIFE = timedelta(minutes=5)
# Tries of one WeChat user in a span, spent by the handler before the digits are judged.
TRIES = (timedelta(hours=1), 5)
KEPT = timedelta(days=1)  # so long a used or old code is told from one that never was


class LinkKind(StrEnum):
    """What is tied: the account's chat to a member (关联码), a phone to a console account."""

    CHAT = "chat"
    BRANCH = "branch"


class LinkCode(Base):
    """One code, good for five minutes and once."""

    __tablename__ = "link_code"
    id: Mapped[Key]
    kind: Mapped[LinkKind] = coded(LinkKind, "kind")
    code_hash: Mapped[bytes] = mapped_column(LargeBinary)
    member_id: Mapped[int | None] = ref("member.id")
    account_id: Mapped[int | None] = ref("account.id")
    issued_at: Mapped[Moment]
    expires_at: Mapped[Moment]
    used_at: Mapped[Moment | None]
    void_at: Mapped[Moment | None]
    created_at: Mapped[Created]

    __table_args__ = (
        CheckConstraint("expires_at > issued_at", name="expires_after_issue"),
        CheckConstraint(
            "(kind = 'chat') = (member_id IS NOT NULL) AND (kind = 'branch') = (account_id IS NOT NULL)",
            name="of_one_person",
        ),
        CheckConstraint("used_at IS NULL OR void_at IS NULL", name="used_or_void"),
        Index(
            "uq_link_code_live",
            "kind",
            "code_hash",
            unique=True,
            postgresql_where=text("used_at IS NULL AND void_at IS NULL"),
        ),
    )


def issue_link_code(
    session: Session,
    keyring: Keyring,
    kind: LinkKind,
    *,
    member_id: int | None = None,
    account_id: int | None = None,
    now: datetime,
) -> str:
    """Make a code of eight digits, good for five minutes and once; void the person's older one.

    `member_id` for the chat, `account_id` for a branch phone.
    """
    whose = LinkCode.member_id == member_id if account_id is None else LinkCode.account_id == account_id
    # Two pages opened at once take turns, or both of their codes would stay good.
    turn = func.hashtextextended(f"link:{kind}:{member_id or account_id}", 0)
    session.execute(select(func.pg_advisory_xact_lock(turn)))
    session.execute(delete(LinkCode).where(LinkCode.expires_at < now - KEPT))
    live = (LinkCode.used_at.is_(None), LinkCode.void_at.is_(None))
    session.execute(update(LinkCode).where(LinkCode.kind == kind, whose, *live).values(void_at=now))
    while True:
        digits = f"{secrets.randbelow(10**8):08d}"
        row = insert(LinkCode).values(
            kind=kind,
            code_hash=keyring.link_hash(kind, digits),
            member_id=member_id,
            account_id=account_id,
            issued_at=now,
            expires_at=now + LIFE,
        )
        if session.scalar(row.on_conflict_do_nothing().returning(LinkCode.id)) is not None:
            return digits


def redeem_link_code(
    session: Session, keyring: Keyring, kind: LinkKind, digits: str, *, now: datetime
) -> LinkCode:
    """Use a code up and return it with whom it is for; full width and spaces are accepted.

    One guarded statement decides among any number of tries at once. Spend a try before. Refused:
    link_code_wrong, link_code_used (also after five minutes, or when a newer one was made).
    """
    hashed = keyring.link_hash(kind, _plain(digits))
    these = (LinkCode.kind == kind, LinkCode.code_hash == hashed)
    used: LinkCode | None = session.scalar(
        update(LinkCode)
        .where(*these, LinkCode.used_at.is_(None), LinkCode.void_at.is_(None), LinkCode.expires_at > now)
        .values(used_at=now)
        .returning(LinkCode)
    )
    if used is not None:
        return used
    if session.scalar(select(LinkCode.id).where(*these).limit(1)) is not None:
        raise Refused("link_code_used", "这八位数字用过了，或过了五分钟，请再取一次")
    raise Refused("link_code_wrong", "没有这八位数字，请对着屏幕看一遍")


def _plain(text: str) -> str:
    """Return the digits as they were made. Refused: link_code_wrong."""
    plain = "".join(unicodedata.normalize("NFKC", text).split())
    if len(plain) != 8 or not (plain.isascii() and plain.isdigit()):
        raise Refused("link_code_wrong", "没有这八位数字，请对着屏幕看一遍")
    return plain
