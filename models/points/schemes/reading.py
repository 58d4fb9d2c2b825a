"""Scheme documents read from JSON: each piece by its shape, then what must agree between the pieces."""

from collections.abc import Sequence

from pydantic import ValidationError

from models.points.problem import Problem, in_words, misshapen, path_of
from models.points.schemes.checks import problems
from models.points.schemes.document import MOST_ITEMS, SchemeDocument
from models.points.strict_json import UnreadableJSON, parse_json
from models.refused import Refused

DEEPEST, MOST_TOLD = 6, 100


def read_scheme(text: str | bytes) -> SchemeDocument:
    """Read a scheme from JSON text, numbers kept as the decimals that were written.

    Refused: scheme_invalid, with fields=[{"path": "items[2].cap", "message": …}, …], every one found.
    """
    try:
        content = parse_json(text)
        if (too_much := _too_much(content, (), 0)) is not None:
            raise scheme_refused([too_much])
        document = SchemeDocument.model_validate(content)
    except UnreadableJSON as error:
        message = str(error)
        fields = [{"path": "", "message": message}]
        raise Refused("scheme_invalid", f"积分办法读不了：{message}。", fields=fields) from None
    except ValidationError as error:
        raise scheme_refused(misshapen(error)) from None
    if found := problems(document):
        raise scheme_refused(found)
    return document


def scheme_refused(found: Sequence[Problem]) -> Refused:
    """Make the refusal of a scheme document, MOST_TOLD places by path."""
    return Refused("scheme_invalid", **in_words("积分办法", found, most=MOST_TOLD))


def _too_much(content: object, loc: tuple[int | str, ...], depth: int) -> Problem | None:
    """Find the first list that is too long or too deep, so that no piece of it is read at all."""
    if not isinstance(content, list | dict):
        return None
    if depth > DEEPEST:
        return Problem(path_of(loc[:DEEPEST]), "层次太深")
    if len(content) > MOST_ITEMS:
        return Problem(path_of(loc), f"最多 {MOST_ITEMS} 项，现在有 {len(content)} 项")
    inside = enumerate(content) if isinstance(content, list) else content.items()
    return next((found for at, value in inside if (found := _too_much(value, (*loc, at), depth + 1))), None)
