"""`ape run auditors` on the in-process chain: rotations and recoveries, and what stops on the way."""

import json
import shutil
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from ape import chain as ape_chain
from click.testing import Result
from support import drafts, rotations
from support.auditing import approval, approve
from support.in_process import eth_calls, invoke
from support.operators import operated, pass_time, policy_file
from support.reserves import attest

from kgst.auditors.files import RotationFile, SignedRotationFile
from kgst.deployment.system import System
from kgst.multicall import MULTICALL3
from kgst.signing.shapes import Signature
from kgst.storing import read_model

ROOT = Path(__file__).parents[2]
POLICY = ROOT / "tests/support/policy.yaml"
RECOVERY_DELAY = 30 * 86_400
DELAY = 300


@pytest.fixture(scope="module")
def deployed(
    tmp_path_factory: pytest.TempPathFactory, deployer: Any, guardian: Any, outsider: Any, auditors: Any, relayer: Any
) -> System:  # fmt: skip
    """The tests' policy; RESERVE_ADMIN waits five minutes. (The actors come first: ape's isolation wants it.)"""
    path = policy_file(
        tmp_path_factory.mktemp("kgst"),
        POLICY,
        ("{member: reserve_admin, delay: 0 seconds}", "{member: reserve_admin, delay: 5 minutes}"),
    )
    return operated(path, deployer)


@pytest.fixture
def kgst(deployed: System) -> Iterator[System]:
    """The deployment, attested. Commands that connect make ape forget its snapshots, so each test has its own."""
    before = ape_chain.provider.snapshot()
    attest(deployed, 10_000 * 100)
    yield deployed
    ape_chain.provider.restore(before)
    ape_chain.history.revert_to_block(ape_chain.blocks.height)


@pytest.fixture
def token(kgst: System) -> Any:
    return kgst.token


@pytest.fixture
def folder(kgst: System, tmp_path: Path) -> Path:
    """Policy and record of the deployment."""
    shutil.copy(kgst.policy_path, tmp_path / "policy.yaml")
    kgst.record.save(tmp_path / "record.json")
    return tmp_path


@pytest.fixture
def succession(folder: Path) -> Callable[..., None]:
    """Writes auditor_d for auditor_c (or other members) into the policy."""
    text = (folder / "policy.yaml").read_text()

    def write(members: str = "auditor_a, auditor_b, auditor_d", threshold: int = 2) -> None:
        base = folder / "base.yaml"
        base.write_text(text)
        policy_file(
            folder,
            base,
            ("people:\n", f'people:\n  auditor_d: "{rotations.newcomer(0).address}"\n'),
            ("[auditor_a, auditor_b, auditor_c]", f"[{members}]"),
            ("threshold: 2", f"threshold: {threshold}"),
        )

    return write


