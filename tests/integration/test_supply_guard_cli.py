"""`ape run supply` and `ape run guard` as commands: one document, one message, the right exit code."""

import json
import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from ape import accounts as ape_accounts
from click.testing import Result
from support.in_process import invoke
from support.standing import keep_chain

from kgst.deployment.applying import apply
from kgst.policy import Policy
from kgst.roles import Role

ROOT = Path(__file__).parents[2]
WHY = ("--reason", "asked by the court")
POLICY = ROOT / "tests/support/policy.yaml"
SOM = 1_000_000


@pytest.fixture(scope="module")
def deployment(deployer: Any) -> Any:
    return apply(Policy.load(POLICY), deployer)


@pytest.fixture
def folder(deployment: Any, tmp_path: Path) -> Path:
    shutil.copy(POLICY, tmp_path)
    deployment.record.save(tmp_path / "record.json")
    return tmp_path


@pytest.fixture
def run(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Runs `ape run …` in this process."""
    keep_chain(monkeypatch)
    monkeypatch.chdir(ROOT)
    return partial(invoke, policy=folder / "policy.yaml")


def one_document(result: Result, schema: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(result.stdout)
    assert document["schema"] == schema
    return document


def test_limits__json__is_one_document(run: Any) -> None:
    result = run("supply", "limits", "--json")
    assert result.exit_code == 0, result.stderr
    document = one_document(result, "kgst/supply-limits/1")
    assert "no reserves were ever attested" in document["closed"][0]


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("supply", "mint", "admin", "5 som", "--ref", "D-1"), 4, "no reserves were ever attested"),
        (("supply", "mint", "admin", "5", "--ref", "D-1"), 2, "the unit is missing"),
        (("supply", "mint", "nobody", "5 som", "--ref", "D-1"), 2, "'nobody' is neither a label"),
        (("supply", "burn", "5 som", "--ref", "R"), 4, "holds 0.00 som, 5.00 som too little"),
        (("supply", "payout", "none.csv"), 2, "none.csv: it cannot be read"),
        (("guard", "block", "admin"), 2, "guard block needs --reason TEXT: why, for whoever asks"),
        (("guard", "unblock", "admin"), 2, "guard unblock needs --reason"),
        (("guard", "freeze", "admin", "5 som"), 2, "guard freeze needs --reason"),
        (("guard", "pause", "--reason", "no"), 2, "'--reason': write 3 to 300 printable"),
        (("guard", "pause", "--reason", "=1+1"), 2, "a spreadsheet takes for a formula"),
        (("guard", "pause", "--reason", "one\nline"), 2, "in one line"),
        (("guard", "pause", "--document", "none.pdf"), 2, "none.pdf: cannot be read"),
        (("guard", "block", "0xdead", *WHY), 2, "'0xdead' is neither a label"),
        (("guard", "freeze", "admin", "5,00 som", *WHY), 2, "a comma may mean thousands"),
        (("guard", "unblock", "admin", "--via", "safe:none", *WHY), 2, "has no Safe 'none'"),
        (("guard", "seize", "--order", "none.yaml"), 2, "there is no such file"),
        (("guard", "blocklist", "none.csv"), 2, "none.csv: it cannot be read"),
        (("govern", "cancel", "0x" + 64 * "1"), 2, "nothing was ever scheduled"),
        (("guard", "revoke-role", "PAUSER", "nobody"), 2, "'nobody' is neither a label"),
        (("upgrade", "cancel", "none.json"), 2, "none.json: cannot be read"),
        (("guard", "freezes", "none.csv"), 2, "none.csv: it cannot be read"),
        (("govern", "execute", "0x" + 64 * "1"), 2, "nothing was ever scheduled"),
        (("govern", "prove", "pauser", "nobody"), 2, "'nobody' is neither a label"),
        (("guard", "suspend-auditor", "issuer"), 4, "is no auditor on the chain"),
    ],
)
def test_command__cannot_be_done__says_why(
    run: Any, arguments: tuple[str, ...], code: int, said: str
) -> None:
    result = run(*arguments, "--yes", "--json")
    assert result.exit_code == code, result.stderr
    error = one_document(result, "kgst/error/1")["error"]
    assert error["exit_code"] == code
    assert said in error["message"]
    people = run(*arguments, "--yes")
    assert people.exit_code == code
    assert people.stdout == ""
    assert said in people.stderr
    assert "Traceback" not in people.stderr


def test_revoke_role__by_a_guardian__is_gone(run: Any, deployment: Any, guardian: Any) -> None:
    """ACCOUNT is who loses the role, and --account who takes it."""
    policy = deployment.policy
    number = next(n for n, one in enumerate(ape_accounts.test_accounts) if one == guardian)
    result = run(
        "guard",
        "revoke-role",
        "PAUSER",
        "pauser",
        "--account",
        f"TEST::{number}",
        "--yes",
        "--json",
    )
    assert result.exit_code == 0, result.stderr
    assert one_document(result, "kgst/operation/1")["already"] is False
    assert deployment.manager.hasRole(int(Role.PAUSER), policy.address("pauser"))[0] is False


@pytest.mark.parametrize(
    "arguments", [("auditors", "propose"), ("auditors", "accept"), ("auditors", "cancel")]
)
def test_recovery__nothing_to_recover__is_done_already(
    run: Any, arguments: tuple[str, str]
) -> None:
    result = run(*arguments, "--json")
    assert result.exit_code == 0, result.stderr
    assert one_document(result, "kgst/operation/1")["already"] is True


def test_burn__no_reference__is_a_usage_error(run: Any) -> None:
    result = run("supply", "burn", "5 som")
    assert result.exit_code == 2
    assert "--ref" in result.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("supply", "mint", "admin", "5 som"),
        ("supply", "limits", "--hole"),
        ("guard", "pause", "--account", "nobody-has-this-alias"),
        ("guard", "pause", "--taken-by", "0x12"),
    ],
)
def test_command__words_that_are_wrong_by_themselves__are_a_document_too(
    run: Any, arguments: tuple[str, ...]
) -> None:
    result = run(*arguments, "--json")
    assert result.exit_code == 2, result.stderr
    error = one_document(result, "kgst/error/1")["error"]
    assert (error["exit_code"], error["kind"]) == (2, "USAGE")
    assert error["message"] in " ".join(result.stderr.split())
    assert run(*arguments).stdout == ""


def test_freeze__no__sends_nothing(run: Any, deployment: Any) -> None:
    result = run("guard", "freeze", "admin", "5 som", *WHY, input="n\n")
    assert result.exit_code == 1, result.stderr
    assert deployment.token.getFrozenTokens(deployment.policy.address("admin")) == 0
    result = run("guard", "freeze", "admin", "5 som", *WHY, input="y\n")
    assert result.exit_code == 0, result.stderr
    assert deployment.token.getFrozenTokens(deployment.policy.address("admin")) == 5 * SOM
    assert "frozen of admin (0x7099…79C8): 5.00 som" in result.stdout


def test_payout__for_people__says_what_and_for_whom(run: Any, tmp_path: Path) -> None:
    payer = ape_accounts.test_accounts[12]
    file = tmp_path / "pay.csv"
    file.write_text(f"address,amount_som\n{payer.address},1\n")
    result = run("supply", "payout", str(file), "--account", "TEST::12", "--yes")
    assert result.exit_code == 4
    assert "has 0.00 som, and 1.00 som are to be paid: 1.00 som too little" in result.stderr


def test_payout__done__shows_the_transaction(
    run: Any, deployment: Any, folder: Path, tmp_path: Path
) -> None:
    from support.reserves import attest

    attest(deployment, 10_000 * 100)
    result = run("supply", "mint", "admin", "10 som", "--ref", "D-1", "--yes")
    assert result.exit_code == 0, result.stderr
    assert "supply now: 10.00 som" in result.stdout
    file = tmp_path / "pay.csv"
    file.write_text(f"address,amount_som\n{ape_accounts.test_accounts[12].address},4\n")
    result = run("supply", "payout", str(file), "--account", "TEST::1", "--yes")
    assert result.exit_code == 0, result.stderr
    assert "payout-001" in result.stdout
    assert "paid: pay.csv: 1 payments, 4.00 som" in " ".join(result.stdout.split())
    result = run("supply", "payout", str(file), "--account", "TEST::1", "--yes", "--json")
    assert result.exit_code == 4
    assert "give --again round-1" in one_document(result, "kgst/error/1")["error"]["message"]
