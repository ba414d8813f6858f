"""`ape run safe show`, `sign` and `collect`: what an owner sees and signs, and whose signatures count."""

import hashlib
import json
import os
import shutil
import signal
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from ape import accounts as ape_accounts
from click.testing import Result
from eth_abi.abi import encode
from support import drafts, proposals
from support.devices import Device, as_is, from_zero, without_zeros
from support.in_process import invoke
from support.isolation import policy_of
from support.operators import policy_file

from kgst.proposals import offline
from kgst.proposals.files import OwnersSignature, Proposal
from kgst.proposals.opened import open_proposal
from kgst.signing.reading import signature_path
from kgst.storing import MAX_BYTES, read_model

ROOT = Path(__file__).parents[4]
CONTRACT = "0xDc64a140Aa3E981100a9becA4E685f962f0cF6C9"
OWNERS = [ape_accounts.test_accounts[i] for i in (23, 24, 25)]
A, B, C = (one.address for one in OWNERS)


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Runs `ape run safe …` in this process."""
    monkeypatch.chdir(ROOT)
    return partial(invoke, "safe")


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A proposal, and the owners' policy, by which two of three keys, or of them and a contract, must sign."""
    people = "".join(f'  owner_{i}: "{one.address}"\n' for i, one in enumerate(OWNERS))
    folder = tmp_path / "network"
    folder.mkdir()
    policy_file(
        folder,
        policy_of("rehearsal"),
        ("\nauditors:\n", f'  governance: "{proposals.SAFE}"\n  council: "{CONTRACT}"\n{people}\nauditors:\n'),
        (
            "\nlimits:\n",
            "\nsafes:\n  governance: {owners: [owner_0, owner_1, owner_2, council], threshold: 2}\n\nlimits:\n",
        ),
    )  # fmt: skip
    proposal = proposals.make()
    path = proposal.path_in(folder / "safe", "governance")
    proposal.save(path)
    monkeypatch.setenv("KGST_POLICY", str(policy_for(path)))
    return path


def alias(index: int) -> str:
    return str(OWNERS[index].alias)


def document(result: Result, name: str, code: int = 0) -> dict[str, Any]:
    assert result.exit_code == code, result.output + result.stderr
    found: dict[str, Any] = json.loads(result.stdout)
    drafts.require_schema(found, name)
    return found


def refusal(result: Result, code: int = 2) -> str:
    assert result.exit_code == code, result.output
    assert "Traceback" not in result.stderr
    return " ".join(result.stderr.split())


def copied(file: Path, folder: Path) -> Path:
    """The proposal on another owner's machine, where the policy is given."""
    folder.mkdir()
    return Path(shutil.copy(file, folder))


def reworded(file: Path) -> str:
    """The proposal in the words that its owners' machines give it, which are returned."""
    words = open_proposal(file, policy_for(file)).decoded
    Proposal.load(file).worded(words).save(file)
    return words


def policy_for(file: Path) -> Path:
    return file.parents[2] / "policy.yaml"


# sign


def test_sign__writes_beside_and_leaves_the_file_alone(run: Any, file: Path) -> None:
    reworded(file)
    before = {path: path.read_bytes() for path in file.parent.iterdir()}
    found = document(run("sign", file, "--account", alias(0), "--yes", "--json"), "safe-sign")
    path = signature_path(file, A)
    assert (found["signed"], found["already"], found["signature_file"]) == (A, False, str(path))
    assert (found["missing"], found["by_contract"], found["left_out"]) == (1, False, [])
    assert found["signatures"] == [
        {"claimed": A, "label": "owner_0", "signer": A, "by_contract": False, "counts": True}
    ]
    drafts.require_schema(json.loads(path.read_text()), "file-safe-signature")
    assert read_model(path, OwnersSignature, "x") == proposals.signature_of(proposals.make(), OWNERS[0])  # fmt: skip
    assert {p: p.read_bytes() for p in file.parent.iterdir() if p != path} == before
    again = document(run("sign", file, "--account", alias(0), "--yes", "--json"), "safe-sign")
    assert (again["already"], again["signature_file"]) == (True, None)
    said = " ".join(run("sign", file, "--account", alias(0)).stdout.split())
    assert "owner_0" in said
    assert "had signed before 1 of 2 signatures" in said


