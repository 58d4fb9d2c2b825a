"""The nightly look at who follows the official account: a lost event is made up for."""

import logging
from datetime import datetime

from models.base import Sessions
from models.people.following import TooManyLeft, end_links_of_leavers, has_links
from wechat.errors import WechatError
from wechat.followers import list_followers
from wechat.gateway import Gateway

NO_RIGHT = 48001

log = logging.getLogger(__name__)


def sync_followers(sessions: Sessions, now: datetime, *, gateway: Gateway) -> int:
    """End the account's links of those who no longer follow it; return how many.

    The list is held against the links and kept nowhere. One that is not whole, or that would end more than a
    few, ends nobody; it is read again the next night and not before.
    """
    appid = gateway.app.appid
    with sessions() as session:
        if not has_links(session, appid):
            return 0
    try:
        followers = list_followers(gateway)
    except WechatError as failure:
        if failure.errcode == NO_RIGHT:
            log.warning("the account may not ask who follows it: %s", failure)
        else:
            log.error("alert: the list of followers is not whole and ended no link: %s", failure)
        return 0
    try:
        with sessions.begin() as session:
            return end_links_of_leavers(session, appid, followers, listed_at=now, now=now)
    except TooManyLeft as left:
        log.error("alert: the list of followers lacks %s of %s links and ended none", left.gone, left.links)
        return 0
