"""`ape run auditors sign` and `collect`: what an auditor sees before signing, and whose signatures count."""

import json
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from support import drafts, rotations
from support.in_process import invoke
from support.isolation import policy_of
from support.operators import policy_file

from kgst.auditors.files import RotationSignatureFile, SignedRotationFile
from kgst.storing import read_model

ROOT = Path(__file__).parents[4]
REHEARSAL = policy_of("rehearsal")


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Runs `ape run auditors …` in this process."""
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr("kgst.signing.deadlines.clock", lambda: drafts.NOW + 60)
    return partial(invoke, "auditors")


@pytest.fixture
def draft(tmp_path: Path) -> Path:
    """The file of a draft; the signatures a, b, c of the three in office are beside it."""
    made = rotations.make()
    for index, name in enumerate("abc"):
        file = rotations.signature_of(made, drafts.auditor(index))
        drafts.saved(file, tmp_path / f"{name}.sig.json")
    return drafts.saved(made, tmp_path / "rotation-3.json")


@pytest.fixture
def policy(tmp_path: Path) -> Path:
    """The rehearsal's, after the change: auditor_d for auditor_c."""
    return policy_file(
        tmp_path,
        REHEARSAL,
        ("people:\n", f'people:\n  auditor_d: "{rotations.newcomer(0).address}"\n'),
        ("[auditor_a, auditor_b, auditor_c]", "[auditor_a, auditor_b, auditor_d]"),
    )


def alias(index: int) -> str:
    """ape's name of the auditor."""
    return str(drafts.auditor(index).alias)


def words(text: str) -> str:
    return " ".join(text.split())


def refusal(result: Result, code: int) -> str:
    assert result.exit_code == code, result.output + result.stderr
    assert "Traceback" not in result.stderr
    return words(result.stderr)


def unsigned(draft: Path) -> bool:
    return not list(draft.parent.glob("rotation-3.*.json"))


# sign


def test_sign__with_the_policy__checks_and_signs(run: Any, draft: Path, policy: Path) -> None:
    arguments = ("sign", draft, "--account", alias(0), "--policy", policy, "--yes", "--json")
    result = run(*arguments)
    assert result.exit_code == 0, result.output
    document = json.loads(result.stdout)
    drafts.require_schema(document, "auditors-sign")
    assert document["label"] == "auditor_a"
    assert document["checked"] == [
        "the chain is the policy's (97)",
        "the new auditors are the policy's, and 2 of them have to sign",
    ]
    assert [line.partition(":")[0] for line in document["not_checked"]] == [
        "token",
        "the auditors now, and what ends",
    ]
    signer = drafts.auditor(0).address
    path = draft.with_name(f"rotation-3.{signer[2:10].lower()}.sig.json")
    assert document["signature_file"] == str(path)
    expected = rotations.signature_of(rotations.make(), drafts.auditor(0))
    assert read_model(path, RotationSignatureFile, "a signature") == expected
    before = path.stat()
    assert run(*arguments).exit_code == 0
    assert path.stat().st_ino == before.st_ino


def test_sign__for_people__shows_both_sets_what_ends_and_the_hashes(
    run: Any, draft: Path, policy: Path
) -> None:
    suspended = (drafts.auditor(1).address,)
    made = rotations.make(ends=rotations.everything_ends(), suspended=suspended)
    drafts.saved(made, draft)
    result = run("sign", draft, "--account", alias(0), "--policy", policy, input="n\n")
    assert result.exit_code == 1
    assert unsigned(draft)
    said = words(result.stdout + result.stderr)
    a, b, c = (drafts.auditor(i).address for i in range(3))
    for text in (
        "Rotation of the auditors, version 3 → 4",
        "97 (BSC testnet)",
        drafts.TOKEN,
        f"auditors now auditor_a {a}",
        f"auditor_b {b} (suspended)",
        f"auditor_c {c} leaves",
        f"auditor_d {rotations.newcomer(0).address} joins",
        f"auditor_b {b} may sign again",
        "will have to sign 2 of 3",
        "it ends the current attestation, valid until 2026-03-05 12:00:00 UTC",
        f"consent to the upgrade to the code {rotations.CODE_HASH}",
        "it ends the recovery that is proposed, to auditor_d",
        "is suspended now and may sign again: is the key known to be safe?",
        "DOMAIN HASH",
        made.hashes.message,
        made.hashes.message[2:10].upper() + " " + made.hashes.message[10:18].upper(),
        "Sign the rotation from version 3 as auditor_a",
    ):
        assert text in said, text


