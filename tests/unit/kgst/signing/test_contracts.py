"""Auditors that are contracts: their signatures travel in the same files, as claimed until a node can be asked."""

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from support import drafts, rotations, upgrades
from support.in_process import invoke

from kgst.signing.files import AuditorSet, AuditorsOrder
from kgst.signing.shapes import MAX_SIGNATURE
from kgst.storing import read_model

ROOT = Path(__file__).parents[4]
CONTRACT = "0x9fE46736679d2D9a65F0992F2272dE9f3c7fa6e0"
BYTES = "0x" + "c0ffee" * 65


def seated(auditors: AuditorSet, **changes: Any) -> AuditorSet:
    """The set with the contract in the third seat."""
    members = sorted([*auditors.members[:2], CONTRACT], key=lambda one: int(one, 16))
    return auditors.model_copy(update={"members": tuple(members), **changes})


def attestation(**changes: Any) -> AuditorsOrder:
    draft = drafts.make()
    auditors = seated(draft.signers, **changes)
    return draft.model_copy(update={"chain": draft.chain.model_copy(update={"auditors": auditors})})


def rotation(**changes: Any) -> AuditorsOrder:
    draft = rotations.make()
    return draft.model_copy(update={"current": seated(draft.current, **changes)})


def upgrade(**changes: Any) -> AuditorsOrder:
    file = upgrades.make()
    return file.model_copy(update={"auditors": seated(file.auditors, **changes)})


Kind = tuple[str, Callable[..., AuditorsOrder]]
KINDS = pytest.mark.parametrize(
    ("room", "make"),
    [("reserves", attestation), ("auditors", rotation), ("upgrade", upgrade)],
)


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Runs `ape run …` in this process."""
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr("kgst.signing.deadlines.clock", lambda: drafts.NOW + 60)
    return invoke


def written(draft: AuditorsOrder, folder: Path, name: str, signer: str, **fields: Any) -> Path:
    """A signature file of `signer`; `fields` replace what is in it."""
    file = draft.signed_by(signer, bytes.fromhex(BYTES[2:]), by_contract=True)
    return drafts.edited(drafts.saved(file, folder / f"{name}.sig.json"), **fields)


@KINDS
def test_collect__contract_and_key__is_complete_and_says_what_is_open(
    run: Any, tmp_path: Path, room: str, make: Any
) -> None:
    draft = make()
    path = drafts.saved(draft, tmp_path / "draft.json")
    signed = draft.signed_by(
        drafts.auditor(0).address, drafts.raw_signature(draft.message, drafts.auditor(0))
    )
    key = drafts.saved(signed, tmp_path / "a.sig.json")
    # What keys sign is as it always was.
    assert "by_contract" not in key.read_text()
    contract = written(draft, tmp_path, "c", CONTRACT)
    result = run(room, "collect", path, key, contract, "--json")
    assert result.exit_code == 0, result.output
    document = json.loads(result.stdout)
    drafts.require_schema(document, f"{room}-collect")
    assert document["unchecked"] == [CONTRACT]
    both = json.loads((tmp_path / "draft.signed.json").read_text())["signatures"]
    found = {one["signer"]: one for one in both}
    assert found[CONTRACT]["signature"] == BYTES
    assert found[CONTRACT]["by_contract"] is True
    assert set(found[drafts.auditor(0).address]) == {"signer", "signature"}
    people = run(room, "collect", path, key, contract)
    assert "whether that contract takes it only a node can tell" in " ".join(people.stdout.split())


@KINDS
def test_collect__claim_of_a_contract__hides_no_key(
    run: Any, tmp_path: Path, room: str, make: Any
) -> None:
    """That an auditor is a contract anyone can write; of one signer a key's signature goes first."""
    draft = make()
    path = drafts.saved(draft, tmp_path / "draft.json")
    a, b = (drafts.auditor(i) for i in (0, 1))
    claim = written(draft, tmp_path, "0", a.address)
    keys = [
        drafts.saved(
            draft.signed_by(one.address, drafts.raw_signature(draft.message, one)),
            tmp_path / f"{one.address}.sig.json",
        )
        for one in (a, b)
        if one.address in draft.signers.members
    ]
    result = run(room, "collect", path, claim, *keys, "--json")
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["unchecked"] == []
    signed = json.loads((tmp_path / "draft.signed.json").read_text())["signatures"]
    assert all("by_contract" not in one for one in signed)
    last = run(room, "collect", path, *keys, claim, "--json", "--force")
    assert json.loads(last.stdout)["repeated_files"] == [str(claim)]


