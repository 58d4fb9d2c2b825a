"""What WeChat's documents leave open: an account says which way it goes, and has a usual one for each."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class Undocumented(BaseModel):
    """The open questions, each with the answer that is taken where nothing is said.

    `repeated_id`: what a client_msg_id that came before is answered: the same msgid, a new one, or 0;
    nothing is delivered by any of them. `result_without_msgid`: TEMPLATESENDJOBFINISH carries MsgID 0 where
    a client_msg_id was sent along. `publish_event`: both spellings of the event are seen in the wild.
    `most_a_minute`: template messages to one person before 43117, None for any number. `marketing`: words
    of a template message that are answered 40249, `sensitive`: those of a subscription message, 45168.
    """

    model_config = ConfigDict(extra="forbid")

    repeated_id: Literal["same", "new", "zero"] = "same"
    result_without_msgid: bool = False
    publish_event: Literal["PUBLISHJOBFINISH", "FREEPUBLISHJOBFINISH"] = "PUBLISHJOBFINISH"
    most_a_minute: int | None = Field(default=None, ge=1)
    sensitive: list[str] = ["赌博", "代开发票", "刷单"]
    marketing: list[str] = ["促销", "打折", "秒杀", "满减", "优惠券", "大甩卖", "特价"]
