"""A Safe that another Safe owns: its signature travels in a file like a key's, and Safe 1.4.1 itself takes it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from ape import accounts as ape_accounts
from ape import chain as ape_chain
from support import proposals
from support.operators import as_, carry_out, operated, policy_file
from support.safe import deploy_safe, safe_at
from support.signing import sign

from kgst.deployment.system import System
from kgst.files import Files
from kgst.guard.pauses import pause
from kgst.pipeline.safe_execution import execute
from kgst.proposals import offline
from kgst.proposals.files import Proposal
from kgst.signing.ceremony import Given

POLICY = Path(__file__).parents[1] / "support/policy.yaml"


@pytest.fixture(scope="module")
def owners() -> list[Any]:
    return [ape_accounts.test_accounts[i] for i in (23, 24, 25)]


@pytest.fixture(scope="module")
def council(owners: list[Any]) -> str:
    """A Safe of the last two, both of whom must sign."""
    web3 = ape_chain.provider.web3
    return deploy_safe(web3, [one.address for one in owners[1:]], 2, salt=7)


@pytest.fixture(scope="module")
def deployed(
    tmp_path_factory: pytest.TempPathFactory, owners: list[Any], council: str, deployer: Any
) -> System:
    """PAUSER is a Safe of a key and of the council, both of which must sign."""
    safe = deploy_safe(ape_chain.provider.web3, [owners[0].address, council], 2, salt=8)
    people = f'  governance: "{safe}"\n  council: "{council}"\n  owner: "{owners[0].address}"\n'
    path = policy_file(
        tmp_path_factory.mktemp("kgst"),
        POLICY,
        ("\nauditors:\n", f"{people}\nauditors:\n"),
        ("{member: pauser, delay: 0 seconds}", "{member: governance, delay: 0 seconds}"),
        (
            "\nlimits:\n",
            "\nsafes:\n  governance: {owners: [owner, council], threshold: 2}\n\nlimits:\n",
        ),
    )
    return operated(path, deployer)


@pytest.fixture
def kgst(deployed: System, tmp_path: Path) -> System:
    policy = tmp_path / "policy.yaml"
    policy.write_text(deployed.policy_path.read_text())
    return replace(deployed, files=Files(tmp_path), policy_path=policy)


@pytest.fixture
def file(kgst: System, owners: list[Any]) -> Path:
    """A pause that the key has signed."""
    document = carry_out(kgst, pause(kgst, []), as_(owners[0], "governance"))
    assert document["proposal"]["missing"] == 1
    return Path(document["proposal"]["file"])


def by_council(file: Path, council: str, signers: list[Any]) -> bytes:
    """What the council's owners sign for it, put together as a Safe takes it."""
    message = proposals.for_owner(Proposal.load(file), council)
    ascending = sorted(signers, key=lambda one: int(one.address, 16))
    return b"".join(sign(one, message) for one in ascending)


def give(kgst: System, file: Path, council: str, signature: bytes, *, force: bool = False) -> None:
    answer = offline.sign(
        file, kgst.policy_path, None, Given(council, signature), yes=True, force=force, quiet=True
    )
    assert answer.document["missing"] == 0, "as claimed"


@pytest.mark.parametrize("collected", [False, True])
def test_execute__signed_by_a_safe_that_owns_it__is_sent(
    kgst: System, file: Path, owners: list[Any], council: str, outsider: Any, collected: bool
) -> None:
    give(kgst, file, council, by_council(file, council, owners[1:]))
    if collected:
        beside = sorted(file.parent.glob("*.sig.json"))
        options: dict[str, Any] = {"out_path": None, "force": False}
        found = offline.collect(file, beside, policy_path=kgst.policy_path, **options).document
        assert found["unchecked"] == [council]
        file = Path(found["signed_file"])
        for each in beside:
            each.unlink()
    answer = execute(kgst, file, as_(outsider))
    assert answer.exit_code == 0
    assert kgst.token.pauseFlags()
    safe = safe_at(ape_chain.provider.web3, kgst.policy.address("governance"))
    assert safe.functions.nonce().call() == 1


def test_via_safe__signed_by_a_safe_that_owns_it__is_sent_by_the_same_command(
    kgst: System, file: Path, owners: list[Any], council: str
) -> None:
    give(kgst, file, council, by_council(file, council, owners[1:]))
    assert carry_out(kgst, pause(kgst, []), as_(owners[0], "governance"))["exit_code"] == 0


@pytest.mark.parametrize("bad", ["too few", "another message", "nothing", "a stranger"])
def test_execute__the_owner_does_not_take_it__waits_and_says_so(
    kgst: System, file: Path, owners: list[Any], council: str, outsider: Any, bad: str
) -> None:
    signature = {
        "too few": by_council(file, council, owners[1:2]),
        "another message": b"".join(sign(one, Proposal.load(file).transaction.message) for one in owners[1:]),
        "nothing": b"",
        "a stranger": by_council(file, council, [owners[1], outsider]),
    }[bad]  # fmt: skip
    give(kgst, file, council, signature)
    answer = execute(kgst, file, as_(outsider))
    assert (answer.exit_code, answer.document["missing"]) == (5, 1)
    [left] = answer.document["left_out"]
    assert f"the owner {council} takes no such signature as its own" in left["why"]
    counts = {one["claimed"]: one["counts"] for one in answer.document["signatures"]}
    assert counts == {owners[0].address: True, council: False}
    waiting = carry_out(kgst, pause(kgst, []), as_(owners[0], "governance"))
    assert (waiting["exit_code"], waiting["proposal"]["missing"]) == (5, 1)
    assert not kgst.token.pauseFlags()
    # What is bad hinders nobody who has what is good.
    give(kgst, file, council, by_council(file, council, owners[1:]), force=True)
    assert execute(kgst, file, as_(outsider)).exit_code == 0


def test_execute__claims_of_others__do_not_hide_the_owners(
    kgst: System, file: Path, owners: list[Any], council: str, outsider: Any
) -> None:
    """That a key, or the council, is a contract that signed with bytes of whoever may write into the folder."""
    give(kgst, file, council, by_council(file, council, owners[1:]))
    real = json.loads(
        next(iter(file.parent.glob(f"*.{council[2:10].lower()}.sig.json"))).read_text()
    )
    for name, signer in (("000", council), ("001", owners[0].address)):
        claim = {**real, "signer": signer, "signature": "0x00"}
        (file.parent / f"{file.stem}.{name}.sig.json").write_text(json.dumps(claim))
    assert execute(kgst, file, as_(outsider)).exit_code == 0
