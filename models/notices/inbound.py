"""Each push of a follower is answered once; every repeat of it gets the identical words."""

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from models.notices.event import InboundMessage

NOT_YET = ""


def claim_message(session: Session, appid: str, natural_key: str) -> bool:
    """Claim a push for this transaction; False for one that somebody has claimed before.

    A repeat at the same moment waits here for the first one's commit.
    """
    row = insert(InboundMessage).values(appid=appid, natural_key=natural_key, reply=NOT_YET)
    claimed = session.scalar(row.on_conflict_do_nothing().returning(InboundMessage.natural_key))
    return claimed is not None


def reply_given(session: Session, appid: str, natural_key: str) -> str | None:
    """Return the reply of a claimed push, None while it has none; the row is locked until the commit.

    None without a claim of one's own: who claimed it ended before answering, and the caller takes over.
    """
    query = select(InboundMessage.reply).where(
        InboundMessage.appid == appid, InboundMessage.natural_key == natural_key
    )
    return session.scalar(query.with_for_update()) or None


def keep_reply(session: Session, appid: str, natural_key: str, reply: str) -> None:
    """Store the reply of a claimed push."""
    session.execute(
        update(InboundMessage)
        .where(InboundMessage.appid == appid, InboundMessage.natural_key == natural_key)
        .values(reply=reply)
        .execution_options(synchronize_session=False)
    )
