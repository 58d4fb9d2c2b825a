"""What every piece of a scheme document is made of: codes, Chinese words, stars."""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StrictInt, StringConstraints


def _chinese(text: str) -> str:
    if not any("一" <= letter <= "鿿" for letter in text) or not text.isprintable():
        raise ValueError("请写中文名称，不带换行等特殊符号")
    return text


def _words(longest: int) -> StringConstraints:
    return StringConstraints(strip_whitespace=True, min_length=1, max_length=longest)


Code = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
SchemeCode = Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9_]{0,23}$")]
Title = Annotated[str, _words(40), AfterValidator(_chinese)]
# An outcome of an item and a star by another name: short, for both stand in the midst of a sentence.
LevelName = Annotated[str, _words(20), AfterValidator(_chinese)]
Note = Annotated[str, _words(200), AfterValidator(_chinese)]
Star = Annotated[StrictInt, Field(ge=1, le=10)]
# A limit of stars: 0 is no star at all.
StarLimit = Annotated[StrictInt, Field(ge=0, le=10)]


class Piece(BaseModel):
    """What every piece of a document is: never changed after reading, nothing unknown in it."""

    model_config = ConfigDict(frozen=True, extra="forbid")
