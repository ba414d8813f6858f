"""What made the deployment, by the record alone: the signed transactions in it, and this checkout.

From a signed transaction follow its hash, who signed it, for which chain and nonce; from sender and nonce the address;
from its data code and arguments. So a node that shows another contract, or the genuine code after other creation code
had written storage of its own, is not asked.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from functools import partial
from itertools import pairwise
from typing import Final

from eth_abi.abi import decode
from eth_abi.exceptions import DecodingError
from eth_utils.crypto import keccak

from kgst.build import creation_code, require_from_sources
from kgst.checks import Check, State
from kgst.deployment.creations import CONTRACT_OF, arguments_of, configuration_of
from kgst.deployment.granting import granted_in
from kgst.errors import KgstError, RefusedError
from kgst.files import LAST_STEP
from kgst.policy import Policy
from kgst.record import ContractRecord, Record, SignedTransaction
from kgst.roles import Role
from kgst.sending.signed import SignedContent, SignedError, read_signed

__all__ = ["AREA", "build_check", "creation_checks", "signed_steps"]

AREA: Final = "creation"

_ANEW: Final = "do not use this deployment: the record was altered, or something else was deployed than this build"
_BEGIN: Final = 4 + 32 + 32
"""Bytes of selector, offset and the first field of the struct that `initialize` takes."""
_same = partial(Check.same, AREA)


def build_check() -> Check:
    """Whether this checkout's build, which everything is compared with, is what its sources compile to."""
    item = "the build, beside what the sources compile to"
    try:
        require_from_sources()
    except RefusedError as error:
        return Check.that("code", item, False, str(error), "the same")
    except KgstError as error:
        return Check.open("code", item, error)
    return Check.same("code", item, "the same", "the same")


def signed_steps(record: Record) -> dict[str, SignedTransaction]:
    """The deployment's transactions by step, in order."""
    created = {step: getattr(record, step).transaction for step in CONTRACT_OF}
    return created | {LAST_STEP: record.configuration}


def creation_checks(policy: Policy, record: Record) -> Iterator[Check]:
    """The record against itself, this build and `policy`; no node is asked."""
    at = {step: getattr(record, step).address for step in CONTRACT_OF}
    nonces: dict[str, int] = {}
    for step, transaction in signed_steps(record).items():
        what = (
            f"the creation of {CONTRACT_OF[step]}" if step in CONTRACT_OF else "the configuration"
        )
        signed = yield from _read(what, transaction, record)
        if signed is None:
            continue
        yield _same(f"{what}, signed by", record.deployer, signed.sender)
        nonces[step] = signed.content.nonce
        if step in CONTRACT_OF:
            yield from _of_contract(step, what, signed, policy, record, at)
        else:
            yield _same(f"{what}, sent to", at["manager"], signed.content.to or "nobody")
            yield _of_configuration(signed, policy, record, at)
    yield from _between(nonces)
    yield from _upgrades(record)


def _read(
    what: str, transaction: SignedTransaction, record: Record
) -> Generator[Check, None, SignedContent | None]:
    try:
        signed = read_signed(transaction.raw)
    except SignedError as error:
        yield Check.that(AREA, f"{what}, signed", False, str(error), "a transaction", _ANEW)
        return None
    yield _same(f"{what}, hash of its bytes", transaction.hash, signed.hash)
    yield _same(f"{what}, chain of its signature", record.chain_id, signed.chain_id)
    yield _same(f"{what}, wei sent along", 0, signed.content.value)
    return signed


def _of_contract(
    step: str,
    what: str,
    signed: SignedContent,
    policy: Policy,
    record: Record,
    at: dict[str, str],
) -> Iterator[Check]:
    entry: ContractRecord = getattr(record, step)
    yield _same(f"{what}, address by sender and nonce", entry.address, signed.created or "nothing")
    arguments = bytes.fromhex(entry.constructor_args[2:])
    if not record.upgrades:
        # After an upgrade this checkout is a later one: the present implementation alone is held to it.
        yield _same_code(
            f"{what}, code of this build", creation_code(CONTRACT_OF[step]), signed, arguments
        )
    else:
        ends = signed.content.data.endswith(arguments)
        yield Check.that(
            AREA, f"{what}, arguments as recorded", ends, "others" if not ends else "they end it"
        )
    try:
        wanted = arguments_of(step, policy, record.deployer, at)
    except KgstError as error:
        yield Check.open(AREA, f"{what}, arguments", error)
        return
    if step == "token" and not _is_same(policy, record):
        # The terms may have changed since; which implementation and which AccessManager it began with may not.
        wanted, arguments = _heads(wanted), _heads(arguments)
        yield _same(f"{what}, implementation and AccessManager", _hash(wanted), _hash(arguments))
        return
    yield _same(f"{what}, arguments by the policy", _short(wanted), _short(arguments))


