"""What follows from the hash of a block, without asking anybody.

From the inside out: `encoding` (JSON and RLP, parsed strictly), `headers` (a header and its hash), `receipts` with
`tries` (an event in its receipt, a receipt under the root in its header) and `whole` (all of a block, to prove some),
`transactions` (a transaction's hash and who signed it), `parlia` (what a header of BSC says about its validators),
`seals` (who sealed it), `votes` (who voted for its parent), `tenures` (who was to).

Nothing here asks a node, opens a file or knows the time: bytes and JSON go in, and what they show comes out, or a
`ProofError` that says what does not hold. Every input may have been written by an enemy.
"""

from kgst.proofs.errors import ProofError
from kgst.proofs.headers import Header
from kgst.proofs.parlia import Attestation, Epoch, Validator
from kgst.proofs.receipts import Log, Receipt, encode_receipt
from kgst.proofs.seals import distinct_sealers, require_chain, sealer
from kgst.proofs.tenures import Tenures
from kgst.proofs.transactions import RecoveredTransaction
from kgst.proofs.tries import ReceiptsProof, receipt_at
from kgst.proofs.votes import verify_votes
from kgst.proofs.whole import BlockReceipts, prove, receipts_root

__all__ = [
    "Attestation",
    "BlockReceipts",
    "Epoch",
    "Header",
    "Log",
    "ProofError",
    "Receipt",
    "ReceiptsProof",
    "RecoveredTransaction",
    "Tenures",
    "Validator",
    "distinct_sealers",
    "encode_receipt",
    "prove",
    "receipt_at",
    "receipts_root",
    "require_chain",
    "sealer",
    "verify_votes",
]
