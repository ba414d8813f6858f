"""Signing by ape-ledger, over an emulated transport: what a device is asked to show and sign, and what comes back.

Needs ape-ledger, which is no part of this project's environment: `make devices`.
"""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from ape import chain as ape_chain
from eth_account import Account
from eth_account.messages import encode_typed_data
from support import drafts
from support.emulated_ledger import DECLINED, LOCKED, PATH, EmulatedLedger
from support.in_process import invoke

from kgst.errors import RefusedError
from kgst.sending.transactions import Content, sign
from kgst.signatures import Hashes, recover, sign_message

pytest.importorskip("ape_ledger", reason="ape-ledger comes with `make devices` only")

from ape_ledger import accounts as ledger_accounts
from ape_ledger import client

ROOT = Path(__file__).parents[2]


@pytest.fixture
def key() -> Any:
    return drafts.auditor(0)


@pytest.fixture
def device(key: Any, monkeypatch: pytest.MonkeyPatch) -> EmulatedLedger:
    made = EmulatedLedger(bytes.fromhex(key.private_key.removeprefix("0x")))
    monkeypatch.setattr(client, "get_dongle", lambda debug=False: made)
    return made


@pytest.fixture
def account(key: Any, device: EmulatedLedger, tmp_path: Path) -> Any:
    """As `ape ledger add` keeps it."""
    path = tmp_path / "ledger.json"
    path.write_text(json.dumps({"address": key.address, "hdpath": PATH}))
    return ledger_accounts.LedgerAccount(account_file_path=path)


def message(number: int) -> Any:
    return encode_typed_data(
        {"name": "KGST", "version": "1", "chainId": 97, "verifyingContract": drafts.TOKEN},
        {"Number": [{"name": "number", "type": "uint256"}]},
        {"number": number},
    )


def test_message__any__is_shown_as_the_two_hashes_and_recovers(
    account: Any, device: EmulatedLedger
) -> None:
    short = 0
    for number in range(300):
        signature = sign_message(account, message(number))
        assert len(signature) == 65
        assert recover(message(number), signature) == account.address
        hashes = Hashes.of(message(number))
        domain, body = device.shown[-1]
        assert ("0x" + domain.hex(), "0x" + body.hex()) == (hashes.domain, hashes.message)
        short += signature[0] == 0 or signature[32] == 0
    # A number that begins with a zero byte loses it on its way through the package.
    assert short > 0


@pytest.mark.parametrize("status", [DECLINED, LOCKED])
def test_message__refused_on_the_device__keeps_nothing(
    account: Any, device: EmulatedLedger, status: int
) -> None:
    device.refuses = status
    with pytest.raises(RefusedError, match="did not sign"):
        sign_message(account, message(1))


def test_message__another_key_than_the_account_s__is_refused(
    account: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The device was set up anew, or another path was added."""
    other = EmulatedLedger(b"\x07" * 32)
    monkeypatch.setattr(client, "get_dongle", lambda debug=False: other)
    with pytest.raises(RefusedError, match="it signed something else"):
        sign_message(account, message(1))


CONTENT = Content(nonce=7, gas=2_000_000, price=10**9, to=drafts.TOKEN, value=0, data=b"\x12" * 900)


@pytest.mark.parametrize("chain_id", [56, 97])
def test_transaction__long_call__is_the_account_s_on_that_chain(
    account: Any, device: EmulatedLedger, chain_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kgst.sending.transactions.chain_id", lambda _: chain_id)
    monkeypatch.setattr("kgst.sending.transactions.require_own_key", lambda *_: None)
    signed = sign(ape_chain.provider, account, "pay", CONTENT)
    assert Account.recover_transaction(signed.raw) == account.address
    fields = device.shown[-1]
    assert fields[3] == bytes.fromhex(drafts.TOKEN[2:])
    assert fields[5] == CONTENT.data
    assert int.from_bytes(fields[6]) == chain_id


@pytest.mark.parametrize("status", [DECLINED, LOCKED])
def test_transaction__refused_on_the_device__is_told_and_nothing_is_sent(
    account: Any, device: EmulatedLedger, status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kgst.sending.transactions.require_own_key", lambda *_: None)
    device.refuses = status
    with pytest.raises(RefusedError, match="nothing was sent"):
        sign(ape_chain.provider, account, "pay", CONTENT)


def test_ceremony__of_an_auditor_with_json__is_one_document(
    account: Any, device: EmulatedLedger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr("kgst.signing.deadlines.clock", lambda: drafts.NOW + 60)
    kept = property(lambda _: iter([account.account_file_path]))
    monkeypatch.setattr(ledger_accounts.AccountContainer, "_account_files", kept)
    path = drafts.saved(drafts.make(), tmp_path / "attestation-5.json")
    run = partial(invoke, "reserves", "sign", path, "--account", "ledger", "--yes")
    done = run("--json")
    assert done.exit_code == 0, done.output + done.stderr
    told = json.loads(done.stdout)
    domain, body = device.shown[-1]
    assert (told["domain_hash"], told["message_hash"]) == ("0x" + domain.hex(), "0x" + body.hex())
    assert drafts.make().digest in Path(told["signature_file"]).read_text()
