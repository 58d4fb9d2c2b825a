"""Codes and links that open a page of a mini-program."""

from simulator.calls import Endpoint

ENDPOINTS: list[Endpoint] = []
