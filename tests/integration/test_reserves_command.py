"""`ape run reserves` on the in-process chain: from statements to an accepted attestation, and what stops on the way."""

import json
import shutil
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from ape import accounts as ape_accounts
from ape import chain as ape_chain
from ape import project as ape_project
from click.testing import Result
from support import drafts
from support.in_process import eth_calls, invoke

from kgst.attestation import AuditorRotation, Domain
from kgst.chain import advance_time, now
from kgst.deployment.applying import apply
from kgst.keys import key_of
from kgst.multicall import MULTICALL3
from kgst.node import connected
from kgst.policy import Policy
from kgst.reserves import reading
from kgst.reserves.files import AttestationFile, SignedFile
from kgst.reserves.format import bishkek_day, both_times
from kgst.reserves.report import hash_of_report, read_report
from kgst.signing.shapes import Signature
from kgst.storing import read_model

ROOT = Path(__file__).parents[2]
SOM = 1_000_000
DAY = 86_400


@pytest.fixture(scope="session")
def deployment(deployer: Any) -> Any:
    """The tests' policy, carried out."""
    return apply(Policy.load(ROOT / "tests/support/policy.yaml"), deployer)


@pytest.fixture(autouse=True)
def _taken_back(deployment: Any) -> Iterator[None]:
    """A command that connects and disconnects makes ape forget its snapshots, so each test has its own."""
    before = ape_chain.provider.snapshot()
    yield
    ape_chain.provider.restore(before)
    ape_chain.history.revert_to_block(ape_chain.blocks.height)


@pytest.fixture
def token(deployment: Any) -> Any:
    return deployment.token


@pytest.fixture
def folder(deployment: Any, tmp_path: Path) -> Path:
    """Policy and record of the deployment."""
    shutil.copy(ROOT / "tests/support/policy.yaml", tmp_path)
    deployment.record.save(tmp_path / "record.json")
    return tmp_path


