"""POST /api/v1/subscriptions: what somebody's phone answered when it was asked about reminders."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, RootModel, StringConstraints, model_validator

from handlers.edge import current
from handlers.identity import member_needed, phone
from handlers.mini_program import api
from models.notices.subscription import allow, is_asked, switch_off
from models.people.phone import Phone

ACCEPTED = ("accept", "acceptWithAudio", "acceptWithAlert")
Answer = Literal["accept", "acceptWithAudio", "acceptWithAlert", "reject", "ban", "filter"]
TemplateId = Annotated[str, StringConstraints(min_length=1, max_length=64)]


class Tapped(RootModel[dict[TemplateId, Answer]]):
    """What wx.requestSubscribeMessage returned, or one template of it as `template_id` and `result`."""

    root: Annotated[dict[TemplateId, Answer], Field(min_length=1, max_length=10)]

    @model_validator(mode="before")
    @classmethod
    def _as_the_phone_has_it(cls, body: Any) -> Any:
        if not isinstance(body, dict):
            return body
        if body.keys() == {"template_id", "result"} and isinstance(body["template_id"], str):
            return {body["template_id"]: body["result"]}
        return {key: value for key, value in body.items() if key != "errMsg"}


class Asked(BaseModel):
    """The templates that the phone may still ask about."""

    subscribe: list[str]


@api.post("/subscriptions")
@api.input(Tapped, arg_name="body")
@api.output(Asked)
@member_needed
def create_subscription(body: Tapped) -> dict[str, Any]:
    """Count a tap that allows one message more; stop asking where the template is banned or switched off.

    WeChat tells of the same tap by an event: within a minute the larger counts, never the sum.
    """
    edge, who = current(), phone()
    template_id = edge.parts.installation.channels.template_id
    answer = body.root.get(template_id or "")
    if template_id is not None and who.binding_id is not None:
        if answer in ACCEPTED:
            allow(edge.session, who.binding_id, template_id, 1, now=edge.now)
        elif answer == "ban":
            switch_off(edge.session, who.binding_id, template_id, now=edge.now)
    return {"subscribe": asked(who)}


def asked(who: Phone) -> list[str]:
    """Return the templates this phone may ask about: the zone's own, unless it was switched off lately."""
    edge = current()
    template_id = edge.parts.installation.channels.template_id
    if template_id is None or who.binding_id is None:
        return []
    return [template_id] if is_asked(edge.session, who.binding_id, template_id, now=edge.now) else []
