"""`ape run redemptions pay`: one order of one lock, the same from every checkout, on the in-process chain."""

from __future__ import annotations

import json
import shutil
import stat
from pathlib import Path
from typing import Any

import pytest
from support.redeeming import BY, SECRET, Redeeming
from support.schemas import require_schema

from kgst.errors import ExitCode
from kgst.snapshot.requests import Stage


@pytest.fixture
def world(redeeming: Redeeming) -> Redeeming:
    return redeeming


def files_of(world: Redeeming, folder: Path | None = None) -> dict[str, bytes]:
    found = (folder or world.folder / "payments").glob("*")
    return {path.name: path.read_bytes() for path in sorted(found)}


def another_checkout(world: Redeeming) -> Path:
    """Policy and record, and nothing else."""
    folder = world.folder / "elsewhere"
    folder.mkdir()
    for name in ("policy.yaml", "record.json"):
        shutil.copy(world.folder / name, folder)
    return folder


def test_pay__what_is_locked__an_order_of_each_lock(world: Redeeming) -> None:
    world.request(150, 250, 300, 400)
    first, second = world.lock(1, 3), world.lock(2)
    document = world.paid()
    require_schema("redemptions-pay", document)
    assert [one["lock"] for one in document["batches"]] == [first, second]
    assert [[row["request"] for row in one["payments"]] for one in document["batches"]] == [[1, 3], [2]]  # fmt: skip
    assert [one["tyiyn"] for one in document["batches"]] == ["45000", "25000"]
    assert document["account"] == "1990010000123456"
    for one in document["batches"]:
        bank_file = Path(one["bank_file"])
        assert bank_file.read_text().count(f">{one['id']}<") == 2
        for path in (bank_file, Path(one["batch_file"])):
            assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE((world.folder / "payments").stat().st_mode) == 0o700


def test_pay__two_checkouts__the_same_bytes_by_one_id(world: Redeeming) -> None:
    world.request(150, 250)
    world.lock(1, 2)
    world.paid()
    folder = another_checkout(world)
    world.pass_days(0.5)
    result = world.pay(policy=folder / "policy.yaml")
    assert result.exit_code == 0, result.output
    assert files_of(world, folder / "payments") == files_of(world)
    assert len(files_of(world)) == 2


def test_pay__again__is_the_same_and_says_so(world: Redeeming) -> None:
    world.request(150)
    world.lock(1)
    before = world.paid()
    written = files_of(world)
    again = world.paid()
    assert [one["written_before"] for one in (*before["batches"], *again["batches"])] == [False, True]  # fmt: skip
    assert files_of(world) == written
    shown = world.pay()
    assert "It was written before, and is the same" in shown.stdout
    assert shown.exit_code == 0


def test_pay__killed_between_the_two_files__the_same_command_writes_the_other(
    world: Redeeming, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.request(150)
    world.lock(1)
    whole = world.paid()["batches"][0]
    written = files_of(world)
    for number in (1, 2):
        shutil.rmtree(world.folder / "payments")
        calls: list[Path] = []

        def write(path: Path, data: bytes, at: int = number, seen: list[Path] = calls) -> None:
            seen.append(path)
            if len(seen) == at:
                raise KeyboardInterrupt
            path.write_bytes(data)

        with monkeypatch.context() as patch:
            patch.setattr("kgst.storing.write_regular", write)
            assert world.pay().exit_code != 0
        assert len(files_of(world)) == number - 1
        assert world.paid()["batches"][0] == whole
        assert files_of(world) == written


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--format", "1c"), "layout was pain.001.001.09, and would be 1CClientBankExchange"),
        (("--format", "pain.001.001.03"), "layout was pain.001.001.09"),
        (("--without", "1"), "requests was [1, 2], and would be [2]"),
    ],
)
def test_pay__otherwise_than_before__is_refused_with_what_differs(
    world: Redeeming, arguments: tuple[str, ...], said: str
) -> None:
    world.request(150, 250)
    world.lock(1, 2)
    world.paid()
    written = files_of(world)
    refused = world.pay(*arguments)
    assert refused.exit_code != 0
    assert said in refused.stderr
    assert files_of(world) == written