@pytest.fixture
def run(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Runs `ape run reserves …` in this process, on the chain as if it outlived the command."""
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr("kgst.deployment.system.is_short_lived", lambda _: False)
    return partial(invoke, "reserves", policy=folder / "policy.yaml")


@pytest.fixture
def statement(folder: Path) -> Callable[..., Path]:
    """Writes a bank's CSV file that closed yesterday, or `days_ago`; returns its path."""

    def write(
        amount: str = "10000.00",
        *,
        days_ago: int = 1,
        account: str = "1091820000998871",
        name: str = "bank.csv",
    ) -> Path:
        day = bishkek_day(now()) - timedelta(days=days_ago)
        path = folder / name
        path.write_text(
            f"account,currency,date,closing_balance,indicator\n{account},KGS,{day},{amount},CRDT\n"
        )
        return path

    return write


@pytest.fixture
def drafted(run: Any, folder: Path, statement: Any) -> Callable[..., Path]:
    """Runs `draft` and returns the path of the draft."""

    def draft(amount: str = "10000.00", *arguments: object) -> Path:
        result = run(
            "draft",
            statement(amount),
            "--report",
            folder / "report.json",
            "--json",
            "--force",
            *arguments,
        )
        assert result.exit_code == 0, result.output
        return Path(json.loads(result.stdout)["draft_file"])

    return draft


@pytest.fixture
def attested(run: Any, drafted: Any) -> Callable[..., Path]:
    """Drafts, signs by all and submits; returns the path of the signed attestation."""

    def attest(amount: str = "10000.00", *arguments: object) -> Path:
        signed = signed_by(drafted(amount, *arguments), (0, 1, 2))
        result = run("submit", signed, "--yes", "--account", "TEST::15")
        assert result.exit_code == 0, result.output
        advance_time(60)
        ape_chain.mine()
        return signed

    return attest


def signed_by(path: Path, auditors: Sequence[int], **changes: Any) -> Path:
    """The draft at `path` with signatures; `changes` replace fields of the attestation, unchecked."""
    draft = read_model(path, AttestationFile, "a draft")
    if changes:
        draft = draft.model_copy(
            update={"attestation": draft.attestation.model_copy(update=changes)}
        )
    signatures = tuple(
        Signature(signer=s.signer, signature=s.signature)
        for s in (drafts.signature_of(draft, drafts.auditor(i)) for i in auditors)
    )
    signed = SignedFile.model_construct(draft=draft, signatures=signatures)
    return drafts.saved(signed, path.with_name(f"{path.stem}.signed.json"))


def refusal(result: Result, code: int) -> str:
    assert result.exit_code == code, result.output + result.stderr
    assert "Traceback" not in result.stderr
    return " ".join(result.stderr.split())


# draft


def test_attestation__from_statement_to_chain__as_people_do_it(
    run: Any, folder: Path, statement: Any, token: Any, issuer: Any, holder: Any
) -> None:
    report = folder / "report.json"
    drafting = run("draft", statement(), "--report", report, "--json")
    assert drafting.exit_code == 0, drafting.output
    document = json.loads(drafting.stdout)
    drafts.require_schema(document, "reserves-draft")
    assert [one["item"] for one in document["warnings"]] == ["unanimity", "transcribed"]
    assert document["attestation"]["report_hash"] == hash_of_report(report.read_bytes())
    draft = folder / "attestation-1.json"
    drafts.require_schema(json.loads(draft.read_text()), "file-attestation")

    for index in range(3):
        signing = run(
            "sign", draft, "--account", drafts.auditor(index).alias, "--yes", "--report", report,
            "--statement", folder / "bank.csv", "--json",
        )  # fmt: skip
        assert signing.exit_code == 0, signing.output
        assert json.loads(signing.stdout)["not_checked"] == []
    files = sorted(folder.glob("*.sig.json"))
    assert run("collect", draft, *files[:2]).exit_code == 5  # the first needs every auditor
    assert run("collect", draft, *files).exit_code == 0

    signed = folder / "attestation-1.signed.json"
    submission = run("submit", signed, "--yes", "--account", "TEST::15", "--json")
    assert submission.exit_code == 0, submission.output
    answer = json.loads(submission.stdout)
    assert answer["already"] is False
    last = token.lastAttestation()
    assert (last.epoch, last.reserves, last.settled) == (1, 1_000_000, 0)
    assert "0x" + last.reportHash.hex().removeprefix("0x") == document["attestation"]["report_hash"]
    assert last.asOf == document["attestation"]["as_of"]
    backing, until = document["result"]["backing"], document["result"]["valid_until"]
    assert (token.solvency().backing, token.solvency().validUntil) == (int(backing), until)
    token.mint(holder, 10_000 * SOM, sender=issuer)

    height = ape_chain.blocks.height
    again = run("submit", signed, "--yes", "--account", "TEST::15", "--json")
    assert again.exit_code == 0, again.output
    assert json.loads(again.stdout)["already"] is True
    assert ape_chain.blocks.height == height

    showing = run("show", "--report", report, "--json")
    assert showing.exit_code == 0, showing.output
    shown = json.loads(showing.stdout)
    drafts.require_schema(shown, "reserves-show")
    assert shown["report"]["matches"] is True
    assert (shown["headroom"], shown["can_mint_until"]) == ("0", until)
    report.write_bytes(report.read_bytes() + b"\n")
    other = run("show", "--report", report)
    assert other.exit_code == 3
    assert "is not the attested report" in " ".join(other.stdout.split())


def test_draft__for_people__shows_figures_and_warnings(
    run: Any, folder: Path, statement: Any, attested: Any, token: Any, issuer: Any, holder: Any
) -> None:
    attested()
    token.mint(holder, 9_000 * SOM, sender=issuer)
    because = ("--because", "a loan was paid back")
    result = run("draft", statement("8999.99"), "--report", folder / "day-2.json", *because)
    assert result.exit_code == 0, result.output
    said = " ".join(result.stdout.split())
    for text in (
        "epoch 1: 10 000.00 som, −1 000.01 som (−10 %)",
        "DEFICIT 0.01 som",
        "this declares a DEFICIT of 0.01 som: minting stops",
        "2 of 3",
        "auditor_a",
        both_times(token.lastAttestation().asOf).split(" = ")[0],
        "DOMAIN HASH",
        "MESSAGE HASH",
    ):
        assert text in said, text
    result = run("draft", statement("10000.00"), "--report", folder / "same.json", "--force")
    assert "and repeats its reserves" in " ".join(result.stdout.split())
    result = run("draft", statement("11000.01"), "--report", folder / "rise.json", "--force")
    said = " ".join(result.stdout.split())
    assert "more than the 10 % that the threshold may declare: all 3 auditors must sign" in said


@pytest.mark.parametrize(
    ("given", "settled"),
    [
        (None, 0),
        ("40.00 som", 40 * SOM),
        ("reference,amount\nPAY-1,30.00 som\nPAY-2,10.00 som\n", 40 * SOM),
    ],
)
def test_draft__settled__is_cumulative_whatever_the_form(
    run: Any, folder: Path, drafted: Any, attested: Any, token: Any, issuer: Any, given: str | None, settled: int
) -> None:  # fmt: skip
    attested()
    token.mint(issuer, 100 * SOM, sender=issuer)
    for reference, som in (("PAY-1", 30), ("PAY-2", 10), ("PAY-3", 20)):
        token.burn(som * SOM, key_of("burn", reference), sender=issuer)
    arguments = []
    if given is not None:
        if given.startswith("reference"):
            (folder / "paid.csv").write_text(given)
            given = str(folder / "paid.csv")
        arguments = ["--settled", given, "--reason", "an order"]
    draft = read_model(drafted("10000.00", *arguments), AttestationFile, "a draft")
    assert draft.attestation.settled == settled
    assert draft.result.backing == 10_000 * SOM - (60 * SOM - settled)
    run(
        "submit", signed_by(folder / "attestation-2.json", (0, 1)), "--yes", "--account", "TEST::15"
    )
    assert token.solvency().backing == draft.result.backing
    assert token.headroom() == draft.result.headroom


def test_draft__settled_beyond_what_was_burned__is_refused(
    run: Any, folder: Path, statement: Any
) -> None:
    (folder / "paid.csv").write_text("reference,amount\nPAY-1,0.01 som\n")
    said = {
        "0.01 som": "only 0.00 som were ever burned",
        folder / "paid.csv": "'PAY-1': the reference is of no burn",
    }
    for given, why in said.items():
        arguments = ("--report", folder / "r.json", "--settled", given, "--reason", "an order")
        assert why in refusal(run("draft", statement(), *arguments), 2)
    assert not (folder / "r.json").exists()


def test_draft__statements_older_than_the_policy_allows__are_refused(
    run: Any, folder: Path, statement: Any
) -> None:
    policy = folder / "policy.yaml"
    policy.write_text(policy.read_text() + "\nmax_statement_age: 3 days\n")
    said = refusal(run("draft", statement(days_ago=4), "--report", folder / "r.json"), 4)
    assert "the policy's max_statement_age is 3 days" in said
    assert "bank.csv: account 1091820000998871 closed on" in said
    # A holiday makes no old statement young.
    both = (statement(), statement(days_ago=4, account="77", name="closed.csv"))
    day = bishkek_day(now()) - timedelta(days=1)
    closing = ("--closing", day, "--report", folder / "r.json")
    assert "closed.csv: account 77 closed on" in refusal(run("draft", *both, *closing), 4)
    assert not (folder / "r.json").exists()
    # Closed at midnight three nights ago, which is less than three days.
    assert run("draft", statement(days_ago=3), "--report", folder / "r.json").exit_code == 0


def test_draft__statements_older_than_the_last_closing__are_refused(
    run: Any, folder: Path, statement: Any, attested: Any
) -> None:
    attested()
    said = refusal(run("draft", statement(days_ago=2), "--report", folder / "r.json"), 4)
    assert "and the last attestation is as of" in said
    assert not (folder / "r.json").exists()


def test_draft__as_of__is_the_end_of_the_closing_day(drafted: Any) -> None:
    content = json.loads(drafted().read_text())
    as_of = content["attestation"]["as_of"]
    assert as_of % DAY == 18 * 3_600  # midnight in Bishkek
    assert 0 <= now() - as_of < DAY
    assert content["result"]["valid_until"] == as_of + 7 * DAY


def test_draft__same_closing_again_after_a_halt__is_attested_and_said(
    run: Any, folder: Path, statement: Any, attested: Any, token: Any
) -> None:
    attested()
    halted = run("halt", "--reason", "a lien?", "--yes", "--account", drafts.auditor(1).alias)
    assert halted.exit_code == 0, halted.output
    assert token.headroom() == 0
    first = token.lastAttestation().asOf
    result = run("draft", statement(), "--report", folder / "report.json", "--json", "--force")
    found = {one["item"]: one["found"] for one in json.loads(result.stdout)["warnings"]}
    assert "the closing that epoch 1 attested, and repeats its reserves" in found["repeats"]
    attested()
    assert token.lastAttestation().asOf == first
    assert token.headroom() == 10_000 * SOM


def test_draft__reserves_fall_by_a_tenth__needs_a_word_that_signers_read(
    run: Any, folder: Path, statement: Any, attested: Any
) -> None:
    attested()
    arguments = ("--report", folder / "r.json", "--out", folder / "d.json", "--force")
    said = refusal(run("draft", statement("9000.00"), *arguments), 4)
    assert "reserves fall by a tenth or more, from 10 000.00 som to 9 000.00 som" in said
    assert run("draft", statement("9000.01"), *arguments).exit_code == 0
    word = "dividend of the 27th"
    result = run("draft", statement("9000.00"), *arguments, "--because", word)
    assert result.exit_code == 0, result.output
    assert json.loads((folder / "d.json").read_text())["because"] == word
    assert word in " ".join(result.stdout.split())


def test_draft__previous_report__is_held_against_the_chain_and_the_accounts(
    run: Any, folder: Path, statement: Any, attested: Any
) -> None:
    attested()
    previous = folder / "previous.json"
    previous.write_bytes((folder / "report.json").read_bytes())
    arguments = ("--report", folder / "r.json", "--previous", previous, "--force")
    result = run("draft", statement(), *arguments, "--json")
    assert result.exit_code == 0, result.output
    assert "continuity" not in [one["item"] for one in json.loads(result.stdout)["warnings"]]
    said = refusal(run("draft", statement(account="77"), *arguments), 4)
    assert "account 1091820000998871 with 10 000.00 som was in the last report" in said
    other = read_report(previous).report.model_copy(update={"annex": "0x" + "ab" * 32})
    previous.write_bytes(other.as_bytes())
    assert "its hash is" in refusal(run("draft", statement(), *arguments), 2)


def test_draft__closing__takes_the_last_closing_until_that_day_and_says_so(
    run: Any, folder: Path, statement: Any
) -> None:
    day = bishkek_day(now()) - timedelta(days=1)
    both = (statement(), statement(days_ago=3, account="77", name="closed.csv"))
    said = refusal(run("draft", *both, "--report", folder / "r.json"), 2)
    assert "the accounts close on different days" in said
    assert f"--closing {day}" in said
    result = run("draft", *both, "--report", folder / "r.json", "--closing", day, "--json")
    assert result.exit_code == 0, result.output
    found = {one["item"]: one["found"] for one in json.loads(result.stdout)["warnings"]}
    assert f"its balance counts for {day}" in found["holiday"]
    report = json.loads((folder / "r.json").read_text())
    assert report["reserves"]["closing_day"] == str(day)


def test_draft__statement_of_tomorrow__is_refused(run: Any, folder: Path, statement: Any) -> None:
    result = run("draft", statement(days_ago=-1), "--report", folder / "r.json", "--json")
    refusal(result, 2)
    assert (
        "use a statement of a day that has ended" in json.loads(result.stdout)["error"]["message"]
    )
    assert not (folder / "r.json").exists()


def test_draft__accounts_of_the_policy__must_all_be_there(
    run: Any, folder: Path, statement: Any
) -> None:
    policy = folder / "policy.yaml"
    text = policy.read_text()
    policy.write_text(text + '\nreserve_accounts: ["109-182-0000-998871", "KG 77"]\n')
    said = refusal(run("draft", statement(), "--report", folder / "r.json"), 2)
    assert "account KG 77 of reserve_accounts" in said
    assert "has no statement" in said
    assert "account 109" not in said
    policy.write_text(text + '\nreserve_accounts: ["KG 77"]\n')
    said = refusal(run("draft", statement(), "--report", folder / "r.json"), 2)
    assert "the files have 1091820000998871 in bank.csv" in said
    assert not (folder / "r.json").exists()
    policy.write_text(text + '\nreserve_accounts: ["109-182-0000-998871"]\n')
    assert run("draft", statement(), "--report", folder / "r.json").exit_code == 0


def test_draft__file_is_there__is_kept_unless_forced(
    run: Any, folder: Path, statement: Any
) -> None:
    bank, report = statement(), folder / "report.json"
    assert run("draft", bank, "--report", report).exit_code == 0
    before = (folder / "attestation-1.json").read_bytes()
    ape_chain.mine()
    assert "is there already with other content" in refusal(
        run("draft", bank, "--report", report), 2
    )
    assert (folder / "attestation-1.json").read_bytes() == before
    for arguments in (("--report", bank), ("--report", report, "--out", folder / "policy.yaml")):
        said = refusal(run("draft", bank, *arguments, "--force"), 2)
        assert "would overwrite" in said
    assert run("draft", bank, "--report", report, "--force").exit_code == 0
    assert not list(folder.glob("*.tmp"))


def test_draft__unanimity_and_a_suspended_auditor__is_refused(
    run: Any, folder: Path, statement: Any, token: Any, guardian: Any
) -> None:
    token.suspendAuditor(drafts.auditor(1), sender=guardian)
    said = refusal(run("draft", statement(), "--report", folder / "r.json"), 4)
    assert f"{drafts.auditor(1).address} is suspended" in said
    assert "rotate" in said


@pytest.mark.parametrize(("final", "expected"), [(70, 70), (None, 85)])
def test_final_enough__not_a_development_node__reads_what_cannot_be_undone(
    monkeypatch: pytest.MonkeyPatch, final: int | None, expected: int
) -> None:
    monkeypatch.setattr(reading, "final_block", lambda _: final)
    eth = SimpleNamespace(block_number=100)
    system: Any = SimpleNamespace(
        provider=SimpleNamespace(web3=SimpleNamespace(eth=eth)),
        policy=SimpleNamespace(limits=SimpleNamespace(confirmations=15)),
        is_dev=False,
    )
    assert reading.final_enough(system) == expected


def test_read_state__older_block__is_read_as_it_was(
    run: Any, attested: Any, deployment: Any, token: Any, issuer: Any
) -> None:
    from kgst.deployment.system import System

    attested()
    height = ape_chain.blocks.height
    token.mint(issuer, SOM, sender=issuer)
    system = System(deployment, connected(), None, Path("policy.yaml"))
    assert reading.read_state(system, height).supply == 0
    assert reading.read_state(system).supply == SOM


# submit


def test_submit__epoch_taken_by_another__is_refused(
    run: Any, folder: Path, drafted: Any, attested: Any
) -> None:
    other = signed_by(drafted("9000.00"), (0, 1, 2)).rename(folder / "other.signed.json")
    attested()
    said = refusal(run("submit", other, "--yes", "--account", "TEST::15"), 4)
    assert "epoch 1 is taken by another attestation, with reserves of 10 000.00 som" in said
    attested("10100.00")
    said = refusal(run("submit", other, "--yes", "--account", "TEST::15"), 4)
    assert "is of epoch 1, and the chain is at epoch 2" in said


def test_submit__accepted_before_the_last__is_done_already(
    run: Any, folder: Path, attested: Any
) -> None:
    first = attested().rename(folder / "first.signed.json")
    attested("10100.00")
    height = ape_chain.blocks.height
    result = run("submit", first, "--yes", "--account", "TEST::15", "--json")
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["already"] is True
    assert "already so, nothing was sent" in run("submit", first, "--account", "TEST::15").stdout
    assert ape_chain.blocks.height == height


@pytest.mark.parametrize("other", ["as_of", "report_hash"])
def test_submit__older_epoch_with_the_same_reserves__is_not_taken_for_this_one(
    run: Any, drafted: Any, attested: Any, folder: Path, other: str
) -> None:
    """What everybody signed and nobody submitted: the same reserves, and something else."""
    changed = {"report_hash": "0x" + "77" * 32} if other == "report_hash" else {}
    lost = signed_by(drafted(), (0, 1, 2), **changed).rename(folder / "lost.signed.json")
    advance_time(60)
    ape_chain.mine()
    attested()
    for said in ("is taken by another attestation", "is of epoch 1, and the chain is at epoch 2"):
        assert said in refusal(run("submit", lost, "--yes", "--account", "TEST::15"), 4)
        attested("10100.00")


def test_submit__epoch_of_the_future__is_refused(run: Any, attested: Any, drafted: Any) -> None:
    attested()
    path = signed_by(drafted(), (0, 1, 2))
    document = json.loads(path.read_text())
    draft = document["draft"]
    draft["attestation"]["epoch"], draft["chain"]["last"]["epoch"] = 4, 3
    path.write_text(json.dumps(document))
    # The signatures are on epoch 2.
    assert "is on another message" in refusal(run("submit", path, "--yes"), 2)


def test_submit__deadline_passed__is_refused_to_the_second(
    run: Any, drafted: Any, token: Any
) -> None:
    draft = drafted("10000.00", "--valid-for", "36 hours")
    path = signed_by(draft, (0, 1, 2))
    content = json.loads(draft.read_text())
    deadline = content["deadline"]
    assert deadline == content["chain"]["block"]["timestamp"] + 36 * 3_600
    advance_time(deadline + 1 - now())
    ape_chain.mine()
    said = refusal(run("submit", path, "--yes", "--account", "TEST::15"), 4)
    assert "1 second ago by the chain's clock; draft anew (`ape run reserves draft`)" in said
    assert token.lastAttestation().epoch == 0


def test_draft__valid_for_longer_than_an_attestation_lasts__is_refused(
    run: Any, folder: Path, statement: Any
) -> None:
    arguments = ("draft", statement(), "--report", folder / "r.json", "--valid-for", "8 days")
    assert "--valid-for 8 days: write 10 minutes to 7 days" in refusal(run(*arguments), 2)


def submitted(run: Any, path: Path) -> str:
    """What was said before and after."""
    result = run("submit", path, "--yes", "--account", "TEST::15")
    assert result.exit_code == 0, result.output
    return " ".join((result.stdout + result.stderr).split())


def test_submit__signed_before_a_halt__is_a_sign_of_life_that_enables_no_minting(
    run: Any, drafted: Any, attested: Any, token: Any
) -> None:
    attested()
    path = signed_by(drafted("10100.00"), (0, 1))
    assert "ENABLES NO MINTING" not in submitted(run, path)
    ape_chain.mine()
    path = signed_by(drafted("10200.00"), (0, 1))
    token.haltMinting("a lien", sender=drafts.auditor(2))
    said = submitted(run, path)
    assert "ENABLES NO MINTING it was signed before minting was halted" in said
    assert (token.lastAttestation().epoch, token.headroom()) == (3, 0)
    path = signed_by(
        drafted("10200.00"), (0, 1)
    )  # knows of the halt, as of the same second or later
    assert "ENABLES NO MINTING" not in submitted(run, path)
    assert token.headroom() == 10_200 * SOM


def test_submit__knows_of_halts_that_the_chain_does_not__is_refused(run: Any, drafted: Any) -> None:
    path = drafted()
    draft = read_model(path, AttestationFile, "a draft")
    drafts.saved(
        draft.model_copy(update={"chain": draft.chain.model_copy(update={"halts": 1})}), path
    )
    said = refusal(run("submit", signed_by(path, (0, 1, 2)), "--yes", "--account", "TEST::15"), 4)
    assert "knows of 1 halts of minting, and the chain of 0" in said


def test_submit__older_than_the_limit_is_by_now__enables_no_minting(
    run: Any, drafted: Any, attested: Any, token: Any, reserve_admin: Any
) -> None:
    attested()
    path = signed_by(drafted("10100.00"), (0, 1))
    token.setMaxAge(3_600, sender=reserve_admin)
    advance_time(2 * 3_600)
    ape_chain.mine()
    said = submitted(run, path)
    assert "only for 1 hour does one enable minting" in said
    assert (token.lastAttestation().epoch, token.headroom()) == (2, 0)


def test_draft__settled_below_the_last__is_warned_of(
    run: Any, drafted: Any, attested: Any, folder: Path, statement: Any, token: Any, issuer: Any
) -> None:
    attested()
    token.mint(issuer, 100 * SOM, sender=issuer)
    token.burn(50 * SOM, sender=issuer)
    attested("10000.00", "--settled", "50 som", "--reason", "an order")
    arguments = (
        "draft",
        statement(),
        "--report",
        folder / "r.json",
        "--settled",
        "40 som",
        "--reason",
        "-",
    )
    document = json.loads(run(*arguments, "--json", "--force").stdout)
    assert "settled_falls" in [one["item"] for one in document["warnings"]]
    said = submitted(run, signed_by(Path(document["draft_file"]), (0, 1)))
    assert "settled 40.00 som" in said
    assert token.lastAttestation().settled == 40 * SOM


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"chain_id": 97}, "on chain 97; this is"),
        ({"verifying_contract": drafts.OTHER}, f"is for the token {drafts.OTHER}"),
    ],
)
def test_submit__for_another_chain_or_token__is_refused(
    run: Any, drafted: Any, changes: dict[str, Any], said: str
) -> None:
    path = drafted()
    draft = read_model(path, AttestationFile, "a draft")
    domain = draft.domain.model_copy(update=changes)
    drafts.saved(draft.model_copy(update={"domain": domain}), path)
    assert said in refusal(run("submit", signed_by(path, (0, 1, 2)), "--yes"), 4)


