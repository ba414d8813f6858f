"""`ape run supply proposals`, `cancel`, `destinations` and their changes, as calls and as they are typed."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from rich.console import Console
from support.in_process import invoke
from support.operators import as_, carry_out, operated, pass_time
from support.reserves import attest
from support.schemas import require_schema
from support.standing import keep_chain

from kgst.console import Answer
from kgst.deployment.system import System
from kgst.errors import ExitCode, InputError, RefusedError
from kgst.files import Files
from kgst.keys import key_of
from kgst.node import NodeError
from kgst.roles import Role
from kgst.snapshot.traces import Traces
from kgst.supply import desk
from kgst.supply.destinations import allow_destination, list_destinations, remove_destination
from kgst.supply.proposals import cancel, list_proposals
from kgst.supply.proposing import propose

ROOT = Path(__file__).parents[2]
POLICY = ROOT / "tests/support/policy.yaml"
SOM = 1_000_000
DAY = 86_400
KEY = key_of("mint", "DEP-1")


@pytest.fixture(scope="module")
def deployed(deployer: Any) -> System:
    return operated(POLICY, deployer)


@pytest.fixture
def kgst(deployed: System, tmp_path: Path) -> System:
    """5 million som attested."""
    system = replace(deployed, files=Files(tmp_path / "files"))
    attest(system, 5_000_000 * 100)
    return system


@pytest.fixture
def proposed(kgst: System, minter: Any) -> System:
    """300,000 som to `issuer` are proposed by DEP-1."""
    answer = propose(kgst, "issuer", "300 000 som", "DEP-1", as_(minter))
    assert answer.exit_code == ExitCode.DONE
    return kgst


def shown(answer: Answer[Any], width: int = 80) -> str:
    out = StringIO()
    answer.show(Console(file=out, width=width))
    return out.getvalue()


def listed(system: System) -> list[dict[str, Any]]:
    document = list_proposals(system).content.printed()
    require_schema("supply-proposals", document)
    return list(document["proposals"])


def test_proposals__open_ready_lapsed__are_told_with_their_moments(
    proposed: System, minter: Any
) -> None:
    contract = proposed.deployment.mint_desk
    [one] = listed(proposed)
    ready = contract.proposalOf(KEY).readyAt
    assert (one["key"], one["reference"], one["label"]) == ("0x" + KEY.hex(), "DEP-1", "issuer")
    assert (one["amount"], one["state"]) == (str(300_000 * SOM), "waiting")
    assert (one["ready_at"], one["expires_at"]) == (ready, ready + DAY)
    words = " ".join(shown(list_proposals(proposed)).split())
    assert "it can surely be stopped for 1 day" in words
    assert words.count("Bishkek)") >= 4
    assert "DEP-1" in words
    pass_time(DAY)
    # A thief's is not of this checkout.
    contract.propose(proposed.policy.address("issuer"), 5, b"\x07" * 32, sender=minter)
    assert [(p["state"], p["reference"]) for p in listed(proposed)] == [
        ("ready", "DEP-1"), ("waiting", None),
    ]  # fmt: skip
    assert "not from this checkout" in " ".join(shown(list_proposals(proposed)).split())
    pass_time(DAY)
    assert [p["state"] for p in listed(proposed)] == ["lapsed", "ready"]


def test_proposals__minted_or_cancelled__are_open_no_more(
    proposed: System, minter: Any, guardian: Any
) -> None:
    propose(proposed, "issuer", "5 som", "DEP-2", as_(minter))
    cancel(proposed, None, "DEP-2", as_(guardian))
    assert [one["reference"] for one in listed(proposed)] == ["DEP-1"]
    pass_time(DAY)
    desk.mint(proposed, "issuer", "300 000 som", "DEP-1", as_(minter))
    assert listed(proposed) == []
    assert "nothing is proposed at the mint desk" in shown(list_proposals(proposed))


def test_proposals__node_without_events__says_so(
    proposed: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kgst.events.read_logs", lambda *_, **__: iter(()))
    with pytest.raises(NodeError, match="shows no event of block"):
        list_proposals(proposed)


@pytest.mark.parametrize("who", ["guardian", "auditor_a", "auditor_c"])
def test_cancel__guardian_or_any_auditor__ends_it(
    proposed: System, who: str, request: pytest.FixtureRequest, minter: Any
) -> None:
    run = as_(request.getfixturevalue(who))
    found = cancel(proposed, KEY.hex()[:8], None, run)
    assert found.exit_code == ExitCode.DONE
    assert found.document["already"] is False
    assert proposed.deployment.mint_desk.proposalOf(KEY).readyAt == 0
    again = cancel(proposed, "0x" + KEY.hex()[:8], None, run)
    assert again.document["already"] is True
    # It can be proposed anew, and waits anew.
    assert propose(proposed, "issuer", "300 000 som", "DEP-1", as_(minter)).exit_code == 0
    assert proposed.deployment.mint_desk.proposalOf(KEY).readyAt > 0


def test_cancel__anybody_else_or_a_suspended_auditor__is_refused(
    proposed: System, outsider: Any, minter: Any, auditor_b: Any, guardian: Any
) -> None:
    proposed.token.suspendAuditor(auditor_b, sender=guardian)
    for who in (outsider, minter, auditor_b):
        with pytest.raises(RefusedError, match="is no member of GUARDIAN on the chain"):
            cancel(proposed, None, "DEP-1", as_(who))
    assert proposed.deployment.mint_desk.proposalOf(KEY).readyAt > 0


def test_cancel__whole_key_or_reference__needs_no_events(
    proposed: System, guardian: Any, minter: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def silent(*_: Any) -> Any:
        raise NodeError("no events here")

    propose(proposed, "issuer", "5 som", "DEP-2", as_(minter))
    monkeypatch.setattr("kgst.supply.proposals.keys_proposed", silent)
    with pytest.raises(NodeError):
        cancel(proposed, KEY.hex()[:10], None, as_(guardian))
    assert cancel(proposed, KEY.hex(), None, as_(guardian)).exit_code == ExitCode.DONE
    assert cancel(proposed, None, "DEP-2", as_(guardian)).exit_code == ExitCode.DONE
    # Nobody can tell whether it was cancelled: that is no success.
    with pytest.raises(RefusedError, match="no event here says that it was cancelled"):
        cancel(proposed, None, "DEP-2", as_(guardian))


def test_cancel__never_proposed_or_minted__is_no_success(
    proposed: System, guardian: Any, minter: Any
) -> None:
    with pytest.raises(RefusedError, match="nothing is proposed as 0x"):
        cancel(proposed, None, "DEP-9", as_(guardian))
    pass_time(DAY)
    desk.mint(proposed, "issuer", "300 000 som", "DEP-1", as_(minter))
    with pytest.raises(RefusedError, match="is minted: it can be stopped no more"):
        cancel(proposed, None, "DEP-1", as_(guardian))


def test_cancel__prefix_of_several__prefers_what_is_open_else_asks_for_more(
    kgst: System, minter: Any, guardian: Any
) -> None:
    contract, to = kgst.deployment.mint_desk, kgst.policy.address("issuer")
    keys = [b"\xab\xcd" + bytes([n]) * 30 for n in range(3)]
    for key in keys:
        contract.propose(to, 5, key, sender=minter)
    with pytest.raises(InputError, match="abcd begins 3 keys"):
        cancel(kgst, "abcd", None, as_(guardian))
    for key in keys[:2]:
        cancel(kgst, key.hex(), None, as_(guardian))
    cancel(kgst, "abcd", None, as_(guardian))
    assert contract.proposalOf(keys[2]).readyAt == 0


@pytest.mark.parametrize("prefix", ["abc", "0xabc", "abcg", "DEP-1", "a" * 65, "١٢٣٤"])
def test_cancel__no_key__is_a_usage_error(kgst: System, guardian: Any, prefix: str) -> None:
    with pytest.raises(InputError, match="is no key"):
        cancel(kgst, prefix, None, as_(guardian))


def test_cancel__unknown_prefix_or_both_or_neither__is_a_usage_error(
    proposed: System, guardian: Any
) -> None:
    with pytest.raises(InputError, match="nothing was ever proposed"):
        cancel(proposed, "ffffffff", None, as_(guardian))
    for key, reference in ((None, None), (KEY.hex(), "DEP-1")):
        with pytest.raises(InputError, match="one of the two"):
            cancel(proposed, key, reference, as_(guardian))


def test_destinations__node_hides_events__is_no_pass(
    kgst: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who was allowed past the policy is named by events alone."""
    hidden = Traces(gap="events are refused")
    monkeypatch.setattr("kgst.supply.destinations.read_traces", lambda *_: hidden)
    answer = list_destinations(kgst)
    assert answer.exit_code == ExitCode.ERROR
    assert answer.content.gap == "events are refused"


