"""An account's own templates for template messages: add, list, delete, and its two industries."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from simulator.accounts import Template
from simulator.calls import OK, Call, Endpoint
from simulator.errcodes import Errcode
from simulator.library import new_key
from simulator.public_templates import CARDS, INDUSTRIES, PublicTemplate
from simulator.reading import whole_number
from simulator.state import State, day_of

MOST = 25
LEAST_KEYWORDS, MOST_KEYWORDS = 2, 5
NUMBER = re.compile(r"\d+$")
# What a list shows of a keyword that was given without a name of its own.
NAMES = {
    "thing": ("事项", "主题党日"),
    "time": ("时间", "2026年11月25日 15:01"),
    "date": ("日期", "2026年11月25日"),
    "name": ("姓名", "钱有粮"),
    "phrase": ("状态", "已受理"),
    "amount": ("金额", "100元"),
    "number": ("数量", "12"),
    "phone_number": ("电话", "0391-0002300"),
    "character_string": ("编号", "A-2026-11"),
}


@dataclass
class Industries:
    """An account's two industries by WeChat's numbers, and the month in which they were last changed.

    `of` tells the industry of each template that was added by an old short id.
    """

    first: int = 1
    second: int = 21
    changed_in: str = ""
    of: dict[str, int] = field(default_factory=dict)


def add(state: State, call: Call) -> dict[str, Any]:
    """Add a template of the public library; it can be sent with at once.

    Digits name a category's template, of which 2 to 5 keywords are taken in their order; TM… one of an
    industry. Raises 40037, 40246, 40247, 45026 beyond 25, 45027 for another's industry. Source: WeChat,
    addTemplate.
    """
    asked, account = call.json(), call.owner()
    short, names = str(asked.get("template_id_short")), asked.get("keyword_name_list")
    public = CARDS.get(short)
    if public is None:
        raise Errcode(40037)
    if len(account.templates) >= MOST:
        raise Errcode(45026)
    kept = state.of(account.appid, Industries)
    if public.industry and names:
        raise Errcode(40247)
    if public.industry and public.industry not in (kept.first, kept.second):
        raise Errcode(45027)
    kids = list(public.kids) if public.industry else _named_kids(public, names)
    template = Template(id=new_key(32), title=public.title, **copied(public, kids))
    account.templates.append(template)
    if public.industry:
        kept.of[template.id] = public.industry
    return OK | {"template_id": template.id}


def get_all(state: State, call: Call) -> dict[str, Any]:
    """List the account's templates. Source: WeChat, getAllTemplates."""
    account = call.owner()
    of = state.of(account.appid, Industries).of
    rows = []
    for template in account.templates:
        first, second = INDUSTRIES.get(of.get(template.id, 0), ("", ""))
        row = {"template_id": template.id, "title": template.title}
        rows.append(row | {"primary_industry": first, "deputy_industry": second, **shown_text(template)})
    return {"template_list": rows}


def delete(_state: State, call: Call) -> dict[str, Any]:
    """Delete a template. Raises 40037. Source: WeChat, deleteTemplate."""
    account = call.owner()
    template = account.template(call.json().get("template_id"))
    if template is None:
        raise Errcode(40037)
    account.templates.remove(template)
    return OK


def get_industry(state: State, call: Call) -> dict[str, Any]:
    """Tell the account's two industries. Source: WeChat, getIndustry."""
    kept = state.of(call.owner().appid, Industries)
    names = {"primary_industry": INDUSTRIES[kept.first], "secondary_industry": INDUSTRIES[kept.second]}
    return {name: {"first_class": one, "second_class": two} for name, (one, two) in names.items()}


def set_industry(state: State, call: Call) -> dict[str, Any]:
    """Choose two industries, once a month. Raises 40097, 43100. Source: WeChat, setIndustry."""
    asked, kept = call.json(), state.of(call.owner().appid, Industries)
    first, second = (whole_number(asked.get(name)) for name in ("industry_id1", "industry_id2"))
    if first not in INDUSTRIES or second not in INDUSTRIES:
        raise Errcode(40097)
    month = day_of(call.now)[:7]
    if kept.changed_in == month:
        raise Errcode(43100)
    kept.first, kept.second, kept.changed_in = first, second, month
    return OK


def copied(public: PublicTemplate, kids: Sequence[int]) -> dict[str, Any]:
    """Copy the chosen keywords of a public template: keys, enums, content and example of the new one."""
    words = [(public.key(kid), public.kids[kid]) for kid in kids]
    return {
        "keys": [key for key, _ in words],
        "enums": {key: list(word.enum) for key, word in words if word.enum},
        "content": "".join(
            f"{word.name + ':' if word.name else ''}{{{{{key}.DATA}}}}\n" for key, word in words
        ),
        "example": "".join(f"{word.name + ':' if word.name else ''}{word.example}\n" for _, word in words),
    }


def shown_text(template: Template) -> dict[str, str]:
    """Show a template's content and example, made of its keys where it was given without."""
    words = [(key, NAMES.get(NUMBER.sub("", key), (key, "内容"))) for key in template.keys]
    content = "".join(f"{name}:{{{{{key}.DATA}}}}\n" for key, (name, _) in words)
    example = "".join(f"{name}:{said}\n" for _, (name, said) in words)
    return {"content": template.content or content, "example": template.example or example}


def _named_kids(public: PublicTemplate, names: object) -> list[int]:
    kids = {keyword.name: kid for kid, keyword in public.kids.items()}
    if not isinstance(names, list) or not LEAST_KEYWORDS <= len(names) <= MOST_KEYWORDS:
        raise Errcode(40246)
    if any(not isinstance(name, str) or name not in kids for name in names) or len(set(names)) < len(names):
        raise Errcode(40246)
    return [kids[name] for name in names]


ENDPOINTS = [
    Endpoint("POST", "/cgi-bin/template/api_add_template", add, kind="official"),
    Endpoint("GET", "/cgi-bin/template/get_all_private_template", get_all, kind="official"),
    Endpoint("POST", "/cgi-bin/template/del_private_template", delete, kind="official"),
    Endpoint("GET", "/cgi-bin/template/get_industry", get_industry, kind="official"),
    Endpoint("POST", "/cgi-bin/template/api_set_industry", set_industry, kind="official"),
]
