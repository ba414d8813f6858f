"""`kgst.deploy`: an explorer may say what it likes, slowly or not at all; and what it is given."""

from __future__ import annotations

import json
import time
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest
from support.explorer_api import Answer, explorer_api, says, send

from kgst.build.compiler import standard_input
from kgst.deploy.explorer import Submission
from kgst.deploy.explorer_api import Explorer, ExplorerError
from kgst.errors import InputError
from kgst.record import ContractRecord, SignedTransaction

POLICY = Path(__file__).parents[3] / "support/policy.yaml"
KEY = "the-secret-key-of-the-explorer"
HASH = "0x" + "ab" * 32


@pytest.fixture
def submission() -> Submission:
    transaction = SignedTransaction(
        hash=HASH, block_number=1, block_hash=HASH, gas_used=1, gas_price=1, raw="0xc0"
    )
    contract = ContractRecord(
        address="0x70997970C51812dc3A010C7d01b50e0d17dc79C8", source="contracts/KGST.sol",
        constructor_args="0x" + "00" * 31 + "07", code_hash=HASH, transaction=transaction,
    )  # fmt: skip
    source = {"language": "Solidity", "sources": {}, "settings": {}}
    return Submission(
        "KGST", contract, source, contract.constructor_args[2:], "v0.8.37+commit.f401782d"
    )


def ask(url: str, **options: Any) -> Explorer:
    return Explorer(url, KEY, 97, **{"timeout": 1, "patience": 1, "pause": 0.01, **options})


# The API


def test_verify__accepted_and_passed__posts_what_the_api_wants(submission: Submission) -> None:
    pending, passed = says("0", "Pending in queue"), says("1", "Pass - Verified")
    with explorer_api(says("1", "ticket-1"), pending, passed) as (url, asked):
        assert ask(url).verify(submission) == "verified"
    first, *others = asked
    assert json.loads(first.pop("sourceCode")) == submission.input
    assert first == {
        "path": "/v2/api?chainid=97",
        "module": "contract",
        "apikey": KEY,
        "action": "verifysourcecode",
        "codeformat": "solidity-standard-json-input",
        "contractaddress": submission.contract.address,
        "contractname": "contracts/KGST.sol:KGST",
        "compilerversion": "v0.8.37+commit.f401782d",
        "constructorArguements": "00" * 31 + "07",
        "licenseType": "3",
    }
    assert [(o["action"], o["guid"]) for o in others] == [("checkverifystatus", "ticket-1")] * 2


@pytest.mark.parametrize("step", [0, 1])
def test_verify__verified_before__is_fine(submission: Submission, step: int) -> None:
    known = says("0", "Contract source code already verified")
    with explorer_api(*[says("1", "ticket-1")] * step, known) as (url, _):
        assert ask(url).verify(submission) == "already verified"


def hang(_: dict[str, str], handler: BaseHTTPRequestHandler) -> None:
    time.sleep(5)


def drip(_: dict[str, str], handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.end_headers()
    for _space in range(100):
        handler.wfile.write(b" ")
        handler.wfile.flush()
        time.sleep(0.1)


def flood(_: dict[str, str], handler: BaseHTTPRequestHandler) -> None:
    send(handler, 200, b"x" * 200_000)


def garbage(_: dict[str, str], handler: BaseHTTPRequestHandler) -> None:
    send(handler, 200, b"<html>\x1b[31mblocked " + KEY.encode())


def elsewhere(_: dict[str, str], handler: BaseHTTPRequestHandler) -> None:
    send(handler, 302, b"", Location="https://example.org/")


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (says("0", "Invalid API Key (#err2)|the-secret-key-of-the-explorer"), "refused the sources"),
        (hang, "down, or blocked"),
        (drip, "without an end"),
        (flood, "without an end"),
        (garbage, "no answer of an explorer: <html>"),
        (elsewhere, "HTTP status 302"),
        (lambda _, handler: send(handler, 503, b"busy"), "HTTP status 503"),
        (lambda _, handler: send(handler, 200, b"[]"), "no answer of an explorer"),
        (lambda _, handler: handler.connection.close(), "down, or blocked"),
    ],
)  # fmt: skip
def test_verify__explorer_is_no_help__says_so_in_time_without_the_key(
    submission: Submission, answer: Answer, said: str
) -> None:
    start = time.monotonic()
    with explorer_api(answer) as (url, _), pytest.raises(ExplorerError) as caught:
        ask(url).verify(submission)
    assert said in str(caught.value)
    assert KEY not in str(caught.value)
    assert str(caught.value).isprintable()
    assert time.monotonic() - start < 4


def test_verify__rejected_after_a_while__says_why(submission: Submission) -> None:
    with (
        explorer_api(says("1", "ticket-1"), says("0", "Fail - Unable to verify")) as (url, _),
        pytest.raises(ExplorerError, match="Fail - Unable to verify"),
    ):
        ask(url).verify(submission)


def test_verify__never_decided__gives_up(submission: Submission) -> None:
    with (
        explorer_api(says("1", "ticket-1"), says("0", "Pending in queue")) as (url, asked),
        pytest.raises(ExplorerError, match=r"has not decided within .* \(ticket ticket-1\)"),
    ):
        ask(url, patience=0.2).verify(submission)
    assert len(asked) > 2


def test_explorer__address_in_the_clear__is_refused() -> None:
    with pytest.raises(InputError, match="https"):
        Explorer("http://api.example.org", KEY, 97)


def test_standard_input__of_the_token__has_all_that_it_imports_and_no_more() -> None:
    remapping = "@openzeppelin=contracts/.cache/openzeppelin/local"
    sources = standard_input(["contracts/KGST.sol"], {"remappings": [remapping]})["sources"]
    assert "contracts/ledger/Ledger.sol" in sources
    assert "contracts/.cache/openzeppelin/local/contracts/utils/Address.sol" in sources
    assert "contracts/KGSTLogic.sol" not in sources
    assert not any("mocks" in name for name in sources)
