"""From one block that the user trusts to every block with an event: whose seal it had to have, and whether it has it.

The sets of validators are carried forward through the headers of epochs that the index keeps (`kgst.proofs.tenures`).
Nothing is asked of anybody.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Final, Self

from kgst.checks import Check, State
from kgst.errors import InputError
from kgst.history.database import History
from kgst.index.documents import Carried
from kgst.proofs import Header, ProofError, Tenures, sealer
from kgst.proofs.parlia import CHAINS, epoch_length

__all__ = ["Checkpoint", "checkpoint_checks", "said_of", "unsaid"]

_AT_ONCE: Final = 2_000
_NEW: Final = "bring the index up to date with a node that you trust: ape run index sync"
_ADVICE: Final = (
    "the index was made by somebody who had no validator's word for these blocks, or is of another fork: "
    "have it read anew, and do not build on it"
)


@dataclass(frozen=True)
class Checkpoint:
    """The first block of an epoch, whose number and hash somebody vouches for."""

    number: int
    hash: bytes

    @classmethod
    def parse(cls, text: str) -> Self:
        """From `NUMBER:HASH`.

        Raises:
            InputError: it is another text.
        """
        found = re.fullmatch(r"([0-9]{1,18}):0x([0-9a-fA-F]{64})", text)
        if found is None:
            raise InputError(
                f"--checkpoint {text[:100]!r}: write the block's number, a colon, and its hash: 0x and 64 digits."
            )
        return cls(int(found[1]), bytes.fromhex(found[2]))


@dataclass(frozen=True)
class _Carrying:
    """How far the sets were carried.

    Attributes:
        by_votes: Epochs on the votes of two thirds.
        by_seals: Epochs on the seals of more than half.
        stopped: Why it ends; None where it ends with the index.
    """

    tenures: Tenures
    by_votes: int
    by_seals: int
    stopped: str | None


def checkpoint_checks(
    history: History,
    checkpoint: Checkpoint,
    told: Callable[[int, int], None] = lambda done, of: None,
) -> tuple[list[Check], Carried]:
    """Whether each block with events was sealed by a validator whose time it was.

    Args:
        history: The index.
        checkpoint: Where the sets of validators are known from.
        told: Called with the epochs that were carried, and how many there are.

    Raises:
        InputError: the chain has no such validators, or the index no header of the block.
    """
    begin = _begin(history, checkpoint)
    if begin.hash != checkpoint.hash:
        found = f"block {begin.number:,} of the index is 0x{begin.hash.hex()}"
        wanted = f"0x{checkpoint.hash.hex()}"
        advice = f"{checkpoint.number} has another hash there: the index is of another fork, or the hash was misread"
        of = history.manifest.rows("blocks")
        check = Check.that("blocks", "checkpoint", False, found, wanted, advice)
        return [check], _document(checkpoint, None, 0, of)
    carrying = _carry(history, begin, told)
    tenures = carrying.tenures
    bound, before, wrong = _bind(history, tenures)
    wrong = _two_headers(history) + wrong
    count = len(tenures.epochs) - 1
    carried = f"{count:,} sets carried to block {tenures.last:,}: {carrying.by_votes:,} by votes of two thirds"
    carried += f", {carrying.by_seals:,} by seals of more than half"
    of = history.manifest.rows("blocks")
    sealed = f"{bound:,} of {of:,} signed by a validator whose time it was"
    more = f"; and {len(wrong) - 3:,} more" if len(wrong) > 3 else ""
    checks = [
        Check.that(
            "blocks",
            "epochs",
            carrying.stopped is None,
            carrying.stopped or carried,
            advice=_ADVICE,
        ),
        Check.that(
            "blocks",
            "validators",
            not wrong,
            "; ".join(wrong[:3]) + more if wrong else sealed,
            advice=_ADVICE,
        ),
    ]
    if before:
        why = f"{before:,} before block {tenures.first:,}, from which on the checkpoint says who signs"
        advice = "name an older checkpoint, if they matter"
        checks.append(Check("blocks", "before the checkpoint", State.WARNING, why, None, advice))
    return checks, _document(checkpoint, carrying, bound, of - bound)


def said_of(carried: Carried) -> str:
    """What was checked and what was not, for people."""
    if carried.first_block is None or carried.last_block is None:
        return "Nothing follows from this checkpoint."
    return (
        f"Checked, given that block {carried.number:,} is {carried.hash}: who the validators were from block "
        f"{carried.first_block:,} to {carried.last_block:,}, each set on the word of the one before (BLS votes, or "
        f"seals), and that one of them signed each of {carried.bound:,} blocks with events.\n"
        "Not checked: that others than the one who signed it held such a block to be the chain's (their votes for it "
        "are not in the index), and that no block is missing. One validator's key and the index in one hand can invent "
        "a block; keys of validators who left long ago can carry on a chain of their own from an old checkpoint."
    )


def unsaid(chain_id: int) -> str | None:
    """What is not checked without a checkpoint; None on a chain where there is no such thing."""
    if chain_id not in CHAINS:
        return None
    return (
        "Not checked: whether those who signed the blocks were the chain's validators. That takes one block that you "
        "trust: --checkpoint NUMBER:HASH, the first of an epoch, its hash from a node or explorer of your own."
    )


def _document(
    checkpoint: Checkpoint, carrying: _Carrying | None, bound: int, unbound: int
) -> Carried:
    tenures = carrying.tenures if carrying else None
    return Carried(
        number=checkpoint.number,
        hash="0x" + checkpoint.hash.hex(),
        epochs=len(tenures.epochs) - 1 if tenures else 0,
        by_votes=carrying.by_votes if carrying else 0,
        by_seals=carrying.by_seals if carrying else 0,
        first_block=tenures.first if tenures else None,
        last_block=tenures.last if tenures else None,
        bound=bound,
        unbound=unbound,
    )


def _begin(history: History, checkpoint: Checkpoint) -> Header:
    """The header that the index has of the checkpoint's block."""
    manifest = history.manifest
    if manifest.chain_id not in CHAINS:
        raise InputError(
            f"--checkpoint: chain {manifest.chain_id} has no validators whose seals are known here; 56 and 97 have."
        )
    epochs = manifest.epochs
    if epochs is None:
        raise InputError(f"--checkpoint: {history.folder} has no headers of epochs; {_NEW}.")
    rows = history.rows("SELECT header FROM epochs WHERE number = ?", (checkpoint.number,))
    try:
        header = Header.of_rlp(rows[0][0]) if rows else None
        length = epoch_length(header, manifest.chain_id) if header else 0
    except ProofError as error:
        raise InputError(
            f"--checkpoint: {history.folder}: block {checkpoint.number}: {error}; {_NEW}."
        ) from error
    if header is None or header.number != checkpoint.number or header.number % length:
        raise InputError(
            f"--checkpoint: {history.folder} has no epoch that begins with block {checkpoint.number}; it has those "
            f"from block {epochs.first} to block {epochs.last}, on BSC one each 1,000 blocks."
        )
    return header


