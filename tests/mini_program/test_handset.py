"""A handset is used again, and tells its next phone nothing of the last one."""

import pytest

from tests.mini_program.conftest import PhoneOf

pytestmark = pytest.mark.browser


def test_phone_finds_nothing_of_the_one_before_it(phone_of: PhoneOf) -> None:
    first = phone_of("王丽娟").open()
    first.see("近期没有安排")
    first.fail_next("GET", "/home", 503)
    first.offline()
    first.close()
    assert first.page.url == "about:blank", "nothing of it runs on"
    second = phone_of(None).open()
    assert second.page is first.page
    second.see("供青山示范区各支部党员使用")
    assert "session" not in second.storage()
