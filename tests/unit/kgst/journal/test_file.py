"""A journal's file: what is on the disk when, and what its lines say of the run."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from kgst.journal import Act, Header, Journal, JournalError, Outcome, Purpose, Signed
from kgst.journal.file import read_lines

ADDRESS = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"
HEADER = Header(chain_id=97, genesis="0x" + 64 * "a", subject="policy", sender=ADDRESS)


def digest(n: int) -> str:
    return f"0x{n:064x}"


def signed(n: int, step: str = "pay", nonce: int = 7, purpose: Purpose = Purpose.STEP) -> Signed:
    return Signed(step=step, nonce=nonce, hash=digest(n), raw=f"0x{n:02x}", purpose=purpose)


def outcome(n: int, step: str = "pay", *, succeeded: bool = True) -> Outcome:
    return Outcome(
        step=step, hash=digest(n), succeeded=succeeded, block_number=1, block_hash=digest(0), gas_used=1, gas_price=1
    )  # fmt: skip


def act(title: str) -> Act:
    return Act(at=1, by=None, account=ADDRESS, caller=ADDRESS, titles=(title,))


class Disk:
    """Notes what each file and folder held when it was synced: after a power cut there is no more."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.held: dict[int, bytes] = {}
        self.order: list[int] = []
        sync = os.fsync

        def noted(descriptor: int) -> None:
            sync(descriptor)
            inode = os.fstat(descriptor).st_ino
            path = Path(f"/proc/self/fd/{descriptor}").resolve()
            self.order.append(inode)
            self.held[inode] = b"" if path.is_dir() else path.read_bytes()

        monkeypatch.setattr("kgst.journal.file.os.fsync", noted)

    def of(self, path: Path) -> bytes | None:
        return self.held.get(path.stat().st_ino)


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Disk:
    if not Path("/proc/self/fd").exists():
        pytest.skip("what a descriptor is open on is asked of /proc, which is Linux's")
    return Disk(monkeypatch)


