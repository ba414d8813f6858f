"""Each step of the one way to write is taken, whoever consents and whatever was there before."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from ape import accounts as ape_accounts
from ape import chain as ape_chain
from support.operators import as_, carry_out, operated, policy_file
from support.reserves import attest
from support.safe import deploy_safe

from kgst.deployment.system import System
from kgst.errors import RefusedError, UnconfirmedError
from kgst.files import Files
from kgst.guard.pauses import pause, unpause
from kgst.node import ChainRevertError
from kgst.pipeline.logbook import Entry
from kgst.pipeline.operation import Operation, call_data
from kgst.pipeline.options import Run
from kgst.pipeline.pipeline import perform
from kgst.supply.issuing import mint

POLICY = Path(__file__).parents[1] / "support/policy.yaml"
SOM = 1_000_000


@pytest.fixture(scope="module")
def owners() -> list[Any]:
    return [ape_accounts.test_accounts[i] for i in (23, 24)]


@pytest.fixture(scope="module")
def deployed(tmp_path_factory: pytest.TempPathFactory, owners: list[Any], deployer: Any) -> System:
    """The Safe `vault` pauses, too; who unpauses waits five minutes."""
    addresses = [owner.address for owner in owners]
    safe = deploy_safe(ape_chain.provider.web3, addresses, 2, salt=11)
    people = "".join(f'  owner_{i}: "{one}"\n' for i, one in enumerate(addresses))
    path = policy_file(
        tmp_path_factory.mktemp("kgst"),
        POLICY,
        ("\nauditors:\n", f'  vault: "{safe}"\n{people}\nauditors:\n'),
        (
            "    - {member: pauser, delay: 0 seconds}\n",
            "    - {member: pauser, delay: 0 seconds}\n    - {member: vault, delay: 0 seconds}\n",
        ),
        ("{member: unpauser, delay: 0 seconds}", "{member: unpauser, delay: 5 minutes}"),
        (
            "\nlimits:\n",
            "\nsafes:\n  vault: {owners: [owner_0, owner_1], threshold: 2}\n\nlimits:\n",
        ),
    )
    return operated(path, deployer)


@pytest.fixture
def kgst(deployed: System, tmp_path: Path) -> System:
    system = replace(deployed, files=Files(tmp_path))
    attest(system, 10_000 * 100)
    return system


def written(system: System) -> list[str]:
    """Journals and proposals."""
    assert system.files is not None
    found = [*system.files.operations.rglob("*.json*"), *system.files.proposals.rglob("*.json")]
    return [path.name for path in found]


def payment(system: System, to: Any, som: int) -> Operation:
    """A holder's own, without a reference."""
    data = call_data(system.token.transfer, to, som * SOM)
    return Operation("pay", f"pay {som} som", system.token.address, data)


def test_simulation__of_what_reverts_with_yes__comes_before_anything_is_shown(
    kgst: System, holder: Any, receiver: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(ChainRevertError):
        carry_out(kgst, payment(kgst, receiver, 1), as_(holder))
    assert "pay 1 som" not in capsys.readouterr().err, "nobody is asked to consent to it"
    assert (written(kgst), holder.nonce) == ([], 0)


def test_simulation__of_what_reverts_by_a_safe__comes_before_its_proposal(
    kgst: System, owners: list[Any], receiver: Any
) -> None:
    for run in (as_(owners[0], "vault"), as_(None, "vault")):
        with pytest.raises(ChainRevertError):
            carry_out(kgst, payment(kgst, receiver, 1), run)
        assert written(kgst) == []


@pytest.mark.parametrize("said", ["it would revert", ""])
def test_simulation__of_what_is_scheduled__comes_before_it_is(
    kgst: System, pauser: Any, unpauser: Any, monkeypatch: pytest.MonkeyPatch, said: str
) -> None:
    """The in-process chain cannot suppose that a delay is over: what a node would say of it is said here."""
    carry_out(kgst, pause(kgst, ["MINTING"]), as_(pauser))
    asked: list[Operation] = []

    def simulated(_: System, operation: Operation) -> bool:
        asked.append(operation)
        if said:
            raise ChainRevertError(said)
        return True

    monkeypatch.setattr("kgst.pipeline.pipeline.simulate_execution", simulated)
    before, operation = unpauser.nonce, unpause(kgst, ["MINTING"])
    if said:
        with pytest.raises(ChainRevertError, match=said):
            carry_out(kgst, operation, as_(unpauser))
        assert unpauser.nonce == before
    else:
        assert carry_out(kgst, operation, as_(unpauser))["exit_code"] == 5
    assert [one.data for one in asked] == [operation.data]


def test_check__of_an_operation__is_asked_before_anything_is_sent(
    kgst: System, pauser: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse() -> None:
        raise RefusedError("not now")

    with pytest.raises(RefusedError, match="not now"):
        carry_out(kgst, replace(pause(kgst, ["MINTING"]), check=refuse), as_(pauser))
    assert (kgst.token.pauseFlags(), written(kgst)) == (0, [])


@pytest.fixture
def interrupted(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Gives a command whose process ends between its final outcome and the putting away of its journal."""

    def cut(call: Callable[..., Any], *arguments: Any) -> None:
        def power_cut(_: Entry) -> None:
            raise RuntimeError("power cut")

        with monkeypatch.context() as broken:
            broken.setattr(Entry, "finish", power_cut)
            with pytest.raises(RuntimeError):
                call(*arguments)

    return cut


def test_cut_before_it_is_put_away__without_a_reference__is_not_sent_again(
    kgst: System, issuer: Any, receiver: Any, interrupted: Callable[..., None]
) -> None:
    mint(kgst, "issuer", "10 som", "D-1", as_(issuer))
    interrupted(perform, kgst, [payment(kgst, receiver, 4)], as_(issuer))
    assert kgst.token.balanceOf(receiver) == 4 * SOM
    again = carry_out(kgst, payment(kgst, receiver, 4), as_(issuer))
    assert (again["resumed"], again["exit_code"]) == (True, 0)
    assert kgst.token.balanceOf(receiver) == 4 * SOM
    # Put away now: the same once more is another one.
    carry_out(kgst, payment(kgst, receiver, 4), as_(issuer))
    assert kgst.token.balanceOf(receiver) == 8 * SOM


def no_answer(*_: Any, **__: Any) -> Any:
    raise ConnectionError("connection reset")


@pytest.mark.parametrize("landed", [False, True])
def test_reference__of_another_run_that_is_open__is_refused_by_its_name(
    kgst: System, issuer: Any, monkeypatch: pytest.MonkeyPatch,
    interrupted: Callable[..., None], landed: bool,
) -> None:  # fmt: skip
    """The token knows nothing of what is not mined."""
    run: Run = as_(issuer)
    mint(kgst, "admin", "1 som", "PO-0", run)
    if landed:
        interrupted(mint, kgst, "admin", "5 som", "PO-1", run)
    else:
        with monkeypatch.context() as broken:
            broken.setattr(ape_chain.provider.web3.eth, "send_raw_transaction", no_answer)
            with pytest.raises(UnconfirmedError):
                mint(kgst, "admin", "5 som", "PO-1", run)
    nonce = issuer.nonce
    with pytest.raises(RefusedError, match=r"'PO-1' was used before: .*-mint-.*\.jsonl"):
        mint(kgst, "admin", "6 som", "PO-1", run)
    assert issuer.nonce == nonce
    assert mint(kgst, "admin", "5 som", "PO-1", run).exit_code == 0
    assert kgst.token.totalSupply() == 6 * SOM
