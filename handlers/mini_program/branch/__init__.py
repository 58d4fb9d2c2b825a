"""/api/v1/branch: what posts do with a phone, after the eight digits that the console shows.

The same verbs and the same rights as the console's pages; every act is logged as done by phone.
"""