def test_submit__signed_file_was_changed__is_refused(run: Any, drafted: Any) -> None:
    path = signed_by(drafted(), (0, 1, 2))
    original = json.loads(path.read_text())

    def refused(code: int = 2, **changes: Any) -> str:
        path.write_text(json.dumps(original | changes))
        return refusal(run("submit", path, "--yes", "--account", "TEST::15"), code)

    first, second, third = original["signatures"]
    assert "not in ascending order, each once" in refused(signatures=[second, first, third])
    assert "not in ascending order, each once" in refused(signatures=[first, first, second, third])
    assert "2 signatures, the draft needs 3" in refused(signatures=[first, second])
    swapped = {**first, "signature": second["signature"]}
    assert "the signature is of" in refused(signatures=[swapped, second, third])
    garbage = {**first, "signature": "0x" + "00" * 64 + "1b"}
    assert "it is no key's signature" in refused(signatures=[garbage, second, third])
    assert "nothing reads this key" in refused(signatures=[first, second, third], more=1)
    path.write_text(json.dumps(original)[:-5])
    assert "not whole JSON" in refusal(run("submit", path, "--yes"), 2)
    assert "its format is 'kgst-attestation/3'" in refusal(
        run("submit", path.with_name("attestation-1.json"), "--yes"), 2
    )


