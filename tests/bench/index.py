"""`make bench-index`: how long an index of 10⁴, 10⁵ and 10⁶ Transfer events takes, beside ape's own event query.

The real token on anvil pays 250 receivers a transaction, each transaction in a block of its own. Each reading is a
process of its own, so that its memory is its own, too. Writes build/bench-index.json.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

# The folder above, as pytest has it; this one would put its file names before the standard library's.
sys.path[0] = str(Path(__file__).resolve().parents[1])

REPORT = Path("build/bench-index.json")
PAID_AT_ONCE = 250
SIZES = (10_000, 100_000, 1_000_000)
BY_APE = 100_000
"""The largest that ape's query is tried on."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--most", type=int, default=SIZES[-1], help="events of the largest index")
    parser.add_argument("--read", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.read:
        print(json.dumps(_read(json.loads(options.read))))
        return 0

    from support.bsc.deployed import deployed_on_bsc
    from support.life import Life

    found: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory() as folder, deployed_on_bsc(Path(folder)) as deployed:
        life = Life(deployed)
        life.attest(10_000_000)
        life.act(deployed.address("issuer"), life.token.functions.mint(life.holder, 10**13))
        first, last, paid = life.web3.eth.block_number + 1, 0, 0
        for size in [size for size in SIZES if size <= options.most]:
            begun = time.monotonic()
            while paid < size:
                last = life.pay(paid, PAID_AT_ONCE)
                paid += PAID_AT_ONCE
            print(f"{size:,} events are there ({time.monotonic() - begun:.0f} s)", flush=True)
            job = {
                "node": deployed.node.upstream,
                "token": deployed.token,
                "first": first,
                "last": last,
            }
            row: dict[str, Any] = {"events": size, "index": _apart({**job, "how": "index"})}
            if size <= BY_APE:
                row["ape"] = _apart({**job, "how": "ape"})
                row["times as fast"] = round(row["ape"]["seconds"] / row["index"]["seconds"], 1)
            found.append(row)
            print(json.dumps(row), flush=True)
            REPORT.parent.mkdir(exist_ok=True)
            REPORT.write_text(json.dumps(found, indent=1) + "\n")
    return 0


def _apart(job: dict[str, Any]) -> dict[str, Any]:
    command = [sys.executable, __file__, "--read", json.dumps(job)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"bench: {done.stderr[-2000:]}")
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result


def _read(job: dict[str, Any]) -> dict[str, Any]:
    """One reading, in this process."""
    with tempfile.TemporaryDirectory() as folder:
        begun = time.monotonic()
        result = _indexed(job, Path(folder)) if job["how"] == "index" else _queried(job)
        seconds = time.monotonic() - begun
        result["seconds"] = round(seconds, 2)
        result["events a second"] = round(result["events"] / seconds)
        result["MB of memory"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        return result


def _indexed(job: dict[str, Any], folder: Path) -> dict[str, Any]:
    from kgst.history.partitions import Index, Manifest
    from kgst.history.syncing import sync
    from kgst.node.pool import Node

    manifest = Manifest(
        chain_id=97,
        genesis="0x" + "00" * 32,
        contracts={"KGST": job["token"]},
        first_block=job["first"],
        known_block=job["last"],
    )
    index = Index(folder)
    with index.writing():
        manifest = sync(index, manifest, [Node(job["node"])], job["last"])
    files = list(folder.glob("*.parquet"))
    size = {
        kind: sum(f.stat().st_size for f in files if f.name.startswith(kind))
        for kind in ("logs", "blocks")
    }
    return {
        "events": manifest.rows("logs"),
        "MB of logs": round(size["logs"] / 1e6, 1),
        "MB of proofs": round(size["blocks"] / 1e6, 1),
    }


def _queried(job: dict[str, Any]) -> dict[str, Any]:
    from ape import Contract, networks, project

    with networks.parse_network_choice(f"bsc:testnet:{job['node']}"):
        token = Contract(job["token"], contract_type=project.IKGST.contract_type)
        frame = token.Transfer.query("*", start_block=job["first"], stop_block=job["last"])
        return {"events": len(frame)}


if __name__ == "__main__":
    sys.exit(main())
