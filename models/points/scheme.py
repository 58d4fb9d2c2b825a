"""Published schemes: documents with a version that is never changed again."""

from datetime import datetime
from functools import lru_cache

from sqlalchemy import CheckConstraint, Integer, String, Text, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.audit import Via, record
from models.base import Base, Created, Key, Moment, ref
from models.people.org import Org
from models.points.scheme_document import SchemeDocument, canonical, read_scheme, sha
from models.refused import Refused


class Scheme(Base):
    """One version of one scheme. Once `published_at` is set the database refuses every change.

    The document is text, not jsonb: points are exact decimals, and the hash is that of what stands here.
    """

    __tablename__ = "scheme"
    id: Mapped[Key]
    code: Mapped[str] = mapped_column(String(24))
    version: Mapped[int] = mapped_column(Integer)
    issuer_id: Mapped[int] = ref("org.id")
    document: Mapped[str] = mapped_column(Text)
    sha: Mapped[str] = mapped_column(String(64))
    published_at: Mapped[Moment | None]
    created_at: Mapped[Created]

    __table_args__ = (
        UniqueConstraint("code", "version"),
        CheckConstraint("version > 0", name="version"),
        CheckConstraint("code ~ '^[A-Z][A-Z0-9_]*$'", name="code"),
        CheckConstraint("jsonb_typeof(document::jsonb) = 'object'", name="document"),
        CheckConstraint("sha = encode(sha256(convert_to(document, 'UTF8')), 'hex')", name="sha"),
    )


def publish_scheme(session: Session, text: str, *, issuer: Org, by: int | None, now: datetime) -> Scheme:
    """Check and publish one version of a scheme. Refused: scheme_invalid, scheme_version_taken."""
    document = read_scheme(text)
    taken = select(Scheme.id).where(Scheme.code == document.code, Scheme.version == document.version)
    if session.scalar(taken) is not None:
        raise Refused("scheme_version_taken", f"{document.code} 第 {document.version} 版已经发布过，不能再改")
    scheme = Scheme(
        code=document.code,
        version=document.version,
        issuer_id=issuer.id,
        document=canonical(document),
        sha=sha(document),
        published_at=now,
    )
    session.add(scheme)
    session.flush()
    via = Via.CLI if by is None else Via.CONSOLE
    record(session, "publish_scheme", "scheme", scheme.id, via=via, account_id=by, org_id=issuer.id)
    return scheme


@lru_cache(maxsize=64)
def document_of(text: str) -> SchemeDocument:
    """Return the document in a stored text; published texts never change, so each is read once."""
    return read_scheme(text)