def test_submit__auditors_changed_meanwhile__is_refused(
    run: Any, drafted: Any, attested: Any, token: Any, guardian: Any
) -> None:
    attested()
    path = signed_by(drafted("10100.00"), (0, 1))
    token.suspendAuditor(drafts.auditor(1), sender=guardian)
    said = refusal(run("submit", path, "--yes", "--account", "TEST::15"), 4)
    assert "auditor_b" in said
    assert "signed and may not sign now" in said


def test_submit__limit_was_lowered_meanwhile__needs_every_auditor(
    run: Any, drafted: Any, attested: Any, token: Any, reserve_admin: Any
) -> None:
    attested()
    path = signed_by(drafted("10500.00"), (0, 1))
    token.setMaxIncrease(100, sender=reserve_admin)
    said = refusal(run("submit", path, "--yes", "--account", "TEST::15"), 4)
    assert "2 signatures, and 3 of 3 auditors are needed now" in said


def test_submit__answer_is_no__sends_nothing(run: Any, drafted: Any, token: Any) -> None:
    path = signed_by(drafted(), (0, 1, 2))
    result = run("submit", path, "--account", "TEST::15", input="n\n")
    assert result.exit_code == 1
    assert token.lastAttestation().epoch == 0


# show and halt


def test_show__nothing_attested__says_so(run: Any) -> None:
    result = run("show", "--json")
    assert result.exit_code == 0
    document = json.loads(result.stdout)
    drafts.require_schema(document, "reserves-show")
    assert (document["age_seconds"], document["can_mint_until"]) == (None, None)
    assert "none yet: nothing can be minted" in run("show").stdout


