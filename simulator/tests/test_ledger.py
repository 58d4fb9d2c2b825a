"""The ledger of accepted messages: packed or not, it tells the same; the oldest make room."""

from typing import Any

from simulator import ledger
from simulator.ledger import BLOCK, MOST, RECENT, Ledger, Message


def a_message(msgid: int, **changes: Any) -> Message:
    told: dict[str, Any] = {
        "kind": "template",
        "msgid": msgid,
        "appid": f"wx{msgid % 2}",
        "openid": f"o_{msgid % 3}",
        "template_id": "T1",
        "title": "活动通知",
        "data": {"thing1": f"第{msgid}次"},
        "url": None,
        "mini": {"appid": "wx", "pagepath": "p"},
        "page": None,
        "client_msg_id": None,
        "at": 1.5,
        "event_status": "success",
    }
    return Message(**told | changes)


def a_ledger(count: int, *, before: int = 0) -> Ledger:
    made = Ledger(count=before)
    for msgid in range(1, count + 1):
        made.append(a_message(msgid))
    return made


def test_packed_messages_read_as_they_were() -> None:
    made = a_ledger(RECENT + 2 * BLOCK)
    assert len(made.blocks) == 2
    assert list(made.rows()) == [a_message(msgid, number=msgid) for msgid in range(1, RECENT + 2 * BLOCK + 1)]


def test_rows_are_an_accounts_or_a_persons() -> None:
    made = a_ledger(RECENT + BLOCK)
    assert [one.msgid for one in made.rows("wx1", "o_2")] == [*range(5, RECENT + BLOCK + 1, 6)]
    assert list(made.rows("wx9")) == []


def test_what_becomes_of_a_packed_message_is_kept() -> None:
    made = a_ledger(1)
    (message,) = made.rows()
    for msgid in range(2, RECENT + BLOCK + 1):
        made.append(a_message(msgid))
    assert len(made.blocks) == 1
    message.event_sent = True
    made.note(message)
    assert [one.msgid for one in made.rows() if one.event_sent] == [1]


def test_oldest_make_room_for_the_newest() -> None:
    # Blocks alike, so that the test need not pack 200,000 messages.
    made = a_ledger(RECENT + BLOCK, before=MOST)
    made.blocks.extend([made.blocks[0]] * (MOST // BLOCK - 1))
    made.late[1] = a_message(1, number=1)
    for msgid in range(BLOCK):
        made.append(a_message(msgid))
    assert len(made.blocks) == MOST // BLOCK
    assert ledger.MOST >= 200_000
    assert made.late == {}
