"""A thousand guesses at a hall's six digits over HTTP, while the cache is emptied: none gets anywhere.

Ten thousand, over and over: tests/soak/guesses.py.
"""

import json
import random
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from urllib.parse import urlsplit

from redis import Redis

from tests.hard.halls import a_hall
from tests.hard.zones import Phone, Zone

GUESSERS = 10
JUDGED = 5  # wrong digits of one WeChat user in ten minutes

Answers = Counter[tuple[int, str]]


def guess(phone: Phone, gathering_id: int, times: int, chance: random.Random) -> Answers:
    """Guess so often on one connection, as fast as it goes; count the answers."""
    connection = HTTPConnection(urlsplit(phone.zone.running.web).netloc, timeout=30)
    headers = {"Authorization": f"Bearer {phone.token}", "Content-Type": "application/json"}
    answers: Answers = Counter()
    for _ in range(times):
        body = json.dumps({"gathering_id": gathering_id, "code": f"{chance.randrange(10**6):06d}"})
        connection.request("POST", "/api/v1/check-ins", body, headers)
        answer = connection.getresponse()
        said = json.loads(answer.read())
        answers[answer.status, said.get("error", {}).get("code", "")] += 1
    connection.close()
    return answers


def test_a_thousand_guesses_are_judged_five_times_each_and_the_neighbour_passes(zone: Zone) -> None:
    # Control: with the limit in DIGITS_LIMIT raised, more are judged; with tries counted in Redis alone,
    # the flush gives each guesser five more.
    hold_out(zone, 1_000)


def hold_out(zone: Zone, guesses: int) -> None:
    """Let ten members of a new hall guess so often between them; see how many guesses were judged."""
    hall = a_hall(zone, members=GUESSERS + 1)
    phones, chance = [hall.phone(n) for n in range(GUESSERS)], random.Random(hall.openids[0])
    halves: list[list[Answers]] = []
    for _ in range(2):
        with ThreadPoolExecutor(2 * GUESSERS) as threads:
            # Two connections for each guesser, so that both workers judge the same person at once.
            running = [
                threads.submit(guess, phone, hall.gathering.id, guesses // GUESSERS // 4, chance)
                for phone in phones
                for _ in range(2)
            ]
            halves.append([one.result() for one in running])
        with Redis.from_url(zone.valkey.url()) as redis:
            redis.flushall()
    counted = [sum((half[2 * n] + half[2 * n + 1] for half in halves), Counter()) for n in range(GUESSERS)]
    assert sum(sum(answers.values()) for answers in counted) == guesses
    assert {frozenset(answers) for answers in counted} == {
        frozenset({(400, "code_wrong"), (429, "too_many_tries")})
    }
    assert [answers[400, "code_wrong"] for answers in counted] == [JUDGED] * GUESSERS
    assert all(line.checked_in_at is None for line in hall.lines())
    # The guesser is not locked out of the hall: the picture on the screen still signs in.
    assert phones[0].sign(token=hall.token()) == (201, "")
    neighbour = hall.phone(GUESSERS)
    assert neighbour.sign(gathering_id=hall.gathering.id, code=hall.digits()) == (201, "")
