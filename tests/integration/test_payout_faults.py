"""`ape run supply payout` on a node of BNB Smart Chain, killed again and again: everybody is paid once."""

from __future__ import annotations

import json
import signal
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ape import project
from eth_utils.address import to_checksum_address
from support.bsc.deployed import Deployed
from support.cli import Result, finish_ape, kill, wait_for
from support.signing import sign_all

from kgst.attestation import Domain, ReserveAttestation

SOM = 1_000_000
PAYMENTS = {
    to_checksum_address(f"0x{0xFEED << 96 | n:040x}"): n * SOM + 10_000 for n in range(1, 61)
}


@pytest.fixture
def token(deployed: Deployed) -> Any:
    """web3's contract of a deployed token, with 100,000 som attested."""
    abi = [entry.model_dump() for entry in project.IKGST.contract_type.abi]
    web3 = deployed.web3
    contract = web3.eth.contract(address=web3.to_checksum_address(deployed.token), abi=abi)
    attestation = ReserveAttestation(
        epoch=1,
        reserves=100_000 * 100,
        settled=0,
        as_of=web3.eth.get_block("latest")["timestamp"],
        report_hash=b"\x5a" * 32,
        halts=0,
        version=1,
        deadline=2**40,
    )
    auditors = [deployed.key(f"auditor_{letter}") for letter in "abc"]
    message = attestation.message(Domain(97, contract.address))
    call = contract.functions.attest(*attestation.arguments(sign_all(auditors, message)))
    # anvil signs for its own accounts.
    receipt = web3.eth.wait_for_transaction_receipt(call.transact({"from": web3.eth.accounts[0]}))
    assert receipt["status"] == 1
    return contract


def journaled(folder: Path, kind: str) -> int:
    """How many lines of that kind the payout's open journal has."""
    lines = []
    for path in (folder / "operations").glob("*-payout-*.jsonl"):
        lines += [json.loads(line) for line in path.read_bytes().split(b"\n")[:-1]]
    return sum(line["kind"] == kind for line in lines)


def paid(token: Any, payer: str) -> Counter[tuple[str, int]]:
    """Every payment by `payer`, from the token's logs."""
    logs = token.events.Transfer().get_logs(from_block=0, argument_filters={"from": payer})
    return Counter((log["args"]["to"], log["args"]["value"]) for log in logs)


def test_payout__killed_again_and_again__pays_everybody_once(
    deployed: Deployed, tmp_path: Path, token: Any
) -> None:
    payer, folder = deployed.address("issuer"), deployed.folder
    minted = deployed.run("supply", "mint", "issuer", "10 000.00 som", account="issuer")
    assert minted.code == 0, minted.stderr
    file = tmp_path / "salaries.csv"
    rows = [f"{receiver},{value // SOM}.01" for receiver, value in PAYMENTS.items()]
    file.write_text("\n".join(["address,amount_som", *rows]))
    command = ["supply", "payout", str(file), "--chunk", "10", "--count", "60"]

    def killed_when(reached: Callable[[], bool]) -> None:
        process = deployed.start(*command, account="issuer")
        wait_for(lambda: reached() or process.poll() is not None, 90)
        kill(process)
        assert process.returncode == -signal.SIGKILL, process.returncode

    def finished() -> Result:
        return finish_ape(deployed.start(*command, account="issuer"))

    killed_when(lambda: journaled(folder, "signed") == 1)
    killed_when(lambda: journaled(folder, "outcome") == 2)
    killed_when(lambda: journaled(folder, "signed") == 5)
    assert 0 < sum(paid(token, payer).values()) < len(PAYMENTS)

    result = finished()
    assert result.code == 0, result.stderr
    assert result.document is not None
    assert result.document["resumed"] is True
    assert result.document["total_paid"] == str(sum(PAYMENTS.values()))
    assert paid(token, payer) == Counter(dict.fromkeys(PAYMENTS.items(), 1))

    again = finished()
    assert again.code == 4
    assert "were made before" in again.error
    assert paid(token, payer) == Counter(dict.fromkeys(PAYMENTS.items(), 1))
