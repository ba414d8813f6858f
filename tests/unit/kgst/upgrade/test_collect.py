"""`ape run upgrade collect`: consents are put together as signatures on an attestation are."""

import json
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from support import drafts, upgrades
from support.in_process import invoke
from support.isolation import policy_of

from kgst.storing import read_model
from kgst.upgrade.files import SignedUpgradeFile

ROOT = Path(__file__).parents[4]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Runs `ape run upgrade collect …` in this process."""
    monkeypatch.chdir(ROOT)
    return partial(invoke, "upgrade", "collect")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """An upgrade, and beside it the consents a, b, c of its auditors."""
    upgrade = upgrades.make()
    for index, name in enumerate("abc"):
        consent = upgrades.consent_of(upgrade, drafts.auditor(index))
        drafts.saved(consent, tmp_path / f"{name}.sig.json")
    return drafts.saved(upgrade, tmp_path / "upgrade.json")


def refusal(result: Result, file: Path) -> str:
    """Why nothing was written."""
    assert result.exit_code == 2, result.output
    assert not file.with_name("upgrade.signed.json").exists()
    return " ".join(result.stderr.split())


def test_collect__threshold__writes_what_can_be_submitted(run: Any, file: Path) -> None:
    result = run(file, file.with_name("c.sig.json"), file.with_name("a.sig.json"), "--json")
    assert result.exit_code == 0, result.output
    document = json.loads(result.stdout)
    drafts.require_schema(document, "upgrade-collect")
    a, b, c = (drafts.auditor(i).address for i in range(3))
    assert (document["nonce"], document["signed_by"], document["missing"]) == (0, [a, c], [b])
    path = file.with_name("upgrade.signed.json")
    assert document["signed_file"] == str(path)
    drafts.require_schema(json.loads(path.read_text()), "file-signed-upgrade")
    signed = read_model(path, SignedUpgradeFile, SignedUpgradeFile.what)
    assert signed.draft == upgrades.make()
    assert [one.signer for one in signed.signatures] == [a, c]


def test_collect__one_of_two__waits_and_names_who_is_missing(run: Any, file: Path) -> None:
    policy = policy_of("rehearsal")
    result = run(file, file.with_name("b.sig.json"), "--policy", policy)
    assert result.exit_code == 5, result.output
    a, c = drafts.auditor(0).address, drafts.auditor(2).address
    said = " ".join(result.stdout.split())
    assert f"1 of 2 signatures. Missing: auditor_a {a}, auditor_c {c}" in said
    assert not file.with_name("upgrade.signed.json").exists()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"chain_id": 56}, "is for chain 56, the draft is for chain 97"),
        ({"token": drafts.OTHER}, f"is for the token {drafts.OTHER}"),
        ({"nonce": 1}, "signs another draft of the upgrade to KGSTLogic"),
        ({"data": b"\1"}, "signs another draft of the upgrade to KGSTLogic"),
    ],
)
def test_collect__consent_to_something_else__is_refused(
    run: Any, file: Path, changes: dict[str, Any], said: str
) -> None:
    other = upgrades.consent_of(upgrades.make(**changes), drafts.auditor(1))
    b = drafts.saved(other, file.with_name("b.sig.json"))
    assert said in refusal(run(file, file.with_name("a.sig.json"), b), file)


def test_collect__who_may_not_sign__is_refused(run: Any, file: Path, outsider: Any) -> None:
    stranger = upgrades.consent_of(upgrades.make(), outsider)
    path = drafts.saved(stranger, file.with_name("d.sig.json"))
    assert "who is not one of the auditors" in refusal(run(file, path), file)
    suspended = drafts.auditor(1).address
    drafts.saved(upgrades.make(suspended=(suspended,)), file)
    assert f"{suspended} is suspended" in refusal(run(file, file.with_name("b.sig.json")), file)


def test_collect__file_that_does_not_name_the_auditors__is_refused(run: Any, file: Path) -> None:
    document = json.loads(file.read_text())
    del document["auditors"]
    file.write_text(json.dumps(document))
    said = refusal(run(file, file.with_name("a.sig.json")), file)
    assert "auditors: it is missing" in said
