"""Every route, whose row is asked for, and what each person gets: written by hand from the table of rights.

Columns as in `WHO`: nobody; a phone bound to nobody, a member's, one whose binding ended; then the console:
group leader, clerk, commissioner, secretary, deputy, township officer, zone officer, auditor, a secretary
whose post ended. Rows: `own` branch, another group of the `same` branch, a neighbour's gathering that the
branch joins (`joint`), a branch of an`other` township, the `parent`, a `missing` one; `line` is the line of
another group on the own roll; `-` names no row. Outside one's subtree 404, inside without the right 403.
"""

ANYBODY = "200 200 200 200 200 200 200 200 200 200 200 200 200"
NOBODY = "404 404 404 404 404 404 404 404 404 404 404 404 404"
UNSIGNED = "403 403 403 403 403 403 403 403 403 403 403 403 403"
# The phones of the mini-program, whatever row a member's own request is about.
OWN_PHONE = "401 403 200 403 401 401 401 401 401 401 401 401 401"
# What no post reaches: rows that do not exist.
NOWHERE = "401 401 401 401 404 404 404 404 404 404 404 404 404"

Rows = dict[str, str]

# Acts of the host: publish, open, close, show the code, call off. `%` is what success answers.
HOSTS: Rows = {
    "own": "401 401 401 401 403 403 403 % % 403 403 404 404",
    "same": "401 401 401 401 404 403 403 % % 403 403 404 404",
    "joint": "401 401 401 401 404 404 404 404 404 403 403 404 404",
    "other": "401 401 401 401 404 404 404 404 404 404 403 404 404",
    "parent": "401 401 401 401 404 404 404 404 404 % 403 404 404",
    "missing": NOWHERE,
}
# Drafting: all staff of the branch; an officer the own committee's meetings.
DRAFTS: Rows = {
    "own": "401 401 401 401 403 % % % % 403 403 404 404",
    "same": "401 401 401 401 404 % % % % 403 403 404 404",
    "joint": "401 401 401 401 404 404 404 404 404 403 403 404 404",
    "other": "401 401 401 401 404 404 404 404 404 404 403 404 404",
    "parent": "401 401 401 401 404 404 404 404 404 % 403 404 404",
    "missing": NOWHERE,
}
# Writing on a roll: the staff of the branch; a leader where it concerns the own group alone.
TICKS: Rows = {
    "own": "401 401 401 401 % % % % % 403 403 404 404",
    "same": "401 401 401 401 404 % % % % 403 403 404 404",
    "joint": "401 401 401 401 404 404 404 404 404 403 403 404 404",
    "other": "401 401 401 401 404 404 404 404 404 404 403 404 404",
    "parent": "401 401 401 401 404 404 404 404 404 403 403 404 404",
    "missing": NOWHERE,
}
PEOPLE: Rows = {row: statuses for row, statuses in TICKS.items() if row != "parent"}
WHOLE_ROLL: Rows = TICKS | {"own": "401 401 401 401 403 % % % % 403 403 404 404"}
# Answers to a person of the branch: its secretary alone.
DECIDES: Rows = {
    "own": "401 401 401 401 403 403 403 % % 403 403 404 404",
    "same": "401 401 401 401 404 403 403 % % 403 403 404 404",
    "joint": "401 401 401 401 404 404 404 404 404 403 403 404 404",
    "other": "401 401 401 401 404 404 404 404 404 404 403 404 404",
    "missing": NOWHERE,
}
# What a second hand decides: committee, points group; those above only what is the secretary's.
APPROVES: Rows = {
    "own": "401 401 401 401 403 403 % % % 403 403 404 404",
    "same": "401 401 401 401 404 403 % % % 403 403 404 404",
    "joint": "401 401 401 401 404 404 404 404 404 403 403 404 404",
    "other": "401 401 401 401 404 404 404 404 404 404 403 404 404",
    "missing": NOWHERE,
}
# Acts of the township or the zone on what lies below.
ABOVE: Rows = {
    "own": "401 401 401 401 403 403 403 403 403 % % 404 404",
    "same": "401 401 401 401 404 403 403 403 403 % % 404 404",
    "joint": "401 401 401 401 404 404 404 404 404 % % 404 404",
    "other": "401 401 401 401 404 404 404 404 404 404 % 404 404",
    "parent": "401 401 401 401 404 404 404 404 404 % % 404 404",
    "missing": NOWHERE,
}
ACCOUNTS: Rows = {
    "own": "401 401 401 401 403 403 403 403 403 % % 403 403",
    "same": "401 401 401 401 403 403 403 403 403 % % 403 403",
    "joint": "401 401 401 401 403 403 403 403 403 % % 403 403",
    "other": "401 401 401 401 403 403 403 403 403 404 % 403 403",
    "parent": "401 401 401 401 403 403 403 403 403 403 % 403 403",
    "missing": "401 401 401 401 403 403 403 403 403 404 404 403 403",
}

SCHEMES: Rows = {
    "own": "401 401 401 401 403 403 403 403 403 % % 403 403",
    "other": "401 401 401 401 403 403 403 403 403 404 % 403 403",
    "parent": "401 401 401 401 403 403 403 403 403 % % 403 403",
    "missing": "401 401 401 401 403 403 403 403 403 404 404 403 403",
}
NARROWS: Rows = {
    "own": "401 401 401 401 403 403 403 403 403 200 403 403 403",
    "same": "401 401 401 401 403 403 403 403 403 200 403 403 403",
    "other": "401 401 401 401 403 404 404 404 404 404 403 403 403",
    "missing": "401 401 401 401 403 404 404 404 404 404 404 403 403",
}
BELOW: Rows = {
    "-": "401 401 401 401 403 403 403 403 403 200 200 403 403",
    "own": "401 401 401 401 403 403 403 403 403 200 200 403 403",
    "same": "401 401 401 401 403 403 403 403 403 200 200 403 403",
    "joint": "401 401 401 401 403 403 403 403 403 200 200 403 403",
    "other": "401 401 401 401 403 403 403 403 403 404 200 403 403",
    "parent": "401 401 401 401 403 403 403 403 403 200 200 403 403",
    "missing": "401 401 401 401 403 403 403 403 403 404 404 403 403",
}

IMPORTS: Rows = {
    "-": "401 401 401 401 403 200 403 200 200 200 200 403 403",
    "own": "401 401 401 401 403 200 403 200 200 200 200 403 403",
    "same": "401 401 401 401 403 409 403 409 409 409 409 403 403",
    "joint": "401 401 401 401 403 404 403 404 404 200 200 403 403",
    "other": "401 401 401 401 403 404 403 404 404 404 200 403 403",
    "parent": "401 401 401 401 403 404 403 404 404 200 200 403 403",
    "missing": "401 401 401 401 403 404 403 404 404 404 404 403 403",
}

