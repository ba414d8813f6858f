"""JSON with one reading only, and that every reader of a JSON file insists on it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kgst.auditors.files import RotationFile
from kgst.deployment.layout import Snapshot
from kgst.errors import KgstError
from kgst.files import Files
from kgst.govern.challenge import Challenge
from kgst.guard.presigned import read_presigned
from kgst.journal import Journal
from kgst.jsonfile import JsonError, NotWholeError, parse_json
from kgst.proposals.files import OwnersSignature, Proposal
from kgst.record import Record
from kgst.reserves.files import AttestationFile
from kgst.reserves.report import read_report
from kgst.storing import read_model
from kgst.upgrade.files import ConsentFile, UpgradeFile


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b'{"a": 1, "b": {"a": 1}, "c": [{"a": 1}, {"a": 1}]}', None),
        (b'{"a": "\\"b\\": {", "b": "}", "c": "a"}', None),
        (b"\xef\xbb\xbf{}", None),
        (b'{"a": 1, "a": 1}', "the key 'a' appears twice in one object, and readers differ"),
        (b'{\n"a": 1,\n"b": {"c": 1,\n\n"c"\n: 2}\n}', "line 5: the key 'c' appears twice .*first on line 3"),
        (b'{\n"a": 1,\n"\\u0061": 2}', "line 3: the key 'a' appears twice"),
        (b'{"x": "\\\\", "a": ":{", "a": 1}', "the key 'a' appears twice"),
        (b'[{"a": 1}, {"b": [{"k\\n": 1, "k\\n": 1}]}]', r"the key 'k\\n' appears twice"),
        (b'{"a": NaN}', "NaN is not a number"),
        (b"\xff", "byte 0 is not UTF-8"),
    ],
)  # fmt: skip
def test_parse_json__two_readings__are_told(data: bytes, said: str | None) -> None:
    if said is None:
        text, document = parse_json(data)
        assert document is not None
        assert text.encode() == data.removeprefix(b"\xef\xbb\xbf")
        return
    with pytest.raises(JsonError, match=said) as caught:
        parse_json(data)
    assert not isinstance(caught.value, NotWholeError)


@pytest.mark.parametrize("data", [b"", b'{"a": 1', b"{'a': 1}", b"[" * 100_000, b"{} {}"])
def test_parse_json__not_whole__says_so(data: bytes) -> None:
    with pytest.raises(NotWholeError, match="not whole JSON"):
        parse_json(data)


READERS: dict[str, Callable[[Path], Any]] = {
    "draft": lambda path: read_model(path, AttestationFile, "a draft"),
    "rotation": lambda path: read_model(path, RotationFile, "a rotation"),
    "report": read_report,
    "upgrade": lambda path: read_model(path, UpgradeFile, "an upgrade"),
    "consent": lambda path: read_model(path, ConsentFile, "a consent"),
    "layout": Snapshot.load,
    "record": Record.load,
    "proposal": Proposal.load,
    "owner's signature": lambda path: read_model(path, OwnersSignature, "a signature"),
    "challenge": lambda path: read_model(path, Challenge, "a challenge"),
    "presigned": read_presigned,
    "journal": Journal,
}


@pytest.mark.parametrize("name", READERS)
def test_reader__key_twice__names_the_key_and_not_the_post(tmp_path: Path, name: str) -> None:
    path = tmp_path / "file.json"
    one_line = name == "journal"
    path.write_text('{"format": 1,' + (" " if one_line else "\n") + '"format": 2}\n')
    with pytest.raises(KgstError) as caught:
        READERS[name](path)
    said = str(caught.value)
    assert str(path) in said
    assert ("" if one_line else "line 2: ") + "the key 'format' appears twice in one object" in said
    assert "cut off" not in said


def test_finished__a_line_of_the_journal_says_two_things__is_not_believed(tmp_path: Path) -> None:
    line = '{"kind": "outcome", "step": "configuration", "succeeded": %strue}\n'
    (tmp_path / "journal.jsonl").write_text(line % "")
    assert Files(tmp_path).finished()
    (tmp_path / "journal.jsonl").write_text(line % 'false, "succeeded": ')
    assert not Files(tmp_path).finished()
