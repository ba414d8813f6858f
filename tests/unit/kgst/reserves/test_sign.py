"""`ape run reserves sign`: what an auditor sees, checks and signs; and every reason not to sign."""

import json
import shutil
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from eth_account import Account
from eth_account.messages import encode_typed_data
from support import drafts
from support.in_process import invoke
from support.isolation import policy_of

from kgst.reserves.report import Owed, hash_of_report
from kgst.statements import read_reserves

ROOT = Path(__file__).parents[4]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Runs `ape run reserves sign …` in this process, on a machine that has signed nothing yet."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr("kgst.signing.deadlines.clock", lambda: drafts.NOW + 60)
    return partial(invoke, "reserves", "sign")


@pytest.fixture
def case(tmp_path: Path) -> Path:
    """A folder with bank.csv, its report.json, and the draft of it."""
    total = drafts.total_of(tmp_path)
    report = drafts.report_of(total)
    (tmp_path / "report.json").write_bytes(report)
    draft = drafts.make(report_hash=hash_of_report(report))
    drafts.saved(draft, tmp_path / "attestation-5.json")
    return tmp_path


def alias(index: int) -> str:
    """ape's name of the auditor."""
    return str(drafts.auditor(index).alias)


def refusal(result: Result, code: int, folder: Path) -> str:
    """The message of a command that failed and wrote no signature."""
    assert result.exit_code == code, result.output
    assert not list(folder.glob("*.sig.json"))
    assert "Traceback" not in result.stderr
    return " ".join(result.stderr.split())


def test_sign__everything_given__checks_all_and_signs(run: Any, case: Path) -> None:
    arguments = (
        case / "attestation-5.json", "--account", alias(0), "--report", case / "report.json",
        "--statement", case / "bank.csv", "--policy", policy_of("rehearsal"), "--yes", "--json",
    )  # fmt: skip
    result = run(*arguments)
    assert result.exit_code == 0, result.output
    document = json.loads(result.stdout)
    drafts.require_schema(document, "reserves-sign")
    assert document["label"] == "auditor_a"
    assert {one["item"] for one in document["warnings"]} == {"transcribed"}
    assert len(document["checked"]) == 6
    assert [line.partition(":")[0] for line in document["not_checked"]] == ["token", "annex"]

    signer = drafts.auditor(0).address
    path = case / f"attestation-5.{signer[2:10].lower()}.sig.json"
    assert document["signature_file"] == str(path)
    file = json.loads(path.read_text())
    drafts.require_schema(file, "file-signature")
    message = encode_typed_data(  # written out once more: the fields, their order and types
        {"name": "KGST", "version": "1", "chainId": 97, "verifyingContract": drafts.TOKEN},
        {
            "ReserveAttestation": [
                {"name": "epoch", "type": "uint256"},
                {"name": "reserves", "type": "uint256"},
                {"name": "settled", "type": "uint256"},
                {"name": "asOf", "type": "uint256"},
                {"name": "reportHash", "type": "bytes32"},
                {"name": "halts", "type": "uint256"},
                {"name": "version", "type": "uint256"},
                {"name": "deadline", "type": "uint256"},
            ]
        },
        {
            "epoch": 5, "reserves": 1_000_000, "settled": 500_000_000, "asOf": drafts.AS_OF,
            "reportHash": bytes.fromhex(document["attestation"]["report_hash"][2:]),
            "halts": 0, "version": 1, "deadline": drafts.NOW + 12 * 3_600,
        },
    )  # fmt: skip
    assert Account.recover_message(message, signature=file["signature"]) == signer
    assert document["domain_hash"] == "0x" + message.header.hex()
    assert document["message_hash"] == "0x" + message.body.hex()


