"""Writes through a Safe, owner by owner, against Safe 1.4.1 itself."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from ape import accounts as ape_accounts
from ape import chain as ape_chain
from support import drafts, proposals
from support.operators import as_, carry_out, operated, pass_time, policy_file
from support.safe import deploy_safe, safe_at

from kgst.deployment.system import System
from kgst.errors import DriftError, RefusedError
from kgst.files import Files
from kgst.flags import PAUSE_FLAGS
from kgst.guard.pauses import pause, unpause
from kgst.node import chain_id
from kgst.proposals.files import Proposal
from kgst.safe.safes import SafeTransaction
from kgst.storing import FileError

POLICY = Path(__file__).parents[1] / "support/policy.yaml"
DELAY = 300


@pytest.fixture(scope="module")
def owners() -> list[Any]:
    return [ape_accounts.test_accounts[i] for i in (23, 24, 25)]


@pytest.fixture(scope="module")
def safe_address(owners: list[Any]) -> str:
    return deploy_safe(ape_chain.provider.web3, [o.address for o in owners], 2)


def with_safe(folder: Path, safe: str, owners: list[Any]) -> Path:
    """The tests' policy, with the Safe as PAUSER at once and UNPAUSER after five minutes."""
    people = "".join(f'  owner_{i}: "{o.address}"\n' for i, o in enumerate(owners))
    return policy_file(
        folder,
        POLICY,
        ("\nauditors:\n", f'  governance: "{safe}"\n{people}\nauditors:\n'),
        ("{member: pauser, delay: 0 seconds}", "{member: governance, delay: 0 seconds}"),
        ("{member: unpauser, delay: 0 seconds}", "{member: governance, delay: 5 minutes}"),
        (
            "\nlimits:\n",
            "\nsafes:\n  governance: {owners: [owner_0, owner_1, owner_2], threshold: 2}\n\nlimits:\n",
        ),
    )


@pytest.fixture(scope="module")
def deployed(
    tmp_path_factory: pytest.TempPathFactory, safe_address: str, owners: list[Any], deployer: Any
) -> System:
    return operated(with_safe(tmp_path_factory.mktemp("kgst"), safe_address, owners), deployer)


@pytest.fixture
def kgst(deployed: System, tmp_path: Path) -> System:
    """Deployed once; each test with files of its own."""
    return replace(deployed, files=Files(tmp_path))


@pytest.fixture
def nonce(safe_address: str) -> Any:
    """Reads the Safe's nonce."""
    contract = safe_at(ape_chain.provider.web3, safe_address)
    return lambda: contract.functions.nonce().call()


def file_of(document: dict[str, Any]) -> Path:
    return Path(document["proposal"]["file"])


def edit(path: Path, **changes: Any) -> None:
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))


def test_via_safe__owner_by_owner__waits_then_is_sent(
    kgst: System, owners: list[Any], nonce: Any
) -> None:
    first = carry_out(kgst, pause(kgst, ["MINTING"]), as_(owners[0], "governance"))
    assert first["exit_code"] == 5
    assert first["done"] is False
    assert first["proposal"]["signed_by"] == [owners[0].address]
    assert first["proposal"]["missing"] == 1
    assert kgst.token.pauseFlags() == 0

    again = carry_out(kgst, pause(kgst, ["MINTING"]), as_(owners[0], "governance"))
    assert again["proposal"]["signed_by"] == [owners[0].address], "one owner counts once"

    second = carry_out(kgst, pause(kgst, ["MINTING"]), as_(owners[2], "governance"))
    assert second["exit_code"] == 0
    assert second["via_safe"] == "governance"
    assert len(second["transactions"]) == 1
    assert kgst.token.pauseFlags() == 4
    assert nonce() == 1

    third = carry_out(kgst, pause(kgst, ["MINTING"]), as_(owners[1], "governance"))
    assert third["already"] is True
    assert nonce() == 1


def test_via_safe__delayed__is_scheduled_then_executed_through_it(
    kgst: System, owners: list[Any], nonce: Any
) -> None:
    for owner in owners[:2]:
        carry_out(kgst, pause(kgst, []), as_(owner, "governance"))
    assert kgst.token.pauseFlags() == PAUSE_FLAGS

    def resume(owner: Any) -> dict[str, Any]:
        return carry_out(kgst, unpause(kgst, []), as_(owner, "governance"))

    assert resume(owners[0])["proposal"]["missing"] == 1
    scheduled = resume(owners[1])
    assert scheduled["exit_code"] == 5
    assert scheduled["proposal"] is None
    assert scheduled["waits_until"] == kgst.now() + DELAY
    assert nonce() == 2

    early = resume(owners[1])
    assert (early["exit_code"], early["waits_until"]) == (5, scheduled["waits_until"])
    assert early["transactions"] == []
    assert nonce() == 2, "nothing is signed while it waits"

    pass_time(DELAY)
    assert resume(owners[2])["proposal"]["missing"] == 1
    assert kgst.token.pauseFlags() == PAUSE_FLAGS
    assert resume(owners[0])["exit_code"] == 0
    assert kgst.token.pauseFlags() == 0
    assert nonce() == 3


