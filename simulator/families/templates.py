"""The list of an account's templates: add, delete, industry."""

from simulator.calls import Endpoint

ENDPOINTS: list[Endpoint] = []
