"""Every call to WeChat that the product makes, each with what it needs."""

from collections.abc import Callable
from typing import NamedTuple

from tests.wechat.test_articles import DRAFT, JPEG, OURS
from wechat.articles import (
    add_cover,
    add_draft,
    delete_published,
    find_draft,
    find_published,
    publication_result,
    submit_publication,
    upload_article_picture,
)
from wechat.followers import list_followers
from wechat.gateway import Gateway
from wechat.log_in import log_in
from wechat.menu import Button, create_menu, menu_of
from wechat.subscribe import send_subscribe
from wechat.template import send_template

TEMPLATE_SEND = "/cgi-bin/message/template/send"
WORDS = {"thing1": "主题党日"}


class Call(NamedTuple):
    """A path, what calls it, and whether it only asks."""

    path: str
    make: Callable[[Gateway], object]
    asks: bool = False


CALLS = (
    Call(TEMPLATE_SEND, lambda to: send_template(to, "oA", "T", WORDS, client_msg_id="d1")),
    Call("/cgi-bin/message/subscribe/send", lambda to: send_subscribe(to, "oA", "S", WORDS, page=None)),
    Call("/cgi-bin/menu/create", lambda to: create_menu(to, [Button("积分", "click", "积分")])),
    Call("/cgi-bin/menu/get", menu_of, asks=True),
    Call("/cgi-bin/user/get", list_followers, asks=True),
    Call("/sns/jscode2session", lambda to: log_in(to, "the-code")),
    Call("/cgi-bin/media/uploadimg", lambda to: upload_article_picture(to, JPEG)),
    Call("/cgi-bin/material/add_material", lambda to: add_cover(to, JPEG)),
    Call("/cgi-bin/draft/add", lambda to: add_draft(to, DRAFT)),
    Call("/cgi-bin/draft/batchget", lambda to: find_draft(to, OURS), asks=True),
    Call("/cgi-bin/freepublish/submit", lambda to: submit_publication(to, "m1")),
    Call("/cgi-bin/freepublish/get", lambda to: publication_result(to, "1"), asks=True),
    Call("/cgi-bin/freepublish/batchget", lambda to: find_published(to, OURS), asks=True),
    Call("/cgi-bin/freepublish/delete", lambda to: delete_published(to, "a1")),
)
