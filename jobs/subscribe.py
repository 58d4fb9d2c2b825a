"""A notice as the mini-program's subscription message."""

from collections.abc import Mapping

from jobs.deliver import Send
from models.notices.outbox import Claimed
from wechat.gateway import Gateway
from wechat.subscribe import send_subscribe


def subscribe_sender(gateway: Gateway, template_id: str, fields: Mapping[str, str], *, page: str) -> Send:
    """Return what sends one claimed message as a subscription message of the mini-program.

    `fields` says which of our words (title, time, place, note) goes into which field of the template. A tap
    leads to the gathering on `page`. Nothing guards a second send: after NoClearAnswer it is unknown.
    """

    def send(claim: Claimed) -> str:
        return send_subscribe(
            gateway,
            claim.openid,
            template_id,
            {key: claim.words[word] for key, word in fields.items()},
            page=f"{page}?id={claim.gathering_id}",
        )

    return send
