"""`govern rotate`: grant, prove, revoke; resumable; nobody is left out, and nothing is revoked on an unproved key."""

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from ape import accounts as ape_accounts
from ape import chain as ape_chain
from support import drafts
from support.devices import Device, as_is, from_zero
from support.operators import as_, operated, pass_time, policy_file
from support.safe import deploy_safe
from support.signing import sign

from kgst.deployment.contracts import Deployment
from kgst.deployment.system import System
from kgst.errors import DriftError, InputError, RefusedError
from kgst.files import Files
from kgst.govern import offline
from kgst.govern.challenge import Challenge, challenge_for
from kgst.govern.holders import read_holders
from kgst.govern.rotate import prove_key, rotate
from kgst.govern.todo import what_differs
from kgst.policy import Policy
from kgst.roles import Role
from kgst.signing.ceremony import Given
from kgst.storing import FileError, read_model

POLICY = Path(__file__).parents[1] / "support/policy.yaml"
DELAY = 300


@pytest.fixture(scope="module")
def owners() -> list[Any]:
    return [ape_accounts.test_accounts[i] for i in (23, 24, 25)]


@pytest.fixture(scope="module")
def successor() -> Any:
    return ape_accounts.test_accounts[17]


@pytest.fixture(scope="module")
def deployed(
    tmp_path_factory: pytest.TempPathFactory, deployer: Any, successor: Any, owners: list[Any]
) -> System:
    """ADMIN has a second member with a delay; `pauser` is UNPAUSER too, after a minute; two Safes stand ready."""
    web3 = ape_chain.provider.web3
    addresses = [o.address for o in owners]
    safe = deploy_safe(web3, addresses, 2)
    weak = deploy_safe(web3, addresses, 1, salt=1)
    people = "".join(f'  owner_{i}: "{a}"\n' for i, a in enumerate(addresses))
    people += f'  successor: "{successor.address}"\n  vault: "{safe}"\n  weak: "{weak}"\n'
    safes = "".join(
        f"  {name}: {{owners: [owner_0, owner_1, owner_2], threshold: 2}}\n"
        for name in ("vault", "weak")
    )
    path = policy_file(
        tmp_path_factory.mktemp("kgst"),
        POLICY,
        ("\nauditors:\n", f"{people}\nauditors:\n"),
        ("\nlimits:\n", f"\nsafes:\n{safes}\nlimits:\n"),
        (
            "    - {member: unpauser, delay: 0 seconds}\n",
            "    - {member: unpauser, delay: 0 seconds}\n    - {member: pauser, delay: 1 minute}\n",
        ),
        (
            "    - {member: admin, delay: 0 seconds}\n",
            "    - {member: admin, delay: 0 seconds}\n    - {member: issuer_b, delay: 5 minutes}\n",
        ),
    )
    return operated(path, deployer)


@pytest.fixture
def kgst(deployed: System, tmp_path: Path) -> System:
    path = tmp_path / "policy.yaml"
    path.write_text(deployed.policy_path.read_text())
    return replace(deployed, files=Files(tmp_path), policy_path=path)


def roles(system: System, account: Any) -> dict[str, int]:
    """What it holds on the chain, with the delay."""
    held = read_holders(system, str(getattr(account, "address", account)))
    return {
        Role(r).name: a.delay
        for r, a in held.roles_of(str(getattr(account, "address", account))).items()
    }


