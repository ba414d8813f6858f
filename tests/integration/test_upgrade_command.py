"""`ape run upgrade`: from a contract of the checkout to the running implementation, and every refusal on the way."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from ape import chain as ape_chain
from eth_utils import keccak
from rich.console import Console
from support.devices import signed_with_nonce
from support.operators import as_, operated, pass_time, policy_file
from support.schemas import require_schema

from kgst.checks import State, failed
from kgst.console import Answer
from kgst.deployment import layout
from kgst.deployment.code import save_snapshot
from kgst.deployment.layout import LayoutProblem, Snapshot
from kgst.deployment.system import System
from kgst.errors import DriftError, ExitCode, InputError, RefusedError, WaitingError
from kgst.files import Files
from kgst.record import Record
from kgst.storing import FileError
from kgst.upgrade import commands
from kgst.upgrade.files import UpgradeFile
from kgst.verify.comparing import inspect

POLICY = Path(__file__).parents[1] / "support/policy.yaml"
DELAY = 300
MOCK = "KGSTLogicV2Mock"

Command = Callable[..., Answer[Any]]


@pytest.fixture(scope="module", autouse=True)
def _layouts_read_once() -> Iterator[None]:
    """Sources do not change during the tests, and to compile them takes seconds."""
    known: dict[str, Any] = {}
    original = layout.compare

    def compared(*question: Any) -> Any:
        key = json.dumps(question, default=str)
        if key not in known:
            known[key] = original(*question)
        return known[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(layout, "compare", compared)
        patch.setattr("kgst.upgrade.checking.compare", compared)
        yield


@pytest.fixture(scope="module")
def deployed(tmp_path_factory: pytest.TempPathFactory, deployer: Any) -> System:
    """The tests' policy; UPGRADER waits five minutes. Record and layout are beside it."""
    path = policy_file(
        tmp_path_factory.mktemp("kgst"),
        POLICY,
        ("{member: upgrader, delay: 0 seconds}", "{member: upgrader, delay: 5 minutes}"),
    )
    system = operated(path, deployer)
    files = Files(path.parent)
    system.record.save(files.record)
    assert save_snapshot(files, system.record) == files.layout
    return system


