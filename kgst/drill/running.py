"""The pause drill: on a fork, as the PAUSER of the policy, with a watch in the hand.

The call is the very one that `ape run guard pause` makes. What needs keys that nobody here has (auditors, holders) is
pretended on the fork, after the clock has stopped.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from eth_account.messages import encode_typed_data

from kgst.attestation import ReserveAttestation, in_signer_order
from kgst.checks import Check, passed
from kgst.drill.desks import DeskDrill
from kgst.errors import KgstError, RefusedError
from kgst.flags import STOPPED_BY, flags_in_words
from kgst.fork.overrides import StorageOverrides, throwaway_accounts
from kgst.guard.pauses import pause, unpause
from kgst.pipeline.operation import Operation, call_data, eligible
from kgst.pipeline.permission import Permission, PermissionStatus, as_call, permission
from kgst.quantities import format_duration
from kgst.roles import Role
from kgst.units import format_som

if TYPE_CHECKING:
    from eth_account.signers.local import LocalAccount

    from kgst.deployment.system import System
    from kgst.fork.anvil import Fork

__all__ = ["Drill", "run_drill"]

_SOM: Final = 10**6
_SIGNED_FOR: Final = 3_600
_NEVER: Final = 2**48
_CANCEL: Final = [{"name": "authorizer", "type": "address"}, {"name": "nonce", "type": "bytes32"}]


@dataclass
class Drill:
    """What came of it.

    Attributes:
        block: Last block that the fork shares with the chain; None when it was a chain of its own.
        started_at: Seconds since 1970, of this machine's clock.
        paused_before: Flags that were set on the chain; the fork then pretends that none was.
        seconds_to_mined: From the decision until the pause was mined on the fork.
        seconds_to_proof: From the decision until each kind of payment was seen to revert.
        seconds_to_fork: Before: until the copy of the chain was ready, which a real pause needs not.
        seconds_in_all: Of the whole drill.
        unpause_delay: Seconds that UNPAUSER waits on this network.
    """

    block: int | None
    started_at: int
    pauser: str = ""
    unpauser: str = ""
    paused_before: int = 0
    seconds_to_mined: float = 0.0
    seconds_to_proof: float = 0.0
    seconds_to_fork: float = 0.0
    seconds_in_all: float = 0.0
    unpause_delay: int = 0
    checks: list[Check] = field(default_factory=list)

    @property
    def passed(self) -> bool:
        """Whether everything was as it must be."""
        return passed(self.checks)

    def note(
        self, area: str, item: str, good: bool, found: str, expected: str | None = None
    ) -> None:
        """Add a check."""
        self.checks.append(Check.that(area, item, good, found, expected))


def run_drill(system: System, fork: Fork, tell: Callable[[str], None] = lambda _: None) -> Drill:
    """Pause everything on `fork`, prove it, resume, prove that too.

    Args:
        system: The deployment, read on the fork.
        fork: Changed by this; it is thrown away.
        tell: Told, in a few words, what begins now.

    Returns:
        What was found; a step that fails ends the drill with the reason.

    Raises:
        RefusedError: no member of PAUSER or UNPAUSER in the policy may act on the chain.
    """
    drill = Drill(fork.block, int(time.time()))
    drill.paused_before = int(system.token.pauseFlags())
    overrides = StorageOverrides(fork, system.token.address)
    if drill.paused_before:
        overrides.nothing_paused()
    drill.pauser, _ = _member(system, pause(system, ()))
    drill.unpauser, allowed = _member(system, unpause(system, ()))
    drill.unpause_delay = allowed.delay
    desks = DeskDrill(system, fork)
    try:
        tell("asking for redemptions and proposing a mint, which then wait")
        desks.begin(overrides)
        tell(f"pausing everything as {system.named(drill.pauser)}")
        _pause(system, fork, drill, desks)
        tell("trying what must go on: attesting, freezing, cancelling, taking back")
        _what_goes_on(system, fork, overrides, drill)
        desks.go_on(drill.note)
        tell(f"resuming as {system.named(drill.unpauser)}")
        _resume(system, fork, overrides, drill)
        desks.end(drill.note)
    except KgstError as error:
        drill.note("drill", "the drill itself", False, str(error))
    return drill


def _pause(system: System, fork: Fork, drill: Drill, desks: DeskDrill) -> None:
    """From the decision to the proof, timed."""
    start = time.monotonic()
    operation = pause(system, ())
    if permission(system, operation, drill.pauser).status is not PermissionStatus.AT_ONCE:
        raise RefusedError(f"{system.named(drill.pauser)} cannot pause at once.")
    fork.send(drill.pauser, operation.to, operation.data)
    drill.seconds_to_mined = time.monotonic() - start
    refusals = [
        (what, flags, fork.refusal(caller, to, data))
        for what, flags, caller, to, data in (*_paused(system), *desks.stopped())
    ]
    drill.seconds_to_proof = time.monotonic() - start
    drill.note("paused", "pause is mined", True, f"by {system.named(drill.pauser)}")
    for what, flags, refusal in refusals:
        expected = f"OperationPaused(flags={int(flags)})"
        found = refusal or "it does not revert"
        drill.note("paused", f"{what} reverts", refusal == expected, found, expected)


def _paused(system: System) -> list[tuple[str, int, str, str, bytes]]:
    """Calls that must revert, with the flags that they must name: of each function that a pause stops."""
    token = system.token
    payer, payee = (account.address for account in throwaway_accounts("payments", 2))
    signed = (payer, payee, 1, 0, _NEVER, bytes(32), 27, bytes(32), bytes(32))
    calls = {
        "transfer": (payee, 1),
        "transferFrom": (payer, payee, 1),
        "payout": ([payee], [1]),
        "mint": (payee, 1),
        "mintBatch": ([payee], [1]),
        "burn": (1,),
        "transferWithAuthorization": signed,
        "receiveWithAuthorization": signed,
        "permit": (payer, payee, 1, _NEVER, 27, bytes(32), bytes(32)),
    }
    # Only its receiver may submit what is to be received.
    callers = {"receiveWithAuthorization": payee}
    return [
        (
            name,
            flags,
            callers.get(name, payer),
            token.address,
            call_data(getattr(token, name), *calls[name]),
        )
        for name, flags in STOPPED_BY.items()
    ]


def _what_goes_on(system: System, fork: Fork, overrides: StorageOverrides, drill: Drill) -> None:
    """Pausing never blocks attesting, freezing, cancelling and taking back allowances."""
    holder, spender = throwaway_accounts("holders", 2)
    _attest(system, fork, overrides, spender.address, drill)
    _freeze(system, fork, spender.address, drill)
    _cancel(system, fork, holder, spender.address, drill)
    _approve(system, fork, holder.address, spender.address, drill)


def _attest(
    system: System, fork: Fork, overrides: StorageOverrides, anyone: str, drill: Drill
) -> None:
    """As the last attestation, by auditors of the fork's own."""
    token, auditors = system.token, throwaway_accounts("auditors", 2)
    overrides.auditors([auditor.address for auditor in auditors])
    last = token.lastAttestation()
    attestation = ReserveAttestation(
        int(last.epoch) + 1,
        int(last.reserves),
        int(last.settled),
        fork.now(),
        bytes(last.reportHash),
        int(token.halts()),
        int(token.auditorSet().version),
        fork.now() + _SIGNED_FOR,
    )
    message = attestation.message(system.domain)
    signatures = in_signer_order(
        [(a.address, bytes(a.sign_message(message).signature)) for a in auditors]
    )
    fork.send(anyone, token.address, call_data(token.attest, *attestation.arguments(signatures)))
    epoch = int(token.lastAttestation().epoch)
    drill.note(
        "goes on",
        "attest works",
        epoch == attestation.epoch,
        f"epoch {epoch}, by pretended auditors",
    )