def test_sign__for_people__shows_what_is_signed(run: Any, file: Path) -> None:
    result = run("sign", file, "--account", alias(0), input="n\n")
    assert result.exit_code == 1
    assert not signature_path(file, A).exists()
    said = " ".join((result.stdout + result.stderr).split())
    proposal = proposals.make()
    for text in (
        f"Safe governance {proposals.SAFE} on chain 97, nonce 5",
        "DOMAIN HASH",
        "MESSAGE HASH",
        proposal.domain_hash,
        proposal.message_hash,
        proposal.safe_tx_hash,
        f"Sign transaction 5 of the Safe {proposals.SAFE} as owner_0",
    ):
        assert text in said, text
    done = run("sign", file, "--account", alias(0), input="y\n")
    assert "Send to the other owners: " in done.stdout
    second = run("sign", file, "--account", alias(1), "--yes")
    assert "2 of 2 signatures." in second.stdout
    assert f"`ape run safe execute {file} --account …` sends it" in " ".join(second.stdout.split())


@pytest.mark.parametrize("form", [as_is, from_zero, without_zeros])
def test_sign__any_device__counts(file: Path, form: Any) -> None:
    device: Any = Device(OWNERS[0], form)
    answer = offline.sign(file, policy_for(file), device, yes=True, force=False, quiet=True)
    assert answer.document["missing"] == 1
    # And one that typed nothing in its own form is no obstacle to the next.
    assert offline.show(file, policy_for(file)).document["signatures"][0]["counts"] is True


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        ((), 2, "name the owner's with --account"),
        (("--account", "TEST::16"), 4, "is no owner of the Safe governance"),
        (("--for", A), 2, "belong together"),
        (("--for", drafts.OTHER, "--signature", "0x"), 4, "is no owner of the Safe governance"),
        (("--for", CONTRACT, "--signature", "0x", "--account", "TEST::23"), 2, "give one of them"),
    ],
)
def test_sign__who_may_not__is_refused(
    run: Any, file: Path, arguments: tuple[str, ...], code: int, said: str
) -> None:
    assert said in refusal(run("sign", file, *arguments, "--yes"), code)
    assert not list(file.parent.glob("*.sig.json"))


