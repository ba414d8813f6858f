"""Reads of contracts, asked for one by one and answered together."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache, partial
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar

from eth_abi.abi import decode, encode
from eth_utils.abi import function_signature_to_4byte_selector
from eth_utils.address import to_checksum_address
from pydantic import ValidationError

from kgst.abi import interface
from kgst.multicall.blocks import Head
from kgst.multicall.standing import MULTICALL3
from kgst.node import NodeError, NodeRefusedError, rpc
from kgst.node.faults import Refusal, is_behind
from kgst.reverts import explain

if TYPE_CHECKING:
    from ape.api import ProviderAPI
    from ape.contracts import ContractInstance

__all__ = ["OtherBlockError", "Read", "ReadError", "Reads", "plausible"]

_AGGREGATE: Final = function_signature_to_4byte_selector("aggregate3((address,bool,bytes)[])")
_ATTEMPTS: Final = 6
_PAUSE: Final = 0.5  # seconds; about one block of BSC

T = TypeVar("T")


class ReadError(NodeError):
    """A contract did not answer a read as its interface says: it reverted, or the node gave other bytes."""


class OtherBlockError(NodeError):
    """The node was asked in one block and answered from another."""


@dataclass
class Read(Generic[T]):
    """One value, once its `Reads` were fetched.

    Attributes:
        what: For messages: `token.solvency()`.
        target: Checksummed address.
        data: Call data.
    """

    what: str
    target: str
    data: bytes
    types: tuple[str, ...]
    shape: Callable[[tuple[Any, ...]], T]
    _answer: tuple[bool, bytes] | None = field(default=None, init=False)

    @property
    def value(self) -> T:
        """What the contract answered; addresses are checksummed.

        Raises:
            ReadError: it reverted, or the answer is not what its interface says.
        """
        if self._answer is None:
            raise ReadError(f"{self.what} was not read; this should not have happened.")
        succeeded, data = self._answer
        if not succeeded:
            raise ReadError(
                f"could not read {self.what} at {self.target}: it reverts with {explain(data)}; check that "
                "the contract there is the one that is meant."
            )
        decoded = _exactly(self.types, data)
        if decoded is None:
            raise ReadError(
                f"could not read {self.what} at {self.target}: the answer of {len(data)} bytes is not "
                f"({','.join(self.types)}); the contract there is another, or the node lies: use another node."
            )
        return self.shape(tuple(map(_checksummed, self.types, decoded)))

    @property
    def failure(self) -> str | None:
        """Why there is no `value`; None when there is."""
        try:
            _ = self.value
        except ReadError as error:
            return str(error)
        return None


class Reads:
    """Reads that are fetched together; each may fail alone."""

    def __init__(self) -> None:
        self._reads: list[Read[Any]] = []

    def __len__(self) -> int:
        return len(self._reads)

    def of(self, contract: ContractInstance, method: str, *arguments: Any) -> Read[Any]:
        """`contract.method(*arguments)` by the contract's ABI: its one value, or a tuple; structs are tuples too."""
        return self._of(_one_or_all, contract, method, arguments)

    def typed(
        self, shape: Callable[..., T], contract: ContractInstance, method: str, *arguments: Any
    ) -> Read[T]:
        """As `of`, the answer's values given to `shape`; a struct's are its fields."""
        return self._of(partial(_shaped, shape), contract, method, arguments)

    def _of(
        self,
        shape: Callable[[tuple[Any, ...]], T],
        contract: ContractInstance,
        method: str,
        arguments: tuple[Any, ...],
    ) -> Read[T]:
        inputs, outputs = _signature(contract.contract_type, method)
        name = f"{contract.contract_type.name}.{method}({','.join(inputs)})"
        data = function_signature_to_4byte_selector(f"{method}({','.join(inputs)})") + encode(
            inputs, arguments
        )
        return self._add(Read(name, contract.address, data, outputs, shape))

    def view(
        self, target: str, signature: str, outputs: Sequence[str], *arguments: Any
    ) -> Read[Any]:
        """A function of a contract that is not the project's, like `nonce()`; as `of`."""
        types = [t for t in signature.partition("(")[2].removesuffix(")").split(",") if t]
        data = function_signature_to_4byte_selector(signature) + encode(types, arguments)
        return self._add(
            Read(signature, to_checksum_address(target), data, tuple(outputs), _one_or_all)
        )

    def balance(self, address: str) -> Read[int]:
        """Wei of `address`."""
        return self.view(MULTICALL3, "getEthBalance(address)", ["uint256"], address)

    def fetch(self, provider: ProviderAPI, head: Head, what: str) -> None:
        """Ask for all of them, in the block `head`, with one request.

        Args:
            provider: Connected.
            head: From `latest`.
            what: For messages: `read the deployment`.

        Raises:
            NodeError: the node did not answer, or not for this block, or with something that Multicall3 cannot return;
                or Multicall3 is not there.
        """
        for attempt in range(_ATTEMPTS):
            try:
                self._fetch(provider, head, what)
                return
            except NodeError as error:
                # Behind a load balancer another backend answers, which may not have seen the block yet.
                if attempt + 1 == _ATTEMPTS or not _may_be_behind(error):
                    raise
                time.sleep(_PAUSE)

    def _fetch(self, provider: ProviderAPI, head: Head, what: str) -> None:
        own = Reads()
        number = own.view(MULTICALL3, "getBlockNumber()", ["uint256"])
        seconds = own.view(MULTICALL3, "getCurrentBlockTimestamp()", ["uint256"])
        parent = own.view(MULTICALL3, "getLastBlockHash()", ["bytes32"])
        everything = own._reads + self._reads
        answers = _aggregate(provider, head, everything, what)
        for read, answer in zip(everything, answers, strict=True):
            read._answer = answer
        found = (number.value, seconds.value, "0x" + parent.value.hex())
        if found != (head.number, head.time, head.parent):
            for read in self._reads:
                read._answer = None
            raise OtherBlockError(
                f"could not {what}: asked in block {head.number} of {head.time}, Multicall3 answered from block "
                f"{found[0]} of {found[1]}, after {found[2][:10]}…: the node answers from another block or another "
                "fork than it says; try again, or use another node."
            )

    def _add(self, read: Read[T]) -> Read[T]:
        self._reads.append(read)
        return read


