"""Where a list goes on: `?before=` the id that the page before named as `next`."""

from pydantic import BaseModel, Field


class Paging(BaseModel):
    """Which page of a list is asked for."""

    before: str = Field(default="", description="上一页答复里的 next；不写从头开始")

    @property
    def id(self) -> int | None:
        """Return the id that `before` names; whatever else stands there begins the list."""
        text = self.before
        return int(text) if text.isdecimal() and text.isascii() and len(text) < 12 else None
