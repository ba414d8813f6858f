"""The files of a rotation: what is signed is what the token recovers; what contradicts itself is refused."""

import json
from pathlib import Path
from typing import Any

import pytest
from eth_account import Account
from eth_account.messages import encode_typed_data
from support import drafts, rotations

from kgst.auditors.files import RotationFile, SignedRotationFile
from kgst.reserves.files import AttestationFile
from kgst.signing.shapes import Signature
from kgst.storing import FileError, as_bytes, read_model

A_DRAFT = "a draft of a rotation"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """The file of a draft."""
    return drafts.saved(rotations.make(ends=rotations.everything_ends()), tmp_path / "r.json")


def refusal(path: Path) -> str:
    with pytest.raises(FileError) as raised:
        read_model(path, RotationFile, A_DRAFT)
    assert path.name in str(raised.value)
    return str(raised.value)


def test_rotation_file__what_was_written__is_the_same(path: Path) -> None:
    found = read_model(path, RotationFile, A_DRAFT)
    assert found == rotations.make(ends=rotations.everything_ends())
    assert as_bytes(found) == path.read_bytes()
    drafts.require_schema(json.loads(path.read_text()), "file-rotation")


def test_signature_and_signed_rotation__fit_their_schemas(tmp_path: Path) -> None:
    draft = rotations.make()
    files = [rotations.signature_of(draft, drafts.auditor(i)) for i in (0, 1)]
    for file in files:
        drafts.require_schema(json.loads(as_bytes(file)), "file-rotation-signature")
    signed = SignedRotationFile(
        draft=draft,
        signatures=tuple(Signature(signer=f.signer, signature=f.signature) for f in files),
    )
    path = drafts.saved(signed, tmp_path / "signed.json")
    drafts.require_schema(json.loads(path.read_text()), "file-signed-rotation")
    assert read_model(path, SignedRotationFile, "a signed rotation") == signed


def test_rotation_file__message__is_successors_threshold_version_in_office_and_deadline() -> None:
    draft = rotations.make()
    message = encode_typed_data(  # written out once more: the fields, their order and types
        {"name": "KGST", "version": "1", "chainId": 97, "verifyingContract": drafts.TOKEN},
        {
            "AuditorRotation": [
                {"name": "auditors", "type": "address[]"},
                {"name": "threshold", "type": "uint256"},
                {"name": "version", "type": "uint256"},
                {"name": "deadline", "type": "uint256"},
            ]
        },
        {
            "auditors": list(draft.new.members),
            "threshold": 2,
            "version": 3,
            "deadline": drafts.NOW + 3 * 86_400,
        },
    )
    assert draft.hashes.domain == "0x" + message.header.hex()
    assert draft.hashes.message == "0x" + message.body.hex()
    auditor = drafts.auditor(0)
    signature = rotations.signature_of(draft, auditor).signature
    assert Account.recover_message(message, signature=signature) == auditor.address


def test_rotation_file__changes__are_told() -> None:
    draft = rotations.make(suspended=(drafts.auditor(1).address,))
    assert draft.joining == (rotations.newcomer(0).address,)
    assert draft.leaving == (drafts.auditor(2).address,)
    assert draft.returning == (drafts.auditor(1).address,)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.99])
def test_rotation_file__truncated__says_that_it_was_cut_off(path: Path, share: float) -> None:
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    assert "not whole JSON" in refusal(path)


def test_rotation_file__an_attestation__is_another_format(tmp_path: Path) -> None:
    path = drafts.saved(drafts.make(), tmp_path / "attestation-5.json")
    assert "its format is 'kgst-attestation/3', not 'kgst-rotation/2'" in refusal(path)
    path = drafts.saved(rotations.make(), tmp_path / "rotation-3.json")
    with pytest.raises(FileError, match="its format is 'kgst-rotation/2'"):
        read_model(path, AttestationFile, "a draft of an attestation")


def same_three() -> tuple[str, ...]:
    return tuple(drafts.auditor(i).address for i in range(3))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"members": same_three()}, "the new auditors are the current ones"),
        ({"new": {"version": 5}}, "version 5 does not follow version 3"),
        ({"new": {"version": 3}}, "version 3 does not follow version 3"),
        ({"new": {"suspended": [same_three()[0]]}}, "nobody is suspended in a new set"),
        ({"new": {"threshold": 1}}, "new.threshold: found 1"),
        ({"new": {"threshold": 4}}, "the threshold is not a majority"),
        ({"new": {"members": list(reversed(same_three()))}}, "not in ascending order, each once"),
        ({"new": {"members": [same_three()[0]] * 2}}, "not in ascending order, each once"),
        ({"new": {"members": [same_three()[0].lower(), same_three()[1]]}}, "EIP-55 checksum"),
        ({"ends": {"consent": "0x55"}}, "ends.consent"),
        ({"more": 1}, "more: nothing reads this key"),
    ],
)
def test_rotation_file__contradicts_itself__is_refused(
    tmp_path: Path, changes: dict[str, Any], said: str
) -> None:
    made = rotations.make(**({"members": changes.pop("members")} if "members" in changes else {}))
    document = json.loads(as_bytes(made))
    for key, value in changes.items():
        document[key] = document[key] | value if isinstance(value, dict) else value
    path = tmp_path / "r.json"
    path.write_text(json.dumps(document))
    assert said in refusal(path)


def test_rotation_file__same_set_and_a_suspension__is_read(tmp_path: Path) -> None:
    made = rotations.make(members=same_three(), suspended=same_three()[2:])
    path = drafts.saved(made, tmp_path / "r.json")
    assert read_model(path, RotationFile, A_DRAFT) == made