@KINDS
def test_collect__contract_that_may_not_sign__is_refused(
    run: Any, tmp_path: Path, room: str, make: Any
) -> None:
    path = drafts.saved(make(), tmp_path / "draft.json")
    stranger = written(make(), tmp_path, "d", drafts.OTHER)
    result = run(room, "collect", path, stranger)
    assert result.exit_code == 2
    assert f"is said to be of {drafts.OTHER}, who is not one of" in " ".join(result.stderr.split())
    suspended = make(suspended=(CONTRACT,))
    drafts.saved(suspended, path)
    result = run(room, "collect", path, written(suspended, tmp_path, "c", CONTRACT))
    assert f"{CONTRACT} is suspended" in " ".join(result.stderr.split())


@KINDS
def test_collect__keys_signature_of_another_length__is_refused(
    run: Any, tmp_path: Path, room: str, make: Any
) -> None:
    path = drafts.saved(make(), tmp_path / "draft.json")
    claimed = written(make(), tmp_path, "c", CONTRACT, by_contract=False)
    result = run(room, "collect", path, claimed)
    assert result.exit_code == 2
    assert "a key's signature is 0x and 130 digits" in " ".join(result.stderr.split())


@pytest.mark.parametrize(("room", "make"), [("reserves", attestation), ("auditors", rotation)])
def test_sign__for_a_contract__writes_what_its_owners_made(
    run: Any, tmp_path: Path, room: str, make: Any
) -> None:
    draft = make()
    path = drafts.saved(draft, tmp_path / "draft.json")
    arguments = (room, "sign", path, "--for", CONTRACT, "--signature", BYTES)
    result = run(*arguments, "--json")
    assert result.exit_code == 0, result.output
    document = json.loads(result.stdout)
    drafts.require_schema(document, f"{room}-sign")
    assert (document["signer"], document["by_contract"]) == (CONTRACT, True)
    file = Path(document["signature_file"])
    assert file.name == "draft.9fe46736.sig.json"
    name = "file-signature" if room == "reserves" else "file-rotation-signature"
    drafts.require_schema(json.loads(file.read_text()), name)
    found = read_model(file, draft.signature_file, "a signature")
    assert (found.signature, found.by_contract) == (BYTES, True)
    said = " ".join(run(*arguments).stdout.split())
    assert f"Its owners sign the digest: {draft.digest}" in said
    assert "only a node can tell" in said


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("--for", CONTRACT), 2, "belong together"),
        (("--signature", BYTES), 2, "belong together"),
        (("--for", CONTRACT.lower(), "--signature", BYTES), 2, "with its checksum"),
        (("--for", CONTRACT, "--signature", "0x123"), 2, "two digits for each byte"),
        (("--for", CONTRACT, "--signature", "00" * (MAX_SIGNATURE + 1)), 2, "bytes at most"),
        (("--for", CONTRACT, "--signature", BYTES, "--account", "TEST::1"), 2, "give one of them"),
        (("--for", drafts.OTHER, "--signature", BYTES), 4, "not one of the auditors"),
    ],
)
def test_sign__for_a_contract_wrongly__is_refused(
    run: Any, tmp_path: Path, arguments: tuple[str, ...], code: int, said: str
) -> None:
    path = drafts.saved(attestation(), tmp_path / "draft.json")
    result = partial(run, "reserves", "sign", path)(*arguments)
    assert result.exit_code == code, result.output
    assert said in " ".join(result.stderr.split())
    assert list(tmp_path.glob("*.sig.json")) == []
