"""The form of minutes: as typed, as stored; and what is written by it."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from itertools import zip_longest
from typing import NamedTuple

from flask import request

from models.clock import SHANGHAI, at
from models.gatherings.gathering import AgendaKind
from models.gatherings.minutes.minutes import Decision, ItemOutcome, Minutes, MinutesItem
from models.gatherings.minutes.writing import MOST_ADDED, MOST_DECISIONS, Decided, Vote, Written
from models.refused import Refused

TEXTS = (
    "host", "recorder", "began_at", "ended_at", "observers", "discussion", "dues", "volunteering",
    "volunteers", "volunteer_hours",
)  # fmt: skip
VOTES = ("base", "present", "written", "yes", "no", "abstain")
NUMBER = re.compile(r"\d{1,6}")
YUAN = re.compile(r"(\d{1,7})(?:\.(\d{1,2}))?")
HOURS = re.compile(r"\d{1,3}(\.\d{1,2})?")


class Item(NamedTuple):
    """One planned item as the form shows it."""

    position: int
    title: str
    kind: AgendaKind
    how: str
    to: str


class Resolved(NamedTuple):
    """One decision as typed."""

    text: str = ""
    owner: str = ""
    due_on: str = ""
    votes: tuple[str, ...] = ("",) * len(VOTES)


@dataclass
class Typed:
    """The form as text, whether or not it makes sense; `seen` is the version it was made from."""

    seen: int
    texts: dict[str, str]
    items: list[Item]
    added: list[tuple[str, str]]  # kind, title
    decisions: list[Resolved]


def stored(minutes: Minutes, items: Sequence[MinutesItem], decisions: Sequence[Decision]) -> Typed:
    """Fill the form with what is stored, or would be begun; one decision is open for writing."""
    texts = {
        "host": minutes.host or "",
        "recorder": minutes.recorder or "",
        "began_at": _clock(minutes.began_at),
        "ended_at": _clock(minutes.ended_at),
        "observers": minutes.observers or "",
        "discussion": minutes.discussion,
        "dues": "" if minutes.dues_fen is None else yuan(minutes.dues_fen),
        "volunteering": minutes.volunteering or "",
        "volunteers": str(minutes.volunteers or ""),
        "volunteer_hours": f"{minutes.volunteer_hours.normalize():f}" if minutes.volunteer_hours else "",
    }
    planned = [
        Item(one.position, one.title, one.kind, one.outcome.value, one.changed_to or "")
        for one in items
        if not one.added
    ]
    added = [(one.kind.value, one.title) for one in items if one.added]
    resolved = [
        Resolved(
            one.text,
            one.owner or "",
            one.due_on.isoformat() if one.due_on else "",
            tuple("" if one.vote_base is None else str(getattr(one, f"vote_{name}")) for name in VOTES),
        )
        for one in decisions
    ]
    return Typed(minutes.version, texts, planned, added, resolved or [Resolved()])


def yuan(fen: int) -> str:
    """Return an amount as it is read: 36, 36.50."""
    return f"{fen // 100}" if fen % 100 == 0 else f"{fen // 100}.{fen % 100:02d}"


def _clock(moment: datetime | None) -> str:
    return moment.astimezone(SHANGHAI).strftime("%H:%M") if moment else ""


def typed_form(items: Iterable[MinutesItem]) -> Typed:
    """Read the form as it was sent, about these planned items."""
    form = request.form
    planned = [
        Item(
            one.position, one.title, one.kind,
            form.get(f"how-{one.position}", ItemOutcome.PLANNED.value), form.get(f"to-{one.position}", ""),
        )
        for one in items
        if not one.added
    ]  # fmt: skip
    added = list(zip_longest(form.getlist("added_kind"), form.getlist("added_title"), fillvalue=""))
    columns = (form.getlist(f"d_{name}") for name in ("text", "owner", "due_on", *VOTES))
    decisions = [
        Resolved(text, owner, due_on, tuple(votes))
        for text, owner, due_on, *votes in zip_longest(*columns, fillvalue="")
    ]
    return Typed(
        int(form.get("seen", "")) if NUMBER.fullmatch(form.get("seen", "")) else 0,
        {name: form.get(name, "") for name in TEXTS},
        planned,
        added[: 2 * MOST_ADDED],
        decisions[: 2 * MOST_DECISIONS],
    )


def move_rows(typed: Typed, wish: str) -> bool:
    """Add or remove a row as a button of the form wishes; False if it was none."""
    if wish == "add-item":
        typed.added.append((AgendaKind.OTHER.value, ""))
        return True
    if wish == "add-decision":
        typed.decisions.append(Resolved())
        return True
    found = re.fullmatch(r"drop-(item|decision)-(\d{1,2})", wish)
    if not found:
        return False
    rows: list[tuple[str, str]] | list[Resolved] = typed.added if found[1] == "item" else typed.decisions
    del rows[int(found[2]) : int(found[2]) + 1]
    return True


def drop_blank(typed: Typed) -> None:
    """Leave out added items and decisions in which nothing was typed."""
    typed.added[:] = [row for row in typed.added if row[1].strip()]
    typed.decisions[:] = [
        one for one in typed.decisions if any(("".join(one[:3]) + "".join(one.votes)).strip())
    ]


def written_by(typed: Typed, day: date) -> Written:
    """Return what the form writes about a gathering of this day. Refused: bad_minutes with `fields`."""
    texts, wrong = typed.texts, {}
    began_at, ended_at = (_moment(day, texts[name].strip()) for name in ("began_at", "ended_at"))
    for name, moment in (("began_at", began_at), ("ended_at", ended_at)):
        if moment is None and texts[name].strip():
            wrong[name] = "请写时间，例如 15:00"
    dues, volunteers, hours = (texts[name].strip() for name in ("dues", "volunteers", "volunteer_hours"))
    if dues and not YUAN.fullmatch(dues):
        wrong["dues"] = "请写金额，例如 36 或 36.50，不用写“元”"
    if volunteers and not NUMBER.fullmatch(volunteers):
        wrong["volunteers"] = "人数请写整数"
    if hours and not HOURS.fullmatch(hours):
        wrong["volunteer_hours"] = "时长请写小时数，例如 1.5"
    if any(kind not in list(AgendaKind) for kind, _ in typed.added):
        wrong["added"] = "请给每项选一个类别"
    if any(item.how not in list(ItemOutcome) for item in typed.items):
        wrong["items"] = "请选已进行、未进行或改为"
    decisions = [_decided(one, number, wrong) for number, one in enumerate(typed.decisions, start=1)]
    if wrong:
        raise Refused("bad_minutes", "有几处需要改一下", fields=wrong)
    return Written(
        **{name: texts[name] for name in ("host", "recorder", "observers", "discussion", "volunteering")},
        began_at=began_at,
        ended_at=ended_at,
        dues_fen=_fen(dues),
        volunteers=int(volunteers) if volunteers else None,
        volunteer_hours=Decimal(hours) if hours else None,
        outcomes={item.position: (ItemOutcome(item.how), item.to) for item in typed.items},
        added=tuple((AgendaKind(kind), title) for kind, title in typed.added),
        decisions=tuple(decisions),
    )


def _decided(one: Resolved, number: int, wrong: dict[str, str]) -> Decided:
    due_on, votes = None, [text.strip() for text in one.votes]
    try:
        due_on = date.fromisoformat(one.due_on) if one.due_on else None
    except ValueError:
        wrong[f"due_on-{number}"] = "请写日期，例如 2026-12-10"
    if not any(votes):
        return Decided(one.text, one.owner, due_on)
    if not (votes[0] and votes[1] and votes[3]) or not all(NUMBER.fullmatch(text or "0") for text in votes):
        wrong[f"vote-{number}"] = "有表决的，应到、实到和赞成都要写，写整数"
        return Decided(one.text, one.owner, due_on)
    return Decided(one.text, one.owner, due_on, Vote(*(int(text or 0) for text in votes)))


def _fen(text: str) -> int | None:
    found = YUAN.fullmatch(text)
    return int(found[1]) * 100 + int((found[2] or "").ljust(2, "0")) if found else None


def _moment(day: date, text: str) -> datetime | None:
    try:
        return at(day, time.fromisoformat(text).replace(second=0, microsecond=0, tzinfo=None))
    except ValueError:
        return None
