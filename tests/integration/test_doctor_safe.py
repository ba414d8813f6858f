"""``doctor`` on a node of BSC, of Safes whose owners were led to a delegatecall: no list shows what was left behind."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from eth_utils.crypto import keccak
from support.bsc import BscNode
from support.bsc.deployed import Deployed, deployed_on_bsc, web3_of
from support.bsc.people import key_of
from support.bsc.safes import OWNERS, paused_by_a_safe
from support.safe import ZERO, entry, owners_do, owners_overwrite, safe_at

STRANGER = "0x1234567890AbcdEF1234567890aBcdef12345678"
MODULES, IS_OWNER = 1, 2


@pytest.fixture(scope="module")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    """PAUSER is a Safe of three."""
    with deployed_on_bsc(tmp_path_factory.mktemp("deployment"), changes=paused_by_a_safe) as found:
        yield found


class Safe:
    """The Safe of the policy, whose owners anvil lets act."""

    def __init__(self, deployed: Deployed) -> None:
        self.web3 = web3_of(deployed.node.upstream)
        self.owners = [key_of(label).address for label in OWNERS][:2]
        self.address = _address(deployed)
        for owner in self.owners:
            deployed.node.anvil.ask("anvil_impersonateAccount", owner)

    def overwrite(self, slot: int, word: int | str) -> None:
        owners_overwrite(self.web3, self.address, self.owners, slot, word)

    def act(self, to: str, data: bytes) -> None:
        owners_do(self.web3, self.address, self.owners, to, data)


def _address(deployed: Deployed) -> str:
    from kgst.policy import Policy

    return Policy.load(deployed.policy).address("governance")


@pytest.fixture
def safe(deployed: Deployed) -> Iterator[Safe]:
    anvil = deployed.node.anvil
    before = anvil.ask("evm_snapshot")
    yield Safe(deployed)
    anvil.ask("evm_revert", before)


def rows(deployed: Deployed, node: BscNode | None = None) -> tuple[int, dict[str, dict[str, Any]]]:
    """Exit code, and what was looked at of Safes."""
    done = deployed.run("doctor", node=node)
    assert done.document is not None, done.stderr
    checks = done.document["checks"]
    return done.code, {c["item"]: c for c in checks if c["area"] == "safes"}


def odd(found: dict[str, dict[str, Any]]) -> list[tuple[str, str]]:
    return [(c["item"], c["state"]) for c in found.values() if c["state"] != "ok"]


def test_doctor__safe_as_made_by_its_factory__has_the_root_of_what_is_known(
    deployed: Deployed,
) -> None:
    code, found = rows(deployed)
    assert (code, odd(found)) == (0, [])
    assert found["storage root of Safe governance"]["state"] == "ok"


def test_doctor__hashes_that_owners_approved_on_the_chain__are_known_by_their_events(
    deployed: Deployed, safe: Safe
) -> None:
    safe.act(ZERO, b"")
    code, found = rows(deployed)
    assert (code, odd(found)) == (0, [])


def test_doctor__module_in_no_list__is_drift(deployed: Deployed, safe: Safe) -> None:
    safe.overwrite(entry(MODULES, STRANGER), 1)
    functions = safe_at(safe.web3, safe.address).functions
    assert functions.isModuleEnabled(STRANGER).call()
    assert functions.getModulesPaginated("0x" + 39 * "0" + "1", 10).call()[0] == []
    code, found = rows(deployed)
    assert (code, odd(found)) == (3, [("storage root of Safe governance", "failed")])


def test_doctor__owner_in_no_list__is_drift(deployed: Deployed, safe: Safe) -> None:
    safe.overwrite(entry(IS_OWNER, STRANGER), 1)
    functions = safe_at(safe.web3, safe.address).functions
    assert functions.isOwner(STRANGER).call()
    assert STRANGER not in functions.getOwners().call()
    code, found = rows(deployed)
    assert (code, odd(found)) == (3, [("storage root of Safe governance", "failed")])


@pytest.mark.parametrize("slot", ["guard_manager.guard", "module_manager.module_guard"])
def test_doctor__guard__is_drift(deployed: Deployed, safe: Safe, slot: str) -> None:
    word = int.from_bytes(keccak(text=f"{slot}.address"))
    safe.overwrite(word, STRANGER)
    code, found = rows(deployed)
    assert (code, odd(found)) == (3, [("guard of Safe governance", "failed")])
    assert found["guard of Safe governance"]["found"] == STRANGER


def test_pause__by_a_safe_with_the_manager_as_its_handler__is_refused_before_a_proposal(
    deployed: Deployed, safe: Safe
) -> None:
    word = int.from_bytes(keccak(text="fallback_manager.handler.address"))
    safe.overwrite(word, deployed.record["manager"]["address"])
    done = deployed.run("guard", "pause", "--via", "safe:governance", account="owner_a")
    assert done.code == 3
    assert "fallback handler of the Safe: expected none, or safe-global's" in done.error
    assert not list(deployed.folder.glob("safe/**/*.json"))
    verified = deployed.run("deploy", "verify")
    assert verified.code == 3


def test_doctor__node_that_does_not_serve_eth_get_proof__is_told(
    deployed: Deployed, monkeypatch: pytest.MonkeyPatch
) -> None:
    from support.bsc.methods import Methods
    from support.bsc.words import unknown_method

    call = Methods.call

    def other(self: Methods, method: str, params: list[Any]) -> Any:
        if method == "eth_getProof":
            raise unknown_method(method)
        return call(self, method, params)

    monkeypatch.setattr(Methods, "call", other)
    code, found = rows(deployed)
    assert (code, odd(found)) == (1, [("storage root of Safe governance", "not_checked")])
    assert "eth_getProof" in found["storage root of Safe governance"]["found"]


@pytest.mark.parametrize(
    "answer",
    [None, [], {}, {"storageHash": None}, {"storageHash": 7}, {"storageHash": "\u202ered"}, "\x1b[2J"],
    ids=repr,
)  # fmt: skip
def test_doctor__node_that_answers_eth_get_proof_with_nonsense__is_told(
    deployed: Deployed, monkeypatch: pytest.MonkeyPatch, answer: Any
) -> None:
    from support.bsc.methods import Methods

    call = Methods.call

    def other(self: Methods, method: str, params: list[Any]) -> Any:
        return answer if method == "eth_getProof" else call(self, method, params)

    monkeypatch.setenv("KGST_RPC_TIMEOUT", "3")  # nonsense is asked for again
    monkeypatch.setattr(Methods, "call", other)
    code, found = rows(deployed)
    assert (code, odd(found)) == (1, [("storage root of Safe governance", "not_checked")])