def test_rotate__with_both_keys_here__grants_proves_revokes(
    kgst: System, admin: Any, pauser: Any, successor: Any
) -> None:
    answer = rotate(kgst, "pauser", "successor", as_(admin), new_account=successor)
    assert answer.exit_code == 0
    assert [o["name"] for o in answer.document["operations"]] == ["grant"] * 2 + ["revoke"] * 2
    assert len(answer.document["transactions"]) == 2
    rotation = answer.document["rotation"]
    assert (rotation["next"], rotation["proved_by"]) == ("done", "signature")
    assert rotation["roles"] == ["PAUSER", "UNPAUSER"]
    assert roles(kgst, pauser) == {}
    assert roles(kgst, successor) == {"PAUSER": 0, "UNPAUSER": 60}
    assert [(c["role"], c["after"]) for c in rotation["policy_lines"]] == [
        ("PAUSER", "- {member: successor, delay: 0 seconds}"),
        ("UNPAUSER", "- {member: successor, delay: 1 minute}"),
    ]
    assert rotation["policy_written"] is False
    assert kgst.policy_path.read_text().count("successor") == 1, "only among people"

    nonce = admin.nonce
    again = rotate(kgst, "pauser", "successor", as_(admin))
    assert (again.exit_code, again.document["done"], admin.nonce) == (0, True, nonce)


def test_rotate__not_proved__revokes_nothing(
    kgst: System, admin: Any, pauser: Any, successor: Any
) -> None:
    answer = rotate(kgst, "pauser", "successor", as_(admin))
    assert answer.exit_code == 5
    assert answer.document["rotation"]["next"] == "prove"
    assert roles(kgst, pauser) == {"PAUSER": 0, "UNPAUSER": 60}
    nonce = admin.nonce
    assert rotate(kgst, "pauser", "successor", as_(admin)).exit_code == 5
    assert admin.nonce == nonce, "granted once"


def test_rotate__proved_elsewhere__goes_on(
    kgst: System, admin: Any, pauser: Any, successor: Any
) -> None:
    rotate(kgst, "pauser", "successor", as_(admin))
    proved = prove_key(kgst, "pauser", "successor", as_(successor))
    assert (proved.exit_code, proved.document["rotation"]["proved_by"]) == (0, "signature")
    answer = rotate(kgst, "pauser", "successor", as_(admin))
    assert answer.exit_code == 0
    assert roles(kgst, pauser) == {}


@pytest.mark.parametrize("first", [0, 27])
def test_rotate__signature_given__goes_on(
    kgst: System, admin: Any, pauser: Any, successor: Any, first: int
) -> None:
    """By a device that counts v from 0, too."""
    rotate(kgst, "pauser", "successor", as_(admin))
    holders = read_holders(kgst, pauser.address, successor.address)
    challenge = challenge_for(kgst, holders, successor.address, pauser.address)
    signature = sign(successor, challenge.message)
    given = signature[:64] + bytes([signature[64] - 27 + first])
    assert rotate(kgst, "pauser", "successor", as_(admin), signature=given).exit_code == 0


@pytest.mark.parametrize("changed", ["chain_id", "manager", "replaces", "roles", "granted_at"])
def test_rotate__signature_over_another_challenge__is_refused(
    kgst: System, admin: Any, pauser: Any, successor: Any, changed: str, outsider: Any
) -> None:
    rotate(kgst, "pauser", "successor", as_(admin))
    holders = read_holders(kgst, pauser.address, successor.address)
    challenge = challenge_for(kgst, holders, successor.address, pauser.address)
    other = {
        "chain_id": 56,
        "manager": outsider.address,
        "replaces": outsider.address,
        "roles": "ADMIN",
        "granted_at": challenge.granted_at - 1,
    }
    signature = sign(successor, challenge.model_copy(update={changed: other[changed]}).message)
    with pytest.raises(RefusedError, match="not one of successor"):
        rotate(kgst, "pauser", "successor", as_(admin), signature=signature)
    assert roles(kgst, pauser) == {"PAUSER": 0, "UNPAUSER": 60}


def test_rotate__signature_by_another_key__is_refused(
    kgst: System, admin: Any, pauser: Any, successor: Any, outsider: Any
) -> None:
    with pytest.raises(InputError, match="--new-account is"):
        rotate(kgst, "pauser", "successor", as_(admin), new_account=outsider)
    assert roles(kgst, pauser) == {"PAUSER": 0, "UNPAUSER": 60}


