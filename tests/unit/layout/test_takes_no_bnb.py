"""No function of the built code takes BNB: each is called with well-formed arguments, without a wei and with one."""

from __future__ import annotations

import ast
from typing import Any

import pytest
from ape import chain, project
from eth_abi import encode
from eth_tester.exceptions import TransactionFailed  # type: ignore[import-untyped]
from eth_utils import keccak, to_bytes

WEI = 1


def answered(to: Any, sender: Any, data: bytes, value: int) -> tuple[bool, bytes]:
    """Whether the call succeeded, and the bytes that it returned or reverted with."""
    call = {"from": sender.address, "to": to.address, "data": "0x" + data.hex(), "value": value}
    try:
        found = chain.provider.tester.ethereum_tester.call({**call, "gas": 3_000_000})
    except TransactionFailed as refusal:
        # eth-tester gives the bytes as Python writes them.
        return False, bytes(ast.literal_eval(refusal.args[0]))
    return True, to_bytes(hexstr=found)


def zeros(kind: Any) -> Any:
    """The plainest value of a parameter."""
    name = kind.canonical_type
    if name.endswith("[]"):
        return []
    if kind.components:
        return tuple(zeros(part) for part in kind.components)
    plain = {"address": "0x" + "0" * 40, "bool": False, "string": "", "bytes": b""}
    if name in plain:
        return plain[name]
    return bytes(int(name[5:])) if name.startswith("bytes") else 0


def plain_call(function: Any) -> bytes:
    types = [_type(parameter) for parameter in function.inputs]
    values = [zeros(parameter) for parameter in function.inputs]
    return keccak(text=function.selector)[:4] + encode(types, values)


def _type(kind: Any) -> str:
    if not kind.components:
        return str(kind.canonical_type)
    inner = ",".join(_type(part) for part in kind.components)
    return f"({inner}){kind.canonical_type[kind.canonical_type.rindex(')') + 1 :]}"


def functions(contract: str) -> list[Any]:
    kind = project.get_contract(contract).contract_type
    return [entry for entry in kind.abi if entry.type == "function"]


@pytest.mark.parametrize("contract", ["IKGST", "KGST", "KGSTLogic"])
def test_token__called_with_bnb__refuses_each_function(
    system: Any, outsider: Any, contract: str
) -> None:
    where = system.logic if contract == "KGSTLogic" else system.token
    for function in functions(contract):
        data = plain_call(function)
        succeeded, said = answered(where, outsider, data, 0)
        assert succeeded or said, f"{function.selector} is not reached"
        assert answered(where, outsider, data, WEI) == (False, b""), function.selector


def test_token__sent_bnb__refuses_it(system: Any, outsider: Any) -> None:
    for where in (system.token, system.logic):
        for data in (b"", b"\0", b"\xde\xad\xbe\xef"):
            assert answered(where, outsider, data, WEI) == (False, b"")
        assert where.balance == 0
