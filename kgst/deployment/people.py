"""Whether those whom a policy names can hold what it gives them, as the chain has them.

A Safe must be there, be safe-global's by its code, and be owned as the policy says; nobody may be an address that a
contract of the deployment has or gets; and somebody must be left who can act as ADMIN. Code and storage are the node's
word, never the Safe's own: a hostile implementation answers what one wants to hear.

Requests: one call through Multicall3 for what Safes say, a batch for their code and slot 0, one for the code behind it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak

from kgst.checks import Check, State
from kgst.multicall import Head, Read, ReadError, Reads, ensure_multicall, latest, many
from kgst.policy import Policy, SafeTerms
from kgst.roles import Role
from kgst.safe.safes import LEAST_VERSION, is_usable
from kgst.terminal import plain

if TYPE_CHECKING:
    from ape.api import ProviderAPI

__all__ = [
    "IMPLEMENTATIONS",
    "PROXIES",
    "FoundSafe",
    "PeopleReads",
    "people_checks",
    "read_safes",
]

PROXIES: Final = {
    "aea7d4252f6245f301e540cfbee27d3a88de543af8e49c5c62405d5499fab7e5": "1.1.1",
    "b89c1b3bdf2cf8827818646bce9a8f6e372885f8c55e5c07acbd307cb133b000": "1.3.0",
    "d7d408ebcd99b2b70be43e20253d6d92a8ea8fab29bd3be7f55b10032331fb4c": "1.4.1",
    "4e381985ca68b3e5d27b4425fa581c19cf33146d3f887a3cfca96f55528ea46f": "1.5.0",
}
"""keccak256 of the code that safe-global's factories put at a Safe's address, and their version.

One of 1.1.1 may have been given a newer implementation since.
"""

IMPLEMENTATIONS: Final = {
    "bba688fbdb21ad2bb58bc320638b43d94e7d100f6f3ebaab0a4e4de6304b1c2e": "1.3.0",
    "21842597390c4c6e3c1239e434a682b054bd9548eee5e9b1d6a4482731023c0f": "1.3.0 L2",
    "1fe2df852ba3299d6534ef416eefa406e56ced995bca886ab7a553e6d0c5e1c4": "1.4.1",
    "b1f926978a0f44a2c0ec8fe822418ae969bd8c3f18d61e5103100339894f81ff": "1.4.1 L2",
    "dda019cbd7c867a533a2a86e5c53434fdc50b13122b5a5ddb4a8df61b31c20f2": "1.5.0",
    "180193227186ccb85316c94db1f0d156ed932b14712cfaac78901899178572dc": "1.5.0 L2",
}
"""keccak256 of the code that a Safe runs, as https://github.com/safe-global/safe-deployments lists it.

