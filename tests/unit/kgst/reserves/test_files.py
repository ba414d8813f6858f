"""The files of an attestation: what is written reads back, whatever was changed on the way is refused."""

import json
import os
from pathlib import Path
from typing import Any

import pytest
from support import drafts

from kgst.errors import ExitCode
from kgst.reserves.files import AttestationFile, SignatureFile, SignedFile
from kgst.storing import MAX_BYTES, FileError, as_bytes, read_model, require_apart, write_new

A_DRAFT = "a draft of an attestation"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """The file of a draft."""
    return drafts.saved(drafts.make(), tmp_path / "attestation-5.json")


def refusal(path: Path) -> str:
    """Why the draft at `path` is refused; one message that names the file."""
    with pytest.raises(FileError) as raised:
        read_model(path, AttestationFile, A_DRAFT)
    assert raised.value.exit_code is ExitCode.USAGE
    assert path.name in str(raised.value)
    return str(raised.value)


def test_read_model__what_was_written__is_the_same(path: Path) -> None:
    found = read_model(path, AttestationFile, A_DRAFT)
    assert found == drafts.make()
    assert as_bytes(found) == path.read_bytes()
    drafts.require_schema(json.loads(path.read_text()), "file-attestation")


def test_read_model__byte_order_mark__is_read(path: Path) -> None:
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert read_model(path, AttestationFile, A_DRAFT) == drafts.make()


@pytest.mark.parametrize("share", [0.1, 0.5, 0.99])
def test_read_model__truncated__says_that_it_was_cut_off(path: Path, share: float) -> None:
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    message = refusal(path)
    assert "not whole JSON" in message
    assert "line " in message
    assert "ask for it again" in message


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "the file is empty"),
        (b"  \n", "the file is empty"),
        (b"\xff\xfe{\x00", "is not UTF-8"),
        (b"[1]", "this is not a draft of an attestation: its format is None"),
        (b"5", "its format is None"),
        (b'{"format": "kgst-signature/1"}', "its format is 'kgst-signature/1'"),
        (b'{"format": "kgst-attestation/1"}', "its format is 'kgst-attestation/1'"),
        (b'{"format": NaN}', "NaN is not a number"),
        (b'{"format": 1, "format": 2}', "the key 'format' appears twice"),
        (b'{"format": ' + b"9" * 5_000 + b"}", "not whole JSON"),
        (b"[" * 100_000, "recursion limit exceeded"),
        (b"x" * (MAX_BYTES + 1), "larger than 1024 KiB"),
        (b"%PDF-1.7", "not whole JSON (expected value at line 1 column 1)"),
    ],
)
def test_read_model__something_else__says_what_it_is(path: Path, content: bytes, said: str) -> None:
    path.write_bytes(content)
    message = refusal(path)
    assert said in message
    assert len(message) < 500


def test_read_model__no_file__says_why(tmp_path: Path) -> None:
    assert "No such file" in refusal(tmp_path / "absent.json")
    assert "a folder, not a file" in refusal(tmp_path)
    os.mkfifo(tmp_path / "pipe.json")
    assert "a device, pipe or socket" in refusal(tmp_path / "pipe.json")


