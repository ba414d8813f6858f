"""The acts of the demonstration, in order. Each asserts what it tells, and returns one sentence about the outcome."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from eth_account.messages import SignableMessage, encode_typed_data
from eth_utils.crypto import keccak

from kgst.attestation import ImplementationApproval
from kgst.chain import code_at, now
from kgst.demo.days import breaks, friday, monday, redeem, tuesday
from kgst.demo.desk import redeemed_by_a_bank
from kgst.demo.stage import DAY, HOUR, Call, Stage, check, signature
from kgst.flags import PauseFlag
from kgst.roles import Role
from kgst.units import SOM, TYIYN, format_som

THURSDAY = 3


@dataclass(frozen=True)
class Act:
    """One step of the story: what a reader is told, and the function that does and asserts it."""

    title: str
    play: Callable[[Stage], str]


def first_attestation(stage: Stage) -> str:
    """Wednesday's statements in, attestation signed by all auditors, submitted by anyone."""
    stage.office.wait_for(THURSDAY)
    drafted = stage.office.open_with(stage.statements)
    receipt, reserves = stage.submit(drafted), drafted.attestation.reserves
    [log] = receipt.decode_logs(stage.token.ReservesAttested)
    check(log["reserves"] == reserves, "the event tells other reserves")
    check(stage.headroom() == reserves * TYIYN, "headroom is not the attested reserves")
    banks = ", ".join(
        f"{name} {format_som(bank.opening * TYIYN)}" for name, bank in stage.office.banks.items()
    )
    signed = drafted.signatures_needed
    return f"{banks}\nattested {format_som(stage.headroom())} by {signed} auditors"


def mint_within(stage: Stage) -> str:
    """The issuer mints all that is attested."""
    room = stage.headroom()
    stage.token.mint(stage.citizen(0), room, sender=stage.issuer)
    check(stage.token.totalSupply() == room, "supply is not what was minted")
    check(stage.headroom() == 0, "headroom is left")
    return f"supply {format_som(room)}, headroom {format_som(0)}"


def mint_beyond(stage: Stage) -> str:
    """One tyiyn more is refused."""
    error = stage.refuses(
        Call(stage.token.mint, (stage.citizen(0), TYIYN,), stage.issuer),
        "HeadroomExceeded", headroom=0, needed=TYIYN,
    )  # fmt: skip
    return f"{format_som(TYIYN)} more: {error}"


def payout(stage: Stage) -> str:
    """A hundred pensions in one transaction."""
    pensioners = ["0x" + keccak(text=f"pensioner {n}")[-20:].hex() for n in range(100)]
    pensions = [(7_000 + n) * SOM for n in range(100)]
    before = stage.token.balanceOf(stage.citizen(0))
    receipt = stage.token.payout(pensioners, pensions, sender=stage.citizen(0))
    check(stage.token.balanceOf(pensioners[99]) == pensions[99], "the last pensioner was not paid")
    check(
        stage.token.balanceOf(stage.citizen(0)) == before - sum(pensions),
        "the payer paid another sum",
    )
    return f"{format_som(sum(pensions))} to 100 people, {receipt.gas_used // 100:,} gas each"


def relayed_payment(stage: Stage) -> str:
    """A holder without BNB pays a merchant; a relayer submits (EIP-3009)."""
    payer, merchant, relayer = stage.citizen(0), stage.citizen(1), stage.citizen(3)
    value, start, end, nonce = 250 * SOM, 0, now() + HOUR, bytes(32)
    authorization = _typed(
        stage, "TransferWithAuthorization",
        {"from": ("address", payer.address), "to": ("address", merchant.address), "value": ("uint256", value),
         "validAfter": ("uint256", start), "validBefore": ("uint256", end), "nonce": ("bytes32", nonce)},
    )  # fmt: skip
    signed = signature(payer, authorization)
    stage.token.transferWithAuthorization(
        payer, merchant, value, start, end, nonce, *_vrs(signed), sender=relayer
    )
    check(stage.token.balanceOf(merchant) == value, "the merchant was not paid")
    check(stage.token.authorizationState(payer, nonce), "the nonce is still free")
    return f"merchant has {stage.som(merchant)}; the payer needed no BNB"


