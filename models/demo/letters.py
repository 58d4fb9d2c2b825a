"""The demonstration's complaints: one open, one answered."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from models.audit import Via
from models.clock import day_of
from models.people.account import Account
from models.people.complaint import Complaint


def receive_letters(session: Session, accounts: Mapping[str, Account], *, now: datetime) -> None:
    """Add a suggestion that was answered and a complaint that waits."""
    asked, waits = now - timedelta(days=20), now - timedelta(days=2)
    session.add_all(
        [
            Complaint(
                receipt=f"{day_of(asked):%Y%m%d}0001",
                text="通知里的字能不能再大一点，老人看着费劲。",
                via=Via.CHAT,
                received_at=asked,
                due_on=day_of(asked) + timedelta(days=14),
                answer="已经加了大字，在“我的”里可以打开；支部公示栏也会贴一张大字的。",
                answered_by=accounts["sfq-gb"].id,
                answered_at=asked + timedelta(days=3),
            ),
            Complaint(
                receipt=f"{day_of(waits):%Y%m%d}0002",
                text="有人说不扫码就扣分，是不是真的？",
                via=Via.PHONE,
                received_at=waits,
                due_on=day_of(waits) + timedelta(days=14),
            ),
        ]
    )
    session.flush()
