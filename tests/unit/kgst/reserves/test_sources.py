"""Whose word each statement is: signed by the bank, fetched from it by who signs, or from the issuer."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError
from support import drafts
from support.in_process import invoke
from support.isolation import policy_of

from kgst.reserves.files import SignedFile
from kgst.reserves.report import hash_of_report
from kgst.statements.model import FileOrigin, SignedBy

ROOT = Path(__file__).parents[4]
SIGNED = SignedBy(bank="NOWHKG22", certificate_sha256="ab" * 32, kind="cms")
POLICY = ("--policy", policy_of("rehearsal"))


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Runs `ape run reserves …` in this process, on a machine that has signed nothing yet."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr("kgst.signing.deadlines.clock", lambda: drafts.NOW + 60)
    return partial(invoke, "reserves")


@pytest.fixture
def case(tmp_path: Path) -> Path:
    """A folder with bank.csv, its report.json, and the draft of it."""
    report = drafts.report_of(drafts.total_of(tmp_path))
    (tmp_path / "report.json").write_bytes(report)
    drafts.saved(drafts.make(report_hash=hash_of_report(report)), tmp_path / "attestation-5.json")
    return tmp_path


def sign(run: Any, case: Path, index: int, *more: object) -> Any:
    account = ("--account", str(drafts.auditor(index).alias))
    return run("sign", case / "attestation-5.json", *account, "--yes", *POLICY, *more)


def claims(case: Path, origin: SignedBy | None) -> None:
    """The draft says of bank.csv that it is signed so."""
    files = tuple(one.model_copy(update={"signed_by": origin}) for one in drafts.FILES)
    drafts.saved(drafts.make(files=files), case / "attestation-5.json")


def test_sources__one_fetched_it_and_one_did_not__each_is_told(run: Any, case: Path) -> None:
    first = sign(run, case, 0, "--statement", case / "bank.csv", "--json")
    assert json.loads(first.stdout)["fetched"] == [drafts.FILES[0].file_sha256], first.output
    second = sign(run, case, 1, "--json")
    assert json.loads(second.stdout)["fetched"] == []
    signatures = sorted(case.glob("*.sig.json"))
    result = run("collect", case / "attestation-5.json", *signatures, "--json")
    assert result.exit_code == 0, result.output
    document = json.loads(result.stdout)
    drafts.require_schema(document, "reserves-collect")
    assert document["sources"] == [
        {
            "file": "bank.csv",
            "file_sha256": drafts.FILES[0].file_sha256,
            "signed_by": None,
            "certificate_sha256": None,
            "fetched_by": [drafts.auditor(0).address],
            "others": [drafts.auditor(1).address],
        }
    ]
    signed = json.loads((case / "attestation-5.signed.json").read_text())
    drafts.require_schema(signed, "file-signed-attestation")
    assert signed["fetched"] == [
        {"signer": drafts.auditor(0).address, "files": [drafts.FILES[0].file_sha256]}
    ]


def test_sources__for_people__are_a_table_before_it_is_submitted(run: Any, case: Path) -> None:
    shown = sign(run, case, 0, "--statement", case / "bank.csv")
    said = " ".join((shown.stdout + shown.stderr).split())
    assert "Where the statements are from" in said
    assert "fetched from the bank by you" in said
    said = " ".join(sign(run, case, 1).output.split())
    assert "from the issuer, for you" in said
    assert "you gave none of this content; it is from the issuer" in said
    result = run("collect", case / "attestation-5.json", *sorted(case.glob("*.sig.json")), *POLICY)
    said = " ".join(result.output.split())
    assert said.index("fetched from the bank by auditor_a") < said.index(drafts.auditor(0).address)
    assert said.index("from the issuer, for auditor_b") < said.index(drafts.auditor(1).address)


def test_sources__signed_by_the_bank__is_said_for_everybody(run: Any, case: Path) -> None:
    claims(case, SIGNED)
    for index in (0, 1):
        result = sign(run, case, index)
        assert result.exit_code == 0, result.output
        said = " ".join(result.output.split())
        assert "signed by NOWHKG22 (certificate abababababababab…)" in said
        assert "is the issuer's word" in said
    result = run("collect", case / "attestation-5.json", *sorted(case.glob("*.sig.json")), "--json")
    (one,) = json.loads(result.stdout)["sources"]
    assert (one["signed_by"], one["certificate_sha256"]) == ("NOWHKG22", "ab" * 32)


def test_sign__draft_says_signed_and_no_policy_can_tell__is_not_checked(
    run: Any, case: Path
) -> None:
    claims(case, SIGNED)
    result = sign(run, case, 0, "--statement", case / "bank.csv", "--json")
    assert result.exit_code == 0, result.output
    assert any(
        "signature of bank.csv: the draft says signed by NOWHKG22" in one
        for one in json.loads(result.stdout)["not_checked"]
    )


def test_sign__draft_says_signed_and_the_own_policy_says_otherwise__is_refused(
    run: Any, case: Path, tmp_path: Path
) -> None:
    claims(case, SIGNED)
    policy = tmp_path / "policy.yaml"
    policy.write_text(
        policy_of("rehearsal").read_text() + "\nbanks:\n  NOWHKG22: {signature: none}\n"
    )
    result = run(
        "sign", case / "attestation-5.json", "--account", str(drafts.auditor(0).alias), "--yes",
        "--policy", policy, "--statement", case / "bank.csv",
    )  # fmt: skip
    assert result.exit_code == 4, result.output
    assert "by your policy it is from the issuer; do not sign" in " ".join(result.stderr.split())
    assert not list(case.glob("*.sig.json"))


def test_sign__report_of_other_files__is_refused(run: Any, case: Path) -> None:
    other = (FileOrigin(file="bank.csv", file_sha256="cd" * 32, signed_by=None),)
    report = (case / "report.json").read_bytes()
    draft = drafts.make(files=other, report_hash=hash_of_report(report))
    drafts.saved(draft, case / "attestation-5.json")
    result = sign(run, case, 0, "--report", case / "report.json")
    assert result.exit_code == 4, result.output
    assert "it differs from the draft in the files of statements" in " ".join(result.stderr.split())


@pytest.mark.parametrize(
    "fetched",
    [
        [{"signer": drafts.OTHER, "files": []}],
        [{"signer": drafts.auditor(0).address, "files": ["cd" * 32]}],
        [{"signer": drafts.auditor(0).address, "files": []}] * 2,
    ],
    ids=["of a stranger", "of another file", "twice"],
)
def test_signed_file__fetched_that_cannot_be__is_refused(fetched: list[Any]) -> None:
    draft = drafts.make()
    signatures = [
        {
            name: getattr(drafts.signature_of(draft, drafts.auditor(index)), name)
            for name in ("signer", "signature")
        }
        for index in (0, 1)
    ]
    content = {"draft": draft.model_dump(mode="json"), "signatures": signatures}
    SignedFile.model_validate_json(json.dumps(content | {"fetched": []}))
    with pytest.raises(ValidationError, match="fetched"):
        SignedFile.model_validate_json(json.dumps(content | {"fetched": fetched}))
