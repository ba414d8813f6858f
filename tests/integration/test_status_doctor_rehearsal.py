"""`ape run status` and `ape run doctor` as operators run them, against anvil with the testnet's id."""

from __future__ import annotations

import json
from pathlib import Path

from support.cli import run_ape
from support.drafts import require_schema
from web3 import HTTPProvider, Web3

from kgst.multicall import MULTICALL3


def test_status_and_doctor__rehearsal_chain__tell_what_is_there(anvil: str, folder: Path) -> None:
    web3, policy = Web3(HTTPProvider(anvil)), folder / "policy.yaml"
    deployed = run_ape("deploy", "apply", "--yes", "--json", network=anvil, policy=policy)
    assert deployed.code == 0, deployed.stderr
    record = json.loads((folder / "record.json").read_text())
    token = record["token"]["address"]
    nonces = {a: web3.eth.get_transaction_count(a) for a in web3.eth.accounts}

    status = run_ape("status", "--json", network=anvil, policy=policy)
    assert status.code == 0, status.stderr
    assert status.document is not None
    require_schema(status.document, "status")
    assert status.document["chain_id"] == 97
    assert status.document["token"] == token
    block = web3.eth.get_block(status.document["block"]["number"])
    assert status.document["block"]["time"] == block["timestamp"]
    assert status.document["block"]["hash"] == block["hash"].to_0x_hex()
    assert status.document["warnings"][0] == "no attestation yet: nothing can be minted"
    # Of the policy's people, anvil has money for the first ten accounts only.
    poor = [operator["label"] for operator in status.document["operators"] if operator["low"]]
    assert poor == ["issuer", "auditor_a", "auditor_b", "auditor_c"]
    people = run_ape("status", network=anvil, policy=policy)
    assert people.code == 0
    assert token in people.stdout
    assert "20 000 000.00 som" in people.stdout
    assert len(web3.eth.get_code(MULTICALL3)) == 3808

    healthy = run_ape("doctor", "--json", network=anvil, policy=policy)
    assert healthy.code == 0, healthy.stdout
    assert healthy.document is not None
    require_schema(healthy.document, "doctor")
    assert healthy.document["summary"]["ok"] > 100
    others = [c for c in healthy.document["checks"] if c["state"] != "ok"]
    assert [(c["state"], c["area"]) for c in others] == 4 * [("warning", "operators")]

    code = web3.eth.get_code(token)
    web3.provider.make_request("anvil_setCode", [token, "0x" + (code[:-1] + b"\x00").hex()])
    fix = folder / "fix.json"
    sick = run_ape("doctor", "--fix-plan", str(fix), "--json", network=anvil, policy=policy)
    assert sick.code == 3
    assert sick.document is not None
    require_schema(sick.document, "doctor")
    assert [c["item"] for c in sick.document["checks"] if c["state"] == "drift"] == [
        "code of KGST, chain against build",
        "code of KGST, chain against record",
    ]
    assert sick.document["fix_plan"] == {"batches": [], "by_hand": []}
    assert not fix.exists()

    # Code that uses up all gas: the drift is told all the same, and that nothing else could be read.
    web3.provider.make_request("anvil_setCode", [token, "0xfe"])
    dead = run_ape("doctor", "--json", network=anvil, policy=policy)
    assert dead.code == 3
    assert dead.document is not None
    states = {c["item"]: c["state"] for c in dead.document["checks"]}
    assert states["code of KGST, chain against build"] == "drift"
    assert states["the deployment"] == "not_checked"
    verified = run_ape("deploy", "verify", "--json", network=anvil, policy=policy)
    assert verified.code == 3
    assert verified.document is not None
    assert verified.document["not_checked"][0].startswith("could not read the deployment")
    # Code that answers nothing.
    web3.provider.make_request("anvil_setCode", [token, "0x00"])
    lost = run_ape("status", "--json", network=anvil, policy=policy)
    assert lost.code == 1
    assert "could not read IKGST." in lost.error

    assert {a: web3.eth.get_transaction_count(a) for a in web3.eth.accounts} == nonces