@pytest.fixture
def run(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Runs `ape run auditors …` in this process, on the chain as if it outlived the command."""
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr("kgst.deployment.system.is_short_lived", lambda _: False)
    return partial(invoke, "auditors", policy=folder / "policy.yaml")


@pytest.fixture
def done(run: Any) -> Callable[..., dict[str, Any]]:
    """Runs a command with `--json` that ends with `code`; returns its document, which fits its schema."""

    def invoke(command: str, *arguments: object, code: int = 0) -> dict[str, Any]:
        result = run(command, *arguments, "--json")
        assert result.exit_code == code, result.output + result.stderr
        document: dict[str, Any] = json.loads(result.stdout)
        drafts.require_schema(document, document["schema"].split("/")[1])
        return document

    return invoke


@pytest.fixture
def drafted(done: Any, succession: Any) -> Path:
    """The draft of the rotation from auditor_c to auditor_d."""
    succession()
    return Path(done("draft")["draft_file"])


def signed_by(path: Path, *auditors: Any, **changes: Any) -> Path:
    """The draft at `path` with signatures; `changes` replace its parts, unchecked."""
    draft = read_model(path, RotationFile, "a draft").model_copy(update=changes)
    files = [rotations.signature_of(draft, one) for one in auditors]
    signed = SignedRotationFile.model_construct(
        draft=draft,
        signatures=tuple(Signature(signer=f.signer, signature=f.signature) for f in files),
    )
    return drafts.saved(signed, path.with_name(f"{path.stem}.signed.json"))


def two(path: Path, **changes: Any) -> Path:
    """Signed by auditor_a and auditor_b."""
    return signed_by(path, drafts.auditor(0), drafts.auditor(1), **changes)


def refusal(result: Result, code: int) -> str:
    assert result.exit_code == code, result.output + result.stderr
    assert "Traceback" not in result.stderr
    return " ".join(result.stderr.split())


def in_office(token: Any) -> tuple[tuple[str, ...], int, int, int]:
    members, threshold, version, suspended = token.auditorSet()
    return tuple(members), threshold, version, suspended


OLD = rotations.ascending(*(drafts.auditor(i) for i in range(3)))
NEW = rotations.ascending(drafts.auditor(0), drafts.auditor(1), rotations.newcomer(0))
ANYONE = ("--account", "TEST::15", "--yes")
RESERVE_ADMIN = ("--account", "TEST::4", "--yes")
GUARDIAN = ("--account", "TEST::9", "--yes")


# Rotation


def test_rotation__from_policy_to_chain__as_people_do_it(
    done: Any, run: Any, folder: Path, succession: Any, token: Any
) -> None:
    assert done("draft")["already"] is True
    assert not list(folder.glob("rotation-*"))
    succession()
    document = done("draft")
    draft = folder / "rotation-1.json"
    assert document["draft_file"] == str(draft)
    assert document["rotation"]["joining"] == [rotations.newcomer(0).address]
    assert [one["item"] for one in document["warnings"]] == ["attestation"]
    drafts.require_schema(json.loads(draft.read_text()), "file-rotation")

    for index in (1, 2):
        signing = done("sign", draft, "--account", drafts.auditor(index).alias, "--yes")
        assert signing["rotation"]["digest"] == document["rotation"]["digest"]
        assert "the token is the record's" in signing["checked"]
    files = sorted(folder.glob("*.sig.json"))
    assert done("collect", draft, files[0], code=5)["missing"]
    signed = done("collect", draft, *files)["signed_file"]

    answer = done("submit", signed, *ANYONE)
    assert answer["already"] is False
    assert answer["read_back"][0]["what"] == "auditors"
    assert in_office(token) == (NEW, 2, 2, 0)
    assert token.headroom() == 0
    height = ape_chain.blocks.height
    assert done("submit", signed, *ANYONE)["already"] is True
    assert ape_chain.blocks.height == height

    assert done("draft")["already"] is True
    assert "already so: version 2" in run("draft").stdout
    shown = done("show")
    assert (shown["auditors"]["version"], shown["policy"]["agrees"]) == (2, True)


def test_rotation__to_the_same_set__ends_the_suspension(
    done: Any, run: Any, token: Any, guardian: Any
) -> None:
    token.suspendAuditor(drafts.auditor(2), sender=guardian)
    document = done("draft")
    assert document["already"] is False
    assert document["rotation"]["returning"] == [drafts.auditor(2).address]
    # The suspension has ended the attestation before.
    assert [one["item"] for one in document["warnings"]] == ["suspension"]
    done("submit", two(Path(document["draft_file"])), *ANYONE)
    assert in_office(token) == (OLD, 2, 2, 0)
    assert done("draft")["already"] is True


def test_draft__for_people__shows_what_changes_and_what_ends(
    run: Any, folder: Path, succession: Any, token: Any, kgst: System, auditors: Any, relayer: Any
) -> None:
    # To the code that runs now, since some implementation has to stand there.
    consent = approval(kgst, kgst.record.implementation[1])
    approve(kgst, consent, auditors, relayer)
    succession("auditor_a, auditor_b, auditor_c, auditor_d", 3)
    out = folder / "other.json"
    result = run("draft", "--out", out)
    assert result.exit_code == 0, result.output
    said = " ".join(result.stdout.split())
    for text in (
        "version 1 → 2",
        f"auditor_d {rotations.newcomer(0).address} joins",
        "have to sign 2 of 3",
        "will have to sign 3 of 4",
        "it ends the current attestation",
        f"the upgrade to the code 0x{consent.code_hash.hex()}",
        "MESSAGE HASH",
        f"Draft to be signed: {out}",
    ):
        assert text in said, text
    ape_chain.mine()
    assert "other content" in refusal(run("draft", "--out", out), 2)
    assert run("draft", "--out", out, "--force").exit_code == 0
    said = refusal(run("draft", "--out", folder / "policy.yaml", "--force"), 2)
    assert "would overwrite" in said


def test_submit__give_up__submits_nothing(done: Any, drafted: Path) -> None:
    document = done("submit", two(drafted), *ANYONE, "--give-up")
    assert document["given_up"] == []


def test_submit__rotated_since__is_done_or_refused(
    done: Any, run: Any, folder: Path, succession: Any, drafted: Path, token: Any
) -> None:
    other = read_model(drafted, RotationFile, "a draft")
    other = other.model_copy(update={"new": other.new.model_copy(update={"threshold": 3})})
    late = drafts.saved(other, folder / "late.json")
    first = two(drafted)
    done("submit", first, *ANYONE)
    assert in_office(token)[:2] == (NEW, 2)
    said = refusal(run("submit", two(late), *ANYONE), 4)
    assert "is signed by the auditors of version 1, and the chain is at version 2" in said
    assert "draft anew" in said
    succession("auditor_a, auditor_b, auditor_c")
    done("submit", two(Path(done("draft")["draft_file"])), *ANYONE)
    assert in_office(token) == (OLD, 2, 3, 0)
    again = done("submit", first, *ANYONE)
    assert (again["already"], again["read_back"]) == (True, [])
    assert in_office(token)[2] == 3


def test_submit__version_of_the_future__is_refused(run: Any, drafted: Path, token: Any) -> None:
    draft = read_model(drafted, RotationFile, "a draft")
    old, new = (s.model_copy(update={"version": s.version + 1}) for s in (draft.current, draft.new))
    path = two(drafted, current=old, new=new)
    said = refusal(run("submit", path, *ANYONE), 4)
    assert "of version 2, and the chain is at version 1" in said
    assert in_office(token)[2] == 1


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"chain_id": 97}, "on chain 97; this is"),
        ({"verifying_contract": drafts.OTHER}, f"is for the token {drafts.OTHER}"),
    ],
)
def test_submit__for_another_chain_or_token__is_refused(
    run: Any, drafted: Path, changes: dict[str, Any], said: str
) -> None:
    domain = read_model(drafted, RotationFile, "a draft").domain.model_copy(update=changes)
    assert said in refusal(run("submit", two(drafted, domain=domain), *ANYONE), 4)


def test_submit__signer_was_suspended_since__is_refused(
    run: Any, drafted: Path, token: Any, guardian: Any
) -> None:
    token.suspendAuditor(drafts.auditor(1), sender=guardian)
    said = refusal(run("submit", two(drafted), *ANYONE), 4)
    assert "auditor_b" in said
    assert "signed and may not sign now" in said


def test_submit__contract_that_does_not_take_the_signature__is_refused(
    run: Any, drafted: Path
) -> None:
    signed = two(drafted)
    document = json.loads(signed.read_text())
    # A key's account has no code that could say yes.
    document["signatures"][0] |= {"by_contract": True, "signature": "0x00"}
    signed.write_text(json.dumps(document))
    said = refusal(run("submit", signed, "--yes", "--account", "TEST::15"), 4)
    assert "the contract auditor_" in said
    assert "does not take the signature as its own" in said


def test_submit__signed_file_was_changed__is_refused(
    run: Any, drafted: Path, token: Any, outsider: Any
) -> None:
    path = two(drafted)
    original = json.loads(path.read_text())

    def refused(**changes: Any) -> str:
        path.write_text(json.dumps(original | changes))
        return refusal(run("submit", path, *ANYONE), 2)

    first, second = original["signatures"]
    assert "not in ascending order, each once" in refused(signatures=[second, first])
    assert "not in ascending order, each once" in refused(signatures=[first, first])
    swapped = {**first, "signature": second["signature"]}
    assert "the signature is of" in refused(signatures=[swapped, second])
    higher = {**original["draft"], "new": {**original["draft"]["new"], "threshold": 3}}
    assert "is on another message" in refused(draft=higher)
    stranger = signed_by(
        drafted, *sorted([drafts.auditor(0), outsider], key=lambda a: int(a.address, 16))
    )
    assert "who is not one of the auditors" in refusal(run("submit", stranger, *ANYONE), 2)
    path.write_text(json.dumps(original)[:-5])
    assert "not whole JSON" in refusal(run("submit", path, *ANYONE), 2)
    assert "its format is 'kgst-rotation/2'" in refusal(run("submit", drafted, *ANYONE), 2)
    assert in_office(token)[2] == 1


def test_submit__for_people__says_what_ends_and_what_comes_next(run: Any, drafted: Path) -> None:
    asking = run("submit", two(drafted), "--account", "TEST::15", input="n\n")
    assert asking.exit_code == 1
    said = " ".join(asking.output.split())
    for text in (
        ": stays",
        ": joins",
        ": leaves",
        "2 of 3 → 2 of 3",
        "nobody mints until a new one",
    ):
        assert text in said, text
    result = run("submit", two(drafted), *ANYONE)
    assert "until the auditors have attested" in " ".join(result.stdout.split())


# Recovery


def test_recovery__proposed_waited_accepted__replaces_the_auditors(
    done: Any, run: Any, succession: Any, token: Any
) -> None:
    assert done("propose", *RESERVE_ADMIN)["already"] is True  # the policy's are in office
    succession("auditor_a, auditor_d")
    assert "no recovery is proposed" in refusal(run("accept", *ANYONE), 4)
    assert done("propose", *RESERVE_ADMIN, code=5)["waits_until"]
    assert done("show")["proposal"] is None
    pass_time(DELAY)
    proposed = done("propose", *RESERVE_ADMIN)
    assert proposed["read_back"][0]["what"] == "proposed auditors"
    assert done("propose", *RESERVE_ADMIN)["already"] is True

    shown = done("show")
    acceptable_at = shown["proposal"]["acceptable_at"]
    people = rotations.ascending(drafts.auditor(0), rotations.newcomer(0))
    assert shown["proposal"]["auditors"] == list(people)
    assert acceptable_at == ape_chain.blocks.head.timestamp + RECOVERY_DELAY
    said = " ".join(run("show").stdout.split())
    assert "PROPOSED auditor" in said
    assert "can be accepted from" in said
    assert "Not as the policy says" in said

    pass_time(acceptable_at - 5 - ape_chain.blocks.head.timestamp)
    assert "can be accepted from" in refusal(run("accept", *ANYONE), 5)
    assert in_office(token)[2] == 1
    pass_time(5)
    assert done("accept", *ANYONE)["already"] is False
    assert in_office(token) == (people, 2, 2, 0)
    assert done("accept", *ANYONE)["already"] is True
    assert done("show")["proposal"] is None


@pytest.fixture
def proposed(succession: Any, done: Any) -> None:
    """auditor_d for auditor_c is proposed."""
    succession()
    done("propose", *RESERVE_ADMIN, code=5)
    pass_time(DELAY)
    done("propose", *RESERVE_ADMIN)


def test_recovery__a_sign_of_life__ends_it(
    done: Any, run: Any, proposed: None, kgst: System
) -> None:
    pass_time(RECOVERY_DELAY)
    attest(kgst, 10_000 * 100)
    assert done("show")["proposal"] is None
    assert "the auditors are alive" in refusal(run("accept", *ANYONE), 4)
    assert in_office(kgst.token) == (OLD, 2, 1, 0)


def test_recovery__cancelled_by_a_guardian__is_over(
    done: Any, run: Any, proposed: None, token: Any
) -> None:
    said = refusal(run("cancel", *RESERVE_ADMIN), 4)
    assert "is no member of GUARDIAN" in said
    assert done("cancel", *GUARDIAN)["read_back"] == [
        {"what": "proposed auditors", "value": "none"}
    ]
    assert tuple(token.auditorsProposal().auditors) == ()
    assert done("cancel", *GUARDIAN)["already"] is True


def test_recovery__to_others_than_the_policys__is_not_accepted(
    run: Any, succession: Any, proposed: None, token: Any
) -> None:
    pass_time(RECOVERY_DELAY)
    succession("auditor_a, auditor_d")
    said = refusal(run("accept", *ANYONE), 4)
    assert "proposed are 2 of" in said
    assert "ape run auditors cancel" in said
    assert in_office(token)[2] == 1


def test_rotation__while_a_recovery_waits__ends_it(done: Any, proposed: None, token: Any) -> None:
    document = done("draft")
    assert [one["item"] for one in document["warnings"]] == ["attestation", "proposal"]
    assert document["rotation"]["ends"]["proposal"]["threshold"] == 2
    done("submit", two(Path(document["draft_file"])), *ANYONE)
    assert token.auditorsProposal().acceptableAt == 0
    assert in_office(token) == (NEW, 2, 2, 0)


def test_propose__not_a_reserve_admin__is_refused(run: Any, succession: Any) -> None:
    succession()
    said = refusal(run("propose", *GUARDIAN), 4)
    assert "is no member of RESERVE_ADMIN" in said


# show


def test_show__all_reads__are_one_call_of_one_block(
    run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run("show").exit_code == 0  # from here on Multicall3 is there
    asked = eth_calls(monkeypatch)
    assert run("show").exit_code == 0
    assert asked == [(MULTICALL3, ape_chain.blocks.height)]


def test_show__suspension__is_told(run: Any, done: Any, token: Any, guardian: Any) -> None:
    assert "as the policy says" in run("show").stdout
    token.suspendAuditor(drafts.auditor(1), sender=guardian)
    document = done("show")
    assert document["auditors"]["suspended"] == [drafts.auditor(1).address]
    assert document["policy"]["agrees"] is False
    assert document["recovery_delay_seconds"] == RECOVERY_DELAY
    assert document["labels"][drafts.auditor(1).address] == "auditor_b"
    said = " ".join(run("show").stdout.split())
    assert f"auditor_b {drafts.auditor(1).address} (suspended)" in said
    assert "`ape run auditors draft` begins a rotation" in said