They have no immutables: the code is the same on every chain and at every address.
"""

_SINGLETON_SLOT: Final = 0
# Zero, the mark at the ends of a Safe's lists, precompiles and what chains keep for themselves.
_NOBODY: Final = 2**16


@dataclass(frozen=True)
class FoundSafe:
    """What is at the address of one of the policy's Safes.

    Attributes:
        code: At the address; empty when there is none.
        implementation: Checksummed address that its slot 0 names.
        implementation_code: At that address.
        owners: Checksummed addresses, as it says.
        threshold: As it says.
        version: As it says, so anything.
        failure: Why owners, threshold and version are not known; None when they are.
    """

    code: bytes
    implementation: str
    implementation_code: bytes
    owners: tuple[str, ...] = ()
    threshold: int = 0
    version: str = ""
    failure: str | None = None


class PeopleReads:
    """What the chain is asked about a policy's Safes: no request at all when it has none."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._asked: dict[str, tuple[Read[Any], Read[Any], Read[Any]]] = {}

    def ask(self, reads: Reads) -> None:
        """Add to `reads`, which are to be fetched before `found`."""
        for label in self._policy.safes:
            view = partial(reads.view, self._policy.address(label))
            self._asked[label] = (
                view("getOwners()", ["address[]"]),
                view("getThreshold()", ["uint256"]),
                view("VERSION()", ["string"]),
            )

    def found(self, provider: ProviderAPI, head: Head | None = None) -> dict[str, FoundSafe]:
        """By label, once the reads were fetched.

        Args:
            provider: Connected.
            head: The block that they were fetched in; None for the latest.

        Raises:
            NodeError: the node failed.
        """
        if not self._asked:
            return {}
        # The in-process chain reads storage of its latest block only; nothing moves it meanwhile.
        at: Any = "latest" if provider.name == "test" or head is None else head.number
        addresses = {label: self._policy.address(label) for label in self._asked}
        requests = [partial(_code, address, at) for address in addresses.values()]
        requests += [partial(_slot, address, at) for address in addresses.values()]
        answers = many(provider, "read the code of the policy's Safes", *requests)
        codes, words = answers[: len(addresses)], answers[len(addresses) :]
        behind = [to_checksum_address(bytes(word).rjust(32, b"\0")[-20:]) for word in words]
        unique = list(dict.fromkeys(behind))
        requests = [partial(_code, address, at) for address in unique]
        what = "read the code of the Safes' implementations"
        known = dict(zip(unique, many(provider, what, *requests), strict=True))
        return {
            label: self._one(label, bytes(code), target, bytes(known[target]))
            for label, code, target in zip(addresses, codes, behind, strict=True)
        }

    def _one(self, label: str, code: bytes, target: str, target_code: bytes) -> FoundSafe:
        owners, threshold, version = self._asked[label]
        try:
            return FoundSafe(
                code, target, target_code, tuple(owners.value), threshold.value, version.value,
            )  # fmt: skip
        except ReadError as error:
            return FoundSafe(code, target, target_code, failure=str(error))


def read_safes(policy: Policy, provider: ProviderAPI) -> dict[str, FoundSafe]:
    """The policy's Safes, by label, all in the latest block.

    Raises:
        NodeError: the node failed.
    """
    asked, reads = PeopleReads(policy), Reads()
    asked.ask(reads)
    if not len(reads):
        return {}
    ensure_multicall(provider)
    head = latest(provider)
    reads.fetch(provider, head, "read the Safes of the policy")
    return asked.found(provider, head)


def people_checks(
    policy: Policy, safes: Mapping[str, FoundSafe], taken: Mapping[str, str]
) -> list[tuple[str, Check]]:
    """What was looked at of everyone whom the policy names, good or not, each with the label that it is about.

    Args:
        policy: Its `people` and `safes`.
        safes: From `PeopleReads.found` or `read_safes`.
        taken: Checksummed addresses of contracts of the deployment, and what each is: `the token`.
    """
    result = [*_impossible(policy, taken)]
    for label, safe in safes.items():
        result += [(label, check) for check in _of_safe(policy, label, safe, taken)]
    bad = {label for label, check in result if check.state is State.FAILED}
    admins = [member.member for member in policy.roles[Role.ADMIN]]
    if not set(admins) & _living(policy, bad):
        advice = "Give ADMIN to a Safe that is in order, or to a person with a key."
        nobody = _check("holders of ADMIN", False, "nobody", "somebody who can act", advice)
        result.append((admins[0], nobody))
    return result


def _impossible(policy: Policy, taken: Mapping[str, str]) -> Iterator[tuple[str, Check]]:
    """People whose address is a contract's of the deployment, or nobody's."""
    for label, address in policy.people.items():
        if whose := _not_a_person(address, taken):
            advice = (
                f"Correct people.{label}: whatever it is given would be out of everyone's reach."
            )
            found, expected = f"{whose}'s: {address}", "a person's or a Safe's"
            yield label, _check(f"address of {label}", False, found, expected, advice)


