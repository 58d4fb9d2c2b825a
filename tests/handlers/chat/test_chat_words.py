"""What the chat says must fit into what WeChat takes."""

from datetime import timedelta

from handlers.chat.gathering_words import gathering_words, later_words
from handlers.chat.points_words import LONGEST_REPLY
from models.gatherings.gathering import AgendaItem, AgendaKind, Gathering, GatheringState
from models.gatherings.of_member import Seat
from models.gatherings.roll import Status
from tests.conftest import NOON
from tests.factories import THREE_O_CLOCK


def a_seat() -> Seat:
    """Return a gathering whose every text is as long as a form allows."""
    gathering = Gathering(
        title="题" * 60,
        place="地" * 60,
        bring="带" * 60,
        starts_at=THREE_O_CLOCK,
        ends_at=THREE_O_CLOCK + timedelta(hours=2),
    )
    return Seat(gathering, GatheringState.OPEN, "青石村党支部", Status.UNRECORDED, None, confirmed=False)


def test_longest_gathering_with_two_more_fits_into_one_reply() -> None:
    agenda = [AgendaItem(position=n, kind=AgendaKind.OTHER, title=f"{n:02d}" + "议" * 78) for n in range(20)]
    said = gathering_words(a_seat(), agenda, None, now=NOON)
    blocks = [said, later_words(a_seat()), later_words(a_seat())]
    assert len("\n\n".join(blocks).encode()) <= LONGEST_REPLY
    assert "00议" in said
    assert "等 20 项" in said
    assert "您的状态：未登记" in said


def test_usual_agenda_is_said_in_full() -> None:
    agenda = [AgendaItem(position=n, kind=AgendaKind.OTHER, title=title) for n, title in enumerate("学谈干")]
    assert "议程：学，谈，干\n" in gathering_words(a_seat(), agenda, None, now=NOON)
