"""Two thousand are told on a bad day: each of them once by the simulator's own ledger, nobody forgotten."""

import random
from collections import Counter
from pathlib import Path

from jobs.deliver import THREADS
from models.notices.delivery import DeliveryState
from models.notices.progress import progress_of
from tests.hard.sends import PATHS, TUESDAY, UNCLEAR, BadDay, Size
from tests.hard.zones import Zone, open_zone
from tests.running import until

ENDS = (
    DeliveryState.DELIVERED,
    DeliveryState.ACCEPTED,
    DeliveryState.UNKNOWN,
    DeliveryState.PHONE_LIST,
)


def test_two_thousand_sends_through_five_kills_reach_each_once(tmp_path: Path) -> None:
    seed = random.randrange(2**32)
    print(f"seed {seed}")
    with open_zone(tmp_path, at=TUESDAY) as zone:
        live_through(zone, Size(followers=1600, phones=300, both=100), seed)
    assert "Traceback" not in zone.running.logs()


def live_through(zone: Zone, size: Size, seed: int) -> None:
    """Live through a bad day, the next morning and the last hour; assert what has to hold after each."""
    day = BadDay(zone, size, random.Random(seed))
    day.live()
    assert day.calls_after_quota() <= THREADS
    day.next_morning()
    until(day.settled)
    assert day.kills == 5
    assert day.in_flight.issuperset(day.held)
    assert day.arrived().keys() >= set(day.held)
    each_is_told_once_or_listed(day)
    tokens_are_fetched_when_one_died(day)
    day.leave_the_rest_to_the_telephone()
    progress = progress_of(Counter(day.states().values()))
    assert (progress.audience, progress.under_way, progress.unsent) == (size.people, 0, 0)


def each_is_told_once_or_listed(day: BadDay) -> None:
    arrived, states = day.arrived(), day.states()
    assert [member for member, times in arrived.items() if times > 1] == []
    delivered, accepted, in_doubt, refused = (
        {member for member, state in states.items() if state is one} for one in ENDS
    )
    assert len(delivered | accepted | in_doubt | refused) == len(day.channel), Counter(states.values())
    # Busy (-1) is asked again under the same id; with the quota gone it stays in doubt.
    unexplained = in_doubt - day.met(*UNCLEAR, "-1") - day.in_flight
    assert not unexplained, [(day.channel[member], day.struck.get(member)) for member in unexplained]
    assert refused <= day.met("43004", "43101") - set(arrived)
    assert day.channel.keys() - in_doubt - refused <= arrived.keys()
    assert accepted <= day.silent()


def tokens_are_fetched_when_one_died(day: BadDay) -> None:
    fetches = day.zone.running.sim("GET", "ledger")["token_fetches"]
    for channel, (appid, _) in PATHS.items():
        assert fetches[appid] <= 1 + day.invalidations(channel)