def _of_safe(
    policy: Policy, label: str, safe: FoundSafe, taken: Mapping[str, str]
) -> Iterator[Check]:
    terms, address, name = policy.safes[label], policy.address(label), f"Safe {label}"
    wanted = [policy.address(owner) for owner in terms.owners]
    if not safe.code or safe.failure is not None:
        found = "there is no code at its address" if not safe.code else f"{safe.failure}"
        advice = f"Create it on this chain first, or correct people.{label}; who has a plain key is not in safes."
        yield _check(name, False, f"no Safe: {found}", _safe(policy, terms), advice)
        return
    yield from _code_of_safe(label, safe)
    advice = f"If its owners meant that, correct safes.{label}; else ask them who did it."
    good = _ascending(wanted) == _ascending(safe.owners)
    owners, expected = _names(policy, safe.owners), _names(policy, wanted)
    yield _check(f"owners of {name}", good, owners, expected, advice)
    good = safe.threshold == terms.threshold
    threshold, expected = str(safe.threshold), str(terms.threshold)
    yield _check(f"threshold of {name}", good, threshold, expected, advice)
    whose = {owner: _not_a_person(owner, taken) for owner in {*wanted, *safe.owners}}
    whose[address] = "the Safe's own" if address in whose else None
    advice = f"It can never sign: have the Safe's owners replace it, and correct safes.{label}."
    for owner, what in whose.items():
        if what is not None:
            found, expected = f"{what}: {owner}", "a person, or another Safe"
            yield _check(f"an owner of {name}", False, found, expected, advice)


def _code_of_safe(label: str, safe: FoundSafe) -> Iterator[Check]:
    name, target, known = f"Safe {label}", safe.implementation, _known(safe.code, PROXIES)
    advice = f"It only answers like a Safe: have one made by Safe's own application, and correct people.{label}."
    found, expected = known or "another contract's", "safe-global's proxy"
    yield _check(f"code of {name}", known is not None, found, expected, advice)
    known = _known(safe.implementation_code, IMPLEMENTATIONS)
    found = f"{target} ({known})" if known else target if safe.implementation_code else "none"
    advice = "It may do whatever it likes, whoever signs: let it act for nothing until its owners know why."
    expected = "safe-global's"
    yield _check(f"implementation of {name}", known is not None, found, expected, advice)
    advice = "Its signatures would not name the chain, or not in a way that is known here: move it to a newer one."
    good, version = is_usable(safe.version), plain(safe.version, 20)
    yield _check(f"version of {name}", good, version, f"{LEAST_VERSION} or later", advice)


_check = partial(Check.that, "safes")


def _living(policy: Policy, bad: set[str]) -> set[str]:
    """Labels that can act: whoever has a key, and Safes that enough of such own."""
    living = {label for label in policy.people if label not in policy.safes} - bad
    while True:
        more = {
            label
            for label, terms in policy.safes.items()
            if label not in bad | living and len(living & set(terms.owners)) >= terms.threshold
        }
        if not more:
            return living
        living |= more


def _not_a_person(address: str, taken: Mapping[str, str]) -> str | None:
    """Whose address it is, when it can be no person's nor Safe's."""
    return "nobody" if int(address, 16) < _NOBODY else taken.get(address)


def _known(code: bytes, hashes: Mapping[str, str]) -> str | None:
    return hashes.get(keccak(code).hex())


def _safe(policy: Policy, terms: SafeTerms) -> str:
    return f"a Safe, {terms.threshold} of {_names(policy, map(policy.address, terms.owners))}"


def _names(policy: Policy, addresses: Iterable[str]) -> str:
    return ", ".join(policy.named(a) for a in _ascending(addresses)) or "none"


def _ascending(addresses: Iterable[str]) -> list[str]:
    return sorted(addresses, key=lambda address: int(address, 16))


def _code(address: str, at: Any, eth: Any) -> Any:
    return eth.get_code(address, at)


def _slot(address: str, at: Any, eth: Any) -> Any:
    return eth.get_storage_at(address, _SINGLETON_SLOT, at)
