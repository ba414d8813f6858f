"""`ape run supply mint --via-desk`: at once within the mint desk's limits, or what was proposed; in-process chain."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from ape import chain as ape_chain
from support.operators import as_, operated, pass_time, policy_file
from support.reserves import attest
from support.schemas import require_schema

from kgst.deployment.system import System
from kgst.errors import DriftError, ExitCode, InputError, RefusedError, UnconfirmedError
from kgst.files import Files
from kgst.keys import key_of
from kgst.pipeline.options import Run
from kgst.roles import Role
from kgst.supply import desk, issuing
from kgst.supply.desk_state import read_mint_desk
from kgst.supply.proposing import propose

POLICY = Path(__file__).parents[1] / "support/policy.yaml"
SOM = 1_000_000
DAY = 86_400
LARGE = "300 000.00 som"


@pytest.fixture(scope="module")
def deployed(deployer: Any) -> System:
    return operated(POLICY, deployer)


@pytest.fixture
def kgst(deployed: System, tmp_path: Path) -> System:
    """5 million som attested; the desk may mint to `issuer`, 100,000 som at a time and a million a day."""
    system = replace(deployed, files=Files(tmp_path / "files"))
    attest(system, 5_000_000 * 100)
    return system


@pytest.fixture
def elsewhere(kgst: System, tmp_path: Path) -> System:
    """The same deployment in another checkout."""
    return replace(kgst, files=Files(tmp_path / "elsewhere"))


@pytest.fixture
def by(minter: Any) -> Run:
    return as_(minter)


def done(answer: Any) -> dict[str, Any]:
    assert answer.exit_code == ExitCode.DONE
    return dict(answer.document)


def refusal(call: Any, *arguments: Any) -> str:
    height = ape_chain.blocks.height
    with pytest.raises(RefusedError) as caught:
        call(*arguments)
    # Multicall3 may be put there to look; nothing else is sent.
    assert ape_chain.blocks.height - height in (0, 2)
    return str(caught.value)


def supply(system: System) -> int:
    return int(system.token.totalSupply())


def test_mint__within_the_limits__is_the_desks_and_tells_what_is_left(
    kgst: System, by: Run
) -> None:
    found = done(desk.mint(kgst, "issuer", "100 000.00 som", "DEP-1", by))
    assert kgst.token.balanceOf(kgst.policy.address("issuer")) == 100_000 * SOM
    told = {row["what"]: row["value"] for row in found["read_back"]}
    assert told["left of the limit of today now"] == "900 000.00 som"
    assert told["the desk's own event"] == "in the log"
    assert told["minted 100 000.00 som to issuer (0xBcd4…4096)"] == "in the log"
    assert found["operations"][0]["to"] == kgst.record.mint_desk.address
    require_schema("operation", {"schema": "kgst/operation/1", **found})
    key = key_of("mint", "DEP-1")
    assert kgst.token.authorizationState(kgst.record.mint_desk.address, key)


@pytest.mark.parametrize("second", ["desk", "issuer"])
@pytest.mark.parametrize("first", ["desk", "issuer"])
def test_mint__reference_used_in_another_checkout__is_refused_by_what_the_token_says(
    kgst: System, elsewhere: System, by: Run, issuer: Any, first: str, second: str
) -> None:
    """By whichever of the two ways it was minted, and is to be minted again."""
    ways = {"desk": (desk.mint, by), "issuer": (issuing.mint, as_(issuer))}
    call, run = ways[first]
    done(call(elsewhere, "issuer", "5 som", "DEP-1", run))
    call, run = ways[second]
    said = refusal(call, kgst, "issuer", "5 som", "DEP-1", run)
    assert "says the token itself" in said
    # The same checkout knows it by its journal.
    said = refusal(call, elsewhere, "issuer", "6 som", "DEP-1", run)
    assert "was used before" in said
    assert supply(kgst) == 5 * SOM


def test_mint__beyond_a_limit__is_refused_with_figures_and_the_command_to_propose(
    kgst: System, by: Run
) -> None:
    said = refusal(desk.mint, kgst, "issuer", "100 000.01 som", "DEP 1", by)
    assert "the limit of one mint is 100 000.00 som, 0.01 som too little" in said
    assert "of the limit of today" not in said
    assert "`ape run supply propose issuer '100 000.01 som' --ref 'DEP 1'`" in said
    assert "more waits 1 day" in said
    for number in range(9):
        done(desk.mint(kgst, "issuer", "100 000 som", f"D-{number}", by))
    done(desk.mint(kgst, "issuer", "40 000 som", "D-9", by))
    said = refusal(desk.mint, kgst, "issuer", "60 000.01 som", "DEP-2", by)
    assert "of the limit of today 60 000.00 som are left, 0.01 som too little" in said
    assert "the limit of one mint" not in said
    assert "00:00 Bishkek)" in said
    done(desk.mint(kgst, "issuer", "60 000 som", "DEP-2", by))


def test_mint__new_day_in_bishkek__begins_when_it_was_said(kgst: System, by: Run) -> None:
    for number in range(10):
        done(desk.mint(kgst, "issuer", "100 000 som", f"D-{number}", by))
    state = read_mint_desk(kgst)
    assert (state.left_today, state.at_once) == (0, 0)
    assert state.new_day % DAY == 18 * 3_600
    pass_time(state.new_day - state.head.time)
    assert read_mint_desk(kgst).left_today == 1_000_000 * SOM
    done(desk.mint(kgst, "issuer", "100 000 som", "D-10", by))


def test_mint__nowhere_allowed_or_no_minter__is_refused(
    kgst: System, by: Run, outsider: Any
) -> None:
    said = refusal(desk.mint, kgst, "admin", "5 som", "DEP-1", by)
    assert "admin (0x7099…79C8) is no destination of the mint desk" in said
    assert "ape run supply allow-destination" in said
    said = refusal(desk.mint, kgst, "issuer", "5 som", "DEP-1", as_(outsider))
    assert "is no member of MINTER on the chain" in said
    with pytest.raises(InputError):
        desk.mint(kgst, "issuer", "0 som", "DEP-1", by)


def test_mint__paused_cut_or_without_headroom__names_all(
    kgst: System, by: Run, pauser: Any, guardian: Any, compliance: Any
) -> None:
    kgst.token.pause(4, sender=pauser)
    kgst.token.cutIssuer(kgst.record.mint_desk.address, sender=guardian)
    kgst.token.blockAccount(kgst.policy.address("issuer"), sender=compliance)
    said = refusal(desk.mint, kgst, "issuer", "5 som", "DEP-1", by)
    assert "minting is paused" in said
    assert "the mint desk is no issuer: GUARDIAN has cut it" in said
    assert "is blocked and can receive nothing" in said
    assert "give one with --account" not in said


def test_mint__above_mint_alone__takes_a_safe_or_a_proposal(
    kgst: System, by: Run, tmp_path: Path
) -> None:
    path = policy_file(tmp_path, POLICY, ("\nlimits:\n", "\nlimits:\n  mint_alone: 100.00 som\n"))
    policy = type(kgst.policy).load(path)
    system = replace(kgst, deployment=replace(kgst.deployment, policy=policy), policy_path=path)
    done(desk.mint(system, "issuer", "100 som", "DEP-1", by))
    said = refusal(desk.mint, system, "issuer", "100.01 som", "DEP-2", by)
    assert "one key mints 100.00 som at most at a time" in said
    assert "supply propose issuer '100.01 som' --ref DEP-2" in said
    # What others could have stopped is not held back by it.
    done(propose(system, "issuer", "100.01 som", "DEP-2", by))
    pass_time(DAY)
    done(desk.mint(system, "issuer", "100.01 som", "DEP-2", by))


def test_propose__then_the_delay__any_checkout_mints_it(
    kgst: System, elsewhere: System, by: Run
) -> None:
    found = done(propose(kgst, "issuer", LARGE, "DEP-1", by))
    told = {row["what"]: row["value"] for row in found["read_back"]}
    assert told["300 000.00 som to issuer (0xBcd4…4096) is proposed"] == "yes"
    ready = kgst.deployment.mint_desk.proposalOf(key_of("mint", "DEP-1")).readyAt
    assert " UTC = " in told["it can be minted from"]
    assert supply(kgst) == 0

    waits = desk.mint(elsewhere, "issuer", LARGE, "DEP-1", by)
    assert waits.exit_code == ExitCode.WAITING
    assert waits.document["waits_until"] == ready
    assert (waits.document["done"], waits.document["already"]) == (False, False)
    require_schema("operation", {"schema": "kgst/operation/1", **waits.document})
    pass_time(DAY - 10)
    assert desk.mint(elsewhere, "issuer", LARGE, "DEP-1", by).exit_code == ExitCode.WAITING
    pass_time(10)
    found = done(desk.mint(elsewhere, "issuer", LARGE, "DEP-1", by))
    assert supply(kgst) == 300_000 * SOM
    assert "as proposed" in found["operations"][0]["title"]
    told = {row["what"]: row["value"] for row in found["read_back"]}
    assert told["left of the limit of today now"] == "1 000 000.00 som"
    for call in (desk.mint, propose):
        assert "before" in refusal(call, kgst, "issuer", LARGE, "DEP-1", by)
        assert "before" in refusal(call, elsewhere, "issuer", LARGE, "DEP-1", by)
    assert supply(kgst) == 300_000 * SOM


def test_propose__twice__is_proposed_once(kgst: System, elsewhere: System, by: Run) -> None:
    done(propose(kgst, "issuer", LARGE, "DEP-1", by))
    for system in (kgst, elsewhere):
        again = done(propose(system, "issuer", LARGE, "DEP-1", by))
        assert again["already"] is True
        said = refusal(propose, system, "issuer", "1 som", "DEP-1", by)
        assert "300 000.00 som to issuer (0xBcd4…4096) are proposed already" in said


def test_mint__something_else_was_proposed_by_the_reference__is_refused_and_told(
    kgst: System, by: Run, minter: Any, issuance_admin: Any
) -> None:
    """A thief of the operator's key proposes by the reference of a deposit that is known."""
    contract = kgst.deployment.mint_desk
    contract.propose(kgst.policy.address("issuer"), 999_999 * SOM, key_of("mint", "DEP-1"), sender=minter)  # fmt: skip
    pass_time(DAY)
    said = refusal(desk.mint, kgst, "issuer", LARGE, "DEP-1", by)
    assert "something else is proposed: 999 999.00 som to issuer" in said
    assert "the operator's key is stolen" in said
    assert "`ape run supply cancel --ref DEP-1`" in said
    # The same amount elsewhere is something else too.
    contract.allowDestination(kgst.policy.address("admin"), sender=issuance_admin)
    said = refusal(desk.mint, kgst, "admin", "999 999.00 som", "DEP-1", by)
    assert "something else is proposed" in said
    assert supply(kgst) == 0


