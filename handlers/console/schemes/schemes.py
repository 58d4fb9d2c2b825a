"""积分办法: what holds where and from when, as sentences; checked, published, used from a month on."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import Response, request
from werkzeug.exceptions import RequestEntityTooLarge

from handlers.console.pages import console, go, page, refuse_form, staff_page
from handlers.edge import current
from handlers.identity import holds, need_somewhere, staff
from handlers.reach import org_asked, own_orgs
from models.clock import day_of
from models.people.org import Org
from models.people.rights import Verb
from models.points.problem import Problem
from models.points.schemes.checks import is_open
from models.points.schemes.document import SchemeDocument, canonical
from models.points.schemes.published import check_scheme, document_of, publish_scheme
from models.points.schemes.sentences import sections_of
from models.points.schemes.shelf import (
    Published,
    check_narrows,
    committees_below,
    next_starts,
    published_around,
    published_seen,
    uses_around,
)
from models.points.schemes.use import use_scheme
from models.points.strict_json import LARGEST_TEXT
from models.ratings.runs.scheme_preview import preview_scheme
from models.refused import Refused

BESIDE_FILE = 20_000  # bytes of a form that are not its document


def with_document(view: Callable[..., Any]) -> Callable[..., Any]:
    """Let this form carry a document as large as one may be. Refused: scheme_invalid, unread."""

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        request.max_form_memory_size = request.max_content_length = 2 * LARGEST_TEXT + BESIDE_FILE
        try:
            return view(*args, **kwargs)
        except RequestEntityTooLarge as error:
            message = f"文件太大，最多 {LARGEST_TEXT // 1000} KB"
            raise Refused("scheme_invalid", message, fields=[{"path": "", "message": message}]) from error
        finally:
            request.close()  # a large file lies on the disk until then

    return guarded


@console.get("/console/schemes")
@staff_page
def schemes() -> Response:
    """List what holds above, at and below the person's organisation, and what is published."""
    org = _org_read()
    edge = current()
    return page(
        "schemes/schemes.html",
        org=org,
        uses=uses_around(edge.session, org, _this_month()),
        published=published_around(edge.session, org),
        titles=_titles,
        keeps=holds(Verb.KEEP_SCHEMES),
        orgs=_orgs_kept() if holds(Verb.KEEP_SCHEMES) else [],
        wrong="",
    )


@console.get("/console/schemes/<int:scheme_id>")
@staff_page
def scheme(scheme_id: int) -> Response:
    """Read one published scheme, and let whoever keeps it use it for an organisation from a month on."""
    found = reached(scheme_id)
    document = document_of(found.scheme.document)
    keeps = _keeps(found)
    return page(
        "schemes/scheme.html",
        found=found,
        document=document,
        sections=sections_of(document),
        keeps=keeps,
        orgs=committees_below(current().session, found.issuer) if keeps else [],
        starts=next_starts(document, day_of(current().now)),
        narrows=bool(document.narrow) and bool(narrowers(found)),
    )


@console.post("/console/schemes/check")
@with_document
@staff_page
def create_scheme_check() -> Response:
    """Say what is wrong with a document and how it reads, nothing written; 400 where it cannot be used."""
    need_somewhere(Verb.KEEP_SCHEMES)
    org = org_asked(Verb.KEEP_SCHEMES, request.form.get("org"))
    sent = request.files.get("file")
    return checked_page(org, sent.read() if sent is not None and sent.filename else b"")


@console.post("/console/schemes")
@with_document
@staff_page
def create_scheme() -> Response:
    """Publish a document for an organisation and let it hold there from a month on."""
    need_somewhere(Verb.KEEP_SCHEMES)
    org = org_asked(Verb.KEEP_SCHEMES, request.form.get("org"))
    text, month = request.form.get("document", ""), request.form.get("from_month", "")
    edge, by = current(), staff().account_id
    try:
        document, _ = check_scheme(edge.session, text, issuer=org)
        check_narrows(edge.session, document, org, month)
        published = publish_scheme(edge.session, text, issuer=org, by=by, now=edge.now)
        use_scheme(edge.session, org, published, from_month=month, by=by)
    except Refused as error:
        refuse_form(error)
        return checked_page(org, text.encode(), month=month, refused=error)
    return go("console.scheme", scheme_id=published.id)


