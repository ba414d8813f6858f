"""`ape run index verify --checkpoint` on an index of a chain whose validators sealed it, epoch by epoch."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from support.bsc.deployed import Deployed, deployed_on_bsc, quick
from support.drafts import require_schema

from kgst.proofs import Header, parlia

LENGTH = 100


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    """A deployment on a chain with short epochs, begun in the third: some without an event, a pause, one more."""
    with pytest.MonkeyPatch.context() as patch:
        # The double counts its blocks from 0, where BSC's first rules held, and its epochs are short here.
        patch.setitem(parlia._FORKS, 97, replace(parlia._FORKS[97], luban=0))
        patch.setattr(parlia, "_MAXWELL_LENGTH", LENGTH)

        def begin(node: Any) -> tuple[()]:
            node.mine(2 * LENGTH + 85)
            return ()

        folder = tmp_path_factory.mktemp("epochs")
        with deployed_on_bsc(folder, quick(epoch_length=LENGTH), changes=begin) as found:
            found.node.mine(4 * LENGTH)
            assert found.run("guard", "pause", "transfers", account="pauser").code == 0
            found.node.mine(LENGTH)
            yield found


def quiet(deployed: Deployed) -> int:
    """The first block of an epoch without an event: behind the deployment, however long that took, before the pause."""
    return (int(deployed.record["configuration"]["block_number"]) // LENGTH + 2) * LENGTH


def checkpoint(deployed: Deployed, number: int) -> str:
    """As an explorer has it."""
    return f"{number}:{deployed.node.ask('eth_getBlockByNumber', hex(number), False)['hash']}"


def test_verify__from_a_checkpoint__each_block_is_a_validator_s(lived: Deployed) -> None:
    assert lived.run("index", "sync").code == 0
    folder = lived.folder / "index"
    begun = json.loads((folder / "index.json").read_text())["first_block"]
    first = (begun // LENGTH - 1) * LENGTH
    done = lived.run_offline("index", "verify", folder, "--checkpoint", checkpoint(lived, first))
    assert done.code == 0, done.stdout
    assert done.document is not None
    require_schema(done.document, "index-verify")
    carried = done.document["checkpoint"]
    assert carried["epochs"] == carried["by_votes"] >= 3
    assert carried["unbound"] == 0
    assert carried["bound"] == done.document["index"]["blocks"] >= 5
    assert done.document["index"]["epochs"][0] == first
    assert done.document["summary"]["warning"] == 0

    without = lived.run_offline("index", "verify", folder)
    assert without.document is not None
    assert without.document["checkpoint"] is None


def test_verify__words__say_what_was_checked_and_what_was_not(lived: Deployed) -> None:
    from support import in_process

    assert lived.run("index", "sync").code == 0
    folder = lived.folder / "index"
    bare = in_process.invoke("index", "verify", str(folder)).stdout
    assert "--checkpoint NUMBER:HASH" in bare
    given = checkpoint(lived, 2 * LENGTH)
    told = in_process.invoke("index", "verify", str(folder), "--checkpoint", given).stdout
    assert "Not checked: that others than the one who signed it" in " ".join(told.split())
    assert "by votes of two thirds" in " ".join(told.split())


def test_verify__checkpoint_of_another_fork_or_none__is_refused(lived: Deployed) -> None:
    assert lived.run("index", "sync").code == 0
    folder = lived.folder / "index"
    other = f"{2 * LENGTH}:0x{64 * '1'}"
    assert lived.run_offline("index", "verify", folder, "--checkpoint", other).code == 3
    for text in ("200", checkpoint(lived, 2 * LENGTH + 1), checkpoint(lived, LENGTH)[:-1]):
        assert lived.run_offline("index", "verify", folder, "--checkpoint", text).code == 2, text


def test_sync__node_with_a_forged_epoch__keeps_events_and_says_so(
    lived: Deployed, tmp_path: Path
) -> None:
    """A header whose seal is nobody's of the set: events are kept, the epoch is not, and the next sync goes on."""
    folder = tmp_path / "again"
    folder.mkdir()
    for name in ("policy.yaml", "record.json"):
        (folder / name).write_bytes((lived.folder / name).read_bytes())
    forged_block, node = quiet(lived), lived.node

    def forged(request: Any, forward: Any) -> Any:
        answer = forward(request)
        if request["params"][0] == hex(forged_block):
            block = {**answer["result"], "gasUsed": "0x1"}
            block.pop("hash")
            answer["result"] = {**block, "hash": "0x" + Header.of_json(block).hash.hex()}
        return answer

    fresh = replace(lived, folder=folder)
    node.faults["eth_getBlockByNumber"] = forged
    try:
        done = fresh.run("index", "sync")
    finally:
        del node.faults["eth_getBlockByNumber"]
    assert done.code == 0, done.stdout
    assert done.document is not None
    told = [c for c in done.document["checks"] if c["item"] == "headers of epochs"]
    assert [c["state"] for c in told] == ["warning"]
    assert f"block {forged_block + 1} is not the child of block {forged_block}" in told[0]["found"]
    assert done.document["index"]["epochs"][1] == forged_block - LENGTH
    short = fresh.run_offline(
        "index", "verify", folder / "index", "--checkpoint", checkpoint(lived, 2 * LENGTH)
    )
    again = fresh.run("index", "sync")
    assert again.document is not None
    assert again.document["index"]["epochs"][1] > forged_block
    whole = fresh.run_offline(
        "index", "verify", folder / "index", "--checkpoint", checkpoint(lived, 2 * LENGTH)
    )
    # The pause is of an epoch behind the forged one: only now it is known who was to sign its block.
    assert (short.code, whole.code) == (3, 0)


def test_sync__without_headers_of_epochs__gets_them_later(lived: Deployed) -> None:
    """An index of before they were kept."""
    assert lived.run("index", "sync").code == 0
    path = lived.folder / "index" / "index.json"
    manifest = json.loads(path.read_text())
    whole = manifest.pop("epochs")
    path.write_text(json.dumps(manifest))
    given = checkpoint(lived, 2 * LENGTH)
    found = lived.run_offline("index", "verify", lived.folder / "index", "--checkpoint", given)
    assert found.code == 2
    assert lived.run("index", "sync").code == 0
    assert json.loads(path.read_text())["epochs"]["last"] >= whole["last"]
    found = lived.run_offline("index", "verify", lived.folder / "index", "--checkpoint", given)
    assert found.code == 0
