"""A notice as WeChat's template message."""

from collections.abc import Mapping

from jobs.deliver import Send
from models.notices.outbox import Claimed
from wechat.gateway import Gateway
from wechat.template import send_template


def template_sender(
    gateway: Gateway, template_id: str, fields: Mapping[str, str], *, url: str, mini: tuple[str, str] | None
) -> Send:
    """Return what sends one claimed message by the account's approved template.

    `fields` says which of our words (title, time, place, note) goes into which field of the template.
    A tap leads to the gathering on the page of `mini` (appid, path), or to `url` where there is none.
    """

    def send(claim: Claimed) -> str:
        return send_template(
            gateway,
            claim.openid,
            template_id,
            {key: claim.words[word] for key, word in fields.items()},
            client_msg_id=claim.client_msg_id,
            url=url,
            mini_page=mini and (mini[0], f"{mini[1]}?id={claim.gathering_id}"),
        )

    return send