def test_mint__proposal_lapsed__is_refused(kgst: System, by: Run) -> None:
    done(propose(kgst, "issuer", LARGE, "DEP-1", by))
    pass_time(2 * DAY)
    said = refusal(desk.mint, kgst, "issuer", LARGE, "DEP-1", by)
    assert "it lapsed at " in said
    assert "ape run supply cancel --ref DEP-1" in said


def test_propose__no_destination__is_refused(kgst: System, by: Run) -> None:
    said = refusal(propose, kgst, "admin", LARGE, "DEP-1", by)
    assert "is no destination of the mint desk" in said


def cut(*_: Any) -> Any:
    raise RuntimeError("power cut")


@pytest.mark.parametrize("proposed", [False, True])
def test_mint__killed_once_it_was_sent__is_resumed_and_not_minted_again(
    kgst: System, elsewhere: System, by: Run, monkeypatch: pytest.MonkeyPatch, proposed: bool
) -> None:
    amount = LARGE if proposed else "100 000.00 som"
    if proposed:
        done(propose(elsewhere, "issuer", amount, "DEP-1", by))
        pass_time(DAY)
    with monkeypatch.context() as broken:
        broken.setattr("kgst.sending.delivery.outcome_of", cut)
        with pytest.raises(RuntimeError):
            desk.mint(kgst, "issuer", amount, "DEP-1", by)
    minted = supply(kgst)
    assert minted > 0
    # Another checkout has no journal of it; the token knows.
    assert "says the token itself" in refusal(desk.mint, elsewhere, "issuer", amount, "DEP-1", by)
    found = done(desk.mint(kgst, "issuer", amount, "DEP-1", by))
    assert found["resumed"] is True
    assert supply(kgst) == minted
    assert "was used before" in refusal(desk.mint, kgst, "issuer", amount, "DEP-1", by)


