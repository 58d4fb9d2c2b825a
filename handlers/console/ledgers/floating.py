"""流动党员: who is away for long; no telephone number stands in it whole."""

import re
from collections.abc import Iterator

from flask import Response

from handlers.console.ledgers.download import Wish, answer, org_wanted, several, with_branch
from handlers.console.ledgers.sheet import Column, Form, Ledger, Value
from handlers.console.pages import console, staff_page
from handlers.edge import current
from models.notices.floating import floating_between
from models.people.member import Member, Spell
from models.people.org import Org
from models.people.rights import Verb

COLUMNS = (
    Column("姓名", 12),
    Column("流向（县级）", 18),
    Column("时间", 27),
    Column("联系方式（脱敏）", 19),
    Column("联系人", 16),
    Column("最近联系", 12, Form.DAY),
    Column("流入地党组织", 22),
    Column("参加活动情况", 24),
)
# Numbers as people type them, in one piece or in groups; also full-width.
NUMBER = re.compile(r"\d(?:[\s\-－—]*\d){6,}")


@console.get("/console/ledgers/floating")
@staff_page
def floating_ledger() -> Response:
    """Answer who was away in some months."""
    org = org_wanted(Verb.SEE_ROSTER)
    return answer("floating", org, lambda wish: _ledger(org, wish))


def _ledger(org: Org, wish: Wish) -> Ledger:
    about = [
        f"组织：{org.name}　　期间：{wish.span}",
        "最近联系：电话告知过，或者本人报备、报过在流入地参加的最近一天。",
    ]
    return Ledger("流动党员", about, with_branch(org, COLUMNS), _rows(org, wish), wide=True)


def _rows(org: Org, wish: Wish) -> Iterator[list[Value]]:
    for one in floating_between(current().session, org, since=wish.since, until=wish.until):
        spell = one.spell
        yield [
            *([one.branch.name] if several(org) else []),
            one.member.name,
            masked(spell.place or ""),
            _span(spell),
            _number(one.member),
            masked(spell.contact or ""),
            one.heard_on,
            masked(spell.host or ""),
            one.took_part,
        ]


def _span(spell: Spell) -> str:
    # One column for two days: written so that it sorts.
    return f"{spell.from_on} 至 {spell.to_on}" if spell.to_on else f"{spell.from_on} 起"


def _number(member: Member) -> str:
    if member.phone_box is None:
        return "没有手机" if member.no_phone else ""
    return masked(current().parts.keyring.unseal(member.phone_box))


def masked(text: str) -> str:
    """Return a text in which of each telephone number only the first three and last four digits stand."""
    return NUMBER.sub(_mask, text)


def _mask(found: re.Match[str]) -> str:
    digits = [one for one in found[0] if one.isdecimal()]
    kept = (3, 4) if len(digits) > 8 else (0, 2)
    return "".join(digits[: kept[0]]) + "*" * (len(digits) - sum(kept)) + "".join(digits[-kept[1] :])
