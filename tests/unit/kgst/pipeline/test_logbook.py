"""The journals of what operators send: found again, put away, locked."""

from pathlib import Path

import pytest

from kgst.errors import RefusedError
from kgst.journal import Journal, Outcome, Signed
from kgst.pipeline.logbook import Logbook, subject_of

SENDER = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"
OTHER = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"
GENESIS = "0x" + 64 * "1"
SUBJECT = subject_of(97, SENDER, "pause")


def logbook(folder: Path | None, *, sender: str = SENDER, genesis: str = GENESIS) -> Logbook:
    return Logbook(folder, 97, genesis, sender)


def signed(nonce: int, step: str = "pause") -> Signed:
    return Signed(step=step, nonce=nonce, hash=f"0x{nonce:064x}", raw="0x00")


def outcome(nonce: int, *, succeeded: bool = True, step: str = "pause") -> Outcome:
    return Outcome(
        step=step, hash=f"0x{nonce:064x}", succeeded=succeeded, block_number=1, block_hash="0x", gas_used=1,
        gas_price=1,
    )  # fmt: skip


def begin(book: Logbook, nonce: int, subject: str = SUBJECT) -> None:
    """A run that was killed with a transaction in flight."""
    with book.entry(subject, "pause") as entry:
        entry.journal.append(signed(nonce))


def end(book: Logbook, nonce: int, *, succeeded: bool = True, subject: str = SUBJECT) -> None:
    """A run that came to its end."""
    with book.entry(subject, "pause") as entry:
        entry.journal.append(signed(nonce))
        entry.journal.append(outcome(nonce, succeeded=succeeded))
        entry.finish()


def files(folder: Path) -> list[str]:
    return sorted(p.name for p in folder.glob("*.jsonl"))


def test_entry__nothing_signed__leaves_no_file(tmp_path: Path) -> None:
    with logbook(tmp_path).entry(SUBJECT, "pause"):
        pass
    assert files(tmp_path) == []


def test_entry__finished__is_put_away(tmp_path: Path) -> None:
    end(logbook(tmp_path), 3)
    assert files(tmp_path) == []
    [name] = files(tmp_path / "done")
    assert name.endswith(f"-pause-f39fd6e5-{SUBJECT[:8]}.jsonl")


def test_entry__interrupted__is_found_again_and_goes_on(tmp_path: Path) -> None:
    begin(logbook(tmp_path), 3)
    assert logbook(tmp_path).begun(SUBJECT)
    assert logbook(tmp_path).in_flight(SUBJECT)
    with logbook(tmp_path).entry(SUBJECT, "pause") as entry:
        assert entry.resumed
        assert entry.journal.unresolved() == [signed(3)]
        entry.journal.append(outcome(3))
        entry.finish()
    assert not logbook(tmp_path).begun(SUBJECT)
    assert len(files(tmp_path / "done")) == 1


def test_entry__exception__keeps_what_was_signed(tmp_path: Path) -> None:
    def broken() -> None:
        with logbook(tmp_path).entry(SUBJECT, "pause") as entry:
            entry.journal.append(signed(3))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        broken()
    assert logbook(tmp_path).in_flight(SUBJECT)


def test_entry__finished_with_something_in_flight__stays_open(tmp_path: Path) -> None:
    with logbook(tmp_path).entry(SUBJECT, "pause") as entry:
        entry.journal.append(signed(3))
        entry.finish()
    assert logbook(tmp_path).begun(SUBJECT)


@pytest.mark.parametrize("other", [{"sender": OTHER}, {"genesis": "0x" + 64 * "2"}])
def test_begun__of_another_account_or_chain__is_not_ours(
    tmp_path: Path, other: dict[str, str]
) -> None:
    begin(logbook(tmp_path, **other), 3)
    mine = logbook(tmp_path)
    assert not mine.begun(SUBJECT)
    assert mine.unresolved("") == []
    assert mine.next_nonce() == 0


