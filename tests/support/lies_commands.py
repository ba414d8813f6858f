"""The commands that are lied to, on a deployment that is ready for all of them, and how their effects are counted."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any, Final

from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak
from support import drafts
from support.bsc.deployed import Deployed
from support.lies_world import Command

from kgst.reserves.files import AttestationFile, SignedFile
from kgst.reserves.format import bishkek_day
from kgst.signing.shapes import Signature
from kgst.storing import read_model

__all__ = ["CHANGES", "NAMES", "commands", "made_ready"]

NAMES: Final = ("burn", "desk-mint", "grant", "mint", "pause", "payout", "propose", "submit")

CHANGES: Final = (
    ("timeout: 3 minutes", "timeout: 25 seconds"),
    ("{member: admin, delay: 5 minutes}", "{member: admin, delay: 0 seconds}"),
)
_TRANSFER: Final = "Transfer(address,address,uint256)"
_PROPOSED: Final = "MintProposed(address,uint256,bytes32,uint256,uint256)"
_ROLE: Final = "RoleGranted(uint64,address,uint32,uint48,bool)"
_ATTESTED: Final = (
    "ReservesAttested(uint256,uint256,uint256,uint256,bytes32,uint256,uint256,uint256)"
)
SOM = 1_000_000
RECEIVERS = [to_checksum_address(f"0x{0xC0FFEE << 100 | n:040x}") for n in range(1, 5)]
NOBODY = "0x" + 64 * "0"


def made_ready(deployed: Deployed) -> None:
    """Attested once, with money at the issuer, a second attestation signed, and a policy that grants a role anew."""
    submitted = deployed.run(
        "reserves", "submit", _attestation(deployed, "10000.00"), account="outsider"
    )
    assert submitted.code == 0, submitted.stderr
    minted = deployed.run(
        "supply", "mint", "issuer", "1 000.00 som", "--ref", "M-0", account="issuer"
    )
    assert minted.code == 0, minted.stderr
    _attestation(deployed, "10500.00", "2")
    rows = [f"{receiver},{n}.00" for n, receiver in enumerate(RECEIVERS, 1)]
    _folder(deployed, "payout.csv").write_text("\n".join(("address,amount_som", *rows)) + "\n")
    text = deployed.policy.read_text()
    old = "    - {member: compliance, delay: 0 seconds}\n"
    assert text.count(old) == 1
    deployed.policy.write_text(text.replace(old, old + old.replace("compliance", "issuer_b")))


def _folder(deployed: Deployed, name: str) -> Path:
    return deployed.folder / name


def _attestation(deployed: Deployed, amount: str, name: str = "1") -> Path:
    """Drafted from a statement and signed by all three auditors; returns the path of the signed file."""
    statement = drafts.statement_file(deployed.folder, amount)
    text = statement.read_text()
    now = int(deployed.web3.eth.get_block("latest")["timestamp"])
    statement.write_text(text.replace("2026-03-03", str(bishkek_day(now - 86_400))))
    drafted = deployed.run(
        "reserves", "draft", statement, "--report", _folder(deployed, f"report-{name}.json")
    )
    assert drafted.code == 0, drafted.stderr
    assert drafted.document is not None
    path = Path(drafted.document["draft_file"])
    draft = read_model(path, AttestationFile, "a draft")
    three = [deployed.key(f"auditor_{letter}") for letter in "abc"]
    signed = [drafts.signature_of(draft, one) for one in three]
    signed.sort(key=lambda one: int(one.signer, 16))
    signatures = tuple(Signature(signer=one.signer, signature=one.signature) for one in signed)
    file = SignedFile.model_construct(draft=draft, signatures=signatures)
    return drafts.saved(file, _folder(deployed, f"signed-{name}.json"))


def commands(deployed: Deployed) -> dict[str, Command]:
    """By name."""
    chain = _Chain(deployed)
    issuer, receiver = (_topic(deployed.address(label)) for label in ("issuer", "admin"))
    mint = ("supply", "mint", "admin", "7.00 som", "--ref")
    burn = ("supply", "burn", "5.00 som", "--ref")
    made = [
        Command(
            "mint",
            (*mint, "M-1"),
            "issuer",
            lambda b: chain.count(b, _TRANSFER, NOBODY, receiver),
            (*mint, "M-2"),
        ),
        Command(
            "desk-mint",
            ("supply", "mint", "issuer", "7.00 som", "--via-desk", "--ref", "M-1"),
            "minter",
            lambda b: chain.count(b, _TRANSFER, NOBODY, issuer),
            ("supply", "mint", "issuer", "7.00 som", "--via-desk", "--ref", "M-2"),
        ),
        Command(
            "propose",
            ("supply", "propose", "issuer", "7.00 som", "--ref", "M-1"),
            "minter",
            lambda b: chain.count(b, _PROPOSED),
            ("supply", "propose", "issuer", "7.00 som", "--ref", "M-2"),
            idempotent=True,
        ),
        Command(
            "burn",
            (*burn, "B-1"),
            "issuer",
            lambda b: chain.count(b, _TRANSFER, issuer, NOBODY),
            (*burn, "B-2"),
        ),
        Command(
            "payout",
            ("supply", "payout", _folder(deployed, "payout.csv"), "--chunk", "2"),
            "issuer",
            lambda b: chain.rows(b, issuer),
            (*mint, "M-2"),
        ),
        Command(
            "submit",
            ("reserves", "submit", _folder(deployed, "signed-2.json")),
            "outsider",
            lambda b: chain.count(b, _ATTESTED),
        ),
        Command(
            "pause",
            ("guard", "pause", "transfers"),
            "pauser",
            lambda b: chain.count(b, "PauseFlagsChanged(uint256,uint256)"),
            ("guard", "pause", "burning"),
        ),
        Command(
            "grant", ("govern", "apply"), "admin", lambda b: chain.count(b, _ROLE), idempotent=True
        ),
    ]
    return {command.name: command for command in made}


def _topic(address: str) -> str:
    return "0x" + 24 * "0" + address[2:].lower()


class _Chain:
    """Events, from anvil itself."""

    def __init__(self, deployed: Deployed) -> None:
        self._anvil = deployed.node.anvil

    def logs(self, block: int, event: str, *topics: str) -> list[dict[str, Any]]:
        asked = {
            "fromBlock": hex(block + 1),
            "toBlock": "latest",
            "topics": ["0x" + keccak(text=event).hex(), *topics],
        }
        found: list[dict[str, Any]] = self._anvil.ask("eth_getLogs", asked)
        return found

    def count(self, block: int, event: str, *topics: str) -> tuple[int, int]:
        found = len(self.logs(block, event, *topics))
        return found, found

    def rows(self, block: int, payer: str) -> tuple[int, int]:
        """Of the rows of the file: payments to the one who got the fewest, and the most."""
        paid = Counter(
            (log["topics"][2], int(log["data"], 16)) for log in self.logs(block, _TRANSFER, payer)
        )
        each = [paid[_topic(receiver), n * SOM] for n, receiver in enumerate(RECEIVERS, 1)]
        return min(each), max(each)
