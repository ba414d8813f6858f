"""`ape run safe`: a file goes from owner to owner without a network, and anyone sends it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ape import accounts as ape_accounts
from support.cli import ROOT, Result, run_ape, running_anvil
from support.operators import policy_file
from support.safe import deploy_safe
from support.schemas import require_schema
from web3 import HTTPProvider, Web3


@pytest.fixture(scope="module")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """An anvil like the testnet; PAUSER is a Safe of three."""
    owners = [ape_accounts.test_accounts[i].address for i in (23, 24, 25)]
    with running_anvil() as anvil:
        safe = deploy_safe(Web3(HTTPProvider(anvil)), owners, 2)
        people = "".join(f'  owner_{i}: "{a}"\n' for i, a in enumerate(owners))
        path = policy_file(
            tmp_path_factory.mktemp("deployment"),
            ROOT / "deployments/rehearsal/policy.yaml",
            ("\nauditors:\n", f'  governance: "{safe}"\n{people}\nauditors:\n'),
            ("{member: pauser, delay", "{member: governance, delay"),
            (
                "\nlimits:\n",
                "\nsafes:\n  governance: {owners: [owner_0, owner_1, owner_2], threshold: 2}\n\nlimits:\n",
            ),
        )
        done = run_ape("deploy", "apply", "--yes", "--json", network=anvil, policy=path)
        assert done.code == 0, done.stderr
        yield anvil, path


def safe(
    command: str, file: Path, *options: str, deployed: tuple[str, Path], online: bool = False
) -> Result:
    result = run_ape(
        "safe", command, str(file), *options, "--json",
        network=deployed[0] if online else None, policy=deployed[1] if online else None,
    )  # fmt: skip
    name = "error" if "error" in (result.document or {}) else f"safe-{command}"
    if command == "execute" and name != "error":
        assert result.document is not None
        name = result.document["schema"].split("/")[1]
    require_schema(name, result.document)
    return result


def proposed(deployed: tuple[str, Path], flag: str) -> tuple[Path, dict[str, Any]]:
    """A pause that the first owner has signed."""
    result = run_ape(
        "guard", "pause", flag, "--via", "safe:governance", "--account", "TEST::23", "--yes", "--json",
        network=deployed[0], policy=deployed[1],
    )  # fmt: skip
    assert result.code == 5, result.stderr
    assert result.document is not None
    require_schema("operation", result.document)
    return Path(result.document["proposal"]["file"]), result.document


def test_safe__from_owner_to_owner__is_executed_once(deployed: tuple[str, Path]) -> None:
    file, document = proposed(deployed, "minting")
    shown = safe("show", file, deployed=deployed).document
    assert shown is not None
    assert shown["decoded"] == "token.pause(flags=minting)"
    assert shown["safe_label"] == "governance"
    assert shown["safe_tx_hash"] == document["proposal"]["safe_tx_hash"]
    assert [(s["label"], s["counts"]) for s in shown["signatures"]] == [("owner_0", True)]
    assert (shown["missing"], shown["threshold"]) == (1, 2)

    early = safe("execute", file, "--account", "TEST::6", "--yes", deployed=deployed, online=True)
    assert early.code == 5
    stranger = safe("sign", file, "--account", "TEST::16", "--yes", deployed=deployed)
    assert stranger.code == 4
    assert "is no owner of the Safe governance" in stranger.error

    signed = safe("sign", file, "--account", "TEST::24", "--yes", deployed=deployed)
    assert signed.code == 0, signed.stderr
    assert signed.document is not None
    assert (signed.document["missing"], signed.document["already"]) == (0, False)
    again = safe("sign", file, "--account", "TEST::24", "--yes", deployed=deployed).document
    assert again is not None
    assert again["already"] is True

    sent = safe("execute", file, "--account", "TEST::6", "--yes", deployed=deployed, online=True)
    assert sent.code == 0, sent.stderr
    assert sent.document is not None
    assert len(sent.document["transactions"]) == 1
    once = safe("execute", file, "--account", "TEST::6", "--yes", deployed=deployed, online=True)
    assert once.document is not None
    assert (once.code, once.document["already"], once.document["transactions"]) == (0, True, [])
    people = run_ape("safe", "show", str(file))
    assert document["proposal"]["message_hash"] in people.stdout


def test_execute__nonce_used_by_another__is_refused(deployed: tuple[str, Path]) -> None:
    file, _ = proposed(deployed, "burning")
    other, _ = proposed(deployed, "transfers")
    for each in (file, other):
        assert safe("sign", each, "--account", "TEST::25", "--yes", deployed=deployed).code == 0
    sent = safe("execute", other, "--account", "TEST::6", "--yes", deployed=deployed, online=True)
    assert sent.code == 0, sent.stderr
    stale = safe("execute", file, "--account", "TEST::6", "--yes", deployed=deployed, online=True)
    assert stale.code == 4
    assert "which is used" in stale.error


def test_show__changed_file__is_refused(deployed: tuple[str, Path], tmp_path: Path) -> None:
    file, _ = proposed(deployed, "authorizations")
    changed = json.loads(file.read_text())
    for key, value in (("data", "0x"), ("nonce", 99)):
        copy = tmp_path / f"{key}.json"
        copy.write_text(json.dumps({**changed, key: value}))
        result = safe("show", copy, deployed=deployed)
        assert result.code == 2
        assert "somebody changed it" in result.error


def test_show__somewhere_else__does_not_know_whose_it_is(
    deployed: tuple[str, Path], tmp_path: Path
) -> None:
    file, _ = proposed(deployed, "authorizations")
    folder = tmp_path / "a" / "b" / "c"
    folder.mkdir(parents=True)
    copy = Path(shutil.copy(file, folder))
    shown = safe("show", copy, deployed=deployed).document
    assert shown is not None
    assert [s["counts"] for s in shown["signatures"]] == [None]
    assert shown["decoded"].startswith("unknown ")
    refused = safe("sign", copy, "--account", "TEST::24", "--yes", deployed=deployed)
    assert refused.code == 2
    assert "no policy says who owns the Safe" in refused.error
