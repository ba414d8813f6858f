"""`ape run safe`: a file goes from owner to owner without a network, and anyone sends it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.bsc.deployed import Deployed, deployed_on_bsc
from support.bsc.safes import paused_by_a_safe
from support.cli import Result, run_ape
from support.schemas import require_schema


@pytest.fixture(scope="module")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    """PAUSER is a Safe of three."""
    with deployed_on_bsc(tmp_path_factory.mktemp("deployment"), changes=paused_by_a_safe) as found:
        yield found


def safe(
    command: str,
    *files: Path,
    deployed: Deployed,
    account: str | None = None,
    online: bool = False,
    own: bool = True,
) -> Result:
    """The command; without a network with the signer's own policy, or without any."""
    words = ("safe", command, *map(str, files))
    if online:
        result = deployed.run(*words, account=account)
    else:
        signer = ["--account", account, "--yes"] if account else []
        policy = ["--policy", str(deployed.policy)] if own else []
        result = deployed.run_offline(*words, *signer, *policy)
    name = "error" if "error" in (result.document or {}) else f"safe-{command}"
    if command == "execute" and name != "error":
        assert result.document is not None
        name = result.document["schema"].split("/")[1]
    require_schema(name, result.document)
    return result


def proposed(deployed: Deployed, flag: str) -> tuple[Path, dict[str, Any]]:
    """A pause that the first owner has signed."""
    result = deployed.run("guard", "pause", flag, "--via", "safe:governance", account="owner_a")
    assert result.code == 5, result.stderr
    assert result.document is not None
    require_schema("operation", result.document)
    return Path(result.document["proposal"]["file"]), result.document


def test_safe__from_owner_to_owner__is_executed_once(deployed: Deployed) -> None:
    file, document = proposed(deployed, "minting")
    shown = safe("show", file, deployed=deployed).document
    assert shown is not None
    assert shown["decoded"] == "token.pause(flags=minting)"
    assert shown["safe_label"] == "governance"
    assert shown["safe_tx_hash"] == document["proposal"]["safe_tx_hash"]
    assert [(s["label"], s["counts"]) for s in shown["signatures"]] == [("owner_a", True)]
    assert (shown["missing"], shown["threshold"]) == (1, 2)

    early = safe("execute", file, account="unpauser", deployed=deployed, online=True)
    assert early.code == 5
    stranger = safe("sign", file, account="outsider", deployed=deployed)
    assert stranger.code == 4
    assert "is no owner of the Safe governance" in stranger.error

    signed = safe("sign", file, account="owner_b", deployed=deployed)
    assert signed.code == 0, signed.stderr
    assert signed.document is not None
    assert (signed.document["missing"], signed.document["already"]) == (0, False)
    again = safe("sign", file, account="owner_b", deployed=deployed).document
    assert again is not None
    assert again["already"] is True

    sent = safe("execute", file, account="unpauser", deployed=deployed, online=True)
    assert sent.code == 0, sent.stderr
    assert sent.document is not None
    assert len(sent.document["transactions"]) == 1
    once = safe("execute", file, account="unpauser", deployed=deployed, online=True)
    assert once.document is not None
    assert (once.code, once.document["already"], once.document["transactions"]) == (0, True, [])
    people = run_ape("safe", "show", str(file))
    assert document["proposal"]["message_hash"] in people.stdout


def test_execute__nonce_used_by_another__is_refused(deployed: Deployed) -> None:
    file, _ = proposed(deployed, "burning")
    other, _ = proposed(deployed, "transfers")
    for each in (file, other):
        assert safe("sign", each, account="owner_c", deployed=deployed).code == 0
    sent = safe("execute", other, account="unpauser", deployed=deployed, online=True)
    assert sent.code == 0, sent.stderr
    stale = safe("execute", file, account="unpauser", deployed=deployed, online=True)
    assert stale.code == 4
    assert "which is used" in stale.error


def test_safe__signed_on_two_machines_at_once__is_collected_and_executed(
    deployed: Deployed, tmp_path: Path
) -> None:
    file, _ = proposed(deployed, "minting")
    folder = tmp_path / "deployments/network/safe/governance"
    shutil.copytree(deployed.folder / "safe", folder.parent)
    shutil.copy(deployed.policy, folder.parents[1])
    copy = folder / file.name
    for each in copy.parent.glob("*.sig.json"):
        each.unlink()
    signed = safe("sign", copy, account="owner_c", deployed=deployed).document
    assert signed is not None
    assert signed["missing"] == 1, "the first owner's signature is not on this machine"
    for name in (file.name, file.with_suffix(".tx-builder.json").name):
        assert (folder / name).read_bytes() == (file.parent / name).read_bytes(), "nothing to merge"
    found = safe("collect", file, Path(signed["signature_file"]), deployed=deployed)
    assert found.code == 0, found.stderr
    assert found.document is not None
    labels = {deployed.address(label) for label in ("owner_a", "owner_c")}
    assert set(found.document["signed_by"]) == labels
    ready = Path(found.document["signed_file"])
    sent = safe("execute", ready, account="unpauser", deployed=deployed, online=True)
    assert sent.code == 0, sent.stderr
    assert sent.document is not None
    assert len(sent.document["transactions"]) == 1
    # By whichever of its files: it is one transaction.
    once = safe("execute", file, account="unpauser", deployed=deployed, online=True)
    assert once.document is not None
    assert (once.code, once.document["already"]) == (0, True)


def test_show__changed_file__is_refused(deployed: Deployed, tmp_path: Path) -> None:
    file, _ = proposed(deployed, "authorizations")
    changed = json.loads(file.read_text())
    for key, value in (("data", "0x"), ("nonce", 99)):
        copy = tmp_path / f"{key}.json"
        copy.write_text(json.dumps({**changed, key: value}))
        result = safe("show", copy, deployed=deployed)
        assert result.code == 2
        assert "somebody changed it" in result.error


def test_show__somewhere_else__does_not_know_whose_it_is(
    deployed: Deployed, tmp_path: Path
) -> None:
    file, _ = proposed(deployed, "authorizations")
    folder = tmp_path / "a" / "b" / "c"
    folder.mkdir(parents=True)
    for each in file.parent.glob(f"{file.stem}*.json"):
        shutil.copy(each, folder)
    copy = folder / file.name
    # Where the folder of a deployment would have them; but it is the sender's.
    shutil.copy(deployed.policy, tmp_path / "a" / "policy.yaml")
    shutil.copy(deployed.folder / "record.json", tmp_path / "a")
    shown = safe("show", copy, deployed=deployed, own=False).document
    assert shown is not None
    assert [s["counts"] for s in shown["signatures"]] == [None]
    assert [s["label"] for s in shown["signatures"]] == [None]
    assert shown["decoded"].startswith(f"{deployed.token}.pause(")
    refused = safe("sign", copy, account="owner_b", deployed=deployed, own=False)
    assert refused.code == 2
    assert "no policy says who owns the Safe" in refused.error
