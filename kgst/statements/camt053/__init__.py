"""ISO 20022 camt.053 and, by the same readers, camt.054: from the text to statements, notifications and entries."""

from kgst.statements.camt053.message import read_camt053
from kgst.statements.camt053.notification import CAMT054, read_camt054
from kgst.statements.camt053.stream import VERSIONS

__all__ = ["CAMT054", "VERSIONS", "read_camt053", "read_camt054"]
