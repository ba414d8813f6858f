"""The programs of examples/: run against a deployment made by commands, with the packages that they are written for."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest
from support.bsc.deployed import Deployed
from support.bsc.reserves import funded
from support.cli import ROOT
from support.life import Life

SOM = 10**6


@pytest.fixture(scope="module")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    with funded(tmp_path_factory.mktemp("deployment"), 900) as found:
        yield found


def node(deployed: Deployed, *words: str) -> subprocess.CompletedProcess[str]:
    people = {
        "RPC": deployed.node.address,
        "TOKEN": deployed.token,
        "PAYER": deployed.key("issuer").private_key,
        "FACILITATOR": deployed.key("outsider").private_key,
    }
    return subprocess.run(
        ["node", *words], cwd=ROOT, env={**os.environ, **people}, capture_output=True, text=True,
        timeout=120, check=False,
    )  # fmt: skip


def play(deployed: Deployed) -> tuple[str, dict[str, Any]]:
    """What it prints, and the same as data."""
    done = node(deployed, "examples/x402/play.mjs", "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    *lines, data = done.stdout.splitlines()
    return "\n".join(lines), json.loads(data)


def test_x402__shop_and_payer__pay_once_and_refuse_the_rest(deployed: Deployed) -> None:
    token = Life(deployed).token.functions
    issuer = deployed.address("issuer")
    held, gas = token.balanceOf(issuer).call(), deployed.nonce("issuer")
    said, told = play(deployed)
    paid = told["paid"]
    assert held - token.balanceOf(issuer).call() == 25_500_000 == int(paid["paid"])
    assert token.balanceOf(paid["payTo"]).call() == 25_500_000
    assert deployed.nonce("issuer") == gas  # the facilitator paid it
    receipt = deployed.web3.eth.get_transaction_receipt(paid["transaction"])
    assert receipt["from"] == deployed.address("outsider")
    assert told["price"]["extra"] == {"name": "KGST", "version": "1"}
    assert "25.50 som" in said
    assert told["twice"] == "invalid_exact_evm_nonce_already_used"
    assert told["no funds"] == "invalid_exact_evm_insufficient_balance"
    assert told["expired"] == "invalid_exact_evm_payload_authorization_valid_before"
    assert "maxAmountPerPayment" in told["too dear"]


def test_x402__while_authorizations_are_paused__nothing_is_sold(deployed: Deployed) -> None:
    life = Life(deployed)
    pauser, unpauser = deployed.address("pauser"), deployed.address("unpauser")
    flags = life.token.functions.pauseFlags().call()
    held = life.token.functions.balanceOf(deployed.address("issuer")).call()
    life.act(pauser, life.token.functions.pause(2))
    try:
        done = node(deployed, "examples/x402/play.mjs")
        assert done.returncode != 0
        assert "not paid: invalid_exact_evm_transaction_simulation_failed" in done.stderr
    finally:
        life.act(unpauser, life.token.functions.unpause(2))
    assert life.token.functions.pauseFlags().call() == flags
    assert life.token.functions.balanceOf(deployed.address("issuer")).call() == held


@pytest.mark.parametrize("amount", ["1.1234567", "01", "1,5", "-1", "1e3", "", ".5"])
def test_som__that_is_no_exact_amount__is_no_price(deployed: Deployed, amount: str) -> None:
    code = f"""
        import {{ baseUnits }} from "./examples/x402/som.mjs";
        try {{ console.log(String(baseUnits({json.dumps(amount)}))); }} catch (error) {{ console.log(error.message); }}
    """
    done = node(deployed, "--input-type=module", "-e", code)
    assert done.stdout == f"{amount}: no amount of som\n", done.stderr


def test_som__and_back__are_the_same(deployed: Deployed) -> None:
    code = """
        import { baseUnits, inSom } from "./examples/x402/som.mjs";
        const amounts = ["0", "0.000001", "25.5", "1000000.123456", "7.10"];
        console.log(JSON.stringify(amounts.map((one) => [String(baseUnits(one)), inSom(baseUnits(one))])));
    """
    done = node(deployed, "--input-type=module", "-e", code)
    assert json.loads(done.stdout) == [
        ["0", "0.00 som"],
        ["1", "0.000001 som"],
        ["25500000", "25.50 som"],
        ["1000000123456", "1000000.123456 som"],
        ["7100000", "7.10 som"],
    ]