# A filed record: read by the branch's staff and from above.
RECORDS: Rows = {
    "own": "401 401 401 401 403 200 200 200 200 200 200 404 404",
    "same": "401 401 401 401 404 200 200 200 200 200 200 404 404",
    "joint": "401 401 401 401 404 404 404 404 404 200 200 404 404",
    "other": "401 401 401 401 404 404 404 404 404 404 200 404 404",
    "parent": "401 401 401 401 404 404 404 404 404 200 200 404 404",
    "missing": NOWHERE,
}
# What leaves for the public: the zone alone.
ZONE: Rows = {
    "own": "401 401 401 401 403 403 403 403 403 403 % 404 404",
    "same": "401 401 401 401 404 403 403 403 403 403 % 404 404",
    "joint": "401 401 401 401 404 404 404 404 404 403 % 404 404",
    "other": "401 401 401 401 404 404 404 404 404 404 % 404 404",
    "parent": "401 401 401 401 404 404 404 404 404 403 % 404 404",
    "missing": NOWHERE,
}
# Whoever proposes an article, or publishes it.
GIVES_OUT: Rows = {
    "own": "401 401 401 401 403 403 403 % % 403 % 404 404",
    "same": "401 401 401 401 404 403 403 % % 403 % 404 404",
    "joint": "401 401 401 401 404 404 404 404 404 403 % 404 404",
    "other": "401 401 401 401 404 404 404 404 404 404 % 404 404",
    "parent": "401 401 401 401 404 404 404 404 404 % % 404 404",
    "missing": NOWHERE,
}
# A draft of an article exists for its own organisation alone.
OWN_DRAFTS: Rows = {
    "own": "401 401 401 401 404 % % % % 404 404 404 404",
    "same": "401 401 401 401 404 % % % % 404 404 404 404",
    "joint": "401 401 401 401 404 404 404 404 404 404 404 404 404",
    "other": "401 401 401 401 404 404 404 404 404 404 404 404 404",
    "parent": "401 401 401 401 404 404 404 404 404 % 404 404 404",
    "missing": NOWHERE,
}
# From its proposal on it is read by its own staff and from above.
PROPOSED: Rows = {
    "own": "401 401 401 401 403 200 200 200 200 200 200 404 404",
    "same": "401 401 401 401 404 200 200 200 200 200 200 404 404",
    "joint": "401 401 401 401 404 404 404 404 404 200 200 404 404",
    "other": "401 401 401 401 404 404 404 404 404 404 200 404 404",
    "parent": "401 401 401 401 404 404 404 404 404 200 200 404 404",
    "missing": NOWHERE,
}
# What is published is everybody's.
PUBLISHED: Rows = dict.fromkeys(("own", "same", "joint", "other", "parent"), ANYBODY) | {
    "missing": ANYBODY.replace("200", "404")
}

# A ledger of gatherings goes to whoever sees what was filed; a group has none of its own.
FILED: Rows = {
    "-": "401 401 401 401 403 200 200 200 200 200 200 403 403",
    "own": "401 401 401 401 403 200 200 200 200 200 200 403 403",
    "same": "401 401 401 401 403 409 409 409 409 409 409 403 403",
    "joint": "401 401 401 401 403 404 404 404 404 200 200 403 403",
    "other": "401 401 401 401 403 404 404 404 404 404 200 403 403",
    "parent": "401 401 401 401 403 404 404 404 404 200 200 403 403",
    "missing": "401 401 401 401 403 404 404 404 404 404 404 403 403",
}
# A ledger of people goes to the staff of their own branch.
OWN_PEOPLE: Rows = {
    "-": "401 401 401 401 403 200 200 200 200 403 403 403 403",
    "own": "401 401 401 401 403 200 200 200 200 403 403 403 403",
    "same": "401 401 401 401 403 409 409 409 409 403 403 403 403",
    "joint": "401 401 401 401 403 404 404 404 404 403 403 403 403",
    "other": "401 401 401 401 403 404 404 404 404 403 403 403 403",
    "parent": "401 401 401 401 403 404 404 404 404 403 403 403 403",
    "missing": "401 401 401 401 403 404 404 404 404 403 403 403 403",
}

# A rating belongs to a branch: its staff read it, its secretary leads it, the level above files it.
RATED: Rows = {row: of for row, of in RECORDS.items() if row != "parent"} | {"same": NOWHERE}
LEADS: Rows = DECIDES | {"same": NOWHERE}
FILES: Rows = {row: of for row, of in ABOVE.items() if row != "parent"} | {"same": NOWHERE}
# Before its meeting what a branch tries out is its own.
TRIED: Rows = dict.fromkeys(("same", "joint", "other", "missing"), NOWHERE) | {
    "own": "401 401 401 401 403 200 200 200 200 404 404 404 404"
}

SCREENS = ("own", "same", "other", "missing")


def ok(rows: Rows, status: int) -> Rows:
    """Return these rows with what success answers put in."""
    return {row: statuses.replace("%", str(status)) for row, statuses in rows.items()}


def by_phone(rows: Rows) -> Rows:
    """Return these rows as the staff's phones get them, after the eight digits: the same rights as there.

    Phones without digits get 403, and so does that of somebody whose last post ended.
    """
    return {row: " ".join(("401 403 403 403", *of.split()[4:12], "403")) for row, of in rows.items()}


# What the phone of any post may ask.
ANY_POST = "401 403 403 403 200 200 200 200 200 200 200 200 403"

# What belongs to one member, asked for by the member's phone.
OWN_ROWS: Rows = dict.fromkeys(("same", "joint", "other", "missing"), OWN_PHONE.replace("200", "404")) | {
    "own": OWN_PHONE.replace("200", "%")
}

