"""Safes of the policy, beyond what verifying compares: how often they acted, whether their storage hides something.

A Safe asks its mappings, not its lists, whether somebody is an owner or a module. So an entry that no list leads to
acts and shows nowhere: whoever once made a Safe delegate to code of their own can have left one. What no list shows,
the root of the Safe's storage does: either it is that of the words that are known, or there are others.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

import rlp
from eth_utils.crypto import keccak
from trie import HexaryTrie

from kgst.checks import Check, State
from kgst.deployment.people import FoundSafe
from kgst.events import event_topic, read_logs
from kgst.node import NodeError, rpc

if TYPE_CHECKING:
    from kgst.deployment.system import System
    from kgst.multicall import Head

__all__ = ["safe_checks", "storage_root"]

_SIGNED: Final = "SignMsg(bytes32)"
_APPROVED: Final = "ApproveHash(bytes32,address)"
# Safe.sol's layout, behind what `kgst.safe.standing` reads.
_SIGNED_MESSAGES: Final = 7
_APPROVED_HASHES: Final = 8

_EXPECTED: Final = (
    "known owners, modules, settings, and hashes that they approved or signed on the chain"
)
_ADVICE: Final = (
    "An owner or a module that no list shows may be there; or hashes that owners approved or signed on the chain "
    "before the deployment, which stay for ever. Unless its owners know of those, let it act for nothing, and use a "
    "new Safe."
)


def safe_checks(
    system: System, head: Head, found: Mapping[str, FoundSafe], *, dev: bool
) -> Iterator[Check]:
    """Each Safe's checks; a label at which there is no Safe has none.

    Args:
        system: Its policy names the Safes.
        head: The block that they were read in.
        found: What stands there.
        dev: A development node: the chain in this process has no roots, and anvil wrong ones, which count words that
            were read and are zero.
    """
    for label, safe in found.items():
        if safe.said is None or safe.standing.version is None:
            continue
        text = f"version {safe.standing.version}, {safe.standing.nonce} transactions so far"
        yield Check("safes", f"nonce of Safe {label}", State.OK, text)
        if not dev:
            yield _hidden(system, head, f"storage root of Safe {label}", label, safe)


def _hidden(system: System, head: Head, item: str, label: str, safe: FoundSafe) -> Check:
    address, words = system.policy.address(label), safe.standing.words
    try:
        with rpc(f"read the storage root of {address} (eth_getProof)"):
            answer: Any = system.provider.web3.eth.get_proof(address, [], head.number)
            root = bytes(answer["storageHash"])
            if len(root) != 32:
                raise ValueError(len(root))
        known = storage_root(words) == root
        if not known:
            # Few Safes have any, and each needs a question of its own.
            known = storage_root({**words, **_recorded(system, address, head)}) == root
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        found = f"the node's answer to eth_getProof makes no sense ({type(error).__name__})"
        return Check("safes", item, State.NOT_CHECKED, found, _EXPECTED)
    except NodeError as error:
        return Check("safes", item, State.NOT_CHECKED, str(error), _EXPECTED)
    return Check.that("safes", item, known, _EXPECTED if known else "more", _EXPECTED, _ADVICE)


def _recorded(system: System, safe: str, head: Head) -> dict[int, int]:
    """Words of the hashes that were approved or signed on the chain since the deployment began.

    Raises:
        NodeError: the node failed, or serves no events.
    """
    first = system.record.manager.transaction.block_number
    words = {}
    for log in read_logs(safe, (_SIGNED, _APPROVED), first, head.number):
        topic, *given = (bytes(one) for one in log["topics"])
        if topic == event_topic(_SIGNED) and len(given) == 1:
            words[_entry(given[0], _SIGNED_MESSAGES)] = 1
        elif topic == event_topic(_APPROVED) and len(given) == 2:
            words[_entry(given[0], _entry(given[1], _APPROVED_HASHES))] = 1
    return words


def _entry(key: bytes, mapping: int) -> int:
    return int.from_bytes(keccak(key + mapping.to_bytes(32)))


def storage_root(words: Mapping[int, int]) -> bytes:
    """The root of a storage that holds these words by slot and nothing else, 32 bytes."""
    trie = HexaryTrie({})
    for slot, word in words.items():
        if word:
            size = (word.bit_length() + 7) // 8
            trie[keccak(slot.to_bytes(32))] = rlp.encode(word.to_bytes(size))
    return bytes(trie.root_hash)