def test_destinations__allowed_and_removed__are_as_policy_and_chain_say(
    kgst: System, issuance_admin: Any, guardian: Any
) -> None:
    answer = list_destinations(kgst)
    document = answer.content.printed()
    require_schema("supply-destinations", document)
    assert answer.exit_code == ExitCode.DONE
    assert [(d["label"], d["allowed"], d["in_policy"]) for d in document["destinations"]] == [
        ("issuer", True, True)
    ]
    allow = partial(allow_destination, kgst, "admin", allow_unknown=False)
    assert carry_out(kgst, allow(), as_(issuance_admin))["exit_code"] == 0
    assert carry_out(kgst, allow(), as_(issuance_admin))["already"] is True
    answer = list_destinations(kgst)
    assert answer.exit_code == ExitCode.DRIFT
    assert {d.label: (d.allowed, d.in_policy) for d in answer.content.destinations} == {
        "admin": (True, False), "issuer": (True, True),
    }  # fmt: skip
    remove = partial(remove_destination, kgst, "admin", allow_unknown=False)
    assert carry_out(kgst, remove(), as_(guardian))["exit_code"] == 0
    assert carry_out(kgst, remove(), as_(guardian))["already"] is True
    answer = list_destinations(kgst)
    assert answer.exit_code == ExitCode.DONE
    assert {d.label: d.allowed for d in answer.content.destinations} == {
        "admin": False, "issuer": True,
    }  # fmt: skip


