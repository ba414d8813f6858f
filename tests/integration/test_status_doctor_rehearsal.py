"""`ape run status` and `ape run doctor` as operators run them, on a node of BNB Smart Chain."""

from __future__ import annotations

from support.bsc.deployed import Deployed
from support.cli import Result
from support.drafts import require_schema

from kgst.multicall import MULTICALL3

POOR = ("issuer", "auditor_a", "auditor_b", "auditor_c")


def test_status_and_doctor__rehearsal_chain__tell_what_is_there(deployed: Deployed) -> None:
    web3, token, node = deployed.web3, deployed.token, deployed.node
    node.give(*map(deployed.address, POOR), wei=0)
    nonces = {label: deployed.nonce(label) for label in deployed.people}

    # In a process of its own, as an operator does; the others save the time.
    status = deployed.run_apart("status")
    assert status.code == 0, status.stderr
    assert status.document is not None
    require_schema(status.document, "status")
    assert status.document["chain_id"] == 97
    assert status.document["token"] == token
    block = node.ask("eth_getBlockByNumber", hex(status.document["block"]["number"]), False)
    assert status.document["block"]["time"] == int(block["timestamp"], 16)
    assert status.document["block"]["hash"] == block["hash"]
    assert status.document["warnings"][0] == "no attestation yet: nothing can be minted"
    poor = [operator["label"] for operator in status.document["operators"] if operator["low"]]
    assert poor == list(POOR)
    shown = deployed.run("status", as_json=False)
    assert shown.code == 0
    assert token in shown.stdout
    assert "20 000 000.00 som" in shown.stdout
    assert len(web3.eth.get_code(MULTICALL3)) == 3808

    healthy = deployed.run_apart("doctor")
    assert healthy.code == 0, healthy.stdout
    assert healthy.document is not None
    require_schema(healthy.document, "doctor")
    assert healthy.document["summary"]["ok"] > 100
    others = [c for c in healthy.document["checks"] if c["state"] != "ok"]
    assert [(c["state"], c["area"]) for c in others] == 4 * [("warning", "operators")]

    code = web3.eth.get_code(token)
    put(deployed, "0x" + (code[:-1] + b"\x00").hex())
    fix = deployed.folder / "fix.json"
    sick = deployed.run("doctor", "--fix-plan", fix)
    assert sick.code == 3
    assert sick.document is not None
    require_schema(sick.document, "doctor")
    assert [c["item"] for c in sick.document["checks"] if c["state"] == "failed"] == [
        "code of KGST, chain against build",
        "code of KGST, chain against record",
    ]
    assert sick.document["fix_plan"]["batches"] == []
    assert sick.document["fix_plan"]["plan"]["differs"] is False
    assert not fix.exists()

    # Code that uses up all gas: the drift is told all the same, and that nothing else could be read.
    put(deployed, "0xfe")
    dead: Result = deployed.run("doctor")
    assert dead.code == 3
    assert dead.document is not None
    states = {c["item"]: c["state"] for c in dead.document["checks"]}
    assert states["code of KGST, chain against build"] == "failed"
    assert states["the deployment"] == "not_checked"
    verified = deployed.run("deploy", "verify")
    assert verified.code == 3
    assert verified.document is not None
    [unread] = [c for c in verified.document["checks"] if c["state"] == "not_checked"]
    assert unread["found"].startswith("could not read the deployment")
    # Code that answers nothing.
    put(deployed, "0x00")
    lost = deployed.run("status")
    assert lost.code == 1
    assert "could not read IKGST." in lost.error

    assert {label: deployed.nonce(label) for label in deployed.people} == nonces


def put(deployed: Deployed, code: str) -> None:
    """Other code at the token's address, in a block of its own."""
    deployed.node.anvil.ask("anvil_setCode", deployed.token, code)
    deployed.node.mine()
