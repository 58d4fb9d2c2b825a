"""Content checks of a mini-program's texts and media."""

from simulator.calls import Endpoint

ENDPOINTS: list[Endpoint] = []
