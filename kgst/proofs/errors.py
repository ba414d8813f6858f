"""The one way in which a proof fails."""

from kgst.errors import KgstError

__all__ = ["ProofError"]


class ProofError(KgstError):
    """What was given does not show what it is said to show; the message says which part of it, and why."""
