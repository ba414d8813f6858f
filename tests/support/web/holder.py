"""A holder at the page: fills the form, reads what the wallet will be asked, goes on; and a wallet that signs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eth_account import Account
from support.bsc.people import Key
from support.web.browser import Browser, Page
from support.web.recorded import Answering, serving
from web3 import HTTPProvider

__all__ = ["SigningWallet", "connected", "consented", "fill", "says"]

FIELDS = {
    "#ask-amount": "150,50",
    "#ask-name": "Асанова Айгүл",
    "#ask-account": "1030000000000007",
    "#ask-bank": "103001",
    "#ask-inn": "",
}


@contextmanager
def connected(browser: Browser, file: Path, chain: Answering, account: str) -> Iterator[Page]:
    """The page with a wallet of that account, which asks `chain`, until the block ends."""
    with (
        serving(chain) as url,
        browser.opened(file, wallet={"url": url, "account": account}) as page,
    ):
        assert "Connect Test <b>wallet</b>" in page.text("#wallets")
        page.do("click", "#wallets button")
        page.do("waitForSelector", "#ask:not([hidden])")
        yield page


def fill(page: Page, **others: str) -> None:
    """The form of a request, sent; `others` by field, without `ask-`."""
    for field, value in {**FIELDS, **{f"#ask-{name}": one for name, one in others.items()}}.items():
        page.do("fill", field, value)
    page.do("click", "#ask button")


def consented(page: Page) -> str:
    """What the holder is told before the wallet is asked; and the holder goes on."""
    page.do("waitForSelector", "#yes")
    told = page.text("#step-says")
    page.do("click", "#yes")
    return told


def says(page: Page, begin: str) -> None:
    """Waits until the page says so."""
    page.wait_for(
        f"document.getElementById('wallet-says').textContent.startsWith({json.dumps(begin)})"
    )


@dataclass
class SigningWallet:
    """As wallets do: it fills in what the page left out, signs with the holder's key, and the node gets raw bytes.

    Attributes:
        node: Its address.
        key: The holder's.
        sent: Hashes of what it signed.
    """

    node: str
    key: Key
    down: bool = False

    def __post_init__(self) -> None:
        self.sent: list[str] = []
        self._provider = HTTPProvider(self.node)

    def _ask(self, method: str, *params: Any) -> Any:
        answer: Any = self._provider.make_request(method, list(params))  # type: ignore[arg-type]
        if "error" in answer:
            raise KeyError(answer["error"]["message"])
        return answer["result"]

    def answer(self, method: str, params: list[Any]) -> Any:
        """What a wallet answers a page.

        Raises:
            KeyError: the node refuses, or another account is asked to sign.
        """
        if method != "eth_sendTransaction":
            return self._ask(method, *params)
        (asked,) = params
        if asked["from"] != self.key.address:
            raise KeyError("this account is not mine")
        filled = {
            "to": asked["to"],
            "data": asked["data"],
            "value": int(asked.get("value", "0x0"), 16),
            "nonce": int(self._ask("eth_getTransactionCount", self.key.address, "pending"), 16),
            "gas": int(self._ask("eth_estimateGas", asked), 16) * 3 // 2,
            "gasPrice": int(self._ask("eth_gasPrice"), 16),
            "chainId": int(self._ask("eth_chainId"), 16),
        }
        signed = Account.sign_transaction(filled, self.key.private_key)
        self.sent.append(
            str(self._ask("eth_sendRawTransaction", signed.raw_transaction.to_0x_hex()))
        )
        return self.sent[-1]
