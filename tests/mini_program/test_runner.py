"""The runner refuses what WeChat refuses; a small mini-program of its own shows it."""

from pathlib import Path

import pytest

from tests.mini_program.conftest import PhoneOf
from tests.mini_program.phone import Phone

pytestmark = pytest.mark.browser

SAMPLE = Path(__file__).parents[1] / "fixtures/mini_program"


@pytest.fixture
def phone(phone_of: PhoneOf) -> Phone:
    """A phone with the small mini-program."""
    return phone_of("王丽娟", source=SAMPLE).open()


def test_small_mini_program_starts(phone: Phone) -> None:
    phone.see("便条")
    phone.tap("看详情")
    phone.see("编号 7 姓名 %E7%8E%8B")
    phone.tap("返回")
    phone.see("便条")
