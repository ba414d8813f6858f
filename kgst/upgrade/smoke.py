"""An upgrade tried out on a fork: the real calls, with the auditors' consent pretended; then what must still hold."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING

from eth_utils.crypto import keccak

from kgst.checks import Check
from kgst.deployment.code import code_hash
from kgst.errors import KgstError
from kgst.flags import flag_names
from kgst.fork.overrides import StorageOverrides, throwaway_accounts
from kgst.pipeline.operation import call_data
from kgst.pipeline.permission import PermissionStatus, as_call, permission
from kgst.units import format_som
from kgst.upgrade.checking import Candidate
from kgst.upgrade.deployed import read_flags, read_implementation
from kgst.upgrade.getters import changes, read_getters, sample_accounts
from kgst.upgrade.intended import judged
from kgst.upgrade.operations import upgrade

if TYPE_CHECKING:
    from kgst.deployment.system import System
    from kgst.fork.anvil import Fork

__all__ = ["smoke"]

_SOM = 10**6
_DAY = 86_400
_SHOWN = 5

_upgraded, _used = partial(Check.that, "upgraded"), partial(Check.that, "used")


def smoke(
    system: System, fork: Fork, candidate: Candidate, data: bytes, declared: Mapping[str, str]
) -> list[Check]:
    """Upgrade the token on `fork` to `candidate`, running `data`, and look at it.

    Args:
        system: The deployment, read on the fork.
        fork: Changed by this; it is thrown away.
        candidate: Deployed on the fork here.
        data: Call data that the upgrade runs; empty for none.
        declared: What it changes on purpose: call to answer.

    Returns:
        What was found; a step that fails ends the list with the reason.
    """
    found: list[Check] = []
    try:
        _upgrade(system, fork, candidate, data, declared, found)
        _use(system, fork, found)
    except KgstError as error:
        found.append(Check.that("smoke test", "the smoke test itself", False, str(error)))
    return found


def _upgrade(
    system: System,
    fork: Fork,
    candidate: Candidate,
    data: bytes,
    declared: Mapping[str, str],
    found: list[Check],
) -> None:
    eth = system.provider.web3.eth
    deployer = throwaway_accounts("upgrade", 1)[0].address
    address = fork.create(deployer, candidate.creation)
    there = code_hash(bytes(eth.get_code(address)))
    built = code_hash(candidate.code_at(address))
    found.append(_upgraded("deployed code is this build's", there == built, there))

    StorageOverrides(fork, system.token.address).consent(
        address, bytes.fromhex(built[2:]), keccak(data)
    )
    accounts = sample_accounts(system)
    operation = upgrade(system, candidate.contract, address, data)
    role = operation.role
    assert role is not None  # noqa: S101 # an upgrade is UPGRADER's
    upgrader = system.policy.address(system.policy.roles[role][0].member)
    allowed = permission(system, operation, upgrader)
    if allowed.status is PermissionStatus.TO_SCHEDULE:
        call = as_call(system, operation, allowed)
        fork.send(upgrader, system.manager.address, call or b"")
        fork.advance(allowed.delay)
        allowed = permission(system, operation, upgrader)
    before, flags = read_getters(system, fork.provider, accounts), read_flags(system)
    fork.send(upgrader, system.manager.address, as_call(system, operation, allowed) or b"")

    done, after = read_implementation(system) == address, read_flags(system)
    found.append(_upgraded("upgraded by UPGRADER, after its delay", done, address))
    same = (after.pause_flags, after.delegate_all) == (flags.pause_flags, flags.delegate_all)
    kept = f"{flag_names(after.pause_flags)}; {'set' if after.delegate_all else 'clear'}"
    found.append(_upgraded("pause flags and DELEGATE_ALL stay", same, kept))
    different = judged(changes(before, read_getters(system, fork.provider, accounts)), declared)
    detail = "; ".join(different.others[:_SHOWN])
    detail = detail or f"{len(before)} answers, {len(accounts)} accounts"
    item = "every getter answers as before" + (", but for what is declared" if declared else "")
    found.append(_upgraded(item, not different.others, detail))
    found += [_upgraded("changes on purpose", True, one) for one in different.intended]


def _use(system: System, fork: Fork, found: list[Check]) -> None:
    """Mint and pay with the new code, as far as a fork that pretends quota and reserves can tell."""
    token = system.token
    issuer, holder = (a.address for a in throwaway_accounts("use", 2))
    headroom = 10 * _SOM
    overrides = StorageOverrides(fork, token.address)
    overrides.no_flags()
    overrides.headroom(headroom, _DAY)
    overrides.issuer(issuer, 3 * headroom)

    refusal = fork.refusal(issuer, token.address, call_data(token.mint, holder, headroom + 1))
    expected = f"HeadroomExceeded(headroom={headroom}, needed={headroom + 1})"
    found.append(
        _used(
            "mint beyond the headroom reverts",
            refusal == expected,
            refusal or "it does not",
            expected,
        )
    )
    supply = int(token.totalSupply())
    fork.send(issuer, token.address, call_data(token.mint, holder, headroom))
    minted = int(token.totalSupply()) - supply, int(token.balanceOf(holder))
    found.append(
        _used(
            "mint of all the headroom works", minted == (headroom, headroom), format_som(minted[1])
        )
    )
    fork.send(holder, token.address, call_data(token.transfer, issuer, 3 * _SOM))
    balances = int(token.balanceOf(holder)), int(token.balanceOf(issuer))
    found.append(
        _used(
            "a transfer works", balances == (headroom - 3 * _SOM, 3 * _SOM), format_som(balances[1])
        )
    )
    fork.send(issuer, token.address, call_data(token.burn, 3 * _SOM))
    left = int(token.headroom())
    found.append(_used("a burn makes no headroom", left == 0, format_som(left)))
    fork.advance(_DAY)
    refusal = fork.refusal(issuer, token.address, call_data(token.mint, holder, 1)) or "it does not"
    found.append(
        _used("mint after validUntil reverts", refusal.startswith("AttestationExpired("), refusal)
    )