def test_rotate__kept_proof_of_an_earlier_grant__counts_no_more(
    kgst: System, admin: Any, pauser: Any, successor: Any
) -> None:
    rotate(kgst, "pauser", "successor", as_(admin))
    prove_key(kgst, "pauser", "successor", as_(successor))
    for role in (Role.PAUSER, Role.UNPAUSER):
        kgst.manager.revokeRole(role, successor, sender=admin)
    answer = rotate(kgst, "pauser", "successor", as_(admin))
    assert (answer.exit_code, answer.document["rotation"]["next"]) == (5, "prove")
    assert roles(kgst, pauser) == {"PAUSER": 0, "UNPAUSER": 60}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{}", "not a proof of a key"),
        ('{"format": 1, "format": 1}', "the key 'format' appears twice"),
    ],
)
def test_rotate__damaged_proof_file__says_so(
    kgst: System, admin: Any, successor: Any, content: str, said: str
) -> None:
    rotate(kgst, "pauser", "successor", as_(admin))
    assert kgst.files is not None
    path = kgst.files.operations / "proofs" / f"{successor.address}.json"
    path.parent.mkdir()
    path.write_text(content)
    with pytest.raises(InputError, match=said):
        rotate(kgst, "pauser", "successor", as_(admin))


def test_rotate__with_a_delay__goes_on_step_by_step(
    kgst: System, issuer_b: Any, pauser: Any, successor: Any
) -> None:
    def again(**options: Any) -> Any:
        return rotate(kgst, "pauser", "successor", as_(issuer_b), **options)

    granting = again()
    assert (granting.exit_code, granting.document["rotation"]["next"]) == (5, "grant")
    assert granting.document["waits_until"] == kgst.now() + DELAY
    pass_time(DELAY)
    revoking = again(new_account=successor)
    assert (revoking.exit_code, revoking.document["rotation"]["next"]) == (5, "revoke")
    assert roles(kgst, pauser) == {"PAUSER": 0, "UNPAUSER": 60}
    pass_time(DELAY)
    assert again().exit_code == 0, "the proof was kept"
    assert roles(kgst, pauser) == {}


def test_rotate__role_with_a_grant_delay__keeps_the_old_one_until_the_new_one_can_act(
    kgst: System, admin: Any, pauser: Any, successor: Any
) -> None:
    kgst.manager.setGrantDelay(Role.PAUSER, 600, sender=admin)
    pass_time(5 * 86_400)
    with pytest.raises(RefusedError, match="can act in every role only from"):
        rotate(kgst, "pauser", "successor", as_(admin), new_account=successor)
    assert roles(kgst, pauser) == {"PAUSER": 0, "UNPAUSER": 60}
    # Not a second before, however often it is asked and however well the key is proved.
    pass_time(500)
    with pytest.raises(RefusedError, match="can act in every role only from"):
        rotate(kgst, "pauser", "successor", as_(admin), new_account=successor)
    assert roles(kgst, pauser) == {"PAUSER": 0, "UNPAUSER": 60}
    # Nor does the plan take it for done: it says until when to wait.
    assert any("can act as PAUSER only from" in line for line in what_differs_if_named(kgst))
    pass_time(101)
    answer = rotate(kgst, "pauser", "successor", as_(admin), new_account=successor)
    assert answer.exit_code == 0
    assert roles(kgst, pauser) == {}
    assert roles(kgst, successor) == {"PAUSER": 0, "UNPAUSER": 60}


def what_differs_if_named(system: System) -> list[str]:
    """By hand, of a policy that names the successor in the pauser's place."""
    named = system.policy_path.read_text().replace("member: pauser,", "member: successor,")
    path = system.policy_path.with_name("named.yaml")
    path.write_text(named)
    deployment = Deployment.of(Policy.load(path), system.record)
    return what_differs(replace(system, deployment=deployment)).by_hand


def test_rotate__admin_by_itself__ends_with_the_new_one_alone(
    kgst: System, admin: Any, successor: Any
) -> None:
    answer = rotate(kgst, "admin", "successor", as_(admin), new_account=successor)
    assert answer.exit_code == 0
    assert roles(kgst, admin) == {}
    assert roles(kgst, successor) == {"ADMIN": 0}


