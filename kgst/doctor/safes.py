"""Safes of the policy as the chain has them: owners, threshold, and what could act or forbid beside the owners."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak

from kgst.doctor.node import Row, State
from kgst.multicall import Read, ReadError, Reads
from kgst.policy import Policy, SafeTerms

__all__ = ["SafeReads"]

_SENTINEL: Final = "0x" + 39 * "0" + "1"
_PAGE: Final = 10
# Where Safe keeps them: https://github.com/safe-global/safe-smart-account, GuardManager, FallbackManager, Singleton.
_GUARD: Final = int.from_bytes(keccak(text="guard_manager.guard.address"))
_HANDLER: Final = int.from_bytes(keccak(text="fallback_manager.handler.address"))
_SINGLETON: Final = 0

SINGLETONS: Final = {
    0xD9DB270C1B5E3BD161E8C8503C55CEABEE709552: "1.3.0",
    0x69F4D1788E39C87893C980C06EDF4B7F686E2938: "1.3.0",
    0x3E5C63644E683549055B9BE8653DE26E0B4CD36E: "1.3.0 L2",
    0xFB1BFFC9D739B8D520DAF37DF666DA4C687191EA: "1.3.0 L2",
    0x41675C099F32341BF84BFC5382AF534DF5C7461A: "1.4.1",
    0x29FCB43B46531BCA003DDC8FCB67FFE91900C762: "1.4.1 L2",
}
"""safe-global's own deployments, the same on every chain."""

HANDLERS: Final = {
    0xF48F2B2D2A534E402487B3EE7C18C33AEC0FE5E4: "1.3.0",
    0x017062A1DE2FE6B99BE3D9D37841FED19F573804: "1.3.0",
    0xFD0732DC9E303F09FCEF3A7388AD10A83459EC99: "1.4.1",
}
"""safe-global's CompatibilityFallbackHandler."""


class SafeReads:
    """What every Safe of the policy says."""

    def __init__(self, reads: Reads, policy: Policy) -> None:
        self._policy = policy
        self._safes = [
            _Safe(reads, label, policy.address(label), terms)
            for label, terms in policy.safes.items()
        ]

    def rows(self, *, dev: bool) -> Iterator[Row]:
        """Each Safe's checks.

        Args:
            dev: A development node, where nobody has deployed safe-global's contracts to their addresses.
        """
        for safe in self._safes:
            yield from safe.rows(self._policy, dev=dev)


class _Safe:
    def __init__(self, reads: Reads, label: str, address: str, terms: SafeTerms) -> None:
        self.label, self.terms = label, terms
        self.owners = reads.view(address, "getOwners()", ["address[]"])
        self.threshold = reads.view(address, "getThreshold()", ["uint256"])
        self.nonce = reads.view(address, "nonce()", ["uint256"])
        self.version = reads.view(address, "VERSION()", ["string"])
        self.modules = reads.view(
            address,
            "getModulesPaginated(address,uint256)",
            ["address[]", "address"],
            _SENTINEL,
            _PAGE,
        )
        # A Safe lets anyone read its storage, so this needs no request of its own.
        self.guard, self.handler, self.singleton = (
            reads.view(address, "getStorageAt(uint256,uint256)", ["bytes"], slot, 1)
            for slot in (_GUARD, _HANDLER, _SINGLETON)
        )

    def rows(self, policy: Policy, *, dev: bool) -> Iterator[Row]:
        terms, name = self.terms, f"Safe {self.label}"
        wanted = {policy.address(owner) for owner in terms.owners}
        try:
            owners, threshold = set(self.owners.value), self.threshold.value
            version, nonce = str(self.version.value), self.nonce.value
        except ReadError as error:
            expected = f"a Safe, {terms.threshold} of {_names(policy, wanted)}"
            yield Row("safes", name, State.DRIFT, f"no Safe: {error}", expected)
            return
        yield Row.same("safes", f"owners of {name}", _names(policy, wanted), _names(policy, owners))
        yield Row.same("safes", f"threshold of {name}", terms.threshold, threshold)
        yield self._modules(policy, name)
        guard, handler, singleton = map(_address, (self.guard, self.handler, self.singleton))
        yield _slot(f"guard of {name}", guard, "none", good=guard == 0)
        known = "none, or safe-global's"
        good = dev or handler == 0 or handler in HANDLERS
        yield _slot(f"fallback handler of {name}", handler, known, good=good)
        known = "safe-global's"
        good = dev or singleton in SINGLETONS
        yield _slot(f"implementation of {name}", singleton, known, good=good)
        text = f"version {version[:20]!r}, {nonce} transactions so far"
        yield Row("safes", f"nonce of {name}", State.OK, text)

    def _modules(self, policy: Policy, name: str) -> Row:
        item = f"modules of {name}"
        try:
            modules, following = self.modules.value
        except ReadError as error:
            return Row("safes", item, State.NOT_CHECKED, str(error), "none")
        found = _names(policy, modules) if modules else "none"
        if modules and int(following, 16) != 1:
            found += ", and more"
        # A module acts without any owner's signature.
        return Row.same("safes", item, "none", found)


def _slot(item: str, value: int | None, expected: str, *, good: bool) -> Row:
    if value is None:
        found = "the Safe does not let its storage be read"
        return Row("safes", item, State.NOT_CHECKED, found, expected)
    found = to_checksum_address(value.to_bytes(20)) if value else "none"
    return Row("safes", item, State.OK if good else State.WARNING, found, expected)


def _address(read: Read[Any]) -> int | None:
    try:
        word = bytes(read.value)
    except ReadError:
        return None
    value = int.from_bytes(word)
    return value if len(word) == 32 and value < 2**160 else None


def _names(policy: Policy, addresses: Any) -> str:
    return ", ".join(policy.named(a) for a in sorted(addresses, key=lambda a: int(a, 16)))
