"""Bank statements of the reserve accounts, read into one exact total.

    from kgst.statements import read_reserves

    reserves = read_reserves([Path("bank-a.xml"), Path("bank-b.csv")])
    reserves.total_tyiyn   # what an auditor attests, in tyiyn
    reserves.report()      # canonical JSON, whose keccak256 is the attestation's reportHash

Formats: ISO 20022 camt.053.001.02 to .12, or CSV with the header `CSV_HEADER`.
"""

from kgst.statements.model import AccountClosing, ReserveTotal, StatementError
from kgst.statements.reserves import read_reserves
from kgst.statements.source import MAX_FILE_BYTES
from kgst.statements.table import CSV_HEADER

__all__ = [
    "CSV_HEADER",
    "MAX_FILE_BYTES",
    "AccountClosing",
    "ReserveTotal",
    "StatementError",
    "read_reserves",
]
