"""The fields of an answer, as its schema names them."""

from datetime import date, datetime
from typing import Any

from pydantic import BaseModel

from models.clock import iso

MISSING = object()


def fields_of(shape: type[BaseModel], *of: Any, **own: Any) -> dict[str, Any]:
    """Return each field of `shape` as a JSON value: what `own` says, else from the first of `of` that has it.

    Moments become UTC text, days ISO text. Points are the caller's to write: there are two ways.
    """
    told = {name: own[name] if name in own else _found(name, of) for name in shape.model_fields}
    return {name: _plain(value) for name, value in told.items()}


def _found(name: str, of: tuple[Any, ...]) -> Any:
    for one in of:
        value = getattr(one, name, MISSING)
        if value is not MISSING:
            return value
    raise LookupError(f"nothing given has the field {name}")


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return iso(value)
    return value.isoformat() if isinstance(value, date) else value
