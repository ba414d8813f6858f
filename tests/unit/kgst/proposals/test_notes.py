"""What an owner is told of a transaction that its bytes do not say: how long it waits, whose code it brings."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from ape import accounts as ape_accounts
from eth_abi.abi import encode
from eth_account import Account
from eth_utils.abi import function_signature_to_4byte_selector as selector
from eth_utils.crypto import keccak
from support import drafts, proposals
from support.isolation import policy_of
from support.operators import policy_file

from kgst.attestation import Domain, ImplementationApproval
from kgst.policy import Policy
from kgst.proposals.notes import notes_on
from kgst.proposals.opened import Opened, words_of
from kgst.signing.own import Names, Own

MANAGER = "0xe7f1725E7734CE288F8367e1Bb143E90bb3F0512"
IMPLEMENTATION = "0xCf7Ed3AccA5a467e9e704C703E8D87F634fB0Fc9"
TOKEN = proposals.TOKEN
CODE_HASH = "0x" + 32 * "ab"
AUDITORS = [ape_accounts.test_accounts[i] for i in (11, 12, 13)]


def call(signature: str, *values: Any) -> bytes:
    types = signature.partition("(")[2].rstrip(")").split(",")
    return selector(signature) + encode(types, values)


def scheduled(target: str, data: bytes, when: int = 0) -> bytes:
    return call("schedule(address,bytes,uint48)", target, data, when)


UNPAUSE = call("unpause(uint256)", 7)
UPGRADE = call("upgradeToAndCall(address,bytes)", IMPLEMENTATION, b"")


@pytest.fixture
def own(tmp_path: Path) -> Own:
    """The rehearsal's policy, in which the Safe is UNPAUSER and UPGRADER, with five minutes."""
    path = policy_file(
        tmp_path,
        policy_of("rehearsal"),
        ("\nauditors:\n", f'  governance: "{proposals.SAFE}"\n\nauditors:\n'),
        ("{member: unpauser, delay: 0 seconds}", "{member: governance, delay: 5 minutes}"),
        ("{member: upgrader, delay", "{member: governance, delay"),
        ("\nlimits:\n", "\nsafes:\n  governance: {owners: [admin, guardian], threshold: 2}\n\nlimits:\n"),
    )  # fmt: skip
    return Own(Policy.load(path), path, 64 * "0")


def opened(own: Own | None, to: str, data: bytes) -> Opened:
    names = Names(own.policy if own else None, {"KGST": TOKEN, "KGSTAccessManager": MANAGER})
    proposal = proposals.make(to=to, data=data)
    return Opened(Path("p.json"), proposal, own, names, "governance" if own else None)


def test_notes__scheduled_call__says_the_delay_of_the_policy(own: Own) -> None:
    found = opened(own, MANAGER, scheduled(TOKEN, UNPAUSE))
    [note] = notes_on(found)
    assert note.startswith(
        "unpause(uint256) is scheduled, not done: from when it is sent it waits "
    )
    assert "it waits 5 minutes, the delay that the policy gives governance as UNPAUSER" in note
    assert "when=once its delay has passed" in found.decoded
    assert "at once" not in found.decoded + note


@pytest.mark.parametrize(
    ("target", "data", "said"),
    [
        (TOKEN, call("pause(uint256)", 7), "governance is no PAUSER, so the AccessManager should refuse it"),
        (MANAGER, call("grantRole(uint64,address,uint32)", 0, drafts.OTHER, 0), "governance is no ADMIN"),
        (drafts.OTHER, UNPAUSE, "as long as the AccessManager makes this Safe wait for it"),
    ],
)  # fmt: skip
def test_notes__scheduled_for_what_it_may_not__is_said(
    own: Own, target: str, data: bytes, said: str
) -> None:
    [note] = notes_on(opened(own, MANAGER, scheduled(target, data)))
    assert said in note


def test_notes__many_scheduled_in_one__each_has_its_own(own: Own) -> None:
    pair = [scheduled(TOKEN, UNPAUSE), scheduled(MANAGER, b"")]
    data = selector("multicall(bytes[])") + encode(["bytes[]"], [pair])
    notes = list(notes_on(opened(own, MANAGER, data)))
    assert ["UNPAUSER" in note for note in notes] == [True, False]


def test_notes__without_a_policy_or_without_delay__are_none(own: Own) -> None:
    assert list(notes_on(opened(None, MANAGER, scheduled(TOKEN, UNPAUSE)))) == []
    assert list(notes_on(opened(own, TOKEN, UNPAUSE))) == []


# Upgrades