def test_rotate__admin_with_a_delay_by_itself(kgst: System, issuer_b: Any, successor: Any) -> None:
    def again() -> Any:
        return rotate(kgst, "issuer_b", "successor", as_(issuer_b), new_account=successor)

    assert again().exit_code == 5
    pass_time(DELAY)
    assert again().exit_code == 5
    pass_time(DELAY)
    assert again().exit_code == 0
    assert roles(kgst, issuer_b) == {}
    assert roles(kgst, successor) == {"ADMIN": DELAY}


def test_rotate__to_a_safe_of_the_policy__needs_no_signature(
    kgst: System, admin: Any, pauser: Any
) -> None:
    answer = rotate(kgst, "pauser", "vault", as_(admin))
    assert answer.exit_code == 0
    assert answer.document["rotation"]["proved_by"] == "safe"
    assert roles(kgst, kgst.policy.address("vault")) == {"PAUSER": 0, "UNPAUSER": 60}


def test_rotate__to_a_safe_that_is_not_the_policys__is_drift(
    kgst: System, admin: Any, pauser: Any
) -> None:
    with pytest.raises(DriftError, match="1 must sign, not 2"):
        rotate(kgst, "pauser", "weak", as_(admin))
    assert roles(kgst, pauser) == {"PAUSER": 0, "UNPAUSER": 60}


def test_rotate__to_a_contract_wallet__by_erc1271(
    kgst: System, admin: Any, pauser: Any, owners: list[Any]
) -> None:
    """A Safe that the policy does not call one: it answers `isValidSignature` by itself."""
    at = deploy_safe(ape_chain.provider.web3, [owners[0].address], 1, salt=2)
    assert rotate(kgst, "pauser", at, as_(admin, allow_unknown=True)).exit_code == 5
    holders = read_holders(kgst, pauser.address, at)
    challenge = challenge_for(kgst, holders, at, pauser.address)
    wrapped = _safe_message(at, bytes.fromhex(challenge.digest[2:]))
    good, bad = sign(owners[0], wrapped), sign(owners[1], wrapped)
    with pytest.raises(RefusedError, match="not one of"):
        rotate(kgst, "pauser", at, as_(admin, allow_unknown=True), signature=bad)
    answer = rotate(kgst, "pauser", at, as_(admin, allow_unknown=True), signature=good)
    assert (answer.exit_code, answer.document["rotation"]["proved_by"]) == (0, "erc-1271")


def challenged(kgst: System, admin: Any, new: str = "successor", **options: Any) -> Path:
    """The challenge of a rotation from pauser, in a file."""
    path = kgst.policy_path.with_name("challenge.json")
    run = as_(admin, **options)
    document = rotate(kgst, "pauser", new, run, challenge_path=path).document
    assert document["rotation"]["challenge_file"] == str(path)
    drafts.require_schema(json.loads(path.read_text()), "file-key-challenge")
    return path


def offline_signed(path: Path, account: Any, **options: Any) -> Path:
    """What `govern sign` writes."""
    usual: dict[str, Any] = {"policy_path": None, "yes": True, "force": False, "quiet": True}
    answer = offline.sign(path, account, **usual | options)
    drafts.require_schema({"schema": answer.schema, **answer.document}, "govern-sign")
    found = Path(answer.document["signature_file"])
    drafts.require_schema(json.loads(found.read_text()), "file-key-signature")
    return found


