"""What each route of the control API does, and the query it reads; paths are under /_sim/."""

from typing import NamedTuple


class Said(NamedTuple):
    """A route's sentence and the names in its query."""

    text: str
    query: tuple[str, ...] = ()


OUTCOME = "answers {replies, tries, status, verdict, detail}"

ROUTES = {
    "GET accounts": Said("the accounts, without what is secret"),
    "POST accounts": Said("adds or changes one account; fields as in the accounts file"),
    "POST verify": Said("asks an account's callback for echostr, as the console does; answers as say"),
    "GET followers": Said("the followers", ("appid",)),
    "POST followers": Said("adds or changes followers of an account; what is left out stays as it was"),
    "POST login-code": Said("hands out a code as wx.login does: {code}"),
    "POST say": Said(f"the follower types; {OUTCOME}"),
    "POST scan": Said("the follower scans with a scancode_waitmsg button; answers as say"),
    "POST picture": Said("the follower sends a picture, base64; answers as say"),
    "POST voice": Said("the follower sends a recording, base64 of AMR; answers as say"),
    "POST location": Said("the follower sends a place; answers as say"),
    "POST link": Said("the follower passes a page on; answers as say"),
    "POST enter": Said("somebody enters the mini-program's customer service session; answers as say"),
    "GET customer-messages": Said("every accepted customer message", ("appid", "openid")),
    "POST scan-code": Said(
        "a phone scans a code of the account by ticket, url or scene: SCAN, or subscribe; answers as say"
    ),
    "POST visit": Said("somebody has the mini-program open: texts may be checked for two hours"),
    "POST phone-code": Said("hands out a code as the button getPhoneNumber does: {code}"),
    "POST authorization": Said(
        "somebody takes a permission back, ends the relation or changes the profile; answers as say"
    ),
    "POST risk": Said("blocks a person's log-ins to a mini-program (40226), or no longer"),
    "POST words": Said("the words that a mini-program's content check finds, each risky or to review"),
    "POST follow": Said("somebody follows the account; answers as say"),
    "POST unfollow": Said("the follower leaves; answers as say"),
    "POST block": Said("the follower refuses the account's messages, or takes them again; answers as say"),
    "POST tap": Said("the follower taps a button of the menu by its key or url; answers as say"),
    "POST subscribe": Said("wx.requestSubscribeMessage with what is tapped; {results, popup} and as say"),
    "POST switch": Said("switches a template on or off in the phone's settings; answers as say"),
    "POST ban": Said("the platform bans a template, or bans it no longer"),
    "GET grants": Said("what a phone allows each template: left, kept, off, banned", ("appid", "openid")),
    "GET media": Said("the files of an account", ("appid",)),
    "GET drafts": Said("the drafts of an account", ("appid",)),
    "GET articles": Said("the publications of an account with their articles", ("appid",)),
    "POST finish": Said(
        "ends a publication that is under way, or takes a published one away; answers as say"
    ),
    "GET mass": Said("the mass sends of an account, with their counts and how they ended", ("appid",)),
    "POST protect": Said("whether an administrator has to confirm each mass send to all"),
    "POST confirm": Said("the administrator confirms a mass send that waits, or refuses it; answers as say"),
    "POST judge": Said("how the platform ends the account's next mass send"),
    "POST undeliverable": Said("the platform's own delivery to a person fails, or does no longer"),
    "GET messages": Said("every accepted template and subscription message, once", ("appid", "openid")),
    "GET ledger": Said("the counters since the start or the last reset"),
    "GET faults": Said("the faults in force"),
    "POST faults": Said("orders a fault"),
    "DELETE faults": Said("lifts every fault"),
    "DELETE faults/{number}": Said("lifts one fault"),
    "GET quota": Said("an account's calls of today by path, and the clearings it has left", ("appid",)),
    "POST quota": Said("leaves an account so many calls of a path for today"),
    "POST secret": Said("freezes an account's secret, or thaws it"),
    "POST release": Said("lets one withheld event go, or all of them"),
    "GET clock": Said("the simulator's time"),
    "POST clock": Said("moves the simulator's time: seconds ahead of the real one"),
    "GET log": Said("calls and pushes, what is secret masked", ("after", "limit")),
    "GET log/{number}": Said("one row of the log, whole"),
    "GET wall": Said(
        "what the page shows of one account, but for what it has", ("appid", "q", "have", "after", "filter")
    ),
    "POST reset": Said("forgets all but the accounts; the clock goes back to its start"),
    "GET openapi.json": Said("this description"),
    "GET docs": Said("this description as a page to read"),
}