def test_begun__subjects_alike_in_eight_digits__are_told_apart(tmp_path: Path) -> None:
    begin(logbook(tmp_path), 3, SUBJECT)
    assert not logbook(tmp_path).begun(SUBJECT[:8] + 56 * "0")


def test_in_flight__ended_but_not_put_away__is_over(tmp_path: Path) -> None:
    """As when another command waited for it."""
    begin(logbook(tmp_path), 3)
    [path] = tmp_path.glob("*.jsonl")
    with Journal(path) as journal:
        journal.append(outcome(3))
    assert logbook(tmp_path).begun(SUBJECT)
    assert not logbook(tmp_path).in_flight(SUBJECT)


def test_last_done__only_what_was_carried_out(tmp_path: Path) -> None:
    book = logbook(tmp_path)
    assert book.last_done(SUBJECT) is None
    end(book, 3, succeeded=False)
    assert book.last_done(SUBJECT) is None
    end(book, 4)
    end(book, 5, succeeded=False)
    found = book.last_done(SUBJECT)
    assert found is not None
    assert found[1].hash == outcome(4).hash
    assert book.last_done(subject_of("another")) is None


def test_succeeded__of_runs_that_ended_and_of_the_one_that_goes_on(tmp_path: Path) -> None:
    book, alike = logbook(tmp_path), SUBJECT[:8] + 56 * "0"
    with book.entry(SUBJECT, "pay") as entry:
        for nonce, step in enumerate(("pay-1", "pay-2")):
            entry.journal.append(signed(nonce, step))
            entry.journal.append(outcome(nonce, step=step, succeeded=step == "pay-1"))
        entry.finish()
    with book.entry(SUBJECT, "pay") as entry:
        entry.journal.append(signed(2, "pay-3"))
        entry.journal.append(outcome(2, step="pay-3"))
        entry.journal.append(signed(3, "pay-4"))
    end(book, 9, subject=alike)
    end(logbook(tmp_path, sender=OTHER), 9)
    assert {step: int(o.hash, 16) for step, o in book.succeeded(SUBJECT).items()} == {
        "pay-1": 0, "pay-3": 2,
    }  # fmt: skip
    assert list(book.succeeded(alike)) == ["pause"]
    assert logbook(tmp_path, genesis="0x" + 64 * "2").succeeded(SUBJECT) == {}


def test_unresolved__other_runs_of_this_account(tmp_path: Path) -> None:
    begin(logbook(tmp_path), 3)
    begin(logbook(tmp_path), 4, subject_of("another"))
    [path] = logbook(tmp_path).unresolved(except_for=SUBJECT)
    assert subject_of("another")[:8] in path.name


def test_next_nonce__one_above_whatever_was_signed(tmp_path: Path) -> None:
    book = logbook(tmp_path)
    end(book, 7)
    begin(book, 5, subject_of("another"))
    assert book.next_nonce() == 8
    begin(book, 11, subject_of("a third"))
    assert book.next_nonce() == 12, "what is in flight may land"
    assert book.next_nonce(settled=True) == 8


def test_locked__second_process__is_refused_and_then_not(tmp_path: Path) -> None:
    with logbook(tmp_path).locked():
        with (
            pytest.raises(RefusedError, match="another command is acting from"),
            logbook(tmp_path).locked(),
        ):
            pass
        with logbook(tmp_path, sender=OTHER).locked():
            pass
    with logbook(tmp_path).locked():
        pass


def test_no_folder__keeps_everything_in_memory() -> None:
    book = logbook(None)
    with book.locked(), book.entry(SUBJECT, "pause") as entry:
        entry.journal.append(signed(3))
    assert not book.begun(SUBJECT)
    assert (book.unresolved(""), book.next_nonce(), book.last_done(SUBJECT)) == ([], 0, None)


def test_subject_of__parts_do_not_run_together() -> None:
    assert subject_of("ab", "c") != subject_of("a", "bc")
    assert subject_of(b"1") == subject_of("1") == subject_of(1)
