"""A call as a sentence, for failing examples: people by name, money in som, times as dates."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from property.world import ADDRESS, Place, World
from support.engine import Call
from support.model.signatures import Signature

_WHO, _SOM, _TIME, _RAW, _TYIYN = "who", "som", "time", "raw", "tyiyn"
_PAYMENT = (_WHO, _WHO, _SOM, _TIME, _TIME, _RAW)
KINDS: dict[str, tuple[str, ...]] = {
    "transfer": (_WHO, _SOM),
    "approve": (_WHO, _SOM),
    "transferFrom": (_WHO, _WHO, _SOM),
    "payout": (_WHO, _SOM),
    "permit": (_WHO, _WHO, _SOM, _TIME),
    "transferWithAuthorization": _PAYMENT,
    "receiveWithAuthorization": _PAYMENT,
    "cancelAuthorization": (_WHO, _RAW),
    "mint": (_WHO, _SOM),
    "mintBatch": (_WHO, _SOM),
    "burn": (_SOM,),
    "setIssuer": (_WHO, _SOM, _SOM, _RAW),
    "lowerIssuer": (_WHO, _SOM, _SOM),
    "cutIssuer": (_WHO,),
    "setDesk": (_WHO,),
    "suspendAuditor": (_WHO,),
    "rotateAuditors": (_WHO, _RAW, _TIME),
    "approveImplementation": (_WHO, _RAW, _RAW, _RAW, _TIME),
    "proposeAuditors": (_WHO, _RAW),
    "blockAccount": (_WHO,),
    "blockAccounts": (_WHO,),
    "unblockAccount": (_WHO,),
    "unblockAccounts": (_WHO,),
    "setFrozenTokens": (_WHO, _SOM),
    "setFrozenTokensBatch": (_WHO, _SOM),
    "forcedTransfer": (_WHO, _WHO, _SOM, _RAW, _SOM),
    "burnBlocked": (_WHO, _SOM, _RAW, _SOM),
    "rescueTokens": (_WHO, _WHO, _RAW),
    "upgradeToAndCall": (_WHO, _RAW),
    "grantRole": (_RAW, _WHO, _RAW),
    "revokeRole": (_RAW, _WHO),
    "renounceRole": (_RAW, _WHO),
    "schedule": (_WHO, _RAW, _TIME),
    "execute": (_WHO, _RAW),
    "cancel": (_WHO, _WHO, _RAW),
    "updateAuthority": (_WHO, _WHO),
    "setAuthority": (_WHO,),
    "setTargetClosed": (_WHO, _RAW),
}


class Teller:
    """Names addresses and writes calls out."""

    def __init__(self, world: World, place: Place) -> None:
        self._names = {address: name for name, address in ADDRESS.items()}
        self._names |= {0: "nobody (0x0)", place.token: "the token", place.manager: "the manager"}
        self._names |= {place.spare_manager: "the spare manager", place.foreign: "a foreign token"}
        self._names |= {place.revoker: "the revoker", place.vault: "vault"}
        self._names |= {world.wallet: "wallet", world.seal: "auditor_seal"}
        for number, address in enumerate(place.logics):
            self._names.setdefault(address, f"logic {number + 1}")

    def who(self, address: int) -> str:
        return self._names.get(address, f"0x{address:040x}")

    def call(self, call: Call) -> str:
        name = call.function.partition("(")[0]
        if name == "attest":
            epoch, reserves, settled, as_of, _ = call.arguments[0]
            said = f"epoch {epoch}, reserves {som(reserves * 10_000)}, settled {som(settled)}, as of {when(as_of)}"
            _, halts, deadline, signatures = call.arguments
            known = f"{halts} halts known, until {when(deadline)}"
            return f"attest({said}; {known}; signed {self._signers(signatures)})"
        kinds = KINDS.get(name, ())
        shown = [
            self._value(kinds[i] if i < len(kinds) else _RAW, value)
            for i, value in enumerate(call.arguments)
        ]
        return f"{name}({', '.join(shown)})"

    def _signers(self, signatures: Any) -> str:
        return (
            " ".join(
                f"{self.who(signer)}{'' if sig.sound else ' (unsound)'}"
                for signer, sig in signatures
            )
            or "by none"
        )

    def _value(self, kind: str, value: Any) -> str:
        if isinstance(value, Call):
            return self.call(value)
        if isinstance(value, list | tuple):
            if value and isinstance(value[0], tuple) and isinstance(value[0][1], Signature):
                return f"signed {self._signers(value)}"
            return "[" + ", ".join(self._value(kind, v) for v in value) + "]"
        if isinstance(value, bytes):
            return f"signature {value.hex()[:8]}…" if len(value) > 32 else f"0x{value.hex()[:8]}…"
        if not isinstance(value, int):
            return repr(value)
        return {_WHO: self.who, _SOM: som, _TIME: when}.get(kind, _raw)(value)

    def error(self, error: tuple[str, tuple[Any, ...]] | None) -> str:
        if error is None:
            return "ok"
        name, args = error
        return f"{name}({', '.join(self._names.get(a, _raw(a)) if isinstance(a, int) else repr(a) for a in args)})"


def som(amount: int) -> str:
    """Base units as som; a number too large to be money as powers of two."""
    if amount >= 1 << 72:
        return _raw(amount)
    return f"{amount // 1_000_000:,}.{amount % 1_000_000:06d} som".replace(",", " ")


def when(second: int) -> str:
    if second > 1 << 34 or second < 1 << 30:
        return _raw(second)
    return datetime.fromtimestamp(second, UTC).strftime("%Y-%m-%d %H:%M:%S")


def _raw(value: int) -> str:
    if value < 1 << 64:
        return str(value)
    for bits in (64, 72, 255, 256):
        if abs(value - (1 << bits)) < 1 << 40:
            return f"2^{bits}{value - (1 << bits):+d}".removesuffix("+0")
    return f"0x{value:064x}"[:12] + "…"