def _heads(arguments: bytes) -> bytes:
    """Of the token's arguments the implementation, and of the call of `initialize` in them the AccessManager."""
    try:
        logic, call = decode(["address", "bytes"], arguments)
    except DecodingError:
        return arguments
    return bytes.fromhex(logic[2:]) + bytes(call[:_BEGIN])


def _same_code(item: str, code: bytes, signed: SignedContent, arguments: bytes) -> Check:
    good = signed.content.data == code + arguments
    return Check.that(AREA, item, good, _hash(signed.content.data), _hash(code + arguments), _ANEW)


def _of_configuration(
    signed: SignedContent, policy: Policy, record: Record, at: dict[str, str]
) -> Check:
    item, found = "the configuration, roles and issuers by the policy", signed.content.data
    if _is_same(policy, record):
        wanted = configuration_of(policy, record.deployer, at)
        return Check.that(AREA, item, wanted == found, _hash(found), _hash(wanted), _ANEW)
    item = "the configuration, by the form that every policy's has"
    granted = granted_in(found, policy, record.deployer, at)
    if granted is None:
        return Check.that(
            AREA, item, False, "there is more in it, or less", "roles and issuers", _ANEW
        )
    given = {account for account, _ in granted.members[Role.ADMIN]}
    admins = {policy.address(member.member) for member in policy.roles[Role.ADMIN]}
    who = ", ".join(map(policy.named, sorted(given)))
    if given <= admins:
        return Check(
            AREA, item, State.OK, f"roles and issuers; ADMIN to {who}", "roles and issuers"
        )
    return Check(
        AREA, item, State.WARNING, f"it gave ADMIN to {who}", "only to whom the policy names now",
        "if the policy named them on that day (git has it), they were ADMIN; that they no longer are is checked with "
        "the roles",
    )  # fmt: skip


def _between(nonces: dict[str, int]) -> Iterator[Check]:
    """From the AccessManager's creation to the configuration the deployer was ADMIN: nothing else may lie between."""
    other = [
        nonce
        for before, after in pairwise(nonces.values())
        for nonce in range(before + 1, min(after, before + 17))
    ]
    if not all(before < after for before, after in pairwise(nonces.values())):
        found = ", ".join(f"{step} {nonce}" for step, nonce in nonces.items())
        yield Check.that(AREA, "nonces of the steps", False, found, "ascending", _ANEW)
    elif other:
        yield Check(
            AREA, "nonces between the steps", State.WARNING, f"the deployer used {', '.join(map(str, other))} for "
            "something else, while it was ADMIN", "none",
            "look those transactions up on an explorer: attempts that reverted are harmless, anything else is not",
        )  # fmt: skip
    else:
        yield _same("nonces between the steps", "none", "none")


def _upgrades(record: Record) -> Iterator[Check]:
    for upgrade in record.upgrades:
        entry = upgrade.implementation
        what = f"the creation of {upgrade.contract} at {entry.address}"
        signed = yield from _read(what, entry.transaction, record)
        if signed is None:
            continue
        yield _same(
            f"{what}, address by sender and nonce", entry.address, signed.created or "nothing"
        )
        if upgrade is record.upgrades[-1]:
            arguments = bytes.fromhex(entry.constructor_args[2:])
            yield _same_code(
                f"{what}, code of this build", creation_code(upgrade.contract), signed, arguments
            )


def _is_same(policy: Policy, record: Record) -> bool:
    return policy.fingerprint == record.policy_fingerprint


def _short(arguments: bytes) -> str:
    return "0x" + arguments.hex() if len(arguments) <= 64 else _hash(arguments)


def _hash(data: bytes) -> str:
    return "0x" + keccak(data).hex()
