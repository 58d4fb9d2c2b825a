"""The phone number a person lets a mini-program have."""

from simulator.calls import Endpoint

ENDPOINTS: list[Endpoint] = []
