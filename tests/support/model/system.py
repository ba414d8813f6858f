"""The whole system: every call predicted, as an error or as its events, with nothing in between."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from eth_hash.auto import keccak
from support.engine import Call

from .auditors import Signed
from .compliance import ComplianceModel
from .core import Refused
from .manager import ManagerModel
from .revoker import RevokerModel
from .signatures import Signature, struct_hash

APPROVAL = (
    "ImplementationApproval(address implementation,bytes32 codeHash,bytes32 dataHash,uint256 nonce,"
    "uint256 halts,uint256 version,uint256 deadline)"
)

Prediction = tuple[tuple[str, tuple[Any, ...]] | None, list[tuple[int, str, tuple[Any, ...]]]]


def as_int(data: bytes) -> int:
    return int.from_bytes(data, "big")


class SystemModel(ComplianceModel):
    """Token and AccessManagers together."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.implementations: dict[int, tuple[int, int, int]] = {}
        """Contracts fit to stand behind the token: code hash, generation, RECOVERY_DELAY."""
        self.revokers: dict[int, RevokerModel] = {}
        self.functions = self._token_functions()

    # One transaction

    def predict(self, caller: int, target: int, call: Call, now: int) -> Prediction:
        """What ``call`` does at second ``now``; the model is then in the state after it."""
        self.now = now
        self.journal.start()
        self.events = []
        try:
            self.run(caller, target, call)
        except Refused as refusal:
            self.journal.undo()
            for manager in self.managers.values():
                manager.executing = None
            return (refusal.name, refusal.arguments), []
        return None, self.events

    def run(self, caller: int, target: int, call: Call) -> None:
        if target == self.token:
            outer = getattr(self, "current", None)
            self.current = call
            self.functions[call.function](caller, *call.arguments)
            if outer is not None:
                self.current = outer
        elif target in self.revokers:
            self.revokers[target].revoke_role(caller, call)
        else:
            self._run_manager(self.managers[target], caller, call)

    def nest(self, caller: int, target: int, call: Call) -> None:
        """A call by a contract, which gives an empty revert a name."""
        try:
            self.run(caller, target, call)
        except Refused as refusal:
            if refusal.name:
                raise
            raise Refused("FailedCall") from refusal

    def _run_manager(self, manager: ManagerModel, caller: int, call: Call) -> None:
        name, args = call.function.partition("(")[0], call.arguments
        match name:
            case "schedule":
                manager.schedule(caller, args[0], args[1], args[2])
            case "cancel":
                manager.cancel(caller, args[0], args[1], args[2])
            case "execute":
                manager.prepare(caller, args[0], args[1])
                before = manager.executing
                manager.executing = args[0], args[1].data[:4]
                self.nest(manager.address, args[0], args[1])
                manager.executing = before
            case "renounceRole":
                manager.renounce_role(caller, *args)
            case _:
                manager.authorize(caller, call)
                self._administer(manager, name, args)

    def _administer(self, manager: ManagerModel, name: str, args: Sequence[Any]) -> None:
        match name:
            case "grantRole":
                manager.grant_role(*args)
            case "revokeRole":
                manager.revoke_role(*args)
            case "setRoleGuardian":
                manager.set_guardian(*args)
            case "setGrantDelay":
                manager.set_grant_delay(*args)
            case "setTargetClosed":
                manager.set_closed(*args)
            case "setTargetFunctionRole":
                manager.set_function_role(*args)
            case "updateAuthority":
                self.set_authority(manager.address, args[1])

    # Upgrades

    def approve_implementation(
        self, caller: int, implementation: int, code: int, data: int, nonce: int, deadline: int,
        signatures: Signed,
    ) -> None:  # fmt: skip
        consent = self.consent
        if nonce != consent.nonce:
            raise Refused("InvalidNonce", consent.nonce, nonce)
        if implementation not in self.implementations:
            raise Refused("InvalidImplementation", implementation)
        stands, *_ = self.implementations[implementation]
        if stands != code:
            raise Refused("CodeHashMismatch", stands, code)
        said = (
            implementation,
            code,
            data,
            nonce,
            self.halted.times,
            self.auditors.version,
            deadline,
        )
        self.require_quorum(struct_hash(APPROVAL, *said), deadline, signatures)
        consent.implementation, consent.code, consent.data = implementation, code, data
        consent.nonce, consent.block = nonce + 1, self.block_number
        self.emit("ImplementationApproved", implementation, code, data, nonce)

    def upgrade(self, caller: int, implementation: int, inner: Call | None) -> None:
        self.authorize(caller)
        if implementation not in self.implementations:
            raise Refused("InvalidImplementation", implementation)
        code, generation, delay = self.implementations[implementation]
        data = as_int(keccak(inner.data if inner else b""))
        consent = self.consent
        if (consent.implementation, consent.code, consent.data) != (implementation, code, data):
            raise Refused("ImplementationNotApproved", implementation, code, data)
        if self.block_number <= consent.block:
            raise Refused("ConsentTooRecent", consent.block)
        consent.code = consent.data = consent.implementation = 0
        running = self.code
        running.implementation, running.generation = implementation, generation
        running.recovery_delay = delay
        self.emit("Upgraded", implementation)
        if inner:
            self.nest(caller, self.token, inner)

    def set_delegate_all(self, caller: int, enabled: int) -> None:
        self.authorize(caller)
        if self.flags.delegate_all != bool(enabled):
            self.flags.delegate_all = bool(enabled)
            self.emit("DelegateAllSet", enabled)

    def migrate(self, caller: int, generation: int) -> None:
        if self.code.generation != 2:
            raise Refused("")  # no such function: an empty revert
        if generation == 0:
            raise Refused("MigrationFailed")
        self.emit("Migrated", generation)

    # Every state-changing function

    def _token_functions(self) -> dict[str, Callable[..., None]]:
        payment = "address,address,uint256,uint256,uint256,bytes32"
        auditors = "address[],uint256"
        signed = "(address,bytes)[]"

        def packed(function: Callable[..., None], **kwargs: Any) -> Callable[..., None]:
            """The overload that takes v, r and s: the model is handed the signature itself."""
            return lambda caller, *args: function(caller, *args[:-3], args[-1].whole, **kwargs)

        def single(function: Callable[..., None]) -> Callable[..., None]:
            return lambda caller, account, amount: function(caller, [account], [amount])

        def many(function: Callable[..., None]) -> Callable[..., None]:
            return lambda caller, accounts: function(caller, *accounts)

        def already(caller: int, *_: Any) -> None:
            raise Refused("AlreadyInitialized")

        return {
            "transfer(address,uint256)": self.transfer,
            "transferFrom(address,address,uint256)": self.transfer_from,
            "approve(address,uint256)": self.approve,
            "payout(address[],uint256[])": self.payout,
            "payout(address[],uint256[],bytes32)": self.payout,
            "permit(address,address,uint256,uint256,uint8,bytes32,bytes32)": packed(self.permit, hot=True),
            "permit(address,address,uint256,uint256,bytes)": lambda *args: self.permit(*args, hot=False),
            f"transferWithAuthorization({payment},uint8,bytes32,bytes32)":
                packed(self.transfer_with_authorization, hot=True),
            f"receiveWithAuthorization({payment},uint8,bytes32,bytes32)":
                packed(self.receive_with_authorization, hot=True),
            f"transferWithAuthorization({payment},bytes)":
                lambda *args: self.transfer_with_authorization(*args, hot=False),
            f"receiveWithAuthorization({payment},bytes)":
                lambda *args: self.receive_with_authorization(*args, hot=False),
            "cancelAuthorization(address,bytes32,uint8,bytes32,bytes32)": packed(self.cancel_authorization),
            "cancelAuthorization(address,bytes32,bytes)": self.cancel_authorization,
            "mint(address,uint256)": self.mint,
            "mint(address,uint256,bytes32)": self.mint,
            "mintBatch(address[],uint256[])": self.mint_batch,
            "mintBatch(address[],uint256[],bytes32)": self.mint_batch,
            "burn(uint256)": self.burn,
            "burn(uint256,bytes32)": self.burn,
            "setIssuer(address,uint256,uint256,bool)": self.set_issuer,
            "lowerIssuer(address,uint256,uint256)": self.lower_issuer,
            "cutIssuer(address)": self.cut_issuer,
            "setDesk(address)": self.set_desk,
            f"attest((uint256,uint256,uint256,uint256,bytes32),uint256,uint256,{signed})": self.attest,
            "setMaxAge(uint256)": self.set_max_age,
            "setMaxIncrease(uint256)": self.set_max_increase,
            "setMargin(uint256)": self.set_margin,
            "raiseMargin(uint256)": self.raise_margin,
            "haltMinting(string)": self.halt_minting,
            f"rotateAuditors({auditors},uint256,{signed})": self.rotate_auditors,
            "suspendAuditor(address)": self.suspend_auditor,
            f"proposeAuditors({auditors})": self.propose_auditors,
            "cancelAuditorsProposal()": self.cancel_auditors_proposal,
            "acceptAuditors()": self.accept_auditors,
            "blockAccount(address)": self.block,
            "blockAccounts(address[])": many(self.block),
            "unblockAccount(address)": self.unblock,
            "unblockAccounts(address[])": many(self.unblock),
            "setFrozenTokens(address,uint256)": single(self.freeze),
            "setFrozenTokensBatch(address[],uint256[])": self.freeze,
            "forcedTransfer(address,address,uint256)": self.forced_transfer,
            "forcedTransfer(address,address,uint256,bytes32,uint256)": self.forced_transfer,
            "burnBlocked(address,uint256,bytes32,uint256)": self.burn_blocked,
            "pause(uint256)": self.pause,
            "unpause(uint256)": self.unpause,
            "rescueTokens(address,address,uint256)": self.rescue,
            f"approveImplementation(address,bytes32,bytes32,uint256,uint256,{signed})": self.approve_implementation,
            "upgradeToAndCall(address,bytes)": self.upgrade,
            "setDelegateAll(bool)": self.set_delegate_all,
            "setAuthority(address)": self.set_authority,
            "migrate(uint256)": self.migrate,
            "initialize((address,address[],uint256,uint256,uint256,uint256))": already,
        }  # fmt: skip


class SignaturePart(bytes):
    """r or s on its way to the contract; carries the signature it is of."""

    whole: Signature


def parts(signature: Signature) -> tuple[int, bytes, SignaturePart]:
    """``v, r, s`` for the functions that take them."""
    v, r, s = signature.vrs
    part = SignaturePart(s)
    part.whole = signature
    return v, r, part