def _freeze(system: System, fork: Fork, account: str, drill: Drill) -> None:
    token = system.token
    freeze = Operation(
        name="freeze",
        title="freeze",
        to=token.address,
        data=call_data(token.setFrozenTokens, account, 7),
        role=Role.COMPLIANCE,
    )
    officer, _ = _member(system, freeze)
    fork.send(officer, freeze.to, freeze.data)
    frozen = int(token.getFrozenTokens(account))
    drill.note("goes on", "setFrozenTokens works", frozen == 7, f"by {system.named(officer)}")


def _cancel(system: System, fork: Fork, holder: LocalAccount, anyone: str, drill: Drill) -> None:
    """An authorization that the holder has not given yet, by its nonce."""
    token = system.token
    cancelled = encode_typed_data(
        system.domain.as_dict(),
        {"CancelAuthorization": _CANCEL},
        {"authorizer": holder.address, "nonce": bytes(32)},
    )
    signature = bytes(holder.sign_message(cancelled).signature)
    arguments: tuple[Any, ...] = (holder.address, bytes(32), signature)
    fork.send(anyone, token.address, call_data(token.cancelAuthorization, *arguments))
    used = bool(token.authorizationState(holder.address, bytes(32)))
    drill.note(
        "goes on",
        "cancelAuthorization works",
        used,
        "the nonce is used" if used else "it is not used",
    )