def test_via_safe__without_account__writes_the_proposal(kgst: System, owners: list[Any]) -> None:
    document = carry_out(kgst, pause(kgst, []), as_(None, "governance"))
    assert document["exit_code"] == 5
    assert document["proposal"]["signed_by"] == []
    batch = json.loads(file_of(document).with_suffix(".tx-builder.json").read_text())
    assert batch["chainId"] == str(chain_id(kgst.provider))
    assert batch["transactions"][0]["to"] == kgst.token.address


def test_via_safe__no_owner__is_refused(kgst: System, outsider: Any, nonce: Any) -> None:
    with pytest.raises(RefusedError, match="is no owner of the Safe"):
        carry_out(kgst, pause(kgst, []), as_(outsider, "governance"))
    assert nonce() == 0


def test_via_safe__no_owner_once_there_are_enough__may_send(
    kgst: System, owners: list[Any], outsider: Any
) -> None:
    document = carry_out(kgst, pause(kgst, []), as_(owners[0], "governance"))
    proposals.sign_beside(file_of(document), owners[1])
    assert carry_out(kgst, pause(kgst, []), as_(outsider, "governance"))["exit_code"] == 0


def test_hash__is_that_of_the_safe_itself(kgst: System, safe_address: str) -> None:
    contract = safe_at(ape_chain.provider.web3, safe_address)
    data = bytes(kgst.token.pause.encode_input(1))
    zero = "0x" + 40 * "0"
    found = contract.functions.getTransactionHash(
        kgst.token.address, 0, data, 0, 0, 0, 0, zero, zero, 7
    ).call()
    made = SafeTransaction(chain_id(kgst.provider), safe_address, kgst.token.address, data, 7)
    assert made.hash == bytes(found)
    assert made.message.header == bytes(contract.functions.domainSeparator().call())


@pytest.mark.parametrize("field", ["to", "data", "nonce", "safe_tx_hash"])
def test_file__changed_in_one_field__is_refused(
    kgst: System, owners: list[Any], field: str, outsider: Any
) -> None:
    path = file_of(carry_out(kgst, pause(kgst, []), as_(owners[0], "governance")))
    changed = {"to": outsider.address, "data": "0x", "nonce": 9, "safe_tx_hash": "0x" + 64 * "1"}
    edit(path, **{field: changed[field]})
    with pytest.raises(FileError, match="its hashes are not those of its transaction"):
        carry_out(kgst, pause(kgst, []), as_(owners[1], "governance"))


def test_file__another_transaction_in_its_place__is_not_signed(
    kgst: System, owners: list[Any], outsider: Any, nonce: Any
) -> None:
    """Consistent in itself, at the path that the command looks at: a blind owner would sign a theft."""
    path = file_of(carry_out(kgst, pause(kgst, []), as_(owners[0], "governance")))
    real = Proposal.load(path)
    evil = SafeTransaction(real.chain_id, real.safe, outsider.address, b"", real.nonce)
    Proposal.of(evil, real.title, real.decoded).save(path)
    before = path.read_bytes()
    with pytest.raises(FileError, match="not the transaction that this command makes"):
        carry_out(kgst, pause(kgst, []), as_(owners[1], "governance"))
    assert path.read_bytes() == before
    assert nonce() == 0


def test_file__title_and_words_of_others__are_not_believed(kgst: System, owners: list[Any]) -> None:
    path = file_of(carry_out(kgst, pause(kgst, []), as_(owners[0], "governance")))
    edit(path, title="pay the staff", decoded=["token.transfer(…)"])
    carry_out(kgst, pause(kgst, []), as_(None, "governance"))
    kept = Proposal.load(path)
    words = "token.pause(flags=transfers, authorizations, minting, burning)"
    assert (kept.title, kept.decoded) == (words, (words,))
    builder = json.loads(path.with_suffix(".tx-builder.json").read_text())
    assert (builder["meta"]["name"], builder["meta"]["description"]) == (words, words)


