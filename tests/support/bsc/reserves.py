"""Reserves attested on the double, past the commands."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ape import project
from support.bsc.deployed import Deployed, deployed_on_bsc
from support.signing import sign_all

from kgst.attestation import Domain, ReserveAttestation

__all__ = ["attest_on", "funded"]

TYIYN_PER_SOM = 100


@contextmanager
def funded(folder: Path, som: int) -> Iterator[Deployed]:
    """A deployment whose issuer holds `som`, a tenth of what was attested, until the block ends."""
    with deployed_on_bsc(folder) as found:
        attest_on(found, 10 * som * TYIYN_PER_SOM)
        mint = ("supply", "mint", "issuer", f"{som} som", "--ref", "D-1")
        minted = found.run(*mint, account="issuer")
        assert minted.code == 0, minted.stderr
        yield found


def attest_on(deployed: Deployed, tyiyn: int) -> Any:
    """web3's contract of the token, after its first attestation by all auditors, of `tyiyn`."""
    abi = [entry.model_dump() for entry in project.IKGST.contract_type.abi]
    web3 = deployed.web3
    contract = web3.eth.contract(address=web3.to_checksum_address(deployed.token), abi=abi)
    attestation = ReserveAttestation(
        epoch=1,
        reserves=tyiyn,
        settled=0,
        as_of=web3.eth.get_block("latest")["timestamp"],
        report_hash=b"\x5a" * 32,
        halts=0,
        version=1,
        deadline=2**40,
    )
    auditors = [deployed.key(f"auditor_{letter}") for letter in "abc"]
    message = attestation.message(Domain(deployed.node.terms.chain_id, contract.address))
    call = contract.functions.attest(*attestation.arguments(sign_all(auditors, message)))
    # anvil signs for its own accounts.
    receipt = web3.eth.wait_for_transaction_receipt(call.transact({"from": web3.eth.accounts[0]}))
    assert receipt["status"] == 1
    return contract
