"""/console/ledgers: the ledgers as Excel workbooks, each for a purpose, each download in the log."""

from handlers.console.ledgers import floating, index, leave_makeup, meetings, points, roster, sign_in

__all__ = ["floating", "index", "leave_makeup", "meetings", "points", "roster", "sign_in"]