@contextmanager
def plausible(what: str) -> Iterator[None]:
    """Within the block a model is made of what was read: what cannot be so is told as a node's lie.

    Raises:
        ReadError: it cannot be so.
    """
    try:
        yield
    except TypeError as error:  # ape has None for an empty answer
        raise ReadError(
            f"could not read {what}: the node's answer is empty, or of another shape than the contract's; use another "
            "node."
        ) from error
    except ValidationError as error:
        found = "; ".join(one["msg"].removeprefix("Value error, ") for one in error.errors()[:3])
        raise ReadError(
            f"could not read {what}: what the node says cannot be ({found}); it lies, or the contract there is "
            "another: use another node."
        ) from None


def _aggregate(
    provider: ProviderAPI, head: Head, reads: Sequence[Read[Any]], what: str
) -> list[tuple[bool, bytes]]:
    calls = [(read.target, True, read.data) for read in reads]
    data = _AGGREGATE + encode(["(address,bool,bytes)[]"], [calls])
    request = {"to": MULTICALL3, "data": "0x" + data.hex()}
    with rpc(what):
        answer = bytes(provider.web3.eth.call(request, head.number))
    if not answer:
        raise NodeError(
            f"could not {what}: there is no Multicall3 at {MULTICALL3} on this chain, where every BSC network has "
            "it: check --network, or use another node."
        )
    decoded = _exactly(("(bool,bytes)[]",), answer)
    if decoded is None:
        raise NodeError(
            f"could not {what}: the node's answer of {len(answer)} bytes is not what Multicall3 returns: it was cut "
            "short, or the node lies; use another node."
        )
    (results,) = decoded
    if len(results) != len(reads):
        raise NodeError(
            f"could not {what}: Multicall3 was asked for {len(reads)} values and gave {len(results)}: the node "
            "lies; use another node."
        )
    return [(bool(succeeded), bytes(result)) for succeeded, result in results]


def _may_be_behind(error: NodeError) -> bool:
    if isinstance(error, NodeRefusedError):
        return is_behind(Refusal(error.code, error.said))
    return isinstance(error, OtherBlockError)


def _exactly(types: tuple[str, ...], data: bytes) -> tuple[Any, ...] | None:
    """What `data` is the encoding of, as contracts encode; None when it is none, nor that of these types.

    The decoder alone would read a cut-off number as a smaller one.
    """
    try:
        values: tuple[Any, ...] = decode(types, data)
        return values if encode(types, values) == data else None
    except Exception:  # bytes of a node that lies break decoders in many ways
        return None


def _one_or_all(values: tuple[Any, ...]) -> Any:
    return values[0] if len(values) == 1 else values


def _shaped(shape: Callable[..., T], values: tuple[Any, ...]) -> T:
    first = values[0]
    return shape(*(first if len(values) == 1 and isinstance(first, tuple) else values))


def _checksummed(kind: str, value: Any) -> Any:
    if kind == "address":
        return to_checksum_address(value)
    if kind == "address[]":
        return tuple(map(to_checksum_address, value))
    return value


@cache
def _methods(name: str) -> dict[str, list[tuple[tuple[str, ...], tuple[str, ...]]]]:
    found: dict[str, list[tuple[tuple[str, ...], tuple[str, ...]]]] = {}
    for abi in interface(name).view_methods:
        inputs = tuple(i.canonical_type for i in abi.inputs)
        outputs = tuple(o.canonical_type for o in abi.outputs)
        found.setdefault(abi.name, []).append((inputs, outputs))
    return found


def _signature(contract_type: Any, method: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    (only,) = _methods(contract_type.name)[method]
    return only
