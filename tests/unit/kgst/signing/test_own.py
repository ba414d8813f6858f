"""Whose names a signer is shown: those of a policy of their own, wherever the file came from."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest
from support.isolation import policy_of

from kgst.errors import RefusedError
from kgst.policy import Policy
from kgst.signing.own import Names, own_policy

ADDRESS = "0x1234567890AbcdEF1234567890aBcdef12345678"


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The signer's, with a deployment on the testnet and a rehearsal."""
    for network in ("bsc-testnet", "rehearsal"):
        folder = tmp_path / "checkout" / "deployments" / network
        (folder / "safe").mkdir(parents=True)
        shutil.copy(policy_of("rehearsal"), folder / "policy.yaml")
    monkeypatch.setattr("ape.project", SimpleNamespace(path=tmp_path / "checkout"))
    return tmp_path / "checkout"


def chosen(given: Path | None, file: Path, chain_id: int = 97) -> Path | None:
    own = own_policy(given, file, chain_id)
    return own.path if own else None


def test_own_policy__given__goes_before_all(checkout: Path, tmp_path: Path) -> None:
    given = Path(shutil.copy(policy_of("rehearsal"), tmp_path / "mine.yaml"))
    own = own_policy(given, checkout / "deployments/bsc-testnet/safe/a.json", 97)
    assert own is not None
    assert own.path == given
    assert own.sha256 == hashlib.sha256(given.read_bytes()).hexdigest()


def test_own_policy__file_in_a_deployments_folder__is_of_that_deployment(checkout: Path) -> None:
    for network in ("bsc-testnet", "rehearsal"):
        folder = checkout / "deployments" / network
        assert chosen(None, folder / "safe" / "a.json") == (folder / "policy.yaml").resolve()


def test_own_policy__file_from_elsewhere__is_of_the_network_with_its_chain(
    checkout: Path, tmp_path: Path
) -> None:
    expected = (checkout / "deployments/bsc-testnet/policy.yaml").resolve()
    assert chosen(None, tmp_path / "mail" / "a.json") == expected
    assert chosen(None, tmp_path / "mail" / "a.json", 56) is None
    assert chosen(None, tmp_path / "mail" / "a.json", 31337) is None


def test_own_policy__policy_that_came_with_the_file__is_not_taken(
    checkout: Path, tmp_path: Path
) -> None:
    archive = tmp_path / "archive" / "deployments" / "bsc-testnet"
    (archive / "safe" / "governance").mkdir(parents=True)
    shutil.copy(policy_of("rehearsal"), archive / "policy.yaml")
    file = archive / "safe" / "governance" / "a.json"
    assert chosen(None, file) == (checkout / "deployments/bsc-testnet/policy.yaml").resolve()
    (checkout / "deployments/bsc-testnet/policy.yaml").unlink()
    assert chosen(None, file) is None
    # Nor by a link that leads into the checkout: where the file truly lies counts.
    link = checkout / "deployments" / "rehearsal" / "linked"
    link.symlink_to(archive)
    assert chosen(None, link / "safe" / "governance" / "a.json") is None


def test_own_policy__changed_while_it_is_read__is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = Path(shutil.copy(policy_of("rehearsal"), tmp_path / "mine.yaml"))
    load = Policy.load

    def changing(at: Path) -> Policy:
        policy = load(at)
        at.write_text(at.read_text().replace("recovery_delay: 14 days", "recovery_delay: 15 days"))
        return policy

    monkeypatch.setattr(Policy, "load", changing)
    with pytest.raises(RefusedError, match="was changed while it was read"):
        own_policy(path, tmp_path / "a.json", 97)


def test_names__without_a_policy__are_the_bare_addresses() -> None:
    assert Names().named(ADDRESS) == ADDRESS


def test_names__with_one__are_labels_with_the_whole_address() -> None:
    policy = Policy.load(policy_of("rehearsal"))
    names = Names(policy, {"KGST": ADDRESS})
    admin = policy.address("admin")
    assert names.named(admin) == f"admin ({admin})"
    assert names.named(ADDRESS.lower()) == "KGST"
    assert Names(policy).named(ADDRESS) == f"unknown {ADDRESS}"