def test_sign__for_people__shows_every_figure_before_asking(run: Any, case: Path) -> None:
    result = run(case / "attestation-5.json", "--account", alias(1), input="n\n")
    assert result.exit_code == 1
    assert not list(case.glob("*.sig.json"))
    said = " ".join((result.stdout + result.stderr).split())
    draft = drafts.make(report_hash=hash_of_report((case / "report.json").read_bytes()))
    for text in (
        "97 (BSC testnet)",
        drafts.TOKEN,
        "10 000.00 som",
        "9 500.00 som, +500.00 som (+5.26 %)",
        "500.00 som (+500.00 som since the last)",
        "2026-03-03 18:00:00 UTC 2026-03-04 00:00:00 Asia/Bishkek",
        "2026-03-10 18:00:00 UTC",
        "deadline 2026-03-05 00:00:00 UTC 2026-03-05 06:00:00 Asia/Bishkek",
        draft.attestation.report_hash,
        "headroom for minting 1 000.00 som",
        "2 of 3",
        draft.hashes.domain,
        draft.hashes.message,
        draft.hashes.domain[2:10].upper() + " " + draft.hashes.domain[10:18].upper(),
        "Not checked: chain and token",
        "Not checked: report hash",
        "Not checked: reserves",
        f"Sign epoch 5 as {drafts.auditor(1).address}?",
    ):
        assert text in said, text


def test_sign__twice__writes_the_same(run: Any, case: Path) -> None:
    arguments = (case / "attestation-5.json", "--account", alias(0), "--yes")
    assert run(*arguments).exit_code == 0
    (path,) = case.glob("*.sig.json")
    before = path.stat()
    assert run(*arguments).exit_code == 0
    assert path.stat().st_ino == before.st_ino
    path.write_text("{}")
    result = run(*arguments)
    assert result.exit_code == 2
    assert "is there already with other content" in result.stderr
    assert path.read_text() == "{}"
    assert run(*arguments, "--force").exit_code == 0
    assert path.read_text() != "{}"


def test_sign__not_an_auditor__is_refused(run: Any, case: Path) -> None:
    result = run(case / "attestation-5.json", "--account", "TEST::0", "--yes")
    assert "is not one of the auditors" in refusal(result, 4, case)


def test_sign__suspended__is_refused(run: Any, case: Path) -> None:
    draft = drafts.make(suspended=(drafts.auditor(2).address,))
    path = drafts.saved(draft, case / "other.json")
    result = run(path, "--account", alias(2), "--yes")
    assert "is suspended" in refusal(result, 4, case)


def test_sign__no_account__says_how_to_name_one(run: Any, case: Path) -> None:
    result = run(case / "attestation-5.json", "--yes", "--json")
    refusal(result, 2, case)
    assert "--account" in json.loads(result.stdout)["error"]["message"]


def test_sign__truncated_draft__is_refused(run: Any, case: Path) -> None:
    path = case / "attestation-5.json"
    path.write_bytes(path.read_bytes()[:-40])
    said = refusal(run(path, "--account", alias(0), "--yes"), 2, case)
    assert "attestation-5.json: not whole JSON" in said
    assert "ask for it again" in said


def test_sign__another_report__is_refused(run: Any, case: Path) -> None:
    total = read_reserves([drafts.statement_file(case, "10000.01", "other.csv")])
    (case / "other.json").write_bytes(drafts.report_of(total))
    report = case / "other.json"
    result = run(case / "attestation-5.json", "--account", alias(0), "--yes", "--report", report)
    said = refusal(result, 4, case)
    assert "is not the report that the draft attests. Do not sign" in said


