"""What nobody else may read of anybody: names, numbers, points and secrets, wherever it is said."""

from tests.handlers.asking import NOW, PHONES
from tests.handlers.routes import ROUTES
from tests.handlers.world import PASSWORD, World

PAGES = {route for route in ROUTES if route.startswith("GET /console/") and "static" not in route}
# Whose people somebody may read about; an officer's own meeting has somebody of a branch on its roll.
OWN_PEOPLE = {
    **dict.fromkeys(("clerk", "commissioner", "secretary", "deputy"), ("own", "same", "unbound")),
    "leader": ("own", "unbound"),
    "town": (), "zone": (), "auditor": (), "ended_post": (),
}  # fmt: skip
OWN_MEETING = ("/confirmation", "/amendment")


def canaries(world: World, *, but: tuple[str, ...] = (), numbers_too: bool = False) -> set[str]:
    """Return the names, numbers and points of all members, and what is nobody's to read.

    Those in the places `but` may be named with their points; with `numbers_too` they may be telephoned.
    """
    told = {f"openid-{who}" for who in PHONES} | {PASSWORD}
    for n, (place, member) in enumerate(world.members.items()):
        if place not in but:
            told |= {member.name, f"{n + 1}.173"}
        if place not in but or not numbers_too:
            told |= {f"13{own}0000{n:04d}" for own in "89"} | {f"13{own} 0000 {n:04d}" for own in "89"}
    return told


def secrets(world: World) -> set[str]:
    """Return what nobody may read in a log: the canaries and all that opens a door."""
    told = canaries(world) | {*world.sessions.values(), *world.slips.values(), *world.csrf.values()}
    told |= {world.token(world.gatherings["own", NOW]), world.digits, *world.phones.values()}
    return told | {*world.screens.values()}


def found(told: set[str], page: str) -> set[str]:
    """Return which canaries sing in a page."""
    return {one for one in told if one in page}


def of_others(world: World, route: str, row: str, who: str, answer: bytes) -> set[str]:
    """Return what a console page says of people of other branches, or of numbers off the phone list."""
    if route not in PAGES or who not in OWN_PEOPLE:
        return set()
    own = ("joint",) if (who, row) == ("town", "parent") and route.endswith(OWN_MEETING) else OWN_PEOPLE[who]
    told = canaries(world, but=own, numbers_too=route.endswith("/phone-list"))
    # A file's bytes are no text; its own tests open it.
    return found(told, answer.decode("utf-8", "replace"))
