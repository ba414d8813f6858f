"""Which auditors signed what the token took: by its own events, and by signatures that are recovered here.

Call data names whom it likes: bytes that look like a call may stand behind the arguments of another one, which the
token never read. So nobody is named by what stands there, unless the signature is his, on what the event says.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from eth_abi.abi import decode
from eth_utils.address import to_checksum_address

from kgst.attestation import AuditorRotation, Domain, ImplementationApproval, calls_in
from kgst.index.known import known_events
from kgst.signatures import signer_of

if TYPE_CHECKING:
    from kgst.report.book import Book

__all__ = ["AuditorSet", "Consent", "auditor_sets", "by_bits", "consents", "signed_in"]


@dataclass(frozen=True)
class AuditorSet:
    """Auditors from one event on.

    Attributes:
        place: Block and index of the event.
        version: Which messages of theirs carry.
        auditors: Checksummed, as the token counts them.
    """

    place: tuple[int, int]
    time: int
    transaction: str
    version: int
    auditors: tuple[str, ...]
    threshold: int


@dataclass(frozen=True)
class Consent:
    """An implementation that auditors approved.

    Attributes:
        place: Block and index of the event.
        implementation: As the index writes addresses.
        signers: Checksummed: whose signature on it was recovered; a contract's cannot be.
    """

    place: tuple[int, int]
    transaction: str
    implementation: str
    code_hash: str
    signers: tuple[str, ...]


def auditor_sets(book: Book) -> list[AuditorSet]:
    """Every one, oldest first."""
    topic = next(event.topic for event in known_events() if event.name == "AuditorsSet")
    found = []
    for block, log, time, hash_, version, data in book.rows(
        "SELECT l.block_number, l.log_index, b.timestamp, '0x' || lower(hex(l.transaction_hash)), l.topic1, l.data "
        "FROM logs l JOIN blocks b ON b.number = l.block_number WHERE l.topic0 = ? "
        "ORDER BY l.block_number, l.log_index",
        topic,
    ):
        members, threshold = decode(["address[]", "uint256"], bytes(data))
        auditors = tuple(map(to_checksum_address, members))
        number = int.from_bytes(bytes(version))
        found.append(
            AuditorSet((int(block), int(log)), int(time), hash_, number, auditors, int(threshold))
        )
    return found


def by_bits(
    book: Book, sets: Sequence[AuditorSet], place: tuple[int, int], bits: int
) -> tuple[str, ...]:
    """Whom the bits of an attestation's event name, among those in office then.

    Raises:
        BrokenIndexError: nobody was in office, or fewer than the bits name.
    """
    present = _before(sets, place)
    if present is None or bits >> len(present.auditors):
        raise book.broken("an attestation by more auditors than were in office")
    return tuple(who for at, who in enumerate(present.auditors) if bits >> at & 1)


def consents(book: Book, sets: Sequence[AuditorSet]) -> list[Consent]:
    """Every one, oldest first."""
    found = []
    halted = [
        (int(block), int(log))
        for block, log in book.rows("SELECT block_number, log_index FROM minting_halted")
    ]
    for block, log, hash_, implementation, code_hash, data_hash, nonce in book.rows(
        "SELECT block_number, log_index, transaction_hash, implementation, code_hash, data_hash, nonce "
        "FROM implementation_approved ORDER BY block_number, log_index"
    ):
        place = int(block), int(log)
        signers: tuple[str, ...] = ()
        if (present := _before(sets, place)) is not None:
            terms = (
                to_checksum_address(implementation),
                bytes.fromhex(code_hash[2:]),
                bytes.fromhex(data_hash[2:]),
                int(nonce),
                sum(one < place for one in halted),
                present.version,
            )
            signers = _recovered(
                book, hash_, "approveImplementation", present, ImplementationApproval, terms
            )
        found.append(Consent(place, hash_, implementation, code_hash, signers))
    return found


def signed_in(book: Book) -> dict[str, tuple[str, ...]]:
    """By transaction, who signed what the token took in it: attestations, consents, rotations; ascending."""
    sets = auditor_sets(book)
    found: defaultdict[str, set[str]] = defaultdict(set)
    for block, log, hash_, bits in book.rows(
        "SELECT block_number, log_index, transaction_hash, signers FROM reserves_attested"
    ):
        found[hash_].update(by_bits(book, sets, (int(block), int(log)), int(bits)))
    for consent in consents(book, sets):
        found[consent.transaction].update(consent.signers)
    for old, new in pairwise(sets):
        terms = new.auditors, new.threshold, old.version
        found[new.transaction].update(
            _recovered(book, new.transaction, "rotateAuditors", old, AuditorRotation, terms)
        )
    return {hash_: tuple(sorted(signers)) for hash_, signers in found.items() if signers}


def _before(sets: Sequence[AuditorSet], place: tuple[int, int]) -> AuditorSet | None:
    return next((one for one in reversed(sets) if one.place < place), None)


def _recovered(
    book: Book, transaction: str, function: str, present: AuditorSet, kind: Any, terms: tuple[Any, ...]
) -> tuple[str, ...]:  # fmt: skip
    """Those in office whose signature on `terms` stands somewhere in the transaction's call data.

    Args:
        book: Whose calls.
        transaction: Its hash.
        function: That takes the signatures; its call may stand within another, as of a Safe.
        present: Who was in office.
        kind: The message.
        terms: All its fields but the deadline, which only the call has.
    """
    domain = Domain(book.record.chain_id, book.record.token.address)
    found: set[str] = set()
    for (data,) in book.rows(
        "SELECT input FROM calls WHERE transaction_hash = ?", bytes.fromhex(transaction[2:])
    ):
        for *_, deadline, signatures in calls_in(bytes(data), function):
            message = kind(*terms, deadline).message(domain)
            found |= {
                who
                for claimed, signature in signatures
                if (who := to_checksum_address(claimed)) in present.auditors
                and signer_of(message, signature) == who
            }
    return tuple(sorted(found))