def test_sign__report_of_another_total__is_refused(run: Any, case: Path) -> None:
    """Its hash is right: only the figure was changed."""
    report = case / "report.json"
    draft = drafts.make(report_hash=hash_of_report(report.read_bytes()), reserves=1_000_100)
    path = drafts.saved(draft, case / "attestation-5.json")
    said = refusal(run(path, "--account", alias(0), "--yes", "--report", report), 4, case)
    assert "10 000.00 som in all, the draft attests 10 001.00 som; do not sign" in said


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"epoch": 6}, "it differs from the draft in epoch;"),
        ({"chain_id": 56}, "in chain;"),
        ({"token": drafts.OTHER}, "in token;"),
        ({"previous_report": "0x" + "45" * 32}, "in the last report;"),
        (
            {"owed": {"settled": 499_999_999, "origin": {"kind": "unchanged"}}},
            "in what is settled, where that comes from;",
        ),
    ],
)
def test_sign__report_that_says_something_else__is_refused(
    run: Any, case: Path, changes: dict[str, Any], said: str
) -> None:
    """Its hash is right: report and draft were not made together."""
    total = drafts.total_of(case)
    if "owed" in changes:
        owed = Owed(
            burned=500_000_000,
            settled_now=0,
            reopened_now=0,
            unassigned=0,
            ages=None,
            **changes["owed"],
        )
        changes = {"owed": owed}
    report = case / "report.json"
    report.write_bytes(drafts.report_of(total, **changes))
    draft = drafts.make(report_hash=hash_of_report(report.read_bytes()))
    path = drafts.saved(draft, case / "attestation-5.json")
    result = run(path, "--account", alias(0), "--yes", "--report", report)
    assert said in refusal(result, 4, case)


@pytest.mark.parametrize(
    "change",
    [
        lambda data: data + b"\n",
        lambda data: b"\xef\xbb\xbf" + data,
        lambda data: data.replace(b'"KGS"', b'"USD"'),
        lambda data: data.replace(b'"total_tyiyn":"1000000"', b'"total_tyiyn":"2000000"'),
        lambda data: data[:-1] + b',"total_tyiyn":"2000000"}',
        lambda data: data[:-5],
        lambda data: b"[1]",
    ],
)
def test_sign__changed_report__is_refused(run: Any, case: Path, change: Any) -> None:
    report = case / "report.json"
    report.write_bytes(change(report.read_bytes()))
    draft = drafts.make(report_hash=hash_of_report(report.read_bytes()))
    path = drafts.saved(draft, case / "attestation-5.json")
    result = run(path, "--account", alias(0), "--yes", "--report", report)
    if b"USD" in report.read_bytes():  # a true report, of the wrong currency
        assert "in USD" in refusal(result, 4, case)
    else:
        assert "report.json: " in refusal(result, 2, case)


def test_sign__statements_of_another_total__is_refused(run: Any, case: Path) -> None:
    other = drafts.statement_file(case, "9999.99", "other.csv")
    path = case / "attestation-5.json"
    said = refusal(run(path, "--account", alias(0), "--yes", "--statement", other), 4, case)
    assert "9 999.99 som in all, the draft attests 10 000.00 som" in said


def test_sign__statements_of_other_accounts__is_refused(run: Any, case: Path) -> None:
    other = drafts.statement_file(case, "10000.00", "other.csv")
    other.write_text(other.read_text().replace("1091820000998871", "1091820000998872"))
    arguments = ("--report", case / "report.json", "--statement", other)
    result = run(case / "attestation-5.json", "--account", alias(0), "--yes", *arguments)
    assert "differ in their accounts" in refusal(result, 4, case)


def test_sign__statement_that_is_none__is_named(run: Any, case: Path) -> None:
    arguments = ("--statement", case / "report.json")
    result = run(case / "attestation-5.json", "--account", alias(0), "--yes", *arguments)
    assert "report.json: line 1: neither XML nor a CSV statement" in refusal(result, 2, case)


def test_sign__policy_of_another_chain__is_refused(run: Any, case: Path) -> None:
    policy = ROOT / "tests/support/policy.yaml"
    result = run(case / "attestation-5.json", "--account", alias(0), "--yes", "--policy", policy)
    said = refusal(result, 4, case)
    assert "the draft is for chain 97, the policy" in said
    assert "for chain local; do not sign" in said


