"""Quotas: how much is left, and clearing them."""

from simulator.calls import Endpoint

ENDPOINTS: list[Endpoint] = []