ROUTES: dict[str, Rows] = {
    # For everybody.
    "GET /healthz": {"-": ANYBODY},
    "GET /readyz": {"-": ANYBODY},
    "GET /metrics": {"-": NOBODY},
    "GET /api/v1/openapi.json": {"-": ANYBODY},
    "GET /": {"-": ANYBODY},
    "GET /n/<token>": {"own": ANYBODY, "missing": ANYBODY.replace("200", "404")},
    "GET /a/<int:article_id>": PUBLISHED,
    "GET /a/<int:article_id>/pictures/<int:picture_id>.jpg": PUBLISHED,
    "GET /c/<token>": {"own": ANYBODY, "missing": ANYBODY},
    # The hall's screen: a link turns into a cookie, and nobody's own log-in is one.
    "GET /s/<token>": {"own": ANYBODY.replace("200", "303"), "missing": ANYBODY.replace("200", "401")},
    "GET /console/screens/<int:gathering_id>": dict.fromkeys(SCREENS, ANYBODY.replace("200", "401")),
    "GET /console/screens/<int:gathering_id>/code": dict.fromkeys(SCREENS, ANYBODY.replace("200", "401")),
    "GET /<name>.<any(txt, html):kind>": {"own": ANYBODY, "missing": ANYBODY.replace("200", "404")},
    "GET /console/static/<path:filename>": {"-": ANYBODY},
    "GET /console/login": {"-": ANYBODY},
    "POST /console/login": {"-": ANYBODY.replace("200", "303")},
    # For WeChat, which signs.
    "GET /wechat/official-account": {"-": UNSIGNED},
    "POST /wechat/official-account": {"-": UNSIGNED},
    "GET /wechat/mini-program": {"-": UNSIGNED},
    "POST /wechat/mini-program": {"-": UNSIGNED},
    # The mini-program.
    "GET /api/v1/home": {"-": ANYBODY},
    "POST /api/v1/session": {"-": ANYBODY.replace("200", "201")},
    "DELETE /api/v1/session": {"-": "401 204 204 204 401 401 401 401 401 401 401 401 401"},
    "DELETE /api/v1/binding": {"-": "401 403 204 403 401 401 401 401 401 401 401 401 401"},
    "GET /api/v1/gatherings": {"-": OWN_PHONE},
    "GET /api/v1/notices": {"-": OWN_PHONE},
    "GET /api/v1/notices/<int:notice_id>": ok(OWN_ROWS, 200),
    "POST /api/v1/notices/<int:notice_id>/read": ok(OWN_ROWS, 200),
    "GET /api/v1/me/points": {"-": OWN_PHONE},
    "GET /api/v1/me/ratings": {"-": OWN_PHONE},
    "GET /api/v1/me/data": {"-": OWN_PHONE},
    "POST /api/v1/me/corrections": {"-": OWN_PHONE.replace("200", "201")},
    "GET /api/v1/articles": {"-": ANYBODY},
    "GET /api/v1/articles/<int:article_id>": PUBLISHED,
    "GET /api/v1/guides": {"-": ANYBODY},
    # Anybody may write; the phone that wrote reads the answer.
    "GET /api/v1/complaints": {"-": "401 200 200 200 401 401 401 401 401 401 401 401 401"},
    "POST /api/v1/complaints": {"-": ANYBODY.replace("200", "201")},
    "GET /api/v1/complaints/<receipt>": {
        "own": "401 404 200 404 401 401 401 401 401 401 401 401 401",
        "missing": "401 404 404 404 401 401 401 401 401 401 401 401 401",
    },
    "GET /api/v1/me/link-code": {"-": OWN_PHONE},
    # Phones of posts: whoever is bound and types the digits of a console; then as the console has it.
    "POST /api/v1/branch/session": {
        "own": "401 403 201 403 201 201 201 201 201 201 201 201 201",
        "missing": "401 403 400 403 400 400 400 400 400 400 400 400 400",
    },
    "DELETE /api/v1/branch/session": {"-": ANY_POST.replace("200", "204")},
    "GET /api/v1/branch/today": {"-": ANY_POST},
    "GET /api/v1/branch/gatherings": {"-": "401 403 403 403 200 200 200 200 200 200 200 403 403"},
    "POST /api/v1/branch/gatherings": by_phone(ok(DRAFTS, 201))
    | {
        "-": "401 403 403 403 403 201 201 201 201 404 404 403 403",
        "parent": "401 403 403 403 404 404 404 404 404 404 403 404 403",
    },
    "POST /api/v1/branch/gatherings/<int:gathering_id> draft": by_phone(ok(DRAFTS, 200))
    | {"parent": "401 403 403 403 404 404 404 404 404 404 403 404 403"},
    "GET /api/v1/branch/gatherings/<int:gathering_id>": by_phone(
        {
            "own": "401 401 401 401 200 200 200 200 200 200 200 404 404",
            "same": "401 401 401 401 404 200 200 200 200 200 200 404 404",
            "joint": "401 401 401 401 200 200 200 200 200 200 200 404 404",
            "other": "401 401 401 401 404 404 404 404 404 404 200 404 404",
            "parent": "401 401 401 401 404 404 404 404 404 200 200 404 404",
            "missing": NOWHERE,
        }
    ),
    "GET /api/v1/branch/gatherings/<int:gathering_id> draft": by_phone(ok(DRAFTS, 200)),
    "POST /api/v1/branch/gatherings/<int:gathering_id>/publication draft": by_phone(ok(HOSTS, 200)),
    "GET /api/v1/branch/gatherings/<int:gathering_id>/code": by_phone(ok(HOSTS, 200)),
    "POST /api/v1/branch/gatherings/<int:gathering_id>/opening": by_phone(ok(HOSTS, 200)),
    "POST /api/v1/branch/gatherings/<int:gathering_id>/closing": by_phone(ok(HOSTS, 200)),
    "GET /api/v1/branch/gatherings/<int:gathering_id>/phone-list": by_phone(
        {
            "own": "401 401 401 401 200 200 200 200 200 403 403 404 404",
            "same": "401 401 401 401 404 200 200 200 200 403 403 404 404",
            "joint": "401 401 401 401 200 200 200 200 200 403 403 404 404",
            "other": "401 401 401 401 404 404 404 404 404 404 403 404 404",
            "parent": "401 401 401 401 404 404 404 404 404 403 403 404 404",
            "missing": NOWHERE,
        }
    ),
    "POST /api/v1/branch/gatherings/<int:gathering_id>/phone-list/<int:delivery_id>": by_phone(
        ok(TICKS, 200) | {"line": "401 401 401 401 404 200 200 200 200 403 403 404 404"}
    ),
    "DELETE /api/v1/branch/gatherings/<int:gathering_id>/phone-list/<int:delivery_id>": by_phone(
        ok(TICKS, 200) | {"line": "401 401 401 401 404 200 200 200 200 403 403 404 404"}
    ),
    "GET /api/v1/branch/rolls/<int:roll_id>": by_phone(ok(TICKS, 200)),
    "GET /api/v1/branch/rolls/<int:roll_id> draft": by_phone(dict.fromkeys(TICKS, NOWHERE)),
    "POST /api/v1/branch/rolls/<int:roll_id>/marks": by_phone(
        ok(TICKS, 200) | {"line": "401 401 401 401 404 200 200 200 200 403 403 404 404"}
    ),
    "POST /api/v1/branch/rolls/<int:roll_id>/rest": by_phone(ok(WHOLE_ROLL, 200)),
    "POST /api/v1/branch/rolls/<int:roll_id>/heads": by_phone(ok(WHOLE_ROLL, 200)),
    "POST /api/v1/branch/rolls/<int:roll_id>/confirmation": by_phone(ok(HOSTS, 200)),
    "GET /api/v1/branch/leaves": {"-": "401 403 403 403 200 200 200 200 200 403 403 403 403"},
    "POST /api/v1/branch/leaves/<int:gathering_id>/<int:member_id>/decision": by_phone(ok(DECIDES, 200)),
    "GET /api/v1/gatherings/<int:gathering_id>": {
        "own": OWN_PHONE,
        "same": "401 403 404 403 401 401 401 401 401 401 401 401 401",
        "joint": OWN_PHONE,
        "other": "401 403 404 403 401 401 401 401 401 401 401 401 401",
        "parent": "401 403 404 403 401 401 401 401 401 401 401 401 401",
        "missing": "401 403 404 403 401 401 401 401 401 401 401 401 401",
    },
    "GET /api/v1/gatherings/<int:gathering_id> draft": {
        "own": "401 403 404 403 401 401 401 401 401 401 401 401 401",
    },
    # Leave from the own branch's gathering is asked already, from the neighbour's not yet.
    "POST /api/v1/gatherings/<int:gathering_id>/leave": {
        "own": "401 403 409 403 401 401 401 401 401 401 401 401 401",
        "same": "401 403 404 403 401 401 401 401 401 401 401 401 401",
        "joint": "401 403 201 403 401 401 401 401 401 401 401 401 401",
        "other": "401 403 404 403 401 401 401 401 401 401 401 401 401",
        "parent": "401 403 404 403 401 401 401 401 401 401 401 401 401",
        "missing": "401 403 404 403 401 401 401 401 401 401 401 401 401",
    },
    "DELETE /api/v1/gatherings/<int:gathering_id>/leave": {
        "own": OWN_PHONE,
        "same": "401 403 404 403 401 401 401 401 401 401 401 401 401",
        "joint": "401 403 404 403 401 401 401 401 401 401 401 401 401",
        "other": "401 403 404 403 401 401 401 401 401 401 401 401 401",
        "parent": "401 403 404 403 401 401 401 401 401 401 401 401 401",
        "missing": "401 403 404 403 401 401 401 401 401 401 401 401 401",
    },
    "GET /api/v1/me/objections": {"-": OWN_PHONE},
    "POST /api/v1/me/objections": ok(OWN_ROWS, 201),
    "DELETE /api/v1/me/objections/<int:objection_id>": ok(OWN_ROWS, 200),
    "POST /api/v1/me/objections/<int:objection_id>/appeal": ok(OWN_ROWS, 201),
    "GET /api/v1/me/declarations": {"-": OWN_PHONE},
    "POST /api/v1/me/declarations": {"-": OWN_PHONE.replace("200", "201")},
    "DELETE /api/v1/me/declarations/<int:declaration_id>": {
        "own": OWN_PHONE,
        "same": "401 403 404 403 401 401 401 401 401 401 401 401 401",
        "joint": "401 403 404 403 401 401 401 401 401 401 401 401 401",
        "other": "401 403 404 403 401 401 401 401 401 401 401 401 401",
        "missing": "401 403 404 403 401 401 401 401 401 401 401 401 401",
    },
    "GET /api/v1/me/away": {"-": OWN_PHONE},
    "POST /api/v1/me/away": {"-": OWN_PHONE.replace("200", "201")},
    "DELETE /api/v1/me/away": {"-": OWN_PHONE},
    "GET /api/v1/me/host-attendances": {"-": OWN_PHONE},
    "POST /api/v1/me/host-attendances": {"-": OWN_PHONE.replace("200", "201")},
    "DELETE /api/v1/me/host-attendances/<int:attendance_id>": {
        "own": OWN_PHONE,
        "same": "401 403 404 403 401 401 401 401 401 401 401 401 401",
        "joint": "401 403 404 403 401 401 401 401 401 401 401 401 401",
        "other": "401 403 404 403 401 401 401 401 401 401 401 401 401",
        "missing": "401 403 404 403 401 401 401 401 401 401 401 401 401",
    },
    "POST /api/v1/subscriptions": {"-": OWN_PHONE},
    "POST /api/v1/check-ins": {
        "own": "401 403 201 403 401 401 401 401 401 401 401 401 401",
        "same": "401 403 403 403 401 401 401 401 401 401 401 401 401",
        "joint": "401 403 201 403 401 401 401 401 401 401 401 401 401",
        "other": "401 403 403 403 401 401 401 401 401 401 401 401 401",
        "parent": "401 403 403 403 401 401 401 401 401 401 401 401 401",
        "missing": "401 404 404 404 401 401 401 401 401 401 401 401 401",
    },
    "POST /api/v1/check-ins draft": {
        "own": "401 404 404 404 401 401 401 401 401 401 401 401 401",
    },
    # Whoever holds a slip may use it, once; a member who is bound cannot become somebody else.
    "POST /api/v1/binding": {
        "own": "401 201 201 201 401 401 401 401 401 401 401 401 401",
        "same": "401 201 409 201 401 401 401 401 401 401 401 401 401",
        "other": "401 201 409 201 401 401 401 401 401 401 401 401 401",
        "missing": "401 400 400 400 401 401 401 401 401 401 401 401 401",
    },
    # One's own log-in.
    "GET /console/": {"-": "401 401 401 401 200 200 200 200 200 200 200 200 200"},
    "GET /console/password": {"-": "401 401 401 401 200 200 200 200 200 200 200 200 200"},
    "POST /console/password": {"-": "401 401 401 401 303 303 303 303 303 303 303 303 303"},
    "POST /console/logout": {"-": "401 401 401 401 303 303 303 303 303 303 303 303 303"},
    "GET /console/phone-code": {"-": "401 401 401 401 200 200 200 200 200 200 200 403 403"},
    "POST /console/phone-code": {"-": "401 401 401 401 200 200 200 200 200 200 200 403 403"},
    # The roster, points and slips of the own branch.
    "GET /console/members": {
        "-": "401 401 401 401 403 200 200 200 200 403 403 403 403",
        "own": "401 401 401 401 403 200 200 200 200 403 403 403 403",
        "same": "401 401 401 401 403 200 200 200 200 403 403 403 403",
        "joint": "401 401 401 401 403 404 404 404 404 403 403 403 403",
        "other": "401 401 401 401 403 404 404 404 404 403 403 403 403",
        "parent": "401 401 401 401 403 404 404 404 404 403 403 403 403",
        "missing": "401 401 401 401 403 404 404 404 404 403 403 403 403",
    },
    # A member belongs to a branch, never to the parent.
    "GET /console/members/<int:member_id>/points": {
        "own": "401 401 401 401 403 200 200 200 200 403 403 404 404",
        "same": "401 401 401 401 403 200 200 200 200 403 403 404 404",
        "joint": "401 401 401 401 404 404 404 404 404 403 403 404 404",
        "other": "401 401 401 401 404 404 404 404 404 404 403 404 404",
        "missing": NOWHERE,
    },
    "GET /console/points": OWN_PEOPLE,
    "GET /console/points/month": OWN_PEOPLE,
    "GET /console/points/cards": OWN_PEOPLE,
    "GET /console/points/cards/print": OWN_PEOPLE,
    # Proposals: written down by the staff or for the own group, decided by a second hand.
    # 异议: read by the branch, answered by another hand than the one behind the entry.
    "GET /console/objections": {"-": "401 401 401 401 200 200 200 200 200 200 200 403 403"},
    "GET /console/objections/new": {
        "-": "401 401 401 401 200 200 200 200 200 403 403 403 403",
        "own": "401 401 401 401 200 200 200 200 200 403 403 403 403",
        "same": "401 401 401 401 404 200 200 200 200 403 403 403 403",
        "joint": "401 401 401 401 404 404 404 404 404 403 403 403 403",
        "other": "401 401 401 401 404 404 404 404 404 403 403 403 403",
        "missing": "401 401 401 401 404 404 404 404 404 403 403 403 403",
    },
    "POST /console/objections": ok(PEOPLE, 303),
    "GET /console/objections/<int:objection_id>": ok(PEOPLE, 200),
    "GET /console/objections/<int:objection_id>/receipt": ok(PEOPLE, 200),
    "GET /console/objections/<int:objection_id>/paper": ok(PEOPLE, 200),
    "POST /console/objections/<int:objection_id>/withdrawal": ok(PEOPLE, 303),
    "POST /console/objections/<int:objection_id>/telling": ok(PEOPLE, 303),
    "POST /console/objections/<int:objection_id>/appeal": ok(PEOPLE, 303),
    "POST /console/objections/<int:objection_id>/answer": {
        "own": "401 401 401 401 403 403 200 200 200 403 403 404 404",
        "same": "401 401 401 401 404 403 200 200 200 403 403 404 404",
        "joint": "401 401 401 401 404 404 404 404 404 403 403 404 404",
        "other": "401 401 401 401 404 404 404 404 404 404 403 404 404",
        "missing": NOWHERE,
    },
    "GET /console/proposals": {"-": "401 401 401 401 200 200 200 200 200 200 200 403 403"},
    "GET /console/proposals/new": {
        "-": "401 401 401 401 200 200 200 200 200 403 403 403 403",
        "own": "401 401 401 401 200 200 200 200 200 403 403 403 403",
        "joint": "401 401 401 401 404 404 404 404 404 403 403 403 403",
        "other": "401 401 401 401 404 404 404 404 404 403 403 403 403",
        "missing": "401 401 401 401 404 404 404 404 404 403 403 403 403",
    },
    "POST /console/proposals": ok(PEOPLE, 303),
    "POST /console/declarations": ok(PEOPLE, 303),
    "POST /console/proposals/<int:proposal_id>/approval": ok(APPROVES, 303),
    "POST /console/proposals/<int:proposal_id>/rejection": ok(APPROVES, 303),
    "POST /console/proposals/<int:proposal_id>/withdrawal": ok(PEOPLE, 303),
    "POST /console/proposals/<int:proposal_id>/telling": ok(PEOPLE, 303),
    "POST /console/proposals/<int:proposal_id>/reversal": ok(APPROVES, 303),
    # The workbook: a branch's own people, an officer's subtree; a group has no roster of its own.
    "GET /console/imports": IMPORTS,
    "POST /console/imports": IMPORTS,
    # Ledgers as Excel.
    "GET /console/ledgers": FILED,
    "GET /console/ledgers/meetings": FILED,
    "GET /console/ledgers/roster": OWN_PEOPLE,
    "GET /console/ledgers/leave-makeup": OWN_PEOPLE,
    "GET /console/ledgers/points": OWN_PEOPLE,
    "GET /console/ledgers/stars": OWN_PEOPLE,
    "GET /console/ledgers/floating": OWN_PEOPLE,
    "GET /console/ledgers/sign-in": ok(WHOLE_ROLL, 200),
    "GET /console/slips": {
        "-": "401 401 401 401 403 403 403 200 200 200 200 403 403",
        "own": "401 401 401 401 403 403 403 200 200 200 200 403 403",
        "same": "401 401 401 401 403 403 403 200 200 200 200 403 403",
        "joint": "401 401 401 401 403 403 403 404 404 200 200 403 403",
        "other": "401 401 401 401 403 403 403 404 404 404 200 403 403",
        "parent": "401 401 401 401 403 403 403 404 404 200 200 403 403",
        "missing": "401 401 401 401 403 403 403 404 404 404 404 403 403",
    },
    # By branch, which is how those above print them.
    "POST /console/slips/branches": {
        "own": "401 401 401 401 403 403 403 200 200 200 200 403 403",
        "same": "401 401 401 401 403 403 403 404 404 404 404 403 403",
        "joint": "401 401 401 401 403 403 403 404 404 200 200 403 403",
        "other": "401 401 401 401 403 403 403 404 404 404 200 403 403",
        "parent": "401 401 401 401 403 403 403 404 404 200 200 403 403",
        "missing": "401 401 401 401 403 403 403 404 404 404 404 403 403",
    },
    # `line`: a member of a neighbour, asked for under the own branch.
    "POST /console/slips": {
        "own": "401 401 401 401 403 403 403 200 200 403 403 404 404",
        "same": "401 401 401 401 404 403 403 404 404 403 403 404 404",
        "joint": "401 401 401 401 404 404 404 404 404 403 403 404 404",
        "line": "401 401 401 401 403 403 403 404 404 403 403 404 404",
        "other": "401 401 401 401 404 404 404 404 404 404 403 404 404",
        "parent": "401 401 401 401 404 404 404 404 404 403 403 404 404",
        "missing": NOWHERE,
    },
    # Gatherings: the list, a page for everybody who takes part or stands above, drafts for who drafts.
    "GET /console/gatherings": {"-": "401 401 401 401 200 200 200 200 200 200 200 403 403"},
    # A committee calls the branches below together.
    "GET /console/gatherings/new": ok(DRAFTS, 200)
    | {"-": "401 401 401 401 403 200 200 200 200 200 200 403 403"},
    "POST /console/gatherings": ok(DRAFTS, 303),
    "GET /console/gatherings/<int:gathering_id>": {
        "own": "401 401 401 401 200 200 200 200 200 200 200 404 404",
        "same": "401 401 401 401 404 200 200 200 200 200 200 404 404",
        "joint": "401 401 401 401 200 200 200 200 200 200 200 404 404",
        "other": "401 401 401 401 404 404 404 404 404 404 200 404 404",
        "parent": "401 401 401 401 404 404 404 404 404 200 200 404 404",
        "missing": NOWHERE,
    },
    "GET /console/gatherings/<int:gathering_id> draft": ok(DRAFTS, 200),
    "POST /console/gatherings/<int:gathering_id> draft": ok(DRAFTS, 303),
    "POST /console/gatherings/<int:gathering_id>/publication draft": ok(HOSTS, 303),
    "POST /console/gatherings/<int:gathering_id>/opening": ok(HOSTS, 303),
    "POST /console/gatherings/<int:gathering_id>/closing": ok(HOSTS, 303),
    "POST /console/gatherings/<int:gathering_id>/new-code": ok(HOSTS, 303),
    "GET /console/gatherings/<int:gathering_id>/cancellation": ok(HOSTS, 200),
    "POST /console/gatherings/<int:gathering_id>/cancellation": ok(HOSTS, 303),
    "POST /console/gatherings/<int:gathering_id>/screen-links": ok(HOSTS, 200),
    "POST /console/gatherings/<int:gathering_id>/screen-links/ending": ok(HOSTS, 303),
    "GET /console/gatherings/<int:gathering_id>/projector": ok(HOSTS, 200),
    "GET /console/gatherings/<int:gathering_id>/projector/code": ok(HOSTS, 200),
    "GET /console/gatherings/<int:gathering_id>/sheet": {
        "own": "401 401 401 401 200 200 200 200 200 200 200 404 404",
        "same": "401 401 401 401 404 200 200 200 200 200 200 404 404",
        "joint": "401 401 401 401 200 200 200 200 200 200 200 404 404",
        "other": "401 401 401 401 404 404 404 404 404 404 200 404 404",
        "parent": "401 401 401 401 404 404 404 404 404 200 200 404 404",
        "missing": NOWHERE,
    },
    "GET /console/gatherings/<int:gathering_id>/sheet draft": ok(DRAFTS, 200),
    "GET /console/gatherings/<int:gathering_id>/change": ok(HOSTS, 200),
    "POST /console/gatherings/<int:gathering_id>/change": ok(HOSTS, 303),
    # By day nothing waits for the morning.
    "POST /console/gatherings/<int:gathering_id>/night-override": ok(ABOVE, 409),
    # Articles.
    "GET /console/articles": {"-": "401 401 401 401 403 200 200 200 200 200 200 403 403"},
    "GET /console/articles/new": ok(DRAFTS, 200)
    | {"-": "401 401 401 401 403 200 200 200 200 200 200 403 403"},
    "POST /console/articles": ok(DRAFTS, 303),
    "POST /console/articles/<int:article_id>/proposal": ok(OWN_DRAFTS, 303)
    | {
        "own": "401 401 401 401 404 403 403 303 303 404 404 404 404",
        "same": "401 401 401 401 404 403 403 303 303 404 404 404 404",
    },
    "POST /console/articles/<int:article_id>/taking-back": ok(HOSTS, 303),
    "POST /console/articles/<int:article_id>/review": ok(ABOVE, 303),
    "POST /console/articles/<int:article_id>/approval": ok(ZONE, 303),
    "POST /console/articles/<int:article_id>/publication": ok(ZONE, 303),
    "POST /console/articles/<int:article_id>/registration": ok(ZONE, 303),
    "POST /console/articles/<int:article_id>/withdrawal": ok(GIVES_OUT, 303),
    "GET /console/articles/<int:article_id>/pack.zip": ok(GIVES_OUT, 200),
    "GET /console/articles/<int:article_id>/copy": ok(GIVES_OUT, 200),
    "GET /console/articles/<int:article_id>/sheet": PROPOSED,
    "GET /console/articles/<int:article_id>": PROPOSED,
    "GET /console/articles/<int:article_id> draft": ok(OWN_DRAFTS, 200),
    "GET /console/articles/<int:article_id>/pictures/<int:picture_id>.jpg": PROPOSED,
    "GET /console/articles/<int:article_id>/pictures/<int:picture_id>.jpg draft": ok(OWN_DRAFTS, 200),
    "GET /console/articles/<int:article_id>/edit": ok(OWN_DRAFTS, 200),
    "POST /console/articles/<int:article_id>/edit": ok(OWN_DRAFTS, 303),
    # Schemes of points: branch staff read, officers keep them; who issued one says for whom it holds.
    "GET /console/schemes": {"-": "401 401 401 401 403 200 200 200 200 200 200 403 403"},
    "GET /console/schemes/<int:scheme_id>": {
        "own": "401 401 401 401 403 200 200 200 200 200 200 403 403",
        "same": "401 401 401 401 403 200 200 200 200 200 200 403 403",
        "other": "401 401 401 401 403 404 404 404 404 404 200 403 403",
        "missing": "401 401 401 401 403 404 404 404 404 404 404 403 403",
    },
    "POST /console/schemes/check": ok(SCHEMES, 200),
    "POST /console/schemes": ok(SCHEMES, 303),
    "POST /console/schemes/<int:scheme_id>/use": {
        "own": "401 401 401 401 403 403 403 403 403 403 303 403 403",
        "same": "401 401 401 401 403 403 403 403 403 403 303 403 403",
        "other": "401 401 401 401 403 404 404 404 404 404 303 403 403",
        "missing": "401 401 401 401 403 404 404 404 404 404 404 403 403",
    },
    "GET /console/schemes/<int:scheme_id>/narrowing": NARROWS,
    "POST /console/schemes/<int:scheme_id>/narrowing": NARROWS,
    # What is required of the theme days below; only a committee requires.
    "GET /console/required-items": {"-": "401 401 401 401 403 403 403 403 403 200 200 403 403"},
    "POST /console/required-items": ok(ABOVE, 404)
    | {"parent": "401 401 401 401 404 404 404 404 404 303 303 404 404"},
    "POST /console/required-items/<int:item_id>/withdrawal": ok(ABOVE, 303),
    # Held and filed below: officers; a record is looked at once it is filed, which none of these is.
    "GET /console/below": BELOW,
    "POST /console/below/<int:roll_id>/look": ok(ABOVE, 409),
    # One person from above: the purpose is typed, the row is whoever was found.
    "GET /console/people": {"-": "401 401 401 401 403 403 403 403 403 200 200 403 403"},
    "POST /console/people": {"-": "401 401 401 401 403 403 403 403 403 200 200 403 403"},
    "POST /console/people/<int:member_id>": {
        row: statuses for row, statuses in ok(ABOVE, 200).items() if row != "parent"
    },
    "POST /console/people/<int:member_id>/move": {
        row: statuses for row, statuses in ok(ABOVE, 200).items() if row != "parent"
    },
    "GET /console/members/<int:member_id>/membership": ok(DECIDES, 200),
    "POST /console/members/<int:member_id>/membership": ok(DECIDES, 303),
    # The phone list: each sees the own people of a shared gathering.
    "GET /console/gatherings/<int:gathering_id>/phone-list": {
        "own": "401 401 401 401 200 200 200 200 200 403 403 404 404",
        "same": "401 401 401 401 404 200 200 200 200 403 403 404 404",
        "joint": "401 401 401 401 200 200 200 200 200 403 403 404 404",
        "other": "401 401 401 401 404 404 404 404 404 404 403 404 404",
        "parent": "401 401 401 401 404 404 404 404 404 403 403 404 404",
        "missing": NOWHERE,
    },
    "POST /console/gatherings/<int:gathering_id>/phone-list/<int:delivery_id>": ok(TICKS, 303)
    | {
        "line": "401 401 401 401 404 303 303 303 303 403 403 404 404",
    },
    "POST /console/gatherings/<int:gathering_id>/phone-list/<int:delivery_id>/undoing": ok(TICKS, 303)
    | {
        "line": "401 401 401 401 404 303 303 303 303 403 403 404 404",
    },
    # Rolls.
    "GET /console/rolls/<int:roll_id>": ok(TICKS, 200),
    "GET /console/rolls/<int:roll_id> draft": dict.fromkeys(TICKS, NOWHERE),
    "POST /console/rolls/<int:roll_id>/marks": ok(TICKS, 303)
    | {
        "line": "401 401 401 401 404 303 303 303 303 403 403 404 404",
    },
    "GET /console/rolls/<int:roll_id>/fresh": ok(TICKS, 200),
    "POST /console/rolls/<int:roll_id>/dues": ok(TICKS, 303)
    | {
        "line": "401 401 401 401 404 303 303 303 303 403 403 404 404",
    },
    "POST /console/rolls/<int:roll_id>/makeup": ok(TICKS, 303)
    | {
        "line": "401 401 401 401 404 303 303 303 303 403 403 404 404",
    },
    "GET /console/rolls/<int:roll_id>/sheet": ok(TICKS, 200),
    "GET /console/rolls/<int:roll_id>/paper": ok(TICKS, 200),
    "POST /console/rolls/<int:roll_id>/paper": ok(TICKS, 303)
    | {
        "line": "401 401 401 401 404 303 303 303 303 403 403 404 404",
    },
    # Who stands in is the secretary's to say, and nobody's above.
    "POST /console/rolls/<int:roll_id>/delegate": ok(HOSTS, 303)
    | {"parent": "401 401 401 401 404 404 404 404 404 403 403 404 404"},
    "POST /console/rolls/<int:roll_id>/delegate/ending": ok(HOSTS, 303)
    | {"parent": "401 401 401 401 404 404 404 404 404 403 403 404 404"},
    "POST /console/rolls/<int:roll_id>/heads": ok(WHOLE_ROLL, 303),
    "GET /console/rolls/<int:roll_id>/confirmation": ok(HOSTS, 200),
    "POST /console/rolls/<int:roll_id>/confirmation": ok(HOSTS, 303),
    "GET /console/rolls/<int:roll_id>/amendment": ok(HOSTS, 200),
    "POST /console/rolls/<int:roll_id>/amendment": ok(HOSTS, 303),
    # Minutes: written by the staff, filed by the secretary, read from above once filed, without names.
    "GET /console/rolls/<int:roll_id>/minutes": ok(DRAFTS, 200),
    "GET /console/rolls/<int:roll_id>/minutes draft": dict.fromkeys(DRAFTS, NOWHERE),
    "POST /console/rolls/<int:roll_id>/minutes": ok(DRAFTS, 303),
    "POST /console/rolls/<int:roll_id>/minutes/filing": ok(HOSTS, 409),
    "POST /console/rolls/<int:roll_id>/minutes/return": ok(ABOVE, 303),
    "GET /console/rolls/<int:roll_id>/record": RECORDS,
    "GET /console/rolls/<int:roll_id>/record.docx": RECORDS,
    "GET /console/rolls/<int:roll_id>/relay": ok(DRAFTS, 200),
    # What is made up, by whoever ticks: a list of one's own people, nothing above the branch.
    "GET /console/makeups": {"-": "401 401 401 401 200 200 200 200 200 403 403 403 403"},
    "POST /console/makeups/<int:gathering_id>/<int:member_id>": {
        "own": "401 401 401 401 303 303 303 303 303 403 403 403 403",
        "same": "401 401 401 401 404 303 303 303 303 403 403 403 403",
        "joint": "401 401 401 401 404 404 404 404 404 403 403 403 403",
        "other": "401 401 401 401 404 404 404 404 404 403 403 403 403",
        "missing": "401 401 401 401 404 404 404 404 404 403 403 403 403",
    },
    # Leave and reports: of a member, who belongs to a branch and never to the parent.
    "GET /console/leaves": {"-": "401 401 401 401 200 200 200 200 200 403 403 403 403"},
    "POST /console/leaves": ok(TICKS, 303),
    "POST /console/leaves/<int:gathering_id>/<int:member_id>/answer": ok(DECIDES, 303),
    "POST /console/leaves/<int:gathering_id>/<int:member_id>/withdrawal": ok(PEOPLE, 303),
    "POST /console/leaves/<int:gathering_id>/<int:member_id>/telling": ok(PEOPLE, 303),
    # In the other group somebody has reported already.
    "POST /console/away-reports": ok(PEOPLE, 303)
    | {"same": "401 401 401 401 404 409 409 409 409 403 403 404 404"},
    "POST /console/away-reports/<int:report_id>/answer": ok(DECIDES, 303),
    "POST /console/away-reports/<int:report_id>/withdrawal": ok(PEOPLE, 303),
    "POST /console/away-reports/<int:report_id>/telling": ok(PEOPLE, 303),
    "POST /console/spells": ok(DECIDES, 303),
    "POST /console/spells/<int:spell_id>/ending": ok(PEOPLE, 303),
    "POST /console/host-attendances": ok(PEOPLE, 303),
    "POST /console/host-attendances/<int:attendance_id>/answer": ok(DECIDES, 303),
    "POST /console/host-attendances/<int:attendance_id>/withdrawal": ok(PEOPLE, 303),
    "POST /console/host-attendances/<int:attendance_id>/telling": ok(PEOPLE, 303),
    # What the public wrote and reads: the zone's officer alone.
    "GET /console/complaints": {"-": "401 401 401 401 403 403 403 403 403 403 200 403 403"},
    "POST /console/complaints/<int:complaint_id>/answer": {
        "own": "401 401 401 401 403 403 403 403 403 403 303 403 403",
        "same": "401 401 401 401 403 403 403 403 403 403 303 403 403",
        "other": "401 401 401 401 403 403 403 403 403 403 303 403 403",
        "missing": "401 401 401 401 403 403 403 403 403 403 404 403 403",
    },
    "GET /console/office-answers": {"-": "401 401 401 401 403 403 403 403 403 403 200 403 403"},
    "GET /console/office-answers/<matter>": {
        "own": "401 401 401 401 403 403 403 403 403 403 200 403 403",
        "missing": "401 401 401 401 403 403 403 403 403 403 404 403 403",
    },
    "POST /console/office-answers/<matter>": {
        "own": "401 401 401 401 403 403 403 403 403 403 303 403 403",
        "missing": "401 401 401 401 403 403 403 403 403 403 404 403 403",
    },
    "POST /console/office-answers/<matter>/built-in": {
        "own": "401 401 401 401 403 403 403 403 403 403 303 403 403",
        "missing": "401 401 401 401 403 403 403 403 403 403 404 403 403",
    },
    # Accounts of the level below.
    "GET /console/accounts": {"-": "401 401 401 401 403 403 403 403 403 200 200 403 403"},
    # The organisation is a choice in the form: what cannot be chosen is a mistake in it.
    "POST /console/accounts": ok(ACCOUNTS, 200)
    | {
        "other": "401 401 401 401 403 403 403 403 403 400 200 403 403",
        "parent": "401 401 401 401 403 403 403 403 403 400 200 403 403",
        "missing": "401 401 401 401 403 403 403 403 403 400 400 403 403",
    },
    "POST /console/accounts/<int:account_id>/ending": ok(ACCOUNTS, 303),
    "POST /console/accounts/<int:account_id>/password": ok(ACCOUNTS, 200),
    # Nobody on the roster bears the names of these log-ins.
    "POST /console/accounts/<int:account_id>/member": ok(ACCOUNTS, 409),
    # A row of a list that is not the officer's to give is a mistake in the list.
    "GET /console/accounts/batch": {"-": "401 401 401 401 403 403 403 403 403 200 200 403 403"},
    "POST /console/accounts/batch": {
        "own": "401 401 401 401 403 403 403 403 403 200 200 403 403",
        "joint": "401 401 401 401 403 403 403 403 403 200 200 403 403",
        "other": "401 401 401 401 403 403 403 403 403 400 200 403 403",
        "parent": "401 401 401 401 403 403 403 403 403 400 400 403 403",
        "missing": "401 401 401 401 403 403 403 403 403 400 400 403 403",
    },
    # Elections: a post of a branch or a group, by whoever stands above it.
    "GET /console/handovers": {"-": "401 401 401 401 403 403 403 403 403 200 200 403 403"},
    "GET /console/handovers/new": {
        "own": "401 401 401 401 403 403 403 403 403 200 200 403 403",
        "same": "401 401 401 401 403 403 403 403 403 200 200 403 403",
        "joint": "401 401 401 401 403 403 403 403 403 200 200 403 403",
        "other": "401 401 401 401 403 403 403 403 403 404 200 403 403",
        "parent": "401 401 401 401 403 403 403 403 403 200 200 403 403",
        "missing": "401 401 401 401 403 403 403 403 403 404 404 403 403",
    },
    "POST /console/handovers": {
        "own": "401 401 401 401 403 403 403 403 403 200 200 403 403",
        "same": "401 401 401 401 403 403 403 403 403 200 200 403 403",
        "joint": "401 401 401 401 403 403 403 403 403 200 200 403 403",
        "other": "401 401 401 401 403 403 403 403 403 404 200 403 403",
        # An officer's post is not elected.
        "parent": "401 401 401 401 403 403 403 403 403 403 403 403 403",
        "missing": "401 401 401 401 403 403 403 403 403 404 404 403 403",
    },
    # The list of a handover is read by the secretary there and by those above.
    "GET /console/handovers/<int:handover_id>": {
        "own": "401 401 401 401 403 403 403 200 200 200 200 404 404",
        "same": "401 401 401 401 404 403 403 200 200 200 200 404 404",
        "joint": "401 401 401 401 404 404 404 404 404 200 200 404 404",
        "other": "401 401 401 401 404 404 404 404 404 404 200 404 404",
        "parent": "401 401 401 401 404 404 404 404 404 200 200 404 404",
        "missing": NOWHERE,
    },
    # Ratings: none of these has come to its meeting, and the cycle of today opens in December.
    "GET /console/ratings": {"-": "401 401 401 401 403 200 200 200 200 303 303 403 403"},
    "POST /console/ratings": ok(DECIDES, 409)
    | {
        "same": "401 401 401 401 404 403 403 404 404 403 403 404 404",
        "parent": "401 401 401 401 404 404 404 404 404 403 403 404 404",
    },
    "GET /console/ratings/below": BELOW,
    # A group has no branches below it to try anything out for.
    "POST /console/ratings/below/runs": {
        row: of.replace("200", "409" if row == "same" else "303") for row, of in BELOW.items()
    },
    "GET /console/ratings/<int:rating_id>": RATED,
    "GET /console/ratings/<int:rating_id>/results": TRIED,
    "GET /console/ratings/<int:rating_id>/sheet": TRIED,
    "GET /console/ratings/<int:rating_id>/steps/<act>": ok(LEADS, 200),
    "POST /console/ratings/<int:rating_id>/steps/<act>": ok(LEADS, 409),
    "GET /console/ratings/<int:rating_id>/grades": ok(LEADS, 200),
    "POST /console/ratings/<int:rating_id>/grades": ok(LEADS, 303),
    "POST /console/ratings/<int:rating_id>/runs": ok(LEADS, 303),
    "POST /console/ratings/<int:rating_id>/rulings": ok(LEADS, 303),
    "POST /console/ratings/<int:rating_id>/rulings/ending": ok(LEADS, 303),
    "POST /console/ratings/<int:rating_id>/seats": ok(LEADS, 409),
    "POST /console/ratings/<int:rating_id>/recheck": ok(LEADS, 409),
    "GET /console/ratings/<int:rating_id>/vetoes": ok(LEADS, 200),
    "POST /console/ratings/<int:rating_id>/vetoes": ok(LEADS, 303),
    "POST /console/ratings/<int:rating_id>/vetoes/<int:veto_id>/lifting": ok(LEADS, 303),
    "GET /console/ratings/<int:rating_id>/posting": ok(LEADS, 200),
    "POST /console/ratings/<int:rating_id>/posting": ok(LEADS, 409),
    "GET /console/ratings/<int:rating_id>/board": ok(LEADS, 200),
    "GET /console/ratings/<int:rating_id>/filing": ok(FILES, 200),
    "POST /console/ratings/<int:rating_id>/filing": ok(FILES, 409),
    "POST /console/ratings/<int:rating_id>/return": ok(FILES, 409),
    "POST /console/ratings/<int:rating_id>/reopening": ok(FILES, 409),
}