def test_sign__without_a_policy__says_what_was_not_checked(run: Any, draft: Path) -> None:
    result = run("sign", draft, "--account", alias(2), "--yes", "--json")
    assert result.exit_code == 0, result.output
    document = json.loads(result.stdout)
    drafts.require_schema(document, "auditors-sign")
    assert (document["label"], document["checked"]) == (None, [])
    assert "no --policy; compare every address" in document["not_checked"][0]


@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        ({}, []),
        ({"ends": rotations.everything_ends()}, ["attestation", "consent", "proposal"]),
        ({"suspended": (drafts.auditor(0).address,)}, ["suspension"]),
        ({"suspended": (drafts.auditor(2).address,)}, []),
        ({"members": rotations.ascending(drafts.auditor(0), rotations.newcomer(0))}, []),
        ({"old_threshold": 3}, ["threshold"]),
        (
            {"members": rotations.ascending(*(rotations.newcomer(i) for i in (0, 1)))},
            ["newcomers"],
        ),
    ],
)
def test_sign__warnings__are_those_of_the_change(
    run: Any, draft: Path, changes: dict[str, Any], codes: list[str]
) -> None:
    drafts.saved(rotations.make(**changes), draft)
    result = run("sign", draft, "--account", alias(1), "--yes", "--json")
    document = json.loads(result.stdout)
    drafts.require_schema(document, "auditors-sign")
    assert [one["item"] for one in document["warnings"]] == codes


def test_sign__policy_names_others__is_refused(run: Any, draft: Path, policy: Path) -> None:
    old = run("sign", draft, "--account", alias(0), "--policy", REHEARSAL, "--yes")
    said = refusal(old, 4)
    assert f"unknown {rotations.newcomer(0).address} is to be an auditor" in said
    gone = drafts.auditor(2).address
    assert f"auditor_c ({gone[:6]}…{gone[-4:]}) is not; 2 have to sign, by the policy 2" in said
    assert "Do not sign" in said
    higher = policy.read_text().replace("threshold: 2\n  members", "threshold: 3\n  members")
    policy.write_text(higher)
    said = refusal(run("sign", draft, "--account", alias(0), "--policy", policy, "--yes"), 4)
    assert "2 have to sign, by the policy 3" in said
    assert unsigned(draft)


def test_sign__another_chain_than_the_policy__is_refused(
    run: Any, draft: Path, policy: Path
) -> None:
    drafts.saved(rotations.make(chain_id=56), draft)
    result = run("sign", draft, "--account", alias(0), "--policy", policy, "--yes")
    assert "the draft is for chain 56" in refusal(result, 4)
    assert unsigned(draft)


def test_sign__who_may_not__is_refused(run: Any, draft: Path) -> None:
    joins = run("sign", draft, "--account", rotations.newcomer(0).alias, "--yes")
    assert "is not one of the auditors" in refusal(joins, 4)
    drafts.saved(rotations.make(suspended=(drafts.auditor(0).address,)), draft)
    assert "is suspended" in refusal(run("sign", draft, "--account", alias(0), "--yes"), 4)
    assert "--account" in refusal(run("sign", draft, "--yes"), 2)
    assert unsigned(draft)


def test_sign__truncated_draft__is_refused(run: Any, draft: Path) -> None:
    draft.write_bytes(draft.read_bytes()[:-40])
    said = refusal(run("sign", draft, "--account", alias(0), "--yes"), 2)
    assert "rotation-3.json: not whole JSON" in said


# collect


def test_collect__threshold__writes_what_can_be_submitted(run: Any, draft: Path) -> None:
    b, c = draft.with_name("b.sig.json"), draft.with_name("c.sig.json")
    one = run("collect", draft, c, "--json")
    assert one.exit_code == 5
    document = json.loads(one.stdout)
    drafts.require_schema(document, "auditors-collect")
    assert (document["complete"], document["signed_file"]) == (False, None)
    assert unsigned(draft)
    two = run("collect", draft, c, b, "--json")
    assert two.exit_code == 0, two.output
    document = json.loads(two.stdout)
    drafts.require_schema(document, "auditors-collect")
    assert (document["version"], document["complete"], document["needed"]) == (3, True, 2)
    path = draft.with_name("rotation-3.signed.json")
    assert document["signed_file"] == str(path)
    signed = read_model(path, SignedRotationFile, "a signed rotation")
    assert signed.draft == rotations.make()
    assert [s.signer for s in signed.signatures] == [drafts.auditor(i).address for i in (1, 2)]


