"""How often an account may call a path: by day (45009) and by minute (45011)."""

from simulator.calls import Call
from simulator.state import State


def count_call(state: State, call: Call) -> None:
    """Count a call against its account's limits. Raises 45009, 45011; a refused call counts for nothing."""