def test_propose__killed_once_it_was_sent__is_proposed_once(
    kgst: System, by: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr("kgst.sending.delivery.outcome_of", cut)
        with pytest.raises(RuntimeError):
            propose(kgst, "issuer", LARGE, "DEP-1", by)
    assert done(propose(kgst, "issuer", LARGE, "DEP-1", by))["resumed"] is True
    events = list(kgst.deployment.mint_desk.MintProposed.range(0, ape_chain.blocks.height + 1))
    assert len([one for one in events if one.nonce == key_of("mint", "DEP-1")]) == 1


def test_mint__the_desks_event_is_missing__is_drift(
    kgst: System, by: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kgst.pipeline.expected_events.get_receipt", lambda *_: {"logs": []})
    with pytest.raises(DriftError, match="the desk's own event"):
        desk.mint(kgst, "issuer", "5 som", "DEP-1", by)


def test_mint__operator_has_a_delay__is_scheduled_and_then_minted_once(
    kgst: System, admin: Any, issuer_b: Any
) -> None:
    kgst.manager.grantRole(int(Role.MINTER), issuer_b, 3_600, sender=admin)
    run = as_(issuer_b)
    first = desk.mint(kgst, "issuer", "5 som", "DEP-1", run)
    assert first.exit_code == ExitCode.WAITING
    pass_time(3_600)
    done(desk.mint(kgst, "issuer", "5 som", "DEP-1", run))
    assert supply(kgst) == 5 * SOM


def test_mint__used_and_not_final__is_not_done_again(
    kgst: System, by: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What used the key decides an undecided run only once it cannot be undone."""
    from kgst.supply import once

    def undecided(*_: Any) -> Any:
        raise UnconfirmedError("not final")

    operation: dict[str, Any] = {}
    real = once.once

    def kept(*args: Any, **kwargs: Any) -> Any:
        operation["made"] = real(*args, **kwargs)
        return operation["made"]

    monkeypatch.setattr("kgst.supply.desk.once", kept)
    done(desk.mint(kgst, "issuer", "5 som", "DEP-1", by))
    assert operation["made"].carried_out().startswith("0x")
    monkeypatch.setattr("kgst.supply.once.await_final", undecided)
    with pytest.raises(UnconfirmedError):
        operation["made"].carried_out()


def test_mint__another_mint_by_its_key__is_not_taken_for_it(
    kgst: System, by: Run, minter: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An undecided run is settled by the very events, not by the key alone."""
    operation: dict[str, Any] = {}
    monkeypatch.setattr(
        "kgst.supply.desk.perform", lambda _, made, __: operation.update(made=made[0])
    )
    desk.mint(kgst, "issuer", "5 som", "DEP-1", by)
    assert operation["made"].carried_out() is None
    key = key_of("mint", "DEP-1")
    kgst.deployment.mint_desk.mint(kgst.policy.address("issuer"), 6 * SOM, key, sender=minter)
    with pytest.raises(RefusedError, match="used otherwise"):
        operation["made"].carried_out()
