"""Each word, each code and each answer of a Safe of the policy, another than it was: verify names it.

Generated from an honest run on a real Safe; so are the leaves of what the policy says of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from ape import accounts as ape_accounts
from support.altered import facts_of
from support.leaves import leaves
from support.safe import deploy_safe

from kgst.checks import failed
from kgst.deployment.people import people_checks, read_safes
from kgst.multicall import ensure_multicall, reads
from kgst.node import connected
from kgst.policy import Policy
from kgst.safe import standing
from kgst.yamlfile import read_yaml

ROOT = Path(__file__).parents[2]
NONCE, UNUSED = 5, 6
"""Slots that decide nothing: how many transactions there were, and what version 1.1.1 kept."""
OWNERS = ("admin", "guardian", "issuer")


@pytest.fixture(scope="module")
def file() -> dict[str, Any]:
    """The tests' policy with a Safe of three, two of whom sign."""
    found: dict[str, Any] = read_yaml(ROOT / "tests/support/policy.yaml")
    ensure_multicall(connected())
    owners = [found["people"][label] for label in OWNERS]
    found["people"]["treasury"] = deploy_safe(connected().web3, owners, 2, salt=9)
    found["people"]["spare"] = ape_accounts.test_accounts[28].address
    found["safes"] = {"treasury": {"owners": list(OWNERS), "threshold": "2"}}
    return found


@dataclass(frozen=True)
class Honest:
    """What an honest node says: words by slot, codes by address, and what the Safe says of itself."""

    policy: Policy
    words: dict[int, bytes]
    codes: dict[str, bytes]
    said: list[tuple[str, str, bytes, tuple[str, ...], bytes]]


@pytest.fixture(scope="module")
def honest(file: dict[str, Any]) -> Honest:
    policy = Policy.model_validate(file)
    words, codes = dict[int, bytes](), dict[str, bytes]()
    said: list[tuple[str, str, bytes, tuple[str, ...], bytes]] = []
    word, code, aggregate = standing._word, standing._code, reads._aggregate

    def recorded(address: str, slot: int, at: Any, eth: Any) -> Any:
        words[slot] = bytes(word(address, slot, at, eth))
        return words[slot]

    def coded(address: str, at: Any, eth: Any) -> Any:
        codes[address] = bytes(code(address, at, eth))
        return codes[address]

    def asked(provider: Any, head: Any, those: Sequence[Any], what: str) -> Any:
        found = aggregate(provider, head, those, what)
        for read, (_, answer) in zip(those, found, strict=True):
            if read.target == policy.address("treasury"):
                said.append((read.what, read.target, read.data, read.types, answer))
        return found

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(standing, "_word", recorded)
        patch.setattr(standing, "_code", coded)
        patch.setattr(reads, "_aggregate", asked)
        assert named(policy) == []
    return Honest(policy, words, codes, said)


def named(policy: Policy) -> list[str]:
    """Items that fail, of what the chain says now."""
    found = read_safes(policy, connected())
    return [check.item for check in failed(c for _, c in people_checks(policy, found, {}))]


def others(word: bytes) -> Iterator[bytes]:
    """Words that are near, far, nothing, and of somebody else."""
    number = int.from_bytes(word)
    for other in (number ^ 1, number ^ 1 << 8, 0, 1, 2**160 - 7, number | 1 << 159):
        if other != number:
            yield other.to_bytes(32)


def test_words__each_is_another__is_named(honest: Honest, monkeypatch: pytest.MonkeyPatch) -> None:
    silent, count = set[int](), 0
    for slot, true in honest.words.items():
        for other in others(true):
            count += 1

            def served(
                address: str, at: int, *_: Any, slot: int = slot, other: bytes = other
            ) -> Any:
                return other if at == slot else honest.words.get(at, bytes(32))

            monkeypatch.setattr(standing, "_word", served)
            monkeypatch.setattr(standing, "_code", lambda a, *_: honest.codes.get(a, b""))
            is_none = slot == standing.HANDLER and not any(other)
            if not named(honest.policy) and not is_none:  # to have no handler is good, too
                silent.add(slot)
    assert silent == {NONCE, UNUSED}
    assert count > 60


def test_codes__each_is_another__is_named(honest: Honest, monkeypatch: pytest.MonkeyPatch) -> None:
    """The proxy's, its implementation's (a singleton that nobody knows), and its handler's."""
    assert len(honest.codes) == 3
    for address, code in honest.codes.items():
        for other in (b"", code + b"\0", code[:-1], bytes([code[0] ^ 1]) + code[1:], code[::-1]):
            served = {**honest.codes, address: other}
            monkeypatch.setattr(standing, "_code", lambda a, *_, served=served: served.get(a, b""))
            assert named(honest.policy), address


def test_own_word__each_value_is_another__is_named(
    honest: Honest, monkeypatch: pytest.MonkeyPatch
) -> None:
    aggregate, count = reads._aggregate, 0
    for what, target, data, types, answer in honest.said:
        for fact in facts_of(what, target, data, types, answer):
            if what.startswith("VERSION") or (what.startswith("getModules") and fact.at[0] == "1"):
                continue  # any later version serves; and where the list would go on, which it does not

            def served(*given: Any, fact: Any = fact) -> Any:
                return [
                    (True, fact.answer) if read.data == fact.data else found
                    for read, found in zip(given[2], aggregate(*given), strict=True)
                ]

            monkeypatch.setattr(reads, "_aggregate", served)
            assert named(honest.policy), fact.name
            count += 1
    assert count >= 7


def test_policy__each_leaf_of_the_safe_is_another__is_named(
    file: dict[str, Any], honest: Honest
) -> None:
    made = [leaf for leaf in leaves(file) if leaf.key.startswith(("safes.", "people.treasury"))]
    assert len(made) == 7
    for leaf in made:
        assert named(Policy.model_validate(leaf.policy)), leaf.key