def _set(document: dict[str, Any], key: str, value: Any) -> None:
    *parents, last = key.split(".")
    for parent in parents:
        document = document[parent]
    document[last] = value


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        (
            "attestation.reserves",
            1_000_000,
            "attestation.reserves: found 1000000: it is not a decimal",
        ),
        ("attestation.reserves", "1e6", "it is not a decimal string"),
        ("attestation.reserves", "01000000", "a leading zero looks like a slip"),
        ("attestation.reserves", "-5", "it is not a decimal string"),
        ("attestation.reserves", "١٠٠", "it is not a decimal string"),
        ("attestation.reserves", "9" * 30, "attestation.reserves"),
        ("attestation.reserves", "1000001", "result is not what follows"),
        ("attestation.epoch", "5", "attestation.epoch"),
        ("attestation.epoch", True, "attestation.epoch"),
        ("attestation.epoch", 7, "epoch 7 does not follow epoch 4"),
        (
            "attestation.as_of",
            drafts.NOW + 1,
            "as_of is before the last attestation's, or after",
        ),
        ("attestation.as_of", drafts.NOW - 86_401, "as_of is before the last attestation's"),
        (
            "attestation.settled",
            "500000001",
            "settled 500.000001 som is more than all that was burned, 500.00",
        ),
        ("attestation.report_hash", "0x" + "AB" * 32, "attestation.report_hash"),
        ("attestation.report_hash", "0x55", "attestation.report_hash"),
        ("attestation.extra", 1, "attestation.extra: nothing reads this key"),
        ("domain.chain_id", 97.5, "domain.chain_id"),
        ("domain.name", "KGST2", "domain.name"),
        ("domain.verifying_contract", drafts.TOKEN.lower(), "EIP-55 checksum"),
        ("result.headroom", "0", "result is not what follows"),
        ("result.signatures_needed", 3, "result is not what follows"),
        ("chain.auditors.threshold", 1, "chain.auditors.threshold"),
        ("chain.auditors.suspended", [drafts.TOKEN], "a suspended auditor is not in the set"),
        ("deadline", drafts.NOW, "deadline is not after the block"),
        ("deadline", drafts.NOW + 604_801, "deadline is not after the block"),
        ("chain.halts", "0", "chain.halts"),
        ("settled_from.kind", "forgotten", "settled_from.kind"),
        ("settled_from.file", "\u001b[2Jpaid.csv", "settled_from.file"),
    ],
)
def test_read_model__changed_figure__names_it(path: Path, key: str, value: Any, said: str) -> None:
    document = json.loads(path.read_text())
    _set(document, key, value)
    path.write_text(json.dumps(document))
    message = refusal(path)
    assert said in message
    assert "never edited by hand" in message
    assert message.replace("\n", "").isprintable()


def test_read_model__auditors_twice_or_unordered__is_refused(path: Path) -> None:
    document = json.loads(path.read_text())
    members = document["chain"]["auditors"]["members"]
    for wrong in (members[::-1], [members[0], *members]):
        document["chain"]["auditors"]["members"] = wrong
        path.write_text(json.dumps(document))
        assert "not in ascending order, each once" in refusal(path)


def test_read_model__signed_file__reads_back(tmp_path: Path) -> None:
    draft = drafts.make()
    signatures = [drafts.signature_of(draft, drafts.auditor(i)) for i in (0, 1)]
    signed = SignedFile.model_validate(
        {
            "draft": draft,
            "signatures": [{"signer": s.signer, "signature": s.signature} for s in signatures],
        }
    )
    path = drafts.saved(signed, tmp_path / "signed.json")
    assert read_model(path, SignedFile, "a signed attestation") == signed
    drafts.require_schema(json.loads(path.read_text()), "file-signed-attestation")
    single = drafts.saved(signatures[0], tmp_path / "one.sig.json")
    assert read_model(single, SignatureFile, "an auditor's signature") == signatures[0]
    drafts.require_schema(json.loads(single.read_text()), "file-signature")


def test_write_new__other_content__is_kept_unless_forced(tmp_path: Path) -> None:
    first, second = tmp_path / "a.json", tmp_path / "b.json"
    second.write_bytes(b"old")
    with pytest.raises(FileError, match="is there already with other content"):
        write_new([(first, b"new"), (second, b"new")])
    assert not first.exists()
    assert second.read_bytes() == b"old"
    write_new([(first, b"new"), (second, b"new")], force=True)
    assert (first.read_bytes(), second.read_bytes()) == (b"new", b"new")
    assert sorted(one.name for one in tmp_path.iterdir()) == ["a.json", "b.json"]


def test_write_new__same_content__is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    write_new([(path, b"same")])
    before = path.stat()
    write_new([(path, b"same")])
    assert path.stat().st_ino == before.st_ino


def test_write_new__link_or_missing_folder__is_refused(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_bytes(b"precious")
    (tmp_path / "link.json").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(FileError, match="a link or a folder"):
        write_new([(tmp_path / "link.json", b"new")], force=True)
    assert (tmp_path / "elsewhere").read_bytes() == b"precious"
    with pytest.raises(FileError, match="cannot be written"):
        write_new([(tmp_path / "absent" / "a.json", b"new")])


def test_require_apart__output_is_an_input__is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bank.csv"
    require_apart([tmp_path / "a"], [path])
    with pytest.raises(FileError, match="would overwrite"):
        require_apart([tmp_path / "folder" / ".." / "bank.csv"], [path])
    with pytest.raises(FileError, match="would overwrite"):
        require_apart([tmp_path / "a", tmp_path / "a"], [path])