def permitted_payment(stage: Stage) -> str:
    """A holder permits a spender by signature; the spender collects (ERC-2612)."""
    owner, spender = stage.citizen(0), stage.citizen(2)
    value, deadline = 1_200 * SOM, now() + HOUR
    permit = _typed(
        stage, "Permit",
        {"owner": ("address", owner.address), "spender": ("address", spender.address), "value": ("uint256", value),
         "nonce": ("uint256", stage.token.nonces(owner)), "deadline": ("uint256", deadline)},
    )  # fmt: skip
    stage.token.permit(
        owner, spender, value, deadline, *_vrs(signature(owner, permit)), sender=spender
    )
    stage.token.transferFrom(owner, spender, value, sender=spender)
    check(stage.token.balanceOf(spender) == value, "the spender did not collect")
    check(stage.token.allowance(owner, spender) == 0, "some allowance is left")
    return f"spender collected {stage.som(spender)}"


def redemption(stage: Stage) -> str:
    """Tokens come back and are burned; what may be minted does not grow: the round-trip hole is closed."""
    supply, room = stage.token.totalSupply(), stage.headroom()
    value = redeem(stage)
    check(stage.token.totalSupply() == supply - value, "supply did not fall by what was burned")
    check(stage.headroom() == room, "burning made headroom")
    error = stage.refuses(
        Call(stage.token.mint, (stage.citizen(0), TYIYN,), stage.issuer),
        "HeadroomExceeded", headroom=room, needed=TYIYN,
    )  # fmt: skip
    return f"burned {format_som(value)}, headroom still {format_som(room)}\n{format_som(TYIYN)} more: {error}"


def expiry(stage: Stage) -> str:
    """An attestation that nobody renews stops minting by itself."""
    until = stage.token.solvency().validUntil
    stage.wait(until - now())
    error = stage.refuses(
        Call(stage.token.mint, (stage.citizen(0), TYIYN,), stage.issuer),
        "AttestationExpired", validUntil=until,
    )  # fmt: skip
    return f"{(until - stage.token.lastAttestation().asOf) // 86400} days later: {error}"


def halt(stage: Stage) -> str:
    """One auditor alone stops minting."""
    stage.submit(stage.office.draft()[0])
    check(stage.token.solvency().validUntil > now(), "the attestation is not in force")
    stage.token.haltMinting("bank reports an unexplained debit", sender=stage.auditors[0])
    halted = stage.token.solvency().validUntil
    error = stage.refuses(
        Call(stage.token.mint, (stage.citizen(0), TYIYN,), stage.issuer),
        "AttestationExpired", validUntil=halted,
    )  # fmt: skip
    stage.wait(1)
    stage.submit(stage.office.again())
    check(stage.token.solvency().validUntil > now(), "a new attestation did not resume")
    return f"{error}; resumed by the next attestation"


def pause(stage: Stage) -> str:
    """Transfers stop and resume."""
    payer, payee = stage.citizen(0), stage.citizen(1)
    stage.token.pause(PauseFlag.TRANSFERS, sender=stage.member(Role.PAUSER))
    error = stage.refuses(
        Call(
            stage.token.transfer,
            (
                payee,
                SOM,
            ),
            payer,
        ),
        "OperationPaused",
        flags=PauseFlag.TRANSFERS,
    )
    stage.token.unpause(PauseFlag.TRANSFERS, sender=stage.member(Role.UNPAUSER))
    before = stage.token.balanceOf(payee)
    stage.token.transfer(payee, SOM, sender=payer)
    check(stage.token.balanceOf(payee) == before + SOM, "transfers did not resume")
    return f"{error}, then resumed"


def blocking(stage: Stage) -> str:
    """A thief's account is blocked, then cleared."""
    suspect, officer = stage.citizen(1), stage.member(Role.COMPLIANCE)
    stage.token.blockAccount(suspect, sender=officer)
    error = stage.refuses(
        Call(stage.token.transfer, (stage.citizen(0), SOM,), suspect),
        "ERC7943CannotSend", account=suspect.address,
    )  # fmt: skip
    stage.token.unblockAccount(suspect, sender=officer)
    stage.token.transfer(stage.citizen(0), SOM, sender=suspect)
    return f"{error}, then cleared"


