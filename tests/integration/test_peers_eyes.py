"""The token as other people's tools see it: a proxy of a known kind, live, paused in everything, and diverted."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest
from support.bsc.deployed import Deployed, deployed_on_bsc
from support.cli import ROOT
from support.life import Life
from web3 import Web3
from web3.exceptions import ContractCustomError

EVERYTHING = 1 | 2 | 4 | 8
ZERO = "0x" + "00" * 32


@pytest.fixture(scope="module")
def life(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Life]:
    with deployed_on_bsc(tmp_path_factory.mktemp("deployment")) as found:
        yield Life(found)


def seen(deployed: Deployed) -> Any:
    environment = {**os.environ, "RPC": deployed.node.address, "TOKEN": deployed.token}
    done = subprocess.run(
        ["node", ROOT / "tests/support/peers_eyes.cjs", deployed.address("issuer")],
        cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def require_known(found: Any, deployed: Deployed) -> None:
    """A UUPS proxy of EIP-1967, and nothing else; a token of 6 decimals."""
    implementation = deployed.record["logic"]["address"]
    assert found["upgradesCore"] == {
        "implementation": implementation, "uups": True, "transparent": False, "beacon": False,
    }  # fmt: skip
    assert found["words"] == {
        "eip1967": "0x" + implementation[2:].lower().rjust(64, "0"),
        "beacon": ZERO, "openzeppelin": ZERO, "eip1822": ZERO,
    }  # fmt: skip
    # Neither EIP-1167's minimal proxy nor EIP-7702's pointer.
    assert not found["code"].startswith(("0x363d3d373d3d3d363d73", "0xef0100"))
    viem = found["viem"]
    assert (viem["name"], viem["symbol"], viem["decimals"]) == ("KGST", "KGST", 6)
    assert viem["domain"]["verifyingContract"] == deployed.token


def test_tools__of_others__see_the_same_proxy_live_paused_and_diverted(life: Life) -> None:
    deployed, token = life.deployed, life.token.functions
    live = seen(deployed)
    require_known(live, deployed)
    life.act(deployed.address("pauser"), token.pause(EVERYTHING))
    assert token.pauseFlags().call() == EVERYTHING
    assert seen(deployed) == live
    # Then payments run from the implementation, and the slot is still an address.
    admin = deployed.address("upgrader")
    data = token.setDelegateAll(True)._encode_transaction_data()
    life.act(admin, life.manager.functions.schedule(deployed.token, data, 0))
    life.later(6 * 60)
    life.act(admin, life.manager.functions.execute(deployed.token, data))
    assert token.delegateAll().call()
    assert seen(deployed) == live


def test_tools__of_others__see_no_token_at_the_implementation(life: Life) -> None:
    """Whatever an explorer reads there: nothing is held, nothing moves."""
    at = life.web3.eth.contract(life.deployed.record["logic"]["address"], abi=life.token.abi)
    assert at.functions.totalSupply().call() == 0
    assert at.functions.pauseFlags().call() & EVERYTHING == EVERYTHING
    with pytest.raises(ContractCustomError) as refused:
        at.functions.approve(life.holder, 1).call({"from": life.other})
    assert refused.value.data == Web3.keccak(text="NotTheToken()")[:4].to_0x_hex()