def test_sign__no_policy_or_of_another_chain__is_refused(
    run: Any, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("KGST_POLICY")
    copy = copied(file, tmp_path / "elsewhere")
    for command in (("sign", copy, "--account", alias(0), "--yes"), ("collect", copy, copy)):
        assert "no policy says who owns the Safe" in refusal(run(*command))
        policy = policy_for(file)
        given = [*command, "--policy", policy]
        whole = policy.read_text()
        policy.write_text(whole.replace("chain_id: 97", "chain_id: 56"))
        policy.write_text(policy.read_text().replace("recovery_delay: 14", "recovery_delay: 30"))
        assert "the draft is for chain 97, the policy" in refusal(run(*given), 4)
        policy.write_text(whole)
    assert run("sign", copy, "--account", alias(0), "--yes", "--policy", policy).exit_code == 0


def test_sign__a_damaged_file_under_its_name__is_replaced_by_force(run: Any, file: Path) -> None:
    path = signature_path(file, A)
    path.write_text("{}")
    arguments = ("sign", file, "--account", alias(0), "--yes")
    assert "is there already with other content" in refusal(run(*arguments))
    assert run(*arguments, "--force").exit_code == 0
    assert document(run("show", file, "--json"), "safe-show")["missing"] == 1


def test_sign__for_a_contract__is_kept_as_claimed(run: Any, file: Path) -> None:
    arguments = ("sign", file, "--for", CONTRACT, "--signature", "0xC0FFEE", "--json")
    found = document(run(*arguments), "safe-sign")
    assert (found["by_contract"], found["missing"]) == (True, 1)
    assert found["signatures"] == [
        {"claimed": CONTRACT, "label": "council", "signer": CONTRACT, "by_contract": True, "counts": True}
    ]  # fmt: skip
    assert json.loads(Path(found["signature_file"]).read_text())["signature"] == "0xc0ffee"
    people = " ".join(run(*arguments[:-1]).stdout.split())
    proposal = proposals.make()
    assert f"Its owners sign the digest: {proposal.safe_tx_hash}, if this Safe is of" in people
    assert f"0x1901{proposal.domain_hash[2:]}{proposal.message_hash[2:]}" in people
    assert "as claimed: whether that contract takes it only a node can tell" in people


# Killed, and two at once


def child(work: Callable[[], object]) -> int:
    """A process that does `work`; its id."""
    pid = os.fork()
    if pid == 0:
        try:
            work()
        finally:
            os._exit(0)
    return pid


def signed_by(file: Path, index: int) -> object:
    return offline.sign(file, policy_for(file), OWNERS[index], yes=True, force=False, quiet=True)


def test_sign__killed_while_it_writes__leaves_nothing_that_counts(
    run: Any, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run("sign", file, "--account", alias(1), "--yes").exit_code == 0
    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", lambda _: os.kill(os.getpid(), signal.SIGKILL))
        _, status = os.waitpid(child(lambda: signed_by(file, 0)), 0)
    assert os.WIFSIGNALED(status)
    assert [path.suffix for path in file.parent.glob(".*")] == [".tmp"], "half a file"
    shown = document(run("show", file, "--json"), "safe-show")
    assert [one["claimed"] for one in shown["signatures"]] == [B]
    assert shown["left_out"] == []
    signed_by(file, 0)
    assert document(run("show", file, "--json"), "safe-show")["missing"] == 0


def test_sign__two_at_once__lose_nothing(run: Any, file: Path) -> None:
    for pid in [child(partial(signed_by, file, index)) for index in (0, 1, 2)]:
        assert os.waitpid(pid, 0)[1] == 0
    shown = document(run("show", file, "--json"), "safe-show")
    assert {one["claimed"] for one in shown["signatures"]} == {A, B, C}
    assert all(one["counts"] for one in shown["signatures"])


# Words that are not the bytes

STRANGER = "0x1234567890AbcdEF1234567890aBcdef12345678"
GRANT = bytes.fromhex("25c471a0") + encode(["uint64", "address", "uint32"], [0, STRANGER, 0])


def forged(folder: Path) -> Path:
    """A grant of ADMIN to a stranger that calls itself a pause, with a policy beside it that calls him admin."""
    path = proposals.make(data=GRANT).path_in(folder / "safe", "governance")
    made = proposals.make(data=GRANT)
    made.model_copy(update={"title": "pause TRANSFERS", "decoded": ("token.pause()",)}).save(path)
    text = (folder / "policy.yaml").read_text()
    (folder / "policy.yaml").write_text(
        text.replace("\nauditors:\n", f'\n  good_old_admin: "{STRANGER}"\n\nauditors:\n', 1)
    )
    return path


def test_sign__forged_words__are_neither_shown_nor_passed_on(
    run: Any, file: Path, tmp_path: Path
) -> None:
    own = Path(shutil.copy(policy_for(file), tmp_path / "own.yaml"))
    path = forged(file.parents[2])
    builder = path.with_suffix(".tx-builder.json")
    given = ("sign", path, "--account", alias(0), "--yes", "--policy", own)
    result = run(*given)
    assert result.exit_code == 0, result.stderr
    said = " ".join((result.stdout + result.stderr).split())
    assert f"grantRole(roleId=ADMIN, account=unknown {STRANGER}, executionDelay=0 seconds)" in said
    assert "the file says something else than its bytes do" in said
    for text in (said, path.read_text(), builder.read_text()):
        assert "TRANSFERS" not in text
        assert "good_old_admin" not in text
    assert "grantRole(roleId=ADMIN" in json.loads(builder.read_text())["meta"]["name"]
    assert "grantRole(roleId=ADMIN" in Proposal.load(path).title
    # Who had signed before, and a builder's file alone that was forged anew.
    changed = json.loads(builder.read_text())
    changed["meta"]["description"] = "pause TRANSFERS"
    changed["transactions"][0]["data"] = "0x"
    builder.write_text(json.dumps(changed))
    assert run(*given).exit_code == 0
    assert "TRANSFERS" not in builder.read_text()
    assert json.loads(builder.read_text())["transactions"][0]["data"] == "0x" + GRANT.hex()


def test_names__come_from_the_own_policy_which_is_named_with_its_hash(
    run: Any, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("KGST_POLICY")
    path = forged(file.parents[2])
    bare = run("show", path)
    said = " ".join(bare.stdout.split())
    assert "names are not known here" in said
    assert f"account={STRANGER}, executionDelay=0 seconds" in said
    assert "good_old_admin" not in said
    found = document(run("show", path, "--json"), "safe-show")
    assert (found["policy_file"], found["policy_sha256"]) == (None, None)
    assert (found["safe_label"], found["threshold"]) == (None, None)
    assert "no policy says who owns the Safe" in refusal(run("sign", path, "--account", alias(0)))

    own = policy_for(file)
    digest = hashlib.sha256(own.read_bytes()).hexdigest()
    for command in ("show", "sign"):
        signer = ("--account", alias(0), "--yes") if command == "sign" else ()
        result = run(command, path, *signer, "--policy", own)
        said = "".join((result.stdout + result.stderr).split())
        assert f"Names:thoseof{own}itssha256{digest}" in said
        # An address is whole, whoever's it is.
        assert f"good_old_admin({STRANGER})" in said
    found = document(run("show", path, "--policy", own, "--json"), "safe-show")
    assert (found["policy_file"], found["policy_sha256"]) == (str(own), digest)


def test_names__policy_of_another_chain__names_nobody(run: Any, file: Path) -> None:
    text = policy_for(file).read_text()
    text = text.replace("chain_id: 97", "chain_id: 56")
    policy_for(file).write_text(text.replace("recovery_delay: 14", "recovery_delay: 30"))
    found = document(run("show", file, "--json"), "safe-show")
    assert (found["safe_label"], found["threshold"]) == (None, None)


# Two transactions of one nonce


@pytest.fixture
def other(file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Another transaction of the same nonce in the same folder, on a machine that has signed nothing yet."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    made = proposals.make(data=GRANT)
    path = made.path_in(file.parents[1], "governance")
    made.save(path)
    return path


def signed_before(run: Any, file: Path) -> tuple[list[str], str]:
    """What the first owner is told of it when signing FILE, as a document and in words; only the second is kept."""
    result = run("sign", file, "--account", alias(0), input="n\n")
    said = " ".join((result.stdout + result.stderr).split())
    done = document(run("sign", file, "--account", alias(0), "--yes", "--json"), "safe-sign")
    return done["signed_before"], said


SAID = "You have signed another transaction for this nonce before"
USABLE = "those signatures stay usable: whoever has them chooses which of the two is sent"


def test_sign__second_transaction_of_a_nonce__is_told_from_the_folder(
    run: Any, file: Path, other: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    hashes, said = signed_before(run, other)
    assert hashes == []
    assert SAID not in said
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "another machine"))
    hashes, said = signed_before(run, file)
    assert hashes == [Proposal.load(other).safe_tx_hash]
    told = f"{SAID} (safeTxHash {hashes[0]}; it lies in {signature_path(other, A)}); {USABLE}"
    assert told.replace(" ", "") in said.replace(" ", "")


def test_sign__second_transaction_of_a_nonce__is_told_from_a_copy_with_signatures(
    run: Any, file: Path, other: Path
) -> None:
    drafts.saved(proposals.signed(Proposal.load(other), OWNERS[0]), file.parent / "x.signed.json")
    assert signed_before(run, file)[0] == [Proposal.load(other).safe_tx_hash]


def test_sign__second_transaction_of_a_nonce__is_remembered_by_the_machine(
    run: Any, file: Path, other: Path
) -> None:
    signed_before(run, other)
    for path in other.parent.glob(f"{other.stem}*"):
        path.unlink()
    hashes, said = signed_before(run, file)
    assert hashes == [proposals.make(data=GRANT).safe_tx_hash]
    assert f"{SAID} (safeTxHash {hashes[0]}; on this machine)" in said


@pytest.mark.parametrize(
    "changes", [{"nonce": 6}, {"chain_id": 56}, {"safe": drafts.TOKEN}], ids=str
)
def test_sign__transaction_of_another_nonce_or_safe__is_not_told(
    run: Any, file: Path, other: Path, changes: dict[str, Any]
) -> None:
    another = proposals.make(data=GRANT, **changes)
    path = another.path_in(file.parents[1], "governance")
    another.save(path)
    proposals.sign_beside(path, OWNERS[0])
    proposals.sign_beside(other, OWNERS[1])
    assert signed_before(run, file)[0] == []


def test_sign__signature_that_the_owner_never_made__is_not_told(
    run: Any, file: Path, other: Path
) -> None:
    theirs = proposals.signature_of(Proposal.load(other), OWNERS[1])
    drafts.saved(theirs.model_copy(update={"signer": A}), other.with_suffix(".a.sig.json"))
    for name in ("b.json", "c.sig.json"):
        (file.parent / name).write_text('{"format": "kgst-safe-signature/1"')
    (file.parent / "d.json").mkdir()
    (file.parent / "e.json").write_text('{"format": "kgst-safe-transaction/1", "decoded": 7}')
    assert signed_before(run, file)[0] == []


def test_sign__machine_that_cannot_remember__signs_all_the_same(
    run: Any, file: Path, other: Path, tmp_path: Path
) -> None:
    (tmp_path / "state").write_text("no folder")
    assert signed_before(run, other)[0] == []
    assert signed_before(run, file)[0] == [Proposal.load(other).safe_tx_hash]


# collect


def test_collect__two_owners_signed_two_copies_at_once(
    run: Any, file: Path, tmp_path: Path
) -> None:
    files = []
    for index, name in enumerate("ab"):
        copy = copied(file, tmp_path / name)
        given = ("--account", alias(index), "--yes", "--policy", policy_for(file), "--json")
        files.append(document(run("sign", copy, *given), "safe-sign")["signature_file"])
    one = document(run("collect", file, files[0], "--json"), "safe-collect", 5)
    assert (one["signed_by"], one["complete"], one["signed_file"]) == ([A], False, None)
    assert set(one["missing"]) == {B, C, CONTRACT}
    assert not file.with_suffix(".signed.json").exists()
    both = document(run("collect", file, *files, "--json"), "safe-collect")
    assert sorted(both["signed_by"]) == sorted([A, B])
    assert (both["needed"], both["digest"]) == (2, proposals.make().safe_tx_hash)
    target = Path(both["signed_file"])
    assert target == file.with_suffix(".signed.json")
    assert set(Proposal.load(target).signatures) == {A, B}
    shown = document(run("show", target, "--json"), "safe-show")
    assert (shown["missing"], shown["safe_label"]) == (0, "governance")
    people = " ".join(run("collect", file, *files).stdout.split())
    assert "2 of 2 signatures: enough." in people
    assert f"`ape run safe execute {target} --account …` sends it" in people


def test_collect__copies_that_hold_signatures__are_merged(
    run: Any, file: Path, tmp_path: Path
) -> None:
    """As every proposal did before signatures had files of their own; and as `collect` writes them."""
    a = drafts.saved(proposals.signed(proposals.make(), OWNERS[0]), tmp_path / "a.json")
    ab = drafts.saved(proposals.signed(proposals.make(), *OWNERS[:2]), tmp_path / "ab.json")
    found = document(run("collect", file, a, ab, a, "--json"), "safe-collect")
    assert sorted(found["signed_by"]) == sorted([A, B])
    assert found["repeated_files"] == [str(a)]


def test_collect__what_lies_in_and_beside_the_file__counts_unnamed(
    run: Any, file: Path, tmp_path: Path
) -> None:
    drafts.saved(proposals.signed(proposals.make(), OWNERS[0]), file)
    proposals.sign_beside(file, OWNERS[1])
    c = drafts.saved(proposals.signature_of(proposals.make(), OWNERS[2]), tmp_path / "c.sig.json")
    found = document(run("collect", file, c, "--json"), "safe-collect")
    assert sorted(found["signed_by"]) == sorted([A, B, C])


def test_collect__one_signer_twice__counts_once(run: Any, file: Path, tmp_path: Path) -> None:
    a = proposals.sign_beside(file, OWNERS[0])
    again = Path(shutil.copy(a, tmp_path / "again.sig.json"))
    found = document(run("collect", file, a, again, "--json"), "safe-collect", 5)
    assert (found["signed_by"], found["repeated_files"]) == ([A], [str(again)])
    people = run("collect", file, a, again)
    assert people.exit_code == 5
    assert "Counted once:" in people.stdout
    assert "1 of 2 signatures." in people.stdout


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"chain_id": 56}, "is for chain 56, the draft is for chain 97"),
        ({"safe": drafts.TOKEN}, f"is for the Safe {drafts.TOKEN}"),
        ({"nonce": 6}, "is for nonce 6, the draft is for nonce 5"),
        ({"data": b"\1"}, "signs another draft of transaction 5 of the Safe"),
        ({"to": drafts.OTHER}, "signs another draft of transaction 5 of the Safe"),
    ],
)
def test_collect__another_transaction__is_refused(
    run: Any, file: Path, tmp_path: Path, changes: dict[str, Any], said: str
) -> None:
    other = proposals.make(**changes)
    honest = proposals.signature_of(other, OWNERS[1])
    b = drafts.saved(honest, tmp_path / "b.sig.json")
    proposals.sign_beside(file, OWNERS[0])
    assert said in refusal(run("collect", file, b))
    # And when the file claims to be of this transaction.
    claims = proposals.signature_of(proposals.make(), OWNERS[1], signature=honest.signature)
    drafts.saved(claims, b)
    assert "who is no owner of the Safe governance, or is on another message" in refusal(
        run("collect", file, b)
    )
    copy = drafts.saved(proposals.signed(other, OWNERS[1]), tmp_path / "copy.json")
    assert "copy.json: is another transaction (chain " in refusal(run("collect", file, copy))
    assert not file.with_suffix(".signed.json").exists()


