"""Safes of the policy as the chain has them, beyond what verifying compares: what could act or forbid beside owners."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak

from kgst.checks import Check, State
from kgst.deployment.people import FoundSafe
from kgst.multicall import Read, ReadError, Reads
from kgst.policy import Policy
from kgst.terminal import plain

__all__ = ["SafeReads"]

_SENTINEL: Final = "0x" + 39 * "0" + "1"
_PAGE: Final = 10
# Where Safe keeps them: https://github.com/safe-global/safe-smart-account, GuardManager, FallbackManager.
_GUARD: Final = int.from_bytes(keccak(text="guard_manager.guard.address"))
_HANDLER: Final = int.from_bytes(keccak(text="fallback_manager.handler.address"))

HANDLERS: Final = {
    0xF48F2B2D2A534E402487B3EE7C18C33AEC0FE5E4: "1.3.0",
    0x017062A1DE2FE6B99BE3D9D37841FED19F573804: "1.3.0",
    0xFD0732DC9E303F09FCEF3A7388AD10A83459EC99: "1.4.1",
    0x3EFCBB83A4A7AFCB4F68D501E2C2203A38BE77F4: "1.5.0",
    0x85A8CA358D388530AD0FB95D0CB89DD44FC242C3: "1.5.0",
}
"""safe-global's CompatibilityFallbackHandler, and the ExtensibleFallbackHandler of 1.5.0."""


class SafeReads:
    """What every Safe of the policy says, and the node of it."""

    def __init__(self, reads: Reads, policy: Policy) -> None:
        self._policy = policy
        self._safes = [_Safe(reads, label, policy.address(label)) for label in policy.safes]

    def checks(self, found: Mapping[str, FoundSafe], *, dev: bool) -> Iterator[Check]:
        """Each Safe's checks.

        Args:
            found: What stands there; a Safe that is not in it, or is none, has no checks.
            dev: A development node, where nobody has deployed safe-global's contracts to their addresses.
        """
        for safe in self._safes:
            there = found.get(safe.label)
            if there is not None and there.failure is None:
                yield from safe.checks(self._policy, plain(there.version, 20), dev=dev)


class _Safe:
    def __init__(self, reads: Reads, label: str, address: str) -> None:
        self.label = label
        self.nonce = reads.view(address, "nonce()", ["uint256"])
        self.modules = reads.view(
            address,
            "getModulesPaginated(address,uint256)",
            ["address[]", "address"],
            _SENTINEL,
            _PAGE,
        )
        # A Safe lets anyone read its storage, so this needs no request of its own; that it is a Safe is known by then.
        self.guard, self.handler = (
            reads.view(address, "getStorageAt(uint256,uint256)", ["bytes"], slot, 1)
            for slot in (_GUARD, _HANDLER)
        )

    def checks(self, policy: Policy, version: str, *, dev: bool) -> Iterator[Check]:
        name = f"Safe {self.label}"
        yield self._modules(policy, name)
        guard, handler = map(_address, (self.guard, self.handler))
        yield _slot(f"guard of {name}", guard, "none", good=guard == 0)
        known = "none, or safe-global's"
        good = dev or handler == 0 or handler in HANDLERS
        yield _slot(f"fallback handler of {name}", handler, known, good=good)
        item = f"nonce of {name}"
        try:
            text = f"version {version!r}, {self.nonce.value} transactions so far"
            yield Check("safes", item, State.OK, text)
        except ReadError as error:
            yield Check("safes", item, State.NOT_CHECKED, str(error))

    def _modules(self, policy: Policy, name: str) -> Check:
        item = f"modules of {name}"
        try:
            modules, following = self.modules.value
        except ReadError as error:
            return Check("safes", item, State.NOT_CHECKED, str(error), "none")
        found = _names(policy, modules) if modules else "none"
        if modules and int(following, 16) != 1:
            found += ", and more"
        # A module acts without any owner's signature.
        return Check.same("safes", item, "none", found)


def _slot(item: str, value: int | None, expected: str, *, good: bool) -> Check:
    if value is None:
        found = "the Safe does not let its storage be read"
        return Check("safes", item, State.NOT_CHECKED, found, expected)
    found = to_checksum_address(value.to_bytes(20)) if value else "none"
    return Check("safes", item, State.OK if good else State.WARNING, found, expected)


def _address(read: Read[Any]) -> int | None:
    try:
        word = bytes(read.value)
    except ReadError:
        return None
    value = int.from_bytes(word)
    return value if len(word) == 32 and value < 2**160 else None


def _names(policy: Policy, addresses: Any) -> str:
    return ", ".join(policy.named(a) for a in sorted(addresses, key=lambda a: int(a, 16)))
