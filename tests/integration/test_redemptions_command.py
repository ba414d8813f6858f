"""`ape run redemptions`: what is due, locked, confirmed, returned and rejected, on the in-process chain."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from ape import chain as ape_chain
from support.in_process import invoke
from support.operators import as_, carry_out, operated, pass_time
from support.reserves import attest
from support.schemas import require_schema

from kgst.deployment.system import System
from kgst.errors import DriftError, ExitCode, InputError, RefusedError
from kgst.files import Files
from kgst.node import NodeError
from kgst.redemptions.operations import chosen, confirm, lock, reject, returned
from kgst.redemptions.views import list_requests, show_requests
from kgst.snapshot.requests import Stage, read_desk

POLICY = Path(__file__).parents[1] / "support/policy.yaml"
ROOT = Path(__file__).parents[2]
SOM = 1_000_000
DAY = 86_400
PAYEE = b"\x21" * 32
PAID = "0x" + "5e" * 32


@pytest.fixture(scope="module")
def deployed(deployer: Any) -> System:
    return operated(POLICY, deployer)


@pytest.fixture
def kgst(deployed: System, tmp_path: Path, issuer: Any, holder: Any, receiver: Any) -> System:
    """With three requests: 100 and 300 som of `holder`, 200 of `receiver`."""
    system = replace(deployed, files=Files(tmp_path / "files"))
    attest(system, 10_000 * 100)
    desk = system.deployment.redemption_desk
    for who in (holder, receiver):
        system.token.mint(who, 1_000 * SOM, sender=issuer)
        system.token.approve(desk, 2**256 - 1, sender=who)
    for who, som in ((holder, 100), (receiver, 200), (holder, 300)):
        desk.request(som * SOM, PAYEE, sender=who)
    return system


def stages(system: System) -> list[Stage]:
    return [one.stage for one in read_desk(system).requests]


def test_list__three_requests__are_due_and_none_overdue(kgst: System, holder: Any) -> None:
    answer = list_requests(kgst, everything=False, of=None)
    document = answer.content.printed()
    require_schema("redemptions-list", document)
    assert answer.exit_code == ExitCode.DONE
    assert (document["count"], document["escrow"], document["overdue"]) == (3, str(600 * SOM), 0)
    assert document["due"] == str(600 * SOM)
    assert [one["amount"] for one in document["requests"]] == [
        str(n * SOM) for n in (100, 200, 300)
    ]
    mine = list_requests(kgst, everything=True, of=holder.address).content
    assert [one.id for one in mine.requests] == [1, 3]


def test_list__late__exits_3_and_is_told(kgst: System) -> None:
    pass_time(3 * DAY + 1)
    answer = list_requests(kgst, everything=False, of=None)
    assert answer.exit_code == ExitCode.DRIFT
    assert [one.overdue for one in answer.content.requests] == [True] * 3
    assert answer.content.due == 0


def test_lock__up_to_an_amount__takes_the_oldest_that_fit(kgst: System, redeemer: Any) -> None:
    desk = read_desk(kgst)
    assert chosen(desk, 299 * SOM) == [1]
    assert chosen(desk, 300 * SOM) == [1, 2]
    assert chosen(desk, None) == [1, 2, 3]
    assert chosen(desk, 99 * SOM) == []
    found = carry_out(kgst, lock(kgst, [1, 2]), as_(redeemer))
    assert found["exit_code"] == 0
    assert stages(kgst) == [Stage.LOCKED, Stage.LOCKED, Stage.REQUESTED]
    assert chosen(read_desk(kgst), None) == [3]
    again = carry_out(kgst, lock(kgst, [1, 2]), as_(redeemer))
    assert again["already"] is True


def test_lock__too_late__is_refused_by_number(kgst: System, redeemer: Any) -> None:
    pass_time(3 * DAY + 1)
    with pytest.raises(RefusedError, match="request 1, 3 cannot be locked any more"):
        carry_out(kgst, lock(kgst, [1, 3]), as_(redeemer))


def test_lock__whose_requester_is_blocked__is_not_told_as_done(
    kgst: System, redeemer: Any, compliance: Any, receiver: Any
) -> None:
    kgst.token.blockAccount(receiver, sender=compliance)
    with pytest.raises(DriftError, match=r"of 2 request\(s\): expected 2, found 1"):
        carry_out(kgst, lock(kgst, [1, 2]), as_(redeemer))
    assert stages(kgst) == [Stage.LOCKED, Stage.REQUESTED, Stage.REQUESTED]


def test_lock__paid_by_nobody__is_overdue_from_pay_by_on(kgst: System, redeemer: Any) -> None:
    carry_out(kgst, lock(kgst, [2]), as_(redeemer))
    pass_time(2 * DAY - 60)
    assert show_requests(kgst, [2]).exit_code == ExitCode.DONE
    pass_time(120)
    answer = show_requests(kgst, [2])
    assert answer.exit_code == ExitCode.DRIFT
    assert answer.content.requests[0].pay_by is not None


def test_confirm__locked__burns_and_a_returned_one_is_owed_again(
    kgst: System, redeemer: Any, asked: list[str]
) -> None:
    carry_out(kgst, lock(kgst, [1, 2]), as_(redeemer))
    found = carry_out(kgst, confirm(kgst, [1, 2], PAID), as_(redeemer))
    assert found["exit_code"] == 0
    assert asked, "it cannot be undone"
    assert kgst.token.solvency().burned == 300 * SOM
    assert [one.burned for one in read_desk(kgst).requests] == [True, True, False]
    back = carry_out(kgst, returned(kgst, 2), as_(redeemer))
    assert back["exit_code"] == 0
    answer = list_requests(kgst, everything=False, of=None)
    assert answer.exit_code == ExitCode.DRIFT
    assert [(one.id, one.overdue) for one in answer.content.requests] == [(2, True), (3, False)]
    with pytest.raises(
        RefusedError, match="2 is returned; leave it out"
    ):  # the same command, once more
        carry_out(kgst, confirm(kgst, [1, 2], PAID), as_(redeemer))
    carry_out(kgst, confirm(kgst, [2], PAID, again=True), as_(redeemer))
    assert stages(kgst)[1] is Stage.PAID
    assert kgst.token.solvency().burned == 300 * SOM


def test_confirm__not_locked__is_refused(kgst: System, redeemer: Any) -> None:
    with pytest.raises(RefusedError, match="3 is requested; leave it out"):
        carry_out(kgst, confirm(kgst, [3], PAID), as_(redeemer))


def test_reject__with_a_reason__gives_the_tokens_back(
    kgst: System, redeemer: Any, holder: Any
) -> None:
    before = kgst.token.balanceOf(holder)
    with pytest.raises(InputError, match="--why"):
        reject(kgst, 1, "  ")
    carry_out(kgst, reject(kgst, 1, "no such account"), as_(redeemer))
    assert kgst.token.balanceOf(holder) == before + 100 * SOM
    with pytest.raises(RefusedError, match="1 is rejected"):
        carry_out(kgst, lock(kgst, [1]), as_(redeemer))


def test_show__no_such_request__is_refused_with_what_there_is(kgst: System) -> None:
    with pytest.raises(RefusedError, match=r"no request 4 .*requests: 1 to 3"):
        show_requests(kgst, [4])


@pytest.mark.parametrize(
    ("method", "answer", "said"),
    [
        ("requestCount", 2**255, "name those that you mean"),
        ("requestOf", (None, 1, 9, 0, b"", False), "is in state 9, which does not exist"),
    ],
)
def test_list__node_says_what_cannot_be__is_its_failure(
    kgst: System, monkeypatch: pytest.MonkeyPatch, method: str, answer: Any, said: str
) -> None:
    from kgst.multicall.reads import Read

    real = Read.value.fget  # type: ignore[attr-defined]
    monkeypatch.setattr(
        Read, "value", property(lambda one: answer if f".{method}(" in one.what else real(one))
    )
    with pytest.raises(NodeError, match=said):
        list_requests(kgst, everything=False, of=None)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Questions that were asked, and answered with yes."""
    questions: list[str] = []
    monkeypatch.setattr("click.confirm", lambda question, **_: questions.append(question))
    return questions


