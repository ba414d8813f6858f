"""Several nodes as one: an answer counts when so many of them give it, and a contradiction ends the command.

In the place of a single node's `Transport`, so that whatever reads the chain reads it from all. Words that move
(`latest`, `finalized`) are first made a number that enough nodes have reached; then all are asked for that block.
What decides nothing (a gas price, an estimate) is asked of one. A signed transaction is handed to all.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Final

from kgst.errors import RefusedError
from kgst.node.addresses import filled
from kgst.node.agreement import difference, is_revert, is_silence
from kgst.node.errors import DisagreementError, NoAnswerError, NodeError, NodeRefusedError
from kgst.node.members import Member, collect
from kgst.node.patience import tell_of
from kgst.node.transport import Transport

if TYPE_CHECKING:
    from ape.api import ProviderAPI

__all__ = ["Agreeing", "agree", "agreeing", "by_one"]

Asked = tuple[str, Sequence[Any]]

_FAR: Final = 400
"""Blocks (some three minutes) that honest nodes are not apart."""
_OF_ONE: Final = frozenset(
    {
        "eth_blobBaseFee", "eth_estimateGas", "eth_feeHistory", "eth_gasPrice", "eth_maxPriorityFeePerGas",
        "web3_clientVersion",
    }
)  # fmt: skip
_TAG_AT: Final = {
    "eth_call": 1, "eth_getBalance": 1, "eth_getBlockByNumber": 0, "eth_getBlockReceipts": 0, "eth_getCode": 1,
    "eth_getProof": 2, "eth_getStorageAt": 2, "eth_getTransactionCount": 1,
}  # fmt: skip
"""Which parameter is the block."""
_MOVING: Final = ("latest", "safe", "finalized")

_alone: ContextVar[bool] = ContextVar("alone", default=False)


@contextmanager
def by_one() -> Iterator[None]:
    """Within the block one node's word suffices: what stops something waits for nobody's agreement."""
    token = _alone.set(True)
    try:
        yield
    finally:
        _alone.reset(token)


def agree(provider: ProviderAPI, urls: Sequence[str], quorum: int) -> None:
    """From now on the connection answers what `quorum` nodes say: the connected one and those of `urls`.

    Raises:
        RefusedError: there are not so many, each by another address.
        DisagreementError: they are not of one chain.
        InputError: an address cannot be used, or its `${NAME}` is not set.
    """
    connected = getattr(provider.web3.provider, "transport", None)
    if quorum < 2 or _alone.get() or not isinstance(connected, Transport):
        return
    members = {_same(connected.url): connected}
    for url in urls:
        member = Transport(filled(url))
        members.setdefault(_same(member.url), member)
    if len(members) < quorum:
        raise RefusedError(
            f"the policy wants {quorum} nodes to agree, and --network and its rpcs name {len(members)}: name another "
            "node with --network, or have one added to rpcs."
        )
    several = Agreeing(list(members.values()), quorum)
    for method, params in (("eth_chainId", []), ("eth_getBlockByNumber", ["0x0", False])):
        several.ask(method, params)
    vars(provider.web3.provider)["transport"] = several


def agreeing(provider: ProviderAPI) -> Agreeing | None:
    """The nodes that have to agree; None where one node's word suffices."""
    found = getattr(provider.web3.provider, "transport", None)
    return found if isinstance(found, Agreeing) else None


def _same(url: str) -> str:
    return url.rstrip("/").lower()


