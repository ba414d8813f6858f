"""What one BSC node is like: what it keeps, what it allows, and how it says no."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

__all__ = ["GWEI", "Terms", "version_of"]

GWEI = 10**9


@dataclass
class Terms:
    """Of a double; may be changed while it runs. The defaults are a full node of the testnet with its own defaults.

    Attributes:
        chain_id: 97 or 56; also how many validators seal, and so how long `extraData` is.
        block_time: Seconds between blocks; fixed when the node starts. None: a block for each transaction.
        client: What `web3_clientVersion` says; the words of refusals follow its version.
        developer: Says that it is anvil, and lets anvil's own methods through.
        epoch_length: Blocks whose number it divides carry the list of validators.
        gas_limit: Of a block; fixed when the node starts.

        finality_lag: How far `finalized` is behind the head, in blocks; one more where a vote is missing.
        finality_stalled: `finalized` stays where it is.
        finality_known: False: the tag is refused as a block that was not found.

        history_blocks, receipt_blocks, log_blocks, state_blocks: How far back from the head it still has blocks and
            transactions, receipts, logs, state; None for an archive.
        pruned_words: How it says that it has something no more: `4444` (geth), `publicnode`, or `null`.
        state_words: The same for state: `trie` (hash scheme), `path` (path scheme) or `publicnode`.
        indexing: Transactions that it does not find might still be there: it says that its index is not done.

        log_range: Blocks that one `eth_getLogs` may span; None for any.
        log_words: Who refuses a longer one: a name of `support.bsc.logs.DIALECTS`.
        logs_off: `eth_getLogs` is switched off, as on the public data seeds.
        batch_limit: Calls in one request.
        batches_off: Any batch is refused as on the public data seeds.
        state_overrides: Whether `eth_call` takes them.
        body_limit: Bytes of one request.
        requests_per_second: More are answered with HTTP 429; None for any number.
        retry_after: What `Retry-After` says then, in seconds; None: no such header.

        gas_price: What `eth_gasPrice` and `eth_maxPriorityFeePerGas` say, in wei.
        min_gas_price: Below it the pool takes nothing, in wei.
        fee_cap: gas × gas price that one transaction may cost, in wei.
        tx_gas_cap: Gas that one transaction may have (2^24).
        call_gas_cap: Gas that a call has when it asks for none, and at most.

        backends: How many blocks each machine behind the address is behind the head; they answer in turn.
        seed: None: in turn; else at random, in an order of that seed's own.
        net_version: What `net_version` says; None: the chain id in decimals.
    """

    chain_id: int = 97
    block_time: float | None = 0.45
    client: str = "Geth/v1.7.7-6c154fb3-20260723/linux-amd64/go1.26.5"
    developer: bool = False
    epoch_length: int = 1000
    gas_limit: int = 100_000_000

    finality_lag: int = 2
    finality_stalled: bool = False
    finality_known: bool = True

    history_blocks: int | None = None
    receipt_blocks: int | None = 2_350_000
    log_blocks: int | None = 576_000
    state_blocks: int | None = 128
    pruned_words: str = "4444"
    state_words: str = "trie"
    indexing: bool = False

    log_range: int | None = 5_000
    log_words: str = "geth"
    logs_off: bool = False
    batch_limit: int = 1_000
    batches_off: bool = False
    state_overrides: bool = False
    body_limit: int = 5 * 1024 * 1024
    requests_per_second: float | None = None
    retry_after: int | None = None

    gas_price: int = GWEI
    min_gas_price: int = 50_000_000
    fee_cap: int = 10**18
    tx_gas_cap: int = 1 << 24
    call_gas_cap: int = 50_000_000

    backends: tuple[int, ...] = field(default=(0,))
    seed: int | None = None
    net_version: str | None = None


def version_of(client: str) -> tuple[int, int, int]:
    """The version of a geth, as three numbers; that of the newest words for any other client."""
    found = re.match(r"Geth/v(\d+)\.(\d+)\.(\d+)", client)
    return (int(found[1]), int(found[2]), int(found[3])) if found else (99, 0, 0)
