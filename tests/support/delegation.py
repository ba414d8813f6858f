"""EIP-7702: an ordinary account that borrows a contract's code."""

from __future__ import annotations

from typing import Any

from ape import chain
from eth_account import Account
from eth_utils import to_hex


def borrow_code(account: Any, contract: Any, payer: Any) -> None:
    """``account``, a test account, signs that it runs the code of ``contract``; ``payer`` sends that on."""
    chain_id = chain.provider.chain_id
    authorization = Account.from_key(account.private_key).sign_authorization(
        {"chainId": chain_id, "address": contract.address, "nonce": account.nonce}
    )
    transaction = {
        "type": 4,
        "chainId": chain_id,
        "nonce": payer.nonce,
        "to": payer.address,
        "value": 0,
        "data": "0x",
        "gas": 200_000,
        "maxFeePerGas": 10**10,
        "maxPriorityFeePerGas": 0,
        "accessList": [],
        "authorizationList": [authorization],
    }
    raw = Account.from_key(payer.private_key).sign_transaction(transaction).raw_transaction
    # ape's own `set_delegate` asks a block explorer about the account, even on the local chain.
    chain.provider.tester.ethereum_tester.send_raw_transaction(to_hex(raw))
    designator = b"\xef\x01\x00" + bytes.fromhex(contract.address[2:])
    assert bytes(chain.provider.get_code(account.address)) == designator