def test_collect__for_people__names_who_is_missing(run: Any, draft: Path, policy: Path) -> None:
    result = run("collect", draft, draft.with_name("a.sig.json"), "--policy", policy)
    assert result.exit_code == 5
    b, c = drafts.auditor(1).address, drafts.auditor(2).address
    assert f"1 of 2 signatures. Missing: auditor_b {b}, auditor_c {c}" in words(result.stdout)


def test_collect__one_signer_twice__counts_once(run: Any, draft: Path) -> None:
    a, again = draft.with_name("a.sig.json"), draft.with_name("a-again.sig.json")
    again.write_bytes(a.read_bytes())
    result = run("collect", draft, a, again, "--json")
    assert result.exit_code == 5
    assert json.loads(result.stdout)["repeated_files"] == [str(again)]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"chain_id": 56}, "is for chain 56, the draft is for chain 97"),
        ({"token": drafts.OTHER}, f"is for the token {drafts.OTHER}"),
        ({"version": 2}, "is for version 2, the draft is for version 3"),
        ({"version": 4}, "is for version 4, the draft is for version 3"),
        ({"threshold": 3}, "signs another draft of the rotation from version 3"),
    ],
)
def test_collect__signature_on_another_draft__is_refused(
    run: Any, draft: Path, changes: dict[str, Any], said: str
) -> None:
    other = rotations.signature_of(rotations.make(**changes), drafts.auditor(1))
    b = drafts.saved(other, draft.with_name("b.sig.json"))
    message = refusal(run("collect", draft, draft.with_name("a.sig.json"), b), 2)
    assert "b.sig.json: " in message
    assert said in message
    # And when the file claims to be of this draft.
    claims = rotations.signature_of(rotations.make(), drafts.auditor(1)).model_dump()
    drafts.edited(b, **claims | {"signature": other.signature})
    message = refusal(run("collect", draft, draft.with_name("a.sig.json"), b), 2)
    assert "who is not one of the auditors, or is on another message" in message
    assert unsigned(draft)


def test_collect__who_may_not_sign__is_refused(run: Any, draft: Path) -> None:
    joins = rotations.signature_of(rotations.make(), rotations.newcomer(0))
    path = drafts.saved(joins, draft.with_name("d.sig.json"))
    assert "who is not one of the auditors" in refusal(run("collect", draft, path), 2)
    drafts.saved(rotations.make(suspended=(drafts.auditor(1).address,)), draft)
    said = refusal(run("collect", draft, draft.with_name("b.sig.json")), 2)
    assert f"{drafts.auditor(1).address} is suspended" in said


def test_collect__an_attestations_signature__is_refused(run: Any, draft: Path) -> None:
    file = drafts.signature_of(drafts.make(), drafts.auditor(0))
    path = drafts.saved(file, draft.with_name("a.sig.json"))
    said = refusal(run("collect", draft, path), 2)
    assert "its format is 'kgst-signature/2', not 'kgst-rotation-signature/1'" in said


def test_collect__truncated_and_foreign_files__names_each(run: Any, draft: Path) -> None:
    a, b = draft.with_name("a.sig.json"), draft.with_name("b.sig.json")
    a.write_bytes(a.read_bytes()[:-10])
    drafts.edited(b, note="hello")
    said = refusal(run("collect", draft, a, b), 2)
    assert "a.sig.json: not whole JSON" in said
    assert "b.sig.json: note: nothing reads this key" in said


def test_collect__signed_file_is_there__is_kept_unless_forced(run: Any, draft: Path) -> None:
    a, b, c = (draft.with_name(f"{name}.sig.json") for name in "abc")
    assert run("collect", draft, a, b).exit_code == 0
    assert "is there already with other content" in refusal(run("collect", draft, a, b, c), 2)
    assert run("collect", draft, a, b, c, "--force").exit_code == 0
    said = refusal(run("collect", draft, a, b, "--out", a, "--force"), 2)
    assert "would overwrite" in said
