"""`ape run supply payout` on a node of BNB Smart Chain, killed again and again: everybody is paid once."""

from __future__ import annotations

import json
import signal
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from eth_utils.address import to_checksum_address
from support.bsc.deployed import Deployed
from support.bsc.reserves import attest_on
from support.cli import Result, finish_ape, kill, wait_for

SOM = 1_000_000
PAYMENTS = {
    to_checksum_address(f"0x{0xFEED << 96 | n:040x}"): n * SOM + 10_000 for n in range(1, 61)
}


@pytest.fixture(scope="module")
def token(deployed: Deployed) -> Any:
    """web3's contract of a deployed token, with 100,000 som attested."""
    return attest_on(deployed, 100_000 * 100)


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


def fund(deployed: Deployed, reference: str) -> Result:
    mint = ("supply", "mint", "issuer", "10 000.00 som", "--ref", reference)
    return deployed.run(*mint, account="issuer")


def write(path: Path, payments: dict[str, int]) -> Path:
    rows = [f"{receiver},{value // SOM}.01" for receiver, value in payments.items()]
    path.write_text("\n".join(["address,amount_som", *rows]))
    return path


def killed_when(reached: Callable[[], bool], deployed: Deployed, *command: str) -> None:
    process = deployed.start(*command, account="issuer")
    wait_for(lambda: reached() or process.poll() is not None, 90)
    kill(process)
    assert process.returncode == -signal.SIGKILL, process.returncode


def test_payout__killed_again_and_again__pays_everybody_once(
    deployed: Deployed, tmp_path: Path, token: Any
) -> None:
    payer, folder = deployed.address("issuer"), deployed.folder
    minted = fund(deployed, "ONE")
    assert minted.code == 0, minted.stderr
    file = write(tmp_path / "salaries.csv", PAYMENTS)
    command = ["supply", "payout", str(file), "--chunk", "10", "--count", "60"]

    def finished() -> Result:
        return finish_ape(deployed.start(*command, account="issuer"))

    killed_when(lambda: journaled(folder, "signed") == 1, deployed, *command)
    killed_when(lambda: journaled(folder, "outcome") == 2, deployed, *command)
    killed_when(lambda: journaled(folder, "signed") == 5, deployed, *command)
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


def test_payout__killed_and_the_journals_lost__the_chain_tells_what_is_paid(
    deployed: Deployed, tmp_path: Path, token: Any
) -> None:
    """As a colleague goes on, who has neither the journals nor the rows in the same order."""
    payer, folder = deployed.address("issuer"), deployed.folder
    minted = fund(deployed, "TWO")
    assert minted.code == 0, minted.stderr
    others = {
        to_checksum_address(f"0x{0xBEEF << 96 | n:040x}"): n * SOM + 10_000 for n in range(1, 41)
    }

    def counts() -> set[int]:
        logs = paid(token, payer)
        return {logs[payment] for payment in others.items()}

    killed_when(
        lambda: journaled(folder, "outcome") == 2,
        deployed, "supply", "payout", str(write(tmp_path / "salaries.csv", others)), "--chunk", "10",
    )  # fmt: skip
    (folder / "operations").rename(folder / "operations that were lost")
    # What was handed over lands, and nobody here knows of it.
    wait_for(lambda: deployed.nonce("issuer") == deployed.web3.eth.get_transaction_count(payer), 30)
    assert counts() == {0, 1}

    backwards = write(tmp_path / "copy.csv", dict(reversed(others.items())))
    command = ("supply", "payout", str(backwards), "--chunk")
    refused = deployed.run(*command, "20", account="issuer")
    assert refused.code == 4
    assert "begun with 10 payments to a transaction" in refused.error
    result = deployed.run(*command, "10", account="issuer")
    assert result.code == 0, result.stderr
    assert result.document is not None
    assert [c["by_another"] for c in result.document["chunks"]][:2] == [True, True]
    assert counts() == {1}
    again = deployed.run(*command, "10", account="issuer")
    assert (again.code, "made before: round-1" in again.error) == (4, True)
    assert counts() == {1}