@pytest.mark.parametrize(("token", "code"), [(drafts.TOKEN, 0), ("0x" + "11" * 20, 4)])
def test_sign__record_beside_the_policy__tells_the_token(
    run: Any, case: Path, token: str, code: int
) -> None:
    shutil.copy(policy_of("rehearsal"), case)
    transaction = {
        "hash": "0x" + "ab" * 32, "block_number": 1, "block_hash": "0x" + "ab" * 32, "gas_used": 1, "gas_price": 1,
        "raw": "0xc0",
    }  # fmt: skip
    contract = {
        "address": token, "source": "contracts/KGST.sol", "constructor_args": "0x", "code_hash": "0x" + "ab" * 32,
        "transaction": transaction,
    }  # fmt: skip
    record = {
        "chain_id": 97, "genesis": "0x" + "ab" * 32, "deployer": token, "policy_fingerprint": "", "deployed_at": 1,
        "compiler": {"version": "0.8.37", "optimizer_runs": 1, "via_ir": True, "evm_version": "prague"},
        "source": None, "configuration": transaction,
        "manager": contract, "logic": contract, "token": contract, "feed": contract,
        "backing_feed": contract, "revoker": contract, "redemption_desk": contract, "mint_desk": contract,
    }  # fmt: skip
    (case / "record.json").write_text(json.dumps(record))
    arguments = (case / "attestation-5.json", "--account", alias(0), "--yes")
    result = run(*arguments, "--policy", case / "policy.yaml", "--json")
    assert result.exit_code == code, result.output
    if code:
        assert "another contract may look the same" in refusal(result, 4, case)
    else:
        assert "the token is the record's" in json.loads(result.stdout)["checked"]


def test_sign__warnings__are_seen_before_signing(run: Any, case: Path) -> None:
    draft = drafts.make(reserves=800_000, settled=0)
    path = drafts.saved(draft, case / "deficit.json")
    said = " ".join(run(path, "--account", alias(0), input="n\n").output.split())
    assert "this declares a DEFICIT of 1 500.00 som" in said
    draft = drafts.make(reserves=1_045_001)
    path = drafts.saved(draft, case / "rise.json")
    said = " ".join(run(path, "--account", alias(0), input="n\n").output.split())
    assert "from 9 500.00 som (the last backing) to 10 450.01 som, more than the 10 %" in said
    assert "all 3 auditors must sign" in said
    path = drafts.saved(drafts.make(reserves=950_000), case / "same.json")
    said = " ".join(run(path, "--account", alias(0), input="n\n").output.split())
    assert "reserves are the same as in epoch 4, 9 500.00 som" in said


@pytest.mark.parametrize(
    ("margin_bps", "reserves", "settled", "backing", "shortfall", "deficit"),
    [
        (200, 918_000, 500_000_000, 9_000_000_000, 0, 0),
        # 9,179.99 som: 9,179,990,000 · 10,000 / 10,200 = 8,999,990,196.07…
        (200, 917_999, 500_000_000, 8_999_990_196, 9_804, 0),
        (200, 900_000, 500_000_000, 8_823_529_411, 176_470_589, 0),
        (200, 899_999, 500_000_000, 8_823_519_607, 176_480_393, 10_000),
        (2_000, 1_140_000, 0, 9_000_000_000, 0, 0),
        (0, 899_999, 500_000_000, 8_999_990_000, 10_000, 10_000),
    ],
)
def test_result__margin__is_taken_off_before_what_is_owed(
    margin_bps: int, reserves: int, settled: int, backing: int, shortfall: int, deficit: int
) -> None:
    result = drafts.make(margin_bps=margin_bps, reserves=reserves, settled=settled).result
    assert (result.backing, result.shortfall, result.deficit) == (backing, shortfall, deficit)


def test_sign__short_of_the_margin_alone__is_no_deficit(run: Any, case: Path) -> None:
    path = drafts.saved(drafts.make(margin_bps=200, reserves=910_000), case / "margin.json")
    said = " ".join(run(path, "--account", alias(0), input="n\n").output.split())
    assert "but not the margin of 2 % above it, by 78.431373 som" in said
    assert "MARGIN SHORT" in said
    assert "DEFICIT" not in said