@pytest.fixture
def collected(run: Any, drafted: Any, folder: Path) -> Callable[..., Path]:
    """Drafts, has every auditor sign, the first of them with the bank's file; returns the signed attestation."""

    def collect(amount: str = "10000.00") -> Path:
        draft = drafted(amount)
        stem = draft.name.removesuffix(".json")
        for index in range(3):
            fetched = ("--statement", folder / "bank.csv") if index == 0 else ()
            signer = drafts.auditor(index).alias
            assert run("sign", draft, "--account", signer, "--yes", *fetched).exit_code == 0
        assert run("collect", draft, *sorted(folder.glob(f"{stem}.*.sig.json"))).exit_code == 0
        return folder / f"{stem}.signed.json"

    return collect


def test_sources__submitted_and_shown__name_for_each_signer_who_fetched_what(
    run: Any, folder: Path, collected: Any
) -> None:
    signed = collected()
    preview = run("submit", signed, "--account", "TEST::15", input="n\n")
    said = " ".join(preview.output.split())
    assert "bank.csv: fetched from the bank by auditor_a" in said
    for label in ("auditor_b", "auditor_c"):
        assert f"bank.csv: from the issuer, for {label}" in said
    assert run("submit", signed, "--yes", "--account", "TEST::15").exit_code == 0
    showing = run("show", "--signed", signed, "--json")
    assert showing.exit_code == 0, showing.output
    document = json.loads(showing.stdout)
    drafts.require_schema(document, "reserves-show")
    [source] = document["sources"]
    addresses = [drafts.auditor(index).address for index in range(3)]
    assert source["file"] == "bank.csv"
    assert source["fetched_by"] == [addresses[0]]
    assert source["others"] == sorted(addresses[1:], key=lambda one: int(one, 16))
    said = " ".join(run("show", "--signed", signed).stdout.split())
    assert "fetched from the bank by auditor_a" in said
    assert "from the issuer, for auditor_b" in said
    assert json.loads(run("show", "--json").stdout)["sources"] == []


