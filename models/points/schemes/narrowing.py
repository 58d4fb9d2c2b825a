"""A township's own scheme: narrower than its parent, where the parent lets it, and nowhere else."""

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from fractions import Fraction

from models.points.exact import show
from models.points.problem import Problem, repeated
from models.points.schemes.document import SchemeDocument
from models.points.schemes.piece import Piece

NARROW = re.compile(
    r"items\.(?P<item>[a-z][a-z0-9_]*)\.(cap|cap_per_month|cap_per_event)"
    r"|parts\.(?P<part>[a-z][a-z0-9_]*)\.(cap|floor)"
    r"|quotas\.(?P<star>[0-9]{1,2})\.max_ratio"
)
OWN = {"code", "version", "title", "parent", "basis", "narrow"}
KEYS = {"parts": "code", "items": "id", "quotas": "star"}


def narrow_paths(document: SchemeDocument) -> Iterator[Problem]:
    """Check that each place that may be narrowed is there, and that a narrowed scheme lets nobody go on."""
    yield from repeated(document.narrow, "narrow[{}]", "可调整的地方")
    if document.parent is not None:
        if document.narrow:
            yield Problem("narrow", "有上级办法的，不能再让下级调整")
        if document.parent.code == document.code:
            yield Problem("code", "本地办法要有自己的代码，不能与上级办法相同")
    known = {
        "item": {item.id for item in document.items},
        "part": {part.code for part in document.parts},
        "star": {str(quota.star) for quota in document.quotas},
    }
    for at, path in enumerate(document.narrow):
        found = NARROW.fullmatch(path)
        if found is None:
            message = "只能是项目和部分的上限、部分的下限、名额比例，例如 items.volunteer.cap"
            yield Problem(f"narrow[{at}]", message)
        elif any(name is not None and name not in known[what] for what, name in found.groupdict().items()):
            yield Problem(f"narrow[{at}]", "办法里没有这个项目、部分或名额")


def place_of(document: SchemeDocument, path: str) -> tuple[str, int, str]:
    """Return where a path of `narrow` stands in the document: the list, the place in it, the field."""
    name, key, field = path.split(".")
    pieces: Sequence[Piece] = getattr(document, name)
    return name, [str(getattr(piece, KEYS[name])) for piece in pieces].index(key), field


def narrowing_problems(document: SchemeDocument, parent: SchemeDocument) -> list[Problem]:
    """List where the document differs from its parent in what it may not, or upwards."""
    found: list[Problem] = []
    for name in type(document).model_fields.keys() - OWN:
        if name in KEYS:
            found += _pieces(name, getattr(document, name), getattr(parent, name), parent.narrow)
        elif getattr(document, name) != getattr(parent, name):
            found.append(Problem(name, "应当与上级办法一致"))
    return sorted(found)


def _pieces(
    name: str, own: Sequence[Piece], above: Sequence[Piece], narrow: tuple[str, ...]
) -> Iterator[Problem]:
    keys = [getattr(piece, KEYS[name]) for piece in own]
    if keys != [getattr(piece, KEYS[name]) for piece in above]:
        yield Problem(name, "各条和先后应当与上级办法一致")
        return
    for at, (piece, like) in enumerate(zip(own, above, strict=True)):
        for field in type(piece).model_fields:
            value, limit = getattr(piece, field), getattr(like, field)
            if value == limit:
                continue
            if f"{name}.{keys[at]}.{field}" not in narrow:
                yield Problem(f"{name}[{at}].{field}", "上级办法没有让下级调整这一处")
            elif value is None or (limit is not None and value > limit):
                yield Problem(f"{name}[{at}].{field}", f"只能比上级办法{_limit(limit)}更低")


def _limit(value: Decimal | Fraction | None) -> str:
    if value is None:
        return ""
    return f"的 {show(value) if isinstance(value, Decimal) else value} "