def test_collect__stranger_or_another_name__is_refused(
    run: Any, file: Path, tmp_path: Path, outsider: Any
) -> None:
    path = tmp_path / "d.sig.json"
    drafts.saved(proposals.signature_of(proposals.make(), outsider), path)
    said = f"is of {outsider.address}, who is no owner of the Safe governance"
    assert said in refusal(run("collect", file, path))
    drafts.edited(drafts.saved(proposals.signature_of(proposals.make(), OWNERS[0]), path), signer=B)
    assert f"names {B}, and the signature is of {A}" in refusal(run("collect", file, path))


def test_collect__stranger_in_a_copy__does_not_count(
    run: Any, file: Path, tmp_path: Path, outsider: Any
) -> None:
    mixed = proposals.signed(proposals.make(), OWNERS[0], outsider)
    mixed.signatures[B] = mixed.signatures[A]
    copy = drafts.saved(mixed, tmp_path / "copy.json")
    found = document(run("collect", file, copy, "--json"), "safe-collect", 5)
    assert found["signed_by"] == [A]
    said = " ".join(one["why"] for one in found["left_out"])
    assert f"{outsider.address} is no owner of the Safe governance" in said
    assert f"names {B}, and the signature is of {A}" in said
    unsigned = drafts.saved(proposals.make(), tmp_path / "unsigned.json")
    again = document(run("collect", file, unsigned, copy, "--json"), "safe-collect", 5)
    assert (again["signed_by"], again["repeated_files"]) == ([A], [])
    assert "Does not count:" in run("collect", file, copy).stdout


