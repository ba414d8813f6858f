"""What was meant, signed, and became of it: written before it is sent."""

from kgst.journal.file import Journal, JournalError, read_lines
from kgst.journal.lines import Act, Header, Line, OrderWords, Outcome, Purpose, Signed

__all__ = [
    "Act",
    "Header",
    "Journal",
    "JournalError",
    "Line",
    "OrderWords",
    "Outcome",
    "Purpose",
    "Signed",
    "read_lines",
]
