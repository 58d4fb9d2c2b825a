"""/api/v1/branch: what posts do with a phone, after the eight digits that the console shows.

The same verbs and the same rights as the console's pages; every act is logged as done by phone.
"""

from handlers.mini_program.branch import drafts, gatherings, hall, leaves, phone_lists, rolls, session, today

__all__ = ["drafts", "gatherings", "hall", "leaves", "phone_lists", "rolls", "session", "today"]
