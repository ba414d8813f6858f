"""`ape run reserves collect`: whose signatures count, and which spoil the submission."""

import json
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from support import drafts
from support.in_process import invoke
from support.isolation import policy_of

from kgst.reserves.files import SignedFile
from kgst.storing import read_model

ROOT = Path(__file__).parents[4]
ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Runs `ape run reserves collect …` in this process."""
    monkeypatch.chdir(ROOT)
    return partial(invoke, "reserves", "collect")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the draft and the signatures a, b, c of its auditors."""
    draft = drafts.make()
    drafts.saved(draft, tmp_path / "attestation-5.json")
    for index, name in enumerate("abc"):
        signature = drafts.signature_of(draft, drafts.auditor(index))
        drafts.saved(signature, tmp_path / f"{name}.sig.json")
    return tmp_path


def addresses(*indices: int) -> list[str]:
    return [drafts.auditor(i).address for i in indices]


def refusal(result: Result, folder: Path) -> str:
    """The message with which signatures are refused; nothing was written."""
    assert result.exit_code == 2, result.output
    assert not (folder / "attestation-5.signed.json").exists()
    assert "Traceback" not in result.stderr
    return " ".join(result.stderr.split())


def test_collect__threshold__writes_what_can_be_submitted(run: Any, folder: Path) -> None:
    result = run(folder / "attestation-5.json", folder / "c.sig.json", folder / "a.sig.json", "--json")  # fmt: skip
    assert result.exit_code == 0, result.output
    document = json.loads(result.stdout)
    drafts.require_schema(document, "reserves-collect")
    assert (document["complete"], document["needed"]) == (True, 2)
    assert document["signed_by"] == addresses(0, 2)
    assert document["missing"] == addresses(1)
    path = folder / "attestation-5.signed.json"
    assert document["signed_file"] == str(path)
    signed = read_model(path, SignedFile, "a signed attestation")
    assert signed.draft == drafts.make()
    assert [one.signer for one in signed.signatures] == addresses(0, 2)


def test_collect__one_of_two__waits_and_names_who_is_missing(run: Any, folder: Path) -> None:
    policy = policy_of("rehearsal")
    result = run(folder / "attestation-5.json", folder / "b.sig.json", "--policy", policy)
    assert result.exit_code == 5, result.output
    said = " ".join(result.stdout.split())
    a, c = addresses(0, 2)
    assert f"1 of 2 signatures. Missing: auditor_a {a}, auditor_c {c}" in said
    assert not (folder / "attestation-5.signed.json").exists()
    result = run(folder / "attestation-5.json", folder / "b.sig.json", "--json")
    assert result.exit_code == 5, result.output
    document = json.loads(result.stdout)
    drafts.require_schema(document, "reserves-collect")
    assert (document["complete"], document["signed_file"]) == (False, None)


def test_collect__one_signer_twice__counts_once(run: Any, folder: Path) -> None:
    again = folder / "a-again.sig.json"
    again.write_bytes((folder / "a.sig.json").read_bytes())
    result = run(folder / "attestation-5.json", folder / "a.sig.json", again, "--json")
    assert result.exit_code == 5, result.output
    document = json.loads(result.stdout)
    assert document["signed_by"] == addresses(0)
    assert document["repeated_files"] == [str(again)]
    people = run(folder / "attestation-5.json", folder / "a.sig.json", again)
    assert "Counted once:" in people.stdout


def test_collect__large_rise__needs_every_auditor(run: Any, folder: Path) -> None:
    draft = drafts.make(reserves=1_045_001)  # one tyiyn above 9,500 som + 10 %
    path = drafts.saved(draft, folder / "attestation-5.json")
    for index, name in enumerate("abc"):
        drafts.saved(drafts.signature_of(draft, drafts.auditor(index)), folder / f"{name}.sig.json")
    two = run(path, folder / "a.sig.json", folder / "b.sig.json")
    assert two.exit_code == 5
    said = " ".join(two.stdout.split())
    assert "2 of 3 signatures, since all 3 auditors must sign. Missing:" in said
    assert run(path, *(folder / f"{name}.sig.json" for name in "abc")).exit_code == 0


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"chain_id": 56}, "is for chain 56, the draft is for chain 97"),
        ({"token": drafts.OTHER}, f"is for the token {drafts.OTHER}, the draft is for the token"),
        ({"as_of": drafts.NOW - 1}, "signs another draft of epoch 5"),
        ({"reserves": 1_000_001}, "signs another draft of epoch 5"),
    ],
)
def test_collect__signature_on_another_draft__is_refused(
    run: Any, folder: Path, changes: dict[str, Any], said: str
) -> None:
    other = drafts.make(**changes)
    drafts.saved(drafts.signature_of(other, drafts.auditor(1)), folder / "b.sig.json")
    result = run(folder / "attestation-5.json", folder / "a.sig.json", folder / "b.sig.json")
    message = refusal(result, folder)
    assert "b.sig.json: " in message
    assert said in message


def test_collect__signature_of_another_epoch__is_refused(run: Any, folder: Path) -> None:
    draft = drafts.make()
    drafts.saved(drafts.signature_of(draft, drafts.auditor(1), epoch=4), folder / "b.sig.json")
    message = refusal(run(folder / "attestation-5.json", folder / "b.sig.json"), folder)
    assert "is for epoch 4, the draft is for epoch 5; leave the file out" in message


