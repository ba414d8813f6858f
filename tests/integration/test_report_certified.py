"""`report sign` and `report verify`: two officers, one report, and whatever is not that report."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from eth_account import Account
from eth_account.messages import encode_typed_data
from support.bsc.deployed import Deployed, deployed_in_memory
from support.bsc.people import key_of
from support.cli import Result
from support.reporting import OneDay
from support.schemas import require_schema

CEO, CFO = "owner_a", "owner_b"


@dataclass
class Office:
    """A report, and a policy that names its officers."""

    deployed: Deployed
    folder: Path

    @property
    def report(self) -> Path:
        return self.folder / "report.json"

    @property
    def policy(self) -> Path:
        return self.folder / "own" / "policy.yaml"

    def sign(self, role: str, account: str) -> Result:
        given = ("--role", role, "--account", account, "--yes", "--policy", self.policy)
        return self.deployed.run_offline("report", "sign", self.report, *given)

    def signature(self, label: str) -> Path:
        return self.folder / f"report.{key_of(label).address[2:10].lower()}.sig.json"

    def verify(self, *labels: str) -> Result:
        files = [self.signature(label) for label in labels]
        return self.deployed.run_offline(
            "report", "verify", self.report, *files, "--policy", self.policy
        )


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    folder = tmp_path_factory.mktemp("deployment")
    with pytest.MonkeyPatch.context() as patch, deployed_in_memory(folder, patch) as (deployed, _):
        month = OneDay(deployed, tmp_path_factory.mktemp("reports"))
        month.live()
        out = tmp_path_factory.mktemp("office")
        done = deployed.run_offline(
            "report", "period", folder, *month.files, "--from", "2027-01-15", "--to", "2027-01-15", "--out", out,
        )  # fmt: skip
        assert done.code == 0, done.stderr
        (out / "own").mkdir()
        shutil.copy(folder / "record.json", out / "own")
        people = "".join(f'  {one}: "{key_of(one).address}"\n' for one in (CEO, CFO))
        text = deployed.policy.read_text().replace("people:\n", f"people:\n{people}", 1)
        (out / "own/policy.yaml").write_text(f"{text}\nofficers: {{ceo: {CEO}, cfo: {CFO}}}\n")
        yield Office(deployed, out)


@pytest.fixture
def office(made: Office, tmp_path: Path) -> Office:
    shutil.copytree(made.folder, tmp_path / "office")
    return Office(made.deployed, tmp_path / "office")


def test_sign__both_officers__verify_says_so(office: Office) -> None:
    signed = office.sign("CEO", CEO)
    assert signed.code == 0, signed.stderr
    assert signed.document is not None
    require_schema("report-sign", signed.document)
    sha256 = hashlib.sha256(office.report.read_bytes()).hexdigest()
    assert signed.document["sha256"] == sha256
    assert any("report.html" in text for text in signed.document["checked"])
    assert office.verify(CEO).code == 5
    assert office.sign("CFO", CFO).code == 0
    both = office.verify(CFO, CEO)
    assert both.code == 0, both.stderr
    assert both.document is not None
    require_schema("report-verify", both.document)
    assert both.document["missing"] == []
    assert both.document["signed_by"] == {
        "CEO": key_of(CEO).address,
        "CFO": key_of(CFO).address,
    }
    require_schema("file-officer-signature", json.loads(office.signature(CEO).read_text()))


def test_verify__without_the_page__says_what_was_not_looked_at(office: Office) -> None:
    for role, label in (("CEO", CEO), ("CFO", CFO)):
        assert office.sign(role, label).code == 0
    (office.folder / "report.html").unlink()
    done = office.verify(CEO, CFO)
    assert done.code == 0
    assert done.document is not None
    [warned] = [one for one in done.document["checks"] if one["state"] == "warning"]
    assert warned["item"].startswith("the page: there is no report.html")


def test_sign__message__is_as_anyone_can_compute_it(office: Office) -> None:
    """By the words of docs/report.md alone."""
    assert office.sign("CFO", CFO).code == 0
    report = json.loads(office.report.read_bytes())
    message = encode_typed_data(
        {
            "name": "KGST period report", "version": "1", "chainId": report["token"]["chain_id"],
            "verifyingContract": report["token"]["token"],
        },
        {
            "PeriodReport": [
                {"name": name, "type": "string"} for name in ("role", "firstDay", "lastDay", "days")
            ]
            + [{"name": "sha256", "type": "bytes32"}]
        },
        {
            "role": "CFO", "firstDay": "2027-01-15", "lastDay": "2027-01-15", "days": "bishkek",
            "sha256": hashlib.sha256(office.report.read_bytes()).digest(),
        },
    )  # fmt: skip
    signature = json.loads(office.signature(CFO).read_text())["signature"]
    assert Account.recover_message(message, signature=signature) == key_of(CFO).address


def test_sign__in_the_others_name__is_refused(office: Office) -> None:
    refused = office.sign("CEO", CFO)
    assert refused.code == 4
    assert "is not the policy's CEO" in refused.error
    assert not office.signature(CFO).exists()


def test_verify__one_officers_signature_for_both__does_not_count(office: Office) -> None:
    assert office.sign("CEO", CEO).code == 0
    file = json.loads(office.signature(CEO).read_text())
    office.signature(CFO).write_text(json.dumps({**file, "role": "CFO"}))
    done = office.verify(CEO, CFO)
    assert done.code == 2
    assert "signs another draft" in done.error


def test_verify__signature_of_another_report__does_not_count(office: Office) -> None:
    assert office.sign("CEO", CEO).code == 0
    (office.folder / "report.html").unlink()
    text = office.report.read_text()
    changed = text.replace('"tokens_burned":"0"', '"tokens_burned":"1"')
    assert changed != text
    office.report.write_text(changed)
    done = office.verify(CEO)
    assert done.code == 2
    assert "is for the report" in done.error


@pytest.mark.parametrize("command", ["sign", "verify"])
def test_both__page_that_says_something_else__is_refused(office: Office, command: str) -> None:
    assert office.sign("CEO", CEO).code == 0
    page = office.folder / "report.html"
    page.write_text(page.read_text().replace("Total tokens", "All tokens"))
    done = office.sign("CFO", CFO) if command == "sign" else office.verify(CEO)
    assert done.code == 2
    assert "it is not the page of report.json" in done.error


@pytest.mark.parametrize(
    ("before", "behind"), [(b"", b"\n"), (b"\xef\xbb\xbf", b""), (b" ", b"")], ids=["newline", "BOM", "space"]
)  # fmt: skip
def test_sign__report_with_other_bytes__is_refused(
    office: Office, before: bytes, behind: bytes
) -> None:
    """What is read as the same document has another hash."""
    office.report.write_bytes(before + office.report.read_bytes() + behind)
    done = office.sign("CEO", CEO)
    assert done.code == 2
    assert "or it was changed" in done.error


def test_sign__policy_without_officers__says_what_to_write(office: Office) -> None:
    lines = office.policy.read_text().splitlines()
    office.policy.write_text("\n".join(line for line in lines if not line.startswith("officers")))
    done = office.sign("CEO", CEO)
    assert done.code == 2
    assert "the policy names no officers" in done.error


@pytest.mark.parametrize(
    ("officers", "said"),
    [
        (f"{{ceo: {CEO}, cfo: {CEO}}}", "twice; keep one"),
        (f"{{ceo: {CEO}, cfo: nobody}}", "which is not among people"),
        (f"{{ceo: auditor_a, cfo: {CFO}}}", "who is an auditor"),
    ],
)
def test_policy__officers_that_cannot_be__are_named(
    office: Office, officers: str, said: str
) -> None:
    text = office.policy.read_text()
    office.policy.write_text(text.replace(f"{{ceo: {CEO}, cfo: {CFO}}}", officers))
    done = office.sign("CEO", CEO)
    assert done.code == 2
    assert said in done.error