# As typed


@pytest.fixture
def typed(kgst: System, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Gives a command in this process."""
    before = ape_chain.provider.snapshot()
    folder = tmp_path / "typed"
    folder.mkdir()
    (folder / "policy.yaml").write_text(POLICY.read_text())
    kgst.record.save(folder / "record.json")
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr("kgst.deployment.system.is_short_lived", lambda _: False)

    def run(*arguments: object) -> Any:
        return invoke(*arguments, policy=folder / "policy.yaml")

    yield run
    ape_chain.provider.restore(before)
    ape_chain.history.revert_to_block(ape_chain.blocks.height)


def test_typed__each_command__does_what_it_says(typed: Any, redeemer: Any) -> None:
    by = ("--account", "TEST::30", "--yes")
    shown = typed("redemptions", "list")
    assert shown.exit_code == 0, shown.output
    assert (
        "3 request(s) so far, 600.00 som in escrow; 3 due, 600.00 som; 0 overdue." in shown.output
    )
    assert typed("redemptions", "lock", "--due", "300 som", *by).exit_code == 0
    document = json.loads(typed("redemptions", "show", 1, 2, "--json").stdout)
    assert [one["state"] for one in document["requests"]] == ["locked", "locked"]
    refused = typed("redemptions", "confirm", "--by-hand", 1, "--payment-hash", "0x12", *by)
    assert refused.exit_code == ExitCode.USAGE
    assert "0x and 64 hexadecimal digits" in refused.stderr
    assert typed("redemptions", "returned", 1, *by).exit_code == ExitCode.REFUSED
    assert typed("redemptions", "reject", 3, "--why", "asked twice", *by).exit_code == 0
    assert typed("redemptions", "lock", 1, "--due", "1 som", *by).exit_code == ExitCode.USAGE
    assert typed("redemptions", "lock", "--due", "1 som", *by).exit_code == ExitCode.USAGE
