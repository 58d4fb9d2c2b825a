"""Published schemes: documents with a version that is never changed again."""

from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache

from sqlalchemy import CheckConstraint, Integer, String, Text, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.audit import Via, record
from models.base import Base, Created, Key, Moment, ref
from models.people.org import Org
from models.points.problem import Problem
from models.points.schemes.checks import is_open, warnings
from models.points.schemes.document import SchemeDocument, canonical, sha
from models.points.schemes.narrowing import narrowing_problems
from models.points.schemes.reading import read_scheme, scheme_refused
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


def check_scheme(
    session: Session, text: str | bytes, *, issuer: Org | None = None
) -> tuple[SchemeDocument, list[Problem]]:
    """Read a document and hold it against what is published: its parent and the version before.

    Return it with what a person should look at. `issuer` None: nobody has said yet for whom it is.
    Refused: scheme_invalid, with every place and reason.
    """
    document = read_scheme(text)
    if found := list(_parent_problems(session, document, issuer)):
        raise scheme_refused(found)
    before = session.scalar(
        select(Scheme)
        .where(Scheme.code == document.code, Scheme.version < document.version)
        .order_by(Scheme.version.desc())
        .limit(1)
    )
    return document, warnings(document, document_of(before.document) if before else None)


def publish_scheme(
    session: Session, text: str | bytes, *, issuer: Org, by: int | None, now: datetime
) -> Scheme:
    """Check and publish one version of a scheme; it is never changed afterwards.

    Refused: scheme_invalid, scheme_open (its source left something open), scheme_code_taken (the code is
    that of another organisation's scheme), scheme_version_taken.
    """
    document, _ = check_scheme(session, text, issuer=issuer)
    if is_open(document):
        raise Refused("scheme_open", "这份积分办法还有没写明的地方，补齐后才能发布")
    for issuer_id, version in session.execute(
        select(Scheme.issuer_id, Scheme.version).where(Scheme.code == document.code)
    ):
        if issuer_id != issuer.id:
            raise Refused("scheme_code_taken", f"代码 {document.code} 是别的组织的办法，请另起一个代码")
        if version == document.version:
            message = f"{document.code} 第 {document.version} 版已经发布过，不能再改"
            raise Refused("scheme_version_taken", message)
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


def _parent_problems(session: Session, document: SchemeDocument, issuer: Org | None) -> Iterator[Problem]:
    if (parent := document.parent) is None:
        return
    row = session.execute(
        select(Scheme.document, Org.path)
        .join(Org, Org.id == Scheme.issuer_id)
        .where(
            Scheme.code == parent.code,
            Scheme.version == parent.version,
            Scheme.published_at.is_not(None),
        )
    ).one_or_none()
    if row is None:
        yield Problem("parent", f"没有发布过 {parent.code} 第 {parent.version} 版")
    elif issuer is not None and (row.path == issuer.path or not issuer.path.startswith(row.path)):
        yield Problem("parent", f"{parent.code} 不是上级组织的办法")
    else:
        yield from narrowing_problems(document, document_of(row.document))


@lru_cache(maxsize=64)
def document_of(text: str) -> SchemeDocument:
    """Return the document in a stored text; published texts never change, so each is read once."""
    return read_scheme(text)
