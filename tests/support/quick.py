"""One token on the fast in-process engine, for what takes hundreds of transactions: no ape, a millisecond each.

Where a message is made here, `given` is a deadline that is submitted in the place of the one signed.

Whoever governs is one person, who has every role without a delay. What happens within one second is in one block.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from eth_abi.abi import decode
from support.engine import Call, Outcome, in_process
from support.model.signatures import Key, digest, list_hash, struct_hash

SOM = 1_000_000
HOUR = 3_600
DAY = 24 * HOUR
REPORT = 0x5A

_ATTESTATION = (
    "ReserveAttestation(uint256 epoch,uint256 reserves,uint256 settled,uint256 asOf,bytes32 reportHash,"
    "uint256 halts,uint256 version,uint256 deadline)"
)
_ROTATION = "AuditorRotation(address[] auditors,uint256 threshold,uint256 version,uint256 deadline)"
_APPROVAL = (
    "ImplementationApproval(address implementation,bytes32 codeHash,bytes32 dataHash,uint256 nonce,"
    "uint256 halts,uint256 version,uint256 deadline)"
)
_RETURNS = {
    "solvency()": ["uint256"] * 4,
    "lastAttestation()": ["uint256"] * 4 + ["bytes32"],
    "auditorSet()": ["address[]", "uint256", "uint256", "uint256"],
    "auditorsProposal()": ["address[]", "uint256", "uint256"],
    "approvedImplementation()": ["address", "bytes32", "bytes32", "uint256"],
    "reserveLimits()": ["uint256"] * 2,
}

GOVERNOR = Key.named("governor")
ANYONE = Key.named("anyone")


def people(number: int, label: str = "auditor") -> list[Key]:
    """Keys, ascending by address."""
    return sorted((Key.named(f"{label} {i}") for i in range(number)), key=lambda k: k.address)


@dataclass(frozen=True)
class Terms:
    """What a token is deployed with: seconds, and 1/10,000."""

    recovery_delay: int = 30 * DAY
    max_age: int = 7 * DAY
    max_increase: int = 1_000
    margin: int = 0


class QuickToken:
    """A token with its auditors; `now` is moved by hand.

    Args:
        auditors: Ascending.
        threshold: Signatures that count.
        terms: Of the deployment.
    """

    def __init__(self, auditors: Sequence[Key], threshold: int, terms: Terms | None = None) -> None:
        terms = terms or Terms()
        self.engine = in_process()
        self.chain_id = self.engine.chain_id
        self.now = self.engine.start
        self.auditors = list(auditors)
        maker = ANYONE.address
        manager = self.engine.deploy(maker, "KGSTAccessManager", GOVERNOR.address)
        self.logic = self.engine.deploy(maker, "KGSTLogic", terms.recovery_delay)
        members = [a.address for a in auditors]
        initialize = Call.of(
            "initialize((address,address[],uint256,uint256,uint256,uint256))",
            (manager, members, threshold, terms.max_age, terms.max_increase, terms.margin),
        )
        self.token = self.engine.deploy(maker, "KGST", self.logic, initialize.data)

    def send(self, sender: Key | int, function: str, *arguments: Any) -> Outcome:
        """Calls the token now."""
        by = sender.address if isinstance(sender, Key) else sender
        return self.engine.transact(by, self.token, Call.of(function, *arguments), self.now)

    def governed(self, function: str, *arguments: Any) -> Outcome:
        """Calls the token now, by whoever governs."""
        return self.send(GOVERNOR, function, *arguments)

    def govern(self, function: str, *arguments: Any) -> None:
        """The same, which succeeds."""
        outcome = self.governed(function, *arguments)
        assert outcome.error is None, outcome.error

    def read(self, getter: str, *arguments: Any) -> Any:
        """A number, or a tuple of what the getter returns."""
        types = _RETURNS.get(getter, ["uint256"])
        self.engine.clock(self.now)
        found = decode(types, self.engine.read(self.token, getter, *arguments))
        return found if getter in _RETURNS else found[0]

    def wait(self, seconds: int) -> None:
        self.now += seconds

    def attest(self, reserves: int, signers: Sequence[Key], **said: int) -> Outcome:
        """The next attestation of `reserves` tyiyn, as of now.

        Args:
            said: `settled`, `as_of`, `epoch`, `halts`, `version`, `deadline`; what is left out is right.
        """
        bound = self._bound(said)
        figures = (
            said.get("epoch", self.read("lastAttestation()")[0] + 1),
            reserves,
            said.get("settled", 0),
            said.get("as_of", self.now),
            REPORT,
        )
        signatures = self.signed(signers, _ATTESTATION, *figures, *bound)
        return self.send(
            ANYONE,
            "attest((uint256,uint256,uint256,uint256,bytes32),uint256,uint256,(address,bytes)[])",
            figures,
            bound[0],
            said.get("given", bound[2]),
            signatures,
        )

    def rotate(
        self, new: Sequence[Key], threshold: int, signers: Sequence[Key], **said: int
    ) -> Outcome:
        """The set is succeeded by `new`, ascending.

        Args:
            said: `version`, `deadline`.
        """
        members = [a.address for a in new]
        _, version, deadline = self._bound(said)
        signatures = self.signed(
            signers, _ROTATION, list_hash(members), threshold, version, deadline
        )
        return self.send(
            ANYONE,
            "rotateAuditors(address[],uint256,uint256,(address,bytes)[])",
            members,
            threshold,
            said.get("given", deadline),
            signatures,
        )

    def approve(
        self, implementation: int, data_hash: bytes, signers: Sequence[Key], **said: int
    ) -> Outcome:
        """Consent to the code that stands at `implementation`.

        Args:
            said: `code_hash`, `nonce`, `halts`, `version`, `deadline`.
        """
        nonce = said.get("nonce", self.read("approvedImplementation()")[3])
        code_hash = said.get("code_hash", self.engine.code_hash(implementation))
        what = implementation, code_hash, data_hash, nonce
        bound = self._bound(said)
        signatures = self.signed(signers, _APPROVAL, *what, *bound)
        return self.send(
            ANYONE,
            "approveImplementation(address,bytes32,bytes32,uint256,uint256,(address,bytes)[])",
            *what,
            said.get("given", bound[2]),
            signatures,
        )

    def signed(self, signers: Sequence[Key], kind: str, *values: Any) -> list[tuple[int, bytes]]:
        """`AuditorSignature` structs."""
        message = digest(self, struct_hash(kind, *values))
        return [(signer.address, signer.sign(message)) for signer in signers]

    def _bound(self, said: dict[str, int]) -> tuple[int, int, int]:
        return (
            said["halts"] if "halts" in said else self.read("halts()"),
            said["version"] if "version" in said else self.read("auditorSet()")[2],
            said.get("deadline", self.now + HOUR),
        )