@pytest.mark.parametrize("changes", [{"chain_id": 56}, {"token": drafts.OTHER}, {"settled": 0}])
def test_collect__another_message_that_claims_to_be_this__is_refused(
    run: Any, folder: Path, changes: dict[str, Any]
) -> None:
    """The file lies about everything but its signature."""
    here, other = drafts.make(), drafts.make(**changes)
    claims = drafts.signature_of(here, drafts.auditor(1)).model_dump()
    claims["signature"] = drafts.signature_of(other, drafts.auditor(1)).signature
    (folder / "b.sig.json").write_text(json.dumps(claims))
    message = refusal(run(folder / "attestation-5.json", folder / "b.sig.json"), folder)
    assert "who is not one of the auditors, or is on another message" in message
    assert addresses(1)[0] in message


def test_collect__signer_is_not_who_the_file_names__is_refused(run: Any, folder: Path) -> None:
    drafts.edited(folder / "a.sig.json", signer=addresses(1)[0])
    message = refusal(run(folder / "attestation-5.json", folder / "a.sig.json"), folder)
    assert f"names {addresses(1)[0]}, and the signature is of {addresses(0)[0]}" in message


def test_collect__stranger__is_refused(run: Any, folder: Path, outsider: Any) -> None:
    drafts.saved(drafts.signature_of(drafts.make(), outsider), folder / "d.sig.json")
    message = refusal(run(folder / "attestation-5.json", folder / "d.sig.json"), folder)
    assert f"is of {outsider.address}, who is not one of the auditors" in message


def test_collect__suspended_auditor__is_refused(run: Any, folder: Path) -> None:
    draft = drafts.make(suspended=tuple(addresses(1)))
    path = drafts.saved(draft, folder / "attestation-5.json")
    message = refusal(run(path, folder / "a.sig.json", folder / "b.sig.json"), folder)
    assert f"{addresses(1)[0]} is suspended" in message
    result = run(path, folder / "a.sig.json", "--json")
    assert json.loads(result.stdout)["missing"] == addresses(2)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda r, s, v: r + (ORDER - s).to_bytes(32) + bytes([55 - v]), "its s is high"),
        (lambda r, s, v: r + s.to_bytes(32) + bytes([v - 27]), "its last byte v is"),
        (lambda r, s, v: bytes(64) + bytes([v]), "it is no key's signature"),
        (lambda r, s, v: r + s.to_bytes(32), "b.sig.json: signature: found"),
        (lambda r, s, v: r + s.to_bytes(32) + bytes([v, v]), "b.sig.json: signature: found"),
    ],
)
def test_collect__malformed_signature__is_refused(
    run: Any, folder: Path, change: Any, said: str
) -> None:
    raw = bytes.fromhex(json.loads((folder / "b.sig.json").read_text())["signature"][2:])
    wrong = change(raw[:32], int.from_bytes(raw[32:64]), raw[64])
    drafts.edited(folder / "b.sig.json", signature="0x" + wrong.hex())
    result = run(folder / "attestation-5.json", folder / "a.sig.json", folder / "b.sig.json")
    message = refusal(result, folder)
    assert said in message
    assert "again" in message


def test_collect__several_bad_files__names_each(run: Any, folder: Path) -> None:
    (folder / "a.sig.json").write_bytes((folder / "a.sig.json").read_bytes()[:-10])
    (folder / "b.sig.json").write_bytes(b"\x89PNG\r\n\x1a\n\xff")
    drafts.edited(folder / "c.sig.json", note="hello")
    result = run(folder / "attestation-5.json", *(folder / f"{n}.sig.json" for n in "abc"), "--json")  # fmt: skip
    message = json.loads(result.stdout)["error"]["message"]
    assert "a.sig.json: not whole JSON" in message
    assert "b.sig.json: byte 0 is not UTF-8" in message
    assert "c.sig.json: note: nothing reads this key" in message
    refusal(result, folder)


def test_collect__draft_given_as_a_signature__is_refused(run: Any, folder: Path) -> None:
    path = folder / "attestation-5.json"
    message = refusal(run(path, path), folder)
    assert "this is not an auditor's signature: its format is 'kgst-attestation/3'" in message


def test_collect__signed_file_is_there__is_kept_unless_forced(run: Any, folder: Path) -> None:
    arguments = (folder / "attestation-5.json", folder / "a.sig.json", folder / "b.sig.json")
    assert run(*arguments).exit_code == 0
    path = folder / "attestation-5.signed.json"
    before = path.read_bytes()
    assert run(*arguments).exit_code == 0
    more = run(*arguments, folder / "c.sig.json")
    assert more.exit_code == 2
    assert "is there already with other content" in more.stderr
    assert path.read_bytes() == before
    assert run(*arguments, folder / "c.sig.json", "--force").exit_code == 0
    assert len(json.loads(path.read_text())["signatures"]) == 3
    overwriting = run(*arguments, "--out", folder / "a.sig.json", "--force")
    assert overwriting.exit_code == 2
    assert "would overwrite" in overwriting.stderr
