"""Each fact that is read of the chain, another than it was: verify and the plan name it.

Generated from the answers of an honest run. What may change unnoticed stands here, with
its reason, and nothing else may.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from ape import accounts as ape_accounts
from support.altered import Fact, facts_of
from support.drifts import drifts
from support.leaves import FILE, NOT_ON_THE_CHAIN, POLICY, leaves

from kgst.abi import interface
from kgst.checks import failed
from kgst.deployment.applying import apply
from kgst.deployment.contracts import Deployment
from kgst.flags import FlagWords
from kgst.govern.changes import by_hand, changes_of
from kgst.multicall import Head, ensure_multicall, latest, reads
from kgst.node import connected
from kgst.snapshot.code import Code, read_code
from kgst.verify import comparing
from kgst.verify.comparing import Comparison, compare
from kgst.verify.token import token_checks

ROOT = Path(__file__).parents[2]
DOCUMENT = ROOT / "docs/threat-model.md"


@pytest.fixture(scope="module")
def deployed() -> Deployment:
    deployment = apply(POLICY, ape_accounts.test_accounts[24])
    ensure_multicall(connected())
    return deployment


def compared(deployment: Deployment, head: Head | None = None) -> Comparison:
    provider = connected()
    return compare(deployment, provider, head or latest(provider))


def planned(deployment: Deployment, done: Comparison) -> list[str]:
    if done.state is None:
        return []
    return [
        *(change.summary for change in changes_of(deployment, done.state)),
        *by_hand(deployment, done.state),
    ]


# --------------------------------------------------------------------------------------------------- facts of the chain


@dataclass(frozen=True)
class Honest:
    """An honest run.

    Attributes:
        facts: Everything that it read through Multicall3, altered one by one.
        answers: By target in small letters and call data.
        head: The block that they are of.
    """

    facts: list[Fact]
    answers: dict[tuple[str, bytes], tuple[bool, bytes]]
    code: Code
    head: Head


@pytest.fixture(scope="module")
def honest(deployed: Deployment) -> Honest:
    answers: dict[tuple[str, bytes], tuple[bool, bytes]] = {}
    facts: list[Fact] = []
    real = reads._aggregate

    def recording(provider: Any, head: Any, asked: Sequence[Any], what: str) -> Any:
        found = real(provider, head, asked, what)
        for read, (succeeded, answer) in zip(asked, found, strict=True):
            answers[read.target.lower(), read.data] = succeeded, answer
            if "." in read.what:  # what Multicall3 says of the block is compared with the block
                facts.extend(facts_of(read.what, read.target, read.data, read.types, answer))
        return found

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reads, "_aggregate", recording)
        provider = connected()
        head = latest(provider)
        done = compared(deployed, head)
    assert done.failure is None
    assert not failed(done.checks)
    return Honest(facts, answers, read_code(deployed.record, provider, head), head)


def values_of(honest: Honest, fact: Fact) -> tuple[int, ...]:
    """The words of the answer, as it was."""
    _, was = honest.answers[fact.target, fact.data]
    return tuple(int.from_bytes(was[at : at + 32]) for at in range(0, len(was), 32))


def without_a_reason(fact: Fact, was: tuple[int, ...], *, plan: bool) -> bool:
    """Whether the fact has to be named.

    Args:
        fact: With another value.
        was: The words that the answer had.
        plan: By the plan, and not by verify.
    """
    what, at = fact.what.partition(".")[2].partition("(")[0], fact.at
    if what == "auditorSet" and at.startswith("2"):
        return False  # it counts rotations
    if what == "issuerOf" and at.startswith("0.0"):
        return False  # what is left of a quota changes with use
    if what == "getAccess":
        if was[0] == 0 and not at.startswith("0"):
            return False  # delays of who is no member
        if at == "0" and was[0]:
            return False  # since when somebody has been a member, in the past
        if at.startswith("2"):
            return False  # the delay that comes, while none comes
        return not (plan and at.startswith("3"))  # a delay that comes is the one of now
    # OpenZeppelin fixes both of ADMIN; no call could undo it.
    is_fixed = what in ("getRoleGuardian", "getRoleAdmin") and not any(fact.data[4:])
    return not (plan and is_fixed)


def test_chain__one_fact_is_another__verify_and_the_plan_name_it(
    deployed: Deployment, honest: Honest, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = compared(deployed)
    monkeypatch.setattr(comparing, "read_code", lambda *_: honest.code)
    monkeypatch.setattr(comparing, "creation_checks", lambda *_: [])
    monkeypatch.setattr(comparing, "_code_checks", lambda *_: [])  # takes a while, and is the same
    monkeypatch.setattr("kgst.snapshot.state.read_traces", lambda *_: done.traces)
    silent: list[str] = []
    for fact in honest.facts:
        key = fact.target, fact.data
        served = {**honest.answers, key: (True, fact.answer)}
        monkeypatch.setattr(
            reads,
            "_aggregate",
            lambda _, __, asked, ___, served=served: [
                served[read.target.lower(), read.data] for read in asked
            ],
        )
        found = compared(deployed, honest.head)
        assert found.failure is None, fact.name
        values = values_of(honest, fact)
        if not failed(found.checks) and without_a_reason(fact, values, plan=False):
            silent.append(f"verify: {fact.name}")
        plan = planned(deployed, found)
        if not plan and without_a_reason(fact, values, plan=True):
            silent.append(f"plan: {fact.name}")
    assert "\n".join(silent) == ""


def test_code__one_byte_is_another__verify_names_it(deployed: Deployment, honest: Honest) -> None:
    for name, code in honest.code.code.items():
        for at in (0, len(code) // 2, len(code) - 1):
            other = code[:at] + bytes([code[at] ^ 1]) + code[at + 1 :]
            changed = Code(
                {**honest.code.code, name: other}, honest.code.implementation, honest.code.flags
            )
            found = comparing._code_checks(deployed.policy, deployed.record, changed)
            assert failed(found), f"{name}, byte {at}"


FIGURES = 252
"""Bits of the solvency that change with use: supply, backing, burned, and until when an attestation holds."""


def test_words__each_bit_is_another__verify_names_it(
    deployed: Deployment, honest: Honest, monkeypatch: pytest.MonkeyPatch
) -> None:
    code, flags = honest.code, honest.code.flags
    silent = []
    for bit in range(256):
        for what, changed in {
            "implementation": Code(code.code, code.implementation ^ 1 << bit, flags),
            "flags": Code(
                code.code, code.implementation, FlagWords(flags.flags ^ 1 << bit, flags.solvency)
            ),
            "solvency": Code(
                code.code, code.implementation, FlagWords(flags.flags, flags.solvency ^ 1 << bit)
            ),
        }.items():
            if not named_with(changed, deployed, monkeypatch):
                silent.append((what, bit))
    assert silent == [("solvency", bit) for bit in range(FIGURES)]


def named_with(code: Code, deployed: Deployment, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What verify finds wrong of the words, while the getters say what they always said."""
    with monkeypatch.context() as patch:
        patch.setattr("kgst.verify.token._token_checks", lambda *_: [])
        return failed(token_checks(deployed, code, _SILENT))  # type: ignore[arg-type]


