"""``record.json`` and ``journal.jsonl``: what survives a kill, and what is refused."""

import json
from pathlib import Path
from types import SimpleNamespace

import pytest

from kgst.errors import RefusedError
from kgst.journal import Header, Journal, JournalError, Outcome, Signed
from kgst.record import Record, RecordError, compiler_of, source_commit

ADDRESS = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"
HASH = "0x" + "ab" * 32
HEADER = Header(chain_id=97, genesis=HASH, subject="policy", sender=ADDRESS)
SIGNED = Signed(step="manager", nonce=7, hash=HASH, raw="0xf8")
OUTCOME = Outcome(
    step="manager", hash=HASH, succeeded=True, block_number=1, block_hash=HASH, gas_used=21_000, gas_price=1,
    contract=ADDRESS,
)  # fmt: skip


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "deployments" / "journal.jsonl"


def written(path: Path) -> None:
    with Journal(path) as journal:
        journal.begin(HEADER)
        journal.append(SIGNED)
        journal.append(OUTCOME)


def a_record() -> Record:
    transaction = {
        "hash": HASH,
        "block_number": 1,
        "block_hash": HASH,
        "gas_used": 1,
        "gas_price": 1,
        "raw": "0xc0",
    }
    contract = {
        "address": ADDRESS, "source": "contracts/KGST.sol", "constructor_args": "0x00", "code_hash": HASH,
        "transaction": transaction,
    }  # fmt: skip
    return Record.model_validate(
        {
            "chain_id": 97,
            "genesis": HASH,
            "deployer": ADDRESS,
            "policy_fingerprint": "f",
            "deployed_at": 1,
            "compiler": {
                "version": "0.8.37",
                "optimizer_runs": 700,
                "via_ir": True,
                "evm_version": "prague",
            },
            "source": {"commit": "c", "clean": True},
            "manager": contract,
            "logic": contract,
            "token": contract,
            "feed": contract,
            "backing_feed": contract,
            "revoker": contract,
            "redemption_desk": contract,
            "mint_desk": contract,
            "configuration": transaction,
        }
    )


def test_journal__reopened__remembers(path: Path) -> None:
    written(path)
    with Journal(path) as journal:
        assert journal.header == HEADER
        assert journal.signed("manager") == SIGNED
        assert journal.outcome(HASH) == OUTCOME
        assert journal.unresolved() == []
        assert journal.next_nonce == 8


def test_journal__signed_without_outcome__is_unresolved(path: Path) -> None:
    with Journal(path) as journal:
        journal.begin(HEADER)
        journal.append(SIGNED)
    with Journal(path) as journal:
        assert journal.unresolved() == [SIGNED]


def test_journal__killed_at_any_byte_of_the_last_line__drops_that_line_only(path: Path) -> None:
    written(path)
    content = path.read_bytes()
    start = content.rstrip(b"\n").rindex(b"\n") + 1
    for cut in (*range(start, len(content) - 1, 23), len(content) - 1):
        path.write_bytes(content[:cut])
        with Journal(path) as journal:
            assert journal.unresolved() == [SIGNED]
            journal.append(OUTCOME)
        assert path.read_bytes() == content


@pytest.mark.parametrize("line", [0, 1, 2])
@pytest.mark.parametrize("damage", [b"", b"{", b"[]", b'{"kind":"other"}', b"\x00\xff"])
def test_journal__damaged_line__is_refused(path: Path, line: int, damage: bytes) -> None:
    written(path)
    lines = path.read_bytes().splitlines()
    lines[line] = damage
    path.write_bytes(b"\n".join(lines) + b"\n")
    with pytest.raises(JournalError, match=f"line {line + 1} is not a journal line"):
        Journal(path)


def test_journal__unknown_field__is_refused(path: Path) -> None:
    written(path)
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    lines[1]["note"] = "?"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    with pytest.raises(JournalError, match="line 2"):
        Journal(path)


def test_journal__without_header__is_refused(path: Path) -> None:
    written(path)
    path.write_bytes(b"\n".join(path.read_bytes().splitlines()[1:]) + b"\n")
    with pytest.raises(JournalError, match="line 1 is not a header"):
        Journal(path)


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("chain_id", 56, "another chain"),
        ("genesis", "0x" + "cd" * 32, "another genesis"),
        ("subject", "other", "another policy"),
        ("sender", "0x70997970C51812dc3A010C7d01b50e0d17dc79C8", "another account"),
    ],
)
def test_begin__other_run__is_refused(path: Path, field: str, value: object, said: str) -> None:
    written(path)
    before = path.read_bytes()
    with Journal(path) as journal, pytest.raises(JournalError, match=said):
        journal.begin(HEADER.model_copy(update={field: value}))
    assert path.read_bytes() == before


def test_journal__open_elsewhere__is_refused(path: Path) -> None:
    with Journal(path), pytest.raises(RefusedError, match="in use by another process"):
        Journal(path)
    with Journal(path) as journal:
        assert journal.header is None


def test_journal__closed__takes_no_more(path: Path) -> None:
    with Journal(path) as journal:
        journal.begin(HEADER)
    with pytest.raises(JournalError, match="is closed"):
        journal.append(SIGNED)


def test_journal__in_memory__keeps_no_file(tmp_path: Path) -> None:
    journal = Journal()
    journal.begin(HEADER)
    journal.append(SIGNED)
    assert journal.unresolved() == [SIGNED]
    assert list(tmp_path.iterdir()) == []


def test_record__saved__is_read_back(tmp_path: Path) -> None:
    a_record().save(tmp_path / "record.json")
    assert Record.load(tmp_path / "record.json") == a_record()
    assert [p.name for p in tmp_path.iterdir()] == ["record.json"]


def test_load__absent__says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match="ape run deploy apply"):
        Record.load(tmp_path / "record.json")


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        (ADDRESS, ADDRESS.lower(), "deployer"),
        ('"chain_id"', '"chain"', "chain_id"),
        ('"format": 2', '"format": 3', "format"),
        ('"format": 2', '"format": 1', "format 1 is read no more.*`ape run deploy resume`"),
        ("}", "", "not whole JSON"),
    ],
)
def test_load__damaged__names_the_key(tmp_path: Path, old: str, new: str, key: str) -> None:
    path = tmp_path / "record.json"
    a_record().save(path)
    path.write_text(path.read_text().replace(old, new))
    with pytest.raises(RecordError, match=f"{path}: {key}"):
        Record.load(path)


def test_compiler_of__contract_of_no_compiler__is_refused() -> None:
    compiler = SimpleNamespace(contractTypes=["Other"], version="1", settings={})
    with pytest.raises(RecordError, match="ape compile --force"):
        compiler_of([compiler], "KGST")


def test_source_commit__outside_git__is_none(tmp_path: Path) -> None:
    assert source_commit(tmp_path) is None
