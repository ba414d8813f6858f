"""A payment's proof as the house exports it, recorded with its chain: the files in `tests/data/page/payment`.

Made anew by `record(stage, FOLDER)` in any test that has the fixture `stage`.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from support.web.browser import ROOT
from support.web.recorded import Recorded
from support.web.scenes import Stage

__all__ = ["FOLDER", "Chain", "chain_of", "record"]

FOLDER = ROOT / "tests/data/page/payment"
SOM = 10**6
_PAYMENTS = 20
"""In one block, so that the trie of its receipts has branches below its root."""


@dataclass
class Chain(Recorded):
    """A node that also has earlier blocks.

    Attributes:
        hashes: By the block's number.
    """

    hashes: dict[int, str] = field(default_factory=dict)

    def answer(self, method: str, params: list[Any]) -> Any:
        """As `Recorded`, and of earlier blocks number and hash."""
        if method == "eth_getBlockByNumber" and params[0] != "finalized":
            number = int(params[0], 16)
            if number in self.hashes:
                self.asked.append(f"block {number}")
                return {**self.block, "number": params[0], "hash": self.hashes[number]}
        return super().answer(method, params)


def chain_of(folder: Path, hashes: dict[int, str]) -> Chain:
    """The recorded node."""
    kept = json.loads((folder / "node.json").read_text())
    kept["places"] = {(to, data): name for to, data, name in kept["places"]}
    return Chain(**kept, hashes=hashes)


def record(stage: Stage, folder: Path) -> None:
    """Pay in one block again and again; write the last payment's proof, the page's snapshot, a node's answers."""
    stage.attest_report(1_000_000)
    payer, web3 = stage.deployed.key("outsider"), stage.web3
    stage.deployed.node.anvil.ask("anvil_setBalance", payer.address, hex(10**20))
    minted = stage.token.functions.mint(payer.address, 600_000 * SOM)
    stage.act(stage.deployed.address("issuer"), minted)
    nonce, sent = web3.eth.get_transaction_count(web3.to_checksum_address(payer.address)), ""
    for number in range(_PAYMENTS):
        call = stage.token.functions.transfer(stage.other, 1_250 * SOM + 500_000 + number)
        request = {
            "to": call.address, "data": call._encode_transaction_data(), "value": 0, "gas": 200_000,
            "nonce": nonce + number, "maxFeePerGas": 10**9, "maxPriorityFeePerGas": 10**9,
            "chainId": stage.deployed.node.terms.chain_id,
        }  # fmt: skip
        signed = web3.eth.account.sign_transaction(request, payer.private_key)
        sent = web3.eth.send_raw_transaction(signed.raw_transaction).to_0x_hex()
    stage.later(1)
    scene = stage.scene()
    assert stage.deployed.run("index", "sync").code == 0
    index = stage.deployed.folder / "index"
    words = ("index", "export", index, "--transaction", sent, "--out", folder / "proof.json")
    done = stage.deployed.run_offline(*words)
    assert done.code == 0, done.stderr
    node = asdict(scene.node) | {"asked": []}
    node["places"] = [[to, data, name] for (to, data), name in scene.node.places.items()]
    for name, document in (("snapshot", scene.snapshot), ("node", node)):
        (folder / f"{name}.json").write_text(json.dumps(document, indent=1) + "\n")