def _approve(system: System, fork: Fork, holder: str, spender: str, drill: Drill) -> None:
    token, allowances = system.token, []
    for value in (_SOM, 0):
        fork.send(holder, token.address, call_data(token.approve, spender, value))
        allowances.append(int(token.allowance(holder, spender)))
    shown = ", then ".join(map(format_som, allowances))
    drill.note("goes on", "approve(…, 0) works", allowances == [_SOM, 0], f"allowance {shown}")


def _resume(system: System, fork: Fork, overrides: StorageOverrides, drill: Drill) -> None:
    token = system.token
    operation = unpause(system, ())
    allowed = permission(system, operation, drill.unpauser)
    if allowed.status is PermissionStatus.AT_ONCE:
        fork.send(drill.unpauser, operation.to, operation.data)
    else:
        _carry(system, fork, operation, drill.unpauser, allowed)
        early = fork.refusal(drill.unpauser, operation.to, operation.data) or "it does not revert"
        drill.note("resumed", "unpause waits", early.startswith("AccessManagerNotReady("), early)
        fork.advance(allowed.delay)
        _carry(
            system, fork, operation, drill.unpauser, permission(system, operation, drill.unpauser)
        )
    flags = int(token.pauseFlags())
    after = f"after {format_duration(allowed.delay)}" if allowed.delay else "at once"
    drill.note("resumed", "unpause works", flags == 0, f"{after}; paused: {flags_in_words(flags)}")

    payer, payee = (account.address for account in throwaway_accounts("payments", 2))
    overrides.holder(payer, 10 * _SOM)
    fork.send(payer, token.address, call_data(token.transfer, payee, 3 * _SOM))
    balances = int(token.balanceOf(payer)), int(token.balanceOf(payee))
    drill.note(
        "resumed", "transfers go on", balances == (7 * _SOM, 3 * _SOM), format_som(balances[1])
    )


def _carry(
    system: System, fork: Fork, operation: Operation, caller: str, allowed: Permission
) -> None:
    """Schedule, or execute, through the AccessManager."""
    call = as_call(system, operation, allowed)
    if call is None:
        raise RefusedError(
            f"{operation.title}: its delay of {allowed.delay} s did not pass on the fork."
        )
    fork.send(caller, system.manager.address, call)


def _member(system: System, operation: Operation) -> tuple[str, Permission]:
    """The first whom the policy names and the chain lets act; those without a delay before the others."""
    found: list[tuple[str, Permission]] = []
    refusals = []
    for address in eligible(system, operation):
        try:
            found.append((address, permission(system, operation, address)))
        except RefusedError as error:
            refusals.append(str(error))
    if not found:
        raise RefusedError(f"nobody could {operation.title}: {'; '.join(refusals)}")
    return min(found, key=lambda one: one[1].delay)
