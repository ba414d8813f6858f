"""What stands at a Safe's address, by its code and its storage words, never by what it says of itself.

Whoever made a Safe delegate to code of their own (the theft from Bybit of February 2025) can have every function of it
answer what one wants to hear. So the words are asked of the node, and owners and modules are followed from entry to
entry as Safe.sol follows them.

Requests: one batch for code and words, with the lists as far as their owners are guessed; one more for each owner or
module that was not; one for the code behind.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak

from kgst.checks import Check
from kgst.multicall import many
from kgst.safe.published import HANDLERS, IMPLEMENTATIONS, PROXIES, known_as

if TYPE_CHECKING:
    from ape.api import ProviderAPI

__all__ = ["Standing", "read_standings", "standing_checks"]

# Safe.sol's layout, the same in 1.1.1 to 1.5.0: https://github.com/safe-global/safe-smart-account
SINGLETON: Final = 0
MODULES: Final = 1
OWNERS: Final = 2
OWNER_COUNT: Final = 3
THRESHOLD: Final = 4
NONCE: Final = 5
DOMAIN: Final = 6
"""Kept by 1.1.1 and unused since; it stays where such a Safe was given a newer implementation."""

GUARD: Final = int.from_bytes(keccak(text="guard_manager.guard.address"))
MODULE_GUARD: Final = int.from_bytes(keccak(text="module_manager.module_guard.address"))
HANDLER: Final = int.from_bytes(keccak(text="fallback_manager.handler.address"))

_WORDS: Final = (
    SINGLETON, OWNER_COUNT, THRESHOLD, NONCE, DOMAIN, GUARD, MODULE_GUARD, HANDLER,
)  # fmt: skip
_SENTINEL: Final = 1
_MOST: Final = 64
"""Entries of a list that are followed; people who own a Safe are a handful."""

_NO_CODE: Final = "none"


@dataclass(frozen=True)
class Standing:
    """What is at one address.

    Attributes:
        code: At the address; empty when there is none.
        implementation: Checksummed address that its slot 0 names.
        implementation_code: At that address.
        owners: Checksummed addresses, in the order of the list.
        threshold: How many of them must sign.
        nonce: Transactions so far.
        modules: Checksummed addresses of what acts without any owner.
        guards: Checksummed addresses of what may forbid transactions of owners or modules.
        handler: Checksummed address of what answers calls that the Safe does not know; None for nothing.
        handler_code: At that address.
        broken: Why owners or modules are not known; None when they are.
        words: Every storage word that was read, by slot.
    """

    code: bytes
    implementation: str
    implementation_code: bytes
    owners: tuple[str, ...] = ()
    threshold: int = 0
    nonce: int = 0
    modules: tuple[str, ...] = ()
    guards: tuple[str, ...] = ()
    handler: str | None = None
    handler_code: bytes = b""
    broken: str | None = None
    words: Mapping[int, int] = field(default_factory=dict, repr=False)

    @property
    def version(self) -> str | None:
        """By the code that it runs: `1.4.1`; None for code that is not known."""
        known = known_as(self.implementation_code, IMPLEMENTATIONS)
        return known.split()[0] if known else None


def read_standings(
    provider: ProviderAPI, safes: Mapping[str, Iterable[str]], at: int | str
) -> dict[str, Standing]:
    """What stands at each of the checksummed addresses `safes`.

    Args:
        provider: Connected.
        safes: To each address who may own it: guesses, which spare requests and decide nothing.
        at: The block, or `latest`.

    Raises:
        NodeError: the node failed.
    """
    asked = [_Asked(address, owners) for address, owners in safes.items()]
    what = "read the code and the storage of the Safes"
    while wanted := [(one, slot) for one in asked for slot in one.wanted()]:
        requests = [partial(_word, one.address, slot, at) for one, slot in wanted]
        fresh = [one for one in asked if one.code is None]
        requests += [partial(_code, one.address, at) for one in fresh]
        answers = [bytes(answer) for answer in many(provider, what, *requests)]
        for (one, slot), word in zip(wanted, answers, strict=False):
            one.words[slot] = int.from_bytes(word)
        for one, code in zip(fresh, answers[len(wanted) :], strict=True):
            one.code = code
    behind = list(dict.fromkeys(address for one in asked for address in one.behind))
    requests = [partial(_code, address, at) for address in behind]
    found = many(provider, "read the code behind the Safes", *requests) if behind else []
    codes = dict(zip(behind, map(bytes, found), strict=True))
    return {one.address: one.standing(codes) for one in asked}


class _Asked:
    """One address while it is asked about."""

    def __init__(self, address: str, guesses: Iterable[str]) -> None:
        self.address = address
        self.words: dict[int, int] = {}
        self.code: bytes | None = None
        self._guesses = [int(guess, 16) for guess in guesses]

    def wanted(self) -> list[int]:
        """Slots that have to be read next; none when all is known."""
        if not self.words:
            guessed = [_entry(OWNERS, owner) for owner in self._guesses]
            heads = [_entry(mapping, _SENTINEL) for mapping in (OWNERS, MODULES)]
            return list(dict.fromkeys([*_WORDS, *heads, *guessed]))
        lists = (_follow(self.words, mapping) for mapping in (OWNERS, MODULES))
        return [one.unread for one in lists if one.unread is not None]

    @property
    def behind(self) -> list[str]:
        """Addresses whose code matters."""
        return [a for a in map(self._address, (SINGLETON, HANDLER)) if a is not None]

    def standing(self, codes: Mapping[str, bytes]) -> Standing:
        owners, modules = (_follow(self.words, mapping) for mapping in (OWNERS, MODULES))
        broken = None
        for name, one in (("owners", owners), ("modules", modules)):
            if not one.whole:
                broken = f"the list of its {name} does not end"
        if broken is None and len(owners.members) != self.words[OWNER_COUNT]:
            broken = f"it counts {self.words[OWNER_COUNT]} owners and lists {len(owners.members)}"
        handler, guards = self._address(HANDLER), map(self._address, (GUARD, MODULE_GUARD))
        target = self._address(SINGLETON) or _checksummed(0)
        return Standing(
            code=self.code or b"",
            implementation=target,
            implementation_code=codes.get(target, b""),
            owners=tuple(map(_checksummed, owners.members)),
            threshold=self.words[THRESHOLD],
            nonce=self.words[NONCE],
            modules=tuple(map(_checksummed, modules.members)),
            guards=tuple(guard for guard in guards if guard is not None),
            handler=handler,
            handler_code=codes.get(handler, b"") if handler else b"",
            broken=broken,
            words=self.words,
        )

    def _address(self, slot: int) -> str | None:
        value = self.words[slot] % 2**160
        return _checksummed(value) if value else None


@dataclass(frozen=True)
class _List:
    """A list as far as its entries were read.

    Attributes:
        members: In their order.
        whole: Whether it ends as it should.
        unread: The slot of the next entry; None when there is none to be read.
    """

    members: Sequence[int]
    whole: bool = False
    unread: int | None = None


def _follow(words: Mapping[int, int], mapping: int) -> _List:
    """As Safe.sol does: each entry names the next one, and the last the mark with which it began."""
    members: list[int] = []
    at = _SENTINEL
    while (slot := _entry(mapping, at)) in words:
        at = words[slot] % 2**160
        if at == _SENTINEL:
            return _List(members, whole=True)
        if at == 0 or at in members or len(members) == _MOST:
            return _List(members)
        members.append(at)
    return _List(members, unread=slot)


def standing_checks(name: str, safe: Standing) -> Iterator[Check]:
    """Whether what stands there is a Safe on which nobody acts but its owners: code, lists, modules, guards, handler.

    Args:
        name: For people: `Safe treasury`.
        safe: There is code at its address.
    """
    advice = f"It only answers like a Safe: let it act for nothing, and have {name} made by Safe's own application."
    known = known_as(safe.code, PROXIES)
    found, expected = known or "another contract's", "safe-global's proxy"
    yield Check.that("safes", f"code of {name}", known is not None, found, expected, advice)
    known = known_as(safe.implementation_code, IMPLEMENTATIONS)
    found = _named(safe.implementation, safe.implementation_code, known)
    advice = "It may do whatever it likes, whoever signs: let it act for nothing until its owners know why."
    expected = "safe-global's"
    yield Check.that(
        "safes", f"implementation of {name}", known is not None, found, expected, advice
    )
    if safe.broken is not None:
        yield Check.that("safes", f"storage of {name}", False, safe.broken, "a Safe's", advice)
    advice = "Whatever its owners sign, this acts without them: have them disable it, or use another Safe."
    modules = ", ".join(safe.modules) or _NO_CODE
    yield Check.that("safes", f"modules of {name}", not safe.modules, modules, "none", advice)
    advice = "It can forbid the owners every transaction: have them remove it, or use another Safe."
    guards = ", ".join(safe.guards) or _NO_CODE
    yield Check.that("safes", f"guard of {name}", not safe.guards, guards, "none", advice)
    known = known_as(safe.handler_code, HANDLERS)
    good = safe.handler is None or known is not None
    found = _named(safe.handler, safe.handler_code, known) if safe.handler else _NO_CODE
    advice = (
        "Anybody can have the Safe call this contract with whatever they like, as if its owners had signed: have them "
        "set safe-global's handler or none, and take its roles away until then."
    )
    expected = "none, or safe-global's"
    yield Check.that("safes", f"fallback handler of {name}", good, found, expected, advice)


def _named(address: str, code: bytes, known: str | None) -> str:
    if not code:
        return f"{address}, without code"
    return f"{address} ({known})" if known else address


def _entry(mapping: int, key: int) -> int:
    """The slot of an entry, as Solidity lays mappings out."""
    return int.from_bytes(keccak(key.to_bytes(32) + mapping.to_bytes(32)))


def _checksummed(value: int) -> str:
    return to_checksum_address(value.to_bytes(20))


def _code(address: str, at: Any, eth: Any) -> Any:
    return eth.get_code(address, at)


def _word(address: str, slot: int, at: Any, eth: Any) -> Any:
    return eth.get_storage_at(address, slot, at)