def test_collect__changed_proposal__is_refused(run: Any, file: Path) -> None:
    a = proposals.sign_beside(file, OWNERS[0])
    drafts.edited(file, data="0x")
    for command in (
        ("show", file), ("collect", file, a), ("sign", file, "--account", alias(0), "--yes")
    ):  # fmt: skip
        assert "somebody changed it" in refusal(run(*command))


def test_collect__signed_file_is_there__is_kept_unless_forced(run: Any, file: Path) -> None:
    a, b = (proposals.sign_beside(file, OWNERS[i]) for i in (0, 1))
    assert run("collect", file, a, b).exit_code == 0
    c = proposals.sign_beside(file, OWNERS[2])
    assert "is there already with other content" in refusal(run("collect", file, a, b, c))
    assert run("collect", file, a, b, c, "--force").exit_code == 0
    assert len(Proposal.load(file.with_suffix(".signed.json")).signatures) == 3
    assert "would overwrite" in refusal(run("collect", file, a, b, "--out", file, "--force"))


def test_collect__words_of_others__are_not_passed_on(run: Any, file: Path) -> None:
    drafts.edited(file, decoded=["token.transfer(…)"])
    files = [proposals.sign_beside(file, OWNERS[i]) for i in (0, 1)]
    assert run("collect", file, *files).exit_code == 0
    [decoded] = Proposal.load(file.with_suffix(".signed.json")).decoded
    assert decoded.endswith(".pause(unreadable arguments 0x)")


