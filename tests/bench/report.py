"""`make bench-report`: how long the report of a period of 10⁶ transfers takes.

A real deployment's index, and behind it a partition made up of payments among 100,000 addresses in 4,000 blocks of one
week. The command runs in a process of its own, so that its memory is its own, too. Writes build/bench-report.json.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

# The folder above, as pytest has it; this one would put its file names before the standard library's.
sys.path[0] = str(Path(__file__).resolve().parents[1])

REPORT = Path("build/bench-report.json")
BLOCKS, RECEIVERS, WEEK = 4_000, 100_000, 7 * 86_400
_READ = (
    "import json, resource, sys\n"
    "from kgst.cli.report import cli\n"
    "try:\n"
    "    cli(json.loads(sys.argv[1]))\n"
    "finally:\n"
    "    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024, file=sys.stderr)\n"
)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--transfers", type=int, default=1_000_000)
    options = parser.parse_args()

    import pytest
    from support.bsc.deployed import deployed_in_memory
    from support.reporting import SOM, Month, second

    with tempfile.TemporaryDirectory() as text, pytest.MonkeyPatch.context() as patch:
        folder = Path(text)
        (folder / "deployment").mkdir()
        (folder / "reports").mkdir()
        with deployed_in_memory(folder / "deployment", patch) as (deployed, _):
            month = Month(deployed, folder / "reports")
            month.live()
            held = month.token.functions.balanceOf(month.holder).call()
            add_transfers(deployed.folder, month.holder, options.transfers, second(25), held // SOM)
            row = {"transfers": options.transfers} | timed(deployed.folder, deployed.policy)
    print(json.dumps(row))
    REPORT.parent.mkdir(exist_ok=True)
    REPORT.write_text(json.dumps(row, indent=1) + "\n")
    return 0


def add_transfers(folder: Path, holder: str, count: int, begin: int, units: int) -> None:
    """A partition with `count` payments behind what the index has, none of what nobody has."""
    from eth_utils.crypto import keccak

    from kgst.history.partitions import Index, Partition
    from kgst.history.rows import BlockRow, LogRow, write

    index = Index(folder / "index")
    manifest = index.manifest
    assert manifest is not None
    first, dice = manifest.last_block + 1, random.Random(7)
    topic = keccak(text="Transfer(address,address,uint256)")
    token = bytes.fromhex(manifest.contracts["KGST"][2:])
    each = -(-count // BLOCKS)
    blocks, logs, left = [], [], {bytes.fromhex(holder[2:]): count}
    assert units * 10**6 > count
    people = [bytes.fromhex(holder[2:])]
    for number in range(BLOCKS):
        hash_ = keccak(number.to_bytes(8))
        blocks.append(
            BlockRow(first + number, hash_, bytes(32), begin + number * WEEK // BLOCKS, b"\xc0", None)
        )  # fmt: skip
        for place in range(each):
            giver = dice.choice(people) if number % 2 else people[0]
            giver = giver if left.get(giver) else people[0]
            taker = (1 + dice.randrange(RECEIVERS)).to_bytes(20)
            left[giver] -= 1
            if taker not in left:
                people.append(taker)
            left[taker] = left.get(taker, 0) + 1
            marks = [topic, giver.rjust(32, b"\0"), taker.rjust(32, b"\0")]
            logs.append(
                LogRow.made(
                    first + number, place, place, keccak(hash_ + place.to_bytes(4)), token, marks, (1).to_bytes(32)
                )
            )  # fmt: skip
    with index.writing():
        last = first + BLOCKS - 1
        files = [
            write(index.folder, "logs", first, last, logs),
            write(index.folder, "blocks", first, last, blocks),
        ]
        more = Partition(
            first=first, last=last, last_hash="0x" + "00" * 32, agreed=1, files=tuple(files)
        )
        index.save(manifest.model_copy(update={"partitions": (*manifest.partitions, more)}))


def timed(folder: Path, policy: Path) -> dict[str, Any]:
    """The command, in a process of its own."""
    words = [
        "period", folder, "--from", "2027-01-25", "--to", "2027-01-31", "--policy", policy, "--json",
        "--out", folder / "out",
    ]  # fmt: skip
    begun = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-c", _READ, json.dumps([str(word) for word in words])],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    seconds = time.monotonic() - begun
    if not done.stdout.startswith("{"):
        sys.exit(f"bench: {done.stderr[-2000:]}")
    report = json.loads(done.stdout)["report"]
    return {
        "counted": report["transfers"]["total"]["count"],
        "addresses": report["holders"]["count"],
        "seconds": round(seconds, 1),
        "MB of memory": int(done.stderr.split()[-1]) if done.stderr.split() else None,
    }


if __name__ == "__main__":
    sys.exit(main())