def test_pay__another_payer_or_secret__is_refused(
    world: Redeeming, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.request(150)
    world.lock(1)
    world.paid()
    monkeypatch.setenv("KGST_REDEMPTION_SECRET", SECRET[1:] + "7")
    assert "secret_mark was" in world.pay().stderr
    monkeypatch.setenv("KGST_REDEMPTION_SECRET", SECRET)
    policy = world.folder / "policy.yaml"
    policy.write_text(policy.read_text().replace("1990010000123456", "1990010000123457"))
    assert (
        "debtor.account was 1990010000123456, and would be 1990010000123457" in world.pay().stderr
    )


def test_pay__somebody_without_details__is_named_and_left_out_by_number(world: Redeeming) -> None:
    world.request(150, 250, 350)
    world.lock(1, 2, 3)
    world.people[1] = world.people[1].model_copy(update={"account": "1030120000123450"})
    refused = world.pay()
    assert refused.exit_code == ExitCode.REFUSED
    assert "request 2: no payee in the register hashes to its reference" in refused.stderr
    assert files_of(world) == {}
    document = world.paid("--without", 2)
    assert [row["request"] for row in document["batches"][0]["payments"]] == [1, 3]
    stray = world.pay("--without", 7)
    assert stray.exit_code == ExitCode.USAGE
    assert "--without 7" in stray.stderr


def test_pay__nearer_than_the_bank_needs__is_refused_in_time(world: Redeeming) -> None:
    world.request(150)
    world.lock(1)
    world.pass_days(2 - 5 / 24)
    refused = world.pay()
    assert refused.exit_code == ExitCode.REFUSED
    assert "the bank needs 6 hours (--bank-needs)" in refused.stderr
    assert files_of(world) == {}
    assert world.paid("--bank-needs", "4 hours")["batches"][0]["too_late"] is False
    # What was written is found again, and told not to be given to the bank any more.
    late = world.pay()
    assert late.exit_code == 0
    assert "Too late" in late.stdout
    assert world.paid()["batches"][0]["too_late"] is True
    assert world.pay("--bank-needs", "soon").exit_code == ExitCode.USAGE


def test_pay__what_is_not_all_locked_any_more__is_not_written_anew(world: Redeeming) -> None:
    world.request(150, 250)
    lock = world.lock(1, 2)
    world.contract.confirmPaid([1], b"\x01" * 32, sender=world.redeemer)
    refused = world.pay()
    assert refused.exit_code == ExitCode.REFUSED
    assert "request 1 is paid" in refused.stderr
    assert "another checkout" in refused.stderr
    assert files_of(world) == {}
    world.contract.confirmPaid([2], b"\x01" * 32, sender=world.redeemer)
    done = world.pay()
    assert done.exit_code == 0
    assert "Nothing is locked that is not paid" in done.stdout
    assert world.pay("--lock", lock).exit_code == ExitCode.REFUSED
    unknown = world.pay("--lock", "0x" + "11" * 32)
    assert unknown.exit_code == ExitCode.USAGE


def test_pay__what_was_written_is_found_though_some_of_it_is_paid(world: Redeeming) -> None:
    world.request(150, 250)
    world.lock(1, 2)
    world.paid()
    world.contract.confirmPaid([1], b"\x01" * 32, sender=world.redeemer)
    assert world.paid()["batches"][0]["written_before"] is True


def test_pay__shows_no_name_no_account_and_no_id_of_the_bank(world: Redeeming) -> None:
    world.request(150)
    world.lock(1)
    shown, document = world.pay(), json.dumps(world.paid(), ensure_ascii=False)
    assert "150.00 som" in shown.stdout
    assert "…0001" in shown.stdout
    for text in (shown.stdout, shown.stderr, document):
        for secret in (world.people[0].name, world.people[0].account, *world.names().values()):
            assert secret not in text


def test_pay__no_secret_or_no_payer__is_refused_with_what_to_do(
    world: Redeeming, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.request(150)
    world.lock(1)
    policy = world.folder / "policy.yaml"
    whole = policy.read_text()
    policy.write_text(whole.partition("reserve_accounts")[0])
    assert "write pays_redemptions: true" in world.pay().stderr
    more = '  - {account: "1990010000123457", currency: KGS, bank: NOWHKG22, owner: Demo Issuer LLC'
    policy.write_text(whole + more + "}\n")
    assert world.pay().exit_code == ExitCode.USAGE
    policy.write_text(whole + more + ", pays_redemptions: true}\n")
    assert world.paid()["account"] == "1990010000123457"
    both = whole.replace("Demo Issuer LLC}", "Demo Issuer LLC, pays_redemptions: true}")
    policy.write_text(both + more + ", pays_redemptions: true}\n")
    assert "two banks that get the order of one lock" in world.pay().stderr
    policy.write_text(whole)
    monkeypatch.delenv("KGST_REDEMPTION_SECRET")
    assert "KGST_REDEMPTION_SECRET is not set" in world.pay().stderr


@pytest.mark.parametrize(
    "hide", ["Locked(uint256,uint256)", "Requested(uint256,address,uint256,bytes32,uint256)"]
)
def test_pay__a_node_that_hides_events__is_not_believed(
    world: Redeeming, monkeypatch: pytest.MonkeyPatch, hide: str
) -> None:
    from kgst.events import event_topic, topic_at
    from kgst.snapshot import locks

    world.request(150)
    world.lock(1)
    real: Any = vars(locks)["read_logs"]

    def shown(*arguments: Any, **named: Any) -> Any:
        return (one for one in real(*arguments, **named) if topic_at(one, 0) != event_topic(hide))

    monkeypatch.setattr(locks, "read_logs", shown)
    refused = world.pay()
    assert refused.exit_code == ExitCode.ERROR
    assert "cannot be relied on" in refused.stderr
    assert files_of(world) == {}


def test_lock__with_the_register__locks_only_what_can_be_paid(world: Redeeming) -> None:
    world.request(150, 250, 350)
    world.people[1] = world.people[1].model_copy(update={"account": "1030120000123450"})
    register = ("--register", world.register)
    refused = world.run("lock", 1, 2, *register, *BY)
    assert refused.exit_code == ExitCode.REFUSED
    assert "request 2: no payee in the register hashes to its reference" in refused.stderr
    assert set(world.stages()) == {Stage.REQUESTED}
    assert world.run("lock", "--due", "1000 som", *register, *BY).exit_code == 0
    assert world.stages() == [Stage.LOCKED, Stage.REQUESTED, Stage.LOCKED]


def test_pay__as_1c__is_one_document_a_payment(world: Redeeming) -> None:
    world.request(150, 250)
    world.lock(1, 2)
    path = Path(world.paid("--format", "1c")["batches"][0]["bank_file"])
    assert path.suffix == ".txt"
    text = path.read_bytes().decode("cp1251")
    assert text.count("СекцияДокумент=") == 2
    assert "Сумма=150.00" in text
    assert all(name in text for name in world.names().values())