def test_show__signed_attestation_that_is_not_the_last__is_refused(
    run: Any, folder: Path, attested: Any, drafted: Any
) -> None:
    attested()
    newer = signed_by(drafted("10100.00"), (0, 1))
    said = refusal(run("show", "--signed", newer), 2)
    assert "is of epoch 2, and not the last attestation" in said
    content = json.loads(newer.read_text())
    content["signatures"][0]["signature"] = content["signatures"][1]["signature"]
    newer.write_text(json.dumps(content))
    said = refusal(run("show", "--signed", newer), 2)
    assert "the file was changed: ask for it again" in said


def test_show__all_reads__are_one_call_of_one_block(
    run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run("show").exit_code == 0  # from here on Multicall3 is there
    asked = eth_calls(monkeypatch)
    assert run("show").exit_code == 0
    assert asked == [(MULTICALL3, ape_chain.blocks.height)]


def test_show__deficit_suspension_and_proposal__are_told(
    run: Any, attested: Any, token: Any, issuer: Any, holder: Any, guardian: Any, reserve_admin: Any
) -> None:  # fmt: skip
    attested()
    token.mint(holder, 10_000 * SOM, sender=issuer)
    attested("9999.00")
    token.suspendAuditor(drafts.auditor(2), sender=guardian)
    newcomers = sorted(
        (ape_accounts.test_accounts[i] for i in (23, 24)), key=lambda a: int(a.address, 16)
    )
    token.proposeAuditors(newcomers, 2, sender=reserve_admin)
    said = " ".join(run("show").stdout.split())
    for text in (
        "epoch 2",
        "DEFICIT 1.00 som",
        "headroom 0.00 som",
        f"{drafts.auditor(2).address} (suspended)",
        "A recovery is proposed:",
        newcomers[0].address,
        "over since",
        "halted, or the auditors or the age limit changed",
    ):
        assert text in said, text
    document = json.loads(run("show", "--json").stdout)
    drafts.require_schema(document, "reserves-show")
    assert document["shortfall"] == str(SOM)
    assert document["proposal"]["threshold"] == 2
    assert document["chain"]["auditors"]["suspended"] == [drafts.auditor(2).address]
    assert document["labels"][drafts.auditor(0).address] == "auditor_a"


def test_margin__drafts_and_show__say_what_the_chain_does(
    run: Any, attested: Any, token: Any, issuer: Any, holder: Any, guardian: Any
) -> None:
    attested()
    token.mint(holder, 9_900 * SOM, sender=issuer)
    token.raiseMargin(333, sender=guardian)
    path = attested("10000.01")
    promised = json.loads(path.read_text())["draft"]["result"]
    supply, backing, _, _ = token.solvency()
    assert int(promised["backing"]) == backing == 10_000_010_000 * 10_000 // 10_333
    said = " ".join(run("show").stdout.split())
    assert "MARGIN SHORT" in said
    assert "margin 3.33 % above what is in circulation or owed" in said
    assert "DEFICIT" not in said
    document = json.loads(run("show", "--json").stdout)
    drafts.require_schema(document, "reserves-show")
    assert document["shortfall"] == str(supply - backing)


def test_halt__by_an_auditor__ends_minting_until_a_newer_attestation(
    run: Any, attested: Any, token: Any, issuer: Any
) -> None:
    attested()
    token.mint(issuer, SOM, sender=issuer)
    result = run(
        "halt",
        "--reason",
        "bank reports a lien",
        "--yes",
        "--account",
        drafts.auditor(1).alias,
        "--json",
    )
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["read_back"] == [{"what": "minting is over", "value": "yes"}]
    assert token.solvency().validUntil <= now()
    assert token.headroom() == 0
    (log,) = token.MintingHalted.query("*").to_dict("records")[-1:]
    assert log["event_arguments"]["reason"] == "bank reports a lien"
    attested("10100.00")
    assert token.headroom() == 10_099 * SOM


def test_halt__not_an_auditor__is_refused(run: Any, attested: Any, token: Any) -> None:
    attested()
    said = refusal(run("halt", "--reason", "a lien", "--yes", "--account", "TEST::5"), 4)
    assert "pauser" in said
    assert "only auditors halt minting: auditor_a" in said
    assert token.headroom() == 10_000 * SOM


@pytest.mark.parametrize("reason", ["", "  ", "x" * 501, "ж" * 251, "two\nlines", "\x1b[2J"])
def test_halt__reason_that_nobody_can_read__is_refused(run: Any, reason: str) -> None:
    said = refusal(run("halt", "--reason", reason, "--yes"), 2)
    assert "in one line" in said or "--reason: write one line" in said


def test_times__moments__in_both_zones() -> None:
    assert both_times(drafts.NOW) == ("2026-03-04 12:00:00 UTC = 2026-03-04 18:00:00 Asia/Bishkek")
    assert both_times(0) == "never"
    assert both_times(2**40 - 1) == f"second {2**40 - 1} since 1970"
    assert bishkek_day(drafts.NOW + 6 * 3_600).isoformat() == "2026-03-05"


# An auditor that is a contract


def test_submit__contract_among_the_auditors__is_asked(
    run: Any, drafted: Any, token: Any, deployer: Any, outsider: Any
) -> None:
    wallet = deployer.deploy(ape_project.ERC1271WalletMock, outsider)
    members = tuple(
        sorted(
            (drafts.auditor(0).address, drafts.auditor(1).address, wallet.address), key=by_number
        )
    )
    domain = Domain(ape_chain.chain_id, token.address)
    rotation = AuditorRotation(members, 2, 1, now() + DAY)
    order = rotation.message(domain)
    signatures = [
        (drafts.auditor(i).address, drafts.raw_signature(order, drafts.auditor(i)))
        for i in range(2)
    ]
    signatures.sort(key=lambda pair: by_number(pair[0]))
    token.rotateAuditors(*rotation.arguments(signatures), sender=deployer)

    path = drafted()
    draft = read_model(path, AttestationFile, "a draft")
    files = [
        Path(json.loads(run("sign", path, *words, "--json").stdout)["signature_file"])
        for words in (
            ("--account", drafts.auditor(0).alias, "--yes"),
            ("--account", drafts.auditor(1).alias, "--yes"),
            ("--for", wallet.address, "--signature", "0x00"),
        )
    ]
    signed = path.with_name("signed.json")
    assert run("collect", path, *files, "--out", signed).exit_code == 0
    height = ape_chain.blocks.height
    said = refusal(run("submit", signed, "--yes", "--account", "TEST::15"), 4)
    assert f"{wallet.address} does not take the signature as its own" in said
    assert ape_chain.blocks.height == height

    owners = "0x" + drafts.raw_signature(draft.message, outsider).hex()
    again = run("sign", path, "--for", wallet.address, "--signature", owners, "--force")
    assert again.exit_code == 0, again.output
    assert run("collect", path, *files, "--out", signed, "--force").exit_code == 0
    assert run("submit", signed, "--yes", "--account", "TEST::15").exit_code == 0
    assert token.lastAttestation().epoch == draft.number


def by_number(address: str) -> int:
    return int(address, 16)
