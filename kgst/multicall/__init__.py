"""Many reads of one block in one request, through Multicall3.

Reads are asked for one by one and answered together: `reads.of(token, "solvency")` gives a `Read`, whose `value` is
there after `reads.fetch(provider, head)`. Every answer is of the block `head`: Multicall3 tells, in the same request,
number and time of the block that it ran in and the hash of the one before, and another block is an error.

Balances and time are read there too. What no call can read goes in requests of its own: the code at an address
(`eth_getCode`; a contract sees another's code, but Multicall3 has no function for it), a storage slot
(`eth_getStorageAt`), events (`eth_getLogs`), the header of a block and the `finalized` tag (`eth_getBlockByNumber`).
`many` sends those that belong together as one JSON-RPC batch where the connection can.

https://github.com/mds1/multicall3: the same address and code on every chain, BSC and its testnet among them.
"""

from kgst.multicall.blocks import Head, latest, many
from kgst.multicall.reads import Read, ReadError, Reads, plausible
from kgst.multicall.standing import MULTICALL3, ensure_multicall

__all__ = [
    "MULTICALL3",
    "Head",
    "Read",
    "ReadError",
    "Reads",
    "ensure_multicall",
    "latest",
    "many",
    "plausible",
]