def test_allow_destination__with_a_delay__is_scheduled_and_executed_by_the_same_command(
    kgst: System, admin: Any, issuer_b: Any
) -> None:
    kgst.manager.grantRole(int(Role.ISSUANCE_ADMIN), issuer_b, DAY, sender=admin)
    run = as_(issuer_b)
    allow = partial(allow_destination, kgst, "admin", allow_unknown=False)
    assert carry_out(kgst, allow(), run)["exit_code"] == ExitCode.WAITING
    assert kgst.deployment.mint_desk.isDestination(kgst.policy.address("admin")) is False
    pass_time(DAY)
    assert carry_out(kgst, allow(), run)["exit_code"] == 0
    assert kgst.deployment.mint_desk.isDestination(kgst.policy.address("admin")) is True


def test_destinations__wrong_hands_or_reserved__are_refused(
    kgst: System, minter: Any, issuance_admin: Any, outsider: Any
) -> None:
    with pytest.raises(RefusedError, match="is no member of ISSUANCE_ADMIN"):
        carry_out(kgst, allow_destination(kgst, "admin", allow_unknown=False), as_(minter))
    with pytest.raises(RefusedError, match="is no member of GUARDIAN"):
        carry_out(kgst, remove_destination(kgst, "issuer", allow_unknown=False), as_(minter))
    with pytest.raises(InputError, match="--allow-unknown"):
        allow_destination(kgst, outsider.address, allow_unknown=False)
    for reserved in (kgst.token.address, kgst.record.mint_desk.address, "0x" + 40 * "0"):
        made = allow_destination(kgst, reserved, allow_unknown=True)
        with pytest.raises(RefusedError, match="never holds tokens"):
            carry_out(kgst, made, as_(issuance_admin))


