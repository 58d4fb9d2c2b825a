"""Subscription notices of an official account."""

from simulator.calls import Endpoint

ENDPOINTS: list[Endpoint] = []
