"""ISO 20022 camt.053, from the text to its statements and entries."""

from kgst.statements.camt053.message import read_camt053
from kgst.statements.camt053.stream import VERSIONS

__all__ = ["VERSIONS", "read_camt053"]