@pytest.fixture
def kgst(deployed: System, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> System:
    """The deployment, with files that only this test sees."""
    assert deployed.files is not None
    for source in (deployed.policy_path, deployed.files.record, deployed.files.layout):
        (tmp_path / source.name).write_bytes(source.read_bytes())
    system = replace(deployed, files=Files(tmp_path), policy_path=tmp_path / "policy.yaml")

    def opened(*_: Any, **__: Any) -> System:
        record = Record.load(system.files.record) if system.files else system.record
        return replace(system, deployment=replace(system.deployment, record=record))

    monkeypatch.setattr("kgst.upgrade.commands.open_system", opened)
    return system


@pytest.fixture
def migration() -> str:
    return "0x" + (keccak(text="migrate(uint256)")[:4] + (7).to_bytes(32)).hex()


@pytest.fixture
def proposed(kgst: System, migration: str, outsider: Any) -> Path:
    """The file of an upgrade to the mock, deployed by somebody without a role."""
    answer = commands.deploy(MOCK, migration, as_(outsider))
    require_schema("upgrade-deploy", {"schema": "kgst/upgrade-deploy/1", **answer.document})
    return Path(answer.document["file"])


@pytest.fixture
def sign(proposed: Path) -> Callable[[Any], Path]:
    """An auditor's consent; returns the signature's file."""

    def consent(auditor: Any) -> Path:
        own = proposed.parents[1] / "policy.yaml"
        answer = commands.consent(proposed, MOCK, auditor, own, yes=True, force=False, quiet=True)
        require_schema("upgrade-consent", {"schema": "kgst/upgrade-consent/1", **answer.document})
        return Path(answer.document["signature_file"])

    return consent


@pytest.fixture
def consented(
    proposed: Path, sign: Callable[[Any], Path], auditor_a: Any, auditor_b: Any, outsider: Any
) -> Path:
    """The auditors' consent is on the chain."""
    # Given in the wrong order: the command sorts them.
    files = [sign(auditor_b), sign(auditor_a)]
    assert commands.submit_consent(proposed, files, as_(outsider)).exit_code is ExitCode.DONE
    return proposed


def rewritten(path: Path, **changes: Any) -> Path:
    """The same file with other content."""
    document = json.loads(path.read_text()) | changes
    path.write_text(json.dumps(document))
    return path


# The whole way


def test_upgrade__deployed_consented_scheduled_executed__runs_and_is_recorded(
    kgst: System, consented: Path, upgrader: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    run = as_(upgrader)
    file = json.loads(consented.read_text())
    require_schema("file-upgrade", file)
    with pytest.raises(RefusedError, match="not scheduled yet"):
        commands.execute(consented, run)
    answer = commands.schedule(consented, run)
    assert answer.exit_code is ExitCode.WAITING
    answer.show(Console(width=300))
    assert f"ape run upgrade execute {consented}" in capsys.readouterr().out
    assert commands.schedule(consented, run).exit_code is ExitCode.WAITING
    with pytest.raises(WaitingError, match="can be executed from"):
        commands.execute(consented, run)
    pass_time(DELAY)
    with pytest.raises(RefusedError, match="scheduled and ready"):
        commands.schedule(consented, run)

    answer = commands.execute(consented, run)
    assert answer.exit_code is ExitCode.DONE
    assert answer.document["read_back"] == [
        {"what": "implementation (ERC-1967 slot)", "value": file["implementation"]},
        {"what": "DELEGATE_ALL", "value": "clear"},
    ]
    assert kgst.token.implementation() == file["implementation"]
    assert kgst.files is not None
    record = Record.load(kgst.files.record)
    [entry] = record.upgrades
    assert (entry.contract, entry.data) == (MOCK, file["data"])
    assert entry.implementation.code_hash == file["code_hash"]
    assert entry.transaction.hash == answer.document["transactions"][-1]["hash"]
    assert record.logic == kgst.record.logic, "what was deployed first stays on record"
    assert Snapshot.load(kgst.files.layout).code_hash == file["code_hash"]
    assert {check.state for check in inspect(kgst.policy, record)} == {State.OK}

    again = commands.execute(consented, run)
    assert again.document["already"] is True
    assert Record.load(kgst.files.record) == record


@pytest.mark.parametrize(
    ("declared", "said"),
    [
        (("RECOVERY_DELAY()={new}",), None),
        ((), r"not as the upgrade declares: RECOVERY_DELAY\(\): {old} before, {new} after"),
        (("RECOVERY_DELAY()=1",), r"RECOVERY_DELAY\(\): .* and declared was 1"),
        (
            ("RECOVERY_DELAY()={new}", "symbol()=SOM"),
            r"symbol\(\): as before, and declared was SOM",
        ),
    ],
)
def test_upgrade__changes_something_on_purpose__alarms_for_nothing_else(
    kgst: System, upgrader: Any, outsider: Any, auditor_a: Any, auditor_b: Any,
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, declared: tuple[str, ...], said: str | None,
) -> None:  # fmt: skip
    old = kgst.policy.token.recovery_delay
    new = old + 86_400
    text = (kgst.policy_path).read_text()
    assert kgst.files is not None
    token = kgst.policy.token.model_copy(update={"recovery_delay": new})
    policy = kgst.policy.model_copy(update={"token": token})
    system = replace(kgst, deployment=replace(kgst.deployment, policy=policy))
    monkeypatch.setattr("kgst.upgrade.commands.open_system", lambda *_, **__: system)
    kgst.policy_path.write_text(text.replace(f"{old // 86_400} days", f"{new // 86_400} days"))
    words = [one.format(old=old, new=new) for one in declared]

    path = Path(commands.deploy(MOCK, "0x", as_(outsider), changes=words).document["file"])
    assert json.loads(path.read_text()).get("changes", {}) == dict(w.split("=") for w in words)
    signatures = []
    for auditor in (auditor_a, auditor_b):
        answer = commands.consent(
            path, MOCK, auditor, kgst.policy_path, yes=True, force=False, quiet=False
        )
        assert answer.document["changes"] == dict(w.split("=") for w in words)
        signatures.append(Path(answer.document["signature_file"]))
    shown = "".join(capsys.readouterr().out.split())
    for word in words:
        assert "".join(f"{word.replace('=', ' answers ')} afterwards".split()) in shown
    commands.submit_consent(path, signatures, as_(outsider))
    commands.schedule(path, as_(upgrader))
    pass_time(DELAY)
    if said is None:
        assert commands.execute(path, as_(upgrader)).exit_code is ExitCode.DONE
        return
    with pytest.raises(DriftError, match=said.format(old=old, new=new)):
        commands.execute(path, as_(upgrader))


@pytest.mark.parametrize("words", [("name",), ("name()",), ("=x",), ("a()=1", "a()=2")])
def test_deploy__changes_that_say_nothing__are_a_usage_error(
    kgst: System, outsider: Any, words: tuple[str, ...]
) -> None:
    with pytest.raises(InputError, match="--changes"):
        commands.deploy(MOCK, "0x", as_(outsider), changes=words)


def test_upgrade__recorded_after_a_run_that_died_before__finds_the_transaction_in_the_log(
    kgst: System, consented: Path, upgrader: Any
) -> None:
    run = as_(upgrader)
    commands.schedule(consented, run)
    pass_time(DELAY)
    assert kgst.files is not None
    before = kgst.files.record.read_bytes()
    commands.execute(consented, run)
    after = kgst.files.record.read_bytes()
    kgst.files.record.write_bytes(before)
    assert commands.execute(consented, run).document["already"] is True
    assert kgst.files.record.read_bytes() == after


def test_upgrade__without_its_record__is_drift(
    kgst: System, consented: Path, upgrader: Any
) -> None:
    commands.schedule(consented, as_(upgrader))
    pass_time(DELAY)
    commands.execute(consented, as_(upgrader))
    drifts = failed(inspect(kgst.policy, kgst.record))
    assert [drift.item for drift in drifts] == ["implementation (ERC-1967 slot)"]


def test_execute__payments_delegated__stay_delegated(
    kgst: System, consented: Path, upgrader: Any, pauser: Any
) -> None:
    system, manager = kgst, kgst.manager
    data = system.token.setDelegateAll.encode_input(True)
    manager.schedule(system.token, data, 0, sender=upgrader)
    commands.schedule(consented, as_(upgrader))
    pass_time(DELAY)
    system.token.setDelegateAll(True, sender=upgrader)
    system.token.pause(6, sender=pauser)
    answer = commands.execute(consented, as_(upgrader))
    assert answer.document["read_back"][1] == {"what": "DELEGATE_ALL", "value": "set"}
    assert (system.token.delegateAll(), system.token.pauseFlags()) == (True, 6)


# deploy


def test_deploy__twice__deploys_once(kgst: System, proposed: Path, outsider: Any) -> None:
    before, height = proposed.read_bytes(), ape_chain.blocks.height
    data = json.loads(before)["data"]
    answer = commands.deploy(MOCK, data, as_(outsider))
    assert answer.document["already"] is True
    assert answer.document["transaction"] is None
    assert (proposed.read_bytes(), ape_chain.blocks.height) == (before, height)


def test_deploy__to_another_file__is_written_there(
    kgst: System, tmp_path: Path, outsider: Any
) -> None:
    path = tmp_path / "day" / "upgrade.json"
    answer = commands.deploy(MOCK, "0x", as_(outsider), path)
    assert answer.document["file"] == str(path)
    assert json.loads(path.read_text()) == answer.document["upgrade"]
    assert kgst.files is not None
    assert not kgst.files.upgrades.exists()


def test_deploy__same_code_for_another_call__keeps_the_contract(
    proposed: Path, outsider: Any
) -> None:
    before = json.loads(proposed.read_text())
    answer = commands.deploy(MOCK, "0x", as_(outsider))
    upgrade = answer.document["upgrade"]
    assert answer.document["already"] is True
    assert upgrade["implementation"] == before["implementation"]
    assert upgrade["message_hash"] != before["message_hash"]


@pytest.mark.usefixtures("kgst")
@pytest.mark.parametrize(
    ("contract", "data", "said"),
    [
        ("Nothing", "0x", "no contract 'Nothing'"),
        ("KGST", "0x", "no implementation of the token"),
        (MOCK, "abc", "write 0x"),
        (MOCK, "0xabc", "write 0x"),
    ],
)
def test_deploy__nonsense__is_a_usage_error(
    outsider: Any, contract: str, data: str, said: str
) -> None:
    with pytest.raises(InputError, match=said):
        commands.deploy(contract, data, as_(outsider))


@pytest.mark.usefixtures("kgst")
def test_deploy__misreads_the_storage__sends_nothing(
    outsider: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    problem = LayoutProblem("retyped", "attestation.settled", "settled: uint72", "settled: uint64")
    monkeypatch.setattr("kgst.upgrade.checking.compare", lambda *_: ({}, [problem]))
    height = ape_chain.blocks.height
    with pytest.raises(RefusedError, match=r"attestation\.settled retyped"):
        commands.deploy(MOCK, "0x", as_(outsider))
    assert ape_chain.blocks.height == height


# consent


def test_consent__other_contract_than_reviewed__is_refused(proposed: Path, auditor_a: Any) -> None:
    with pytest.raises(RefusedError, match=f"give --contract {MOCK}"):
        commands.consent(proposed, "KGSTLogic", auditor_a, None, yes=True, force=False, quiet=True)


def test_consent__other_code_than_built_here__is_refused(
    kgst: System, proposed: Path, auditor_a: Any, sign: Callable[[Any], Path]
) -> None:
    from kgst.upgrade.files import UpgradeFile

    file = UpgradeFile.model_validate_json(proposed.read_text())
    forged = UpgradeFile.of(
        file.token_domain, contract=MOCK, source=file.source, constructor_args=file.constructor_args,
        implementation=file.implementation, code_hash=kgst.record.logic.code_hash,
        data=file.call, nonce=file.nonce, deployment=file.deployment,
        auditors=file.auditors, halts=file.halts, deadline=file.deadline,
    )  # fmt: skip
    proposed.write_text(forged.model_dump_json())
    with pytest.raises(RefusedError, match="other code than you have here"):
        sign(auditor_a)


def test_consent__another_recovery_delay__is_refused(
    proposed: Path, auditor_a: Any, sign: Callable[[Any], Path]
) -> None:
    from kgst.deployment.code import code_hash, implementation_code
    from kgst.upgrade.files import UpgradeFile

    file = UpgradeFile.model_validate_json(proposed.read_text())
    arguments = "0x" + (15 * 86_400).to_bytes(32).hex()
    code = implementation_code(MOCK, arguments, file.implementation)
    forged = UpgradeFile.of(
        file.token_domain, contract=MOCK, source=file.source, constructor_args=arguments,
        implementation=file.implementation, code_hash=code_hash(code),
        data=file.call, nonce=file.nonce, deployment=file.deployment,
        auditors=file.auditors, halts=file.halts, deadline=file.deadline,
    )  # fmt: skip
    proposed.write_text(forged.model_dump_json())
    with pytest.raises(RefusedError, match="recovery delay of 15 days"):
        sign(auditor_a)


def test_consent__genuine_code_by_other_creation_code__is_refused(
    proposed: Path, auditor_a: Any, outsider: Any, sign: Callable[[Any], Path]
) -> None:
    """What was created has the code of this checkout, and whatever else its creator wrote there."""
    from eth_account import Account
    from support.impostors import impostor

    from kgst.deployment.code import code_hash, implementation_code
    from kgst.sending.transactions import created_by
    from kgst.upgrade.files import UpgradeFile

    file = UpgradeFile.model_validate_json(proposed.read_text())
    creator = Account.create()

    def forged(implementation: str, **deployment: Any) -> None:
        code = implementation_code(MOCK, file.constructor_args, implementation)
        made = UpgradeFile.of(
            file.token_domain, contract=MOCK, source=file.source, constructor_args=file.constructor_args,
            implementation=implementation, code_hash=code_hash(code), data=file.call, nonce=file.nonce,
            deployment=file.deployment.model_copy(update=deployment),
            auditors=file.auditors, halts=file.halts, deadline=file.deadline,
        )  # fmt: skip
        proposed.write_text(made.model_dump_json())

    there = created_by(creator.address, 0)
    code = implementation_code(MOCK, file.constructor_args, there)
    fields = {
        "nonce": 0, "gas": 10**7, "gasPrice": 10**9, "value": 0, "data": impostor(code, {1: 1}), "chainId": 1337,
    }  # fmt: skip
    signed = creator.sign_transaction(fields)
    raw = "0x" + bytes(signed.raw_transaction).hex()
    forged(there, raw=raw, hash="0x" + bytes(signed.hash).hex())
    with pytest.raises(RefusedError, match="has other creation code than this checkout builds"):
        sign(auditor_a)
    forged(outsider.address)
    with pytest.raises(RefusedError, match=f"creates .*, and the file says {outsider.address}"):
        sign(auditor_a)
    forged(there, raw=raw)
    with pytest.raises(RefusedError, match="the transaction that is said to be"):
        sign(auditor_a)


@pytest.mark.parametrize("key", ["data", "code_hash", "nonce", "token", "message_hash"])
def test_consent__file_changed_by_hand__is_refused(
    proposed: Path, auditor_a: Any, sign: Callable[[Any], Path], key: str, outsider: Any
) -> None:
    other: dict[str, Any] = {"data": "0x01", "nonce": 5, "token": outsider.address}
    rewritten(proposed, **{key: other.get(key, "0x" + "ab" * 32)})
    with pytest.raises(FileError, match="hash"):
        sign(auditor_a)


def test_consent__policy_that_lies_beside_the_file__is_not_taken(
    proposed: Path, auditor_a: Any
) -> None:
    """The sender's archive has one: it would call anybody an auditor, and any recovery delay right."""
    assert (proposed.parents[1] / "policy.yaml").exists()
    answer = commands.consent(proposed, MOCK, auditor_a, None, yes=True, force=False, quiet=True)
    assert (answer.document["policy_file"], answer.document["label"]) == (None, None)
    assert "no policy of your own; give --policy" in " ".join(answer.document["not_checked"])


def test_consent__for_people__shows_the_hashes_large_and_the_call(
    proposed: Path, auditor_a: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    commands.consent(proposed, MOCK, auditor_a, None, yes=True, force=False, quiet=False)
    out = capsys.readouterr().out
    file = json.loads(proposed.read_text())
    for title in ("domain_hash", "message_hash"):
        digits = file[title][2:].upper()
        assert f"{digits[:8]}  {digits[8:16]}" in out
        assert file[title] in out
    assert "migrate(7)" in out
    assert "contract for tests" in " ".join(out.split())


# submit-consent


def test_submit_consent__too_few__names_the_others(
    proposed: Path, sign: Callable[[Any], Path], auditor_a: Any, outsider: Any
) -> None:
    with pytest.raises(RefusedError, match=r"1 of 2 signatures; not signed yet: auditor_b"):
        commands.submit_consent(proposed, [sign(auditor_a), sign(auditor_a)], as_(outsider))


def test_submit_consent__by_a_stranger__is_refused(
    proposed: Path, sign: Callable[[Any], Path], auditor_a: Any, holder: Any, outsider: Any
) -> None:
    with pytest.raises(RefusedError, match="not one of the auditors"):
        sign(holder)
    mine = json.loads(sign(auditor_a).read_text())
    forged = proposed.with_name("forged.sig.json")
    forged.write_text(json.dumps(mine | {"signer": holder.address, "by_contract": True}))
    with pytest.raises(FileError, match="not one of the auditors"):
        commands.submit_consent(proposed, [forged], as_(outsider))


def test_submit_consent__after_a_halt__is_refused(
    kgst: System, proposed: Path, sign: Callable[[Any], Path], auditor_a: Any, auditor_b: Any, outsider: Any
) -> None:  # fmt: skip
    files = [sign(auditor_a), sign(auditor_b)]
    kgst.token.haltMinting("a lien", sender=auditor_b)
    with pytest.raises(RefusedError, match="knows of 0 halts of minting, and the chain of 1"):
        commands.submit_consent(proposed, files, as_(outsider))


def test_submit_consent__deadline_passed__is_refused(
    proposed: Path, sign: Callable[[Any], Path], auditor_a: Any, auditor_b: Any, outsider: Any
) -> None:
    files = [sign(auditor_a), sign(auditor_b)]
    pass_time(3 * 86_400 + 1)
    with pytest.raises(RefusedError, match="ago by the chain's clock; draft anew"):
        commands.submit_consent(proposed, files, as_(outsider))


def test_deploy__again__keeps_the_deadline_while_nothing_else_has_changed(
    kgst: System, proposed: Path, migration: str, outsider: Any, auditor_b: Any
) -> None:
    before = proposed.read_bytes()
    pass_time(60)
    commands.deploy(MOCK, migration, as_(outsider))
    assert proposed.read_bytes() == before
    commands.deploy(MOCK, migration, as_(outsider), None, "4 days")
    longer = json.loads(proposed.read_text())
    assert longer["deadline"] > json.loads(before)["deadline"]
    kgst.token.haltMinting("a lien", sender=auditor_b)
    commands.deploy(MOCK, migration, as_(outsider))
    again = json.loads(proposed.read_text())
    assert (longer["halts"], again["halts"]) == (0, 1)
    assert again["deadline"] < longer["deadline"]


def test_execute__in_the_block_of_the_consent__waits(
    kgst: System, consented: Path, upgrader: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    commands.schedule(consented, as_(upgrader))
    pass_time(DELAY)
    monkeypatch.setattr("kgst.upgrade.executing.given_in", lambda _: 1_000_000)
    with pytest.raises(WaitingError, match="recorded in block 1000000, the latest there is"):
        commands.execute(consented, as_(upgrader))


def test_given_in__consent__is_its_block(
    kgst: System, proposed: Path, sign: Any, auditor_a: Any, auditor_b: Any, outsider: Any
) -> None:
    from kgst.upgrade.operations import given_in

    assert given_in(kgst) == 0
    files = [sign(auditor_a), sign(auditor_b)]
    commands.submit_consent(proposed, files, as_(outsider))
    assert given_in(kgst) == ape_chain.blocks.height


def test_submit_consent__of_a_suspended_auditor__is_refused(
    kgst: System, proposed: Path, sign: Callable[[Any], Path], auditor_a: Any, auditors: list[Any], guardian: Any,
    outsider: Any,
) -> None:  # fmt: skip
    """With three auditors and two to sign, one can be suspended."""
    files = [sign(auditor) for auditor in auditors]
    kgst.token.suspendAuditor(auditor_a, sender=guardian)
    with pytest.raises(FileError, match="is suspended") as refused:
        commands.submit_consent(proposed, [*files, files[0]], as_(outsider))
    assert str(refused.value).count("is suspended") == 2  # each file is named
    assert commands.submit_consent(proposed, files[1:], as_(outsider)).exit_code is ExitCode.DONE


def test_submit_consent__two_signatures_of_one_auditor__count_once(
    proposed: Path, sign: Callable[[Any], Path], auditor_a: Any, auditor_b: Any, outsider: Any
) -> None:
    """Not every device derives its nonce from the message: a second signature is another one, and as valid."""
    first, other = sign(auditor_a), sign(auditor_b)
    again = signed_with_nonce(
        auditor_a, UpgradeFile.model_validate_json(proposed.read_text()).digest
    )
    second = proposed.with_name("again.sig.json")
    second.write_text(json.dumps({**json.loads(first.read_text()), "signature": again}))
    assert again != json.loads(first.read_text())["signature"]
    with pytest.raises(RefusedError, match="1 of 2 signatures"):
        commands.submit_consent(proposed, [first, second], as_(outsider))
    done = commands.submit_consent(proposed, [first, second, other], as_(outsider))
    assert done.exit_code is ExitCode.DONE


def test_submit_consent__collected__is_recorded(
    proposed: Path, sign: Callable[[Any], Path], auditor_a: Any, auditor_b: Any, outsider: Any
) -> None:
    options = {"policy_path": None, "out_path": None, "force": False}
    found = commands.collect(proposed, [sign(auditor_b), sign(auditor_a)], **options)
    require_schema("upgrade-collect", {"schema": "kgst/upgrade-collect/1", **found.document})
    with pytest.raises(FileError, match="this is not a signed upgrade"):
        commands.submit_consent(proposed, [], as_(outsider))
    signed = Path(found.document["signed_file"])
    assert commands.submit_consent(signed, [], as_(outsider)).exit_code is ExitCode.DONE
    again = commands.submit_consent(signed, [], as_(outsider))
    assert again.document["already"] is True


def test_submit_consent__contract_that_does_not_take_the_signature__is_refused(
    proposed: Path, sign: Callable[[Any], Path], auditor_a: Any, auditor_b: Any, outsider: Any
) -> None:
    claimed = rewritten(sign(auditor_b), by_contract=True, signature="0x00")
    with pytest.raises(RefusedError, match="does not take the signature as its own"):
        commands.submit_consent(proposed, [sign(auditor_a), claimed], as_(outsider))


def test_submit_consent__signer_suspended_since__is_refused(
    kgst: System, proposed: Path, sign: Callable[[Any], Path], auditor_a: Any, auditor_b: Any,
    guardian: Any, outsider: Any,
) -> None:  # fmt: skip
    options = {"policy_path": None, "out_path": None, "force": False}
    found = commands.collect(proposed, [sign(auditor_a), sign(auditor_b)], **options)
    kgst.token.suspendAuditor(auditor_b, sender=guardian)
    with pytest.raises(RefusedError, match="signed and may not sign now"):
        commands.submit_consent(Path(found.document["signed_file"]), [], as_(outsider))


def test_submit_consent__twice__sends_once(
    consented: Path, sign: Callable[[Any], Path], auditor_a: Any, outsider: Any
) -> None:
    height = ape_chain.blocks.height
    answer = commands.submit_consent(consented, [sign(auditor_a)], as_(outsider))
    assert answer.document["already"] is True
    assert ape_chain.blocks.height == height


def test_submit_consent__signature_on_another_call__is_refused(
    proposed: Path, sign: Callable[[Any], Path], auditor_a: Any, outsider: Any
) -> None:
    signature = sign(auditor_a)
    commands.deploy(MOCK, "0x", as_(outsider))
    with pytest.raises(FileError, match="signs another draft of the upgrade to"):
        commands.submit_consent(proposed, [signature], as_(outsider))


def test_submit_consent__signer_claims_another_name__is_refused(
    proposed: Path, sign: Callable[[Any], Path], auditor_a: Any, auditor_b: Any, outsider: Any
) -> None:
    forged = rewritten(sign(auditor_a), signer=auditor_b.address)
    with pytest.raises(FileError, match="names"):
        commands.submit_consent(proposed, [forged], as_(outsider))


# schedule, execute, cancel


def test_schedule__no_consent__is_refused(proposed: Path, upgrader: Any) -> None:
    with pytest.raises(RefusedError, match="consent on the chain is not to this upgrade"):
        commands.schedule(proposed, as_(upgrader))


def test_schedule__by_somebody_else__is_refused(consented: Path, outsider: Any) -> None:
    with pytest.raises(RefusedError, match="no member of UPGRADER"):
        commands.schedule(consented, as_(outsider))


def test_schedule__no_delay__says_execute(
    kgst: System, consented: Path, issuer_b: Any, admin: Any
) -> None:
    kgst.manager.grantRole(1, issuer_b, 0, sender=admin)
    with pytest.raises(RefusedError, match="nothing to schedule"):
        commands.schedule(consented, as_(issuer_b))
    assert commands.execute(consented, as_(issuer_b)).exit_code is ExitCode.DONE


@pytest.mark.parametrize("command", [commands.schedule, commands.execute])
def test_upgrade__give_up__upgrades_nothing(command: Any, proposed: Path, upgrader: Any) -> None:
    answer = command(proposed, as_(upgrader, give_up=True))
    assert answer.document == {"account": upgrader.address, "given_up": []}


def test_schedule__other_code_at_the_address__is_drift(
    kgst: System, consented: Path, upgrader: Any
) -> None:
    from kgst.upgrade.files import UpgradeFile

    file = UpgradeFile.model_validate_json(consented.read_text())
    other = UpgradeFile.of(
        file.token_domain, contract=MOCK, source=file.source, constructor_args=file.constructor_args,
        implementation=kgst.record.feed.address, code_hash=file.code_hash, data=file.call, nonce=file.nonce,
        deployment=file.deployment, auditors=file.auditors, halts=file.halts, deadline=file.deadline,
    )  # fmt: skip
    consented.write_text(other.model_dump_json())
    with pytest.raises(DriftError, match="there is other code"):
        commands.schedule(consented, as_(upgrader))


def test_execute__consent_lapsed_meanwhile__is_refused(
    kgst: System, consented: Path, upgrader: Any, guardian: Any, auditor_b: Any
) -> None:
    commands.schedule(consented, as_(upgrader))
    pass_time(DELAY)
    kgst.token.suspendAuditor(auditor_b, sender=guardian)
    with pytest.raises(RefusedError, match="consent on the chain is not to this upgrade"):
        commands.execute(consented, as_(upgrader))


@pytest.mark.parametrize("by", ["guardian", "upgrader"])
def test_cancel__scheduled__cannot_be_executed(
    kgst: System, consented: Path, upgrader: Any, guardian: Any, by: str
) -> None:
    commands.schedule(consented, as_(upgrader))
    canceller = guardian if by == "guardian" else upgrader
    assert commands.cancel(consented, as_(canceller)).exit_code is ExitCode.DONE
    pass_time(DELAY)
    with pytest.raises(RefusedError, match="not scheduled yet"):
        commands.execute(consented, as_(upgrader))
    with pytest.raises(RefusedError, match="nothing to cancel"):
        commands.cancel(consented, as_(canceller))


def test_cancel__by_somebody_else__is_refused(
    consented: Path, upgrader: Any, outsider: Any
) -> None:
    commands.schedule(consented, as_(upgrader))
    with pytest.raises(RefusedError, match="no member of GUARDIAN"):
        commands.cancel(consented, as_(outsider))


def test_command__file_of_another_token__is_refused(
    kgst: System, proposed: Path, upgrader: Any
) -> None:
    from kgst.upgrade.files import UpgradeFile

    file = UpgradeFile.model_validate_json(proposed.read_text())
    other = UpgradeFile.of(
        replace(file.token_domain, token=kgst.record.feed.address), contract=MOCK, source=file.source,
        constructor_args=file.constructor_args, implementation=file.implementation,
        code_hash=file.code_hash, data=file.call, nonce=file.nonce, deployment=file.deployment,
        auditors=file.auditors, halts=file.halts, deadline=file.deadline,
    )  # fmt: skip
    proposed.write_text(other.model_dump_json())
    for command in (commands.schedule, commands.execute, commands.cancel):
        with pytest.raises(RefusedError, match="is for the token"):
            command(proposed, as_(upgrader))


# check


def test_check__second_generation__passes_on_a_fork(kgst: System, migration: str) -> None:
    height = ape_chain.blocks.height
    answer = commands.check(None, MOCK, migration, quiet=True)
    assert answer.exit_code is ExitCode.DONE
    require_schema("upgrade-check", {"schema": "kgst/upgrade-check/2", **answer.document})
    assert kgst.files is not None
    assert answer.document["layout"]["compared_with"] == str(kgst.files.layout)
    assert len(answer.document["smoke_test"]["checks"]) == 9
    assert ape_chain.blocks.height == height


def test_check__upgrade_that_changes_a_getter__is_found_on_the_fork(kgst: System) -> None:
    """Its call lets somebody spend what the AccessManager would have: no field moved, and one getter answers more."""
    answer = commands.check(None, MOCK, allowing(kgst), quiet=True)
    assert answer.exit_code is ExitCode.REFUSED
    [wrong] = [c for c in answer.document["smoke_test"]["checks"] if c["state"] != "ok"]
    assert wrong["item"] == "every getter answers as before"
    assert "allowance(KGSTAccessManager, admin (0x7099…79C8)): 0 before, 7 after" in wrong["found"]


def allowing(system: System) -> str:
    """An upgrade's call that leaves something behind: `approve(admin, 7)`."""
    admin = int(system.policy.address("admin"), 16)
    call = keccak(text="approve(address,uint256)")[:4] + admin.to_bytes(32) + (7).to_bytes(32)
    return "0x" + call.hex()


def test_execute__upgrade_that_changes_a_getter__is_drift_once_it_is_final(
    kgst: System, outsider: Any, upgrader: Any, auditor_a: Any, auditor_b: Any
) -> None:
    file = Path(commands.deploy(MOCK, allowing(kgst), as_(outsider)).document["file"])
    own = file.parents[1] / "policy.yaml"
    signed = [
        Path(
            commands.consent(file, MOCK, auditor, own, yes=True, force=False, quiet=True).document[
                "signature_file"
            ]
        )
        for auditor in (auditor_a, auditor_b)
    ]
    assert commands.submit_consent(file, signed, as_(outsider)).exit_code is ExitCode.DONE
    ape_chain.mine()
    commands.schedule(file, as_(upgrader))
    pass_time(DELAY)
    with pytest.raises(
        DriftError, match="than in the block before, not as the upgrade declares: allowance"
    ):
        commands.execute(file, as_(upgrader))


def test_check__layout_of_before_had_another_field__exits_4_and_names_it(kgst: System) -> None:
    assert kgst.files is not None
    text = kgst.files.layout.read_text()
    assert '"72"' in text
    document = json.loads(text)
    document["layout"]["words"]["AccountLib.FROZEN_SHIFT"] = "80"
    kgst.files.layout.write_text(json.dumps(document))
    answer = commands.check(None, MOCK, "0x", quiet=True)
    assert answer.exit_code is ExitCode.REFUSED
    assert answer.document["layout"]["problems"] == [
        {"kind": "changed", "field": "AccountLib.FROZEN_SHIFT", "old": "80", "new": "72"}
    ]
    assert (answer.document["passed"], answer.document["smoke_test"]) == (False, None)


def test_check__snapshot_of_other_code__is_not_believed(kgst: System) -> None:
    assert kgst.files is not None
    rewritten(kgst.files.layout, code_hash="0x" + "ab" * 32)
    from kgst.upgrade.deployed import deployed_layout

    assert "this checkout" in deployed_layout(kgst)[1]


def test_check__migration_that_fails__is_found_on_the_fork(kgst: System) -> None:
    answer = commands.check(None, MOCK, "0xdeadbeef", quiet=True)
    assert answer.exit_code is ExitCode.REFUSED
    [wrong] = [c for c in answer.document["smoke_test"]["checks"] if c["state"] != "ok"]
    assert wrong["item"] == "the smoke test itself"
    assert "FailedCall" in wrong["found"]