def test_via_safe__second_transaction_of_a_nonce__is_told_before_it_is_signed(
    kgst: System, owners: list[Any], capsys: pytest.CaptureFixture[str], nonce: Any
) -> None:
    """The owner gave one command, changed their mind, and gives another: both can be sent."""
    first = file_of(carry_out(kgst, pause(kgst, []), as_(owners[0], "governance")))
    capsys.readouterr()
    second = file_of(carry_out(kgst, pause(kgst, ["minting"]), as_(owners[0], "governance")))
    assert first != second
    said = " ".join(capsys.readouterr().err.split())
    assert "You have signed another transaction for this nonce before" in said
    assert Proposal.load(first).safe_tx_hash in said
    assert nonce() == 0


@pytest.mark.parametrize("inside", [True, False])
@pytest.mark.parametrize("other", ["nonce", "chain_id", "safe"])
def test_signature__for_another__is_not_counted(
    kgst: System, owners: list[Any], other: str, inside: bool, outsider: Any, nonce: Any
) -> None:
    path = file_of(carry_out(kgst, pause(kgst, []), as_(owners[0], "governance")))
    proposal = Proposal.load(path)
    values = {"nonce": 1, "chain_id": 56, "safe": outsider.address}
    foreign = Proposal.of(
        SafeTransaction(**{
            "chain_id": proposal.chain_id, "safe": proposal.safe, "to": proposal.to,
            "data": bytes.fromhex(proposal.data[2:]), "nonce": proposal.nonce, other: values[other],
        }),
        "", [],
    )  # fmt: skip
    if inside:
        edit(path, signatures=proposals.signed(foreign, owners[1]).signatures)
    else:
        file = proposals.signature_of(foreign, owners[1])
        drafts.saved(file, path.with_name(f"{path.stem}.b.sig.json"))
    document = carry_out(kgst, pause(kgst, []), as_(None, "governance"))
    assert document["proposal"]["signed_by"] == [owners[0].address]
    assert document["proposal"]["missing"] == 1
    assert nonce() == 0


def test_signature__of_no_owner__is_not_counted(
    kgst: System, owners: list[Any], outsider: Any
) -> None:
    path = file_of(carry_out(kgst, pause(kgst, []), as_(owners[0], "governance")))
    strange = proposals.signature_of(Proposal.load(path), outsider).signature
    # An owner's name on a stranger's signature.
    edit(path, signatures={outsider.address: strange, owners[2].address: strange})
    proposals.sign_beside(path, outsider)
    proposals.sign_beside(path, owners[2], signature=strange)
    document = carry_out(kgst, pause(kgst, []), as_(None, "governance"))
    assert document["proposal"]["signed_by"] == [owners[0].address]


def test_nonce__used_by_another_transaction__makes_a_new_proposal(
    kgst: System, owners: list[Any], nonce: Any
) -> None:
    stale = carry_out(kgst, pause(kgst, ["BURNING"]), as_(owners[0], "governance"))
    for owner in owners[1:]:
        carry_out(kgst, pause(kgst, ["MINTING"]), as_(owner, "governance"))
    assert nonce() == 1
    fresh = carry_out(kgst, pause(kgst, ["BURNING"]), as_(owners[1], "governance"))
    assert fresh["proposal"]["nonce"] == 1
    assert fresh["proposal"]["signed_by"] == [owners[1].address], (
        "the old signature is worth nothing"
    )
    assert file_of(fresh) != file_of(stale)
    assert carry_out(kgst, pause(kgst, ["BURNING"]), as_(owners[2], "governance"))["done"] is True
    assert kgst.token.pauseFlags() == 12


def test_via_safe__owners_or_threshold_not_the_policys__is_drift(
    tmp_path: Path, owners: list[Any], deployer: Any, outsider: Any
) -> None:
    web3 = ape_chain.provider.web3
    strangers = [owners[0].address, owners[1].address, outsider.address]
    path = with_safe(tmp_path, deploy_safe(web3, strangers, 1, salt=1), owners)
    system = operated(path, deployer)
    with pytest.raises(DriftError) as caught:
        carry_out(system, pause(system, []), as_(owners[0], "governance"))
    text = str(caught.value)
    assert f"unknown {outsider.address} is an owner" in text
    assert "owner_2 (" in text
    assert "is no owner" in text
    assert "1 must sign, not 2" in text


def test_via_safe__no_contract_there__is_drift(
    tmp_path: Path, owners: list[Any], deployer: Any, outsider: Any
) -> None:
    system = operated(with_safe(tmp_path, outsider.address, owners), deployer)
    with pytest.raises(DriftError, match="there is no contract"):
        carry_out(system, pause(system, []), as_(owners[0], "governance"))
