"""Further nodes besides the one of `--network`: the same faults and the same patience, without web3 and ape."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from kgst.node.addresses import filled
from kgst.node.errors import NoAnswerError, NodeRefusedError
from kgst.node.faults import Refusal, refused
from kgst.node.reading import refusal_of
from kgst.node.transport import Transport

if TYPE_CHECKING:
    from ape.api import ProviderAPI

__all__ = ["Node", "nodes_of"]


class Node:
    """One node by its address.

    Args:
        url: http(s)://…; `${NAME}` is filled from the environment.

    Attributes:
        name: Host only.

    Raises:
        InputError: the address cannot be used.
    """

    def __init__(self, url: str) -> None:
        self._transport: Any = Transport(filled(url))
        self.name: str = self._transport.name

    def ask(self, method: str, params: Sequence[Any] = ()) -> Any:
        """The result of one question, as the node put it (hexadecimal numbers, 0x…).

        Raises:
            NodeRefusedError: the node answered with an error; PrunedError: since it no longer has it.
            NoAnswerError: no usable answer came in time.
        """
        try:
            return self._transport.ask(method, params)
        except (NoAnswerError, NodeRefusedError) as error:
            if error.tried:
                raise
            raise error.about(f"ask {self.name} for {method}") from error

    def ask_all(self, questions: Sequence[tuple[str, Sequence[Any]]]) -> list[Any]:
        """The results of several, in their order, asked at once where the node lets that be.

        A question that was refused has its `NodeRefusedError` as its result.

        Raises:
            NoAnswerError: one of them was not answered in time.
        """
        return list(self._transport.ask_all(questions))

    @classmethod
    def _over(cls, transport: Any) -> Node:
        node = cls.__new__(cls)
        node._transport, node.name = transport, transport.name
        return node


class _ByWeb3:
    """A chain in this process, or a node that ape started: asked through web3's own provider."""

    def __init__(self, web3: Any) -> None:
        self._web3 = web3
        self.url, self.name = "", "the connected node"

    def ask(self, method: str, params: Sequence[Any]) -> Any:
        answer = self._web3.provider.make_request(method, list(params))
        if (error := answer.get("error")) is not None:
            raise refused(refusal_of(error) or Refusal(0, str(error)))
        return answer.get("result")

    def ask_all(self, questions: Sequence[tuple[str, Sequence[Any]]]) -> list[Any]:
        found: list[Any] = []
        for method, params in questions:
            try:
                found.append(self.ask(method, params))
            except NodeRefusedError as error:
                found.append(error)
        return found


def nodes_of(provider: ProviderAPI, urls: Sequence[str]) -> list[Node]:
    """The connected node, then those of `urls`, each once.

    Raises:
        InputError: an address cannot be used, or its `${NAME}` is not set.
    """
    connected = getattr(provider.web3.provider, "transport", None) or _ByWeb3(provider.web3)
    nodes, known = [Node._over(connected)], {_same(connected.url)}
    for url in urls:
        node = Node(url)
        if _same(node._transport.url) not in known:
            known.add(_same(node._transport.url))
            nodes.append(node)
    return nodes


def _same(url: str) -> str:
    return url.rstrip("/").lower()
