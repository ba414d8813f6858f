"""The one way that transactions leave: estimated, priced, signed, journaled, sent, final.

The journal has the signed transaction on disk before the node has it, so a run that is killed at any point continues
with the same transaction. A second one is signed for a step only with the same nonce and content, so that one of them
lands, or after the first was mined and reverted.
"""

from kgst.sending.ends import NonceUsedError, UndecidedError
from kgst.sending.sender import RevertedError, Sender
from kgst.sending.stages import Event, Progress, Stage

__all__ = [
    "Event",
    "NonceUsedError",
    "Progress",
    "RevertedError",
    "Sender",
    "Stage",
    "UndecidedError",
]
