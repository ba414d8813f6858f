"""Which validators were to seal which blocks of BSC, from a block that is trusted.

The set that an epoch's first block names takes over some blocks later (`Epoch.delay`), and seals until as long behind
the first block of the next epoch. So one trusted block says who may seal the next one that names a set, and so on.

What is trusted is one block's number and hash, of somebody's own choice. Whatever is wrong from there on was signed
by two thirds of a set at least (where votes carry it), or by more than half of it (where seals do). Their keys sign
as well years later, when they no longer are validators: the block to trust is one that was chosen from the chain as
it was, and is best not much older than what is to be shown.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Final, Self

from kgst.proofs.errors import ProofError
from kgst.proofs.headers import Header
from kgst.proofs.parlia import Epoch, Extra
from kgst.proofs.seals import require_chain, sealer
from kgst.proofs.votes import verify_votes

__all__ = ["Tenures"]

_FINAL: Final = 3
"""A block, its child with the votes for it, and the child's child with the votes for that."""
_number = attrgetter("number")


@dataclass(frozen=True)
class Tenures:
    """Sets of validators, each with the blocks that it seals.

    Attributes:
        epochs: One after the other; the first is trusted, each later one was carried by the one before.
    """

    epochs: tuple[Epoch, ...]

    @classmethod
    def trusting(cls, header: Header, chain_id: int, *, number: int, block_hash: bytes) -> Self:
        """Begin at the first block of an epoch, whose number and hash somebody vouches for.

        Raises:
            ProofError: the header is not that block, or begins no epoch.
        """
        if (header.number, header.hash) != (number, block_hash):
            raise ProofError(
                f"the header is of block {header.number}, 0x{header.hash.hex()}, not of the trusted block {number}, "
                f"0x{block_hash.hex()}"
            )
        sealer(header, chain_id)
        return cls((Epoch.of(header, chain_id),))

    @property
    def first(self) -> int:
        """The first block whose validators are known.

        It is a whole epoch behind the trusted block: the set that it names takes over within that epoch, when depends
        on the set before, of which it says nothing.
        """
        return self.epochs[0].number + self.epochs[0].length

    @property
    def last(self) -> int:
        """The last block whose validators are known."""
        return self.epochs[-1].number + self.epochs[-1].length + self.epochs[-1].delay

    def at(self, number: int) -> Epoch:
        """The set that seals the block, and votes for it.

        Raises:
            ProofError: it is not known.
        """
        if not self.first <= number <= self.last:
            raise ProofError(
                f"who seals block {number} is not known: the trusted block and those that were carried from it say it "
                f"of {self.first} to {self.last}"
            )
        latest = bisect_right(self.epochs, number, key=_number) - 1
        if latest and number <= self.epochs[latest].number + self.epochs[latest - 1].delay:
            latest -= 1
        return self.epochs[latest]

    def verify_sealed(self, headers: Sequence[Header]) -> tuple[bytes, ...]:
        """Who sealed each of the headers, 20 bytes each: a validator whose time it was.

        Args:
            headers: Each the child of the one before.

        Raises:
            ProofError: they do not hang together, one was not sealed by a validator, or it is not known who these are.
        """
        require_chain(headers)
        sealers = []
        for header in headers:
            epoch = self.at(header.number)
            address = sealer(header, epoch.chain_id)
            if address not in epoch.addresses:
                raise ProofError(
                    f"block {header.number} was sealed by 0x{address.hex()}, which is not one of the validators that "
                    f"block {epoch.number} names"
                )
            sealers.append(address)
        return tuple(sealers)

    def verify_final(self, headers: Sequence[Header]) -> None:
        """Check that the first of these blocks is final: two thirds voted for it or one behind it, and for its child.

        Args:
            headers: Each the child of the one before. The last two carry the votes for the two before them; the block
                that these make final is the third from behind (BEP-126), and with it all before it.

        Raises:
            ProofError: they do not hang together, or their votes do not make it final, or it is not known whose count.
        """
        require_chain(headers)
        if len(headers) < _FINAL:
            raise ProofError(f"finality takes {_FINAL} headers at least, not {len(headers)}")
        source, target, last = headers[-_FINAL:]
        for header in (target, last):
            votes = verify_votes(header, self.at(header.number - 1))
        if (votes.source_number, votes.source_hash) != (source.number, source.hash):
            raise ProofError(
                f"the votes in block {last.number} make nothing final: their source is block {votes.source_number}, "
                "not the parent of their target"
            )

    def carried(self, headers: Sequence[Header]) -> Self:
        """With the next epoch's set, on the word of the set before.

        Args:
            headers: The next epoch's first block, and those behind it, each the child of the one before: until one
                that carries two thirds' votes for the block before it, or until more than half have sealed one.

        Raises:
            ProofError: it is another block, it was not sealed by who was to, or too few stand behind it.
        """
        latest = self.epochs[-1]
        sealers = self.verify_sealed(headers)
        if headers[0].number != latest.number + latest.length:
            raise ProofError(
                f"the next epoch after block {latest.number} begins at {latest.number + latest.length}, not at "
                f"{headers[0].number}"
            )
        epoch = Epoch.of(headers[0], latest.chain_id)
        distinct = len(frozenset(sealers))
        if distinct < latest.majority:
            if Extra.of(headers[-1], latest.chain_id).attestation is None or len(headers) < 2:
                raise ProofError(
                    f"{distinct} of {len(latest.validators)} validators sealed block {epoch.number} or one behind it, "
                    f"fewer than {latest.majority}, and block {headers[-1].number} carries no votes for it"
                )
            verify_votes(headers[-1], self.at(headers[-1].number - 1))
        return type(self)((*self.epochs, epoch))