def signed_upgrade(own: Own, signers: list[Any], **changes: Any) -> None:
    """What `ape run upgrade collect` writes, as far as it is looked at here."""
    draft: dict[str, Any] = {
        "chain_id": 97, "token": TOKEN, "implementation": IMPLEMENTATION, "code_hash": CODE_HASH,
        "data_hash": "0x" + keccak(b"").hex(), "nonce": 0, "halts": 0, "deadline": 2**33,
        "auditors": {"version": 1}, "contract": "KGSTLogic",
    }  # fmt: skip
    order = ImplementationApproval(
        IMPLEMENTATION, bytes.fromhex(CODE_HASH[2:]), keccak(b""), 0, 0, 1, 2**33
    )
    message = order.message(Domain(97, TOKEN))
    signatures = [
        {
            "signer": one.address,
            "signature": "0x"
            + bytes(Account.sign_message(message, one.private_key).signature).hex(),
        }
        for one in signers
    ]
    folder = own.path.parent / "upgrades"
    folder.mkdir(exist_ok=True)
    whole = {"format": "kgst-signed-upgrade/2", "draft": draft | changes, "signatures": signatures}
    (folder / "a.signed.json").write_text(json.dumps(whole))


def auditors_of(own: Own) -> list[Any]:
    wanted = own.policy.auditor_addresses
    return list(map(ape_accounts.test_accounts.__getitem__, wanted))


@pytest.mark.parametrize(
    "data", [UPGRADE, scheduled(TOKEN, UPGRADE)], ids=["executed", "scheduled"]
)
def test_notes__upgrade__names_the_code_hash_that_the_auditors_signed(
    own: Own, data: bytes
) -> None:
    signed_upgrade(own, auditors_of(own)[: own.policy.auditors.threshold])
    to = MANAGER if data != UPGRADE else TOKEN
    *_, note = notes_on(opened(own, to, data))
    assert note.startswith(
        f"the code at {IMPLEMENTATION} has to have the hash {CODE_HASH}, to which auditor_"
    )
    assert note.endswith(" consented")


@pytest.mark.parametrize(
    "changes",
    [
        {"code_hash": "0x" + 32 * "cd"}, {"implementation": drafts.OTHER}, {"token": drafts.OTHER}, {"chain_id": 56},
        {"data_hash": "0x" + 32 * "00"}, {"nonce": 1}, {"halts": 1}, {"code_hash": "\x1b[2J"}, {"signatures": None},
    ],
    ids=repr,
)  # fmt: skip
def test_notes__upgrade_that_was_not_consented_to__has_no_hash(
    own: Own, changes: dict[str, Any]
) -> None:
    signed_upgrade(own, auditors_of(own)[: own.policy.auditors.threshold], **changes)
    if changes != {"signatures": None}:
        [note] = notes_on(opened(own, TOKEN, UPGRADE))
        assert "no consent of the auditors to it lies in" in note
        return
    (own.path.parent / "upgrades" / "a.signed.json").write_text("{")
    [note] = notes_on(opened(own, TOKEN, UPGRADE))
    assert "no consent of the auditors to it lies in" in note


def test_notes__upgrade_that_too_few_consented_to__has_no_hash(own: Own) -> None:
    auditors = auditors_of(own)[: own.policy.auditors.threshold - 1]
    signed_upgrade(own, [*auditors, *auditors, ape_accounts.test_accounts[19]])
    [note] = notes_on(opened(own, TOKEN, UPGRADE))
    assert "no consent of the auditors to it lies in" in note


# Lists


def test_words__long_list__says_how_many_together_and_their_hash(own: Own) -> None:
    receivers = ["0x" + number.to_bytes(20).hex() for number in range(2**80, 2**80 + 100)]
    amounts = list(range(1, 101))
    data = call("payout(address[],uint256[])", receivers, amounts)
    said = opened(own, TOKEN, data).decoded
    assert "… 36 more; 100 in all, keccak256 0x" in said
    assert f"0x{keccak(encode(['address[]'], [receivers])).hex()}" in said
    assert "… 36 more; 100 in all, together 0.005050 som, keccak256 0x" in said
    changed = call("payout(address[],uint256[])", [*receivers[:-1], drafts.OTHER], amounts)
    assert opened(own, TOKEN, changed).decoded != said


def test_words__no_address_is_ever_cut(own: Own) -> None:
    data = call("transfer(address,uint256)", own.policy.address("admin"), 1)
    said = words_of(opened(own, TOKEN, data).names, proposals.make(to=TOKEN, data=data).transaction)
    assert f"admin ({own.policy.address('admin')})" in said
    assert "…" not in said
