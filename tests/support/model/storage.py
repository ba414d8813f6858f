"""The words that the token's storage must hold, packed as docs/storage.md says."""

from __future__ import annotations

from functools import lru_cache

from eth_hash.auto import keccak

from .ledger import OF_PAYMENTS
from .signatures import word
from .system import SystemModel

IMPLEMENTATION = int.from_bytes(keccak(b"eip1967.proxy.implementation"), "big") - 1
_SEED = int.from_bytes(keccak(b"kgst.storage.Ledger"), "big") - 1
BASE = int.from_bytes(keccak(word(_SEED)), "big") & ~0xFF

ACCOUNTS, ALLOWANCES, AUTHORIZATIONS, SOLVENCY, FLAGS, ISSUERS, ATTESTATION, REPORT, SETTINGS = (
    range(BASE, BASE + 9)
)
AUDITORS, SEATS, PROPOSAL, PROPOSED, CONSENT, _, _, AUTHORITY, ORDERS = range(BASE + 9, BASE + 18)

SINGLE_SLOTS = (
    IMPLEMENTATION, SOLVENCY, FLAGS, ATTESTATION, REPORT, SETTINGS, PROPOSAL,
    CONSENT, CONSENT + 1, CONSENT + 2, AUTHORITY, AUDITORS, PROPOSED,
)  # fmt: skip
SINGLE_NAMES = (
    "implementation", "solvency", "flags", "attestation", "report", "settings", "proposal",
    "consent.code", "consent.data", "consent.rest", "authority", "auditors.length", "proposed.length",
)  # fmt: skip


@lru_cache(maxsize=65536)
def entry(table: int, key: int) -> int:
    """The slot of ``key`` in the mapping at ``table``."""
    return int.from_bytes(keccak(word(key) + word(table)), "big")


@lru_cache(maxsize=1024)
def element(array: int, index: int) -> int:
    return int.from_bytes(keccak(word(array)), "big") + index


def account_word(model: SystemModel, account: int) -> int:
    return (
        model.balance[account]
        + (model.frozen[account] << 72)
        + (model.permits[account] << 144)
        + (bool(model.blocked[account]) << 208)
    )


def quota_word(model: SystemModel, account: int) -> int:
    quota = model.quota[account]
    return (
        quota.level + (quota.capacity << 72) + (quota.refill << 144)
        + (quota.since << 208) + (quota.may_burn << 248) + (quota.desk << 249)
    )  # fmt: skip


def single_words(model: SystemModel) -> list[int]:
    """In the order of ``SINGLE_SLOTS``."""
    word_, last, auditors = model.solvency, model.last, model.auditors
    proposal, consent, limits = model.proposal, model.consent, model.limits
    suspended = sum(1 << i for i, a in enumerate(auditors.members) if a in auditors.suspended)
    return [
        model.code.implementation,
        word_.supply + (word_.backing << 72) + (word_.burned << 144) + (word_.valid_until << 216)
        + ((model.flags.paused & ~OF_PAYMENTS) >> 2 << 252),
        model.payment_flags,
        last.reserves + (last.settled << 72) + (last.as_of << 144) + (last.epoch << 184),
        last.report,
        auditors.version + (auditors.threshold << 64) + (len(auditors.members) << 72)
        + (suspended << 80) + (limits.max_age << 96) + (limits.max_increase << 128)
        + (model.halted.times << 144) + (limits.margin << 176),
        proposal.ready + (proposal.threshold << 40),
        consent.code,
        consent.data,
        consent.implementation + (consent.nonce << 160) + (consent.block << 208),
        model.trust.authority,
        len(auditors.members),
        len(proposal.members),
    ]  # fmt: skip