@pytest.mark.parametrize("form", [as_is, from_zero])
def test_rotate__signed_without_a_network__goes_on(
    kgst: System, admin: Any, pauser: Any, successor: Any, form: Any
) -> None:
    file = offline_signed(challenged(kgst, admin), Device(successor, form))
    assert roles(kgst, pauser) == {"PAUSER": 0, "UNPAUSER": 60}
    answer = rotate(kgst, "pauser", "successor", as_(admin), proof_path=file)
    assert (answer.exit_code, answer.document["rotation"]["proved_by"]) == (0, "signature")
    assert roles(kgst, pauser) == {}
    assert kgst.files is not None
    [kept] = (kgst.files.operations / "proofs").iterdir()
    assert json.loads(kept.read_text())["format"] == "kgst-key-proof/1"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"chain_id": 56}, "is for chain 56"),
        ({"manager": "0x5FbDB2315678afecb367f032d93F642f64180aa3"}, "is for the manager 0x5FbDB"),
        ({"granted_at": 1}, "signs another draft of the rotation from 0x"),
        ({"roles": "ADMIN"}, "signs another draft of the rotation from 0x"),
    ],
)
def test_rotate__proof_of_another_challenge__is_refused(
    kgst: System, admin: Any, pauser: Any, successor: Any, changes: dict[str, Any], said: str
) -> None:
    path = challenged(kgst, admin)
    real = offline_signed(path, successor).read_text()
    file = offline_signed(drafts.edited(path, **changes), successor, force=True)
    with pytest.raises(FileError, match=said):
        rotate(kgst, "pauser", "successor", as_(admin), proof_path=file)
    # And when the file claims to be of this one.
    file.write_text(
        json.dumps(json.loads(real) | {"signature": json.loads(file.read_text())["signature"]})
    )
    with pytest.raises(FileError, match="who is not the new holder, or is on another message"):
        rotate(kgst, "pauser", "successor", as_(admin), proof_path=file)
    file.write_text("{")
    with pytest.raises(FileError, match="not whole JSON"):
        rotate(kgst, "pauser", "successor", as_(admin), proof_path=file)
    with pytest.raises(InputError, match="--proof has the signature"):
        rotate(kgst, "pauser", "successor", as_(admin), proof_path=file, signature=b"")
    assert roles(kgst, pauser) == {"PAUSER": 0, "UNPAUSER": 60}


def test_sign__who_may_not_or_elsewhere__is_refused(
    kgst: System, admin: Any, successor: Any, outsider: Any
) -> None:
    path = challenged(kgst, admin)
    with pytest.raises(RefusedError, match="is not the new holder"):
        offline_signed(path, outsider)
    kgst.record.save(kgst.policy_path.with_name("record.json"))
    answer = offline.sign(
        path, successor, policy_path=kgst.policy_path, yes=True, force=False, quiet=True
    )
    assert answer.document["label"] == "successor"
    assert "the manager is the record's" in answer.document["checked"]
    drafts.edited(path, manager=outsider.address)
    with pytest.raises(RefusedError, match="the draft is for the manager"):
        offline_signed(path, successor, policy_path=kgst.policy_path)
    # A challenge that the command wrote is not written over.
    with pytest.raises(FileError, match="is there already with other content"):
        challenged(kgst, admin)


def test_rotate__to_a_contract_wallet__signed_without_a_network(
    kgst: System, admin: Any, pauser: Any, owners: list[Any]
) -> None:
    at = deploy_safe(ape_chain.provider.web3, [owners[0].address], 1, salt=3)
    path = challenged(kgst, admin, at, allow_unknown=True)
    digest = read_model(path, Challenge, "").digest
    good, bad = (sign(one, _safe_message(at, bytes.fromhex(digest[2:]))) for one in owners[:2])
    run = as_(admin, allow_unknown=True)
    file = offline_signed(path, None, given=Given(at, bad))
    with pytest.raises(RefusedError, match="not one of"):
        rotate(kgst, "pauser", at, run, proof_path=file)
    file = offline_signed(path, None, given=Given(at, good), force=True)
    answer = rotate(kgst, "pauser", at, run, proof_path=file)
    assert (answer.exit_code, answer.document["rotation"]["proved_by"]) == (0, "erc-1271")