def deficit(stage: Stage) -> str:
    """Auditors tell the truth about a shortfall; minting stops, payments go on."""
    office = stage.office
    office.banks["Ala-Too"].book(office.wait_for(THURSDAY), 310_000_000)
    stage.wait(DAY)
    drafted, _ = office.draft()
    receipt = stage.submit(drafted)
    [log] = receipt.decode_logs(stage.token.ReserveDeficit)
    new = drafted.attestation
    owed = stage.token.solvency().burned - new.settled
    shortfall = stage.token.totalSupply() - (new.reserves * TYIYN - owed)
    check(log["shortfall"] == shortfall, "the event tells another shortfall")
    error = stage.refuses(
        Call(stage.token.mint, (stage.citizen(0), TYIYN,), stage.issuer),
        "HeadroomExceeded", headroom=0, needed=TYIYN,
    )  # fmt: skip
    stage.token.transfer(stage.citizen(1), SOM, sender=stage.citizen(0))
    return f"shortfall {format_som(shortfall)}; minting: {error}\npayments go on"


def upgrade(stage: Stage) -> str:
    """The delay alone does not upgrade; the auditors' consent to exactly this code is needed too."""
    from ape import project

    token, manager, upgrader = stage.token, stage.manager, stage.member(Role.UPGRADER)
    state = (token.solvency(), token.auditorSet(), stage.som(stage.citizen(0)))
    delay = token.RECOVERY_DELAY()
    successor = upgrader.deploy(project.KGSTLogic, 2 * delay)
    call = token.upgradeToAndCall.encode_input(successor.address, b"")
    manager.schedule(token.address, call, 0, sender=upgrader)
    stage.refuses(
        Call(token.upgradeToAndCall, (successor, b"",), upgrader),
        "AccessManagerNotReady", operationId=manager.hashOperation(upgrader, token, call),
    )  # fmt: skip
    stage.wait(manager.getAccess(int(Role.UPGRADER), upgrader).currentDelay)

    approval = ImplementationApproval(
        implementation=successor.address,
        code_hash=keccak(code_at(successor.address)),
        data_hash=keccak(b""),
        nonce=token.approvedImplementation().nonce,
        halts=token.halts(),
        version=token.auditorSet().version,
        deadline=now() + HOUR,
    )
    error = stage.refuses(
        Call(token.upgradeToAndCall, (successor, b"",), upgrader),
        "ImplementationNotApproved", implementation=successor.address, codeHash=approval.code_hash,
        dataHash=approval.data_hash,
    )  # fmt: skip
    signatures = stage.sign(approval.message(stage.deployment.domain), stage.auditors[:2])
    token.approveImplementation(*approval.arguments(signatures), sender=stage.citizen(4))
    token.upgradeToAndCall(successor, b"", sender=upgrader)
    check(token.implementation() == successor.address, "the implementation is another")
    check(token.RECOVERY_DELAY() == 2 * delay, "the new code does not run")
    check(
        (token.solvency(), token.auditorSet(), stage.som(stage.citizen(0))) == state,
        "state changed",
    )
    return f"without consent: {error}\nwith it: {successor.address}, state intact"


ACTS: tuple[Act, ...] = (
    Act("Banks' statements become an attestation", first_attestation),
    Act("Mint all that is attested", mint_within),
    Act("Mint one tyiyn more", mint_beyond),
    Act("Redeem: burning makes no headroom", redemption),
    Act("Friday: a deposit, and money between two banks", friday),
    Act("Monday: redemptions paid as one sum, interest, a fee", monday),
    Act("Tuesday: a payment comes back", tuesday),
    Act("The same days, had one thing been otherwise", breaks),
    Act("A holder redeems at the desk, and a bank pays", redeemed_by_a_bank),
    Act("Pay 100 pensions at once", payout),
    Act("Pay a merchant through a relayer", relayed_payment),
    Act("Pay by permit", permitted_payment),
    Act("Let the attestation expire", expiry),
    Act("An auditor halts minting", halt),
    Act("Pause and resume transfers", pause),
    Act("Block and clear an account", blocking),
    Act("Attest a deficit truthfully", deficit),
    Act("Upgrade with delay and consent", upgrade),
)


def _typed(stage: Stage, name: str, fields: dict[str, tuple[str, Any]]) -> SignableMessage:
    types = {name: [{"name": field, "type": kind} for field, (kind, _) in fields.items()]}
    message = {field: value for field, (_, value) in fields.items()}
    return encode_typed_data(stage.deployment.domain.as_dict(), types, message)


def _vrs(signed: bytes) -> tuple[int, bytes, bytes]:
    return signed[64], signed[:32], signed[32:64]
