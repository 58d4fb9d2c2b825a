"""Templates of subscription messages, taken from WeChat's public library."""

from typing import Any

from simulator.accounts import SubscribeTemplate
from simulator.calls import OK, Call, Endpoint
from simulator.errcodes import Errcode
from simulator.families.templates import copied, shown_text
from simulator.library import new_key
from simulator.public_templates import CATEGORIES, LONG, NOTICES, ONCE, PublicTemplate
from simulator.reading import whole_number
from simulator.state import State

MOST, MOST_LISTED = 25, 30
LEAST_KEYWORDS, MOST_KEYWORDS = 2, 5
SCENE_LENGTH = 15


def get_category(_state: State, _call: Call) -> dict[str, Any]:
    """List the account's categories: all of the library's. Source: WeChat, getCategory."""
    return OK | {"data": [{"id": number, "name": name} for number, name in CATEGORIES.items()]}


def get_titles(_state: State, call: Call) -> dict[str, Any]:
    """List the library's templates of some categories.

    Raises 200016 to 200019. Source: WeChat, getPubTemplateTitles.
    """
    start, limit = _number(call, "start", 200016), _number(call, "limit", 200017)
    if not 1 <= limit <= MOST_LISTED:
        raise Errcode(200017)
    named = call.query.get("ids", "")
    if not named:
        raise Errcode(200018)
    ids = [whole_number(one) for one in named.split(",")]
    if any(one not in CATEGORIES for one in ids):
        raise Errcode(200019)
    found = [(tid, public) for tid, public in NOTICES.items() if public.category in ids]
    rows = [
        {"tid": tid, "title": public.title, "type": public.type, "categoryId": str(public.category)}
        for tid, public in found[start : start + limit]
    ]
    return OK | {"count": len(found), "data": rows}


def get_keywords(_state: State, call: Call) -> dict[str, Any]:
    """List a template's keywords. Raises 200014. Source: WeChat, getPubTemplateKeyWords."""
    rows = [
        {"kid": kid, "name": word.name, "example": word.example, "rule": word.rule}
        for kid, word in _public(call.query.get("tid")).kids.items()
    ]
    return OK | {"count": len(rows), "data": rows}


def add(_state: State, call: Call) -> dict[str, Any]:
    """Add a template with 2 to 5 keywords in their order; phones may allow it and it can be sent at once.

    Raises 200014, 200013 banned, 200020, 200021, 200022 the same again, 200012 beyond 25. Source: WeChat,
    addMessageTemplate.
    """
    asked, account = call.json(), call.owner()
    public = _public(asked.get("tid"))
    if public.banned:
        raise Errcode(200013)
    template_id = new_key(32)
    wanted = copied(public, _kids(public, asked.get("kidList")))
    scene = asked.get("sceneDesc") or ""
    if not isinstance(scene, str) or len(scene) > SCENE_LENGTH:
        raise Errcode(200021)
    if any(one.title == public.title and one.keys == wanted["keys"] for one in account.subscribe_templates):
        raise Errcode(200022)
    if len(account.subscribe_templates) >= MOST:
        raise Errcode(200012)
    kind = "long" if public.type == LONG else "once"
    account.subscribe_templates.append(
        SubscribeTemplate.model_validate({"id": template_id, "title": public.title, "kind": kind} | wanted)
    )
    return OK | {"priTmplId": template_id}


def delete(_state: State, call: Call) -> dict[str, Any]:
    """Delete a template. Raises 40037. Source: WeChat, deleteMessageTemplate."""
    account = call.owner()
    template = account.subscribe_template(call.json().get("priTmplId"))
    if template is None:
        raise Errcode(40037)
    account.subscribe_templates.remove(template)
    return OK


def get_templates(_state: State, call: Call) -> dict[str, Any]:
    """List the account's templates; enums with what they may say. Source: WeChat, getMessageTemplateList."""
    rows = []
    for one in call.owner().subscribe_templates:
        row: dict[str, Any] = {"priTmplId": one.id, "title": one.title, **shown_text(one)}
        row |= {"type": ONCE if one.kind == "once" else LONG}
        enums = [{"enumValueList": listed, "keywordCode": f"{key}.DATA"} for key, listed in one.enums.items()]
        rows.append(row | ({"keywordEnumValueList": enums} if enums else {}))
    return OK | {"data": rows}


def _number(call: Call, name: str, wrong: int) -> int:
    given = whole_number(call.query.get(name))
    if given is None:
        raise Errcode(wrong)
    return given


def _public(tid: object) -> PublicTemplate:
    public = NOTICES.get(whole_number(tid) or 0)
    if public is None:
        raise Errcode(200014)
    return public


def _kids(public: PublicTemplate, listed: object) -> list[int]:
    if not isinstance(listed, list) or not LEAST_KEYWORDS <= len(listed) <= MOST_KEYWORDS:
        raise Errcode(200020)
    if any(type(kid) is not int or kid not in public.kids for kid in listed):
        raise Errcode(200020)
    if len(set(listed)) < len(listed):
        raise Errcode(200020)
    return listed


ENDPOINTS = [
    Endpoint("GET", "/wxaapi/newtmpl/getcategory", get_category),
    Endpoint("GET", "/wxaapi/newtmpl/getpubtemplatetitles", get_titles),
    Endpoint("GET", "/wxaapi/newtmpl/getpubtemplatekeywords", get_keywords),
    Endpoint("POST", "/wxaapi/newtmpl/addtemplate", add),
    Endpoint("POST", "/wxaapi/newtmpl/deltemplate", delete),
    Endpoint("GET", "/wxaapi/newtmpl/gettemplate", get_templates),
]
