"""What every getter of the token answers, for some accounts, in one block."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from eth_abi.abi import decode, encode
from eth_utils.abi import function_signature_to_4byte_selector

from kgst.abi import interface
from kgst.events import address_topic, event_topic
from kgst.multicall import many
from kgst.node import NodeError, rpc

if TYPE_CHECKING:
    from ape.api import ProviderAPI

    from kgst.deployment.system import System

__all__ = ["Change", "changes", "read_getters", "sample_accounts"]

_UPGRADE_CHANGES: Final = ("implementation", "approvedImplementation")
_RECENT_BLOCKS: Final = 2_000
_HOLDERS: Final = 12
_SPENDERS: Final = 3
_AT_ONCE: Final = 60
_INTERFACES: Final = ("01ffc9a7", "36372b07", "3edbb4c4", "9d8ff7da", "84b0196e", "ffffffff")


@dataclass(frozen=True)
class Change:
    """A getter that answers otherwise than before; call and answers in words."""

    call: str
    before: str
    after: str

    def __str__(self) -> str:
        return f"{self.call}: {self.before} before, {self.after} after"


def sample_accounts(system: System) -> list[str]:
    """The policy's people, the contracts themselves, and whoever paid or was paid lately, as far as the node tells."""
    accounts = [
        *system.policy.people.values(),
        *(c.address for c in system.record.contracts.values()),
    ]
    eth = system.provider.web3.eth
    try:
        with rpc("read the latest payments"):
            last = int(eth.block_number)
            logs = eth.get_logs({
                "address": system.token.address,
                "fromBlock": max(0, last - _RECENT_BLOCKS),
                "toBlock": last,
                "topics": ["0x" + event_topic("Transfer(address,address,uint256)").hex()],
            })  # fmt: skip
    except NodeError:
        logs = []
    for log in reversed(logs):
        accounts += [address_topic(log, 1), address_topic(log, 2)]
        if len(set(accounts)) >= len(system.policy.people) + _HOLDERS:
            break
    return list(dict.fromkeys(accounts))


def read_getters(
    system: System, provider: ProviderAPI, accounts: Sequence[str], block: int | None = None
) -> dict[str, Any]:
    """Each getter's answer by its call in words: `balanceOf(treasury (0x12ab…cdef))`.

    Left out: what an upgrade is meant to change, and what refills with time.

    Args:
        system: Whose token.
        provider: Where to ask: the chain or a fork of it.
        accounts: Checksummed addresses that getters are asked about.
        block: None for the latest.

    Raises:
        ChainRevertError: a getter reverts.
        NodeError: the node failed, or has forgotten the block.
    """
    calls = list(_calls(system, accounts))
    where: Any = "latest" if block is None else block
    answers: list[Any] = []
    for first in range(0, len(calls), _AT_ONCE):
        requests = [
            _request(system.token.address, data, where)
            for _, data, _ in calls[first : first + _AT_ONCE]
        ]
        answers += many(provider, "ask the token's getters", *requests)
    found: dict[str, Any] = {}
    for (label, _, types), answer in zip(calls, answers, strict=True):
        try:
            values = decode(types, bytes(answer))
        except Exception as error:  # wrong bytes break decoders in many ways
            raise NodeError(f"{label} answered with what it does not return.") from error
        # `available` refills as time passes.
        found[label] = values[0][1:] if label.startswith("issuerOf(") else values
    return found


def changes(before: dict[str, Any], after: dict[str, Any]) -> list[Change]:
    """Calls whose answers differ, with both."""
    return [
        Change(call, _shown(before[call]), _shown(after.get(call)))
        for call in before
        if before[call] != after.get(call)
    ]


def _calls(system: System, accounts: Sequence[str]) -> Any:
    spenders = accounts[:_SPENDERS]
    for abi in interface("IKGST").view_methods:
        types = [i.canonical_type for i in abi.inputs]
        outputs = [o.canonical_type for o in abi.outputs]
        if abi.name in _UPGRADE_CHANGES:
            continue
        for arguments in _arguments(types, accounts, spenders):
            shown = (system.named(a) if str(a).startswith("0x") else _shown(a) for a in arguments)
            selector = function_signature_to_4byte_selector(f"{abi.name}({','.join(types)})")
            yield f"{abi.name}({', '.join(shown)})", selector + encode(types, arguments), outputs


def _arguments(
    types: list[str], accounts: Sequence[str], spenders: Sequence[str]
) -> list[tuple[Any, ...]]:
    if not types:
        return [()]
    if types == ["bytes4"]:
        return [(bytes.fromhex(i),) for i in _INTERFACES]
    if types == ["address"]:
        return [(a,) for a in accounts]
    if types == ["address", "bytes32"]:
        return [(a, bytes(32)) for a in accounts]
    if types == ["bytes32", "address"]:
        return [(bytes(32), a) for a in accounts]
    if types == ["address", "address"]:
        return [(a, b) for a in accounts for b in spenders]
    if types == ["address", "address", "uint256"]:
        return [(a, spenders[0], 1) for a in accounts]
    raise NotImplementedError(
        f"a getter takes {types}, which nothing here asks with; teach `_arguments` to."
    )


def _request(token: str, data: bytes, block: Any) -> Any:
    return lambda eth: eth.call({"to": token, "data": "0x" + data.hex()}, block)


def _shown(value: Any) -> str:
    if isinstance(value, bytes):
        return "0x" + value.hex()
    if isinstance(value, tuple):
        return _shown(value[0]) if len(value) == 1 else f"({', '.join(map(_shown, value))})"
    return str(value)