class _Silent:
    """Getters of an implementation that says what it always said."""

    def __getattr__(self, name: str) -> Any:
        return type("Read", (), {"value": 0 if name == "pause_flags" else False})


_SILENT = _Silent()


# ------------------------------------------------------------------------------------------- getters that are not asked

USE = "changes with use"
CODE = "is in the code, which is compared byte for byte"
OTHER = "follows from what is asked"
NOT_READ: dict[str, dict[str, tuple[str, ...]]] = {
    "IKGST": {
        USE: (
            "allowance", "approvedImplementation", "authorizationState", "balanceOf", "getFrozenTokens", "halts",
            "headroom", "isBlocked", "isConsumingScheduledOp", "lastAttestation", "nonces", "orderOf", "solvency",
            "totalSupply",
        ),
        CODE: (
            "CANCEL_AUTHORIZATION_TYPEHASH", "PERMIT_TYPEHASH", "RECEIVE_WITH_AUTHORIZATION_TYPEHASH",
            "TRANSFER_WITH_AUTHORIZATION_TYPEHASH", "contractURI", "currency", "decimals", "eip712Domain", "name",
            "proxiableUUID", "supportsInterface", "symbol", "version",
        ),
        OTHER: ("canReceive", "canSend", "canTransfer", "getOwner", "implementation", "paused"),
    },
    "KGSTAccessManager": {
        CODE: ("ADMIN_ROLE", "PUBLIC_ROLE", "expiration", "hashOperation", "minSetback"),
        OTHER: ("canCall", "hasRole"),
        USE: ("getNonce", "getSchedule"),
    },
    "Revoker": {USE: ("isConsumingScheduledOp",)},
    "ReserveFeed": {
        CODE: ("decimals", "description", "token", "version"),
        USE: ("getRoundData", "latestRoundData", "validUntil"),
    },
    "BackingFeed": {
        CODE: ("decimals", "description", "token", "version"),
        USE: ("getRoundData", "latestRoundData", "validUntil"),
    },
}  # fmt: skip


@pytest.mark.parametrize("contract", sorted(NOT_READ))
def test_getters__all_are_asked_or_need_not_be(contract: str, honest: Honest) -> None:
    """A getter that is new has to be put somewhere."""
    every = {method.name for method in interface(contract).view_methods}
    asked = {
        fact.what.partition(".")[2].partition("(")[0]
        for fact in honest.facts
        if fact.what.startswith(f"{contract}.")
    }
    left = [name for names in NOT_READ[contract].values() for name in names]
    assert sorted([*asked, *left]) == sorted(every)


def test_counts__are_those_of_the_document(honest: Honest) -> None:
    """What docs say of how much is derived, counted here."""
    made = leaves(FILE)
    told = [leaf for leaf in made if not leaf.key.startswith(NOT_ON_THE_CHAIN)]
    counted = {
        "leaves of the policy": (len(made), len(told)),
        "facts that are read of the chain": (
            len(honest.facts),
            sum(without_a_reason(f, values_of(honest, f), plan=False) for f in honest.facts),
        ),
        "transactions of people in office": (len(drifts()), len(drifts())),
        "bits of the three words": (3 * 256, 3 * 256 - FIGURES),
    }
    text = DOCUMENT.read_text()
    for what, (count, named) in counted.items():
        row = f"| {what} | {count} | {named} |"
        assert row in text, row