def test_append__each_line__is_on_the_disk_when_it_returns(disk: Disk, tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    with Journal(path) as journal:
        assert disk.of(tmp_path) == b"", "its name is on the disk before anything is in it"
        journal.begin(HEADER)
        for line in (act("pay"), signed(1), signed(2), outcome(1)):
            journal.append(line)
            assert disk.of(path) == path.read_bytes()
            assert path.read_bytes().endswith(line.model_dump_json().encode() + b"\n")


def test_open__torn_last_line__is_gone_from_the_disk(disk: Disk, tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    with Journal(path) as journal:
        journal.begin(HEADER)
        journal.append(signed(1))
    whole = path.read_bytes()
    path.write_bytes(whole + b'{"kind":"out')
    with Journal(path) as journal:
        assert disk.of(path) == whole == path.read_bytes()
        assert journal.unresolved() == [signed(1)]
    before = len(disk.order)
    with Journal(path):
        assert disk.order[before:] == [tmp_path.stat().st_ino], "nothing torn, nothing cut"


def test_append__to_a_closed_journal__is_refused_and_not_remembered(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "run.jsonl")
    journal.begin(HEADER)
    journal.close()
    with pytest.raises(JournalError, match=r"run\.jsonl is closed"):
        journal.append(signed(1))
    assert journal.steps == []
    journal.close()


def test_open__folder_in_its_place__is_refused(tmp_path: Path) -> None:
    (tmp_path / "run.jsonl").mkdir()
    with pytest.raises(JournalError, match=r"run\.jsonl: cannot be opened: "):
        Journal(tmp_path / "run.jsonl")


@pytest.fixture
def journal() -> Journal:
    """Two attempts of one step, the next step, and a filled nonce between them."""
    found = Journal()
    found.begin(HEADER)
    for line in (
        act("first"), signed(1), signed(2), signed(3, "fill", 8, Purpose.FILL), signed(4, "next", 9), act("second"),
    ):  # fmt: skip
        found.append(line)
    return found


def test_attempts__are_of_one_step_and_nonce(journal: Journal) -> None:
    assert journal.attempts(signed(2)) == [signed(1), signed(2)]
    assert journal.attempts(signed(2, nonce=8)) == []
    assert journal.signed("pay") == signed(2), "the last one"
    assert journal.signed("nothing") is None
    assert journal.signed_as(digest(1)) == signed(1)
    assert journal.signed_as(digest(5)) is None


def test_outcome__of_any_attempt__ends_all(journal: Journal) -> None:
    assert journal.outcome(digest(2)) is None
    assert [one.hash for one in journal.unresolved()] == [digest(2), digest(3), digest(4)]
    journal.append(outcome(1))
    assert journal.outcome(digest(2)) == journal.outcome(digest(1)) == outcome(1)
    assert [one.hash for one in journal.unresolved()] == [digest(3), digest(4)]
    journal.append(outcome(9, "made by hand"))
    assert journal.outcome(digest(9)) == outcome(9, "made by hand")
    assert journal.outcome(digest(8)) is None
    assert journal.outcomes == [outcome(1), outcome(9, "made by hand")]


def test_steps__are_what_was_signed_for_and_no_fill(journal: Journal) -> None:
    assert journal.steps == ["pay", "next"]
    found = journal.act
    assert found is not None
    assert found.titles == ("second",)
    assert Journal().act is None


def test_nonces__next_and_settled(journal: Journal) -> None:
    assert (journal.next_nonce, journal.settled_nonce) == (10, 0)
    journal.append(outcome(1))
    assert (journal.next_nonce, journal.settled_nonce) == (10, 8)
    assert (Journal().next_nonce, Journal().settled_nonce) == (0, 0)


def test_begin__again__adds_no_second_header(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    for _ in range(2):
        with Journal(path) as journal:
            journal.begin(HEADER)
    assert read_lines(path) == [HEADER]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (2 * (HEADER.model_dump_json() + "\n"), "two headers"),
        (signed(1).model_dump_json() + "\n", "line 1 is not a header"),
        (HEADER.model_dump_json() + "\n\n", r"line 2 is not a journal line \("),
        (HEADER.model_dump_json() + "\n{}\n", r"line 2 is not a journal line \(b'\{\}'\)"),
    ],
    ids=["two headers", "no header", "empty line", "no line of its"],
)
def test_read_lines__damaged__is_refused(tmp_path: Path, content: str, said: str) -> None:
    path = tmp_path / "run.jsonl"
    path.write_text(content)
    with pytest.raises(JournalError, match=said):
        read_lines(path)
    with pytest.raises(JournalError, match=said):
        Journal(path)


def test_read_lines__looks_only(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    with Journal(path) as journal:
        journal.begin(HEADER)
        journal.append(signed(1))
        assert read_lines(path) == [HEADER, signed(1)], "though it is locked"
    path.write_bytes(path.read_bytes() + b"torn")
    assert read_lines(path) == [HEADER, signed(1)]
    assert path.read_bytes().endswith(b"torn")
    with pytest.raises(JournalError, match=r"other\.jsonl: cannot be read"):
        read_lines(tmp_path / "other.jsonl")
    with pytest.raises(JournalError, match="look what stands there"):
        read_lines(tmp_path)


def test_says_what__is_of_all_but_the_time() -> None:
    assert act("pay").says_what(act("pay").model_copy(update={"at": 99}))
    assert not act("pay").says_what(act("pay else"))
    assert not act("pay").says_what(None)


def test_begin__another_policy__names_the_keys_that_this_run_has() -> None:
    parts = {"token.max_age": "a", "issuers": "b"}
    journal = Journal()
    journal.begin(HEADER.model_copy(update={"parts": parts | {"a journal's own": "c"}}))
    other = HEADER.model_copy(update={"subject": "another", "parts": parts | {"issuers": "d"}})
    with pytest.raises(JournalError, match="another policy: issuers is not what it was") as told:
        journal.begin(other)
    assert "own" not in str(told.value)
    # The same policy, whatever is said of its parts.
    journal.begin(HEADER.model_copy(update={"parts": parts | {"issuers": "d"}}))


def test_begin__another_policy_than_an_older_journals__is_refused_by_the_whole() -> None:
    journal = Journal()
    journal.begin(HEADER)
    with pytest.raises(JournalError, match="says policy, this run is another"):
        journal.begin(HEADER.model_copy(update={"subject": "another", "parts": {"issuers": "d"}}))