@pytest.mark.parametrize(
    ("clock", "as_of", "codes"),
    [
        (drafts.NOW - 601, drafts.NOW, ["future"]),
        (drafts.NOW - 600, drafts.NOW, []),
        (drafts.NOW + 604_799, drafts.NOW, []),
        (drafts.NOW + 604_799, drafts.NOW - 1, ["stale"]),
        (drafts.NOW - 30 * 86_400, drafts.NOW, ["future", "far_deadline"]),
    ],
)
def test_sign__not_of_this_time__is_warned_of(
    run: Any,
    case: Path,
    monkeypatch: pytest.MonkeyPatch,
    clock: int,
    as_of: int,
    codes: list[str],
) -> None:
    monkeypatch.setattr("kgst.signing.deadlines.clock", lambda: clock)
    draft = drafts.make(as_of=as_of, deadline=drafts.NOW + 604_800)
    path = drafts.saved(draft, case / "long.json")
    result = run(path, "--account", alias(0), "--yes", "--json")
    document = json.loads(result.stdout)
    drafts.require_schema(document, "reserves-sign")
    assert [one["item"] for one in document["warnings"]] == codes


def test_sign__deadline_passed__is_refused(
    run: Any, case: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, deadline = case / "attestation-5.json", drafts.NOW + 12 * 3_600
    monkeypatch.setattr("kgst.signing.deadlines.clock", lambda: deadline + 1)
    said = refusal(run(path, "--account", alias(0), "--yes"), 4, case)
    assert "could be submitted until 2026-03-05 00:00:00 UTC" in said
    assert "1 second ago by this computer's clock" in said
    monkeypatch.setattr("kgst.signing.deadlines.clock", lambda: deadline)
    assert run(path, "--account", alias(0), "--yes").exit_code == 0


def test_sign__settled_falls__is_warned_of(run: Any, case: Path) -> None:
    draft = drafts.make(settled=499_999_999, last_settled=500_000_000)
    path = drafts.saved(draft, case / "falls.json")
    document = json.loads(run(path, "--account", alias(0), "--yes", "--json").stdout)
    assert [one["item"] for one in document["warnings"]] == ["settled_falls"]
    assert "right if banks returned payments" in document["warnings"][0]["found"]


def test_sign__second_figure_for_an_epoch__is_refused_unless_the_first_is_named(
    run: Any, case: Path
) -> None:
    path = case / "attestation-5.json"
    arguments = (path, "--account", alias(0), "--yes", "--force")
    assert run(*arguments).exit_code == 0
    assert run(*arguments).exit_code == 0  # the same again
    first = drafts.make(report_hash=hash_of_report((case / "report.json").read_bytes()))
    (case / f"attestation-5.{drafts.auditor(0).address[2:10].lower()}.sig.json").unlink()
    drafts.saved(drafts.make(reserves=1_000_001, report_hash="0x" + "77" * 32), path)
    said = refusal(run(*arguments), 4, case)
    assert "reserves 10 000.00 som, settled 500.00 som; this draft has 10 000.01 som" in said
    assert f"--replacing {first.attestation.report_hash}" in said
    # Another auditor has signed nothing yet; and whoever names the first may replace it.
    assert run(path, "--account", alias(1), "--yes", "--force").exit_code == 0
    named = run(*arguments, "--replacing", first.attestation.report_hash)
    assert named.exit_code == 0, named.output
    # A draft of the same figures, with another deadline, is none.
    again = drafts.make(
        reserves=1_000_001, report_hash="0x" + "77" * 32, deadline=drafts.NOW + 10 * 3_600
    )
    drafts.saved(again, path)
    assert run(path, "--account", alias(1), "--yes", "--force").exit_code == 0
