"""Who held which power when, what was done with it, and what stands against the separation of duties."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from eth_utils.address import to_checksum_address

from kgst.index.known import in_words, known_events
from kgst.proofs import Log
from kgst.report.signers import auditor_sets, signed_in
from kgst.roles import Role, role_name

if TYPE_CHECKING:
    from kgst.chronicle.entry import Entry
    from kgst.report.book import Book
    from kgst.report.period import Period

__all__ = ["APART", "AUDITOR", "Held", "Joined", "Use", "held", "joined", "uses"]

AUDITOR: Final = "auditor"
ISSUER: Final = "issuer"

APART: Final = tuple(
    frozenset(pair)
    for pair in (
        *((AUDITOR, role.name) for role in Role),
        (AUDITOR, ISSUER),
        *(("GUARDIAN", role) for role in ("ADMIN", "UPGRADER", "ISSUANCE_ADMIN", "RESERVE_ADMIN", "MINTER", ISSUER)),
        ("PAUSER", "UNPAUSER"),
        ("COMPLIANCE", "ENFORCER"),
        ("MINTER", "REDEEMER"),
        ("ADMIN", "UPGRADER"),
        ("ISSUANCE_ADMIN", "MINTER"),
        ("ISSUANCE_ADMIN", ISSUER),
    )
)  # fmt: skip
"""Powers of which nobody should have two: who attests and who acts on it; who does, who stops it, who lets it go on."""

# Besides mints and burns, what only members of a role or auditors bring about: somebody answers for each.
_PRIVILEGED: Final = (
    "AuditorSuspended", "AuditorsProposalCanceled", "AuditorsProposed", "AuditorsSet", "Blocked", "DelegateAllSet",
    "DeskSet", "DestinationAllowed", "DestinationRemoved", "ForcedTransfer", "Frozen", "ImplementationApproved",
    "IssuerCut", "IssuerSet", "Locked", "MarginSet", "MaxAgeSet", "MaxIncreaseSet", "MintCanceled", "MintProposed",
    "Minted", "MintingHalted", "OperationCanceled", "OperationExecuted", "OperationScheduled", "OrderExecuted", "Paid",
    "PauseFlagsChanged", "Rejected", "ReservesAttested", "Returned", "RoleAdminChanged", "RoleGranted",
    "RoleGrantDelayChanged", "RoleGuardianChanged", "RoleLabel", "RoleRevoked", "Seized", "TargetAdminDelayUpdated",
    "TargetClosed", "TargetFunctionRoleUpdated", "TokensRescued", "Unblocked", "Upgraded",
)  # fmt: skip
# Anybody submits what auditors signed.
_AUDITORS_DO: Final = (
    "AuditorsProposalCanceled",
    "AuditorsSet",
    "ImplementationApproved",
    "ReservesAttested",
)
_GRANTS: Final = """
SELECT * FROM (
    SELECT block_number, log_index, timestamp, transaction_hash, role_id, account, delay, since FROM role_granted
    UNION ALL SELECT block_number, log_index, timestamp, transaction_hash, role_id, account, NULL, NULL
        FROM role_revoked
) WHERE timestamp < ? ORDER BY block_number, log_index
"""
_ISSUERS: Final = """
SELECT * FROM (
    SELECT block_number, log_index, timestamp, transaction_hash, issuer, true AS given FROM issuer_set
    UNION ALL SELECT block_number, log_index, timestamp, transaction_hash, issuer, false FROM issuer_cut
) WHERE timestamp < ? ORDER BY block_number, log_index
"""
_WAITED: Final = """
SELECT e.transaction_hash, max(e.timestamp - s.timestamp) FROM operation_executed e
JOIN operation_scheduled s ON s.operation_id = e.operation_id AND s.nonce = e.nonce GROUP BY 1
"""


@dataclass(frozen=True)
class Held:
    """One time for which an account had a power.

    Attributes:
        power: A role, `issuer` or `auditor`.
        delay: Seconds that it waits before it acts; 0 for whoever is no member of a role.
        begin: Seconds.
        end: Seconds; None while it stood at the measurement point.
    """

    power: str
    account: str
    delay: int
    begin: int
    end: int | None
    transaction: str

    def meets(self, begin: int, end: int) -> bool:
        """Whether it was had at some moment from `begin` on and before `end`."""
        return self.begin < end and (self.end is None or self.end > begin)


@dataclass(frozen=True)
class Joined:
    """Two powers in one hand that belong in two."""

    account: str
    powers: tuple[str, str]
    begin: int
    end: int | None


@dataclass(frozen=True)
class Use:
    """A transaction of the period in which a power was used.

    Attributes:
        words: Its events.
        waited: Seconds between scheduling and execution; None where nothing was scheduled.
        entry: What journals and Safes' files know of it; None when they have nothing.
        auditors: Checksummed: whose signatures the token took in it.
        by_auditors: Whether these brought about all of it: who adds what needs a power answers for that.
    """

    time: int
    transaction: str
    words: str
    waited: int | None
    entry: Entry | None
    auditors: tuple[str, ...]
    by_auditors: bool

    @property
    def is_explained(self) -> bool:
        """Whether somebody is known who answers for it."""
        return self.entry is not None or (self.by_auditors and bool(self.auditors))


def held(book: Book) -> list[Held]:
    """Every time of every power, up to the measurement point, in order of its beginning."""
    found = [*_roles(book), *_issuers(book), *_auditors(book)]
    return sorted(found, key=lambda one: (one.begin, one.power, one.account))


def joined(times: Sequence[Held], period: Period) -> list[Joined]:
    """Where `APART` was not kept in the period, and while."""
    by_account: defaultdict[str, list[Held]] = defaultdict(list)
    for one in times:
        if one.meets(period.begin, period.end):
            by_account[one.account].append(one)
    found = []
    for account, powers in sorted(by_account.items()):
        for at, one in enumerate(powers):
            for other in powers[at + 1 :]:
                begin = max(one.begin, other.begin)
                if (
                    {one.power, other.power} in APART
                    and one.meets(begin, begin + 1)
                    and other.meets(begin, begin + 1)
                ):
                    ends = [end for end in (one.end, other.end) if end is not None]
                    found.append(
                        Joined(account, (one.power, other.power), begin, min(ends, default=None))
                    )
    return found  # fmt: skip


def uses(book: Book, period: Period, entries: Mapping[str, Entry]) -> list[Use]:
    """Transactions of the period in which a power was used, in order."""
    topics = [event.topic for event in known_events() if event.name in _PRIVILEGED]
    transfer = next(event.topic for event in known_events() if event.name == "Transfer")
    auditors = {event.topic for event in known_events() if event.name in _AUDITORS_DO}
    signed = signed_in(book)
    waited = {hash_: int(seconds) for hash_, seconds in book.rows(_WAITED)}
    found: dict[str, Use] = {}
    for hash_, time, address, data, *marks in book.rows(
        "SELECT '0x' || lower(hex(l.transaction_hash)), b.timestamp, l.address, l.data, l.topic0, l.topic1, l.topic2, "
        "l.topic3 FROM logs l JOIN blocks b ON b.number = l.block_number WHERE (list_contains(?, l.topic0) "
        "OR (l.topic0 = ? AND (l.topic1 = ? OR l.topic2 = ?))) AND b.timestamp >= ? AND b.timestamp < ? "
        "ORDER BY l.block_number, l.log_index",
        topics, transfer, bytes(32), bytes(32), period.begin, period.end,
    ):  # fmt: skip
        log: Any = Log(
            bytes(address), tuple(bytes(one) for one in marks if one is not None), bytes(data)
        )
        before = found.get(hash_)
        words, theirs = in_words(log), log.topics[0] in auditors
        found[hash_] = (
            replace(
                before, words=f"{before.words}; {words}", by_auditors=before.by_auditors and theirs
            )
            if before
            else Use(
                int(time),
                hash_,
                words,
                waited.get(hash_),
                _signed(entries.get(hash_)),
                signed.get(hash_, ()),
                theirs,
            )
        )
    return list(found.values())


def _signed(entry: Entry | None) -> Entry | None:
    """What only the index has is nobody's word."""
    return entry if entry is not None and entry.whys else None