def _safe_message(safe: str, digest: bytes) -> Any:
    """What a Safe's owners sign for ERC-1271 (CompatibilityFallbackHandler)."""
    from eth_account.messages import encode_typed_data

    return encode_typed_data(
        {"chainId": ape_chain.provider.chain_id, "verifyingContract": safe},
        {"SafeMessage": [{"name": "message", "type": "bytes"}]},
        {"message": digest},
    )


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("pauser", "pauser", "is to replace itself"),
        ("successor", "owner_0", "holds no role on the chain"),
        ("nobody", "successor", "neither a label"),
    ],
)
def test_rotate__nothing_to_do__says_why(
    kgst: System, admin: Any, old: str, new: str, said: str
) -> None:
    with pytest.raises(InputError, match=said):
        rotate(kgst, old, new, as_(admin))


def test_rotate__unknown_address__needs_a_label(kgst: System, admin: Any, outsider: Any) -> None:
    with pytest.raises(InputError, match="has no label"):
        rotate(kgst, "pauser", outsider.address, as_(admin))
    run = as_(admin, allow_unknown=True)
    with pytest.raises(InputError, match="--write-policy needs labels"):
        rotate(kgst, "pauser", outsider.address, run, write_policy=True)
    assert rotate(kgst, "pauser", outsider.address, run, new_account=outsider).exit_code == 0


def test_rotate__new_holds_it_already__only_the_rest_is_granted(
    kgst: System, admin: Any, pauser: Any, successor: Any
) -> None:
    kgst.manager.grantRole(Role.PAUSER, successor, 0, sender=admin)
    answer = rotate(kgst, "pauser", "successor", as_(admin), new_account=successor)
    assert answer.exit_code == 0
    titles = [o["title"] for o in answer.document["operations"] if o["name"] == "grant"]
    assert len(titles) == 1
    assert titles[0].startswith("grant UNPAUSER")


def test_rotate__write_policy__changes_those_words_only(
    kgst: System, admin: Any, successor: Any
) -> None:
    path = kgst.policy_path
    text = path.read_text().replace(
        "    - {member: pauser, delay: 0 seconds}\n",
        "    # member: pauser is on call\n    - {member: pauser, delay: 0 seconds} # member: pauser\n",
    )
    path.write_text(text)
    answer = rotate(
        kgst, "pauser", "successor", as_(admin), new_account=successor, write_policy=True
    )
    assert answer.document["rotation"]["policy_written"] is True
    written = path.read_text()
    assert re.sub(r"(?<=\{member: )successor", "pauser", written) == text
    assert "# member: pauser is on call" in written
    assert "{member: successor, delay: 0 seconds} # member: pauser" in written
    assert [m.member for m in Policy.load(path).roles[Role.PAUSER]] == ["successor"]
    assert sorted(p.name for p in path.parent.iterdir()) == ["operations", "policy.yaml"]


def test_rotate__of_an_issuer_or_safe_owner__says_what_it_does_not_cover(
    kgst: System, admin: Any, issuer: Any, owners: list[Any], successor: Any
) -> None:
    kgst.manager.grantRole(Role.PAUSER, issuer, 0, sender=admin)
    kgst.manager.grantRole(Role.PAUSER, owners[0], 0, sender=admin)
    [note] = rotate(kgst, "issuer", "successor", as_(admin)).document["rotation"]["notes"]
    assert "is an issuer too" in note
    [note] = rotate(kgst, "owner_0", "successor", as_(admin)).document["rotation"]["notes"]
    assert "owns the Safe vault, weak too" in note


def test_proof_file__is_json_that_names_what_it_is_for(
    kgst: System, admin: Any, successor: Any
) -> None:
    rotate(kgst, "pauser", "successor", as_(admin), new_account=successor)
    assert kgst.files is not None
    [path] = (kgst.files.operations / "proofs").iterdir()
    document = json.loads(path.read_text())
    assert document["roles"] == "PAUSER, UNPAUSER"
    assert document["account"] == successor.address


def test_rotate__give_up__rotates_nothing(kgst: System, admin: Any) -> None:
    answer = rotate(kgst, "pauser", "successor", as_(admin, give_up=True))
    assert answer.document == {"account": admin.address, "given_up": []}
    assert answer.schema == "kgst/give-up/1"