def test_remove_destination__stops_what_is_proposed_for_it(
    proposed: System, guardian: Any, minter: Any
) -> None:
    carry_out(proposed, remove_destination(proposed, "issuer", allow_unknown=False), as_(guardian))
    pass_time(DAY)
    with pytest.raises(RefusedError, match="is no destination of the mint desk"):
        desk.mint(proposed, "issuer", "300 000 som", "DEP-1", as_(minter))
    assert proposed.token.totalSupply() == 0


@pytest.fixture
def typed(kgst: System, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """`ape run …` on this chain."""
    shutil.copy(POLICY, tmp_path)
    kgst.record.save(tmp_path / "record.json")
    keep_chain(monkeypatch)
    monkeypatch.chdir(ROOT)
    return partial(invoke, policy=tmp_path / "policy.yaml")


def by(index: int) -> tuple[str, ...]:
    return ("--account", f"TEST::{index}", "--yes", "--json")


def test_commands__typed__carry_a_proposal_from_its_beginning_to_its_end(
    typed: Any, kgst: System
) -> None:
    mint = ("supply", "mint", "issuer", "300 000.00 som", "--ref", "DEP-1", "--via-desk", *by(31))
    refused = typed(*mint)
    assert refused.exit_code == ExitCode.REFUSED
    assert "supply propose issuer '300 000.00 som' --ref DEP-1" in refused.stderr
    proposing = typed(
        "supply",
        "propose", "issuer", "300 000.00 som", "--ref", "DEP-1",
        "--reason", "deposit of a bank", *by(31),
    )  # fmt: skip
    assert proposing.exit_code == 0, proposing.stderr
    waits = typed(*mint)
    assert waits.exit_code == ExitCode.WAITING
    assert json.loads(waits.stdout)["schema"] == "kgst/operation/1"
    assert "DEP-1" in typed("supply", "proposals").stdout
    ended = typed("supply", "cancel", "--ref", "DEP-1", "--reason", "by mistake", *by(20))
    assert ended.exit_code == 0, ended.stderr
    assert json.loads(typed("supply", "proposals", "--json").stdout)["proposals"] == []
    proposing = typed("supply", "propose", "issuer", "300 000.00 som", "--ref", "DEP-1", *by(31))
    assert proposing.exit_code == 0, proposing.stderr
    pass_time(DAY)
    assert typed(*mint).exit_code == 0
    assert typed(*mint).exit_code == ExitCode.REFUSED
    assert kgst.token.totalSupply() == 300_000 * SOM


def test_commands__typed__destinations(typed: Any) -> None:
    assert typed("supply", "destinations").exit_code == 0
    allowed = typed("supply", "allow-destination", "admin", *by(3))
    assert allowed.exit_code == 0, allowed.stderr
    assert typed("supply", "destinations", "--json").exit_code == ExitCode.DRIFT
    removed = typed("supply", "remove-destination", "admin", *by(9))
    assert removed.exit_code == 0, removed.stderr
    assert typed("supply", "remove-destination", "admin", *by(9)).exit_code == 0
    assert typed("supply", "destinations").exit_code == 0


def test_give_up__nothing_in_flight__sends_nothing(typed: Any) -> None:
    for words in (
        ("supply", "mint", "issuer", "5 som", "--ref", "D", "--via-desk"),
        ("supply", "propose", "issuer", "5 som", "--ref", "D"),
        ("supply", "cancel", "--ref", "D"),
    ):
        result = typed(*words, "--give-up", *by(31))
        assert result.exit_code == 0, result.stderr
        assert json.loads(result.stdout)["given_up"] == []