class Agreeing:
    """Several nodes, of which `quorum` have to say the same; asked as a `Transport` is.

    Args:
        members: The connected node first.
        quorum: At least 2, at most so many as there are members.
    """

    def __init__(self, members: Sequence[Any], quorum: int) -> None:
        self.url = members[0].url
        self.quorum = quorum
        self.name = f"{quorum} of {', '.join(member.name for member in members)}"
        self._members = [Member(member) for member in members]

    def ask(self, method: str, params: Sequence[Any] = ()) -> Any:
        """The result of one question.

        Raises:
            NodeRefusedError: it was refused, so that fewer than the quorum answered.
            NoAnswerError: fewer than the quorum answered.
            DisagreementError: two nodes say different things.
        """
        [answer] = self.ask_all([(method, params)])
        if isinstance(answer, NodeRefusedError):
            raise answer
        return answer

    def ask_all(self, questions: Sequence[Asked]) -> list[Any]:
        """The results of several, in their order; of one that was refused its `NodeRefusedError`.

        Raises:
            NoAnswerError, DisagreementError: as `ask`.
        """
        known: dict[str, int] = {}
        found: dict[int, Any] = {}
        shared: list[tuple[int, Asked]] = []
        for position, (method, params) in enumerate(questions):
            if method == "eth_sendRawTransaction":
                found[position] = self._handed_over(method, params)
            elif method in _OF_ONE or "pending" in params:
                found[position] = self._of_one(method, params)
            elif method == "eth_blockNumber":
                found[position] = hex(self._reached("latest", known))
            else:
                shared.append((position, self._fixed(method, params, known)))
        if shared:
            asked = [question for _, question in shared]
            answers = collect(self._members, self.quorum, lambda member: member.ask_all(asked))
            for place, (position, question) in enumerate(shared):
                said = {
                    member: answer if isinstance(answer, NodeError) else answer[place]
                    for member, answer in answers.items()
                }
                found[position] = self._agreed(question, said)
        return [found[position] for position in range(len(questions))]

    @property
    def silent(self) -> list[str]:
        """Names of those that did not answer the last time that they were asked."""
        return [member.name for member in self._members if member.slow]

    # Which block

    def _fixed(self, method: str, params: Sequence[Any], known: dict[str, int]) -> Asked:
        """The question with a number in place of a word that moves."""
        params = list(params)
        at = _TAG_AT.get(method)
        if at is not None and at < len(params) and params[at] in _MOVING:
            params[at] = hex(self._reached(params[at], known))
        elif at is not None and at < len(params) and params[at] == "earliest":
            params[at] = "0x0"
        elif method == "eth_getLogs" and params:
            asked = dict(params[0])
            for bound in ("fromBlock", "toBlock"):
                if asked.get(bound) in _MOVING:
                    asked[bound] = hex(self._reached(asked[bound], known))
            params[0] = asked
        return method, params

    def _reached(self, tag: str, known: dict[str, int]) -> int:
        """The highest block that the quorum has under this word."""
        if tag in known:
            return known[tag]
        method, params = (
            ("eth_blockNumber", []) if tag == "latest" else ("eth_getBlockByNumber", [tag, False])
        )
        answers = collect(
            self._members, self.quorum, lambda member: member.ask_all([(method, params)])
        )
        numbers: dict[Member, int] = {}
        failed: dict[Member, NodeError] = {}
        for member, answer in answers.items():
            one = answer if isinstance(answer, NodeError) else answer[0]
            if isinstance(one, NodeError):
                failed[member] = one
            else:
                numbers[member] = int(one if tag == "latest" else one["number"], 16)
        if len(numbers) < self.quorum:
            raise self._too_few(list(numbers), failed)
        reached = sorted(numbers.values(), reverse=True)[self.quorum - 1]
        for member, number in numbers.items():
            if number > reached + _FAR:
                least = min(numbers, key=lambda one: numbers[one])
                raise DisagreementError(
                    f"{member.name} says that the {tag} block is {number}, {least.name} that it is {numbers[least]}: "
                    f"one of them lags far behind or lies. {_UNTIL}"
                )
            if number < reached - _FAR:
                tell_of(f"{member.name}: its {tag} block is {number}, and others have {reached}")
        known[tag] = reached
        return reached

    # What was said

    def _agreed(self, question: Asked, answers: dict[Member, Any]) -> Any:
        method, _ = question
        said: list[tuple[Member, Any]] = []
        failed: dict[Member, NodeError] = {}
        silent = False
        for member, answer in answers.items():
            if isinstance(answer, NodeError) and not _is_word(method, answer):
                failed[member] = answer
            elif is_silence(method, answer):
                silent = True
            else:
                said.append((member, answer))
        for other, its in said[1:]:
            first, answer = said[0]
            if (found := difference(method, answer, its)) is not None:
                raise DisagreementError(
                    f"{first.name} and {other.name} contradict each other about {_about(question)}: {found}. {_UNTIL}"
                )
        if len(said) >= self.quorum:
            return said[0][1]
        if silent:
            return None
        refusal = next((one for one in failed.values() if isinstance(one, NodeRefusedError)), None)
        if refusal is not None:
            return refusal
        raise self._too_few([member for member, _ in said], failed)

    def _too_few(self, said: Sequence[Member], failed: dict[Member, NodeError]) -> NodeError:
        if not said and len(failed) == len(self._members):
            refused = [one for one in failed.values() if isinstance(one, NodeRefusedError)]
            if len(refused) == len(failed):
                return refused[0]
        names = ", ".join(member.name for member in said) or "none"
        why = "; ".join(
            f"{member.name}: {str(error).rstrip('.')}" for member, error in failed.items()
        )
        error = NoAnswerError(
            f"{self.quorum} nodes have to agree by the policy, and of {len(self._members)} {names} answered in time"
            f"{f' ({why})' if why else ''}; try again, or name another node."
        )
        error.tried = False
        return error

    def _of_one(self, method: str, params: Sequence[Any]) -> Any:
        """The first answer; of a nonce with what is pending the highest, so that nothing of the account is replaced."""
        if method == "eth_getTransactionCount":
            answers = collect(
                self._members, self.quorum, lambda member: member.ask_all([(method, params)])
            ).values()
            counts = [
                one[0] for one in answers if isinstance(one, list) and isinstance(one[0], str)
            ]
            if counts:
                return max(counts, key=lambda count: int(count, 16))
        error: NodeError | None = None
        for member in self._members:
            try:
                return member.node.ask(method, params)
            except NodeRefusedError as refused:
                return refused
            except NoAnswerError as silence:
                error = error or silence
        raise error or AssertionError("no members")

    def _handed_over(self, method: str, params: Sequence[Any]) -> Any:
        """To all of them; one that takes it is enough."""
        answers = collect(self._members, 1, lambda member: [member.ask(method, params)])
        for answer in answers.values():
            if isinstance(answer, list):
                return answer[0]
        ranked = sorted(answers.items(), key=lambda one: self._members.index(one[0]))
        refusal = next((error for _, error in ranked if isinstance(error, NodeRefusedError)), None)
        if refusal is not None:
            return refusal
        raise ranked[0][1] if ranked else self._too_few([], {})


def _is_word(method: str, error: NodeError) -> bool:
    """Whether the error is what the contract answers."""
    return method == "eth_call" and isinstance(error, NodeRefusedError) and is_revert(error)


_UNTIL: Final = "Nothing is believed until they agree: ask again in a minute, or leave out the one that you distrust."


def _about(question: Asked) -> str:
    method, params = question
    words = ", ".join(str(dict(one) if isinstance(one, dict) else one) for one in params)
    return f"{method}({words if len(words) <= 120 else words[:119] + '…'})"
