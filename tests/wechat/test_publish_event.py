"""The event about an article's publication, in each shape WeChat was seen to write."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.wechat.samples import NOW, PLAIN, push_xml, stamped
from wechat.account_events import Unknown
from wechat.callback import open_push
from wechat.push import ARTICLE, Malformed, Push
from wechat.result_events import PublishFinished

DETAIL = (
    "<article_detail><count>1</count><item><idx>1</idx>"
    "<article_url><![CDATA[ http://mp.weixin.qq.com/s/x ]]></article_url></item></article_detail>"
)
PUBLISHED = f"<article_id><![CDATA[\n b5O2-g ]]></article_id>{DETAIL}"


def opened(info: str, event: str = "PUBLISHJOBFINISH", created: int = 1764053400) -> Push:
    body = push_xml(
        f"<Event><![CDATA[{event}]]></Event>",
        f"<PublishEventInfo>{info}</PublishEventInfo>",
        created=created,
    )
    return open_push(PLAIN, stamped(PLAIN), body, now=NOW)


def told(status: int | str, publish_id: str = "2247503051") -> str:
    return f"<publish_id>{publish_id}</publish_id><publish_status>{status}</publish_status>"


@pytest.mark.parametrize("event", ["PUBLISHJOBFINISH", "FREEPUBLISHJOBFINISH", "publishjobfinish"])
def test_published_article_is_read_under_either_name(event: str) -> None:
    push = opened(told(0) + PUBLISHED, event)
    assert isinstance(push, PublishFinished)
    assert (push.publish_id, push.status, push.appid) == ("2247503051", 0, "wx1")
    assert (push.article_id, push.url) == ("b5O2-g", "http://mp.weixin.qq.com/s/x")
    assert push.fail_idx == ()


@pytest.mark.parametrize(
    ("info", "failed"),
    [
        ("<fail_idx>1</fail_idx><fail_idx>2</fail_idx>", (1, 2)),
        ("<fail_idx>1</fail_idx>", (1,)),
        ("<fail_idx></fail_idx>", ()),
        ("", ()),
    ],
)
def test_refused_article_is_read_with_its_numbers(info: str, failed: tuple[int, ...]) -> None:
    push = opened(told(4) + info)
    assert isinstance(push, PublishFinished)
    assert (push.status, push.article_id, push.url, push.fail_idx) == (4, "", "", failed)


def test_number_nested_beyond_reason_is_none_and_breaks_nothing() -> None:
    # Control: with str() of whatever stands there the recursion is too deep, and the answer is a 5xx.
    deep = f"<fail_idx>{'<a>' * 1900}{'</a>' * 1900}</fail_idx>"
    push = opened(told(2) + "<fail_idx>3</fail_idx>" + deep)
    assert isinstance(push, PublishFinished)
    assert push.fail_idx == (3,)


def test_articles_id_longer_than_any_of_wechats_is_no_push() -> None:
    # Control: without the bound it reaches a column that cannot hold it, and the answer is a 5xx.
    ids = [f"<article_id>{'b' * length}</article_id>" for length in (ARTICLE, ARTICLE + 1)]
    assert isinstance(opened(told(0) + ids[0]), PublishFinished)
    with pytest.raises(Malformed):
        opened(told(0) + ids[1])


def test_first_address_of_several_is_ours() -> None:
    rows = "".join(f"<item><idx>{n}</idx><article_url>http://x/{n}</article_url></item>" for n in (1, 2))
    push = opened(told(0) + f"<article_id>b</article_id><article_detail>{rows}</article_detail>")
    assert isinstance(push, PublishFinished)
    assert push.url == "http://x/1"


@pytest.mark.parametrize(
    "info", ["", told(""), told("done"), told(0, ""), "<publish_id>1</publish_id>", told("-1"), told("1.0")]
)
def test_event_that_says_nothing_of_an_end_is_unknown(info: str) -> None:
    assert isinstance(opened(info), Unknown)


def test_natural_key_is_the_same_for_a_repetition_and_another_for_another_end() -> None:
    same = [opened(told(0) + PUBLISHED, name) for name in ("PUBLISHJOBFINISH", "FREEPUBLISHJOBFINISH")]
    others = [opened(told(5)), opened(told(0, "2")), opened(told(0), created=1764053401)]
    assert same[0].natural_key == same[1].natural_key
    assert len({push.natural_key for push in [same[0], *others]}) == 4


@given(st.text(alphabet="<>/abcitemurl_dx0123 &;", max_size=60))
def test_no_event_breaks_the_reading(info: str) -> None:
    with suppress(Malformed):
        assert isinstance(opened(info), PublishFinished | Unknown)