@console.post("/console/schemes/<int:scheme_id>/use")
@staff_page
def create_scheme_use(scheme_id: int) -> Response:
    """Let a published scheme hold for an organisation from a month on."""
    found = reached(scheme_id)
    if not _keeps(found):
        raise Refused("not_yours", "这份办法由发布它的组织来定给谁用")
    org = org_asked(Verb.KEEP_SCHEMES, request.form.get("org"))
    if not org.path.startswith(found.issuer.path):
        raise Refused("not_found", "没有找到")
    month, session = request.form.get("from_month", ""), current().session
    # An earlier version of one's own may narrow what holds above no longer.
    check_narrows(session, document_of(found.scheme.document), found.issuer, month)
    use_scheme(session, org, found.scheme, from_month=month, by=staff().account_id)
    return go("console.schemes", org=org.id)


def reached(scheme_id: int) -> Published:
    """Return a published scheme that concerns the person's organisations. Refused: not_found, not_yours."""
    need_somewhere(Verb.SEE_FILED)
    return published_seen(current().session, scheme_id, [post.org_path for post in staff().posts])


def checked_page(org: Org, text: bytes, *, month: str = "", refused: Refused | None = None) -> Response:
    """Show what a check finds: each place and reason, or the document as sentences with a way to publish."""
    if not text:
        return _checked(org, 400, wrong="请先选办法文件")
    edge = current()
    try:
        document, warnings = check_scheme(edge.session, text, issuer=org)
    except Refused as error:
        return _checked(org, 400, errors=error.fields, wrong=error.message)
    return _checked(
        org,
        400 if refused else 200,
        document=document,
        warnings=warnings,
        wrong=refused.message if refused else "",
        month=month,
    )


def _checked(
    org: Org,
    status: int,
    *,
    document: SchemeDocument | None = None,
    errors: Any = (),
    warnings: list[Problem] | None = None,
    wrong: str = "",
    month: str = "",
) -> Response:
    return page(
        "schemes/check.html",
        status,
        org=org,
        orgs=_orgs_kept(),
        document=document,
        text=canonical(document) if document else "",
        sections=sections_of(document) if document else [],
        open=document is not None and is_open(document),
        starts=next_starts(document, day_of(current().now)) if document else [],
        errors=errors,
        warnings=warnings or [],
        preview=preview_scheme(current().session, document, org, _this_month()) if document else None,
        wrong=wrong,
        month=month,
    )


def _org_read() -> Org:
    """Return the organisation whose schemes are read. Refused: not_found, not_yours."""
    need_somewhere(Verb.SEE_FILED)
    return org_asked(Verb.SEE_FILED, request.args.get("org"))


def _keeps(found: Published) -> bool:
    return any(found.issuer.path.startswith(org.path) for org in own_orgs(Verb.KEEP_SCHEMES))


def narrowers(found: Published) -> list[Org]:
    """Return the person's organisations that lie below the issuer of this scheme."""
    return [
        org
        for org in own_orgs(Verb.KEEP_SCHEMES)
        if org.path.startswith(found.issuer.path) and org.id != found.issuer.id
    ]


def _orgs_kept() -> list[Org]:
    session = current().session
    kept = [one for own in own_orgs(Verb.KEEP_SCHEMES) for one in committees_below(session, own)]
    return list({one.id: one for one in kept}.values())


def _titles(found: Any) -> str:
    return document_of(found.document).title


def _this_month() -> str:
    return f"{day_of(current().now):%Y-%m}"