def _roles(book: Book) -> Iterator[Held]:
    open_: dict[tuple[int, str], Held] = {}
    for _, __, time, hash_, role, account, delay, since in book.rows(_GRANTS, book.point.end):
        key = (int(role), to_checksum_address(account))
        before = open_.pop(key, None)
        if before is not None:
            # A second grant changes the delay: from then on it is another time.
            yield replace(before, end=int(time))
        if delay is not None:
            begin = int(time) if before else max(int(time), int(since))
            open_[key] = Held(role_name(key[0]), key[1], int(delay), begin, None, hash_)
    yield from open_.values()


def _issuers(book: Book) -> Iterator[Held]:
    open_: dict[str, Held] = {}
    for _, __, time, hash_, issuer, given in book.rows(_ISSUERS, book.point.end):
        account = to_checksum_address(issuer)
        if given:
            open_.setdefault(account, Held(ISSUER, account, 0, int(time), None, hash_))
        elif account in open_:
            yield replace(open_.pop(account), end=int(time))
    yield from open_.values()


def _auditors(book: Book) -> Iterator[Held]:
    open_: dict[str, Held] = {}
    for one in auditor_sets(book):
        if one.time >= book.point.end:
            break
        present = set(one.auditors)
        for gone in sorted(open_.keys() - present):
            yield replace(open_.pop(gone), end=one.time)
        for new in sorted(present - open_.keys()):
            open_[new] = Held(AUDITOR, new, 0, one.time, None, one.transaction)
    yield from open_.values()
