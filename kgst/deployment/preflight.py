"""What must hold before anything is signed: the right chain, no public keys on it, a deployer without power, and people
who can hold what the policy gives them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from kgst.checks import State
from kgst.deployment.people import people_checks, read_safes
from kgst.errors import RefusedError
from kgst.node import chain_id, is_dev_node, rpc
from kgst.policy import Policy
from kgst.sending.public_keys import require_own_keys
from kgst.sending.transactions import created_by

if TYPE_CHECKING:
    from ape.api import ProviderAPI

__all__ = ["CONTRACTS", "require_chain", "require_deployable", "require_people"]

CONTRACTS: Final = {
    "manager": "the AccessManager",
    "logic": "the token's logic",
    "token": "the token",
    "feed": "the feed of the reserves",
    "backing_feed": "the feed of the backing",
    "revoker": "the Revoker",
    "redemption_desk": "the redemption desk",
    "mint_desk": "the mint desk",
}
"""What each step creates, in order."""

# A step that reverts is signed anew, with the next nonce.
_NONCES: Final = 16


def require_chain(policy: Policy, provider: ProviderAPI) -> None:
    """The node is on the policy's chain.

    Raises:
        RefusedError: it is on another.
    """
    found = chain_id(provider)
    if not policy.allows_chain(found):
        expected = "1337 or 31337" if policy.chain_id == "local" else policy.chain_id
        raise RefusedError(
            f"the node at --network is on chain {found}, the policy is for chain {expected}; "
            "give the network that belongs to the policy, or the other policy."
        )


def require_deployable(policy: Policy, provider: ProviderAPI, deployer: str) -> None:
    """`policy` may be carried out here by `deployer`.

    Raises:
        RefusedError: another chain; public test accounts on a chain where others can use them; a deployer who would
            keep a power.
    """
    require_chain(policy, provider)
    if powers := policy.powers(deployer):
        raise RefusedError(
            f"the deployer {policy.named(deployer)} is {', '.join(powers)} in the policy, and must end with no "
            "power; deploy from an account that is used for nothing else."
        )
    if is_dev_node(provider):
        return
    if policy.chain_id == "local":
        raise RefusedError("this policy is for a local development node, and the node is not one.")
    require_own_keys({**policy.people, "the deployer": deployer}, provider)


def require_people(
    policy: Policy, provider: ProviderAPI, deployer: str, signed: Mapping[str, int] | None = None
) -> None:
    """Everyone in `policy` can hold what it gives them, on this chain.

    Args:
        policy: As it is to be carried out.
        provider: Connected.
        deployer: Checksummed address.
        signed: Nonces of the steps that an interrupted run signed.

    Raises:
        RefusedError: they cannot; every reason is named.
        NodeError: the node failed: nothing is taken for granted.
    """
    with rpc(f"read the nonce of {deployer}"):
        following = int(provider.web3.eth.get_transaction_count(deployer))
    taken = _taken(deployer, following, signed or {})
    lines = [
        f"- {c.item} ({policy.address(label)}): expected {c.expected}; found {c.found}. {c.advice}"
        for label, c in people_checks(policy, read_safes(policy, provider), taken)
        if c.state is State.FAILED
    ]
    if lines:
        begin = "not everyone in the policy can hold what it gives them on this chain, so nothing was sent:"
        raise RefusedError("\n".join([begin, *lines]))


def _taken(deployer: str, following: int, signed: Mapping[str, int]) -> dict[str, str]:
    """Addresses that the deployment's contracts have or get, whatever becomes of single steps."""
    taken = {
        created_by(deployer, following + i): "a contract of the deployer" for i in range(_NONCES)
    }
    nonces = {step: following + i for i, step in enumerate(CONTRACTS)} | dict(signed)
    return taken | {created_by(deployer, nonces[step]): what for step, what in CONTRACTS.items()}
