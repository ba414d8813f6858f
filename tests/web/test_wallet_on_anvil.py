"""The holder's redemption once more where a wallet must sign: anvil behind the double of a BSC node, its own clock."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from support.bsc.deployed import deployed_on_bsc
from support.bsc.people import key_of
from support.web.browser import Browser, build
from support.web.holder import SigningWallet, connected, consented, fill, says
from support.web.scenes import OnAnvil

from kgst.paying.register import Payee

SOM = 10**6


def test_wallet__on_anvil__signs_each_step_and_takes_the_tokens_back(
    browser: Browser, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    holder = key_of("holder")
    with deployed_on_bsc(tmp_path) as deployed:
        stage = OnAnvil(deployed, tmp_path_factory.mktemp("reports"))
        deployed.node.give(holder.address)
        stage.attest_report(1_000)
        stage.act(deployed.address("issuer"), stage.token.functions.mint(holder.address, 500 * SOM))
        build(stage.snapshot(), tmp_path / "kgst.html")
        wallet = SigningWallet(deployed.node.address, holder)
        with connected(browser, tmp_path / "kgst.html", wallet, holder.address) as page:
            assert "500.00" in page.text("#wallets")
            fill(page)
            assert "to take exactly 150.50 som of yours" in consented(page)
            assert "hand 150.50 som to the redemption desk" in consented(page)
            says(page, "Asked: No.")
            payee = Payee.model_validate(json.loads(page.text("#payee")))
            held, request = stage.token.functions.balanceOf, stage.redemptions.functions.requestOf
            requester, amount, state, _, reference, _ = request(1).call()
            assert (requester, amount, state) == (holder.address, 150_500_000, 1)
            assert payee.reference == "0x" + bytes(reference).hex()
            assert held(holder.address).call() == 349_500_000
            page.do("click", "[data-back='1']")
            assert "take 150.50 som of request No. 1 back" in consented(page)
            says(page, "Taken back.")
            assert request(1).call()[2] == 5
            assert held(holder.address).call() == 500 * SOM
        assert [stage.web3.eth.get_transaction(one)["from"] for one in wallet.sent] == [  # type: ignore[arg-type]
            holder.address
        ] * 3