def _carry(history: History, begin: Header, told: Callable[[int, int], None]) -> _Carrying:
    chain_id = history.manifest.chain_id
    by_votes = by_seals = 0
    last = history.manifest.epochs.last if history.manifest.epochs else begin.number
    try:
        tenures = Tenures.trusting(begin, chain_id, number=begin.number, block_hash=begin.hash)
    except ProofError as error:
        raise InputError(f"--checkpoint: {error}.") from error
    length = tenures.epochs[0].length
    try:
        for at, headers in groupby(
            _headers(history, begin.number + length),
            key=lambda header: header.number - header.number % epoch_length(header, chain_id),
        ):
            latest = tenures.epochs[-1]
            if at != latest.number + latest.length:
                raise ProofError(
                    f"the index has no header of the epoch that begins with block {latest.number + latest.length}"
                )
            behind = list(headers)
            voted = len({header.miner for header in behind}) < latest.majority
            tenures = tenures.carried(behind)
            by_votes, by_seals = by_votes + voted, by_seals + (not voted)
            told(len(tenures.epochs), (last - begin.number) // length + 1)
    except ProofError as error:
        return _Carrying(tenures, by_votes, by_seals, str(error))
    return _Carrying(tenures, by_votes, by_seals, None)


def _headers(history: History, first: int) -> Iterator[Header]:
    """Headers of epochs from block `first` on, a few at a time."""
    low = first - 1
    while True:
        rows = history.rows(
            "SELECT number, hash, header FROM epochs WHERE number > ? ORDER BY number LIMIT ?",
            (low, _AT_ONCE),
        )
        if not rows:
            return
        for number, hash_, kept in rows:
            header = Header.of_rlp(kept)
            if (header.number, header.hash) != (number, hash_):
                raise ProofError(f"the header of block {number} is another block's")
            yield header
        low = rows[-1][0]


def _bind(history: History, tenures: Tenures) -> tuple[int, int, list[str]]:
    """Blocks with events that were sealed by who was to, those before it is known who, and what is wrong."""
    bound, wrong = 0, list[str]()
    [(before,)] = history.rows("SELECT count(*) FROM blocks WHERE number < ?", (tenures.first,))
    low = tenures.first - 1
    while rows := history.rows(
        "SELECT number, header FROM blocks WHERE number > ? ORDER BY number LIMIT ?",
        (low, _AT_ONCE),
    ):
        for number, kept in rows:
            low = number
            try:
                header = Header.of_rlp(kept)
                if header.number != number:
                    raise ProofError("its header is another block's")
                epoch = tenures.at(number)
                by = sealer(header, epoch.chain_id)
                if by not in epoch.addresses:
                    raise ProofError(
                        f"signed by 0x{by.hex()}, which is not one of the validators that block {epoch.number} names"
                    )
                bound += 1
            except ProofError as error:
                wrong.append(f"block {number}: {error}")
    return bound, int(before), wrong


def _two_headers(history: History) -> list[str]:
    """Blocks that are kept for their events and as an epoch's, with two hashes."""
    return [
        f"block {number}: the headers of epochs have another one of it"
        for (number,) in history.rows(
            "SELECT number FROM blocks b JOIN epochs e USING (number) WHERE b.hash <> e.hash ORDER BY 1"
        )
    ]