def test_collect__contract_and_key__is_complete_and_says_what_is_open(run: Any, file: Path) -> None:
    key = proposals.sign_beside(file, OWNERS[0])
    claim = proposals.signature_of(proposals.make(), OWNERS[0]).model_dump()
    claim |= {"signer": CONTRACT, "by_contract": True, "signature": "0xc0ffee"}
    contract = drafts.saved(OwnersSignature.model_validate(claim), file.parent / "c.sig.json")
    found = document(run("collect", file, key, contract, "--json"), "safe-collect")
    assert found["unchecked"] == [CONTRACT]
    written = Proposal.load(Path(found["signed_file"]))
    assert written.contract_signatures == {CONTRACT: "0xc0ffee"}
    people = " ".join(run("collect", file, key, contract).stdout.split())
    assert "whether that contract takes it only a node can tell" in people


# Hostile files

HOSTILE: dict[str, tuple[Callable[[Path], object], str]] = {
    "pipe": (os.mkfifo, "a device, pipe or socket"),
    "folder": (Path.mkdir, "a folder"),
    "device": (lambda path: path.symlink_to("/dev/zero"), "a device, pipe or socket"),
    "huge": (lambda path: path.write_bytes(b" " * (MAX_BYTES + 1)), "larger than 1024 KiB"),
    "empty": (lambda path: path.write_bytes(b""), "the file is empty"),
    "cut off": (lambda path: path.write_text('{"format": "kgst'), "not whole JSON"),
    "no text": (lambda path: path.write_bytes(b"\xff\xfe"), "is not UTF-8"),
    "key twice": (
        lambda path: path.write_text('{"format": "kgst-safe-signature/1", "format": "x"}'),
        "the key 'format' appears twice",
    ),
    "no object": (lambda path: path.write_text("[]"), "this is not an owner's signature"),
    "another format": (
        lambda path: path.write_text('{"format": "kgst-signature/1"}'),
        "its format is 'kgst-signature/1', not 'kgst-safe-signature/1'",
    ),
    "keys missing": (
        lambda path: path.write_text('{"format": "kgst-safe-signature/1"}'),
        "chain_id: it is missing",
    ),
    "key too many": (
        lambda path: drafts.edited(
            drafts.saved(proposals.signature_of(proposals.make(), OWNERS[2]), path), note=1
        ),
        "note: nothing reads this key",
    ),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_collect__hostile_file__is_refused_and_hinders_nobody_beside(
    run: Any, file: Path, kind: str
) -> None:
    make, said = HOSTILE[kind]
    a = proposals.sign_beside(file, OWNERS[0])
    bad = file.with_suffix(".000.sig.json")
    make(bad)
    assert said in refusal(run("collect", file, a, bad))
    shown = document(run("show", file, "--json"), "safe-show")
    assert [one["claimed"] for one in shown["signatures"]] == [A]
    [left] = shown["left_out"]
    assert left["file"] == str(bad)
    assert said in left["why"]
    assert run("sign", file, "--account", alias(1), "--yes").exit_code == 0
    found = document(run("collect", file, a, "--json"), "safe-collect")
    assert sorted(found["signed_by"]) == sorted([A, B])
    assert len(found["left_out"]) == 1


@pytest.mark.parametrize("kind", ["pipe", "huge", "key twice", "another format"])
def test_show__hostile_proposal__is_refused(run: Any, tmp_path: Path, kind: str) -> None:
    make, said = HOSTILE[kind]
    make(tmp_path / "p.json")
    said = said.replace("kgst-safe-signature", "kgst-safe-transaction")
    assert said in refusal(run("show", tmp_path / "p.json"))
