"""Bank statements of the reserve accounts, read into one exact total.

    from kgst.statements import read_reserves

    reserves = read_reserves([Path("bank-a.xml"), Path("bank-b.csv")])
    reserves.total_tyiyn   # what an auditor attests, in tyiyn
    reserves.report()      # canonical JSON, whose keccak256 is the attestation's reportHash

Formats: ISO 20022 camt.053.001.02 to .13, or CSV with the header `CSV_HEADER`. Whose word a file is, the bank's by
its signature or the issuer's, stands in `reserves.files`.
"""

from kgst.statements.accounts import Accounts, ReserveAccount
from kgst.statements.entries import Batch, Detail, Entry, StatementEntries
from kgst.statements.model import AccountClosing, ReserveTotal, StatementError
from kgst.statements.opened import MAX_FILE_BYTES
from kgst.statements.reading import read_entries
from kgst.statements.reserves import read_reserves
from kgst.statements.table import CSV_HEADER

__all__ = [
    "CSV_HEADER",
    "MAX_FILE_BYTES",
    "AccountClosing",
    "Accounts",
    "Batch",
    "Detail",
    "Entry",
    "ReserveAccount",
    "ReserveTotal",
    "StatementEntries",
    "StatementError",
    "read_entries",
    "read_reserves",
]
