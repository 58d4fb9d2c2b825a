"""A township's own scheme: the one from above with a few limits lower, where it lets them be."""

import json
from decimal import Decimal
from typing import Any, NamedTuple

from flask import Response, request

from handlers.console.pages import console, page, refuse_form, staff_page
from handlers.console.schemes.schemes import checked_page, narrowers, reached
from handlers.edge import current
from models.people.org import Org
from models.points.exact import show
from models.points.schemes.document import SchemeDocument, canonical
from models.points.schemes.narrowing import place_of
from models.points.schemes.published import check_scheme, document_of
from models.points.schemes.shelf import Published, own_code
from models.points.schemes.star_sentences import place_words
from models.refused import Refused

LONGEST = 200


class Place(NamedTuple):
    """One limit that may be lowered: its field in the form, what it is, what stands above, what is typed."""

    field: str
    words: str
    above: str
    typed: str
    wrong: str


@console.get("/console/schemes/<int:scheme_id>/narrowing")
@staff_page
def narrowing(scheme_id: int) -> Response:
    """Ask which of the limits that may be lowered are lower here."""
    found, org = _asked(scheme_id, request.args.get("org"))
    return _form(found, org, {})


@console.post("/console/schemes/<int:scheme_id>/narrowing")
@staff_page
def create_narrowing(scheme_id: int) -> Response:
    """Show the lowered scheme as a check does, nothing written; 400 with the form where it goes too far."""
    found, org = _asked(scheme_id, request.form.get("org"))
    document = document_of(found.scheme.document)
    typed = {name: value.strip()[:LONGEST] for name, value in request.form.items()}
    text = json.dumps(_lowered(document, org, typed), ensure_ascii=False)
    try:
        check_scheme(current().session, text, issuer=org)
    except Refused as error:
        refuse_form(error)
        return _form(found, org, typed, error)
    return checked_page(org, text.encode())


def _asked(scheme_id: int, asked: str | None) -> tuple[Published, Org]:
    """Return the scheme and which of the person's organisations lowers it. Refused: not_found, not_yours."""
    found = reached(scheme_id)
    own = narrowers(found)
    if not own or not document_of(found.scheme.document).narrow:
        raise Refused("not_yours", "这份办法不能在这里调低")
    if not asked:
        return found, own[0]
    org = next((one for one in own if str(one.id) == asked), None)
    if org is None:
        raise Refused("not_found", "没有找到")
    return found, org


def _lowered(document: SchemeDocument, org: Org, typed: dict[str, str]) -> dict[str, Any]:
    """Write the document that was typed; what was left empty stays as above."""
    code, version = own_code(current().session, document, org)
    content: dict[str, Any] = json.loads(canonical(document))
    content |= {
        "code": code,
        "version": version,
        "title": typed.get("title", ""),
        "parent": {"code": document.code, "version": document.version},
    }
    content.pop("narrow", None)
    content.pop("basis", None)
    if typed.get("basis"):
        content["basis"] = typed["basis"]
    for path in document.narrow:
        name, at, field = place_of(document, path)
        if value := typed.get(path):
            content[name][at][field] = value
    return content


def _form(found: Published, org: Org, typed: dict[str, str], error: Refused | None = None) -> Response:
    document = document_of(found.scheme.document)
    said = {one["path"]: one["message"] for one in error.fields} if error else {}
    places = [_place(document, path, typed, said) for path in document.narrow]
    rest = [message for path, message in said.items() if path not in ("title", "basis")]
    known = {place.wrong for place in places}
    return page(
        "schemes/narrowing.html",
        400 if error else 200,
        found=found,
        document=document,
        org=org,
        orgs=narrowers(found),
        places=places,
        title=typed.get("title") or f"{org.name}积分办法"[:40],
        basis=typed.get("basis", ""),
        said=said,
        rest=[message for message in rest if message not in known],
        wrong=bool(error),
    )


def _place(document: SchemeDocument, path: str, typed: dict[str, str], said: dict[str, str]) -> Place:
    name, at, field = place_of(document, path)
    above = getattr(getattr(document, name)[at], field)
    shown = "不限" if above is None else show(above) if isinstance(above, Decimal) else str(above)
    wrong = said.get(f"{name}[{at}].{field}", "")
    return Place(path, place_words(document, path), shown, typed.get(path, ""), wrong)
