"""Names the rule of WeChat's that a test holds the simulator to, and where the rule is written."""

import pytest


def rule(says: str, source: str) -> pytest.MarkDecorator:
    """Mark a test as the proof of one rule; the README's table is made of these marks.

    `says` is the rule in one line, `source` the title of WeChat's page or the kind of report.
    """
    return pytest.mark.rule(says, source)
