"""Whether those whom a policy names can hold what it gives them, as the chain has them.

A Safe must be there, be safe-global's by its code, be owned as the policy says, and act for nobody but its owners;
nobody may be an address that a contract of the deployment has or gets; and somebody must be left who can act as ADMIN.
Code and storage are the node's word, never the Safe's own: a hostile implementation answers what one wants to hear.
What the Safe says is compared with it.

Requests: one call through Multicall3 for what Safes say, and those of `kgst.safe.standing`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from kgst.checks import Check, State
from kgst.multicall import Head, Read, ReadError, Reads, ensure_multicall, latest
from kgst.policy import Policy, SafeTerms
from kgst.roles import Role
from kgst.safe.published import PROXIES, known_as
from kgst.safe.safes import LEAST_VERSION, is_usable
from kgst.safe.standing import Standing, read_standings, standing_checks
from kgst.terminal import plain

if TYPE_CHECKING:
    from ape.api import ProviderAPI

__all__ = [
    "FoundSafe",
    "PeopleReads",
    "Said",
    "people_checks",
    "read_safes",
]

# Zero, the mark at the ends of a Safe's lists, precompiles and what chains keep for themselves.
_NOBODY: Final = 2**16


_MARK: Final = "0x" + 39 * "0" + "1"
"""With which a Safe's list of modules begins and ends."""
_PAGE: Final = 64


@dataclass(frozen=True)
class Said:
    """What a Safe says of itself, so anything: checksummed addresses, in its order."""

    owners: tuple[str, ...]
    threshold: int
    modules: tuple[str, ...]
    version: str


@dataclass(frozen=True)
class FoundSafe:
    """What is at the address of one of the policy's Safes.

    Attributes:
        standing: By code and storage.
        said: None when it did not say.
        failure: Why it did not; None when it did.
    """

    standing: Standing
    said: Said | None = None
    failure: str | None = None


class PeopleReads:
    """What the chain is asked about a policy's Safes: no request at all when it has none."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._asked: dict[str, tuple[Read[Any], Read[Any], Read[Any], Read[Any]]] = {}

    def ask(self, reads: Reads) -> None:
        """Add to `reads`, which are to be fetched before `found`."""
        for label in self._policy.safes:
            view = partial(reads.view, self._policy.address(label))
            pages = ["address[]", "address"]
            self._asked[label] = (
                view("getOwners()", ["address[]"]),
                view("getThreshold()", ["uint256"]),
                view("getModulesPaginated(address,uint256)", pages, _MARK, _PAGE),
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
        policy = self._policy
        # The in-process chain reads storage of its latest block only; nothing moves it meanwhile.
        at = "latest" if provider.name == "test" or head is None else head.number
        owners = {
            policy.address(label): map(policy.address, policy.safes[label].owners)
            for label in self._asked
        }
        there = read_standings(provider, owners, at)
        return {label: self._one(label, there[policy.address(label)]) for label in self._asked}

    def _one(self, label: str, standing: Standing) -> FoundSafe:
        owners, threshold, modules, version = self._asked[label]
        try:
            said = Said(
                tuple(owners.value), threshold.value, tuple(modules.value[0]), version.value
            )
        except ReadError as error:
            return FoundSafe(standing, failure=str(error))
        return FoundSafe(standing, said)


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
    wanted, standing, said = list(map(policy.address, terms.owners)), safe.standing, safe.said
    if not standing.code or (said is None and known_as(standing.code, PROXIES) is None):
        found = "there is no code at its address" if not standing.code else f"{safe.failure}"
        advice = f"Create it on this chain first, or correct people.{label}; who has a plain key is not in safes."
        yield _check(name, False, f"no Safe: {found}", _safe(policy, terms), advice)
        return
    yield from standing_checks(name, standing)
    advice = f"If its owners meant that, correct safes.{label}; else ask them who did it."
    good = _ascending(wanted) == _ascending(standing.owners)
    owners, expected = _names(policy, standing.owners), _names(policy, wanted)
    yield _check(f"owners of {name}", good, owners, expected, advice)
    good = standing.threshold == terms.threshold
    threshold, expected = str(standing.threshold), str(terms.threshold)
    yield _check(f"threshold of {name}", good, threshold, expected, advice)
    yield from _own_word(policy, name, safe)
    whose = {owner: _not_a_person(owner, taken) for owner in {*wanted, *standing.owners}}
    whose[address] = "the Safe's own" if address in whose else None
    advice = f"It can never sign: have the Safe's owners replace it, and correct safes.{label}."
    for owner, what in whose.items():
        if what is not None:
            found, expected = f"{what}: {owner}", "a person, or another Safe"
            yield _check(f"an owner of {name}", False, found, expected, advice)


def _own_word(policy: Policy, name: str, safe: FoundSafe) -> Iterator[Check]:
    """What a Safe says of itself is what its storage holds."""
    standing, said = safe.standing, safe.said
    advice = "Its own word is not what the chain holds: whoever made it lie hides something; let it act for nothing."
    expected = _in_words(policy, standing)
    if said is None:
        yield _check(f"own word of {name}", False, f"{safe.failure}", expected, advice)
        return
    same = (said.owners, said.threshold, said.modules)
    good = same == (standing.owners, standing.threshold, standing.modules)
    yield _check(f"own word of {name}", good, _in_words(policy, said), expected, advice)
    advice = "Its signatures would not name the chain, or not in a way that is known here: move it to a newer one."
    good, version = is_usable(said.version), plain(said.version, 20)
    yield _check(f"version of {name}", good, version, f"{LEAST_VERSION} or later", advice)


def _in_words(policy: Policy, safe: Said | Standing) -> str:
    return (
        f"{safe.threshold} of {_names(policy, safe.owners)}; modules {_names(policy, safe.modules)}"
    )


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


def _safe(policy: Policy, terms: SafeTerms) -> str:
    return f"a Safe, {terms.threshold} of {_names(policy, map(policy.address, terms.owners))}"


def _names(policy: Policy, addresses: Iterable[str]) -> str:
    return ", ".join(policy.named(a) for a in _ascending(addresses)) or "none"


def _ascending(addresses: Iterable[str]) -> list[str]:
    return sorted(addresses, key=lambda address: int(address, 16))
